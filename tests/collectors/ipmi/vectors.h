/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* vectors.h - the lines of vectors.txt: a name and octets. */
#ifndef IPMI_VECTORS_H
#define IPMI_VECTORS_H

#include <stddef.h>
#include <stdint.h>

#define VECTOR_MAX 256u

/* Reads the vector `set`.`name`; its length. The test fails when there is none. */
size_t vector_get(const char *set, const char *name, uint8_t out[VECTOR_MAX]);

#endif
