/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* parts.h - the parts with serial numbers that a service's resources name: supplies, boards, processors, discs, enclosures.
 *
 * Gathered while resources are read.  They are told to the core only when something differs from what was told, when all that was
 * due has been read, and then only those that were read now: one that does not answer is not told.  Only a place whose
 * Status.State is Absent is empty; a resource that is not found may come back when the BMC has started. */
#ifndef REDFISH_PARTS_H
#define REDFISH_PARTS_H

#include "decode.h"
#include <hallwatt/collector.h>

#define PARTS_MAX 512

struct parts { /* {0} is empty; free with parts_free */
	struct found_part *items;
	size_t count;
	bool differ; /* from what was told */
};

/* Takes what the resource `json`, or member of a collection, says. */
void parts_read(struct parts *parts, enum kind kind, const struct place *place, const json_t *json);
/* What was read before is not of this round any more. */
void parts_begin(struct parts *parts);
/* All that was due has been read. */
void parts_tell(struct parts *parts, struct hwatt_target *t);
void parts_free(struct parts *parts);

#endif
