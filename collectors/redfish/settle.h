/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* settle.h - which of several readings of the same watt is the chosen one. Pure: rows in, flags out.
 *
 * Of one place the total is, best first: the profile's, EnvironmentMetrics, PowerControl, a sensor that says so. Of one power
 * supply the input counts before the output; of the three trees that list supplies only one counts. What was declared once
 * keeps its place: a better one that comes later is shown beside it. */
#ifndef REDFISH_SETTLE_H
#define REDFISH_SETTLE_H

#include "decode.h"
#include "walk.h"

struct row { /* one reading of a device */
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	enum how how;
	enum kind kind;
	bool fixed, register_, alternative, declared;
	bool repeats;     /* a supply that gives the total of all */
	char *index, *name, *key, *source, *via;
	size_t place;     /* of the chassis or PDU; any number */
	size_t resource;
	uint32_t read;    /* the resource's read that gave the value */
	int64_t value;
	uint64_t stamp;
	int point;
	bool given;       /* a metric report has a value for it, that is being filled in */
};

/* How often a row is wanted: a reading that does not count needs no place at every poll. */
enum tier row_tier(const struct row *row);

/* Sets `alternative`, `repeats`, and role and index where they follow from the choice, of rows not yet declared. */
void settle(struct row *rows, size_t count);

#endif
