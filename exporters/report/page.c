/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "page.h"
#include <hallwatt/template.h>
#include <jansson.h>
#include <string.h>

extern const unsigned char template_eu[], template_followup[], template_joint[], template_style[];

static const struct { const char *name; const unsigned char *text; } pages[] = {
	{ "eu", template_eu }, { "followup", template_followup }, { "joint", template_joint },
};

int page_fill(const char *name, json_t *data, enum hwatt_language language, struct hwatt_text *out, struct hwatt_error *err)
{
	size_t i = 0;
	while (i < sizeof(pages) / sizeof(pages[0]) && strcmp(pages[i].name, name) != 0)
		i++;
	if (i == sizeof(pages) / sizeof(pages[0]))
		return hwatt_fail(err, HWATT_EINVAL, "there is no page %s", name);
	struct hwatt_template *t;
	if (hwatt_template_read(name, (const char *)pages[i].text, &t, err) < 0)
		return -1;
	json_object_set_new(data, "style", json_string((const char *)template_style));
	int result = hwatt_template_fill(t, data, language, out, err);
	hwatt_template_free(t);
	return result;
}
