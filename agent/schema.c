/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* schema.c - the option tables as JSON Schema, so that an editor can complete and check what a human writes. */
#include "document.h"
#include "scalar.h"
#include <stdlib.h>
#include <string.h>

struct printer {
	struct hwatt_text *out;
	int depth;
	bool empty; /* nothing stands yet since the last { or [ */
};

static void line(struct printer *p)
{
	hwatt_text_putc(p->out, '\n');
	for (int i = 0; i < p->depth; i++)
		hwatt_text_putc(p->out, '\t');
}

/* The next member of an object, or of an array when `key` is NULL: its value follows. */
static void member(struct printer *p, const char *key)
{
	if (!p->empty)
		hwatt_text_putc(p->out, ',');
	p->empty = false;
	line(p);
	if (key != NULL) {
		hwatt_text_json(p->out, key);
		hwatt_text_puts(p->out, ": ");
	}
}

static void begin(struct printer *p, char bracket)
{
	hwatt_text_putc(p->out, bracket);
	p->depth++;
	p->empty = true;
}

static void end(struct printer *p, char bracket)
{
	p->depth--;
	if (!p->empty)
		line(p);
	hwatt_text_putc(p->out, bracket);
	p->empty = false;
}

static void put_string(struct printer *p, const char *key, const char *value)
{
	member(p, key);
	hwatt_text_json(p->out, value);
}

static void put_raw(struct printer *p, const char *key, const char *value)
{
	member(p, key);
	hwatt_text_puts(p->out, value);
}

static void put_number(struct printer *p, const char *key, int64_t value, int decimals)
{
	member(p, key);
	hwatt_text_fixed(p->out, value, decimals);
}

static void put_bounds(struct printer *p, const struct hwatt_option *option, int decimals)
{
	if (option->max <= option->min)
		return;
	put_number(p, "minimum", option->min, decimals);
	put_number(p, "maximum", option->max, decimals);
}

static void put_text(struct printer *p, const char *pattern)
{
	put_string(p, "type", "string");
	if (pattern != NULL)
		put_string(p, "pattern", pattern);
}

static void put_words(struct printer *p, const char *const *words)
{
	member(p, "enum");
	begin(p, '[');
	for (; *words != NULL; words++) {
		put_string(p, NULL, *words);
		if (scalar_resolve(*words) == SCALAR_INTEGER)
			put_raw(p, NULL, *words); /* version: 3 as well as "3" */
	}
	end(p, ']');
}

static void put_ratio(struct printer *p, const struct hwatt_option *option)
{
	member(p, "anyOf");
	begin(p, '[');
	member(p, NULL);
	begin(p, '{');
	put_string(p, "type", "number");
	put_bounds(p, option, 6);
	end(p, '}');
	member(p, NULL);
	begin(p, '{');
	put_text(p, "^-?[0-9]+(\\.[0-9]{1,4}0*)? ?%$");
	end(p, '}');
	end(p, ']');
}

struct string_key { const char *name, *help; };

/* An object with the string members `keys`: exactly one of them, or one at least. */
static void put_strings(struct printer *p, const struct string_key *keys, size_t count, bool exactly_one)
{
	put_string(p, "type", "object");
	member(p, "properties");
	begin(p, '{');
	for (size_t i = 0; i < count; i++) {
		member(p, keys[i].name);
		begin(p, '{');
		put_string(p, "description", keys[i].help);
		put_string(p, "type", "string");
		end(p, '}');
	}
	end(p, '}');
	put_raw(p, "minProperties", "1");
	if (exactly_one)
		put_raw(p, "maxProperties", "1");
	put_raw(p, "additionalProperties", "false");
}

static void put_texts(struct printer *p)
{
	static const struct string_key languages[] = { { "sv", "in Swedish" }, { "nb", "in Norwegian" }, { "en", "in English" } };
	member(p, "anyOf");
	begin(p, '[');
	put_raw(p, NULL, "{\"type\": \"string\"}");
	member(p, NULL);
	begin(p, '{');
	put_strings(p, languages, sizeof(languages) / sizeof(languages[0]), false);
	end(p, '}');
	end(p, ']');
}

static void put_scalar(struct printer *p, const struct hwatt_option *option, enum hwatt_type type)
{
	static const struct string_key secrets[] = {
		{ "file", "the file that holds it, relative to this one, closed to others" },
		{ "env", "the variable of the environment that holds it" },
		{ "credential", "the name of systemd's credential that holds it" },
	};
	switch (type) {
	case HWATT_STRING: put_text(p, option->pattern); break;
	case HWATT_BOOL: put_string(p, "type", "boolean"); break;
	case HWATT_INTEGER:
		put_string(p, "type", "integer");
		put_bounds(p, option, 0);
		break;
	case HWATT_DECIMAL:
		put_string(p, "type", "number");
		put_bounds(p, option, 6);
		break;
	case HWATT_DURATION: put_text(p, "^[0-9]+(d|h|m|s|ms)([0-9]+(h|m|s|ms))*$"); break;
	case HWATT_POWER: put_text(p, "^-?[0-9]+(\\.[0-9]+)? ?(W|kW|MW)$"); break;
	case HWATT_ENERGY_AMOUNT: put_text(p, "^-?[0-9]+(\\.[0-9]+)? ?(Wh|kWh|MWh|GWh)$"); break;
	case HWATT_RATIO: put_ratio(p, option); break;
	case HWATT_DATE:
		put_text(p, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$");
		put_string(p, "format", "date");
		break;
	case HWATT_ENUM: put_words(p, option->words); break;
	case HWATT_SECRET: put_strings(p, secrets, sizeof(secrets) / sizeof(secrets[0]), true); break;
	case HWATT_TEXTS: put_texts(p); break;
	default: /* NODE: anything, or a text of some form */
		if (option->pattern != NULL)
			put_text(p, option->pattern);
		break;
	}
}

static void put_object(struct printer *p, const struct hwatt_schema *schema);

static void put_item(struct printer *p, const struct hwatt_option *option)
{
	begin(p, '{');
	if (option->schema != NULL)
		put_object(p, option->schema);
	else
		put_scalar(p, option, option->item);
	end(p, '}');
}

static void put_list(struct printer *p, const struct hwatt_option *option)
{
	bool either = (option->flags & HWATT_ONE_OR_LIST) != 0;
	if (either) {
		member(p, "anyOf");
		begin(p, '[');
		member(p, NULL);
		put_item(p, option);
		member(p, NULL);
		begin(p, '{');
	}
	put_string(p, "type", "array");
	member(p, "items");
	put_item(p, option);
	if (either) {
		end(p, '}');
		end(p, ']');
	}
}

static void put_map(struct printer *p, const struct hwatt_option *option)
{
	put_string(p, "type", "object");
	if (option->pattern != NULL) {
		member(p, "propertyNames");
		begin(p, '{');
		put_string(p, "pattern", option->pattern);
		end(p, '}');
	}
	member(p, "additionalProperties");
	begin(p, '{');
	put_object(p, option->schema);
	end(p, '}');
}

/* A default as JSON: numbers and switches bare, the rest as texts. */
static void put_default(struct printer *p, const struct hwatt_option *option)
{
	if (option->fallback == NULL)
		return;
	if (option->type == HWATT_INTEGER && option->max > option->min && strtoll(option->fallback, NULL, 10) < option->min)
		return; /* it stands for "not stated" */
	bool bare = option->type == HWATT_BOOL || option->type == HWATT_INTEGER || option->type == HWATT_DECIMAL ||
		    (option->type == HWATT_RATIO && strchr(option->fallback, '%') == NULL);
	if (bare)
		put_raw(p, "default", option->fallback);
	else
		put_string(p, "default", option->fallback);
}

static void put_option(struct printer *p, const struct hwatt_option *option)
{
	member(p, option->name);
	begin(p, '{');
	if (option->help != NULL)
		put_string(p, "description", option->help);
	if (option->type == HWATT_LIST)
		put_list(p, option);
	else if (option->type == HWATT_MAP)
		put_map(p, option);
	else if (option->schema != NULL)
		put_object(p, option->schema);
	else
		put_scalar(p, option, option->type);
	put_default(p, option);
	end(p, '}');
}

static void put_object(struct printer *p, const struct hwatt_schema *schema)
{
	bool required = false;
	put_string(p, "type", "object");
	member(p, "properties");
	begin(p, '{');
	for (size_t i = 0; i < schema->count; i++) {
		put_option(p, &schema->options[i]);
		required = required || (schema->options[i].flags & HWATT_REQUIRED) != 0;
	}
	end(p, '}');
	if (required) {
		member(p, "required");
		begin(p, '[');
		for (size_t i = 0; i < schema->count; i++)
			if ((schema->options[i].flags & HWATT_REQUIRED) != 0)
				put_string(p, NULL, schema->options[i].name);
		end(p, ']');
	}
	put_raw(p, "additionalProperties", "false");
}

void schema_print(const struct hwatt_schema *schema, const char *id, struct hwatt_text *out)
{
	struct printer p = { .out = out };
	begin(&p, '{');
	put_string(&p, "$schema", "https://json-schema.org/draft/2020-12/schema");
	put_string(&p, "$id", id);
	put_string(&p, "title", schema->name);
	if (schema->help != NULL)
		put_string(&p, "description", schema->help);
	put_object(&p, schema);
	end(&p, '}');
	hwatt_text_putc(out, '\n');
}
