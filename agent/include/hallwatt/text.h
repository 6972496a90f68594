/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* text.h - a string that grows up to a bound.
 *
 * Every put is a no-op once the bound was hit or memory could not be had; ask hwatt_text_ok() once
 * at the end.  The bytes are always NUL-terminated.  Owned by who inits it. */
#ifndef HALLWATT_TEXT_H
#define HALLWATT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hwatt_text {
	char *bytes;     /* NUL-terminated; NULL until the first put */
	size_t length;   /* without the NUL */
	size_t capacity;
	size_t limit;    /* most octets that it may hold */
	bool overflow;
};

/* Makes an empty text that may hold up to `limit` octets. */
void hwatt_text_init(struct hwatt_text *t, size_t limit);
void hwatt_text_free(struct hwatt_text *t);
/* Empties it and keeps the memory. */
void hwatt_text_reset(struct hwatt_text *t);
bool hwatt_text_ok(const struct hwatt_text *t);
/* The bytes, "" when nothing was put. */
const char *hwatt_text_string(const struct hwatt_text *t);

void hwatt_text_put(struct hwatt_text *t, const char *bytes, size_t length);
/* Room for up to `more` octets behind its end, to be written in place; NULL when they do not fit, as with a put. How many were
 * written is told before anything else is done with the text. */
char *hwatt_text_room(struct hwatt_text *t, size_t more);
void hwatt_text_wrote(struct hwatt_text *t, size_t length);
void hwatt_text_puts(struct hwatt_text *t, const char *string);
void hwatt_text_putc(struct hwatt_text *t, char c);
void hwatt_text_printf(struct hwatt_text *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A decimal integer; faster than printf. */
void hwatt_text_int(struct hwatt_text *t, int64_t value);
void hwatt_text_uint(struct hwatt_text *t, uint64_t value);
/* value x 10^-decimals as a decimal fraction without trailing zeros: (1480500, 3) -> "1480.5". */
void hwatt_text_fixed(struct hwatt_text *t, int64_t value, int decimals);
/* A JSON string with its quotes; octets that are not UTF-8 become U+FFFD. */
void hwatt_text_json(struct hwatt_text *t, const char *string);

/* Length (1-4) of the UTF-8 character at `p`, 0 when it is none; `left` (at least 1) octets are there. RFC 3629. */
size_t hwatt_utf8_length(const unsigned char *p, size_t left);

/* Copies `length` octets a device sent into `out` as valid, printable UTF-8: stops at NUL, reads octets
 * that are not UTF-8 as Latin-1, drops control characters and surrounding blanks, cuts at a
 * character's border. */
void hwatt_text_clean(char *out, size_t size, const void *bytes, size_t length);

#endif
