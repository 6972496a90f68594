/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/template.h>
#include <hallwatt/arena.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 16

enum kind { PLAIN, VALUE, DRAWING, TEXT, SECTION, END };

struct part {
	enum kind kind;
	const char *text;   /* PLAIN: as it is; TEXT: in English; else the name */
	unsigned line;
	size_t otherwise;   /* SECTION: the part after {{else}}, or after the end */
	size_t after;       /* SECTION: the part after the end */
};

struct hwatt_template {
	struct hwatt_arena *arena;
	const char *name;
	size_t count, capacity;
	struct part *parts;
};

/* --- reading ----------------------------------------------------------------------------------------------------- */

struct reader {
	struct hwatt_template *t;
	const char *at;
	unsigned line;
	size_t depth;
	size_t open[MAX_DEPTH];   /* the sections that have begun */
	bool has_else[MAX_DEPTH];
	struct hwatt_error *err;
};

static int fail(struct reader *r, const char *what, const char *name)
{
	return hwatt_fail(r->err, HWATT_EINVAL, "%s:%u: %s%s", r->t->name, r->line, what, name);
}

static struct part *add(struct reader *r, enum kind kind, const char *text)
{
	struct hwatt_template *t = r->t;
	if (t->count == t->capacity) {
		t->capacity = t->capacity == 0 ? 64 : t->capacity * 2;
		t->parts = hwatt_realloc(t->parts, t->capacity * sizeof(*t->parts));
	}
	t->parts[t->count] = (struct part){ .kind = kind, .text = text, .line = r->line };
	return &t->parts[t->count++];
}

static void count_lines(struct reader *r, const char *to)
{
	for (; r->at < to; r->at++)
		r->line += *r->at == '\n';
}

/* The words between the braces, each run of blanks one blank, so that a text may be wrapped. */
static char *inner(struct reader *r, const char *from, const char *to)
{
	char *copy = hwatt_arena_strndup(r->t->arena, from, (size_t)(to - from)), *out = copy;
	for (const char *in = copy; *in != '\0'; in++) {
		bool blank = strchr(" \t\n", *in) != NULL;
		if (!blank)
			*out++ = *in;
		else if (out > copy && out[-1] != ' ')
			*out++ = ' ';
	}
	while (out > copy && out[-1] == ' ')
		out--;
	*out = '\0';
	return copy;
}

static int begin_section(struct reader *r, const char *name)
{
	if (r->depth == MAX_DEPTH)
		return fail(r, "sections are nested too deeply: ", name);
	r->has_else[r->depth] = false;
	r->open[r->depth++] = r->t->count;
	add(r, SECTION, name);
	return 0;
}

static int begin_else(struct reader *r)
{
	if (r->depth == 0 || r->has_else[r->depth - 1])
		return fail(r, "an {{else}} without its section", "");
	add(r, END, "");
	r->has_else[r->depth - 1] = true;
	r->t->parts[r->open[r->depth - 1]].otherwise = r->t->count;
	return 0;
}

static int end_section(struct reader *r, const char *name)
{
	if (r->depth == 0 || strcmp(r->t->parts[r->open[r->depth - 1]].text, name) != 0)
		return fail(r, "this ends no open section: ", name);
	add(r, END, "");
	struct part *section = &r->t->parts[r->open[--r->depth]];
	section->after = r->t->count;
	if (!r->has_else[r->depth])
		section->otherwise = r->t->count;
	return 0;
}

static bool is_name(const char *name)
{
	return name[0] != '\0' && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.") == strlen(name);
}

static int read_tag(struct reader *r, const char *tag)
{
	if (strncmp(tag, "_ ", 2) == 0) {
		add(r, TEXT, tag + 2);
		return 0;
	}
	if (strcmp(tag, "else") == 0)
		return begin_else(r);
	bool drawing = strncmp(tag, "svg ", 4) == 0;
	const char *name = tag + (drawing ? 4 : tag[0] == '#' || tag[0] == '/' ? 1 : 0);
	if (!is_name(name))
		return fail(r, "this is no name: ", name);
	if (tag[0] == '#')
		return begin_section(r, name);
	if (tag[0] == '/')
		return end_section(r, name);
	add(r, drawing ? DRAWING : VALUE, name);
	return 0;
}

/* Where the tag that begins at `from` ends: at the first }} whose next octet is no brace, as a text may end in a hole. */
static const char *tag_end(const char *from)
{
	const char *end = strstr(from, "}}");
	while (end != NULL && end[2] == '}')
		end++;
	return end;
}

static int read_parts(struct reader *r)
{
	while (*r->at != '\0') {
		const char *open = strstr(r->at, "{{");
		const char *stop = open != NULL ? open : r->at + strlen(r->at);
		if (stop > r->at)
			add(r, PLAIN, hwatt_arena_strndup(r->t->arena, r->at, (size_t)(stop - r->at)));
		count_lines(r, stop);
		if (open == NULL)
			break;
		const char *end = tag_end(open + 2);
		if (end == NULL)
			return fail(r, "a {{ without its }}", "");
		if (open[2] != '!' && read_tag(r, inner(r, open + 2, end)) < 0)
			return -1;
		count_lines(r, end + 2);
	}
	if (r->depth > 0)
		return fail(r, "the page ends within the section ", r->t->parts[r->open[r->depth - 1]].text);
	add(r, END, "");
	return 0;
}

int hwatt_template_read(const char *name, const char *text, struct hwatt_template **out, struct hwatt_error *err)
{
	struct hwatt_template *t = hwatt_alloc(sizeof(*t));
	struct reader r = { .t = t, .at = text, .line = 1, .err = err };
	t->arena = hwatt_arena_new();
	t->name = hwatt_arena_strdup(t->arena, name);
	*out = t;
	if (read_parts(&r) == 0)
		return 0;
	hwatt_template_free(t);
	*out = NULL;
	return -1;
}

void hwatt_template_free(struct hwatt_template *t)
{
	if (t == NULL)
		return;
	free(t->parts);
	hwatt_arena_free(t->arena);
	free(t);
}

/* --- filling ----------------------------------------------------------------------------------------------------- */

struct filler {
	const struct hwatt_template *t;
	enum hwatt_language language;
	struct hwatt_text *out;
	size_t depth;
	const json_t *scopes[MAX_DEPTH + 1]; /* from the outermost in */
	struct hwatt_error *err;
};

void hwatt_text_html(struct hwatt_text *out, const char *string)
{
	for (;;) {
		size_t plain = strcspn(string, "&<>\"'");
		hwatt_text_put(out, string, plain);
		string += plain;
		switch (*string++) {
		case '&': hwatt_text_puts(out, "&amp;"); break;
		case '<': hwatt_text_puts(out, "&lt;"); break;
		case '>': hwatt_text_puts(out, "&gt;"); break;
		case '"': hwatt_text_puts(out, "&quot;"); break;
		case '\'': hwatt_text_puts(out, "&#39;"); break;
		default: return;
		}
	}
}

static const json_t *look_up(const struct filler *f, const char *name, size_t length)
{
	if (length == 1 && name[0] == '.')
		return f->scopes[f->depth];
	for (size_t i = f->depth + 1; i-- > 0;) {
		const json_t *found = json_object_getn(f->scopes[i], name, length);
		if (found != NULL)
			return found;
	}
	return NULL;
}

static int put_value(struct filler *f, const struct part *part, const char *name, size_t length, bool drawing)
{
	const json_t *value = look_up(f, name, length);
	if (json_is_string(value) && drawing)
		hwatt_text_puts(f->out, json_string_value(value));
	else if (json_is_string(value))
		hwatt_text_html(f->out, json_string_value(value));
	else if (json_is_integer(value))
		hwatt_text_int(f->out, json_integer_value(value));
	else
		return hwatt_fail(f->err, HWATT_EINVAL, "%s:%u: %s \"%.*s\"", f->t->name, part->line,
				       value == NULL ? "there is no" : "no text and no whole number:", (int)length, name);
	return 0;
}

static int put_text(struct filler *f, const struct part *part)
{
	const char *text = hwatt_tr(f->language, part->text);
	while (*text != '\0') {
		size_t plain = strcspn(text, "{");
		char *copy = strndup(text, plain);
		hwatt_text_html(f->out, copy != NULL ? copy : "");
		free(copy);
		text += plain;
		if (*text == '{') {
			size_t length = strcspn(++text, "}");
			if (put_value(f, part, text, length, false) < 0)
				return -1;
			text += length + (text[length] == '}');
		}
	}
	return 0;
}

/* Whether a section is entered once for the value: it is something. */
static bool something(const json_t *value)
{
	if (json_is_string(value))
		return json_string_length(value) > 0;
	if (json_is_array(value))
		return json_array_size(value) > 0;
	if (json_is_integer(value))
		return json_integer_value(value) != 0;
	return value != NULL && !json_is_null(value) && !json_is_false(value);
}

static int fill(struct filler *f, size_t at);

static int fill_in(struct filler *f, size_t at, const json_t *scope)
{
	f->scopes[++f->depth] = scope;
	int result = fill(f, at);
	f->depth--;
	return result;
}

static int fill_section(struct filler *f, size_t at)
{
	const struct part *part = &f->t->parts[at];
	const json_t *value = look_up(f, part->text, strlen(part->text));
	if (!something(value)) /* part->otherwise is just after the end when there is no else */
		return part->otherwise < part->after ? fill(f, part->otherwise) : 0;
	if (!json_is_array(value))
		return fill_in(f, at + 1, value);
	for (size_t i = 0; i < json_array_size(value); i++)
		if (fill_in(f, at + 1, json_array_get(value, i)) < 0)
			return -1;
	return 0;
}

static int fill(struct filler *f, size_t at)
{
	const struct part *parts = f->t->parts;
	while (parts[at].kind != END) {
		const struct part *part = &parts[at];
		int result = 0;
		switch (part->kind) {
		case PLAIN: hwatt_text_puts(f->out, part->text); break;
		case VALUE: result = put_value(f, part, part->text, strlen(part->text), false); break;
		case DRAWING: result = put_value(f, part, part->text, strlen(part->text), true); break;
		case TEXT: result = put_text(f, part); break;
		case SECTION: result = fill_section(f, at); break;
		case END: break;
		}
		if (result < 0)
			return result;
		at = part->kind == SECTION ? part->after : at + 1;
	}
	return 0;
}

int hwatt_template_fill(const struct hwatt_template *t, const json_t *data, enum hwatt_language language,
			struct hwatt_text *out, struct hwatt_error *err)
{
	struct filler f = { .t = t, .language = language, .out = out, .err = err };
	f.scopes[0] = data;
	if (fill(&f, 0) < 0)
		return -1;
	return hwatt_text_ok(out) ? 0 : hwatt_fail(err, HWATT_EINVAL, "%s: the page is too long", t->name);
}
