/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void hwatt_text_init(struct hwatt_text *t, size_t limit)
{
	*t = (struct hwatt_text){ .limit = limit };
}

void hwatt_text_free(struct hwatt_text *t)
{
	free(t->bytes);
	*t = (struct hwatt_text){ .limit = t->limit };
}

void hwatt_text_reset(struct hwatt_text *t)
{
	t->length = 0;
	t->overflow = false;
	if (t->bytes != NULL)
		t->bytes[0] = '\0';
}

bool hwatt_text_ok(const struct hwatt_text *t)
{
	return !t->overflow;
}

const char *hwatt_text_string(const struct hwatt_text *t)
{
	return t->bytes != NULL ? t->bytes : "";
}

/* Makes room for `more` octets and the NUL; false when the limit forbids it. */
static bool reserve(struct hwatt_text *t, size_t more)
{
	if (t->overflow || more > t->limit - t->length) {
		t->overflow = true;
		return false;
	}
	size_t want = t->length + more + 1;
	if (want > t->capacity) {
		size_t grown = t->capacity < 128 ? 256 : t->capacity * 2;
		t->capacity = grown > want ? grown : want;
		t->bytes = hwatt_realloc(t->bytes, t->capacity);
	}
	return true;
}

void hwatt_text_put(struct hwatt_text *t, const char *bytes, size_t length)
{
	if (!reserve(t, length))
		return;
	memcpy(t->bytes + t->length, bytes, length);
	t->length += length;
	t->bytes[t->length] = '\0';
}

char *hwatt_text_room(struct hwatt_text *t, size_t more)
{
	return reserve(t, more) ? t->bytes + t->length : NULL;
}

void hwatt_text_wrote(struct hwatt_text *t, size_t length)
{
	t->length += length;
	t->bytes[t->length] = '\0';
}

void hwatt_text_puts(struct hwatt_text *t, const char *string)
{
	hwatt_text_put(t, string, strlen(string));
}

void hwatt_text_putc(struct hwatt_text *t, char c)
{
	hwatt_text_put(t, &c, 1);
}

void hwatt_text_printf(struct hwatt_text *t, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int length = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (length >= 0 && reserve(t, (size_t)length)) {
		vsnprintf(t->bytes + t->length, (size_t)length + 1, fmt, again);
		t->length += (size_t)length;
	}
	va_end(again);
}

void hwatt_text_uint(struct hwatt_text *t, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	hwatt_text_put(t, digits + at, sizeof(digits) - at);
}

void hwatt_text_int(struct hwatt_text *t, int64_t value)
{
	if (value < 0)
		hwatt_text_putc(t, '-');
	hwatt_text_uint(t, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void hwatt_text_fixed(struct hwatt_text *t, int64_t value, int decimals)
{
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
	uint64_t scale = 1;
	for (int i = 0; i < decimals; i++)
		scale *= 10;
	uint64_t rest = magnitude % scale;
	while (rest > 0 && rest % 10 == 0) {
		rest /= 10;
		decimals--;
	}
	if (value < 0)
		hwatt_text_putc(t, '-');
	hwatt_text_uint(t, magnitude / scale);
	if (rest > 0)
		hwatt_text_printf(t, ".%0*" PRIu64, decimals, rest);
}

size_t hwatt_utf8_length(const unsigned char *p, size_t left)
{
	if (p[0] < 0x80)
		return 1;
	size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	if (p[0] < 0xc2 || p[0] > 0xf4 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	bool wrong = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		     (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f);
	return wrong ? 0 : n;
}

void hwatt_text_json(struct hwatt_text *t, const char *string)
{
	const unsigned char *p = (const unsigned char *)string;
	size_t left = strlen(string);
	hwatt_text_putc(t, '"');
	while (left > 0) {
		size_t n = hwatt_utf8_length(p, left);
		if (n == 0) {
			hwatt_text_puts(t, "\\ufffd");
			n = 1;
		} else if (*p == '"' || *p == '\\') {
			hwatt_text_printf(t, "\\%c", *p);
		} else if (*p < 0x20) {
			hwatt_text_printf(t, "\\u%04x", *p);
		} else {
			hwatt_text_put(t, (const char *)p, n);
		}
		p += n;
		left -= n;
	}
	hwatt_text_putc(t, '"');
}

void hwatt_text_clean(char *out, size_t size, const void *bytes, size_t length)
{
	const unsigned char *p = bytes;
	const unsigned char *nul = memchr(p, 0, length);
	if (nul != NULL)
		length = (size_t)(nul - p);
	bool utf8 = true;
	for (size_t i = 0, n; i < length && utf8; i += n) {
		n = hwatt_utf8_length(p + i, length - i);
		utf8 = n > 0;
	}
	size_t used = 0;
	for (size_t i = 0; i < length;) {
		size_t n = utf8 ? hwatt_utf8_length(p + i, length - i) : 1;
		unsigned char pair[2] = { (unsigned char)(0xc0 | p[i] >> 6), (unsigned char)(0x80 | (p[i] & 0x3f)) };
		bool latin1 = !utf8 && p[i] >= 0x80;
		const unsigned char *from = latin1 ? pair : p + i;
		size_t width = latin1 ? 2 : n;
		bool control = p[i] < 0x20 || p[i] == 0x7f || (latin1 && p[i] < 0xa0) ||
			       (utf8 && n == 2 && p[i] == 0xc2 && p[i + 1] < 0xa0);
		bool leading_blank = used == 0 && p[i] == ' ';
		if (used + width >= size)
			break;
		if (!control && !leading_blank) {
			memcpy(out + used, from, width);
			used += width;
		}
		i += n;
	}
	while (used > 0 && out[used - 1] == ' ')
		used--;
	if (size > 0)
		out[used] = '\0';
}
