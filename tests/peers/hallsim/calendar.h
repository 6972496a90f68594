/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* calendar.h - dates of the proleptic Gregorian calendar from UTC seconds, without the C library's
 * time zone: a pure function gives the same hall on every machine. */
#ifndef HALLSIM_CALENDAR_H
#define HALLSIM_CALENDAR_H

#include <stdint.h>

#define CALENDAR_DAY_S 86400

struct calendar_date {
	int year, month, day; /* month 1..12, day 1..31 */
	int weekday;          /* 0 is Monday */
	int second;           /* of the day, 0..86399 */
	int year_day;         /* 0..365 */
};

/* The date and the second of the day at `at_s` (UTC seconds since 1970). */
struct calendar_date calendar_date(int64_t at_s);

/* UTC seconds at midnight of a date. */
int64_t calendar_midnight_s(int year, int month, int day);

/* What local time in Stockholm is ahead of UTC, 3600 or 7200: summer time runs from the last Sunday
 * of March to that of October, 01:00 UTC (directive 2000/84/EC). */
int calendar_stockholm_offset_s(int64_t at_s);

/* Writes `at_s` as "MM/DD/YYYY HH:MM:SS", the way APC's cards do; `text` holds 20 octets. */
void calendar_apc_text(int64_t at_s, char text[20]);

/* Reads "YYYY-MM-DD" as UTC midnight.  Returns 0, or -1 when `text` is not a date. */
int calendar_parse(const char *text, int64_t *at_s);

#endif
