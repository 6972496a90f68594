/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "option_equal.h"
#include "document.h"
#include <string.h>

static bool same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_node(const struct hwatt_node *a, const struct hwatt_node *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (a->kind != b->kind || a->count != b->count)
		return false;
	if (a->kind == HWATT_NODE_SCALAR)
		return a->quoted == b->quoted && same_text(a->text, b->text);
	for (size_t i = 0; i < a->count; i++) {
		if (a->kind == HWATT_NODE_MAPPING && !same_node(a->keys[i], b->keys[i]))
			return false;
		if (!same_node(a->items[i], b->items[i]))
			return false;
	}
	return true;
}

static bool same_value(const struct hwatt_option *row, enum hwatt_type type, const void *a, const void *b);

static size_t scalar_size(enum hwatt_type type)
{
	switch (type) {
	case HWATT_STRING: return sizeof(const char *);
	case HWATT_BOOL: return sizeof(bool);
	case HWATT_ENUM: return sizeof(int);
	case HWATT_SECRET: return sizeof(struct hwatt_secret);
	default: return sizeof(int64_t);
	}
}

static bool same_list(const struct hwatt_option *row, const struct hwatt_list *a, const struct hwatt_list *b)
{
	size_t size = row->schema != NULL ? row->schema->size : scalar_size(row->item);
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const char *x = (const char *)a->items + i * size, *y = (const char *)b->items + i * size;
		if (row->schema != NULL ? !option_equal(row->schema, x, y) : !same_value(row, row->item, x, y))
			return false;
	}
	return true;
}

static bool same_value(const struct hwatt_option *row, enum hwatt_type type, const void *a, const void *b)
{
	switch (type) {
	case HWATT_STRING:
		return same_text(*(const char *const *)a, *(const char *const *)b);
	case HWATT_BOOL:
		return *(const bool *)a == *(const bool *)b;
	case HWATT_ENUM:
		return *(const int *)a == *(const int *)b;
	case HWATT_OBJECT:
		return option_equal(row->schema, a, b);
	case HWATT_LIST:
	case HWATT_MAP:
		return same_list(row, a, b);
	case HWATT_NODE:
		return same_node(*(const struct hwatt_node *const *)a, *(const struct hwatt_node *const *)b);
	case HWATT_SECRET: {
		const struct hwatt_secret *x = a, *y = b;
		return x->kind == y->kind && same_text(x->where, y->where);
	}
	case HWATT_TEXTS: {
		const struct hwatt_texts *x = a, *y = b;
		return same_text(x->sv, y->sv) && same_text(x->nb, y->nb) && same_text(x->en, y->en);
	}
	default:
		return *(const int64_t *)a == *(const int64_t *)b;
	}
}

bool option_equal(const struct hwatt_schema *schema, const void *a, const void *b)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct hwatt_option *row = &schema->options[i];
		if (!same_value(row, row->type, (const char *)a + row->offset, (const char *)b + row->offset))
			return false;
	}
	return true;
}

#define SECRET_MAX 1024

static uint64_t mix(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (hash ^ 0x100) * UINT64_C(1099511628211);
}

static uint64_t mix_secret(uint64_t hash, const struct hwatt_secret *secret, bool *readable)
{
	char text[SECRET_MAX];
	struct hwatt_error err;
	if (secret->kind == HWATT_SECRET_NONE)
		return mix(hash, "");
	if (hwatt_secret_read(secret, text, sizeof(text), &err) < 0) {
		*readable = false;
		return hash;
	}
	hash = mix(hash, text);
	explicit_bzero(text, sizeof(text));
	return hash;
}

static uint64_t mix_all(uint64_t hash, const struct hwatt_schema *schema, const void *settings, bool *readable)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct hwatt_option *row = &schema->options[i];
		const char *at = (const char *)settings + row->offset;
		const struct hwatt_list *list = (const void *)at;
		if (row->type == HWATT_SECRET)
			hash = mix_secret(hash, (const void *)at, readable);
		else if (row->type == HWATT_OBJECT)
			hash = mix_all(hash, row->schema, at, readable);
		else if ((row->type == HWATT_LIST || row->type == HWATT_MAP) && row->schema != NULL)
			for (size_t k = 0; k < list->count; k++)
				hash = mix_all(hash, row->schema, (const char *)list->items + k * row->schema->size, readable);
	}
	return hash;
}

uint64_t option_secrets(const struct hwatt_schema *schema, const void *settings)
{
	bool readable = true;
	uint64_t hash = mix_all(UINT64_C(14695981039346656037), schema, settings, &readable);
	return !readable ? 0 : hash != 0 ? hash : 1;
}
