/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "meterset.h"
#include "quarters.h"
#include "random.h"
#include "record.h"
#include "same_state.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static uint64_t seed = 7;

static uint64_t next_random(void)
{
	return random_next(&seed);
}

static uint64_t any_number(void) /* of any size */
{
	return next_random() >> next_random() % 64;
}

static struct record_sample any_sample(uint64_t number)
{
	struct record_sample s = { .number = number, .parts = (unsigned)next_random() & (RECORD_LEVEL | RECORD_COUNT | RECORD_STAMP),
				   .age_ms = next_random() % 3 == 0 ? (int64_t)any_number() : 7 };
	if ((s.parts & RECORD_LEVEL) != 0)
		s.level = (int64_t)(next_random() % 2 == 0 ? any_number() : -any_number());
	if ((s.parts & RECORD_COUNT) != 0 && next_random() % 2 == 0)
		s.count = next_random() % 2 == 0 ? any_number() : -any_number();
	if ((s.parts & RECORD_STAMP) != 0)
		s.stamp = any_number();
	return s;
}

static void assert_sample(const struct record_sample *got, const struct record_sample *put)
{
	assert_int_equal(got->number, put->number);
	assert_int_equal(got->parts, put->parts);
	assert_int_equal(got->age_ms, put->age_ms);
	assert_int_equal(got->level, put->level);
	assert_int_equal(got->count, put->count);
	assert_int_equal(got->stamp, put->stamp);
	assert_false(got->absolute);
}

#define SAMPLES 100

static void what_is_put_comes_back(void **state)
{
	(void)state;
	for (int run = 0; run < 300; run++) {
		struct record_sample put[SAMPLES], got;
		struct hwatt_text text;
		hwatt_text_init(&text, 1u << 16);
		hwatt_text_puts(&text, "before"); /* what stands there already stays */
		struct record_poll poll = { (int64_t)any_number(), -(int64_t)any_number(), next_random(), run % 2 == 0, run % 3 == 0 };
		struct record record = record_begin(&text, &poll);
		uint64_t number = 0;
		for (int i = 0; i < SAMPLES; i++, number++) {
			number = next_random() % 10 == 0 ? next_random() % 100000 : number;
			put[i] = any_sample(number);
			bool steady = put[i].parts == (RECORD_LEVEL | RECORD_COUNT) && put[i].count == 0;
			if (steady && record.end - record.at >= RECORD_SAMPLE_OCTETS)
				record_put_steady(&record, number, put[i].age_ms, put[i].level);
			else
				record_put(&record, &put[i]);
		}
		record_end(&record);
		assert_true(hwatt_text_ok(&text));
		assert_memory_equal(text.bytes, "before", 6);
		struct record_reader reader = record_read(text.bytes + 6, text.length - 6);
		assert_int_equal(reader.poll.wall_ms, poll.wall_ms);
		assert_int_equal(reader.poll.mono_ms, poll.mono_ms);
		assert_int_equal(reader.poll.restarted, poll.restarted);
		assert_int_equal(reader.poll.exchanged, poll.exchanged);
		assert_true(record_follows(&reader, poll.check));
		assert_false(record_follows(&reader, poll.check + 1));
		for (int i = 0; i < SAMPLES; i++) {
			assert_true(record_next(&reader, &got));
			assert_sample(&got, &put[i]);
		}
		assert_false(record_next(&reader, &got));
		assert_true(hwatt_wire_ok(&reader.in));
		hwatt_text_free(&text);
	}
}

static void steady_totals_take_two_octets(void **state)
{
	(void)state;
	struct hwatt_text text;
	hwatt_text_init(&text, 1u << 16);
	struct record record = record_begin(&text, &(struct record_poll){ .wall_ms = 1, .mono_ms = 1 });
	record_end(&record);
	size_t head = text.length;
	hwatt_text_reset(&text);
	record = record_begin(&text, &(struct record_poll){ .wall_ms = 1, .mono_ms = 1 });
	for (uint64_t i = 0; i < 10; i++)
		record_put_steady(&record, i, 30, -60);
	record_end(&record);
	assert_int_equal(text.length - head, 2 * 10 + 1); /* and once the age */
	hwatt_text_free(&text);
}

static void a_text_that_is_full_takes_no_record(void **state)
{
	(void)state;
	struct hwatt_text text;
	hwatt_text_init(&text, 1500);
	struct record record = record_begin(&text, &(struct record_poll){ .wall_ms = 1 });
	assert_true(hwatt_text_ok(&text));
	for (uint64_t i = 0; i < 200; i++)
		record_put(&record, &(struct record_sample){ .number = i, .parts = RECORD_LEVEL, .level = INT64_MIN, .age_ms = 3 });
	record_end(&record);
	assert_false(hwatt_text_ok(&text));
	assert_true(text.length <= 1500);
	struct record none = record_begin(NULL, &(struct record_poll){ .wall_ms = 1 });
	record_put(&none, &(struct record_sample){ .number = 1, .parts = RECORD_LEVEL, .level = 1 });
	record_end(&none);
	hwatt_text_free(&text);
}

/* ---- of before ---- */

static void add(struct hwatt_text *out, uint64_t number)
{
	char octets[RECORD_NUMBER_OCTETS];
	hwatt_text_put(out, octets, (size_t)(record_number(octets, number) - octets));
}

/* As a daemon of before wrote them: whole values, an age with each, no check. It may have been killed before this one started. */
static void records_of_before_are_read(void **state)
{
	(void)state;
	static const char *const indexes[] = { "1", "2" };
	struct target_point points[4];
	int64_t kept[4];
	uint32_t at[4] = { 90, 90, 100, 100 };
	struct target_stamp stamps[4] = { { 0 } };
	struct target_values values = { .kept = kept, .at = at, .stamps = stamps, .from = 1 };
	struct meterset *set = meterset_new("dev", (struct meterset_settings){ .interval_ms = 30000 }, NULL);
	struct meterset *again = meterset_new("dev", (struct meterset_settings){ .interval_ms = 1 }, NULL);
	struct hwatt_text text;
	struct hwatt_error err = { 0 };
	hwatt_text_init(&text, 1u << 16);
	for (size_t i = 0; i < 4; i++)
		points[i] = (struct target_point){ .role = HWATT_OUTLET, .index = indexes[i / 2], .name = "", .source = "", .step = 3600,
						   .quantity = i % 2 == 0 ? HWATT_ACTIVE_POWER : HWATT_ENERGY };
	stamps[3] = (struct target_stamp){ true, 5 };
	for (int64_t poll = 0; poll < 20; poll++) {
		int64_t mono_ms = 1000 + 30000 * poll, wall_ms = INT64_C(1800000000000) + mono_ms;
		kept[0] = 100000 + 700 * poll;
		kept[1] = 5000 + 830 * poll;
		kept[2] = 200000 - 300 * poll;
		kept[3] = poll < 12 ? 1660 * poll : 1660 * (poll - 12); /* it begins anew */
		stamps[3].stamp = poll < 12 ? 5 : 6;
		values.epoch_ms = mono_ms - 110;
		meterset_feed(set, &(struct meterset_poll){ .points = points, .values = &values, .count = 4, .wall_ms = wall_ms,
							    .mono_ms = mono_ms, .restarted = poll == 12 }, NULL, quarters_forget, NULL);
		hwatt_text_reset(&text);
		if (poll < 3) {
			meterset_keep(set, quarters_of_none, NULL);
			continue;
		}
		if (poll == 3) {
			meterset_encode(set, &text);
			assert_int_equal(meterset_decode(again, text.bytes, text.length, &err), 0);
			continue;
		}
		add(&text, poll == 12);
		add(&text, octets_fold(wall_ms));
		add(&text, octets_fold(mono_ms));
		for (size_t i = 0; i < 2; i++) {
			add(&text, i * 8 + 3 + (i == 1 ? 4 : 0));
			add(&text, octets_fold(110 - (int64_t)at[2 * i]));
			add(&text, octets_fold(kept[2 * i]));
			add(&text, (uint64_t)kept[2 * i + 1]);
			if (i == 1)
				add(&text, stamps[3].stamp);
		}
		if (meterset_replay(again, text.bytes, text.length, &err) < 0)
			fail_msg("%s", err.text);
		assert_same_state(set, again);
	}
	hwatt_text_free(&text);
	meterset_free(set);
	meterset_free(again);
}

/* What is told as a difference means nothing after a record that was lost. */
static void a_record_after_a_lost_one_is_refused(void **state)
{
	(void)state;
	struct target_point point = { .role = HWATT_OUTLET, .quantity = HWATT_ACTIVE_POWER, .index = "1", .name = "", .source = "" };
	int64_t kept = 5000;
	uint32_t at = 100;
	struct target_values values = { .kept = &kept, .at = &at, .from = 1 };
	struct meterset *set = meterset_new("dev", (struct meterset_settings){ .interval_ms = 30000 }, NULL);
	struct meterset *again = meterset_new("dev", (struct meterset_settings){ .interval_ms = 1 }, NULL);
	struct hwatt_text text;
	struct hwatt_error err = { 0 };
	hwatt_text_init(&text, 1u << 16);
	for (int64_t poll = 0; poll < 6; poll++) {
		int64_t mono_ms = 1000 + 30007 * poll;
		values.epoch_ms = mono_ms - 110;
		hwatt_text_reset(&text);
		meterset_feed(set, &(struct meterset_poll){ .points = &point, .values = &values, .count = 1, .mono_ms = mono_ms,
							    .wall_ms = INT64_C(1800000000000) + mono_ms }, &text, quarters_forget, NULL);
		if (poll == 1)
			meterset_keep(set, quarters_of_none, NULL);
		if (poll == 2) { /* and the next record is lost */
			hwatt_text_reset(&text);
			meterset_encode(set, &text);
			assert_int_equal(meterset_decode(again, text.bytes, text.length, &err), 0);
		}
		if (poll > 3) {
			assert_int_equal(meterset_replay(again, text.bytes, text.length, &err), -1);
			assert_int_equal(err.code, HWATT_EPROTO);
		}
	}
	hwatt_text_free(&text);
	meterset_free(set);
	meterset_free(again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_comes_back),
		cmocka_unit_test(steady_totals_take_two_octets),
		cmocka_unit_test(a_text_that_is_full_takes_no_record),
		cmocka_unit_test(records_of_before_are_read),
		cmocka_unit_test(a_record_after_a_lost_one_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
