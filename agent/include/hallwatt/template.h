/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* template.h - pages: a text with holes, filled from JSON in a reader's language.
 *
 * What is put in is escaped for HTML (text and quoted attributes) unless the template says that it is a drawing of ours.
 *
 *   {{name}}                       a string or number of the object at hand, or of one around it; {{.}} the thing itself
 *   {{_ Judged: {n} of {total}}}   a text in the reader's language, its holes filled as above
 *   {{#name}} ... {{else}} ... {{/name}}   once for each item of an array, or once when there is something; else the other part
 *   {{svg name}}                   a drawing, put in as it is
 *   {{! remark}}
 */
#ifndef HALLWATT_TEMPLATE_H
#define HALLWATT_TEMPLATE_H

#include <hallwatt/error.h>
#include <hallwatt/language.h>
#include <hallwatt/text.h>

struct hwatt_template;
struct json_t;

/* Reads a template, which is copied. `name` is for messages. HWATT_EINVAL says line and mistake. */
int hwatt_template_read(const char *name, const char *text, struct hwatt_template **out, struct hwatt_error *err);
void hwatt_template_free(struct hwatt_template *t); /* NULL is allowed */
/* Puts the page. HWATT_EINVAL: a name that the data lacks (a name that may be missing is asked for with {{#name}} first). */
int hwatt_template_fill(const struct hwatt_template *t, const struct json_t *data, enum hwatt_language language,
			struct hwatt_text *out, struct hwatt_error *err);

/* `string` as HTML text or a quoted attribute. */
void hwatt_text_html(struct hwatt_text *out, const char *string);

#endif
