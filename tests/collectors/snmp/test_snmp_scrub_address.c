/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "scrub_address.h"
#include "scrubbed.h"

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

/* What becomes of a text that has nothing else in it; a static copy. */
static const char *put(struct disguises *d, const char *text)
{
	static char out[128];
	struct snmprec_row row = { .type = BER_STRING, .bytes = (uint8_t *)out, .length = strlen(text) };
	snprintf(out, sizeof(out), "%s", text);
	bool changed = scrub_address_put_in_text(d, &row);
	assert_int_equal(changed, strcmp(text, out) != 0);
	assert_int_equal(strlen(out), strlen(text));
	return out;
}

static void what_only_looks_like_an_address_stays(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"1.2.3.4", "version 10.2.3.4", "Version: 10.2.3.4", "10.1.2", "10.1.2.3.4", "10.1.2.300", "10.1.2.3rd", "010.020.030.040",
		"127.0.0.1", "255.255.255.0", "239.1.1.1", "0.0.0.0", "00c0b74a1122", "00:c0:b7:4a:11", "00:c0:b7:4a:11:2g", "x00:c0:b7:4a:11:22",
		"12:30:00", "::1", "ff02::1", "6ba7b810-9dad-11d1-80b4-00c04fd430c", "a::b::c",
	};
	struct disguises d = { .arena = hwatt_arena_new() };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_string_equal(put(&d, texts[i]), texts[i]);
	disguise_free(&d);
	hwatt_arena_free(d.arena);
}

static void an_address_keeps_its_shape(void **state)
{
	(void)state;
	static const struct { const char *text, *shape; } texts[] = { /* x, X: a digit that may be another one */
		{ "(10.99.98.97)", "(10.xx.xx.xx)" }, { "172.16.5.9/24", "198.xx.x.x/24" }, { "at 00:C0:B7:4A:11:22.", "at 02:XX:XX:XX:XX:XX." },
		{ "00-c0-b7-4a-11-22", "02-xx-xx-xx-xx-xx" }, { "00c0.b74a.1122", "02xx.xxxx.xxxx" }, { "00c0b74a1122", "02xxxxxxxxxx" },
		{ "2001:db8::40", "3fxx:xxx::xx" }, { "[fe80::2c0:b7ff:fe4a:1122]", "[fe80::xxx:xxxx:xxxx:xxxx]" },
		{ "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx" },
	};
	struct disguises d = { .arena = hwatt_arena_new() };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *made = put(&d, texts[i].text), *shape = texts[i].shape;
		for (size_t k = 0; shape[k] != '\0'; k++)
			if (shape[k] == 'x' ? strchr("0123456789abcdef", made[k]) == NULL :
			    shape[k] == 'X' ? strchr("0123456789ABCDEF", made[k]) == NULL : made[k] != shape[k])
				fail_msg("%s became %s, not %s", texts[i].text, made, shape);
		assert_string_not_equal(made, texts[i].text);
	}
	disguise_free(&d);
	hwatt_arena_free(d.arena);
}

static void octets_are_addresses_or_not(void **state)
{
	(void)state;
	static const uint8_t zeros[16], ones[16] = { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 };
	static const uint8_t mapped[16] = { [10] = 255, [11] = 255, [12] = 10, [15] = 1 }, one[16] = { [15] = 1 }, wwn[8] = { 0x50, [7] = 9 };
	assert_false(scrub_address_of_four((const uint8_t[]){ 255, 255, 0, 0 }));
	assert_false(scrub_address_of_four((const uint8_t[]){ 127, 0, 0, 1 }));
	assert_true(scrub_address_of_four((const uint8_t[]){ 223, 0, 0, 1 }));
	assert_false(scrub_address_of_link(zeros, 6) || scrub_address_of_link(ones, 8) || scrub_address_of_link(wwn, 7));
	assert_true(scrub_address_of_link(wwn, 8) && scrub_address_of_link(wwn, 6));
	assert_false(scrub_address_of_link(mapped + 8, 8));
	assert_false(scrub_address_of_six(zeros, 16) || scrub_address_of_six(one, 16) || scrub_address_of_six(ones, 16));
	assert_false(scrub_address_of_six(wwn, 8) || scrub_address_of_six(mapped, 16));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_made_up_the_same_everywhere),
		cmocka_unit_test(addresses_agree_in_all_their_forms),
		cmocka_unit_test(what_only_looks_like_an_address_stays),
		cmocka_unit_test(an_address_keeps_its_shape),
		cmocka_unit_test(octets_are_addresses_or_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
