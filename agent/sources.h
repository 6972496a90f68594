/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* sources.h - which stored points belong to which meter, and what a meter says of one quarter.
 *
 * A source is a meter of the inventory or one summary quantity of a device.  Points join as they appear.  A source that
 * can read its total at several roles takes, for each quarter, the most trusted one that reported then.  A point counts as
 * missing from its first interval on; a meter that has never answered, from the time it was first waited for. */
#ifndef HALLWATT_SOURCES_H
#define HALLWATT_SOURCES_H

#include <stddef.h>
#include "inventory.h"
#include "kpi.h"
#include "store.h"

#define SOURCES_NEVER INT64_MAX

struct brief { /* one point in one quarter, as far as sums need it; {0} is absent. Small: recent quarters have one for each point */
	int64_t amount;
	uint64_t rest; /* see brief_of() */
};

#define BRIEF_MAX_LAST ((INT64_C(1) << 38) - 1) /* 274 MW: more than any meter's load */

/* Of an interval that exists. What is last seen stops at 274 MW, which is shown and never summed over time; what is covered at
 * the quarter's ends; and what is no quality is the worst one. */
static inline struct brief brief_of(const struct interval *interval)
{
	int64_t last = interval->last < BRIEF_MAX_LAST ? interval->last : BRIEF_MAX_LAST;
	int64_t covered_ms = interval->covered_ms < QUARTER_MS ? interval->covered_ms : QUARTER_MS;
	bool known = interval->quality >= 'A' && interval->quality <= 'X';
	last = last > -BRIEF_MAX_LAST ? last : -BRIEF_MAX_LAST;
	return (struct brief){ interval->amount, (uint64_t)last << 25 | (uint64_t)(covered_ms > 0 ? covered_ms : 0) << 5 |
						 (uint64_t)((known ? interval->quality : 'X') - '@') };
}

/* The letter; '\0': absent. */
static inline char brief_quality(const struct brief *brief)
{
	uint64_t letter = brief->rest & 31;
	return (char)(letter > 0 ? '@' + letter : 0);
}

static inline int32_t brief_covered_ms(const struct brief *brief)
{
	return (int32_t)(brief->rest >> 5 & 0xfffff);
}

/* ENERGY: the power last seen. */
static inline int64_t brief_last(const struct brief *brief)
{
	return (int64_t)brief->rest >> 25;
}

struct source_quarter {
	struct kpi_input input; /* share 1 */
	bool present;           /* a point of it has an interval, be it an empty one */
	int64_t last_mw;        /* ENERGY: power last seen in the quarter; 0 when not covered */
};

struct sources;

/* Knows the devices of the configuration, no source yet. */
struct sources *sources_new(const struct config *config);
void sources_free(struct sources *sources);
/* The source that reads `meter` (whatever its share), made when it is new. */
size_t sources_meter(struct sources *sources, const struct inventory_meter *meter);
/* The source of a device's summary: the point with the index "total". */
size_t sources_summary(struct sources *sources, const struct config_device *device, enum hwatt_role role,
		       enum hwatt_quantity quantity);
/* The source of a device's register of water or heat: the point with the index, or with "" all of the quantity. */
size_t sources_register(struct sources *sources, const struct config_device *device, enum hwatt_quantity quantity, const char *index,
			int64_t mpe_ppm);
/* Since when a source without any interval is waited for; SOURCES_NEVER. */
int64_t sources_since(const struct sources *sources, size_t source);
/* The same, when there is one already. */
bool sources_has_summary(const struct sources *sources, const struct config_device *device, enum hwatt_role role,
			 enum hwatt_quantity quantity);
size_t sources_count(const struct sources *sources);
size_t sources_point_count(const struct sources *sources);
/* The device of that name, NULL when the configuration has none. */
const struct config_device *sources_device(const struct sources *sources, const char *id);

/* The device answers, but has never given what this source reads: it is no meter there. */
bool sources_blind(const struct sources *sources, size_t source);

/* Lets a stored point join the sources it belongs to; false when there is none. Once for each point. */
bool sources_join(struct sources *sources, const struct store_point *point);
/* The place of the point with that id among the briefs; SIZE_MAX: not one of ours. */
size_t sources_find(const struct sources *sources, int64_t id);
/* The places of all points, by id, in `out`. Returns their count. */
size_t sources_by_id(const struct sources *sources, size_t *out);
int64_t sources_point_id(const struct sources *sources, size_t point);
/* An interval of the point at `start_s` exists.  When the point was not expected then until now, returns from when on it
 * was (SOURCES_NEVER: this is its first), else `start_s`. */
int64_t sources_seen(struct sources *sources, size_t point, int64_t start_s);
/* Points that are expected in the quarter. */
size_t sources_expected(const struct sources *sources, int64_t start_s);
/* From when on the source has intervals; SOURCES_NEVER. */
int64_t sources_first(const struct sources *sources, size_t source);
/* A source without any interval counts as missing from `since_s` on. */
void sources_wait(struct sources *sources, size_t source, int64_t since_s);
/* "pdu-a1/outlet/1-8": names the source for good. */
void sources_name(const struct sources *sources, size_t source, char out[192]);
/* Appends the places of the source's points to `out`, which has room for all points. Returns the new count. */
size_t sources_points(const struct sources *sources, size_t source, size_t *out, size_t count);

/* What `source` says of the quarter at `start_s`, given all points' briefs. */
struct source_quarter sources_quarter(const struct sources *sources, size_t source, const struct brief *briefs,
				      int64_t start_s);


/* --- many quarters at once --- */

#define SPAN_QUARTERS 96 /* at most */

struct quarters { uint64_t bits[2]; }; /* a set of the quarters of a span */

struct span_rows { /* what the points say of `count` quarters on end; that of quarter q in a row is at [row * count + q] */
	int64_t start_s;
	size_t count;
	const int64_t *amount;
	const int32_t *covered_ms;
	const char *quality;     /* '\0': no interval; amount and covered_ms are 0 then */
	const uint32_t *rows;    /* by place of the point; UINT32_MAX: it has none */
};

struct source_span { /* what a source says of each quarter: as sources_quarter, share 1.  The arrays are the caller's */
	struct quarters expected, present; /* not expected: amount 0, covered, rank 0 */
	uint64_t largest;                  /* of the amounts' absolute values */
	int64_t *amount;
	int32_t *covered_ms;
	uint8_t *rank;                     /* of the letter in QUALITY_LETTERS */
};

void sources_span(const struct sources *sources, size_t source, const struct span_rows *rows, struct source_span *out);
static inline bool quarters_has(const struct quarters *set, size_t q)
{
	return set->bits[q / 64] >> (q % 64) & 1;
}
/* Maximum permissible error of the source's meter; 0: unknown. */
int64_t sources_mpe(const struct sources *sources, size_t source);

#endif
