/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "past.h"
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_COLUMNS 10000u

struct series { /* one device's columns */
	char *device;
	struct target_point *points;
	struct target_values values;
	size_t count;
};

struct column {
	size_t series, point; /* where its values go */
};

struct past {
	struct pipeline *pipeline;
	struct series *series;
	size_t series_count;
	struct column *columns;
	size_t column_count;
};

static size_t take_series(struct past *p, const char *device)
{
	for (size_t i = 0; i < p->series_count; i++)
		if (strcmp(p->series[i].device, device) == 0)
			return i;
	p->series = hwatt_realloc(p->series, (p->series_count + 1) * sizeof(*p->series));
	p->series[p->series_count] = (struct series){ .device = hwatt_strdup(device) };
	return p->series_count++;
}

static int declare_point(struct past *p, const char *line, struct hwatt_error *err)
{
	char device[128], role[32], index[HWATT_INDEX_SIZE], quantity[32];
	size_t number;
	if (sscanf(line, "point %zu %127s %31s %63s %31s", &number, device, role, index, quantity) != 5 ||
	    number != p->column_count || number >= MAX_COLUMNS)
		return hwatt_fail(err, HWATT_EPROTO, "not a declaration of column %zu", p->column_count);
	int r = hwatt_role_by_name(role), q = hwatt_quantity_by_name(quantity);
	if (r < 0 || q < 0)
		return hwatt_fail(err, HWATT_EPROTO, "unknown role \"%s\" or quantity \"%s\"", role, quantity);
	size_t at = take_series(p, device);
	struct series *s = &p->series[at];
	s->points = hwatt_realloc(s->points, (s->count + 1) * sizeof(*s->points));
	s->points[s->count] = (struct target_point){ .role = (enum hwatt_role)r,
						     .quantity = (enum hwatt_quantity)q,
						     .index = hwatt_strdup(index), .name = "", .source = "",
						     .step = 1 };
	s->values.kept = hwatt_realloc(s->values.kept, (s->count + 1) * sizeof(*s->values.kept));
	s->values.at = hwatt_realloc(s->values.at, (s->count + 1) * sizeof(*s->values.at));
	p->columns = hwatt_realloc(p->columns, (p->column_count + 1) * sizeof(*p->columns));
	p->columns[p->column_count++] = (struct column){ at, s->count++ };
	return 0;
}

static int declare_register(struct past *p, const char *line, struct hwatt_error *err)
{
	size_t number;
	int64_t step;
	uint64_t modulus;
	if (sscanf(line, "register %zu %" SCNd64 " %" SCNu64, &number, &step, &modulus) != 3 ||
	    number >= p->column_count || step <= 0)
		return hwatt_fail(err, HWATT_EPROTO, "not a register of a declared column");
	struct column c = p->columns[number];
	p->series[c.series].points[c.point].step = step;
	p->series[c.series].points[c.point].modulus = modulus;
	return 0;
}

/* Reads one value; false where the device was silent. */
static bool read_value(char **cursor, int64_t *out)
{
	char *text = *cursor + strspn(*cursor, " ");
	char *end;
	*out = (int64_t)strtoll(text, &end, 10);
	bool given = end != text;
	*cursor = given ? end : text + strcspn(text, " \n");
	return given;
}

static int read_step(struct past *p, char *line, struct past_figures *figures, struct hwatt_error *err)
{
	char *cursor = line;
	int64_t at_ms, value;
	if (!read_value(&cursor, &at_ms) || (figures->steps > 0 && at_ms <= figures->last_ms))
		return hwatt_fail(err, HWATT_EPROTO, "a step must begin with a time after the one before");
	for (size_t i = 0; i < p->series_count; i++) { /* of each step only its own values count */
		memset(p->series[i].values.at, 0, p->series[i].count * sizeof(*p->series[i].values.at));
		p->series[i].values.epoch_ms = at_ms - 1;
		p->series[i].values.from = 1;
	}
	for (size_t i = 0; i < p->column_count; i++) {
		struct target_values *values = &p->series[p->columns[i].series].values;
		if (!read_value(&cursor, &value))
			continue;
		values->kept[p->columns[i].point] = value;
		values->at[p->columns[i].point] = 1;
		figures->values++;
	}
	for (size_t i = 0; i < p->series_count; i++) {
		struct meterset_poll poll = { .points = p->series[i].points, .values = &p->series[i].values,
					      .count = p->series[i].count, .wall_ms = at_ms, .mono_ms = at_ms };
		pipeline_feed(p->pipeline, p->series[i].device, &poll);
	}
	if (figures->steps++ == 0)
		figures->first_ms = at_ms;
	figures->last_ms = at_ms;
	return 0;
}

static int read_line(struct past *p, char *line, struct past_figures *figures, struct hwatt_error *err)
{
	if (strncmp(line, "point ", 6) == 0)
		return declare_point(p, line, err);
	if (strncmp(line, "register ", 9) == 0)
		return declare_register(p, line, err);
	return read_step(p, line, figures, err);
}

static void past_free(struct past *p)
{
	for (size_t i = 0; i < p->series_count; i++) {
		for (size_t k = 0; k < p->series[i].count; k++)
			free((char *)(uintptr_t)p->series[i].points[k].index);
		free(p->series[i].points);
		free(p->series[i].values.kept);
		free(p->series[i].values.at);
		free(p->series[i].device);
	}
	free(p->series);
	free(p->columns);
}

int past_meter(FILE *in, struct pipeline *pipeline, int64_t commit_steps, past_progress *progress, void *arg,
	       struct past_figures *out, struct hwatt_error *err)
{
	struct past p = { .pipeline = pipeline };
	char *line = NULL;
	size_t capacity = 0, number = 0;
	int rc = 0;
	*out = (struct past_figures){0};
	while (rc == 0 && getline(&line, &capacity, in) > 0) {
		number++;
		rc = read_line(&p, line, out, err);
		if (rc < 0)
			hwatt_within(err, "line %zu of the past", number);
		else if (out->steps > 0 && out->steps % commit_steps == 0) {
			rc = pipeline_commit(pipeline, err);
			if (rc == 0 && !progress(arg, out->last_ms))
				rc = hwatt_fail(err, HWATT_ENODATA, "interrupted");
		}
	}
	if (rc == 0)
		rc = pipeline_commit(pipeline, err);
	free(line);
	past_free(&p);
	return rc;
}
