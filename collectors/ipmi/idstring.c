/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "idstring.h"
#include <hallwatt/text.h>
#include <string.h>

#define PLAIN_SIZE 192 /* decoded, before it is cleaned: 63 octets give at most 126 */

static size_t unpack_bcd(const uint8_t *in, size_t length, char out[PLAIN_SIZE])
{
	static const char characters[] = "0123456789 -.:,_";
	size_t used = 0;
	for (size_t i = 0; i < length && used + 2 <= PLAIN_SIZE; i++) {
		out[used++] = characters[in[i] >> 4];
		out[used++] = characters[in[i] & 0x0f];
	}
	return used;
}

static size_t unpack_six_bits(const uint8_t *in, size_t length, char out[PLAIN_SIZE])
{
	size_t used = 0;
	unsigned bits = 0, held = 0;
	for (size_t i = 0; i < length; i++) {
		bits |= (unsigned)in[i] << held;
		for (held += 8; held >= 6 && used < PLAIN_SIZE; held -= 6, bits >>= 6)
			out[used++] = (char)(0x20 + (bits & 0x3f));
	}
	return used;
}

static size_t put_utf8(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

static uint32_t unit_at(const uint8_t *in, size_t at)
{
	return (uint32_t)in[at] | (uint32_t)in[at + 1] << 8;
}

/* Lone halves of a pair become U+FFFD; an odd octet at the end is dropped. */
static size_t from_utf16(const uint8_t *in, size_t length, char out[PLAIN_SIZE])
{
	size_t used = 0;
	for (size_t i = 0; i + 2 <= length && used + 4 <= PLAIN_SIZE; i += 2) {
		uint32_t c = unit_at(in, i);
		if (c >= 0xd800 && c < 0xdc00 && i + 4 <= length && (unit_at(in, i + 2) & 0xfc00u) == 0xdc00) {
			c = 0x10000 + ((c & 0x3ffu) << 10) + (unit_at(in, i + 2) & 0x3ffu);
			i += 2;
		} else if (c >= 0xd800 && c < 0xe000) {
			c = 0xfffd;
		}
		used += put_utf8(c, out + used);
	}
	return used;
}

static size_t as_hex(const uint8_t *in, size_t length, char out[PLAIN_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	size_t used = 0;
	for (size_t i = 0; i < length && used + 2 <= PLAIN_SIZE; i++) {
		out[used++] = digits[in[i] >> 4];
		out[used++] = digits[in[i] & 0x0f];
	}
	return used;
}

/* Cuts the octets that fill up a field: FFh of an erased memory, blanks, NULs. */
static size_t without_padding(const uint8_t *in, size_t length)
{
	while (length > 0 && (in[length - 1] == 0xff || in[length - 1] == 0 || in[length - 1] == ' '))
		length--;
	return length;
}

static bool looks_like_utf16(const uint8_t *in, size_t length)
{
	bool low = false;
	for (size_t i = 1; i < length; i += 2)
		low = low || in[i] < 0x20;
	return length >= 2 && length % 2 == 0 && low;
}

void idstring_read(enum idstring_encoding encoding, const void *bytes, size_t length, char out[IDSTRING_SIZE])
{
	char plain[PLAIN_SIZE];
	size_t used = 0;
	out[0] = '\0';
	if (length == 0)
		return;
	switch (encoding) {
	case IDSTRING_OTHER: used = from_utf16(bytes, length, plain); break;
	case IDSTRING_BCD: used = unpack_bcd(bytes, length, plain); break;
	case IDSTRING_PACKED: used = unpack_six_bits(bytes, length, plain); break;
	case IDSTRING_LATIN1:
		hwatt_text_clean(out, IDSTRING_SIZE, bytes, without_padding(bytes, length));
		return;
	}
	hwatt_text_clean(out, IDSTRING_SIZE, plain, used);
}

void idstring_field(enum idstring_encoding encoding, bool foreign, const void *bytes, size_t length,
		    char out[IDSTRING_SIZE])
{
	if (encoding == IDSTRING_OTHER) {
		char plain[PLAIN_SIZE];
		size_t used = length > 0 ? as_hex(bytes, length, plain) : 0;
		hwatt_text_clean(out, IDSTRING_SIZE, plain, used);
	} else if (encoding == IDSTRING_LATIN1 && foreign && looks_like_utf16(bytes, length)) {
		idstring_read(IDSTRING_OTHER, bytes, length, out);
	} else {
		idstring_read(encoding, bytes, length, out);
	}
}
