/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/local.h>
#include "calendar.h"
#include <stdio.h>

int hwatt_local_open(const char *timezone, struct zone **out, struct hwatt_error *err)
{
	return zone_load(timezone, out, err);
}

void hwatt_local_close(struct zone *zone)
{
	zone_free(zone);
}

void hwatt_local_day(const struct zone *zone, int64_t utc_s, char out[32])
{
	hwatt_day_text(zone_day(zone, utc_s), out);
}

void hwatt_local_minute(const struct zone *zone, int64_t utc_s, char out[32])
{
	struct civil c = zone_civil(zone, utc_s);
	snprintf(out, 32, "%04d-%02d-%02d %02d:%02d", c.year % 10000, c.month, c.day, c.hour, c.minute);
}

int hwatt_local_month(const struct zone *zone, int64_t utc_s, int *mday)
{
	struct civil c = zone_civil(zone, utc_s);
	if (mday != NULL)
		*mday = c.day;
	return c.month;
}

void hwatt_day_text(int64_t day, char out[32])
{
	int year, month, mday;
	day_civil(day, &year, &month, &mday);
	snprintf(out, 32, "%04d-%02d-%02d", year % 10000, month, mday);
}

void hwatt_utc_text(int64_t utc_s, char out[32])
{
	int64_t day = utc_s >= 0 ? utc_s / 86400 : -((86399 - utc_s) / 86400), s = utc_s - day * 86400;
	int year, month, mday;
	day_civil(day, &year, &month, &mday);
	snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02dZ", year % 10000, month, mday, (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}
