/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* digest.h - SHA-256 as text. */
#ifndef HALLWATT_DIGEST_H
#define HALLWATT_DIGEST_H

#include <stddef.h>

/* The SHA-256 of the octets in hexadecimal. */
void digest_hex(const void *bytes, size_t length, char out[65]);

#endif
