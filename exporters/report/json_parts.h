/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* json_parts.h - how times, values and texts stand in a report's JSON.
 *
 * Energies and ratios are decimal strings, as a JSON number is a double.  Each function gives a new reference. */
#ifndef REPORT_JSON_PARTS_H
#define REPORT_JSON_PARTS_H

#include <hallwatt/number.h>
#include <hallwatt/option.h>
#include <jansson.h>

/* A value as it stands in JSON and CSV: a decimal string, rounded to nine decimals; "" when not known. */
const char *value_text(struct hwatt_ratio value, char out[64]);

/* Puts a member; takes over `value`, NULL: null. */
void json_put(json_t *object, const char *key, json_t *value);
/* "value", and as "numerator" and "denominator" the exact quotient that it is rounded from. */
void json_put_value(json_t *object, bool known, struct hwatt_ratio value);
json_t *json_text(const char *string); /* NULL: "" */
json_t *json_texts(const struct hwatt_texts *texts);
json_t *json_utc(int64_t s);
json_t *json_day(int64_t day); /* INT64_MAX: null */
/* A decimal string, or null. */
json_t *json_value(struct hwatt_ratio value);
json_t *json_share(int64_t ppm);
json_t *json_whole(hwatt_i128 value);
/* "A B" as an array of its words. */
json_t *json_words(const char *list);
json_t *json_letter(char quality);
/* An array of what `make` makes of each of `count` items, `size` octets each. */
json_t *json_list(const void *items, size_t count, size_t size, json_t *(*make)(const void *item));
#define ARRAY(items, count, make) json_list(items, count, sizeof(*(items)), make)

#endif
