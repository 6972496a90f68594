/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "scrubbed.h"

static void rows_are_written_as_snmpsim_does(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	static const uint8_t address[] = { 192, 0, 2, 7 }, name[] = { 0x2b, 6, 1 };
	add_text(&rec, "1.3.6.1.2.1.1.5.0", "a|b");
	add(&rec, "1.3.6.1.2.1.1.1.0", BER_STRING, "\x01 z", 3, 0);
	add_text(&rec, "1.3.6.1.2.1.1.10.0", " blank");
	add(&rec, "1.3.6.1.2.1.2.0", BER_IPADDRESS, (const char *)address, 4, 0);
	add(&rec, "1.3.6.1.2.1.3.0", BER_OID, (const char *)name, 3, 0);
	add(&rec, "1.3.6.1.2.1.4.0", BER_COUNTER64, NULL, 0, -1);
	add(&rec, "1.3.6.1.2.1.5.0", BER_INTEGER, NULL, 0, -40);
	add(&rec, "1.3.6.1.2.1.6.0", BER_NULL, NULL, 0, 0);
	add(&rec, "1.3.6.1.2.1.7.0", BER_FLOAT, NULL, 0, 0x3f800000);
	add(&rec, "1.3.6.1.2.1.8.0", BER_NO_INSTANCE, NULL, 0, 0);
	add(&rec, "1.3.6.1.2.1.5.0", BER_INTEGER, NULL, 0, -40); /* twice */
	char *text = written(&rec);
	assert_string_equal(text, "1.3.6.1.2.1.1.1.0|4x|01207a\n"
				  "1.3.6.1.2.1.1.5.0|4|a|b\n"
				  "1.3.6.1.2.1.1.10.0|4x|20626c616e6b\n"
				  "1.3.6.1.2.1.2.0|64|192.0.2.7\n"
				  "1.3.6.1.2.1.3.0|6|1.3.6.1\n"
				  "1.3.6.1.2.1.4.0|70|18446744073709551615\n"
				  "1.3.6.1.2.1.5.0|2|-40\n"
				  "1.3.6.1.2.1.6.0|5|\n"
				  "1.3.6.1.2.1.7.0|68x|9f78043f800000\n");
	free(text);
	snmprec_free(&rec);
}

static void a_serial_goes_wherever_it_stands(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	add_text(&rec, "1.3.6.1.4.1.9.1.0", "ZA0718001188");
	add_text(&rec, "1.3.6.1.2.1.1.1.0", "APC Web/SNMP (MN:AP8932 SN: ZA0718001188)");
	add_text(&rec, "1.3.6.1.4.1.9.2.0", "0000ZA0718001188"); /* so long that it cannot be chance */
	add_text(&rec, "1.3.6.1.2.1.1.5.0", "ups-12");
	add_text(&rec, "1.3.6.1.4.1.9.4.0", "groups-123"); /* another word */
	add(&rec, "1.3.6.1.4.1.9.3.90.65.48.55.49.56.48.48.49.49.56.56", BER_INTEGER, NULL, 0, 1);
	char *text = scrubbed(&rec, "1.3.6.1.4.1.9.1");
	const char *made = value(text, "1.3.6.1.4.1.9.1.0");
	assert_int_equal(strlen(made), 12);
	assert_string_not_equal(made, "ZA0718001188");
	assert_int_equal(strspn(made, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"), 2);
	assert_int_equal(strspn(made + 2, "0123456789"), 10);
	assert_non_null(strstr(value(text, "1.3.6.1.2.1.1.1.0"), made));
	assert_non_null(strstr(value(text, "1.3.6.1.2.1.1.1.0"), "APC Web/SNMP (MN:AP8932 SN: "));
	assert_non_null(strstr(value(text, "1.3.6.1.4.1.9.2.0"), made));
	assert_string_equal(value(text, "1.3.6.1.4.1.9.4.0"), "groups-123");
	assert_null(strstr(text, "90.65.48.55.49.56.48.48.49.49.56.56"));
	free(text);
}

static void a_serial_that_is_a_number_stays_one(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	add(&rec, "1.3.6.1.4.1.9.1.0", BER_GAUGE32, NULL, 0, 4294967290);
	add_text(&rec, "1.3.6.1.4.1.9.2.0", "unit 4294967290");
	char *text = scrubbed(&rec, "1.3.6.1.4.1.9.1");
	const char *made = value(text, "1.3.6.1.4.1.9.1.0");
	assert_int_equal(strlen(made), 10);
	assert_int_equal(made[0], '1');
	assert_null(strstr(text, "4294967290"));
	assert_non_null(strstr(value(text, "1.3.6.1.4.1.9.2.0"), made));
	free(text);
}

static void names_and_places_go_but_words_that_tell_nothing_stay(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	add_text(&rec, "1.3.6.1.2.1.1.4.0", "Unknown");
	add_text(&rec, "1.3.6.1.2.1.1.5.0", "pdu-a7.hall.example.org");
	add_text(&rec, "1.3.6.1.2.1.1.6.0", "1");
	add_text(&rec, "1.3.6.1.4.1.9.1.0", "name pdu-a7, hall");
	add_text(&rec, "1.3.6.1.4.1.9.2.0", "1");
	add_text(&rec, "1.3.6.1.4.1.9.3.0", "Unknown");
	char *text = scrubbed(&rec, NULL);
	assert_string_equal(value(text, "1.3.6.1.2.1.1.4.0"), "Unknown");
	assert_null(strstr(text, "pdu-a7"));
	assert_null(strstr(text, "example"));
	assert_int_equal(strlen(value(text, "1.3.6.1.2.1.1.5.0")), 23);
	assert_string_equal(value(text, "1.3.6.1.4.1.9.3.0"), "Unknown");
	free(text);
}

static void mail_addresses_go(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	add_text(&rec, "1.3.6.1.4.1.9.1.0", "to noc@hall.example.org at 12:30:00");
	char *text = scrubbed(&rec, NULL);
	const char *mail = value(text, "1.3.6.1.4.1.9.1.0");
	assert_null(strstr(mail, "noc@"));
	assert_null(strstr(mail, "example"));
	assert_non_null(strstr(mail, " at 12:30:00"));
	free(text);
}

static void hosts_and_their_domains_go(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	add_text(&rec, "1.3.6.1.2.1.1.1.0", "Linux heron 5.10.0-8-amd64 #1 SMP");
	add_text(&rec, "1.3.6.1.2.1.1.5.0", "pdu-a7.hallnorth.example");
	add_text(&rec, "1.3.6.1.2.1.1.6.0", "Storgatan 5, Kiruna hall");
	add_text(&rec, "1.3.6.1.4.1.9.1.0", "ntp1.hallnorth.example");
	add_text(&rec, "1.3.6.1.4.1.9.2.0", "PDU-A7 at storgatan 5");
	add_text(&rec, "1.3.6.1.4.1.9.3.0", "ns.otherfirm.se, www.maker-of-pdus.com, image.1.2.bin");
	add_text(&rec, "1.3.6.1.4.1.9.4.0", "anna.berg@thirdfirm.se");
	add_text(&rec, "1.3.6.1.4.1.9.5.0", "mail.thirdfirm.se; anna.berg");
	char *text = scrubbed(&rec, NULL);
	static const char *const gone[] = { "heron", "hallnorth", "Storgatan", "storgatan", "Kiruna", "PDU-A7", "otherfirm", "thirdfirm", "anna", "berg" };
	for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		if (strstr(text, gone[i]) != NULL)
			fail_msg("%s is left in:\n%s", gone[i], text);
	assert_non_null(strstr(text, " 5.10.0-8-amd64 #1 SMP"));
	assert_non_null(strstr(text, "www.maker-of-pdus.com, image.1.2.bin"));
	free(text);
}

static void what_the_maker_wrote_stays(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	add_text(&rec, "1.3.6.1.2.1.1.1.0", "DGS-3100-24 Managed Switch, see support@big-maker.com");
	add_text(&rec, "1.3.6.1.2.1.1.5.0", "DGS-3100");
	add_text(&rec, "1.3.6.1.2.1.2.2.1.2.1", "Ethernet12");
	add_text(&rec, "1.3.6.1.2.1.31.1.1.1.18.1", "Ethernet12");
	add_text(&rec, "1.3.6.1.2.1.31.1.1.1.18.2", "to Anna's rack");
	add_text(&rec, "1.3.6.1.4.1.9.1.0", "1.0.0.1"); /* firmware */
	add_text(&rec, "1.3.6.1.4.1.9.2.0", "big-maker PDU");
	char *text = scrubbed(&rec, NULL);
	assert_int_equal(strncmp(value(text, "1.3.6.1.2.1.1.1.0"), "DGS-3100-24 Managed Switch", 26), 0);
	assert_string_equal(value(text, "1.3.6.1.2.1.1.5.0"), "DGS-3100");
	assert_string_equal(value(text, "1.3.6.1.2.1.2.2.1.2.1"), "Ethernet12");
	assert_null(strstr(text, "Anna"));
	assert_string_equal(value(text, "1.3.6.1.4.1.9.1.0"), "1.0.0.1");
	assert_string_equal(value(text, "1.3.6.1.4.1.9.2.0"), "big-maker PDU");
	free(text);
}

static void what_cannot_be_hidden_is_left_out(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	struct scrub_places places = { 0 };
	for (unsigned i = 0; i < 5000; i++) {
		char at[64], text[32];
		snprintf(at, sizeof(at), "1.3.6.1.2.1.31.1.1.1.18.%u", i + 1);
		snprintf(text, sizeof(text), "customer-%u", i);
		add_text(&rec, at, text);
	}
	add(&rec, "1.3.6.1.2.1.1.3.0", BER_TIMETICKS, NULL, 0, 7);
	struct scrub_result result = scrub_rows(&rec, &places, NULL);
	assert_true(result.full);
	char *text = written(&rec);
	assert_null(strstr(text, "customer-"));
	assert_non_null(strstr(text, "1.3.6.1.2.1.1.3.0|67|7"));
	assert_true(result.left_out >= 900);
	snmprec_free(&rec);
	free(text);
}

static void tables_of_others_are_left_out(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	struct scrub_places places = { 0 };
	add(&rec, "1.3.6.1.2.1.4.22.1.1.2.10.0.0.1", BER_INTEGER, NULL, 0, 2);
	add_text(&rec, "1.3.6.1.2.1.25.4.2.1.5.100", "--password hunter2");
	add_text(&rec, "1.3.6.1.6.3.18.1.1.1.2.1", "secret");
	add(&rec, "1.3.6.1.2.1.1.7.0", BER_INTEGER, NULL, 0, 72);
	struct scrub_result result = scrub_rows(&rec, &places, "public");
	assert_int_equal(result.left_out, 3);
	char *text = written(&rec);
	assert_string_equal(text, "1.3.6.1.2.1.1.7.0|2|72\n");
	free(text);
	snmprec_free(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_written_as_snmpsim_does),
		cmocka_unit_test(a_serial_goes_wherever_it_stands),
		cmocka_unit_test(a_serial_that_is_a_number_stays_one),
		cmocka_unit_test(names_and_places_go_but_words_that_tell_nothing_stay),
		cmocka_unit_test(mail_addresses_go),
		cmocka_unit_test(hosts_and_their_domains_go),
		cmocka_unit_test(what_the_maker_wrote_stays),
		cmocka_unit_test(what_cannot_be_hidden_is_left_out),
		cmocka_unit_test(tables_of_others_are_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
