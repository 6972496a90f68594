/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* page.h - the page templates that are compiled in. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <hallwatt/error.h>
#include <hallwatt/language.h>
#include <hallwatt/text.h>

struct json_t;

/* Fills the page of that name ("followup", "joint", "eu"), with the common style sheet under the name "style". */
int page_fill(const char *name, struct json_t *data, enum hwatt_language language, struct hwatt_text *out, struct hwatt_error *err);

#endif
