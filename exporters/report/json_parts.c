/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "json_parts.h"
#include <hallwatt/local.h>
#include <string.h>

const char *value_text(struct hwatt_ratio value, char out[64])
{
	out[0] = '\0';
	if (hwatt_ratio_known(value))
		hwatt_ratio_format(value, 9, out);
	return out;
}

void json_put(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value != NULL ? value : json_null());
}

json_t *json_text(const char *string)
{
	json_t *json = json_string(string != NULL ? string : "");
	return json != NULL ? json : json_string("?"); /* not UTF-8 */
}

json_t *json_texts(const struct hwatt_texts *t)
{
	json_t *o = json_object();
	if (t->sv != NULL)
		json_put(o, "sv", json_text(t->sv));
	if (t->nb != NULL)
		json_put(o, "nb", json_text(t->nb));
	if (t->en != NULL)
		json_put(o, "en", json_text(t->en));
	return o;
}

json_t *json_utc(int64_t s)
{
	char out[32];
	hwatt_utc_text(s, out);
	return json_string(out);
}

json_t *json_day(int64_t d)
{
	char out[32];
	if (d == INT64_MAX)
		return json_null();
	hwatt_day_text(d, out);
	return json_string(out);
}

json_t *json_value(struct hwatt_ratio v)
{
	char out[64];
	return hwatt_ratio_known(v) ? json_string(value_text(v, out)) : json_null();
}

json_t *json_share(int64_t ppm)
{
	return json_value((struct hwatt_ratio){ ppm, 1000000 });
}

json_t *json_whole(hwatt_i128 v)
{
	char digits[48], *at = digits + sizeof(digits) - 1;
	bool minus = v < 0;
	*at = '\0';
	do {
		*--at = (char)('0' + (int)(v % 10 < 0 ? -(v % 10) : v % 10));
		v /= 10;
	} while (v != 0);
	if (minus)
		*--at = '-';
	return json_string(at);
}

void json_put_value(json_t *o, bool known, struct hwatt_ratio v)
{
	json_put(o, "value", known ? json_value(v) : json_null());
	json_put(o, "numerator", known ? json_whole(v.num) : json_null());
	json_put(o, "denominator", known ? json_whole(v.den) : json_null());
}

json_t *json_words(const char *list)
{
	json_t *a = json_array();
	while (*list != '\0') {
		size_t length = strcspn(list, " ");
		if (length > 0)
			json_array_append_new(a, json_stringn(list, length));
		list += length + (list[length] == ' ');
	}
	return a;
}

json_t *json_letter(char quality)
{
	return json_stringn(&quality, 1);
}

json_t *json_list(const void *items, size_t count, size_t size, json_t *(*make)(const void *item))
{
	json_t *a = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(a, make((const char *)items + i * size));
	return a;
}
