/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* calendar.h - quarters of an hour in UTC, and days, months and years cut in a site's time zone.
 *
 * Reads the system's TZif files (RFC 8536, /usr/share/zoneinfo), bounded; no global TZ is touched.
 * Source: domain.md 5.5. */
#ifndef HALLWATT_CALENDAR_H
#define HALLWATT_CALENDAR_H

#include <hallwatt/error.h>
#include <stddef.h>
#include <stdint.h>

#define QUARTER_S 900
#define QUARTER_MS INT64_C(900000)

struct zone; /* a time zone, immutable */

/* Loads the zone `name` ("Europe/Stockholm"). HWATT_EINVAL: no such zone. "UTC" and "Etc/UTC" are known without any file. */
int zone_load(const char *name, struct zone **out, struct hwatt_error *err);
/* Decodes TZif octets (for tests and the fuzzer). HWATT_EPROTO when malformed. */
int zone_parse(const void *bytes, size_t length, struct zone **out, struct hwatt_error *err);
void zone_free(struct zone *zone);

struct civil { int year, month, day, hour, minute, second; }; /* local, month and day from 1 */

/* Local time minus UTC, seconds. */
int32_t zone_offset(const struct zone *zone, int64_t utc_s);
struct civil zone_civil(const struct zone *zone, int64_t utc_s);
/* The UTC second at which the local day (days since 1970-01-01) begins: the first at which the local clock shows midnight
 * or, where a change of the clock skips midnight, the first after it. */
int64_t zone_day_start(const struct zone *zone, int64_t day);
/* The local day in which `utc_s` falls: zone_day_start(day) <= utc_s < zone_day_start(day + 1). Where a clock was set back over
 * midnight, the minutes shown twice belong to the new day. */
int64_t zone_day(const struct zone *zone, int64_t utc_s);

int64_t civil_day(int year, int month, int day); /* proleptic Gregorian, days since 1970-01-01 */
void day_civil(int64_t day, int *year, int *month, int *mday);

enum window_kind { WINDOW_INTERVAL, WINDOW_DAY, WINDOW_MONTH, WINDOW_YEAR, WINDOW_12_MONTHS,
		   WINDOW_CONTRACT, WINDOW_KINDS };
const char *window_name(enum window_kind kind); /* "interval", "day", "month", "year", "12_months", "contract" */

/* A local midnight that is no multiple of 900 s (no zone has one today; local mean times had) is rounded down as a bound on both
 * sides: the quarter in which it falls belongs to the new day alone, so that windows never share a quarter. */
struct window { /* [from_s, to_s) in UTC, multiples of 900 s; from_s == to_s: there is none */
	enum window_kind kind;
	int64_t from_s, to_s;
};

/* The window of `kind` that contains `utc_s` (12_months: the 12 whole local months that end with the start of utc_s's month). For
 * WINDOW_CONTRACT give the bounds in from_day..to_day (inclusive local days), which also clip the others when to_day >= from_day. */
struct window window_containing(const struct zone *zone, enum window_kind kind, int64_t utc_s,
				int64_t from_day, int64_t to_day);
/* The last window of that kind that had wholly passed at `utc_s`; clipped by the contract it may have passed in mid-month. */
struct window window_before(const struct zone *zone, enum window_kind kind, int64_t utc_s,
			    int64_t from_day, int64_t to_day);

#endif
