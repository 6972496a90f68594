/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* encoding.h - the content coding of an HTTP answer: none, or gzip. */
#ifndef HALLWATT_ENCODING_H
#define HALLWATT_ENCODING_H

#include <hallwatt/error.h>
#include <hallwatt/text.h>

/* Below this gzip does not pay. */
#define ENCODING_MIN_OCTETS 1024u

enum encoding { ENCODING_IDENTITY, ENCODING_GZIP, ENCODING_NONE /* the client takes neither */ };

/* What the header Accept-Encoding ("" when absent) allows for a body of `length` octets; gzip when it is worth it and the
 * client likes it no less than the plain body. Source: RFC 9110, 12.5.3. */
enum encoding encoding_choose(const char *accept_encoding, size_t length);

/* gzip (RFC 1952), a piece at a time: some 270 KB while it lasts. */
struct encoder;

/* HWATT_EIO: zlib cannot begin. */
int encoder_new(struct encoder **out, struct hwatt_error *err);
void encoder_free(struct encoder *encoder); /* NULL is allowed */
/* Adds what is ready of all octets so far, and with the `last` piece all, to `out`. HWATT_EIO: zlib failed or `out` was too small. */
int encoder_put(struct encoder *encoder, const char *bytes, size_t length, bool last, struct hwatt_text *out,
		struct hwatt_error *err);

#endif
