/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* digest.h - SHA-256 as text.
 *
 * By nettle, which is in memory with libmicrohttpd in any case: libcrypto takes three megabytes as soon as it is asked for anything,
 * and only devices with encrypted protocols ask. */
#ifndef HALLWATT_DIGEST_H
#define HALLWATT_DIGEST_H

#include <stddef.h>

struct digest; /* of octets that come in pieces */

struct digest *digest_new(void);
void digest_add(struct digest *digest, const void *bytes, size_t length);
/* The SHA-256 of what was added, in hexadecimal. */
void digest_finish(struct digest *digest, char out[65]);
void digest_free(struct digest *digest); /* NULL is allowed */

/* The SHA-256 of the octets in hexadecimal. */
void digest_hex(const void *bytes, size_t length, char out[65]);

#endif
