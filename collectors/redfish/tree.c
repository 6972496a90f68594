/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"
#include <stdlib.h>
#include <string.h>

/* Counts before jansson allocates: nesting and values. */
static bool within_bounds(const char *bytes, size_t length)
{
	int depth = 0, parts = 0;
	bool quoted = false;
	for (size_t i = 0; i < length; i++) {
		char c = bytes[i];
		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
			continue;
		}
		if (c == '"')
			quoted = true;
		else if (c == '{' || c == '[') {
			parts++;
			if (++depth > TREE_MAX_DEPTH)
				return false;
		} else if (c == '}' || c == ']')
			depth--;
		else if (c == ',')
			parts++;
		if (parts > TREE_MAX_PARTS)
			return false;
	}
	return true;
}

json_t *tree_parse(const char *bytes, size_t length, struct hwatt_error *err)
{
	json_error_t where;
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		length -= 3;
	}
	if (length > TREE_MAX_OCTETS || !within_bounds(bytes, length)) {
		hwatt_fail(err, HWATT_EPROTO, "the answer is larger or deeper than any resource is");
		return NULL;
	}
	json_t *json = json_loadb(bytes, length, 0, &where);
	if (json == NULL && json_error_code(&where) == json_error_numeric_overflow) /* 2^64 - 1: all numbers as reals, then */
		json = json_loadb(bytes, length, JSON_DECODE_INT_AS_REAL, &where);
	if (json == NULL) {
		hwatt_fail(err, HWATT_EPROTO, "the answer is no JSON: %.80s at octet %d", where.text, where.position);
		return NULL;
	}
	if (!json_is_object(json)) {
		json_decref(json);
		hwatt_fail(err, HWATT_EPROTO, "the answer is JSON, but no object");
		return NULL;
	}
	return json;
}

const json_t *tree_at(const json_t *json, const char *pointer)
{
	char name[128];
	while (json != NULL && *pointer == '/') {
		size_t n = strcspn(++pointer, "/");
		if (n >= sizeof(name))
			return NULL;
		memcpy(name, pointer, n);
		name[n] = '\0';
		pointer += n;
		if (json_is_object(json)) {
			json = json_object_get(json, name);
		} else if (json_is_array(json) && n > 0 && strspn(name, "0123456789") == n) {
			json = json_array_get(json, (size_t)strtoul(name, NULL, 10));
		} else {
			return NULL;
		}
	}
	return json;
}

const char *tree_string(const json_t *json, const char *pointer)
{
	const char *text = json_string_value(tree_at(json, pointer));
	return text != NULL ? text : "";
}

bool tree_link(const json_t *link, char out[TREE_PATH_MAX])
{
	const char *path = json_is_object(link) ? json_string_value(json_object_get(link, "@odata.id")) : json_string_value(link);
	if (path == NULL || path[0] != '/' || path[1] == '/')
		return false;
	size_t n = strcspn(path, "#");
	if (n == 0 || n >= TREE_PATH_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)path[i] <= ' ' || (unsigned char)path[i] >= 0x7f || path[i] == '\\' || path[i] == '"' ||
		    path[i] == '<' || path[i] == '>')
			return false;
	while (n > 1 && path[n - 1] == '/')
		n--;
	memcpy(out, path, n);
	out[n] = '\0';
	return true;
}
