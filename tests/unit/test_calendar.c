/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "calendar.h"
#include "interval.h"
#include "zone.h"
#include <hallwatt/number.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static struct zone *zone_of(const char *name)
{
	struct zone *zone = NULL;
	struct hwatt_error err = { 0 };
	if (zone_load(name, &zone, &err) < 0)
		fail_msg("%s", err.text);
	return zone;
}

static int64_t utc(int year, int month, int day, int hour, int minute)
{
	return civil_day(year, month, day) * 86400 + hour * 3600 + minute * 60;
}

static void assert_window(struct window w, int64_t from_s, int64_t to_s)
{
	assert_int_equal(w.from_s, from_s);
	assert_int_equal(w.to_s, to_s);
}

static int64_t quarters(struct window w)
{
	return (w.to_s - w.from_s) / QUARTER_S;
}

/* Wh of 10 kW throughout. */
static int64_t energy_wh(struct window w)
{
	return (w.to_s - w.from_s) * 10000 / 3600;
}

static void days_and_dates_turn_into_each_other(void **state)
{
	(void)state;
	assert_int_equal(civil_day(1970, 1, 1), 0);
	assert_int_equal(civil_day(2000, 3, 1), 11017);
	assert_int_equal(civil_day(1969, 12, 31), -1);
	for (int64_t day = -800000; day < 800000; day += 7) {
		int y, m, d;
		day_civil(day, &y, &m, &d);
		assert_int_equal(civil_day(y, m, d), day);
		assert_in_range(m, 1, 12);
		assert_in_range(d, 1, 31);
	}
}

static void example_44_dst_spring(void **state)
{
	(void)state;
	struct zone *zone = zone_of("Europe/Stockholm");
	struct window w = window_containing(zone, WINDOW_DAY, utc(2026, 3, 29, 12, 0), 1, 0);
	assert_window(w, utc(2026, 3, 28, 23, 0), utc(2026, 3, 29, 22, 0));
	assert_int_equal(quarters(w), 92);
	assert_int_equal(energy_wh(w), 230000);
	zone_free(zone);
}

static void example_45_dst_autumn(void **state)
{
	(void)state;
	struct zone *zone = zone_of("Europe/Stockholm");
	struct window w = window_containing(zone, WINDOW_DAY, utc(2026, 10, 25, 12, 0), 1, 0);
	assert_window(w, utc(2026, 10, 24, 22, 0), utc(2026, 10, 25, 23, 0));
	assert_int_equal(quarters(w), 100);
	assert_int_equal(energy_wh(w), 250000);
	zone_free(zone);
}

static void example_46_repeated_hour(void **state)
{
	(void)state;
	struct zone *zone = zone_of("Europe/Stockholm");
	int64_t both[] = { utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30) };
	for (size_t i = 0; i < 2; i++) {
		struct civil c = zone_civil(zone, both[i]);
		assert_int_equal(c.day, 25);
		assert_int_equal(c.hour, 2);
		assert_int_equal(c.minute, 30);
	}
	assert_int_equal(zone_offset(zone, both[0]), 7200);
	assert_int_equal(zone_offset(zone, both[1]), 3600);
	zone_free(zone);
}

static void example_47_months(void **state)
{
	(void)state;
	static const struct { int month; int64_t quarters, kwh; } rows[] = { { 3, 2972, 7430 }, { 10, 2980, 7450 },
									      { 2, 2688, 6720 } };
	struct zone *zone = zone_of("Europe/Stockholm");
	for (size_t i = 0; i < 3; i++) {
		struct window w = window_containing(zone, WINDOW_MONTH, utc(2026, rows[i].month, 15, 0, 0), 1, 0);
		assert_int_equal(quarters(w), rows[i].quarters);
		assert_int_equal(energy_wh(w), rows[i].kwh * 1000);
	}
	zone_free(zone);
}

static void example_48_years(void **state)
{
	(void)state;
	struct zone *zone = zone_of("Europe/Stockholm");
	assert_int_equal(quarters(window_containing(zone, WINDOW_YEAR, utc(2026, 6, 1, 0, 0), 1, 0)), 35040);
	assert_int_equal(quarters(window_containing(zone, WINDOW_YEAR, utc(2028, 6, 1, 0, 0), 1, 0)), 35136);
	zone_free(zone);
}

static void example_49_partial_month(void **state)
{
	(void)state;
	struct zone *zone = zone_of("Europe/Stockholm");
	struct window w = window_containing(zone, WINDOW_MONTH, utc(2026, 4, 20, 0, 0), civil_day(2026, 4, 10),
					    civil_day(2027, 4, 9));
	struct interval_sum sum = interval_sum_begin(w.from_s, w.to_s);
	assert_int_equal(interval_sum_expected(&sum), 2016);
	for (int64_t i = 0; i < 1980; i++)
		interval_sum_add(&sum, &(struct interval){ .start_s = w.from_s + i * QUARTER_S, .quality = 'M',
							   .covered_ms = QUARTER_MS });
	char text[64];
	hwatt_ratio_format(interval_sum_completeness(&sum), 9, text);
	assert_string_equal(text, "0.982142857");
	assert_int_equal(interval_sum_quality(&sum), 'X'); /* 36 quarters are not there */
	zone_free(zone);
}

static void zones_agree_with_the_c_library(void **state)
{
	(void)state;
	static const char *const names[] = { "Europe/Stockholm", "Europe/Oslo", "America/New_York", "Asia/Kathmandu",
					     "Pacific/Chatham", "Australia/Eucla", "Africa/Casablanca", "Europe/Dublin",
					     "America/Nuuk", "Pacific/Apia", "Asia/Tehran", "UTC" };
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		struct zone *zone = zone_of(names[n]);
		setenv("TZ", names[n], 1);
		tzset();
		/* From 1950 to far beyond the last transition of any file, in odd steps. */
		for (int64_t at = -631152000; at < INT64_C(9000000000); at += 1234567) {
			time_t t = at;
			struct tm tm;
			localtime_r(&t, &tm);
			struct civil c = zone_civil(zone, at);
			assert_int_equal(zone_offset(zone, at), tm.tm_gmtoff);
			assert_int_equal(c.year, tm.tm_year + 1900);
			assert_int_equal(c.month, tm.tm_mon + 1);
			assert_int_equal(c.day, tm.tm_mday);
			assert_int_equal(c.hour * 3600 + c.minute * 60 + c.second,
					 tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec);
		}
		zone_free(zone);
	}
	unsetenv("TZ");
}

static void days_follow_each_other_without_a_hole(void **state)
{
	(void)state;
	static const char *const names[] = { "Europe/Stockholm", "Asia/Beirut", "America/Havana", "Pacific/Apia",
					     "America/St_Johns", "Asia/Kathmandu" };
	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		struct zone *zone = zone_of(names[n]);
		int64_t last = zone_day_start(zone, civil_day(1985, 1, 1));
		for (int64_t day = civil_day(1985, 1, 2); day < civil_day(2050, 1, 1); day++) {
			int64_t start = zone_day_start(zone, day);
			assert_true(start >= last); /* Apia had no 30 December 2011: an empty day */
			assert_true(start - last <= 26 * 3600);
			if (start > last) {
				assert_int_equal(zone_day(zone, start - 1), day - 1);
				assert_true(zone_day(zone, start) >= day);
			}
			last = start;
		}
		zone_free(zone);
	}
}

static void a_day_begins_after_a_midnight_that_is_skipped(void **state)
{
	(void)state;
	struct zone *zone = zone_of("Asia/Beirut"); /* 2022-03-27: 00:00 becomes 01:00, at 22:00 UTC */
	int64_t start = zone_day_start(zone, civil_day(2022, 3, 27));
	assert_int_equal(start, utc(2022, 3, 26, 22, 0));
	assert_int_equal(zone_civil(zone, start).hour, 1);
	zone_free(zone);
}

static void odd_offsets_still_give_whole_quarters(void **state)
{
	(void)state;
	struct zone *zone = zone_of("Asia/Kathmandu"); /* +05:45 */
	struct window w = window_containing(zone, WINDOW_DAY, utc(2026, 5, 5, 12, 0), 1, 0);
	assert_window(w, utc(2026, 5, 4, 18, 15), utc(2026, 5, 5, 18, 15));
	/* +05:41:16 until 1919: midnight falls into a quarter, which belongs to the new day alone. */
	struct window day = window_containing(zone, WINDOW_DAY, utc(1910, 5, 5, 12, 0), 1, 0);
	struct window next = window_containing(zone, WINDOW_DAY, day.to_s, 1, 0);
	assert_int_equal(day.from_s % QUARTER_S, 0);
	assert_int_equal(day.to_s, next.from_s);
	assert_int_equal(zone_day_start(zone, civil_day(1910, 5, 5)) - day.from_s, 3 * 60 + 44); /* 18:18:44 */
	assert_int_equal(window_containing(zone, WINDOW_DAY, day.from_s, 1, 0).from_s, day.from_s);
	zone_free(zone);
}

static void windows_are_what_they_are_called(void **state)
{
	(void)state;
	struct zone *zone = zone_of("Europe/Stockholm");
	int64_t now = utc(2026, 11, 21, 21, 7);
	assert_window(window_containing(zone, WINDOW_INTERVAL, now, 1, 0), utc(2026, 11, 21, 21, 0), utc(2026, 11, 21, 21, 15));
	assert_window(window_before(zone, WINDOW_INTERVAL, now, 1, 0), utc(2026, 11, 21, 20, 45), utc(2026, 11, 21, 21, 0));
	assert_window(window_containing(zone, WINDOW_DAY, now, 1, 0), utc(2026, 11, 20, 23, 0), utc(2026, 11, 21, 23, 0));
	assert_window(window_before(zone, WINDOW_DAY, now, 1, 0), utc(2026, 11, 19, 23, 0), utc(2026, 11, 20, 23, 0));
	assert_window(window_before(zone, WINDOW_MONTH, now, 1, 0), utc(2026, 9, 30, 22, 0), utc(2026, 10, 31, 23, 0));
	assert_window(window_before(zone, WINDOW_YEAR, now, 1, 0), utc(2024, 12, 31, 23, 0), utc(2025, 12, 31, 23, 0));
	struct window months = window_containing(zone, WINDOW_12_MONTHS, now, 1, 0);
	assert_window(months, utc(2025, 10, 31, 23, 0), utc(2026, 10, 31, 23, 0));
	assert_window(window_before(zone, WINDOW_12_MONTHS, now, 1, 0), months.from_s, months.to_s);
	/* In the first minute of a month the month before has passed, and a window ends at its border. */
	int64_t first = utc(2026, 10, 31, 23, 0);
	assert_window(window_before(zone, WINDOW_MONTH, first, 1, 0), utc(2026, 9, 30, 22, 0), first);
	assert_window(window_before(zone, WINDOW_MONTH, first - 1, 1, 0), utc(2026, 8, 31, 22, 0), utc(2026, 9, 30, 22, 0));
	assert_string_equal(window_name(WINDOW_12_MONTHS), "12_months");
	zone_free(zone);
}

static void a_contract_clips_every_window(void **state)
{
	(void)state;
	struct zone *zone = zone_of("Europe/Stockholm");
	int64_t from = civil_day(2026, 4, 10), to = civil_day(2026, 9, 15);
	int64_t start = utc(2026, 4, 9, 22, 0), end = utc(2026, 9, 15, 22, 0);
	int64_t june = utc(2026, 6, 10, 0, 0), late = utc(2027, 2, 1, 0, 0);
	assert_window(window_containing(zone, WINDOW_CONTRACT, june, from, to), start, end);
	assert_window(window_containing(zone, WINDOW_YEAR, june, from, to), start, end);
	assert_window(window_containing(zone, WINDOW_12_MONTHS, june, from, to), start, utc(2026, 5, 31, 22, 0));
	struct window w = window_containing(zone, WINDOW_MONTH, late, from, to);
	assert_int_equal(w.from_s, w.to_s);
	/* Its last month passed with it, in the middle. */
	assert_window(window_before(zone, WINDOW_MONTH, utc(2026, 9, 20, 0, 0), from, to), utc(2026, 8, 31, 22, 0), end);
	assert_window(window_before(zone, WINDOW_MONTH, late, from, to), utc(2026, 8, 31, 22, 0), end);
	assert_window(window_before(zone, WINDOW_MONTH, utc(2026, 9, 10, 0, 0), from, to), utc(2026, 7, 31, 22, 0),
		      utc(2026, 8, 31, 22, 0));
	assert_window(window_before(zone, WINDOW_CONTRACT, late, from, to), start, end);
	w = window_before(zone, WINDOW_CONTRACT, june, from, to);
	assert_int_equal(w.from_s, w.to_s);
	w = window_before(zone, WINDOW_MONTH, utc(2026, 4, 20, 0, 0), from, to); /* none has passed yet */
	assert_int_equal(w.from_s, w.to_s);
	zone_free(zone);
}

static void posix_strings_are_read_as_rfc_8536_has_them(void **state)
{
	(void)state;
	static const char *const good[] = { "CET-1CEST,M3.5.0,M10.5.0/3", "<+0545>-5:45", "EST5EDT,0/0,J365/25",
					    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "IST-1GMT0,M10.5.0,M3.5.0/1", "UTC0" };
	static const char *const bad[] = { "", "CE-1", "CET", "CET-1CEST", "CET-25", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
					   "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J1", "CET-1 ",
					   "CET-1CEST,M3.5.0/168,M10.5.0", "<CET-1", "CET-1CEST,366,1", "UTC0:60", "UTC0:00:60" };
	struct zone_tail tail;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(zone_tail_parse(good[i], strlen(good[i]), &tail));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(zone_tail_parse(bad[i], strlen(bad[i]), &tail));
}

static void summer_time_all_year_round_never_ends(void **state)
{
	(void)state;
	struct zone zone = { .types = 1 };
	assert_true(zone_tail_parse("EST5EDT,0/0,J365/25", 19, &zone.tail));
	for (int64_t at = utc(2026, 12, 30, 0, 0); at < utc(2029, 1, 3, 0, 0); at += 1800)
		assert_int_equal(zone_offset(&zone, at), -4 * 3600);
}

static void what_is_no_zone_is_refused(void **state)
{
	(void)state;
	static const char *const names[] = { "", "../etc/passwd", "/etc/passwd", "Europe/Nowhere", "Europe", "right/UTC", "a b",
					     "Europe/../../../etc/passwd" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *zone = NULL;
		struct hwatt_error err = { 0 };
		assert_int_equal(zone_load(names[i], &zone, &err), -1);
		assert_int_equal(err.code, HWATT_EINVAL);
	}
}

/* A version 1 file: n types, transitions of 32 bits. */
static size_t build(uint8_t out[128], uint8_t transitions, uint8_t type)
{
	memset(out, 0, 128);
	memcpy(out, "TZif", 4);
	out[35] = transitions;
	out[39] = 1;
	out[43] = 4;
	size_t at = 44;
	for (uint8_t i = 0; i < transitions; i++)
		out[at + 4u * i + 3] = (uint8_t)(i + 1);
	at += 4u * transitions;
	for (uint8_t i = 0; i < transitions; i++)
		out[at++] = type;
	out[at + 2] = 0x0e; /* 3600 s */
	out[at + 3] = 0x10;
	memcpy(out + at + 6, "CET", 4);
	return at + 10;
}

static void malformed_files_are_refused(void **state)
{
	(void)state;
	uint8_t file[128];
	struct zone *zone = NULL;
	struct hwatt_error err = { 0 };
	size_t length = build(file, 3, 0);
	assert_int_equal(zone_parse(file, length, &zone, &err), 0);
	assert_int_equal(zone_offset(zone, 0), 3600);
	zone_free(zone);
	for (size_t cut = 0; cut < length; cut++)
		assert_int_equal(zone_parse(file, cut, &zone, &err), -1);
	assert_int_equal(err.code, HWATT_EPROTO);
	length = build(file, 3, 1); /* a type that is not there */
	assert_int_equal(zone_parse(file, length, &zone, &err), -1);
	length = build(file, 3, 0);
	file[51] = 1; /* two transitions in one instant */
	assert_int_equal(zone_parse(file, length, &zone, &err), -1);
	length = build(file, 3, 0);
	file[31] = 1; /* leap seconds */
	assert_int_equal(zone_parse(file, length, &zone, &err), -1);
	length = build(file, 3, 0);
	file[32] = 0xff; /* more transitions than any file has */
	assert_int_equal(zone_parse(file, length, &zone, &err), -1);
}

static void any_time_has_its_windows(void **state)
{
	(void)state;
	static const int64_t times[] = { INT64_MIN, INT64_MAX, INT64_MIN + 1, INT64_C(100000000000000) };
	struct zone *zone = zone_of("Europe/Stockholm");
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		for (int kind = 0; kind < WINDOW_KINDS; kind++) {
			struct window w = window_containing(zone, (enum window_kind)kind, times[i], 1, 0);
			assert_true(w.from_s <= w.to_s);
			w = window_before(zone, (enum window_kind)kind, times[i], INT64_MIN / 2, INT64_MAX / 2);
			assert_true(w.from_s <= w.to_s);
		}
	zone_free(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_and_dates_turn_into_each_other),
		cmocka_unit_test(example_44_dst_spring),
		cmocka_unit_test(example_45_dst_autumn),
		cmocka_unit_test(example_46_repeated_hour),
		cmocka_unit_test(example_47_months),
		cmocka_unit_test(example_48_years),
		cmocka_unit_test(example_49_partial_month),
		cmocka_unit_test(zones_agree_with_the_c_library),
		cmocka_unit_test(days_follow_each_other_without_a_hole),
		cmocka_unit_test(a_day_begins_after_a_midnight_that_is_skipped),
		cmocka_unit_test(odd_offsets_still_give_whole_quarters),
		cmocka_unit_test(windows_are_what_they_are_called),
		cmocka_unit_test(a_contract_clips_every_window),
		cmocka_unit_test(posix_strings_are_read_as_rfc_8536_has_them),
		cmocka_unit_test(summer_time_all_year_round_never_ends),
		cmocka_unit_test(what_is_no_zone_is_refused),
		cmocka_unit_test(malformed_files_are_refused),
		cmocka_unit_test(any_time_has_its_windows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
