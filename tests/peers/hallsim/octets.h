/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* octets.h - bounded little-endian reading and writing, as IPMI has it.
 *
 * A read or write over the end does nothing but set a flag that stays: do all of them, then look at
 * the flag once. */
#ifndef HALLSIM_OCTETS_H
#define HALLSIM_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct octets_reader {
	const uint8_t *data;
	size_t at, end;
	bool bad;
};

struct octets_writer {
	uint8_t *data;
	size_t length, room;
	bool full;
};

/* Reads `length` octets at `data`. */
struct octets_reader octets_reader(const uint8_t *data, size_t length);

/* The next one, two or four octets; 0 over the end. */
uint8_t octets_u8(struct octets_reader *in);
uint16_t octets_u16(struct octets_reader *in);
uint32_t octets_u32(struct octets_reader *in);

/* The next `length` octets where they lie, NULL over the end. */
const uint8_t *octets_take(struct octets_reader *in, size_t length);

/* How many are left. */
size_t octets_left(const struct octets_reader *in);

/* Writes to `room` octets at `data`. */
struct octets_writer octets_writer(uint8_t *data, size_t room);

void octets_put_u8(struct octets_writer *out, unsigned value);
void octets_put_u16(struct octets_writer *out, unsigned value);
void octets_put_u32(struct octets_writer *out, uint32_t value);
void octets_put(struct octets_writer *out, const void *data, size_t length);
void octets_put_text(struct octets_writer *out, const char *text);

/* Writes `value` `times`. */
void octets_put_many(struct octets_writer *out, unsigned value, size_t times);

/* The two's complement checksum that makes the sum of `length` octets and itself zero. */
uint8_t octets_checksum(const uint8_t *data, size_t length);

/* splitmix64's finaliser: every bit of the argument touches every bit of the result. */
uint64_t octets_scatter(uint64_t x);

#endif
