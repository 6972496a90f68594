/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "values.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define OUTLETS 24
#define PDU_POINTS (2 + 3 * OUTLETS)
#define PDU_MOST 176u

/* Packs, unpacks into `other` and compares; returns the octets that it took. */
static uint32_t come_back(struct values_spread *s, struct values_spread *other)
{
	static uint8_t *block;
	static uint16_t steps;
	values_pack(s, &block, &steps);
	values_unpack(block, other);
	assert_int_equal(other->room, s->room);
	for (size_t i = 0; i < s->room; i++) {
		assert_int_equal(target_kept(&other->v, i), target_kept(&s->v, i));
		assert_int_equal(target_at(&other->v, i), target_at(&s->v, i));
	}
	uint32_t took = steps * VALUES_STEP;
	free(block);
	block = NULL;
	steps = 0;
	return took;
}

static void put(struct values_spread *s, size_t n, int64_t value, uint32_t at)
{
	if (value < INT32_MIN || value > INT32_MAX) {
		if (s->v.kept == NULL)
			values_widen(s);
	}
	if (s->v.kept != NULL)
		s->v.kept[n] = value;
	else
		s->v.narrow[n] = (int32_t)value;
	if (s->v.at == NULL && s->v.moments[s->moment_count - 1] != at)
		values_add_moment(s, at);
	if (s->v.at == NULL)
		s->v.when[n] = (uint8_t)(s->moment_count - 1);
	else
		s->v.at[n] = at;
}

static void values_of_any_size_come_back(void **state)
{
	(void)state;
	static const int64_t units[] = { 1, 100, 1000, 7 };
	struct values_spread s = { .room = 0 }, other = { .room = 0 };
	values_fit(&s, 4 * 64 * 2);
	size_t n = 0;
	for (size_t u = 0; u < 4; u++)
		for (unsigned bits = 0; bits < 31; bits++)
			for (int sign = -1; sign <= 1; sign += 2)
				put(&s, n++, sign * ((INT64_C(1) << bits) - (int64_t)(bits % 2)) / units[u] * units[u], 5);
	come_back(&s, &other);
	assert_null(other.v.kept);
	for (unsigned bits = 31; bits < 63; bits++)
		put(&s, n++, (INT64_C(1) << bits) / 1000 * 1000 - (int64_t)(bits % 3), 6 + bits);
	put(&s, n++, INT64_MAX, 70);
	put(&s, n++, INT64_MIN, 70);
	put(&s, n++, INT64_MIN + 1, 70);
	put(&s, n++, INT64_C(4294967295) * 1000, 70);
	put(&s, n++, INT64_C(-2147483648) * 1000, 70);
	come_back(&s, &other);
	assert_non_null(other.v.kept);
	values_free(&s);
	values_free(&other);
}

static void times_come_back_shared_or_not(void **state)
{
	(void)state;
	struct values_spread s = { .room = 0 }, other = { .room = 0 };
	values_fit(&s, 700);
	come_back(&s, &other); /* nothing has come yet */
	for (size_t i = 0; i < 600; i++)
		put(&s, i, (int64_t)i, i < 500 ? 9 : (uint32_t)(i / 10));
	come_back(&s, &other);
	assert_null(other.v.at);
	values_add_moment(&other, 77); /* it goes on from there */
	other.v.when[3] = (uint8_t)(other.moment_count - 1);
	assert_int_equal(target_at(&other.v, 3), 77);
	assert_int_equal(target_at(&other.v, 4), 9);
	for (size_t i = 0; i < 700; i++)
		put(&s, i, (int64_t)i, (uint32_t)(1000 + i));
	assert_non_null(s.v.at);
	come_back(&s, &other);
	assert_non_null(other.v.at);
	values_clear(&s, 3);
	come_back(&s, &other);
	assert_null(other.v.at);
	values_free(&s);
	values_free(&other);
}

/* As what nothing is plugged in says: most are alike, wherever the others stand. */
static void values_that_are_mostly_the_same_come_back(void **state)
{
	(void)state;
	static const int64_t usual[] = { 0, -7, 230000, INT64_MIN }, more[] = { 1, 1000, 1234567, INT64_MAX };
	struct values_spread s = { .room = 0 }, other = { .room = 0 };
	for (size_t count = 1; count < 70; count++) {
		for (size_t k = 0; k < 16; k++) {
			values_free(&s);
			values_fit(&s, count);
			for (size_t i = 0; i < count; i++)
				put(&s, i, (int64_t)((uint64_t)usual[k / 4] + (i * 7 % 11 < k % 4 ? (uint64_t)more[k % 4] + i * 100 : 0)), 5);
			come_back(&s, &other);
		}
	}
	values_clear(&s, 24);
	for (size_t i = 0; i < 24; i++)
		put(&s, i, i % 3 == 0 ? 90000 + 1000 * (int64_t)i : 0, 5);
	assert_in_range(come_back(&s, &other), 32, 64);
	values_free(&s);
	values_free(&other);
}

static void a_pdu_takes_little_room_between_its_polls(void **state)
{
	(void)state;
	struct values_spread s = { .room = 0 }, other = { .room = 0 };
	values_fit(&s, PDU_POINTS);
	put(&s, 0, 4321000, 100);
	put(&s, 1, 1234567, 100);
	for (size_t i = 0; i < OUTLETS; i++) {
		put(&s, 2 + i, 100 * (3 + (int64_t)i), 101); /* mA, mW, 0.1 kWh */
		put(&s, 2 + OUTLETS + i, 1000 * (90 + 10 * (int64_t)i), 101);
	}
	for (size_t i = 0; i < OUTLETS; i++)
		put(&s, 2 + 2 * OUTLETS + i, 123456 + 1111 * (int64_t)i, 102);
	uint32_t took = come_back(&s, &other);
	print_message("%u octets\n", took);
	assert_in_range(took, 100, PDU_MOST);
	for (uint32_t at = 30100; at < 300000; at += 30000) { /* every poll has times of its own; none of those before is kept */
		for (size_t i = 0; i < PDU_POINTS; i++)
			put(&s, i, target_kept(&other.v, i), i < 2 ? at : i < 2 + 2 * OUTLETS ? at + 1 : at + 2);
		assert_int_equal(come_back(&s, &other), took);
	}
	values_free(&s);
	values_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_any_size_come_back),
		cmocka_unit_test(times_come_back_shared_or_not),
		cmocka_unit_test(values_that_are_mostly_the_same_come_back),
		cmocka_unit_test(a_pdu_takes_little_room_between_its_polls),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
