/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "scrub.h"
#include "snmprec.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint8_t oid_bytes[BER_MAX_OID];

static struct ber_oid oid(const char *text)
{
	return (struct ber_oid){ oid_bytes, ber_oid_parse(text, oid_bytes, sizeof(oid_bytes)) };
}

static void add(struct snmprec *rec, const char *at, enum ber_type type, const char *bytes, size_t length, int64_t number)
{
	struct ber_varbind v = { .oid = oid(at), .type = type, .bytes = (const uint8_t *)bytes, .length = length,
				 .number = number };
	snmprec_add(rec, &v);
}

static void add_text(struct snmprec *rec, const char *at, const char *text)
{
	add(rec, at, BER_STRING, text, strlen(text), 0);
}

/* What a recording reads like; freed by the caller. */
static char *written(struct snmprec *rec)
{
	struct hwatt_text out;
	hwatt_text_init(&out, 1 << 20);
	snmprec_sort(rec);
	snmprec_write(rec, &out);
	return out.bytes != NULL ? out.bytes : strdup("");
}

static char *scrubbed(struct snmprec *rec, const char *serial)
{
	struct scrub_places places = { 0 };
	static uint8_t bytes[BER_MAX_OID];
	if (serial != NULL)
		scrub_serial(&places, (struct ber_oid){ bytes, ber_oid_parse(serial, bytes, sizeof(bytes)) });
	scrub_rows(rec, &places, "public");
	char *text = written(rec);
	scrub_places_free(&places);
	snmprec_free(rec);
	return text;
}

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

/* The value written at an OID; a static copy. */
static const char *value(const char *text, const char *at)
{
	static char out[4][256];
	static int turn;
	const char *line = text;
	size_t n = strlen(at);
	while (line != NULL && !(strncmp(line, at, n) == 0 && line[n] == '|'))
		line = strchr(line, '\n') != NULL ? strchr(line, '\n') + 1 : NULL;
	if (line == NULL || line[0] == '\0')
		return "";
	const char *from = strchr(line + n + 1, '|') + 1;
	char *copy = out[turn = (turn + 1) % 4];
	snprintf(copy, sizeof(out[0]), "%.*s", (int)strcspn(from, "\n"), from);
	return copy;
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

static void addresses_are_made_up_the_same_everywhere(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	static const uint8_t ip[] = { 172, 16, 5, 9 }, mask[] = { 255, 255, 255, 0 },
			     mac[] = { 0x00, 0xc0, 0xb7, 0x4a, 0x11, 0x22 };
	add(&rec, "1.3.6.1.2.1.4.20.1.1.172.16.5.9", BER_IPADDRESS, (const char *)ip, 4, 0);
	add(&rec, "1.3.6.1.2.1.4.20.1.3.172.16.5.9", BER_IPADDRESS, (const char *)mask, 4, 0);
	add_text(&rec, "1.3.6.1.4.1.9.1.0", "gateway 172.16.5.9/24, version 10.2.3.4, v1.2.3.4");
	add(&rec, "1.3.6.1.2.1.2.2.1.6.1", BER_STRING, (const char *)mac, 6, 0);
	add_text(&rec, "1.3.6.1.4.1.9.2.0", "MAC 00:C0:B7:4A:11:22");
	add_text(&rec, "1.3.6.1.4.1.9.3.0", "00c0b74a1122");
	add(&rec, "1.3.6.1.4.1.9.4.0.192.183.74.17.34", BER_INTEGER, NULL, 0, 1);
	char *text = scrubbed(&rec, NULL);
	assert_null(strstr(text, "172.16.5.9"));
	char at[64];
	snprintf(at, sizeof(at), "1.3.6.1.2.1.4.20.1.1.%.15s", strstr(text, "4.20.1.1.") + 9);
	at[strcspn(at, "|")] = '\0';
	assert_string_equal(value(text, at), strstr(at, "20.1.1.") + 7); /* row and value agree */
	at[19] = '3';
	assert_string_equal(value(text, at), "255.255.255.0");
	assert_non_null(strstr(value(text, "1.3.6.1.4.1.9.1.0"), strstr(at, "20.1.3.") + 7));
	assert_non_null(strstr(text, "/24, version 10.2.3.4, v1.2.3.4"));
	const char *made = value(text, "1.3.6.1.2.1.2.2.1.6.1"); /* 02.. */
	assert_string_not_equal(made, "00c0b74a1122");
	assert_string_equal(made, value(text, "1.3.6.1.4.1.9.3.0"));
	const char *spoken = value(text, "1.3.6.1.4.1.9.2.0");
	for (int i = 0; i < 6; i++)
		assert_true(strncasecmp(spoken + 4 + i * 3, made + i * 2, 2) == 0);
	assert_null(strstr(text, "0.192.183.74.17.34"));
	free(text);
}

static void mail_and_ipv6_addresses_go(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	add_text(&rec, "1.3.6.1.4.1.9.1.0", "to noc@hall.example.org at 12:30:00");
	add_text(&rec, "1.3.6.1.4.1.9.2.0", "fe80::2c0:b7ff:fe4a:1122");
	char *text = scrubbed(&rec, NULL);
	const char *mail = value(text, "1.3.6.1.4.1.9.1.0");
	assert_null(strstr(mail, "noc@"));
	assert_null(strstr(mail, "example"));
	assert_non_null(strstr(mail, " at 12:30:00"));
	assert_null(strstr(text, "2c0:b7ff"));
	free(text);
}

static void addresses_agree_in_all_their_forms(void **state)
{
	(void)state;
	struct snmprec rec = { 0 };
	static const char six[] = "\x20\x01\x0d\xb8\x00\x12\0\0\0\0\0\0\0\0\0\x40", ip[] = { 10, 99, 98, 97 },
			  mac[] = "\x00\xc0\xb7\x4a\x11\x22", engine_mac[] = "\x80\x00\x01\x37\x03\x00\xc0\xb7\x4a\x11\x22",
			  engine_ip[] = "\x80\x00\x01\x37\x01\x0a\x63\x62\x61";
	add_text(&rec, "1.3.6.1.4.1.9.1.0", "2001:db8:12::40");
	add_text(&rec, "1.3.6.1.4.1.9.2.0", "at [2001:DB8:12:0:0:0:0:40]:161");
	add(&rec, "1.3.6.1.4.1.9.3.0", BER_STRING, six, 16, 0);
	add_text(&rec, "1.3.6.1.4.1.9.4.1.2.16.32.1.13.184.0.18.0.0.0.0.0.0.0.0.0.64", "six");
	add(&rec, "1.3.6.1.4.1.9.5.0", BER_IPADDRESS, ip, 4, 0);
	add_text(&rec, "1.3.6.1.4.1.9.6.1.10.99.98.97", "of a table of four");
	add_text(&rec, "1.3.6.1.4.1.9.6.2.1.4.10.99.98.97.7", "typed");
	add(&rec, "1.3.6.1.4.1.9.7.0", BER_OID, "\x2b\x06\x01\x02\x01\x04\x14\x01\x01\x0a\x63\x62\x61", 13, 0);
	add(&rec, "1.3.6.1.2.1.2.2.1.6.1", BER_STRING, mac, 6, 0);
	add_text(&rec, "1.3.6.1.4.1.9.8.0", "00c0.b74a.1122");
	add(&rec, "1.3.6.1.4.1.9.9.0", BER_STRING, engine_mac, 11, 0);
	add(&rec, "1.3.6.1.4.1.9.10.0", BER_STRING, engine_ip, 9, 0);
	add_text(&rec, "1.3.6.1.4.1.9.11.0", "6ba7b810-9dad-11d1-80b4-00c04fd430c8");
	add_text(&rec, "1.3.6.1.4.1.9.12.0", "fe80::2c0:b7ff:fe4a:1122");
	char *text = scrubbed(&rec, NULL), wanted[128];
	const char *made = value(text, "1.3.6.1.4.1.9.1.0");
	assert_int_equal(strlen(made), 15);
	assert_int_equal(strncmp(made, "3f", 2), 0);
	unsigned a, b, c, d;
	assert_int_equal(sscanf(made, "%x:%x:%x::%x", &a, &b, &c, &d), 4);
	snprintf(wanted, sizeof(wanted), "at [%X:%X:%X:0:0:0:0:%X]:161", a, b, c, d);
	assert_int_equal(strcasecmp(value(text, "1.3.6.1.4.1.9.2.0"), wanted), 0);
	snprintf(wanted, sizeof(wanted), "%04x%04x%04x000000000000000000%02x", a, b, c, d);
	assert_string_equal(value(text, "1.3.6.1.4.1.9.3.0"), wanted);
	snprintf(wanted, sizeof(wanted), "9.4.1.2.16.%u.%u.%u.%u.%u.%u.0.0.0.0.0.0.0.0.0.%u|", a >> 8, a & 255, b >> 8, b & 255, c >> 8, c & 255, d);
	assert_non_null(strstr(text, wanted));
	char *ip_made = strdup(value(text, "1.3.6.1.4.1.9.5.0"));
	snprintf(wanted, sizeof(wanted), "1.3.6.1.4.1.9.6.1.%s", ip_made);
	assert_string_equal(value(text, wanted), "of a table of four");
	snprintf(wanted, sizeof(wanted), "1.3.6.1.4.1.9.6.2.1.4.%s.7", ip_made);
	assert_string_equal(value(text, wanted), "typed");
	snprintf(wanted, sizeof(wanted), "1.3.6.1.2.1.4.20.1.1.%s", ip_made);
	assert_string_equal(value(text, "1.3.6.1.4.1.9.7.0"), wanted);
	assert_null(strstr(text, "10.99.98.97"));
	assert_null(strstr(text, "c0b74a1122"));
	assert_null(strstr(text, "b74a.1122"));
	assert_null(strstr(text, "0a636261"));
	assert_int_equal(strncmp(value(text, "1.3.6.1.4.1.9.9.0"), "8000013703", 10), 0);
	assert_null(strstr(text, "6ba7b810"));
	assert_null(strstr(text, "00c04fd430c8"));
	assert_int_equal(strspn(value(text, "1.3.6.1.4.1.9.11.0"), "0123456789abcdef-"), 36);
	assert_int_equal(strncmp(value(text, "1.3.6.1.4.1.9.12.0"), "fe80::", 6), 0);
	assert_null(strstr(text, "b7ff"));
	free(ip_made);
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
		cmocka_unit_test(addresses_are_made_up_the_same_everywhere),
		cmocka_unit_test(mail_and_ipv6_addresses_go),
		cmocka_unit_test(addresses_agree_in_all_their_forms),
		cmocka_unit_test(hosts_and_their_domains_go),
		cmocka_unit_test(what_the_maker_wrote_stays),
		cmocka_unit_test(what_cannot_be_hidden_is_left_out),
		cmocka_unit_test(tables_of_others_are_left_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
