/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* census.h - the sensors of a kind of machine: machines of one kind have equal ones, and share them.
 *
 * Made from the records of a repository that are of use, one behind the other as they were read. */
#ifndef IPMI_CENSUS_H
#define IPMI_CENSUS_H

#include "sensor.h"

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
void census_release(struct census_shelf *shelf, struct census *census); /* NULL is fine */
/* Whether the record becomes a point. */
bool census_wants(const uint8_t *record, size_t length);

#endif
