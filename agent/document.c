/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "document.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

struct frame { /* a sequence or mapping whose end has not come yet */
	struct hwatt_node *node;
	size_t base; /* where its children begin on the pile */
};

struct builder {
	const char *file;
	const char *bytes;
	size_t length;
	struct hwatt_arena *arena;
	struct hwatt_report *report;
	struct frame frames[DOCUMENT_MAX_DEPTH];
	size_t depth;
	struct hwatt_node **pile; /* finished children of all open frames */
	size_t pile_count, pile_capacity;
	size_t nodes;
	struct hwatt_node *root;
	unsigned documents;
};

static struct hwatt_mark mark_of(const struct builder *b, yaml_mark_t at)
{
	return (struct hwatt_mark){ b->file, (unsigned)at.line + 1, (unsigned)at.column + 1 };
}

static void push(struct builder *b, struct hwatt_node *node)
{
	if (b->depth == 0) {
		if (b->root == NULL)
			b->root = node;
		return;
	}
	if (b->pile_count == b->pile_capacity) {
		b->pile_capacity = b->pile_capacity == 0 ? 256 : b->pile_capacity * 2;
		b->pile = hwatt_realloc(b->pile, b->pile_capacity * sizeof(struct hwatt_node *));
	}
	b->pile[b->pile_count++] = node;
}

/* A new node, NULL (with a mistake) when the document holds too many. */
static struct hwatt_node *node_new(struct builder *b, enum hwatt_node_kind kind, const yaml_event_t *event)
{
	struct hwatt_mark at = mark_of(b, event->start_mark);
	if (++b->nodes > DOCUMENT_MAX_NODES) {
		hwatt_report_add(b->report, &at, "the file holds more than %u values; split it with include", DOCUMENT_MAX_NODES);
		return NULL;
	}
	struct hwatt_node *node = hwatt_arena_alloc(b->arena, sizeof(*node));
	node->kind = kind;
	node->mark = at;
	node->text = "";
	return node;
}

static void refuse_extras(struct builder *b, const struct hwatt_node *node, const yaml_char_t *anchor,
			  const yaml_char_t *tag)
{
	if (anchor != NULL)
		hwatt_report_add(b->report, &node->mark, "anchors (&%s) are not supported; write the value out", (const char *)anchor);
	if (tag != NULL)
		hwatt_report_add(b->report, &node->mark, "tags (%s) are not supported; leave the tag out", (const char *)tag);
}

static bool scalar(struct builder *b, const yaml_event_t *event)
{
	struct hwatt_node *node = node_new(b, HWATT_NODE_SCALAR, event);
	if (node == NULL)
		return false;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->text = hwatt_arena_strndup(b->arena, (const char *)event->data.scalar.value, event->data.scalar.length);
	node->length = event->data.scalar.length;
	refuse_extras(b, node, event->data.scalar.anchor, event->data.scalar.tag);
	if (strlen(node->text) != node->length)
		hwatt_report_add(b->report, &node->mark, "a text cannot hold a NUL character");
	push(b, node);
	return true;
}

static bool open_frame(struct builder *b, enum hwatt_node_kind kind, const yaml_event_t *event)
{
	struct hwatt_node *node = node_new(b, kind, event);
	if (node == NULL)
		return false;
	if (kind == HWATT_NODE_MAPPING)
		refuse_extras(b, node, event->data.mapping_start.anchor, event->data.mapping_start.tag);
	else
		refuse_extras(b, node, event->data.sequence_start.anchor, event->data.sequence_start.tag);
	if (b->depth == DOCUMENT_MAX_DEPTH) {
		hwatt_report_add(b->report, &node->mark, "more than %u levels deep", DOCUMENT_MAX_DEPTH);
		return false;
	}
	b->frames[b->depth++] = (struct frame){ .node = node, .base = b->pile_count };
	return true;
}

static int compare_keys(const void *left, const void *right)
{
	const struct hwatt_node *a = *(struct hwatt_node *const *)left, *b = *(struct hwatt_node *const *)right;
	int order = strcmp(a->text, b->text);
	if (order == 0)
		order = (a->mark.line > b->mark.line) - (a->mark.line < b->mark.line);
	return order != 0 ? order : (a->mark.column > b->mark.column) - (a->mark.column < b->mark.column);
}

/* Adds a mistake for each key that stands twice, and for keys that are no words. */
static void check_keys(struct builder *b, const struct hwatt_node *map)
{
	struct hwatt_node **sorted = hwatt_alloc((map->count + 1) * sizeof(struct hwatt_node *));
	size_t count = 0;
	for (size_t i = 0; i < map->count; i++) {
		if (map->keys[i]->kind != HWATT_NODE_SCALAR)
			hwatt_report_add(b->report, &map->keys[i]->mark, "a key is a word, not a list or map");
		else
			sorted[count++] = map->keys[i];
	}
	qsort(sorted, count, sizeof(struct hwatt_node *), compare_keys);
	for (size_t i = 1; i < count; i++)
		if (strcmp(sorted[i]->text, sorted[i - 1]->text) == 0)
			hwatt_report_add(b->report, &sorted[i]->mark, "the key \"%s\" stands twice, first at line %u",
					 sorted[i]->text, sorted[i - 1]->mark.line);
	free(sorted);
}

static void close_frame(struct builder *b)
{
	struct frame frame = b->frames[--b->depth];
	struct hwatt_node *node = frame.node;
	size_t children = b->pile_count - frame.base;
	struct hwatt_node **from = children > 0 ? b->pile + frame.base : NULL; /* no pile yet before the first child */
	if (node->kind == HWATT_NODE_SEQUENCE) {
		node->count = children;
		node->items = hwatt_arena_alloc(b->arena, (children + 1) * sizeof(struct hwatt_node *));
		if (children > 0)
			memcpy(node->items, from, children * sizeof(struct hwatt_node *));
	} else {
		node->count = children / 2;
		node->items = hwatt_arena_alloc(b->arena, (node->count + 1) * sizeof(struct hwatt_node *));
		node->keys = hwatt_arena_alloc(b->arena, (node->count + 1) * sizeof(struct hwatt_node *));
		for (size_t i = 0; i < node->count; i++) {
			node->keys[i] = from[2 * i];
			node->items[i] = from[2 * i + 1];
		}
		check_keys(b, node);
	}
	b->pile_count = frame.base;
	push(b, node);
}

/* An alias stands as an empty text, so that what follows it is still read. */
static bool alias(struct builder *b, const yaml_event_t *event)
{
	struct hwatt_node *node = node_new(b, HWATT_NODE_SCALAR, event);
	if (node == NULL)
		return false;
	hwatt_report_add(b->report, &node->mark, "aliases (*%s) are not supported; write the value out",
			 (const char *)event->data.alias.anchor);
	node->quoted = true;
	push(b, node);
	return true;
}

/* Takes one event; false when the document cannot be read on. */
static bool take(struct builder *b, const yaml_event_t *event)
{
	struct hwatt_mark at = mark_of(b, event->start_mark);
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return scalar(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return open_frame(b, HWATT_NODE_SEQUENCE, event);
	case YAML_MAPPING_START_EVENT:
		return open_frame(b, HWATT_NODE_MAPPING, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_frame(b);
		return true;
	case YAML_ALIAS_EVENT:
		return alias(b, event);
	case YAML_DOCUMENT_START_EVENT:
		if (b->documents++ == 0)
			return true;
		hwatt_report_add(b->report, &at, "a second document begins here; a file holds one");
		return false;
	default:
		return true;
	}
}

/* Line and column, in characters, of the octet at `offset`. */
static struct hwatt_mark mark_at(const struct builder *b, size_t offset)
{
	struct hwatt_mark at = { b->file, 1, 1 };
	for (size_t i = 0; i < offset && i < b->length; i++) {
		if (b->bytes[i] == '\n') {
			at.line++;
			at.column = 1;
		} else if (((unsigned char)b->bytes[i] & 0xc0) != 0x80) {
			at.column++;
		}
	}
	return at;
}

static void report_syntax(struct builder *b, const yaml_parser_t *parser)
{
	const char *problem = parser->problem != NULL ? parser->problem : "unknown problem";
	struct hwatt_mark at = mark_of(b, parser->problem_mark);
	if (parser->error == YAML_READER_ERROR) {
		size_t offset = parser->problem_offset; /* maybe amid a character: go to where it begins */
		while (offset > 0 && offset <= b->length && ((unsigned char)b->bytes[offset - 1] & 0x80) != 0)
			offset--;
		at = mark_at(b, offset);
		hwatt_report_add(b->report, &at, "not a text file in UTF-8: %s", problem);
	} else if (parser->context != NULL && parser->context_mark.line != parser->problem_mark.line) {
		hwatt_report_add(b->report, &at, "not valid YAML: %s (%s that began at line %zu)", problem, parser->context,
				 parser->context_mark.line + 1);
	} else {
		hwatt_report_add(b->report, &at, "not valid YAML: %s%s%s", problem, parser->context != NULL ? ", " : "",
				 parser->context != NULL ? parser->context : "");
	}
}

static bool build(struct builder *b)
{
	yaml_parser_t parser;
	if (yaml_parser_initialize(&parser) == 0)
		return false;
	yaml_parser_set_input_string(&parser, (const unsigned char *)b->bytes, b->length);
	bool more = true, good = true;
	while (more && good) {
		yaml_event_t event;
		if (yaml_parser_parse(&parser, &event) == 0) {
			report_syntax(b, &parser);
			good = false;
			break;
		}
		more = event.type != YAML_STREAM_END_EVENT;
		good = take(b, &event);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return good;
}

const struct hwatt_node *document_parse(const char *file, const char *bytes, size_t length,
					struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct builder b = { .file = file, .bytes = bytes, .length = length, .arena = arena, .report = report };
	struct hwatt_mark top = { file, 1, 1 };
	bool good = false;
	if (length > DOCUMENT_MAX_OCTETS)
		hwatt_report_add(report, &top, "the file is larger than %u MiB", DOCUMENT_MAX_OCTETS >> 20);
	else
		good = build(&b);
	free(b.pile);
	if (good && b.root == NULL)
		hwatt_report_add(report, &top, "the file is empty");
	return good ? b.root : NULL;
}

int document_read(const char *path, struct hwatt_text *out, struct hwatt_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return hwatt_fail(err, HWATT_EINVAL, "cannot open the file: %s", strerror(errno));
	char buffer[16384];
	ssize_t n;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0 && hwatt_text_ok(out))
		hwatt_text_put(out, buffer, (size_t)n);
	int reason = errno;
	close(fd);
	if (n < 0)
		return hwatt_fail(err, HWATT_EINVAL, "cannot read the file: %s", strerror(reason));
	if (!hwatt_text_ok(out))
		return hwatt_fail(err, HWATT_EINVAL, "the file is larger than %zu MiB", out->limit >> 20);
	return 0;
}

const struct hwatt_node *document_load(const char *path, struct hwatt_arena *arena,
				       struct hwatt_report *report)
{
	struct hwatt_text bytes;
	struct hwatt_error err;
	const struct hwatt_node *root = NULL;
	hwatt_text_init(&bytes, DOCUMENT_MAX_OCTETS);
	if (document_read(path, &bytes, &err) < 0)
		hwatt_report_add(report, &(struct hwatt_mark){ path, 1, 1 }, "%s", err.text);
	else
		root = document_parse(path, hwatt_text_string(&bytes), bytes.length, arena, report);
	hwatt_text_free(&bytes);
	return root;
}

static size_t key_position(const struct hwatt_node *node, const char *key)
{
	if (node->kind != HWATT_NODE_MAPPING)
		return node->count;
	for (size_t i = 0; i < node->count; i++)
		if (node->keys[i]->kind == HWATT_NODE_SCALAR && strcmp(node->keys[i]->text, key) == 0)
			return i;
	return node->count;
}

const struct hwatt_node *document_get(const struct hwatt_node *node, const char *key)
{
	size_t i = key_position(node, key);
	return node->kind == HWATT_NODE_MAPPING && i < node->count ? node->items[i] : NULL;
}

struct hwatt_mark hwatt_node_mark(const struct hwatt_node *node, const char *key)
{
	const struct hwatt_node *value = key != NULL ? document_get(node, key) : NULL;
	return value != NULL ? value->mark : node->mark;
}

const char *hwatt_node_text(const struct hwatt_node *node, const char *key)
{
	const struct hwatt_node *value = document_get(node, key);
	return value != NULL && value->kind == HWATT_NODE_SCALAR ? value->text : NULL;
}
