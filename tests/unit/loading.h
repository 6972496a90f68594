/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* loading.h - a document in memory, and the mistakes it leads to as one text, for the tests of all that reads YAML. */
#ifndef HALLWATT_LOADING_H
#define HALLWATT_LOADING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "document.h"
#include <cmocka.h>
#include <string.h>

struct loading {
	struct hwatt_arena *arena;
	struct hwatt_report report;
	struct hwatt_text printed;
};

static inline struct loading loading_begin(void)
{
	struct loading l = { .arena = hwatt_arena_new() };
	l.report.arena = l.arena;
	hwatt_text_init(&l.printed, 1u << 20);
	return l;
}

static inline void loading_end(struct loading *l)
{
	hwatt_text_free(&l->printed);
	hwatt_arena_free(l->arena);
}

static inline const struct hwatt_node *loading_parse(struct loading *l, const char *yaml)
{
	return document_parse("f", yaml, strlen(yaml), l->arena, &l->report);
}

/* All mistakes, one per line; "" when there are none. */
static inline const char *loading_mistakes(struct loading *l)
{
	hwatt_text_reset(&l->printed);
	report_print(&l->report, &l->printed);
	return hwatt_text_string(&l->printed);
}

#endif
