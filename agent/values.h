/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* values.h - the last values of a device's points: spread out while it is polled, packed between two polls.
 *
 * Packed, a value takes as many octets as its digits need: 4 bits say how many, and whether it is in hundreds or thousands (a PDU
 * that reads whole watts gives milliwatts that end in 000). Values that came in one answer share their time. Packing loses nothing
 * but the registers' stamps, which are kept elsewhere. */
#ifndef HALLWATT_VALUES_H
#define HALLWATT_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VALUES_MOST_MOMENTS 256u
#define VALUES_STEP 16u /* packed, they take a multiple of so many octets of memory */

/* By number of the points, as small as they can be: there are hundreds of thousands of them. */
struct target_values {
	int64_t *kept;     /* gauges: the value; counters: the raw count; NULL: all of them fit in `narrow` */
	int32_t *narrow;
	uint32_t *at;      /* when it came: milliseconds since epoch_ms; 0: none yet; NULL: `moments` tell */
	uint8_t *when;     /* the value came at moments[when] */
	uint32_t *moments; /* as in `at`, rising; the first is 0. Values that came in one answer share theirs */
	struct target_stamp {
		bool known;
		uint64_t stamp;
	} *stamps;         /* by number; NULL: no register has one */
	int64_t epoch_ms;  /* monotonic */
	uint32_t from;     /* what came then or after is of the running poll, or of the last one */
};

struct values_spread { /* those of one device; {0} is empty */
	struct values_spread *next; /* spare ones are a list */
	struct target_values v;     /* its arrays are owned, but for the stamps */
	uint32_t room;              /* for so many points' values */
	uint16_t moment_count, moment_room;
	uint8_t *block;             /* for the user: where they were packed last, and will be again */
};

/* The value of number `n`, whatever array it is in, and its time. */
static inline uint32_t target_at(const struct target_values *values, size_t n)
{
	return values->at != NULL ? values->at[n] : values->moments[values->when[n]];
}

static inline int64_t target_kept(const struct target_values *values, size_t n)
{
	return values->kept != NULL ? values->kept[n] : values->narrow[n];
}

/* Room for the values of `count` points, no more and no less; new ones have not come yet. */
void values_fit(struct values_spread *s, size_t count);
/* None of `count` points has a value. */
void values_clear(struct values_spread *s, size_t count);
/* From now on a value may be larger than 32 bits. */
void values_widen(struct values_spread *s);
/* One more moment; false: there are too many, and values have times of their own now. */
bool values_add_moment(struct values_spread *s, uint32_t at);
/* All times are by so much earlier, but none before 1. */
void values_move_epoch(struct values_spread *s, int64_t by_ms);
/* Frees the arrays; {0} after. */
void values_free(struct values_spread *s);

/* Packs them into *block, which is owned by the caller and takes *steps times VALUES_STEP octets with malloc's own (NULL, 0 at first). Moments that no value came
 * at any more are forgotten. */
void values_pack(struct values_spread *s, uint8_t **block, uint16_t *steps);
/* The same back, into one that was empty or held others; epoch_ms, from and stamps are the caller's. */
void values_unpack(const uint8_t *block, struct values_spread *s);

#endif
