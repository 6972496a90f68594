/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* wire.h - a bounded cursor over octets from outside, whose error sticks.
 *
 * Read every field, ask hwatt_wire_ok() once.  After the first failure all reads give 0. */
#ifndef HALLWATT_WIRE_H
#define HALLWATT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hwatt_wire {
	const uint8_t *bytes;
	size_t length;
	size_t at;     /* next octet to read */
	bool failed;
};

static inline struct hwatt_wire hwatt_wire_from(const void *bytes, size_t length)
{
	return (struct hwatt_wire){ .bytes = bytes, .length = length };
}

static inline bool hwatt_wire_ok(const struct hwatt_wire *in)
{
	return !in->failed;
}

static inline size_t hwatt_wire_left(const struct hwatt_wire *in)
{
	return in->failed ? 0 : in->length - in->at;
}

/* The next `count` octets, borrowed; NULL and failed when there are fewer. */
static inline const uint8_t *hwatt_wire_take(struct hwatt_wire *in, size_t count)
{
	if (in->failed || count > in->length - in->at) {
		in->failed = true;
		return NULL;
	}
	const uint8_t *p = in->bytes + in->at;
	in->at += count;
	return p;
}

static inline uint8_t hwatt_wire_u8(struct hwatt_wire *in)
{
	const uint8_t *p = hwatt_wire_take(in, 1);
	return p != NULL ? *p : 0;
}

/* `width` (1 to 8) octets, most significant first. */
static inline uint64_t hwatt_wire_be(struct hwatt_wire *in, size_t width)
{
	const uint8_t *p = hwatt_wire_take(in, width);
	uint64_t v = 0;
	for (size_t i = 0; p != NULL && i < width; i++)
		v = v << 8 | p[i];
	return v;
}

/* `width` (1 to 8) octets, least significant first. */
static inline uint64_t hwatt_wire_le(struct hwatt_wire *in, size_t width)
{
	const uint8_t *p = hwatt_wire_take(in, width);
	uint64_t v = 0;
	for (size_t i = width; p != NULL && i > 0; i--)
		v = v << 8 | p[i - 1];
	return v;
}

#endif
