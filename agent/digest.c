/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "digest.h"
#include <hallwatt/arena.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>

struct digest {
	struct sha256_ctx context;
};

struct digest *digest_new(void)
{
	struct digest *digest = hwatt_alloc(sizeof(*digest));
	sha256_init(&digest->context);
	return digest;
}

void digest_add(struct digest *digest, const void *bytes, size_t length)
{
	sha256_update(&digest->context, length, bytes);
}

void digest_finish(struct digest *digest, char out[65])
{
	unsigned char octets[SHA256_DIGEST_SIZE];
	sha256_digest(&digest->context, sizeof(octets), octets);
	for (size_t i = 0; i < sizeof(octets); i++)
		snprintf(out + 2 * i, 3, "%02x", octets[i]);
}

void digest_free(struct digest *digest)
{
	free(digest);
}

void digest_hex(const void *bytes, size_t length, char out[65])
{
	struct digest *digest = digest_new();
	digest_add(digest, bytes, length);
	digest_finish(digest, out);
	digest_free(digest);
}
