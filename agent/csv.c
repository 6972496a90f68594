/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "csv.h"
#include "nearest.h"
#include <stdlib.h>
#include <string.h>

struct table { /* a file being read */
	const char *bytes;
	size_t length, at;
	char delimiter;
	struct hwatt_mark mark; /* of bytes[at], column in characters */
	const struct hwatt_schema *row;
	struct hwatt_arena *arena;
	struct hwatt_report *report;
	size_t column_count;
	const struct hwatt_option *columns[CSV_MAX_COLUMNS]; /* NULL: not known, passed over */
	struct hwatt_node *keys[CSV_MAX_COLUMNS];
	size_t nodes;
};

struct cell {
	struct hwatt_mark mark;
	char *text;
	bool last; /* of its row */
};

static bool ended(const struct table *t)
{
	return t->at >= t->length;
}

static char here(const struct table *t)
{
	return ended(t) ? '\0' : t->bytes[t->at];
}

static void step(struct table *t)
{
	char c = t->bytes[t->at++];
	if (c == '\n') {
		t->mark.line++;
		t->mark.column = 1;
	} else if (((unsigned char)c & 0xc0) != 0x80) {
		t->mark.column++;
	}
}

/* At the end of a row, not past it: LF, CRLF or the end of the file. */
static bool at_row_end(const struct table *t)
{
	return ended(t) || here(t) == '\n' || (here(t) == '\r' && (t->at + 1 == t->length || t->bytes[t->at + 1] == '\n'));
}

static void skip_row_end(struct table *t)
{
	if (!ended(t) && here(t) == '\r')
		step(t);
	if (!ended(t) && here(t) == '\n')
		step(t);
}

static void skip_blanks(struct table *t)
{
	while (here(t) == ' ' || (here(t) == '\t' && t->delimiter != '\t'))
		step(t);
}

/* --- cells ------------------------------------------------------------------------------------------------------- */

/* The text between quotes, the cursor behind the closing one; false after a mistake. */
static bool quoted_cell(struct table *t, struct hwatt_text *out)
{
	struct hwatt_mark open = t->mark;
	step(t);
	while (!ended(t)) {
		if (here(t) != '"') {
			hwatt_text_putc(out, here(t));
			step(t);
			continue;
		}
		step(t);
		if (here(t) != '"')
			return true;
		hwatt_text_putc(out, '"');
		step(t);
	}
	hwatt_report_add(t->report, &open, "the quotes that begin here are never closed; a quote within a cell is written twice");
	return false;
}

static bool plain_cell(struct table *t, struct hwatt_text *out)
{
	while (!at_row_end(t) && here(t) != t->delimiter) {
		if (here(t) == '"') {
			hwatt_report_add(t->report, &t->mark, "a quote stands amid a cell; put the whole cell in quotes and write the quote twice");
			return false;
		}
		hwatt_text_putc(out, here(t));
		step(t);
	}
	return true;
}

static char *trimmed(struct table *t, const char *text, size_t length)
{
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		length--;
	return hwatt_arena_strndup(t->arena, text, length);
}

/* One cell with what parts it from the next; false when the file cannot be read on. */
static bool next_cell(struct table *t, struct cell *out)
{
	struct hwatt_text text;
	hwatt_text_init(&text, CSV_MAX_CELL);
	skip_blanks(t);
	bool quoted = here(t) == '"';
	out->mark = t->mark;
	bool good = quoted ? quoted_cell(t, &text) : plain_cell(t, &text);
	if (good && quoted)
		skip_blanks(t);
	if (good && !at_row_end(t) && here(t) != t->delimiter) {
		hwatt_report_add(t->report, &t->mark, "only \"%c\" or the end of the line may follow the closing quote", t->delimiter);
		good = false;
	}
	if (good && !hwatt_text_ok(&text)) {
		hwatt_report_add(t->report, &out->mark, "the cell is longer than %u octets", CSV_MAX_CELL);
		good = false;
	}
	if (good) {
		const char *bytes = hwatt_text_string(&text);
		out->text = quoted ? hwatt_arena_strndup(t->arena, bytes, text.length) : trimmed(t, bytes, text.length);
		out->last = at_row_end(t);
		if (out->last)
			skip_row_end(t);
		else
			step(t);
	}
	hwatt_text_free(&text);
	return good;
}

/* --- nodes ------------------------------------------------------------------------------------------------------- */

static struct hwatt_node *node_new(struct table *t, enum hwatt_node_kind kind, const struct hwatt_mark *mark)
{
	struct hwatt_node *node = hwatt_arena_alloc(t->arena, sizeof(*node));
	*node = (struct hwatt_node){ .kind = kind, .mark = *mark, .text = "" };
	t->nodes++;
	return node;
}

/* A scalar as its option reads it: a cell has no types, so that what is a text by the option is one. */
static struct hwatt_node *scalar_new(struct table *t, enum hwatt_type type, const char *text, const struct hwatt_mark *mark)
{
	struct hwatt_node *node = node_new(t, HWATT_NODE_SCALAR, mark);
	node->text = text;
	node->length = strlen(text);
	node->quoted = type == HWATT_STRING || type == HWATT_ENUM || type == HWATT_TEXTS;
	return node;
}

/* The values of a list: parted by semicolons, empty ones left out. */
static struct hwatt_node *list_new(struct table *t, const struct hwatt_option *option, const struct cell *cell)
{
	struct hwatt_node *list = node_new(t, HWATT_NODE_SEQUENCE, &cell->mark);
	size_t room = 1;
	for (const char *at = cell->text; *at != '\0'; at++)
		room += *at == ';';
	list->items = hwatt_arena_alloc(t->arena, room * sizeof(struct hwatt_node *));
	for (const char *at = cell->text; at != NULL;) {
		const char *semicolon = strchr(at, ';');
		size_t length = semicolon != NULL ? (size_t)(semicolon - at) : strlen(at);
		size_t blanks = strspn(at, " \t");
		blanks = blanks < length ? blanks : length;
		char *item = trimmed(t, at + blanks, length - blanks);
		if (item[0] != '\0')
			list->items[list->count++] = scalar_new(t, option->item, item, &cell->mark);
		at = semicolon != NULL ? semicolon + 1 : NULL;
	}
	return list;
}

/* --- rows -------------------------------------------------------------------------------------------------------- */

static bool fits_a_cell(const struct hwatt_option *option)
{
	if (option->type == HWATT_LIST)
		return option->schema == NULL && option->item <= HWATT_ENUM;
	return option->type <= HWATT_ENUM || option->type == HWATT_TEXTS;
}

static const struct hwatt_option *find_column(struct table *t, const struct cell *cell)
{
	struct nearest near = { .wanted = cell->text };
	for (size_t i = 0; i < t->row->count; i++) {
		if (!fits_a_cell(&t->row->options[i]))
			continue;
		if (strcmp(t->row->options[i].name, cell->text) == 0)
			return &t->row->options[i];
		nearest_offer(&near, t->row->options[i].name);
	}
	if (cell->text[0] == '\0')
		hwatt_report_add(t->report, &cell->mark, "a column without a name; the first line names the columns");
	else
		hwatt_report_add(t->report, &cell->mark, "unknown column \"%.60s\"%s", cell->text, nearest_hint(&near, t->arena));
	return NULL;
}

static void check_double(struct table *t, const struct cell *cell, const struct hwatt_option *option)
{
	size_t i = 0;
	while (i < t->column_count && t->columns[i] != option)
		i++;
	if (option != NULL && i < t->column_count)
		hwatt_report_add(t->report, &cell->mark, "the column \"%s\" stands twice", option->name);
}

static bool read_header(struct table *t)
{
	struct hwatt_mark top = t->mark;
	struct cell cell = {0};
	size_t before = report_total(t->report);
	do {
		if (!next_cell(t, &cell))
			return false;
		if (t->column_count == CSV_MAX_COLUMNS) {
			hwatt_report_add(t->report, &cell.mark, "more than %u columns", CSV_MAX_COLUMNS);
			return false;
		}
		const struct hwatt_option *option = find_column(t, &cell);
		check_double(t, &cell, option);
		t->keys[t->column_count] = scalar_new(t, HWATT_STRING, cell.text, &cell.mark);
		t->columns[t->column_count++] = option;
	} while (!cell.last);
	for (size_t i = 0; i < t->row->count; i++) {
		const struct hwatt_option *option = &t->row->options[i];
		bool there = (option->flags & HWATT_REQUIRED) == 0;
		for (size_t c = 0; c < t->column_count; c++)
			there |= t->columns[c] == option;
		if (!there)
			hwatt_report_add(t->report, &top, "the column \"%s\" is missing: %s", option->name,
					 option->help != NULL ? option->help : "it is required");
	}
	return report_total(t->report) == before;
}

/* A row as a map of the cells that are filled in; NULL when the file cannot be read on. */
static struct hwatt_node *read_row(struct table *t)
{
	struct hwatt_node *row = node_new(t, HWATT_NODE_MAPPING, &t->mark);
	row->keys = hwatt_arena_alloc(t->arena, t->column_count * sizeof(struct hwatt_node *));
	row->items = hwatt_arena_alloc(t->arena, t->column_count * sizeof(struct hwatt_node *));
	size_t cells = 0;
	struct cell cell = {0};
	do {
		if (!next_cell(t, &cell))
			return NULL;
		size_t at = cells++;
		if (at >= t->column_count || cell.text[0] == '\0' || t->columns[at] == NULL)
			continue;
		const struct hwatt_option *option = t->columns[at];
		struct hwatt_node *value = option->type == HWATT_LIST ? list_new(t, option, &cell)
								      : scalar_new(t, option->type, cell.text, &cell.mark);
		row->keys[row->count] = t->keys[at];
		row->items[row->count++] = value;
	} while (!cell.last);
	if (cells != t->column_count)
		hwatt_report_add(t->report, &row->mark, "the row has %zu cell%s, the header %zu%s", cells, cells == 1 ? "" : "s",
				 t->column_count, cells < t->column_count ? "" : t->delimiter == ','
				 ? "; a text with a comma stands in quotes, like \"Acme, Inc\"" : "; a text with a semicolon stands in quotes");
	return row;
}

static bool blank_row(struct table *t)
{
	struct table ahead = *t;
	skip_blanks(&ahead);
	if (!at_row_end(&ahead))
		return false;
	skip_row_end(&ahead);
	*t = ahead;
	return true;
}

static const struct hwatt_node *read_rows(struct table *t)
{
	struct hwatt_node *rows = node_new(t, HWATT_NODE_SEQUENCE, &t->mark);
	size_t capacity = 0;
	struct hwatt_node **items = NULL;
	bool good = read_header(t);
	while (good && !ended(t)) {
		if (blank_row(t))
			continue;
		struct hwatt_node *row = read_row(t);
		good = row != NULL;
		if (good && t->nodes > DOCUMENT_MAX_NODES) {
			hwatt_report_add(t->report, &row->mark, "the file holds more than %u values; split it", DOCUMENT_MAX_NODES);
			good = false;
		}
		if (!good)
			break;
		if (rows->count == capacity) {
			capacity = capacity == 0 ? 64 : capacity * 2;
			items = hwatt_realloc(items, capacity * sizeof(struct hwatt_node *));
		}
		items[rows->count++] = row;
	}
	rows->items = hwatt_arena_alloc(t->arena, (rows->count + 1) * sizeof(struct hwatt_node *));
	if (rows->count > 0)
		memcpy(rows->items, items, rows->count * sizeof(struct hwatt_node *));
	free(items);
	return good ? rows : NULL;
}

/* --- the file ---------------------------------------------------------------------------------------------------- */

/* A mistake where the octets are no text, with what to do about it. */
static bool is_text(const struct table *whole)
{
	struct table t = *whole;
	while (!ended(&t)) {
		unsigned char c = (unsigned char)here(&t);
		size_t length = hwatt_utf8_length((const unsigned char *)t.bytes + t.at, t.length - t.at);
		if (length == 0 || c == 0) {
			hwatt_report_add(t.report, &t.mark, "not a text file in UTF-8; save the table as \"CSV UTF-8\"");
			return false;
		}
		for (size_t i = 0; i < length; i++)
			step(&t);
	}
	return true;
}

/* What parts the cells: the header has commas, or semicolons. */
static char delimiter_of(const struct table *t)
{
	bool quoted = false, semicolon = false;
	for (size_t i = t->at; i < t->length && (quoted || t->bytes[i] != '\n'); i++) {
		quoted ^= t->bytes[i] == '"';
		if (!quoted && t->bytes[i] == ',')
			return ',';
		semicolon |= !quoted && t->bytes[i] == ';';
	}
	return semicolon ? ';' : ',';
}

/* A header of one column that holds tabs. */
static bool tabbed(const struct table *t)
{
	bool tab = false;
	for (size_t i = t->at; i < t->length && t->bytes[i] != '\n'; i++) {
		if (t->bytes[i] == t->delimiter)
			return false;
		tab |= t->bytes[i] == '\t';
	}
	return tab;
}

const struct hwatt_node *csv_parse(const char *file, const char *bytes, size_t length, const struct hwatt_schema *row,
				   struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct table t = { .bytes = bytes, .length = length, .mark = { file, 1, 1 }, .row = row, .arena = arena,
			   .report = report };
	if (length > DOCUMENT_MAX_OCTETS) {
		hwatt_report_add(report, &t.mark, "the file is larger than %u MiB", DOCUMENT_MAX_OCTETS >> 20);
		return NULL;
	}
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		t.at = 3;
	if (!is_text(&t))
		return NULL;
	t.delimiter = delimiter_of(&t);
	while (!ended(&t) && blank_row(&t))
		;
	if (ended(&t)) {
		hwatt_report_add(report, &t.mark, "the table is empty; its first line names the columns");
		return NULL;
	}
	if (tabbed(&t)) {
		hwatt_report_add(report, &t.mark, "the columns are parted by tabs; save the table with commas or semicolons between them");
		return NULL;
	}
	return read_rows(&t);
}
