/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "interval.h"
#include "pack.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

struct day {
	int64_t amount[PACK_QUARTERS];
	int32_t covered_ms[PACK_QUARTERS];
	char quality[PACK_QUARTERS];
};

static struct day usual_day(int64_t amount)
{
	struct day d;
	for (int q = 0; q < PACK_QUARTERS; q++) {
		d.amount[q] = amount;
		d.covered_ms[q] = QUARTER_MS;
		d.quality[q] = 'M';
	}
	return d;
}

/* Packs and unpacks; returns the length. */
static size_t comes_back(const struct day *d)
{
	uint8_t octets[PACK_MAX_OCTETS], *exact;
	struct day back;
	size_t length = pack_encode(d->amount, d->covered_ms, d->quality, octets);
	assert_true(length <= sizeof(octets));
	exact = malloc(length); /* the address sanitizer sees what is read behind it */
	memcpy(exact, octets, length);
	assert_int_equal(pack_decode(exact, length, back.amount, back.covered_ms, back.quality), 0);
	free(exact);
	for (int q = 0; q < PACK_QUARTERS; q++) {
		assert_int_equal(back.quality[q], d->quality[q]);
		assert_true(back.amount[q] == (d->quality[q] != '\0' ? d->amount[q] : 0));
		assert_int_equal(back.covered_ms[q], d->quality[q] != '\0' ? d->covered_ms[q] : 0);
	}
	return length;
}

static void a_day_without_change_takes_eleven_octets(void **state)
{
	(void)state;
	struct day d = usual_day(5400000000);
	assert_int_equal(comes_back(&d), 11);
}

static void a_usual_day_takes_as_many_octets_as_its_load_varies(void **state)
{
	(void)state;
	struct day d = usual_day(INT64_C(5400000000000));
	d.amount[7] += INT64_C(1) << 39;
	assert_int_equal(comes_back(&d), 11 + 5 * 96);
}

static void gaps_and_letters_come_back(void **state)
{
	(void)state;
	struct day d = usual_day(-40);
	d.quality[0] = '\0';
	d.quality[95] = '\0';
	d.amount[0] = 77; /* is of no interest */
	d.quality[3] = 'X';
	d.covered_ms[3] = 0;
	d.quality[4] = 'L';
	d.covered_ms[4] = 899999;
	d.covered_ms[5] = 1; /* M and yet not covered */
	assert_int_equal(comes_back(&d), 11 + 6 * 5);
}

static void the_ends_of_the_range_come_back(void **state)
{
	(void)state;
	struct day d = usual_day(0);
	d.amount[0] = INT64_MIN;
	d.amount[95] = INT64_MAX;
	for (int q = 0; q < PACK_QUARTERS; q++)
		d.quality[q] = 'P';
	assert_int_equal(comes_back(&d), PACK_MAX_OCTETS);
	memset(d.quality, 0, sizeof(d.quality));
	assert_int_equal(comes_back(&d), 11 + 6 * 96); /* no quarter at all */
}

static void random_days_come_back(void **state)
{
	(void)state;
	srand(7);
	for (int n = 0; n < 2000; n++) {
		struct day d = usual_day(0);
		int bits = rand() % 64, rare = 1 + rand() % 40;
		for (int q = 0; q < PACK_QUARTERS; q++) {
			uint64_t value = (uint64_t)rand() << 62 ^ (uint64_t)rand() << 31 ^ (uint64_t)rand();
			d.amount[q] = (int64_t)(value & ((UINT64_C(2) << bits) - 1));
			if (rand() % rare != 0)
				continue;
			d.quality[q] = QUALITY_LETTERS "\0"[rand() % 9];
			d.covered_ms[q] = rand() % (QUARTER_MS + 1);
		}
		comes_back(&d);
	}
}

static void malformed_octets_are_refused(void **state)
{
	(void)state;
	struct day d = usual_day(1), back;
	uint8_t good[PACK_MAX_OCTETS + 1], bad[PACK_MAX_OCTETS + 1];
	d.amount[1] = 300;
	d.quality[2] = 'L';
	d.quality[3] = '\0';
	size_t length = pack_encode(d.amount, d.covered_ms, d.quality, good);
	size_t first = length - 12;
	const struct { size_t at; uint8_t value; } changes[] = {
		{ 0, 2 }, { 1, 9 }, { 1, 3 }, { 2, 97 }, { 2, 1 }, { first, 96 }, { first + 6, 2 }, { first + 1, 'Q' }, { first + 5, 1 },
		{ first + 8, 1 },
	};
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		memcpy(bad, good, length);
		bad[changes[i].at] = changes[i].value;
		assert_int_equal(pack_decode(bad, length, back.amount, back.covered_ms, back.quality), -1);
	}
	assert_int_equal(pack_decode(good, length, back.amount, back.covered_ms, back.quality), 0);
	assert_int_equal(pack_decode(good, length - 1, back.amount, back.covered_ms, back.quality), -1);
	assert_int_equal(pack_decode(good, length + 1, back.amount, back.covered_ms, back.quality), -1);
	assert_int_equal(pack_decode(good, 0, back.amount, back.covered_ms, back.quality), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_without_change_takes_eleven_octets),
		cmocka_unit_test(a_usual_day_takes_as_many_octets_as_its_load_varies),
		cmocka_unit_test(gaps_and_letters_come_back),
		cmocka_unit_test(the_ends_of_the_range_come_back),
		cmocka_unit_test(random_days_come_back),
		cmocka_unit_test(malformed_octets_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
