/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* scalar.h - one value of a configuration file, read by the type of its option.
 *
 * Many tools read YAML 1.1, where an unquoted NO is false and 012 is ten. What two readers would understand differently is
 * refused here, with the spelling that means one thing to all.  Source: yaml.org/type (YAML 1.1). */
#ifndef HALLWATT_SCALAR_H
#define HALLWATT_SCALAR_H

#include "document.h"

enum scalar_kind { /* what YAML 1.1 makes of an unquoted scalar */
	SCALAR_STRING,
	SCALAR_NULL,      /* ~, null, nothing at all */
	SCALAR_BOOL,      /* yes, NO, on, off, true ... */
	SCALAR_INTEGER,   /* 12, -3: the same in every YAML */
	SCALAR_OCTAL,     /* 012, 0o12 */
	SCALAR_HEX,       /* 0x1F */
	SCALAR_BINARY,    /* 0b11 */
	SCALAR_SIXTY,     /* 1:20, 1:20.5 */
	SCALAR_GROUPED,   /* 1_000 */
	SCALAR_FLOAT,     /* 0.5, 1e3, .inf */
	SCALAR_DATE,      /* 2026-10-25 */
	SCALAR_TIMESTAMP, /* 2026-10-25T12:00:00Z */
	SCALAR_MERGE,     /* << and = */
};

enum scalar_kind scalar_resolve(const char *text);

/* Reads the scalar `node` as `type` (no OBJECT, LIST, MAP, SECRET, TEXTS or NODE) into `out`, within the bounds and words of `option`; its
 * pattern is not looked at. Strings are copied to the arena. HWATT_EINVAL with the sentence. */
int scalar_read(const struct hwatt_option *option, enum hwatt_type type, const struct hwatt_node *node, void *out,
		struct hwatt_arena *arena, struct hwatt_error *err);

#endif
