/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "calendar.h"
#include "zone.h"
#include <assert.h>

/* Far beyond year 9999 on both sides, and day numbers still fit in int. */
#define MAX_UTC_S INT64_C(100000000000000)
#define MAX_DAY (2 * MAX_UTC_S / 86400) /* more, so that every time has a day after it */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t within(int64_t utc_s)
{
	return utc_s > MAX_UTC_S ? MAX_UTC_S : utc_s < -MAX_UTC_S ? -MAX_UTC_S : utc_s;
}

/* Years run from March to February here, so that the leap day is a year's last; 400 of them are 146097 days. */
int64_t civil_day(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = floor_div(y, 400), year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

void day_civil(int64_t day, int *year, int *month, int *mday)
{
	int64_t shifted = day + 719468, era = floor_div(shifted, 146097), doe = shifted - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	*mday = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

int32_t zone_offset(const struct zone *zone, int64_t utc_s)
{
	return zone_segment(zone, within(utc_s)).offset_s;
}

struct civil zone_civil(const struct zone *zone, int64_t utc_s)
{
	int64_t local_s = within(utc_s) + zone_offset(zone, utc_s);
	int64_t day = floor_div(local_s, 86400), second = local_s - day * 86400;
	struct civil civil = { .hour = (int)(second / 3600), .minute = (int)(second / 60 % 60), .second = (int)(second % 60) };
	day_civil(day, &civil.year, &civil.month, &civil.day);
	return civil;
}

int64_t zone_day_start(const struct zone *zone, int64_t day)
{
	/* Walks the segments around the UTC midnight until the local clock has reached the day. No offset is beyond 26 h. */
	int64_t midnight_s = (day > MAX_DAY ? MAX_DAY : day < -MAX_DAY ? -MAX_DAY : day) * 86400;
	int64_t at_s = midnight_s - 2 * 86400;
	for (;;) {
		struct zone_segment segment = zone_segment(zone, at_s);
		int64_t start_s = midnight_s - segment.offset_s;
		if (start_s < segment.to_s)
			return start_s > at_s ? start_s : at_s;
		at_s = segment.to_s;
	}
}

int64_t zone_day(const struct zone *zone, int64_t utc_s)
{
	utc_s = within(utc_s);
	int64_t day = floor_div(utc_s + zone_offset(zone, utc_s), 86400);
	while (zone_day_start(zone, day + 1) <= utc_s)
		day++;
	while (zone_day_start(zone, day) > utc_s)
		day--;
	return day;
}

const char *window_name(enum window_kind kind)
{
	static const char *const names[WINDOW_KINDS] = { "interval", "day", "month", "year", "12_months", "contract" };
	assert((unsigned)kind < WINDOW_KINDS);
	return names[kind];
}

/* The first quarter of the local day. */
static int64_t day_bound(const struct zone *zone, int64_t day)
{
	return floor_div(zone_day_start(zone, day), QUARTER_S) * QUARTER_S;
}

/* The day number of the first of a month; `month` may be beyond 1 to 12. */
static int64_t month_day(int year, int month)
{
	int64_t months = (int64_t)year * 12 + month - 1;
	int64_t y = floor_div(months, 12);
	return civil_day((int)y, (int)(months - y * 12) + 1, 1);
}

static struct window whole_window(const struct zone *zone, enum window_kind kind, int64_t utc_s, int64_t from_day,
				  int64_t to_day)
{
	struct window w = { .kind = kind };
	int64_t quarter_s = floor_div(within(utc_s), QUARTER_S) * QUARTER_S;
	int64_t day = zone_day(zone, quarter_s + QUARTER_S - 1), from, to;
	int year, month, mday;
	day_civil(day, &year, &month, &mday);
	switch (kind) {
	case WINDOW_INTERVAL:
		w.from_s = quarter_s;
		w.to_s = quarter_s + QUARTER_S;
		return w;
	case WINDOW_DAY:
		from = day;
		to = day + 1;
		break;
	case WINDOW_MONTH:
		from = month_day(year, month);
		to = month_day(year, month + 1);
		break;
	case WINDOW_YEAR:
		from = civil_day(year, 1, 1);
		to = civil_day(year + 1, 1, 1);
		break;
	case WINDOW_12_MONTHS:
		from = month_day(year, month - 12);
		to = month_day(year, month);
		break;
	default: /* WINDOW_CONTRACT */
		from = from_day;
		to = to_day >= from_day ? to_day + 1 : from_day;
		break;
	}
	w.from_s = day_bound(zone, from);
	w.to_s = day_bound(zone, to);
	return w;
}

static struct window clipped(const struct zone *zone, struct window w, int64_t from_day, int64_t to_day)
{
	if (to_day < from_day)
		return w;
	int64_t from_s = day_bound(zone, from_day), to_s = day_bound(zone, to_day + 1);
	if (w.from_s < from_s)
		w.from_s = from_s;
	if (w.to_s > to_s)
		w.to_s = to_s;
	if (w.to_s < w.from_s)
		w.to_s = w.from_s;
	return w;
}

struct window window_containing(const struct zone *zone, enum window_kind kind, int64_t utc_s, int64_t from_day,
				int64_t to_day)
{
	return clipped(zone, whole_window(zone, kind, utc_s, from_day, to_day), from_day, to_day);
}

struct window window_before(const struct zone *zone, enum window_kind kind, int64_t utc_s, int64_t from_day,
			    int64_t to_day)
{
	int64_t end_s = within(utc_s);
	if (to_day >= from_day && day_bound(zone, to_day + 1) < end_s)
		end_s = day_bound(zone, to_day + 1);
	struct window whole = whole_window(zone, kind, end_s, from_day, to_day);
	struct window w = clipped(zone, whole, from_day, to_day);
	if (w.from_s < w.to_s && w.to_s <= end_s)
		return w;
	if (kind == WINDOW_CONTRACT || kind == WINDOW_12_MONTHS) {
		w.to_s = w.from_s; /* the one there is has not passed, or is empty */
		return w;
	}
	return clipped(zone, whole_window(zone, kind, whole.from_s - 1, from_day, to_day), from_day, to_day);
}
