/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Handshake, keys and packets, held against what a third implementation computed (vectors.py). */
#include "rakp.h"
#include "vectors.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CONSOLE 0xa1b2c3d4u
#define BMC 0x02030405u

static const struct set {
	const char *name;
	int suite;
	const char *user, *password;
	uint8_t kg[SUITE_KEY];
	bool has_kg;
	uint8_t privilege;
	unsigned quirks;
} sets[] = {
	{ "s3", 3, "hallwatt", "secret", { 0 }, false, 2, 0 },
	{ "s17", 17, "hallwatt", "secret", { 0 }, false, 2, 0 },
	{ "s3kg", 3, "a", "exactly 20 octets...", "K_g", true, 4, 0 },
	{ "s17kg", 17, "sixteen octets..", "exactly 20 octets...",
	  { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 }, true, 3, 0 },
	{ "s3nibble", 3, "hallwatt", "secret", { 0 }, false, 2, RAKP_QUIRK_ROLE_NIBBLE },
	{ "s17padded", 17, "root", "", { 0 }, false, 4, RAKP_QUIRK_PADDED_USER },
};

#define SETS (sizeof(sets) / sizeof(sets[0]))

struct bench { /* one handshake on the table */
	struct sealer *sealer;
	struct rakp_account account;
	struct rakp rakp;
};

static void setup(struct bench *b, const struct set *set)
{
	struct hwatt_error err;
	*b = (struct bench){ 0 };
	assert_int_equal(sealer_open(&b->sealer, &err), 0);
	memcpy(b->account.user, set->user, strlen(set->user));
	memcpy(b->account.key, set->password, strlen(set->password));
	memcpy(b->account.kg, set->kg, SUITE_KEY);
	b->account.has_kg = set->has_kg;
	b->rakp = (struct rakp){ .account = &b->account, .suite = suite_find(set->suite), .quirks = set->quirks, .tag = 0x5a,
				 .privilege = set->privilege, .console = CONSOLE };
	for (uint8_t i = 0; i < RAKP_RANDOM; i++)
		b->rakp.console_random[i] = (uint8_t)(0x10 + i);
}

static void same(const char *set, const char *name, const uint8_t *bytes, size_t length)
{
	uint8_t wanted[VECTOR_MAX];
	size_t octets = vector_get(set, name, wanted);
	if (octets != length || memcmp(wanted, bytes, length) != 0)
		fail_msg("%s.%s differs", set, name);
}

/* The handshake up to RAKP 2. */
static void shake(struct bench *b, const struct set *set)
{
	uint8_t payload[VECTOR_MAX], status;
	setup(b, set);
	size_t length = vector_get(set->name, "open_response", payload);
	assert_int_equal(rakp_open_response(&b->rakp, payload, length, &status), RAKP_DONE);
	length = vector_get(set->name, "rakp2", payload);
	assert_int_equal(rakp_2(b->sealer, &b->rakp, payload, length, &status), RAKP_DONE);
}

static void the_handshake_is_what_others_compute(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETS; i++) {
		struct bench b;
		uint8_t out[RMCPP_MAX_OUT], payload[VECTOR_MAX], status;
		setup(&b, &sets[i]);
		same(sets[i].name, "open_request", out, rakp_open_request(&b.rakp, out));
		sealer_close(b.sealer);
		shake(&b, &sets[i]);
		assert_int_equal(b.rakp.bmc, BMC);
		same(sets[i].name, "rakp1", out, rakp_1(&b.rakp, out));
		same(sets[i].name, "rakp3", out, rakp_3(b.sealer, &b.rakp, 0, out));
		size_t length = vector_get(sets[i].name, "rakp4", payload);
		assert_int_equal(rakp_4(b.sealer, &b.rakp, payload, length, &status), RAKP_DONE);
		sealer_close(b.sealer);
	}
}

static void keys_and_packets_are_what_others_compute(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETS; i++) {
		struct bench b;
		struct rmcpp_keys keys;
		uint8_t out[RMCPP_MAX_SEALED], iv[SUITE_BLOCK];
		shake(&b, &sets[i]);
		rakp_keys(b.sealer, &b.rakp, &keys);
		same(sets[i].name, "k1", keys.k1, keys.suite->mac);
		same(sets[i].name, "k2", keys.k2, SUITE_AES_KEY);
		for (size_t j = 0; j < sizeof(iv); j++)
			iv[j] = (uint8_t)(0xf0 + j);
		const struct rmcpp_request id = { .netfn = 6, .sequence = 1, .command = 1 };
		same(sets[i].name, "request", out, rmcpp_seal_with(b.sealer, &keys, BMC, 1, &id, iv, out));
		const struct rmcpp_request dcmi = { .netfn = 0x2c, .sequence = 0x3f, .command = 2,
						    .data = (const uint8_t[]){ 0xdc, 1, 0, 0 }, .length = 4 };
		same(sets[i].name, "request_dcmi", out, rmcpp_seal_with(b.sealer, &keys, BMC, UINT32_MAX, &dcmi, iv, out));
		sealer_close(b.sealer);
	}
}

static void answers_of_every_length_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETS; i++) {
		struct bench b;
		struct rmcpp_keys keys;
		shake(&b, &sets[i]);
		rakp_keys(b.sealer, &b.rakp, &keys);
		for (size_t length = 0; length < 40; length++) {
			char name[32];
			uint8_t packet[VECTOR_MAX], plain[RMCPP_MAX_PACKET];
			struct rmcpp_packet p;
			struct rmcpp_response r;
			snprintf(name, sizeof(name), "response_%zu", length);
			size_t octets = vector_get(sets[i].name, name, packet);
			assert_int_equal(rmcpp_head(packet, octets, &p, NULL), 0);
			assert_int_equal(p.session, CONSOLE);
			assert_int_equal(p.sequence, 7 + length);
			int got = rmcpp_open(b.sealer, &keys, &p, plain, NULL);
			assert_true(got > 0);
			assert_int_equal(rmcpp_message(plain, (size_t)got, &r, NULL), 0);
			assert_int_equal(r.netfn, 7);
			assert_int_equal(r.command, 1);
			assert_int_equal(r.sequence, 1);
			assert_int_equal(r.length, length);
			assert_false(r.checksums_wrong);
			for (size_t j = 0; j < length; j++)
				assert_int_equal(r.data[j], j);
		}
		sealer_close(b.sealer);
	}
}

static void any_bit_that_is_turned_breaks_the_seal(void **state)
{
	(void)state;
	struct bench b;
	struct rmcpp_keys keys;
	uint8_t packet[VECTOR_MAX], plain[RMCPP_MAX_PACKET];
	struct rmcpp_packet p;
	shake(&b, &sets[1]);
	rakp_keys(b.sealer, &b.rakp, &keys);
	size_t octets = vector_get("s17", "response_20", packet);
	for (size_t bit = 32; bit < octets * 8; bit++) { /* the four octets of RMCP are not covered */
		packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (rmcpp_head(packet, octets, &p, NULL) == 0 && rmcpp_open(b.sealer, &keys, &p, plain, NULL) >= 0)
			fail_msg("bit %zu may be turned", bit);
		packet[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t short_of = 1; short_of < octets; short_of++)
		assert_true(rmcpp_head(packet, octets - short_of, &p, NULL) < 0 || rmcpp_open(b.sealer, &keys, &p, plain, NULL) < 0);
	sealer_close(b.sealer);
}

static void a_wrong_password_shows_at_rakp_2(void **state)
{
	(void)state;
	struct bench b;
	uint8_t payload[VECTOR_MAX], status;
	for (size_t i = 0; i < SETS; i++) {
		setup(&b, &sets[i]);
		b.account.key[0] ^= 1;
		size_t length = vector_get(sets[i].name, "open_response", payload);
		assert_int_equal(rakp_open_response(&b.rakp, payload, length, &status), RAKP_DONE);
		length = vector_get(sets[i].name, "rakp2", payload);
		assert_int_equal(rakp_2(b.sealer, &b.rakp, payload, length, &status), RAKP_FORGED);
		sealer_close(b.sealer);
	}
}

static void a_wrong_kg_shows_at_rakp_4(void **state)
{
	(void)state;
	struct bench b;
	uint8_t payload[VECTOR_MAX], status;
	setup(&b, &sets[3]);
	b.account.kg[19] ^= 1;
	size_t length = vector_get("s17kg", "open_response", payload);
	assert_int_equal(rakp_open_response(&b.rakp, payload, length, &status), RAKP_DONE);
	length = vector_get("s17kg", "rakp2", payload);
	assert_int_equal(rakp_2(b.sealer, &b.rakp, payload, length, &status), RAKP_DONE);
	length = vector_get("s17kg", "rakp4", payload);
	assert_int_equal(rakp_4(b.sealer, &b.rakp, payload, length, &status), RAKP_FORGED);
	sealer_close(b.sealer);
}

static void only_the_suite_that_was_asked_for_is_taken(void **state)
{
	(void)state;
	struct bench b;
	uint8_t payload[VECTOR_MAX], status;
	setup(&b, &sets[1]);
	size_t length = vector_get("s3", "open_response", payload); /* sound, but suite 3 */
	assert_int_equal(rakp_open_response(&b.rakp, payload, length, &status), RAKP_OTHER_SUITE);
	sealer_close(b.sealer);
	for (int number = 0; number < 20; number++)
		assert_int_equal(suite_find(number) != NULL, number == 3 || number == 17);
}

static void a_refusal_of_two_octets_is_a_refusal(void **state)
{
	(void)state;
	struct bench b;
	uint8_t status;
	setup(&b, &sets[1]);
	assert_int_equal(rakp_open_response(&b.rakp, (const uint8_t[]){ 0x5a, 0x11 }, 2, &status), RAKP_REFUSED);
	assert_int_equal(status, RAKP_NO_SUITE);
	assert_int_equal(rakp_2(b.sealer, &b.rakp, (const uint8_t[]){ 0x5a, 0x0d }, 2, &status), RAKP_REFUSED);
	assert_int_equal(status, RAKP_NO_USER);
	assert_int_equal(rakp_4(b.sealer, &b.rakp, (const uint8_t[]){ 0x5a, 0x0f }, 2, &status), RAKP_REFUSED);
	assert_int_equal(rakp_2(b.sealer, &b.rakp, (const uint8_t[]){ 0x5b, 0x0d }, 2, &status), RAKP_DROP);
	assert_int_equal(rakp_2(b.sealer, &b.rakp, (const uint8_t[]){ 0x5a }, 1, &status), RAKP_DROP);
	sealer_close(b.sealer);
}

static void rakp_2_may_be_an_octet_short_only_with_the_quirk(void **state)
{
	(void)state;
	for (int quirk = 0; quirk < 2; quirk++) {
		for (int delta = -2; delta <= 2; delta++) {
			struct bench b;
			uint8_t payload[VECTOR_MAX] = { 0 }, status;
			setup(&b, &sets[0]);
			b.rakp.quirks = quirk ? RAKP_QUIRK_SHORT_RAKP2 : 0;
			size_t length = vector_get("s3", "open_response", payload);
			rakp_open_response(&b.rakp, payload, length, &status);
			length = vector_get("s3", "rakp2", payload);
			bool near = delta == -1 || delta == 1;
			enum rakp_result wanted = delta == 0 || (quirk && near) ? RAKP_DONE : near ? RAKP_LENGTH : RAKP_DROP;
			assert_int_equal(rakp_2(b.sealer, &b.rakp, payload, (size_t)((int)length + delta), &status), wanted);
			sealer_close(b.sealer);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_handshake_is_what_others_compute),
		cmocka_unit_test(keys_and_packets_are_what_others_compute),
		cmocka_unit_test(answers_of_every_length_are_read),
		cmocka_unit_test(any_bit_that_is_turned_breaks_the_seal),
		cmocka_unit_test(a_wrong_password_shows_at_rakp_2),
		cmocka_unit_test(a_wrong_kg_shows_at_rakp_4),
		cmocka_unit_test(only_the_suite_that_was_asked_for_is_taken),
		cmocka_unit_test(a_refusal_of_two_octets_is_a_refusal),
		cmocka_unit_test(rakp_2_may_be_an_octet_short_only_with_the_quirk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
