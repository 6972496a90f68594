/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "calendar.h"

#include <stdio.h>

/* Division that rounds towards minus infinity; `by` is positive. */
static int64_t floor_div(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* Days since 1970-01-01 of a date.  Years run from March here, so that the leap day comes last. */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = floor_div(y, 400);
	int64_t year_of_era = y - era * 400;
	int64_t march_day = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + march_day -
	       719468;
}

int64_t calendar_midnight_s(int year, int month, int day)
{
	return days_of(year, month, day) * CALENDAR_DAY_S;
}

struct calendar_date calendar_date(int64_t at_s)
{
	int64_t days = floor_div(at_s, CALENDAR_DAY_S);
	int64_t z = days + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);
	int year = (int)(yoe + era * 400) + (month <= 2);

	return (struct calendar_date){
		.year = year,
		.month = month,
		.day = (int)(doy - (153 * mp + 2) / 5 + 1),
		.weekday = (int)(((days + 3) % 7 + 7) % 7),
		.second = (int)(at_s - days * CALENDAR_DAY_S),
		.year_day = (int)(days - days_of(year, 1, 1)),
	};
}

/* 01:00 UTC on the last Sunday of a month of 31 days. */
static int64_t last_sunday_s(int year, int month)
{
	int64_t end_s = calendar_midnight_s(year, month, 31);
	int back_days = (calendar_date(end_s).weekday + 1) % 7;
	return end_s - (int64_t)back_days * CALENDAR_DAY_S + 3600;
}

int calendar_stockholm_offset_s(int64_t at_s)
{
	int year = calendar_date(at_s).year;
	return at_s >= last_sunday_s(year, 3) && at_s < last_sunday_s(year, 10) ? 7200 : 3600;
}

void calendar_apc_text(int64_t at_s, char text[20])
{
	struct calendar_date date = calendar_date(at_s);
	char wide[64];
	snprintf(wide, sizeof(wide), "%02d/%02d/%04d %02d:%02d:%02d", date.month, date.day,
	         date.year, date.second / 3600, date.second / 60 % 60, date.second % 60);
	for (int i = 0; i < 19; i++)
		text[i] = wide[i];
	text[19] = '\0';
}

int calendar_parse(const char *text, int64_t *at_s)
{
	int year = 0, month = 0, day = 0, used = 0;
	if (sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3 || text[used] != '\0')
		return -1;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
		return -1;
	int64_t found_s = calendar_midnight_s(year, month, day);
	struct calendar_date back = calendar_date(found_s);
	if (back.month != month || back.day != day)
		return -1; /* 31 April */
	*at_s = found_s;
	return 0;
}
