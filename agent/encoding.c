/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "encoding.h"
#include <hallwatt/accept.h>
#include <limits.h>
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

int encoding_gzip(const char *bytes, size_t length, struct hwatt_text *out, struct hwatt_error *err)
{
	z_stream z = { .zalloc = Z_NULL };
	/* 15 + 16: the largest window, with gzip's header. Metrics are repetitive: the fastest level gets most of it. */
	if (length > UINT_MAX || deflateInit2(&z, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return hwatt_fail(err, HWATT_EIO, "gzip cannot begin with %zu octets", length);
	unsigned char chunk[16384];
	z.next_in = (Bytef *)(uintptr_t)bytes; /* zlib reads it only */
	z.avail_in = (uInt)length;
	int rc;
	do {
		z.next_out = chunk;
		z.avail_out = sizeof(chunk);
		rc = deflate(&z, Z_FINISH);
		hwatt_text_put(out, (const char *)chunk, sizeof(chunk) - z.avail_out);
	} while (rc == Z_OK);
	deflateEnd(&z);
	if (rc != Z_STREAM_END || !hwatt_text_ok(out))
		return hwatt_fail(err, HWATT_EIO, "gzip failed after %zu octets", out->length);
	return 0;
}
