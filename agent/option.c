/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "document.h"
#include "nearest.h"
#include "path.h"
#include "scalar.h"
#include <assert.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct pattern { /* compiled once per load: a list of 10,000 devices asks for it 10,000 times */
	const char *text;
	regex_t compiled;
};

#define RECENT 16u
#define RECENT_LONGEST 64u

struct reader {
	struct hwatt_arena *arena;
	struct {
		const char *text;
		bool plain; /* it stood without quotes, and was a text all the same */
	} recent[RECENT]; /* that were read: those that a long list repeats are kept once */
	unsigned next_recent;
	struct hwatt_report *report;
	struct pattern *patterns;
	size_t pattern_count;
};

static void read_object(struct reader *r, const struct hwatt_schema *schema, const struct hwatt_node *node, void *out);

static const regex_t *compiled(struct reader *r, const char *text)
{
	for (size_t i = 0; i < r->pattern_count; i++)
		if (r->patterns[i].text == text)
			return &r->patterns[i].compiled;
	r->patterns = hwatt_realloc(r->patterns, (r->pattern_count + 1) * sizeof(*r->patterns));
	struct pattern *added = &r->patterns[r->pattern_count++];
	added->text = text;
	int wrong = regcomp(&added->compiled, text, REG_EXTENDED | REG_NOSUB);
	assert(wrong == 0); /* the tables are ours */
	return &added->compiled;
}

static size_t scalar_size(enum hwatt_type type)
{
	switch (type) {
	case HWATT_STRING: return sizeof(const char *);
	case HWATT_BOOL: return sizeof(bool);
	case HWATT_ENUM: return sizeof(int);
	case HWATT_NODE: return sizeof(const struct hwatt_node *);
	case HWATT_SECRET: return sizeof(struct hwatt_secret);
	case HWATT_TEXTS: return sizeof(struct hwatt_texts);
	default: return sizeof(int64_t);
	}
}

/* What a value of `type` looks like, for "is a list where ... belongs". */
static const char *shape(enum hwatt_type type)
{
	switch (type) {
	case HWATT_OBJECT:
	case HWATT_MAP: return "a map of keys and values";
	case HWATT_LIST: return "a list";
	case HWATT_TEXTS: return "a text, or one per language,";
	case HWATT_STRING: return "a text";
	case HWATT_BOOL: return "true or false";
	case HWATT_ENUM: return "a word";
	default: return "a single value";
	}
}

static void wrong_shape(struct reader *r, const struct hwatt_option *option, enum hwatt_type type,
			const struct hwatt_node *node)
{
	static const char *const found[] = { "a single value", "a list", "a map" };
	if (node->kind == HWATT_NODE_SCALAR && !node->quoted && scalar_resolve(node->text) == SCALAR_NULL)
		hwatt_report_add(r->report, &node->mark, "\"%s\" has no value; give it one or leave it out", option->name);
	else
		hwatt_report_add(r->report, &node->mark, "\"%s\" is %s where %s belongs", option->name, found[node->kind],
				 shape(type));
}

static bool matches(struct reader *r, const char *pattern, const char *help, const char *form, const char *text,
		    const struct hwatt_mark *at)
{
	if (pattern == NULL || regexec(compiled(r, pattern), text, 0, NULL, 0) == 0)
		return true;
	if (form != NULL) {
		hwatt_report_add(r->report, at, "\"%.60s\" has the wrong form; write %s", text, form);
		return false;
	}
	hwatt_report_add(r->report, at, "\"%.60s\" has the wrong form%s%s; it must match %s", text, help != NULL ? " for: " : "",
			 help != NULL ? help : "", pattern);
	return false;
}

/* One scalar of the basic types. */
/* Takes the text from one that was read before. */
static bool read_again(const struct reader *r, const struct hwatt_node *node, void *out)
{
	for (unsigned i = 0; i < RECENT && r->recent[i].text != NULL; i++) {
		if ((!node->quoted && !r->recent[i].plain) || strcmp(r->recent[i].text, node->text) != 0)
			continue;
		memcpy(out, &r->recent[i].text, sizeof(r->recent[i].text));
		return true;
	}
	return false;
}

static void remember(struct reader *r, const struct hwatt_node *node, const void *out)
{
	if (node->length == 0 || node->length >= RECENT_LONGEST)
		return;
	memcpy(&r->recent[r->next_recent % RECENT].text, out, sizeof(r->recent[0].text));
	r->recent[r->next_recent++ % RECENT].plain = !node->quoted;
}

static void read_scalar(struct reader *r, const struct hwatt_option *option, enum hwatt_type type,
			const struct hwatt_node *node, void *out)
{
	struct hwatt_error err;
	if (node->kind != HWATT_NODE_SCALAR) {
		wrong_shape(r, option, type, node);
	} else if (type == HWATT_STRING && read_again(r, node, out)) {
		matches(r, option->pattern, option->help, option->form, node->text, &node->mark);
	} else if (scalar_read(option, type, node, out, r->arena, &err) < 0) {
		hwatt_report_add(r->report, &node->mark, "%s", err.text);
	} else if (type == HWATT_STRING) {
		matches(r, option->pattern, option->help, option->form, node->text, &node->mark);
		remember(r, node, out);
	}
}

static void read_secret(struct reader *r, const struct hwatt_option *option, const struct hwatt_node *node,
			struct hwatt_secret *out)
{
	static const struct { const char *key; enum hwatt_secret_kind kind; } kinds[] = {
		{ "file", HWATT_SECRET_FILE }, { "env", HWATT_SECRET_ENV }, { "credential", HWATT_SECRET_CREDENTIAL },
	};
	static const struct hwatt_option text = { .name = "secret", .type = HWATT_STRING };
	if (node->kind != HWATT_NODE_MAPPING || node->count != 1 || node->keys[0]->kind != HWATT_NODE_SCALAR) {
		hwatt_report_add(r->report, &node->mark, "a secret is named, not written here: %s: {file: PATH}, {env: VARIABLE} or "
				 "{credential: NAME}", option->name);
		return;
	}
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(node->keys[0]->text, kinds[i].key) != 0)
			continue;
		const char *where = "";
		size_t before = report_total(r->report);
		read_scalar(r, &text, HWATT_STRING, node->items[0], &where);
		if (report_total(r->report) > before)
			return;
		if (where[0] == '\0') {
			hwatt_report_add(r->report, &node->items[0]->mark, "\"%s\" names nothing", kinds[i].key);
			return;
		}
		*out = (struct hwatt_secret){ kinds[i].kind, where, node->mark };
		if (out->kind == HWATT_SECRET_FILE)
			out->where = path_beside(node->mark.file, where, r->arena);
		return;
	}
	hwatt_report_add(r->report, &node->keys[0]->mark, "unknown key \"%.60s\" in a secret; write file, env or credential",
			 node->keys[0]->text);
}

static void read_texts(struct reader *r, const struct hwatt_option *option, const struct hwatt_node *node,
		       struct hwatt_texts *out)
{
	static const struct hwatt_option rows[] = {
		{ .name = "sv", .type = HWATT_STRING, .offset = offsetof(struct hwatt_texts, sv) },
		{ .name = "nb", .type = HWATT_STRING, .offset = offsetof(struct hwatt_texts, nb) },
		{ .name = "en", .type = HWATT_STRING, .offset = offsetof(struct hwatt_texts, en) },
	};
	static const struct hwatt_schema languages = { .name = "text", .size = sizeof(struct hwatt_texts), .options = rows,
						       .count = 3 };
	if (node->kind == HWATT_NODE_SCALAR) { /* one sentence for all languages */
		read_scalar(r, option, HWATT_STRING, node, &out->en);
		return;
	}
	read_object(r, &languages, node, out);
	for (size_t i = 0; i < 3; i++) { /* an absent language is NULL, not "" */
		const char **text = (const char **)(void *)((char *)out + rows[i].offset);
		if (document_get(node, rows[i].name) == NULL)
			*text = NULL;
	}
}

static void read_item(struct reader *r, const struct hwatt_option *option, const struct hwatt_node *node, void *out);

static void read_list(struct reader *r, const struct hwatt_option *option, const struct hwatt_node *node,
		      struct hwatt_list *out)
{
	struct hwatt_node *single = (struct hwatt_node *)(uintptr_t)node; /* only read */
	struct hwatt_node *const *items = node->items;
	size_t count = node->count;
	if (node->kind != HWATT_NODE_SEQUENCE) {
		bool empty = node->kind == HWATT_NODE_SCALAR && !node->quoted && scalar_resolve(node->text) == SCALAR_NULL;
		if ((option->flags & HWATT_ONE_OR_LIST) == 0 || empty) {
			wrong_shape(r, option, HWATT_LIST, node);
			return;
		}
		items = &single;
		count = 1;
	}
	size_t size = option->schema != NULL ? option->schema->size : scalar_size(option->item);
	out->count = count;
	out->items = count > 0 ? hwatt_arena_alloc(r->arena, count * size) : NULL;
	for (size_t i = 0; i < count; i++)
		read_item(r, option, items[i], (char *)out->items + i * size);
}

static void read_item(struct reader *r, const struct hwatt_option *option, const struct hwatt_node *node, void *out)
{
	if (option->schema != NULL)
		read_object(r, option->schema, node, out);
	else if (option->item == HWATT_NODE)
		memcpy(out, &node, sizeof(node));
	else if (option->item == HWATT_SECRET)
		read_secret(r, option, node, out);
	else if (option->item == HWATT_TEXTS)
		read_texts(r, option, node, out);
	else
		read_scalar(r, option, option->item, node, out);
}

static void read_map(struct reader *r, const struct hwatt_option *option, const struct hwatt_node *node,
		     struct hwatt_list *out)
{
	static const struct hwatt_option name = { .name = "name", .type = HWATT_STRING };
	if (node->kind != HWATT_NODE_MAPPING) {
		wrong_shape(r, option, HWATT_MAP, node);
		return;
	}
	size_t size = option->schema->size;
	out->count = node->count;
	out->items = node->count > 0 ? hwatt_arena_alloc(r->arena, node->count * size) : NULL;
	for (size_t i = 0; i < node->count; i++) {
		char *item = (char *)out->items + i * size;
		const char *key = "";
		read_object(r, option->schema, node->items[i], item);
		read_scalar(r, &name, HWATT_STRING, node->keys[i], &key);
		if (node->keys[i]->kind == HWATT_NODE_SCALAR)
			matches(r, option->pattern, NULL, NULL, node->keys[i]->text, &node->keys[i]->mark);
		memcpy(item, &key, sizeof(key));
	}
}

static void read_value(struct reader *r, const struct hwatt_option *option, const struct hwatt_node *node, void *out)
{
	switch (option->type) {
	case HWATT_OBJECT: read_object(r, option->schema, node, out); break;
	case HWATT_LIST: read_list(r, option, node, out); break;
	case HWATT_MAP: read_map(r, option, node, out); break;
	case HWATT_SECRET: read_secret(r, option, node, out); break;
	case HWATT_TEXTS: read_texts(r, option, node, out); break;
	case HWATT_NODE: memcpy(out, &node, sizeof(node)); break;
	default: read_scalar(r, option, option->type, node, out); break;
	}
}

/* What a struct holds before its keys are read: "" for strings, and the defaults of the table. With HWATT_ASIDE in `aside` it is
 * the struct of those keys. */
static void set_defaults(struct reader *r, const struct hwatt_schema *schema, unsigned aside, void *out)
{
	memset(out, 0, aside != 0 ? schema->aside_size : schema->size);
	for (size_t i = 0; i < schema->count; i++) {
		const struct hwatt_option *option = &schema->options[i];
		char *field = (char *)out + option->offset;
		if ((option->flags & HWATT_ASIDE) != aside)
			continue;
		if (option->type == HWATT_OBJECT) {
			set_defaults(r, option->schema, 0, field);
		} else if (option->fallback != NULL || option->type == HWATT_STRING) {
			assert(option->type <= HWATT_ENUM); /* lists, secrets and maps have no default */
			const char *text = option->fallback != NULL ? option->fallback : "";
			struct hwatt_node written = { .kind = HWATT_NODE_SCALAR, .text = text, .length = strlen(text) };
			written.quoted = option->type == HWATT_STRING;
			struct hwatt_option unbounded = *option; /* a default may lie outside the bounds: 0, not stated */
			unbounded.max = unbounded.min;
			struct hwatt_error err = { .text = "" };
			int wrong = scalar_read(&unbounded, option->type, &written, field, r->arena, &err);
			assert(wrong == 0); /* the tables are ours */
		}
	}
}

static const struct hwatt_option *find(const struct hwatt_schema *schema, const char *name)
{
	for (size_t i = 0; i < schema->count; i++)
		if (strcmp(schema->options[i].name, name) == 0)
			return &schema->options[i];
	return NULL;
}

static void unknown_key(struct reader *r, const struct hwatt_schema *schema, const struct hwatt_node *key)
{
	struct nearest near = { .wanted = key->text };
	for (size_t i = 0; i < schema->count; i++)
		nearest_offer(&near, schema->options[i].name);
	hwatt_report_add(r->report, &key->mark, "unknown key \"%.60s\"%s", key->text, nearest_hint(&near, r->arena));
}

/* What `{scale: 0,1}` is to YAML: a key "1" without a value. */
static bool after_comma(const struct hwatt_node *node, size_t i)
{
	const struct hwatt_node *key = node->keys[i], *before = i > 0 ? node->items[i - 1] : NULL;
	if (before == NULL || before->kind != HWATT_NODE_SCALAR || before->length == 0 || key->length == 0)
		return false;
	return strspn(key->text, "0123456789") == key->length && strchr("0123456789", before->text[before->length - 1]) != NULL &&
	       node->items[i]->kind == HWATT_NODE_SCALAR && node->items[i]->length == 0;
}

/* Where the key's value goes. */
static void *field_of(struct reader *r, const struct hwatt_schema *schema, const struct hwatt_option *option, void *out)
{
	void *aside;
	if ((option->flags & HWATT_ASIDE) == 0)
		return (char *)out + option->offset;
	memcpy(&aside, (char *)out + schema->aside_offset, sizeof(aside));
	if (aside == NULL) {
		aside = hwatt_arena_alloc(r->arena, schema->aside_size);
		set_defaults(r, schema, HWATT_ASIDE, aside);
		memcpy((char *)out + schema->aside_offset, &aside, sizeof(aside));
	}
	return (char *)aside + option->offset;
}

static void read_object(struct reader *r, const struct hwatt_schema *schema, const struct hwatt_node *node, void *out)
{
	size_t before = report_total(r->report);
	set_defaults(r, schema, 0, out);
	if (schema->mark_offset != 0)
		memcpy((char *)out + schema->mark_offset, &node->mark, sizeof(node->mark));
	if (node->kind != HWATT_NODE_MAPPING) {
		hwatt_report_add(r->report, &node->mark, "a map of keys and values belongs here (%s)", schema->name);
		return;
	}
	uint64_t seen = 0;
	assert(schema->count <= 64);
	for (size_t i = 0; i < node->count; i++) {
		if (node->keys[i]->kind != HWATT_NODE_SCALAR)
			continue; /* reported by the document */
		const struct hwatt_option *option = find(schema, node->keys[i]->text);
		if (option == NULL) {
			if (after_comma(node, i))
				hwatt_report_add(r->report, &node->keys[i]->mark, "a comma ends the value before it: write %.20s.%.20s with a point",
						 node->items[i - 1]->text, node->keys[i]->text);
			else
				unknown_key(r, schema, node->keys[i]);
			continue;
		}
		uint64_t bit = UINT64_C(1) << (option - schema->options);
		if ((seen & bit) == 0) /* a second one is reported by the document */
			read_value(r, option, node->items[i], field_of(r, schema, option, out));
		seen |= bit;
	}
	for (size_t i = 0; i < schema->count; i++)
		if ((schema->options[i].flags & HWATT_REQUIRED) != 0 && (seen >> i & 1) == 0)
			hwatt_report_add(r->report, &node->mark, "the %s lacks \"%s\": %s", schema->name, schema->options[i].name,
					 schema->options[i].help != NULL ? schema->options[i].help : "it is required");
	if (schema->check != NULL && report_total(r->report) == before)
		schema->check(out, node, r->report);
}

int hwatt_option_read(const struct hwatt_schema *schema, const struct hwatt_node *node, void *out,
		      struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct reader r = { .arena = arena, .report = report };
	size_t before = report_total(report);
	read_object(&r, schema, node, out);
	for (size_t i = 0; i < r.pattern_count; i++)
		regfree(&r.patterns[i].compiled);
	free(r.patterns);
	return report_total(report) == before ? 0 : -1;
}

bool hwatt_expression_sound(const char *text)
{
	regex_t compiled;
	if (text == NULL || text[0] == '\0')
		return true;
	if (regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	regfree(&compiled);
	return true;
}
