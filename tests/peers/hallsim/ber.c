/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "ber.h"

#include <string.h>

struct ber_reader ber_reader(const uint8_t *bytes, size_t length)
{
	return (struct ber_reader){.at = bytes, .end = bytes + length};
}

int ber_peek(const struct ber_reader *in)
{
	return in->bad || in->at == in->end ? -1 : *in->at;
}

/* Marks `in` bad and returns an empty reader that is bad as well. */
static struct ber_reader spoil(struct ber_reader *in)
{
	in->bad = true;
	return (struct ber_reader){.at = in->end, .end = in->end, .bad = true};
}

/* The length octets of a value: up to four octets in the long form (RFC 3417 wants no more than
 * definite lengths, and some senders pad them).  False on error. */
static bool read_length(struct ber_reader *in, size_t *length)
{
	if (in->at == in->end)
		return false;
	uint8_t first = *in->at++;
	*length = first;
	if (first < 0x80)
		return true;
	size_t octets = first & 0x7f;
	if (octets == 0 || octets > 4 || (size_t)(in->end - in->at) < octets)
		return false;
	*length = 0;
	for (size_t i = 0; i < octets; i++)
		*length = *length << 8 | *in->at++;
	return true;
}

struct ber_reader ber_enter(struct ber_reader *in, int tag)
{
	size_t length = 0;
	if (in->bad || tag < 0 || ber_peek(in) != tag)
		return spoil(in);
	in->at++;
	if (!read_length(in, &length) || (size_t)(in->end - in->at) < length)
		return spoil(in);
	struct ber_reader content = ber_reader(in->at, length);
	in->at += length;
	return content;
}

void ber_skip(struct ber_reader *in)
{
	ber_enter(in, ber_peek(in));
}

int32_t ber_read_int32(struct ber_reader *in)
{
	struct ber_reader content = ber_enter(in, BER_INTEGER);
	size_t length = (size_t)(content.end - content.at);
	if (content.bad || length == 0 || length > 8) {
		in->bad = true;
		return 0;
	}
	uint64_t bits = content.at[0] & 0x80 ? UINT64_MAX : 0;
	while (content.at != content.end)
		bits = bits << 8 | *content.at++;
	int64_t value = (int64_t)bits;
	if (value < INT32_MIN || value > INT32_MAX) {
		in->bad = true;
		return 0;
	}
	return (int32_t)value;
}

/* One sub-identifier, seven bits an octet.  False when it is cut off or exceeds 32 bits. */
static bool read_sub(const uint8_t **at, const uint8_t *end, uint32_t *sub)
{
	uint64_t value = 0;
	while (*at != end) {
		uint8_t octet = *(*at)++;
		value = value << 7 | (octet & 0x7f);
		if (value > UINT32_MAX)
			return false;
		if ((octet & 0x80) == 0) {
			*sub = (uint32_t)value;
			return true;
		}
	}
	return false;
}

size_t ber_oid_decode(const uint8_t *bytes, size_t length, uint32_t oid[BER_OID_MAX])
{
	const uint8_t *at = bytes, *end = bytes + length;
	uint32_t sub = 0;
	if (!read_sub(&at, end, &sub))
		return 0;
	oid[0] = sub < 80 ? sub / 40 : 2;
	oid[1] = sub - oid[0] * 40;
	size_t count = 2;
	while (at != end) {
		if (count == BER_OID_MAX || !read_sub(&at, end, &sub))
			return 0;
		oid[count++] = sub;
	}
	return count;
}

struct ber_writer ber_writer(uint8_t *buffer, size_t room)
{
	return (struct ber_writer){.buffer = buffer, .room = room};
}

size_t ber_header_size(size_t length)
{
	return length < 0x80 ? 2 : length < 0x100 ? 3 : 4;
}

void ber_put_header(struct ber_writer *out, int tag, size_t length)
{
	size_t size = ber_header_size(length);
	if (out->full || length > 0xffff || out->room - out->length < size) {
		out->full = true;
		return;
	}
	uint8_t *at = out->buffer + out->length;
	*at++ = (uint8_t)tag;
	if (size == 2) {
		*at = (uint8_t)length;
	} else if (size == 3) {
		*at++ = 0x81;
		*at = (uint8_t)length;
	} else {
		*at++ = 0x82;
		*at++ = (uint8_t)(length >> 8);
		*at = (uint8_t)(length & 0xff);
	}
	out->length += size;
}

void ber_put(struct ber_writer *out, int tag, const uint8_t *content, size_t length)
{
	size_t before = out->length;
	ber_put_header(out, tag, length);
	if (out->full || out->room - out->length < length) {
		out->full = true;
		out->length = before;
		return;
	}
	if (length > 0)
		memcpy(out->buffer + out->length, content, length);
	out->length += length;
}

void ber_put_int(struct ber_writer *out, int64_t value)
{
	uint8_t octets[8];
	size_t first = 0;
	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)((uint64_t)value >> (56 - 8 * i) & 0xff);
	while (first < 7 && ((octets[first] == 0 && octets[first + 1] < 0x80) ||
	                     (octets[first] == 0xff && octets[first + 1] >= 0x80)))
		first++;
	ber_put(out, BER_INTEGER, octets + first, sizeof(octets) - first);
}

void ber_put_unsigned(struct ber_writer *out, int tag, uint64_t value)
{
	uint8_t octets[9] = {0};
	size_t first = 0;
	for (size_t i = 0; i < 8; i++)
		octets[i + 1] = (uint8_t)(value >> (56 - 8 * i) & 0xff);
	while (first < 8 && octets[first] == 0 && octets[first + 1] < 0x80)
		first++;
	ber_put(out, tag, octets + first, sizeof(octets) - first);
}

/* Writes `sub` in seven bits an octet at `at`; returns the octets used, at most five. */
static size_t write_sub(uint8_t *at, uint32_t sub)
{
	size_t octets = 1;
	for (uint32_t rest = sub >> 7; rest != 0; rest >>= 7)
		octets++;
	for (size_t i = octets; i-- > 0; sub >>= 7)
		at[i] = (uint8_t)((sub & 0x7f) | (i + 1 < octets ? 0x80 : 0));
	return octets;
}

void ber_put_oid(struct ber_writer *out, const uint32_t *oid, size_t count)
{
	uint8_t content[BER_OID_MAX * 5];
	size_t length = 0;
	if (count < 2 || count > BER_OID_MAX) {
		out->full = true;
		return;
	}
	length += write_sub(content, oid[0] * 40 + oid[1]);
	for (size_t i = 2; i < count; i++)
		length += write_sub(content + length, oid[i]);
	ber_put(out, BER_OID, content, length);
}
