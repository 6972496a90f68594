/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "digest.h"
#include <openssl/sha.h>
#include <stdio.h>

void digest_hex(const void *bytes, size_t length, char out[65])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	SHA256(bytes, length, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}
