/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "deputy.h"
#include "tree.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_REQUESTS 2             /* that one report must make needless */
#define SLACK_MS 2000                /* the service's clock tells whole seconds */
#define REST_MS (30 * 60 * 1000)     /* of a report that did not hold, before it is tried again */
#define MAX_BAD 3                    /* polls in a row */
#define MAX_DEFINITIONS 64
#define MAX_METRICS 64
#define MAX_UNDEFINED 12             /* reports without a definition that can be read */
#define MAX_QUESTIONS 10             /* of the survey, in one poll */
#define MAX_ASKS 256
#define MAX_APART 500                /* members between two rows of one collection */

enum question { ASK_SERVICE, ASK_DEFINITIONS, ASK_DEFINITION, ASK_METRICS, ASK_METRIC, ASK_REPORTS, ASK_NOTHING }; /* in this order */

struct ask {
	char *path;
	enum question what;
	bool asked;
};

enum duty { DUTY_OUT, DUTY_TRIAL, DUTY_ON, DUTY_REST };

struct deputy {
	char *path, *id;
	struct definition definition;
	enum duty duty;
	bool asked;              /* in this poll */
	unsigned bad;
	bool seen;               /* there was an answer: `last` */
	struct report last;
	bool lag_known;
	int64_t least_lag_ms;    /* by which its newest value was behind our clock when it was least */
	int64_t rest_until_ms;
};

struct deputies {
	int64_t interval_ms;
	struct ask *asks;
	size_t ask_count;
	unsigned questions, definitions, metrics, failures;
	bool surveyed;
	char *metric_definitions; /* the collection, NULL: none */
	struct deputy *items;
	size_t count;
	size_t now;              /* the deputy that was asked last; SIZE_MAX: a question was */
	size_t asking;
	struct deputy_news news;
	int64_t saved;
};

/* --- survey ------------------------------------------------------------------------------------------------------ */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

static void ask(struct deputies *d, enum question what, const char *path)
{
	for (size_t i = 0; i < d->ask_count; i++)
		if (d->asks[i].what == what && strcmp(d->asks[i].path, path) == 0)
			return;
	if (d->ask_count == MAX_ASKS)
		return;
	d->asks = hwatt_realloc(d->asks, (d->ask_count + 1) * sizeof(*d->asks));
	d->asks[d->ask_count++] = (struct ask){ hwatt_strdup(path), what, false };
}

struct deputies *deputies_new(const char *path, int64_t interval_ms)
{
	struct deputies *d = hwatt_alloc(sizeof(*d));
	d->interval_ms = interval_ms;
	d->now = SIZE_MAX;
	ask(d, ASK_SERVICE, path);
	return d;
}

void deputies_dismiss(struct walk *walk, size_t resource)
{
	struct resource *r = &walk->items[resource];
	json_decref(r->stencil);
	r->stencil = NULL;
	r->deputy = 0;
	r->misses = 0;
	r->partly = false;
}

static void forget_asks(struct deputies *d)
{
	for (size_t i = 0; i < d->ask_count; i++)
		free(d->asks[i].path);
	free(d->asks);
	d->asks = NULL;
	d->ask_count = 0;
}

void deputies_free(struct deputies *d, struct walk *walk)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < walk->count; i++)
		deputies_dismiss(walk, i);
	for (size_t i = 0; i < d->count; i++) {
		definition_free(&d->items[i].definition);
		report_free(&d->items[i].last);
		free(d->items[i].path);
		free(d->items[i].id);
	}
	forget_asks(d);
	free(d->items);
	free(d->metric_definitions);
	free(d);
}

static struct deputy *add_deputy(struct deputies *d, const char *id, const char *path)
{
	d->items = hwatt_realloc(d->items, (d->count + 1) * sizeof(*d->items));
	struct deputy *one = &d->items[d->count++];
	*one = (struct deputy){ .id = hwatt_strdup(id), .path = path != NULL ? hwatt_strdup(path) : NULL };
	return one;
}

static void take_service(struct deputies *d, const json_t *json)
{
	char path[TREE_PATH_MAX];
	const char *state = tree_string(json, "/Status/State");
	if (json_is_false(tree_at(json, "/ServiceEnabled")) || (state[0] != '\0' && strcmp(state, "Enabled") != 0))
		return;
	if (tree_link(tree_at(json, "/MetricReports"), path))
		ask(d, ASK_REPORTS, path);
	if (tree_link(tree_at(json, "/MetricReportDefinitions"), path))
		ask(d, ASK_DEFINITIONS, path);
	if (tree_link(tree_at(json, "/MetricDefinitions"), path))
		d->metric_definitions = hwatt_strdup(path);
}

static void take_definition(struct deputies *d, const json_t *json)
{
	char path[TREE_PATH_MAX];
	if (d->definitions++ >= MAX_DEFINITIONS)
		return;
	struct deputy *one = add_deputy(d, tree_string(json, "/Id"), tree_link(tree_at(json, "/MetricReport"), path) ? path : NULL);
	definition_read(&one->definition, json, d->interval_ms);
	for (size_t i = 0; one->definition.usable && d->metric_definitions != NULL && i < one->definition.count; i++)
		if (one->definition.names[i].property == NULL && !one->definition.names[i].computed)
			ask(d, ASK_METRICS, d->metric_definitions);
}

/* Whether a usable definition waits for what the metric `id` is. */
static bool is_wanted_metric(const struct deputies *d, const char *id)
{
	for (size_t i = 0; i < d->count; i++)
		for (size_t k = 0; d->items[i].definition.usable && k < d->items[i].definition.count; k++)
			if (d->items[i].definition.names[k].property == NULL && strcmp(d->items[i].definition.names[k].id, id) == 0)
				return true;
	return false;
}

static void take_metric(struct deputies *d, const json_t *json)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->items[i].definition.usable)
			definition_add_metric(&d->items[i].definition, json);
}

/* A report's path goes to the definition with its name; where there are no definitions at all, it stands for itself. */
static void take_report_link(struct deputies *d, const char *path)
{
	for (size_t i = 0; i < d->count; i++) {
		if (d->items[i].path != NULL ? strcmp(d->items[i].path, path) != 0 : strcmp(d->items[i].id, last_part(path)) != 0)
			continue;
		if (d->items[i].path == NULL)
			d->items[i].path = hwatt_strdup(path);
		return;
	}
	if (d->definitions > 0 || d->count >= MAX_UNDEFINED)
		return;
	struct deputy *one = add_deputy(d, last_part(path), path);
	one->definition.usable = one->definition.open = true;
}

static void take_member(struct deputies *d, enum question what, const json_t *member)
{
	char path[TREE_PATH_MAX];
	bool linked = tree_link(member, path), whole = json_object_size(member) > 2 && json_object_get(member, "Id") != NULL;
	if (what == ASK_DEFINITIONS && whole)
		take_definition(d, member);
	else if (what == ASK_DEFINITIONS && linked && d->ask_count < MAX_DEFINITIONS)
		ask(d, ASK_DEFINITION, path);
	else if (what == ASK_METRICS && whole)
		take_metric(d, member);
	else if (what == ASK_METRICS && linked && is_wanted_metric(d, last_part(path)) && d->metrics++ < MAX_METRICS)
		ask(d, ASK_METRIC, path);
	else if (what == ASK_REPORTS && linked)
		take_report_link(d, path);
}

static void take_answer(struct deputies *d, enum question what, const json_t *json)
{
	char path[TREE_PATH_MAX];
	const json_t *members = json_object_get(json, "Members");
	if (what == ASK_SERVICE)
		take_service(d, json);
	else if (what == ASK_DEFINITION)
		take_definition(d, json);
	else if (what == ASK_METRIC)
		take_metric(d, json);
	for (size_t i = 0; i < json_array_size(members); i++)
		take_member(d, what, json_array_get(members, i));
	if (json_is_array(members) && tree_link(json_object_get(json, "Members@odata.nextLink"), path))
		ask(d, what, path);
}

/* Which resources' power may be in the report, by its definition. */
static size_t promised(const struct deputy *one, const struct deputy_view *view)
{
	size_t count = 0, before = SIZE_MAX;
	char quoted[REPORT_PROPERTY_MAX];
	for (size_t i = 0; i < view->row_count && count < LEAST_REQUESTS; i++) {
		const struct row *row = &view->rows[i];
		if (row_tier(row) != TIER_POWER || row->resource == before)
			continue;
		bool there = definition_may_have(&one->definition, row->key) ||
			     (row->via != NULL && report_property(row->via, quoted) && definition_may_have(&one->definition, quoted));
		count += there;
		before = there ? row->resource : before;
	}
	return count;
}

/* All that can be known is: those that may be worth it go on trial. */
static void end_survey(struct deputies *d, const struct deputy_view *view)
{
	d->surveyed = true;
	forget_asks(d);
	for (size_t i = 0; i < d->count; i++) {
		struct deputy *one = &d->items[i];
		bool worth = one->path != NULL && one->definition.usable && promised(one, view) >= LEAST_REQUESTS;
		one->duty = worth ? DUTY_TRIAL : DUTY_OUT;
		if (!worth)
			definition_free(&one->definition);
	}
}

/* --- asking ------------------------------------------------------------------------------------------------------ */

void deputies_begin(struct deputies *d, int64_t now_ms)
{
	d->questions = 0;
	for (size_t i = 0; i < d->count; i++) {
		struct deputy *one = &d->items[i];
		one->asked = false;
		if (one->duty != DUTY_REST || now_ms < one->rest_until_ms)
			continue;
		one->duty = DUTY_TRIAL;
		one->bad = 0;
		one->seen = one->lag_known = false;
		report_free(&one->last);
	}
}

static const char *next_question(struct deputies *d)
{
	size_t best = SIZE_MAX;
	for (size_t i = 0; i < d->ask_count; i++)
		if (!d->asks[i].asked && (best == SIZE_MAX || d->asks[i].what < d->asks[best].what))
			best = i;
	if (best == SIZE_MAX || d->questions == MAX_QUESTIONS)
		return NULL;
	d->questions++;
	d->asks[best].asked = true;
	d->asking = best;
	return d->asks[best].path;
}

const char *deputies_next(struct deputies *d, bool survey)
{
	for (size_t i = 0; i < d->count; i++) {
		struct deputy *one = &d->items[i];
		if (one->asked || (one->duty != DUTY_TRIAL && one->duty != DUTY_ON))
			continue;
		one->asked = true;
		d->now = i;
		return one->path;
	}
	d->now = SIZE_MAX;
	return survey && !d->surveyed ? next_question(d) : NULL;
}

/* --- standing in ------------------------------------------------------------------------------------------------- */

struct round { /* one report, held against what is known */
	const struct deputy_view *view;
	const struct deputy *deputy;
	const struct report *report, *last; /* last: NULL where its age is of no concern */
	int64_t most_ms;                    /* that a value may be old */
	size_t *first, *next;               /* rows by resource; SIZE_MAX ends */
};

static bool is_current(const struct deputy_view *view, const struct row *row)
{
	return !row->fixed && row->declared && row->point >= 0 && row->read == view->walk->items[row->resource].reads;
}

static void round_begin(struct round *round)
{
	const struct deputy_view *view = round->view;
	round->first = hwatt_alloc((view->walk->count + 1) * sizeof(size_t));
	round->next = hwatt_alloc((view->row_count + 1) * sizeof(size_t));
	for (size_t i = 0; i < view->walk->count; i++)
		round->first[i] = SIZE_MAX;
	for (size_t i = view->row_count; i-- > 0;) {
		if (!is_current(view, &view->rows[i]))
			continue;
		round->next[i] = round->first[view->rows[i].resource];
		round->first[view->rows[i].resource] = i;
	}
}

static void round_end(struct round *round)
{
	free(round->first);
	free(round->next);
}

/* New, and not older than the poll before would be. */
static bool is_fresh(const struct round *round, const struct metric_value *value)
{
	const struct metric_value *before = round->last != NULL ? report_find(round->last, value->property) : NULL;
	int64_t lag_ms = round->view->now_ms - value->at_ms - round->deputy->least_lag_ms, date_ms = round->view->date_ms;
	if (round->last == NULL)
		return true;
	if (before != NULL && value->at_ms <= before->at_ms)
		return false;
	if (date_ms != 0 && (date_ms - value->at_ms > round->most_ms || value->at_ms - date_ms > SLACK_MS))
		return false;
	return lag_ms <= round->most_ms;
}

/* What the report says of a row: of the property itself, or of the sensor that it quotes. */
static const struct metric_value *value_of(const struct round *round, const struct row *row)
{
	char quoted[REPORT_PROPERTY_MAX];
	const struct metric_value *value = report_find(round->report, row->key);
	const char *tail = strrchr(row->key, '/');
	if (value == NULL && row->via != NULL && tail != NULL && strcmp(tail, "/Reading") == 0 && strchr(row->via, '#') == NULL &&
	    report_property(row->via, quoted))
		value = report_find(round->report, quoted);
	return value != NULL && is_fresh(round, value) ? value : NULL;
}

/* A row without whose value the resource must be read itself. */
static bool is_needed(const struct resource *resource, const struct row *row)
{
	return resource->tier == TIER_DETAIL || row_tier(row) == TIER_POWER;
}

/* Whether the report has what is needed of a resource; `partly`: but not all of it. */
static bool covers(const struct round *round, size_t at, bool *partly)
{
	const struct resource *resource = &round->view->walk->items[at];
	bool any = false;
	*partly = false;
	if (resource->missing)
		return false;
	for (size_t i = round->first[at]; i != SIZE_MAX; i = round->next[i]) {
		bool there = value_of(round, &round->view->rows[i]) != NULL;
		if (!there && is_needed(resource, &round->view->rows[i]))
			return false;
		*partly |= !there;
		any |= there;
	}
	return any && (resource->tier == TIER_POWER || resource->tier == TIER_DETAIL);
}

/* The object in `document` that stands at `path`: the document, or a member of the collection. */
static json_t *object_at(const struct resource *resource, const json_t *document, const char *path, size_t length, size_t *cursor)
{
	char own[TREE_PATH_MAX];
	if (!resource->collection)
		return (json_t *)(uintptr_t)document;
	json_t *members = json_object_get(document, "Members");
	size_t count = json_array_size(members), most = count < MAX_APART ? count : MAX_APART;
	for (size_t n = 0; n < most; n++) { /* rows come in the order of the members */
		size_t i = (*cursor + n) % count;
		json_t *member = json_array_get(members, i);
		if (!tree_link(member, own) || strlen(own) != length || strncmp(own, path, length) != 0)
			continue;
		*cursor = i;
		return member;
	}
	return NULL;
}

/* Puts the number in the place that the row was read from. */
static bool put(const struct resource *resource, const json_t *document, const char *key, json_t *number, size_t *cursor)
{
	char parent[200];
	size_t length = strcspn(key, "#");
	json_t *object = object_at(resource, document, key, length, cursor);
	const char *pointer = key[length] == '#' ? key + length + 1 : "", *tail = strrchr(pointer, '/');
	if (object == NULL || tail == NULL || (size_t)(tail - pointer) >= sizeof(parent))
		return false;
	snprintf(parent, sizeof(parent), "%.*s", (int)(tail - pointer), pointer);
	json_t *around = (json_t *)(uintptr_t)tree_at(object, parent);
	return json_is_object(around) && json_object_get(around, tail + 1) != NULL && json_object_set(around, tail + 1, number) == 0;
}

/* Fills in the values of one resource; false: something that is needed is not among them. */
static bool stand_in(const struct round *round, size_t at, deputy_fill *fill, void *arg)
{
	struct resource *resource = &round->view->walk->items[at];
	struct row *rows = round->view->rows;
	bool whole = true, partly;
	size_t cursor = 0;
	if (!covers(round, at, &partly))
		return false;
	resource->partly = partly;
	for (size_t i = round->first[at]; i != SIZE_MAX; i = round->next[i]) {
		const struct metric_value *value = value_of(round, &rows[i]);
		rows[i].given = value != NULL && put(resource, resource->stencil, rows[i].key, value->number, &cursor);
		whole &= rows[i].given || !is_needed(resource, &rows[i]);
	}
	if (whole)
		fill(arg, at, resource->stencil);
	for (size_t i = round->first[at]; i != SIZE_MAX; i = round->next[i]) {
		whole &= !rows[i].given || !is_needed(resource, &rows[i]); /* a trap kept it out */
		rows[i].given = false;
	}
	return whole;
}

static void measure_lag(struct deputy *one, const struct report *report, int64_t now_ms)
{
	for (size_t i = 0; i < report->count; i++) {
		int64_t lag_ms = now_ms - report->values[i].at_ms;
		if (!one->lag_known || lag_ms < one->least_lag_ms)
			one->least_lag_ms = lag_ms;
		one->lag_known = true;
	}
}

/* --- duty -------------------------------------------------------------------------------------------------------- */

/* Sends the deputy to rest: its resources are read themselves. */
static void retire(struct deputies *d, size_t index, struct walk *walk, int64_t now_ms, const char *why)
{
	struct deputy *one = &d->items[index];
	bool was_on = one->duty == DUTY_ON;
	for (size_t i = 0; i < walk->count; i++) {
		if (walk->items[i].deputy != index + 1)
			continue;
		walk->items[i].wanted |= walk->items[i].tier == TIER_POWER;
		deputies_dismiss(walk, i);
	}
	one->duty = DUTY_REST;
	one->rest_until_ms = now_ms + REST_MS;
	if (was_on)
		d->news = (struct deputy_news){ .path = one->path, .why = why };
}

static void judge(struct deputies *d, size_t index, const struct deputy_view *view, bool good, const char *why)
{
	struct deputy *one = &d->items[index];
	one->bad = good ? 0 : one->bad + 1;
	if (one->bad >= MAX_BAD)
		retire(d, index, view->walk, view->now_ms, why);
}

/* A second answer that is newer than the first shows what the report is worth. */
static void try_out(struct deputies *d, size_t index, const struct round *round)
{
	struct walk *walk = round->view->walk;
	size_t requests = 0;
	bool partly;
	for (size_t i = 0; i < walk->count; i++)
		requests += walk->items[i].deputy == 0 && walk->items[i].tier == TIER_POWER && covers(round, i, &partly);
	judge(d, index, round->view, requests >= LEAST_REQUESTS, "");
	if (requests < LEAST_REQUESTS)
		return;
	d->items[index].duty = DUTY_ON;
	for (size_t i = 0; i < walk->count; i++) {
		if (walk->items[i].deputy != 0 || !covers(round, i, &partly))
			continue;
		walk->items[i].deputy = index + 1;
		walk->items[i].partly = partly;
		walk->items[i].misses = 0;
		walk->items[i].wanted = true; /* once more, to have what the values are filled into */
	}
	d->news = (struct deputy_news){ .path = d->items[index].path, .requests = requests };
}

static void serve(struct deputies *d, size_t index, const struct round *round, deputy_fill *fill, void *arg)
{
	struct walk *walk = round->view->walk;
	size_t served = 0, own = 0;
	for (size_t i = 0; i < walk->count; i++) {
		struct resource *resource = &walk->items[i];
		if (resource->deputy != index + 1)
			continue;
		own += resource->tier == TIER_POWER;
		if (resource->wanted || resource->stencil == NULL) {
			served += resource->tier == TIER_POWER; /* its own time: no fault of the report */
			continue;
		}
		if (stand_in(round, i, fill, arg)) {
			resource->misses = 0;
			served += resource->tier == TIER_POWER;
			d->saved += resource->tier == TIER_POWER;
			continue;
		}
		resource->wanted = true;
		if (++resource->misses >= MAX_BAD)
			deputies_dismiss(walk, i);
	}
	d->saved--;
	judge(d, index, round->view, served >= LEAST_REQUESTS && own >= LEAST_REQUESTS, "its values are missing, late or repeated");
}

static void take_report(struct deputies *d, const struct deputy_view *view, const json_t *json, deputy_fill *fill, void *arg)
{
	struct deputy *one = &d->items[d->now];
	struct report report;
	report_read(&report, &one->definition, json);
	measure_lag(one, &report, view->now_ms);
	if (one->seen) {
		struct round round = { .view = view, .deputy = one, .report = &report, .last = &one->last, .most_ms = d->interval_ms + SLACK_MS };
		round_begin(&round);
		if (one->duty == DUTY_TRIAL)
			try_out(d, d->now, &round);
		else
			serve(d, d->now, &round, fill, arg);
		round_end(&round);
	}
	report_free(&one->last);
	one->last = report;
	one->seen = true;
}

void deputies_take(struct deputies *d, const struct deputy_view *view, const json_t *json, deputy_fill *fill, void *arg)
{
	if (d->now != SIZE_MAX) {
		take_report(d, view, json, fill, arg);
		return;
	}
	take_answer(d, d->asks[d->asking].what, json);
	size_t left = 0;
	for (size_t i = 0; i < d->ask_count; i++)
		left += !d->asks[i].asked;
	if (left == 0)
		end_survey(d, view);
}

void deputies_fail(struct deputies *d, const struct deputy_view *view, bool gone, bool late)
{
	if (d->now != SIZE_MAX) {
		struct deputy *one = &d->items[d->now];
		for (size_t i = 0; i < view->walk->count; i++)
			view->walk->items[i].wanted |= view->walk->items[i].deputy == d->now + 1;
		one->bad = gone || late ? MAX_BAD : one->bad;
		judge(d, d->now, view, false, gone ? "it is not there any more" : "it is not given in time");
		return;
	}
	size_t left = 0;
	for (size_t i = 0; i < d->ask_count; i++)
		left += !d->asks[i].asked;
	d->failures += !gone;
	if (left == 0 || d->failures >= MAX_BAD)
		end_survey(d, view);
}

/* --- what is kept ------------------------------------------------------------------------------------------------ */

/* The members of an object in which rows of `resource` stand, as keys. */
static json_t *heads_of(const struct deputy_view *view, size_t resource)
{
	json_t *heads = json_object();
	char head[64];
	for (size_t i = 0; i < view->row_count; i++) {
		const char *pointer = view->rows[i].resource == resource ? strchr(view->rows[i].key, '#') : NULL;
		if (pointer == NULL || pointer[1] != '/')
			continue;
		snprintf(head, sizeof(head), "%.*s", (int)strcspn(pointer + 2, "/"), pointer + 2);
		json_object_set_new(heads, head, json_true());
	}
	return heads;
}

/* The object without what no reading stands in. */
static json_t *pruned(const json_t *heads, const json_t *object)
{
	json_t *out = json_object(), *value;
	const char *key;
	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		bool plain = !json_is_object(value) && !json_is_array(value);
		if (plain || strcmp(key, "Status") == 0 || json_object_get(heads, key) != NULL)
			json_object_set(out, key, value);
	}
	return out;
}

bool deputies_keep(const struct deputy_view *view, size_t resource, const json_t *json)
{
	struct resource *r = &view->walk->items[resource];
	bool first = r->stencil == NULL;
	json_t *heads = heads_of(view, resource);
	json_decref(r->stencil);
	r->stencil = pruned(heads, json);
	const json_t *members = r->collection ? json_object_get(json, "Members") : NULL;
	if (members != NULL) {
		json_t *list = json_array();
		for (size_t i = 0; i < json_array_size(members); i++)
			json_array_append_new(list, pruned(heads, json_array_get(members, i)));
		json_object_set_new(r->stencil, "Members", list);
	}
	json_decref(heads);
	return first;
}

void deputies_compare(struct deputies *d, const struct deputy_view *view, size_t resource, deputy_fill *fill, void *arg)
{
	size_t deputy = view->walk->items[resource].deputy;
	if (deputy == 0 || deputy > d->count || !d->items[deputy - 1].seen)
		return;
	struct round round = { .view = view, .deputy = &d->items[deputy - 1], .report = &d->items[deputy - 1].last };
	round_begin(&round);
	stand_in(&round, resource, fill, arg);
	round_end(&round);
}

struct deputy_news deputies_news(struct deputies *d)
{
	struct deputy_news news = d->news;
	d->news = (struct deputy_news){ .path = NULL };
	return news;
}

int64_t deputies_saved(struct deputies *d)
{
	int64_t saved = d->saved;
	d->saved = 0;
	return saved;
}
