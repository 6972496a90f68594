/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "octets.h"

#include <string.h>

struct octets_reader octets_reader(const uint8_t *data, size_t length)
{
	return (struct octets_reader){.data = data, .end = length};
}

const uint8_t *octets_take(struct octets_reader *in, size_t length)
{
	if (in->bad || length > in->end - in->at) {
		in->bad = true;
		return NULL;
	}
	in->at += length;
	return in->data + in->at - length;
}

uint8_t octets_u8(struct octets_reader *in)
{
	const uint8_t *at = octets_take(in, 1);
	if (at == NULL)
		return 0;
	return at[0];
}

uint16_t octets_u16(struct octets_reader *in)
{
	const uint8_t *at = octets_take(in, 2);
	if (at == NULL)
		return 0;
	return (uint16_t)(at[0] | at[1] << 8);
}

uint32_t octets_u32(struct octets_reader *in)
{
	const uint8_t *at = octets_take(in, 4);
	if (at == NULL)
		return 0;
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

size_t octets_left(const struct octets_reader *in)
{
	return in->bad ? 0 : in->end - in->at;
}

struct octets_writer octets_writer(uint8_t *data, size_t room)
{
	return (struct octets_writer){.data = data, .room = room};
}

void octets_put(struct octets_writer *out, const void *data, size_t length)
{
	if (out->full || length > out->room - out->length) {
		out->full = true;
		return;
	}
	if (length > 0)
		memcpy(out->data + out->length, data, length);
	out->length += length;
}

void octets_put_u8(struct octets_writer *out, unsigned value)
{
	uint8_t octet = (uint8_t)value;
	octets_put(out, &octet, 1);
}

void octets_put_u16(struct octets_writer *out, unsigned value)
{
	octets_put_u8(out, value & 0xff);
	octets_put_u8(out, value >> 8 & 0xff);
}

void octets_put_u32(struct octets_writer *out, uint32_t value)
{
	octets_put_u16(out, value & 0xffff);
	octets_put_u16(out, value >> 16);
}

void octets_put_text(struct octets_writer *out, const char *text)
{
	octets_put(out, text, strlen(text));
}

void octets_put_many(struct octets_writer *out, unsigned value, size_t times)
{
	for (size_t i = 0; i < times && !out->full; i++)
		octets_put_u8(out, value);
}

uint8_t octets_checksum(const uint8_t *data, size_t length)
{
	unsigned sum = 0;
	for (size_t i = 0; i < length; i++)
		sum += data[i];
	return (uint8_t)(0x100 - (sum & 0xff));
}

uint64_t octets_scatter(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}
