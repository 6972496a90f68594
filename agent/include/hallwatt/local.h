/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* local.h - times as people at a site read them. */
#ifndef HALLWATT_LOCAL_H
#define HALLWATT_LOCAL_H

#include <hallwatt/error.h>
#include <stdint.h>

struct zone;

/* The time zone of that name ("Europe/Stockholm"); HWATT_EINVAL: there is none. Free it with hwatt_local_close. */
int hwatt_local_open(const char *timezone, struct zone **out, struct hwatt_error *err);
void hwatt_local_close(struct zone *zone);
/* "2026-10-25" and "2026-10-25 14:30", of the local clock. */
void hwatt_local_day(const struct zone *zone, int64_t utc_s, char out[32]);
void hwatt_local_minute(const struct zone *zone, int64_t utc_s, char out[32]);
/* The month, 1 to 12, and the day of the month. */
int hwatt_local_month(const struct zone *zone, int64_t utc_s, int *mday);
/* "2026-10-25" of a day counted from 1970-01-01. */
void hwatt_day_text(int64_t day, char out[32]);
/* "2026-10-25T12:30:00Z". */
void hwatt_utc_text(int64_t utc_s, char out[32]);

#endif
