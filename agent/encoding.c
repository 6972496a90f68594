/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "encoding.h"
#include <hallwatt/accept.h>
#include <hallwatt/arena.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum encoding encoding_choose(const char *accept_encoding, size_t length)
{
	int gzip = -1, identity = -1, any = -1; /* -1: not named */
	struct hwatt_accept_item item;
	bool named = false;
	while (hwatt_accept_next(&accept_encoding, &item)) {
		named = true;
		if (strcmp(item.value, "gzip") == 0 || strcmp(item.value, "x-gzip") == 0)
			gzip = item.q > gzip ? item.q : gzip;
		else if (strcmp(item.value, "identity") == 0)
			identity = item.q;
		else if (strcmp(item.value, "*") == 0)
			any = item.q;
	}
	if (!named)
		return ENCODING_IDENTITY;
	if (gzip < 0)
		gzip = any > 0 ? any : 0;
	bool plain = identity > 0 || (identity < 0 && any != 0);
	if (!plain)
		return gzip > 0 ? ENCODING_GZIP : ENCODING_NONE;
	/* A plain body that is not named is taken for less liked than any coding that is. */
	bool liked = gzip > 0 && gzip >= (identity > 0 ? identity : 0);
	return liked && length > ENCODING_MIN_OCTETS ? ENCODING_GZIP : ENCODING_IDENTITY;
}

struct encoder {
	z_stream z;
};

int encoder_new(struct encoder **out, struct hwatt_error *err)
{
	struct encoder *encoder = hwatt_alloc(sizeof(*encoder));
	/* 15 + 16: the largest window, with gzip's header. Metrics are repetitive: the fastest level gets most of it. */
	if (deflateInit2(&encoder->z, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(encoder);
		return hwatt_fail(err, HWATT_EIO, "gzip cannot begin");
	}
	*out = encoder;
	return 0;
}

void encoder_free(struct encoder *encoder)
{
	if (encoder == NULL)
		return;
	deflateEnd(&encoder->z);
	free(encoder);
}

int encoder_put(struct encoder *encoder, const char *bytes, size_t length, bool last, struct hwatt_text *out,
		struct hwatt_error *err)
{
	z_stream *z = &encoder->z;
	unsigned char chunk[16384];
	if (length > UINT_MAX)
		return hwatt_fail(err, HWATT_EIO, "gzip cannot take %zu octets at once", length);
	z->next_in = (Bytef *)(uintptr_t)bytes; /* zlib reads it only */
	z->avail_in = (uInt)length;
	int rc;
	do {
		z->next_out = chunk;
		z->avail_out = sizeof(chunk);
		rc = deflate(z, last ? Z_FINISH : Z_NO_FLUSH);
		hwatt_text_put(out, (const char *)chunk, sizeof(chunk) - z->avail_out);
	} while (rc == Z_OK && (last || z->avail_out == 0));
	/* Nothing to do, as all was done before, is no mistake. */
	bool done = last ? rc == Z_STREAM_END : rc == Z_OK || rc == Z_BUF_ERROR;
	if (!done || !hwatt_text_ok(out))
		return hwatt_fail(err, HWATT_EIO, "gzip failed after %lu octets", z->total_out);
	return 0;
}
