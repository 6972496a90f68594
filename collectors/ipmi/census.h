/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* census.h - the sensors of a kind of machine: machines of one kind have equal ones, and share them.
 *
 * Made from the records of a repository that are of use, one behind the other as they were read. */
#ifndef IPMI_CENSUS_H
#define IPMI_CENSUS_H

#include "sensor.h"
#include <hallwatt/part.h>

#define CENSUS_MAX_SENSORS 512u
#define CENSUS_MAX_OCTETS (CENSUS_MAX_SENSORS * 70u)
#define CENSUS_MAX_SUPPLIES 32u

struct census {
	unsigned users;
	uint64_t hash;
	uint8_t *records;           /* what it was made of */
	size_t octets;
	bool dcmi;
	struct sensor *sensors;     /* those in watts first */
	size_t count, watts;        /* how many, and how many of them in watts */
	unsigned supplies;          /* sensors of a supply's input */
	enum sensor_choice choice;
	char why[160];
	struct census *next;
};

struct census_shelf { /* {0} is empty */
	struct census *first;
};

/* `dcmi`: DCMI tells the power. Takes an equal one from the shelf where there is one. */
struct census *census_take(struct census_shelf *shelf, const uint8_t *records, size_t octets, bool dcmi);
struct census_unit { /* a part with an inventory of its own: behind the controller, by number */
	enum hwatt_part_kind kind;
	uint8_t device;
	uint8_t instance;
};
/* Unit number `n` (from 0) that the records name; false: there are no more. */
bool census_unit(const uint8_t *records, size_t octets, size_t n, struct census_unit *out);
void census_release(struct census_shelf *shelf, struct census *census); /* NULL is fine */
/* Whether the record becomes a point, or says where the inventory of a part is. */
bool census_wants(const uint8_t *record, size_t length);

#endif
