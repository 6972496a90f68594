/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* scrubbed.h - a recording made row by row, and what is written of it once it is scrubbed. */
#ifndef SNMP_TEST_SCRUBBED_H
#define SNMP_TEST_SCRUBBED_H

#include "scrub.h"
#include "snmprec.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A static copy. */
static inline struct ber_oid oid(const char *text)
{
	static uint8_t oid_bytes[BER_MAX_OID];
	return (struct ber_oid){ oid_bytes, ber_oid_parse(text, oid_bytes, sizeof(oid_bytes)) };
}

static inline void add(struct snmprec *rec, const char *at, enum ber_type type, const char *bytes, size_t length, int64_t number)
{
	struct ber_varbind v = { .oid = oid(at), .type = type, .bytes = (const uint8_t *)bytes, .length = length,
				 .number = number };
	snmprec_add(rec, &v);
}

static inline void add_text(struct snmprec *rec, const char *at, const char *text)
{
	add(rec, at, BER_STRING, text, strlen(text), 0);
}

/* What a recording reads like; freed by the caller. */
static inline char *written(struct snmprec *rec)
{
	struct hwatt_text out;
	hwatt_text_init(&out, 1 << 20);
	snmprec_sort(rec);
	snmprec_write(rec, &out);
	return out.bytes != NULL ? out.bytes : strdup("");
}

static inline char *scrubbed(struct snmprec *rec, const char *serial)
{
	struct scrub_places places = { 0 };
	static uint8_t bytes[BER_MAX_OID];
	if (serial != NULL)
		scrub_serial(&places, (struct ber_oid){ bytes, ber_oid_parse(serial, bytes, sizeof(bytes)) });
	scrub_rows(rec, &places, "public");
	char *text = written(rec);
	scrub_places_free(&places);
	snmprec_free(rec);
	return text;
}

/* The value written at an OID; a static copy. */
static inline const char *value(const char *text, const char *at)
{
	static char out[4][256];
	static int turn;
	const char *line = text;
	size_t n = strlen(at);
	while (line != NULL && !(strncmp(line, at, n) == 0 && line[n] == '|'))
		line = strchr(line, '\n') != NULL ? strchr(line, '\n') + 1 : NULL;
	if (line == NULL || line[0] == '\0')
		return "";
	const char *from = strchr(line + n + 1, '|') + 1;
	char *copy = out[turn = (turn + 1) % 4];
	snprintf(copy, sizeof(out[0]), "%.*s", (int)strcspn(from, "\n"), from);
	return copy;
}

#endif
