/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* tree.h - a BMC's JSON, read with bounds. */
#ifndef REDFISH_TREE_H
#define REDFISH_TREE_H

#include <hallwatt/error.h>
#include <jansson.h>
#include <stdbool.h>

#define TREE_MAX_OCTETS (2u << 20)
#define TREE_MAX_DEPTH 32
#define TREE_MAX_PARTS 100000 /* values in one document */
#define TREE_PATH_MAX 240     /* octets of a path taken from a BMC */

/* Parses one resource: an object. NULL with HWATT_EPROTO when it is no JSON, no object or beyond the bounds. */
json_t *tree_parse(const char *bytes, size_t length, struct hwatt_error *err);
/* The value at a JSON pointer of plain names and numbers ("/Status/State"); "" is the object itself. NULL: none. */
const json_t *tree_at(const json_t *json, const char *pointer);
/* The string there, "" when it is absent or none. */
const char *tree_string(const json_t *json, const char *pointer);
/* The path of a link object or string {"@odata.id": "/redfish/v1/..."}, without fragment; false when there is none that may
 * be followed: it stays on this host, is short, and has no characters that an URL must not have. */
bool tree_link(const json_t *link, char out[TREE_PATH_MAX]);

#endif
