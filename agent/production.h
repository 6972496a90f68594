/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* production.h - when the electricity of a certificate was produced: its volume by the hour, or by 15 or 30 minutes.
 *
 * A statement or a delivery tells months or a year; the plant's meter tells the hours.  Rows come from the files under
 * `production` and are attached to the certificate that they are of, so that matching by the hour can use them.  A certificate is
 * never split finer than its rows.  Source: domain.md 4.3. */
#ifndef HALLWATT_PRODUCTION_H
#define HALLWATT_PRODUCTION_H

#include "certificate.h"

struct production {
	const char *statement, *gsrn; /* of which certificate; the plant where a statement has several rows */
	const char *start;            /* as written */
	int64_t start_s;              /* UTC; by production_attach */
	int64_t minutes;              /* 15, 30 or 60 */
	int64_t volume_mj;
	struct hwatt_mark mark;
};

const struct hwatt_schema *production_schema(void);
/* Reads "2026-10-25T02:00+02:00" or "2026-10-25T00:00Z" (seconds may follow the minutes) as UTC; false when it is neither. */
bool production_time(const char *text, int64_t *utc_s);
/* Gives the certificates their hours. Adds mistakes: of no certificate, outside its days, two of one time, more than its volume. */
void production_attach(struct production *rows, size_t count, struct certificate *certificates, size_t certificate_count,
		       struct hwatt_arena *arena, struct hwatt_report *report);

#endif
