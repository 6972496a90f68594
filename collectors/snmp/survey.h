/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* survey.h - finds out which profiles fit a device and reads, once, every object that the profiles which fit it speak of.
 *
 * What comes out is a table of cells by object and row: the plan of the later polls is made from it.  A survey goes on where
 * it stood when a poll's deadline cut it off.  Walks are guarded: OIDs must grow, rows, cells and requests are limited. */
#ifndef SNMP_SURVEY_H
#define SNMP_SURVEY_H

#include "family.h"
#include "greeting.h"
#include "line.h"

#define SURVEY_MAX_ROWS 5000u      /* of one column */
#define SURVEY_MAX_CELLS 100000u
#define SURVEY_MAX_REQUESTS 5000u
#define SURVEY_MAX_FAMILIES 24u
#define SURVEY_WIDTH 8u            /* columns side by side */
#define SURVEY_TEXT 255u           /* octets kept of a text */

struct cell {
	struct ber_oid row;       /* what follows the column's OID; empty for a scalar */
	const uint8_t *bytes;
	int64_t number;
	enum ber_type type;
	uint32_t length;          /* of bytes */
};

struct column {
	struct cell *cells;       /* in the order of their rows */
	size_t count, capacity;
};

struct survey;

/* All asked, or `err`: the device is silent. */
typedef void survey_done(void *arg, const struct hwatt_error *err);

/* `forced`: the one profile to use, "" to match. `greeting`: what the device said of itself, copied. The book must outlive the survey. */
struct survey *survey_new(struct book *book, struct line *line, const char *forced, const struct greeting *greeting,
			  survey_done *done, void *arg);
void survey_free(struct survey *survey); /* NULL is fine; nothing is called */
/* Begins, or goes on after survey_pause(). `greeted`: the device has said something in this poll. */
void survey_run(struct survey *survey, bool greeted);
void survey_pause(struct survey *survey);
/* Whether the device has said anything in this poll, so that it is worth going on from there. */
bool survey_moved(const struct survey *survey);
/* What it holds. */
size_t survey_octets(const struct survey *survey);

/* The families that fit, the device's own first, and why. */
size_t survey_families(const struct survey *survey, const struct family *const **out);
const char *survey_reason(const struct survey *survey);
/* All cells of an object. */
const struct column *survey_column(const struct survey *survey, int object);
/* The cell that a reference means for the reading's `row`; NULL when the device has none. */
const struct cell *survey_cell(const struct survey *survey, const struct reference *at, struct ber_oid row);
/* The OID text of a cell's instance. */
const char *survey_description(const struct survey *survey); /* sysDescr, "" when not known */
const char *survey_object_id(const struct survey *survey);   /* dotted sysObjectID, "" when not known */

/* A cell's value as text: numbers in decimal, OIDs dotted, strings cleaned. */
void cell_text(const struct cell *cell, char *out, size_t size);
/* Whether a condition holds of a cell (NULL: no such object). */
bool cell_holds(const struct family_condition *condition, const struct cell *cell);

#endif
