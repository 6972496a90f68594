/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/accept.h>
#include <string.h>

/* No <ctype.h>: it follows the locale. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_token(char c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static void skip_blanks(const char **at)
{
	while (is_blank(**at))
		(*at)++;
}

/* Moves to the comma that ends the element, or to the end; commas in quotes do not count. */
static void skip_element(const char **at)
{
	bool quoted = false;
	for (; **at != '\0' && (quoted || **at != ','); (*at)++) {
		if (**at == '"')
			quoted = !quoted;
		else if (quoted && **at == '\\' && (*at)[1] != '\0')
			(*at)++;
	}
}

/* A token, with slashes when `media`, in lower case when `fold`. False when it is empty or does not fit. */
static bool read_token(const char **at, char *out, size_t size, bool media, bool fold)
{
	size_t n = 0;
	for (; is_token(**at) || (media && **at == '/'); (*at)++) {
		if (n + 1 >= size)
			return false;
		out[n++] = fold ? lower(**at) : **at;
	}
	out[n] = '\0';
	return n > 0;
}

static bool read_quoted(const char **at, char *out, size_t size)
{
	size_t n = 0;
	for ((*at)++; **at != '"'; (*at)++) {
		if (**at == '\\')
			(*at)++;
		if (**at == '\0' || n + 1 >= size)
			return false;
		out[n++] = **at;
	}
	(*at)++;
	out[n] = '\0';
	return true;
}

/* "0.75" in thousandths, -1 when it is no weight. More than three decimals are cut, more than 1 is 1. */
static int read_weight(const char *text)
{
	int q = 0, digits = 0, scale = HWATT_ACCEPT_MOST;
	for (; *text >= '0' && *text <= '9'; text++, digits++)
		q = q > 0 || *text != '0' ? HWATT_ACCEPT_MOST : 0;
	if (*text == '.')
		text++;
	for (; *text >= '0' && *text <= '9'; text++, digits++) {
		scale /= 10;
		q += (*text - '0') * scale;
	}
	if (*text != '\0' || digits == 0)
		return -1;
	return q < HWATT_ACCEPT_MOST ? q : HWATT_ACCEPT_MOST;
}

/* ";name=value" or a lone ";", which is allowed; false when it is neither. */
static bool read_param(const char **at, struct hwatt_accept_item *out)
{
	char name[sizeof(out->params[0].name)], value[sizeof(out->params[0].value)];
	(*at)++;
	skip_blanks(at);
	if (**at == ';' || **at == ',' || **at == '\0')
		return true;
	if (!read_token(at, name, sizeof(name), false, true) || **at != '=')
		return false;
	(*at)++;
	bool ok = **at == '"' ? read_quoted(at, value, sizeof(value))
			      : read_token(at, value, sizeof(value), false, false);
	if (!ok)
		return false;
	if (strcmp(name, "q") == 0) {
		out->q = read_weight(value);
		return out->q >= 0;
	}
	if (out->param_count == HWATT_ACCEPT_PARAMS)
		return false;
	memcpy(out->params[out->param_count].name, name, sizeof(name));
	memcpy(out->params[out->param_count].value, value, sizeof(value));
	out->param_count++;
	return true;
}

static bool read_element(const char **at, struct hwatt_accept_item *out)
{
	*out = (struct hwatt_accept_item){ .q = HWATT_ACCEPT_MOST };
	if (!read_token(at, out->value, sizeof(out->value), true, true))
		return false;
	skip_blanks(at);
	while (**at == ';') {
		if (!read_param(at, out))
			return false;
		skip_blanks(at);
	}
	return **at == ',' || **at == '\0';
}

bool hwatt_accept_next(const char **header, struct hwatt_accept_item *out)
{
	for (;;) {
		while (is_blank(**header) || **header == ',')
			(*header)++;
		if (**header == '\0')
			return false;
		const char *start = *header;
		bool read = read_element(header, out);
		if (!read) {
			*header = start; /* again from its start, so that quotes are counted from there */
			skip_element(header);
		}
		if (read)
			return true;
	}
}

const char *hwatt_accept_param(const struct hwatt_accept_item *item, const char *name)
{
	for (size_t i = 0; i < item->param_count; i++)
		if (strcmp(item->params[i].name, name) == 0)
			return item->params[i].value;
	return NULL;
}
