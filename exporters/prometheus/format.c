/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "format.h"
#include <hallwatt/accept.h>
#include <stdio.h>
#include <string.h>

#define OPENMETRICS "application/openmetrics-text"

const struct format formats[FORMAT_COUNT] = {
	{ .media = "text/plain", .version = "0.0.4",
	  .content_type = "text/plain; version=0.0.4; charset=utf-8",
	  .info_type = "gauge", .end = "" },
	{ .media = "text/plain", .version = "1.0.0", .echo_escaping = true,
	  .content_type = "text/plain; version=1.0.0; charset=utf-8",
	  .info_type = "gauge", .end = "" },
	{ .media = OPENMETRICS, .version = "1.0.0", .echo_escaping = true,
	  .content_type = OPENMETRICS "; version=1.0.0; charset=utf-8",
	  .base_names = true, .units = true, .quotes_in_help = true, .info_type = "info", .end = "# EOF\n" },
	{ .media = OPENMETRICS, .version = "0.0.1",
	  .content_type = OPENMETRICS "; version=0.0.1; charset=utf-8",
	  .base_names = true, .units = true, .quotes_in_help = true, .info_type = "info", .end = "# EOF\n" },
};

/* Our names stay in the legacy character set, so that every scheme gives the same bytes. */
static const char *known_escaping(const char *asked)
{
	static const char *const schemes[] = { "allow-utf-8", "underscores", "dots", "values" };
	for (size_t i = 0; asked != NULL && i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strcmp(schemes[i], asked) == 0)
			return schemes[i];
	return NULL;
}

/* How closely `item` names `format`: 0 not, 1 by a full wildcard, 2 by type, 3 by media type, 4 with its version. */
static int closeness(const struct hwatt_accept_item *item, const struct format *format)
{
	if (strcmp(item->value, "*/*") == 0 || strcmp(item->value, "*") == 0)
		return 1;
	size_t type = (size_t)(strchr(format->media, '/') - format->media) + 1;
	if (strncmp(item->value, format->media, type) == 0 && strcmp(item->value + type, "*") == 0)
		return 2;
	if (strcmp(item->value, format->media) != 0)
		return 0;
	const char *version = hwatt_accept_param(item, "version");
	if (version == NULL)
		return 3;
	return strcmp(version, format->version) == 0 ? 4 : 0;
}

struct match { /* the element of the header that speaks for a format: the closest */
	int closeness, q;
	size_t position;
	const char *escaping;
};

/* True when `a` is to be preferred to `b`, which stands in an earlier row. */
static bool better(const struct match *a, const struct match *b)
{
	if (a->q != b->q || a->q == 0)
		return a->q > b->q;
	bool named_a = a->closeness >= 3, named_b = b->closeness >= 3;
	if (named_a != named_b)
		return named_a;
	return named_a && a->position < b->position;
}

struct format_choice format_choose(const char *accept)
{
	struct match matches[FORMAT_COUNT] = { { 0 } };
	struct hwatt_accept_item item;
	for (size_t position = 0; hwatt_accept_next(&accept, &item); position++) {
		const char *escaping = known_escaping(hwatt_accept_param(&item, "escaping"));
		for (size_t i = 0; i < FORMAT_COUNT; i++) {
			int close = closeness(&item, &formats[i]);
			if (close > matches[i].closeness)
				matches[i] = (struct match){ close, item.q, position, escaping };
		}
	}
	size_t best = 0;
	for (size_t i = 1; i < FORMAT_COUNT; i++)
		if (better(&matches[i], &matches[best]))
			best = i;
	const char *escaping = formats[best].echo_escaping ? matches[best].escaping : NULL;
	return (struct format_choice){ .format = &formats[best], .escaping = escaping };
}

void format_content_type(struct format_choice choice, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s", choice.format->content_type, choice.escaping != NULL ? "; escaping=" : "",
		 choice.escaping != NULL ? choice.escaping : "");
}
