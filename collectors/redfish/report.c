/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "report.h"
#include "tree.h"
#include <ctype.h>
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_SPAN_S (400 * 86400)

/* --- times ------------------------------------------------------------------------------------------------------- */

/* `n` digits at *text, which moves on; -1: there are none. */
static int digits(const char **text, int n)
{
	int value = 0;
	for (int i = 0; i < n; i++, (*text)++) {
		if (!isdigit((unsigned char)**text))
			return -1;
		value = value * 10 + (**text - '0');
	}
	return value;
}

static bool skip(const char **text, char c)
{
	bool there = **text == c;
	*text += there;
	return there;
}

/* Thousandths behind a point, further digits left out. */
static int64_t thousandths(const char **text)
{
	int64_t value = 0, unit = 100;
	if (!skip(text, '.') && !skip(text, ','))
		return 0;
	for (; isdigit((unsigned char)**text); (*text)++, unit /= 10)
		value += unit * (**text - '0');
	return value;
}

/* Days from 1970-01-01 of the Gregorian calendar. Source: count from March, so that leap days come last. */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	return y * 365 + y / 4 - y / 100 + y / 400 + of_year - 719468;
}

bool report_moment(const char *text, int64_t *utc_ms)
{
	int year = digits(&text, 4), month = skip(&text, '-') ? digits(&text, 2) : -1, day = skip(&text, '-') ? digits(&text, 2) : -1;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || (!skip(&text, 'T') && !skip(&text, 't') && !skip(&text, ' ')))
		return false;
	int hour = digits(&text, 2), minute = skip(&text, ':') ? digits(&text, 2) : -1, second = skip(&text, ':') ? digits(&text, 2) : -1;
	if (hour < 0 || hour > 24 || minute < 0 || minute > 59 || second < 0 || second > 60)
		return false;
	int64_t ms = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60000 + second * 1000 + thousandths(&text), offset = 0;
	if (*text == '+' || *text == '-') {
		int sign = *text++ == '-' ? -1 : 1, hours = digits(&text, 2);
		skip(&text, ':');
		int minutes = digits(&text, 2);
		if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59)
			return false;
		offset = sign * (hours * 60 + minutes) * INT64_C(60000);
	} else if (!skip(&text, 'Z')) {
		skip(&text, 'z');
	}
	*utc_ms = ms - offset;
	return *text == '\0';
}

bool report_span(const char *text, int64_t *ms)
{
	static const struct { char letter; int64_t seconds; bool time; } parts[] = {
		{ 'D', 86400, false }, { 'H', 3600, true }, { 'M', 60, true }, { 'S', 1, true }
	};
	bool time = false, any = false;
	*ms = 0;
	if (!skip(&text, 'P'))
		return false;
	for (size_t i = 0; *text != '\0'; i++) {
		if (!time && skip(&text, 'T'))
			time = true;
		int64_t whole = 0;
		for (; isdigit((unsigned char)*text) && whole <= LONGEST_SPAN_S; text++)
			whole = whole * 10 + (*text - '0');
		int64_t fraction = thousandths(&text);
		while (i < 4 && parts[i].letter != *text)
			i++;
		if (i == 4 || parts[i].time != time || (fraction != 0 && parts[i].letter != 'S') || whole > LONGEST_SPAN_S)
			return false;
		*ms += whole * parts[i].seconds * 1000 + fraction;
		any = true;
		text++;
	}
	return any;
}

/* --- properties -------------------------------------------------------------------------------------------------- */

bool report_property(const char *text, char out[REPORT_PROPERTY_MAX])
{
	size_t path = strcspn(text, "#");
	const char *pointer = text[path] == '#' ? text + path + 1 : "";
	while (path > 1 && text[path - 1] == '/')
		path--;
	if (path == 0 || text[0] != '/' || path + strlen(pointer) + 12 > REPORT_PROPERTY_MAX)
		return false;
	snprintf(out, REPORT_PROPERTY_MAX, "%.*s#%s%s", (int)path, text, pointer[0] == '/' ? "" : "/", pointer[0] != '\0' ? pointer : "Reading");
	return true;
}

/* --- definitions ------------------------------------------------------------------------------------------------- */

void definition_free(struct definition *d)
{
	for (size_t i = 0; i < d->count; i++) {
		free(d->names[i].id);
		free(d->names[i].property);
	}
	free(d->names);
	*d = (struct definition){ 0 };
}

static void add_name(struct definition *d, const char *id, const char *property, bool computed)
{
	if (d->count == REPORT_MAX_NAMES) {
		d->open = true;
		return;
	}
	if (d->count == d->capacity) {
		d->capacity = d->capacity == 0 ? 8 : 2 * d->capacity;
		d->names = hwatt_realloc(d->names, d->capacity * sizeof(*d->names));
	}
	d->names[d->count++] = (struct metric_name){ hwatt_strdup(id), property != NULL ? hwatt_strdup(property) : NULL, computed };
}

static const json_t *wildcard(const json_t *wildcards, const char *name, size_t length)
{
	for (size_t i = 0; i < json_array_size(wildcards); i++) {
		const json_t *one = json_array_get(wildcards, i);
		const char *own = tree_string(one, "/Name");
		if (strlen(own) != length || strncmp(own, name, length) != 0)
			continue;
		const json_t *values = tree_at(one, "/Values");
		return json_array_size(values) > 0 ? values : tree_at(one, "/Keys");
	}
	return NULL;
}

/* Adds `text` with every {Name} in it replaced, in all ways. */
static void expand(struct definition *d, const char *id, const char *text, const json_t *wildcards, bool computed, int depth)
{
	char property[REPORT_PROPERTY_MAX], one[REPORT_PROPERTY_MAX];
	const char *from = strchr(text, '{'), *to = from != NULL ? strchr(from, '}') : NULL;
	if (to == NULL) {
		if (report_property(text, property))
			add_name(d, id, property, computed);
		return;
	}
	const json_t *values = wildcard(wildcards, from + 1, (size_t)(to - from - 1));
	if (json_array_size(values) == 0)
		d->open = true;
	for (size_t i = 0; i < json_array_size(values) && depth < 4 && d->count < REPORT_MAX_NAMES; i++) {
		const char *value = json_string_value(json_array_get(values, i));
		if (value == NULL || strcmp(value, "*") == 0 || strchr(value, '{') != NULL) {
			d->open = true; /* all that there are */
			continue;
		}
		if ((size_t)snprintf(one, sizeof(one), "%.*s%s%s", (int)(from - text), text, value, to + 1) < sizeof(one))
			expand(d, id, one, wildcards, computed, depth + 1);
	}
}

static void expand_all(struct definition *d, const char *id, const json_t *properties, const json_t *wildcards, bool computed)
{
	for (size_t i = 0; i < json_array_size(properties); i++)
		if (json_is_string(json_array_get(properties, i)))
			expand(d, id, json_string_value(json_array_get(properties, i)), wildcards, computed, 0);
}

static const char *why_not(const json_t *json, int64_t interval_ms)
{
	const char *type = tree_string(json, "/MetricReportDefinitionType"), *state = tree_string(json, "/Status/State");
	const json_t *actions = tree_at(json, "/ReportActions");
	int64_t every_ms;
	if (json_is_false(tree_at(json, "/MetricReportDefinitionEnabled")) || (state[0] != '\0' && strcmp(state, "Enabled") != 0))
		return "it is not enabled";
	if (strcmp(type, "OnRequest") == 0)
		return NULL;
	if (type[0] != '\0' && strcmp(type, "Periodic") != 0)
		return "it is not made at fixed times";
	if (!report_span(tree_string(json, "/Schedule/RecurrenceInterval"), &every_ms) || every_ms == 0)
		return "it does not say how often it is made";
	if (every_ms > interval_ms)
		return "it is made less often than is polled";
	bool kept = !json_is_array(actions);
	for (size_t i = 0; i < json_array_size(actions); i++)
		kept |= strcmp(tree_string(json_array_get(actions, i), ""), "LogToMetricReportsCollection") == 0;
	return kept ? NULL : "it is only sent as an event";
}

void definition_read(struct definition *d, const json_t *json, int64_t interval_ms)
{
	const json_t *metrics = tree_at(json, "/Metrics"), *wildcards = tree_at(json, "/Wildcards");
	definition_free(d);
	d->known = true;
	d->why = why_not(json, interval_ms);
	d->usable = d->why == NULL;
	for (size_t i = 0; i < json_array_size(metrics); i++) {
		const json_t *metric = json_array_get(metrics, i), *properties = tree_at(metric, "/MetricProperties");
		const char *id = tree_string(metric, "/MetricId");
		bool computed = tree_string(metric, "/CollectionFunction")[0] != '\0' && strcmp(tree_string(metric, "/CollectionTimeScope"), "Point") != 0;
		expand_all(d, id, properties, wildcards, computed);
		if (json_array_size(properties) == 0 && id[0] != '\0')
			add_name(d, id, NULL, computed);
	}
	expand_all(d, "", tree_at(json, "/MetricProperties"), wildcards, false);
	d->open |= d->count == 0;
}

void definition_add_metric(struct definition *d, const json_t *json)
{
	const char *id = tree_string(json, "/Id");
	bool computed = tree_string(json, "/CalculationAlgorithm")[0] != '\0';
	size_t count = d->count;
	for (size_t i = 0; i < count; i++) {
		if (d->names[i].property != NULL || strcmp(d->names[i].id, id) != 0)
			continue;
		computed |= d->names[i].computed;
		expand_all(d, id, tree_at(json, "/MetricProperties"), tree_at(json, "/Wildcards"), computed);
		d->names[i].computed = computed;
		return;
	}
}

bool definition_may_have(const struct definition *d, const char *property)
{
	bool there = d->open;
	for (size_t i = 0; i < d->count && !there; i++)
		there = d->names[i].property == NULL ? !d->names[i].computed : !d->names[i].computed && strcmp(d->names[i].property, property) == 0;
	return there;
}

/* --- values ------------------------------------------------------------------------------------------------------ */

/* Some makers mark a value that their own sensor did not give in time. */
static bool is_stale(const json_t *value)
{
	const char *key;
	json_t *oem;
	json_object_foreach((json_t *)(uintptr_t)tree_at(value, "/Oem"), key, oem)
		if (json_is_true(json_object_get(oem, "MetricValueStale")))
			return true;
	return false;
}

/* The number that the value's text is, read as the same number in the resource itself would be. */
static json_t *number_of(const json_t *value)
{
	if (json_is_number(value))
		return json_copy((json_t *)(uintptr_t)value);
	if (!json_is_string(value) || json_string_length(value) > 40)
		return NULL;
	json_t *number = json_loads(json_string_value(value), JSON_DECODE_ANY, NULL);
	if (json_is_number(number))
		return number;
	json_decref(number);
	return NULL;
}

/* The property of a value that only has a MetricId: NULL when there is none, or several. */
static const char *property_of_id(const struct definition *d, const char *id)
{
	const char *found = NULL;
	for (size_t i = 0; i < d->count; i++) {
		if (d->names[i].property == NULL || strcmp(d->names[i].id, id) != 0)
			continue;
		if (found != NULL && strcmp(found, d->names[i].property) != 0)
			return NULL;
		found = d->names[i].property;
	}
	return found;
}

/* Whether the definition says that this is computed over a while. */
static bool is_computed(const struct definition *d, const char *id, const char *property)
{
	bool named = false, computed = false;
	for (size_t i = 0; i < d->count; i++) {
		const struct metric_name *name = &d->names[i];
		bool by_id = id[0] != '\0' && strcmp(name->id, id) == 0;
		if (by_id && name->computed)
			return true;
		named |= by_id;
		computed |= name->computed && name->property != NULL && strcmp(name->property, property) == 0;
	}
	return computed && !named;
}

static bool read_value(const struct definition *d, const json_t *json, int64_t report_ms, struct metric_value *out)
{
	char property[REPORT_PROPERTY_MAX];
	const char *id = tree_string(json, "/MetricId"), *of = tree_string(json, "/MetricProperty"), *at = tree_string(json, "/Timestamp");
	if (!d->known && (id[0] != '\0' || of[0] == '\0' || json_is_object(tree_at(json, "/MetricDefinition"))))
		return false; /* nobody says what is done to it before */
	if (of[0] == '\0' && id[0] != '\0')
		of = property_of_id(d, id);
	if (of == NULL || !report_property(of, property) || is_stale(json) || is_computed(d, id, property))
		return false;
	out->at_ms = report_ms;
	if ((at[0] != '\0' && !report_moment(at, &out->at_ms)) || out->at_ms == 0)
		return false;
	out->number = number_of(tree_at(json, "/MetricValue"));
	out->property = out->number != NULL ? hwatt_strdup(property) : NULL;
	return out->number != NULL;
}

static int by_property(const void *a, const void *b)
{
	const struct metric_value *one = a, *other = b;
	int order = strcmp(one->property, other->property);
	return order != 0 ? order : one->at_ms > other->at_ms ? -1 : one->at_ms < other->at_ms;
}

static void free_value(struct metric_value *value)
{
	free(value->property);
	json_decref(value->number);
}

void report_read(struct report *report, const struct definition *d, const json_t *json)
{
	const json_t *list = tree_at(json, "/MetricValues");
	int64_t report_ms = 0;
	size_t count = json_array_size(list) < REPORT_MAX_VALUES ? json_array_size(list) : REPORT_MAX_VALUES, kept = 0;
	*report = (struct report){ .values = hwatt_alloc((count + 1) * sizeof(*report->values)) };
	if (!report_moment(tree_string(json, "/Timestamp"), &report_ms))
		report_ms = 0;
	for (size_t i = 0; i < count; i++)
		if (read_value(d, json_array_get(list, i), report_ms, &report->values[report->count]))
			report->count++;
	if (report->count > 1)
		qsort(report->values, report->count, sizeof(*report->values), by_property);
	for (size_t i = 0; i < report->count; i++) {
		struct metric_value *value = &report->values[i], *last = kept > 0 ? &report->values[kept - 1] : NULL;
		if (last == NULL || strcmp(last->property, value->property) != 0) {
			report->values[kept++] = *value;
			continue;
		}
		last->doubtful |= last->at_ms == value->at_ms && !json_equal(last->number, value->number);
		free_value(value); /* an older one */
	}
	report->count = kept;
}

void report_free(struct report *report)
{
	for (size_t i = 0; i < report->count; i++)
		free_value(&report->values[i]);
	free(report->values);
	*report = (struct report){ 0 };
}

const struct metric_value *report_find(const struct report *report, const char *property)
{
	size_t low = 0, high = report->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(report->values[middle].property, property);
		if (order == 0)
			return report->values[middle].doubtful ? NULL : &report->values[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
