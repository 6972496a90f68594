/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* option_equal.h - whether two structs that one option table describes say the same. */
#ifndef HALLWATT_OPTION_EQUAL_H
#define HALLWATT_OPTION_EQUAL_H

#include <hallwatt/option.h>

/* Compares every row of `schema`, nested ones too; secrets by where they come from. Marks do not count. */
bool option_equal(const struct hwatt_schema *schema, const void *a, const void *b);

/* A number that tells whether the secrets that `settings` refer to are what they were: their files may have been written anew.
 * 0: one of them cannot be read now. */
uint64_t option_secrets(const struct hwatt_schema *schema, const void *settings);

#endif
