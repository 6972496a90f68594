/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "production.h"
#include "names.h"
#include <hallwatt/arena.h>
#include <hallwatt/reading.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROW(field, key, what) .name = key, .type = what, .offset = offsetof(struct production, field)
#define DAY_S INT64_C(86400)
#define ZONE_SLACK_S (14 * INT64_C(3600)) /* the days of a statement are those of some time zone */
#define MJ_PER_KWH (1000 * HWATT_MJ_PER_WH)

static const struct hwatt_option keys[] = {
	{ ROW(statement, "statement_id", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "the certificate that it is of, by its statement_id" },
	{ ROW(gsrn, "device_gsrn", HWATT_STRING), .help = "number of the plant, where several rows have that statement_id" },
	{ ROW(start, "start", HWATT_STRING), .flags = HWATT_REQUIRED,
	  .help = "when it begins, in UTC like 2026-10-25T00:00Z or with its offset like 2026-10-25T02:00+02:00 (in quotes in YAML)" },
	{ ROW(minutes, "minutes", HWATT_INTEGER), .fallback = "60", .min = 15, .max = 60, .help = "how long it lasts: 15, 30 or 60" },
	{ ROW(volume_mj, "volume", HWATT_ENERGY_AMOUNT), .flags = HWATT_REQUIRED, .min = 0, .max = INT64_MAX / 4,
	  .help = "energy produced in it, like 1250 kWh; 0 kWh says that there was none" },
};

/* --- time -------------------------------------------------------------------------------------------------------- */

/* Reads exactly `count` digits no greater than `most`; -1 when there are none such. */
static int digits(const char **at, int count, int most)
{
	int value = 0;
	for (; count > 0; count--, (*at)++) {
		if (**at < '0' || **at > '9')
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value <= most ? value : -1;
}

static bool skip(const char **at, const char *any)
{
	if (**at == '\0' || strchr(any, **at) == NULL)
		return false;
	(*at)++;
	return true;
}

/* "Z", "+02:00" or "+0200". */
static bool read_offset(const char *at, int64_t *offset_s)
{
	*offset_s = 0;
	if (at[0] == 'Z')
		return at[1] == '\0';
	int64_t sign = at[0] == '-' ? -1 : 1;
	if (!skip(&at, "+-"))
		return false;
	int hours = digits(&at, 2, 14);
	skip(&at, ":");
	int minutes = hours >= 0 ? digits(&at, 2, 59) : -1;
	*offset_s = sign * ((int64_t)hours * 3600 + minutes * 60);
	return minutes >= 0 && *at == '\0';
}

bool production_time(const char *text, int64_t *utc_s)
{
	const char *at = text;
	int year = digits(&at, 4, 9999), month = -1, day = -1, hour = -1, minute = -1, second = 0;
	int64_t offset_s;
	if (year >= 1970 && skip(&at, "-"))
		month = digits(&at, 2, 12);
	if (month >= 1 && skip(&at, "-"))
		day = digits(&at, 2, 31);
	if (day >= 1 && skip(&at, "T "))
		hour = digits(&at, 2, 23);
	if (hour >= 0 && skip(&at, ":"))
		minute = digits(&at, 2, 59);
	if (minute >= 0 && *at == ':' && skip(&at, ":"))
		second = digits(&at, 2, 59);
	if (minute < 0 || second < 0 || !read_offset(at, &offset_s))
		return false;
	if (civil_day(year, month, day) >= civil_day(month == 12 ? year + 1 : year, month % 12 + 1, 1))
		return false; /* 30 February */
	*utc_s = civil_day(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second - offset_s;
	return true;
}

/* --- a row ------------------------------------------------------------------------------------------------------- */

static void check(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct production *row = object;
	struct hwatt_mark mark = hwatt_node_mark(at, "start");
	int64_t start_s = 0;
	bool known = production_time(row->start, &start_s);
	if (!known)
		hwatt_report_add(report, &mark, "\"%.40s\" is not a time that is told once; write it in UTC, like 2026-10-25T00:00Z, or with its "
				 "offset, like 2026-10-25T02:00+02:00", row->start);
	struct hwatt_mark minutes = hwatt_node_mark(at, "minutes");
	if (row->minutes != 15 && row->minutes != 30 && row->minutes != 60)
		hwatt_report_add(report, &minutes, "%" PRId64 " minutes: a row is of 15, 30 or 60", row->minutes);
	else if (known && start_s % (row->minutes * 60) != 0)
		hwatt_report_add(report, &mark, "%.40s is not where %" PRId64 " minutes of the clock begin", row->start, row->minutes);
}

static const struct hwatt_schema schema = {
	.name = "production", .help = "what a plant produced in an hour, or in 15 or 30 minutes", .size = sizeof(struct production),
	.options = keys, .count = COUNT(keys), .check = check, .mark_offset = offsetof(struct production, mark),
};

const struct hwatt_schema *production_schema(void)
{
	return &schema;
}

/* --- attaching --------------------------------------------------------------------------------------------------- */

struct placed { const struct production *row; struct certificate *certificate; };

static int compare(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;
	if (a->certificate != b->certificate)
		return a->certificate < b->certificate ? -1 : 1;
	if (a->row->start_s != b->row->start_s)
		return a->row->start_s < b->row->start_s ? -1 : 1;
	return (a->row > b->row) - (a->row < b->row);
}

/* The certificate that the row is of; NULL after telling why there is none. */
static struct certificate *find(const struct production *row, const struct names *names, struct hwatt_arena *arena, struct hwatt_report *report)
{
	const struct certificate *found = NULL;
	size_t first = names_first(names, row->statement), matching = 0;
	for (size_t i = first; i < names->count && strcmp(names->rows[i].text, row->statement) == 0; i++) {
		const struct certificate *c = names->rows[i].thing;
		if (row->gsrn[0] != '\0' && strcmp(row->gsrn, c->device_gsrn) != 0)
			continue;
		found = c;
		matching++;
	}
	if (first == names->count)
		hwatt_report_add(report, &row->mark, "no certificate has the statement_id \"%.60s\"%s", row->statement,
				 names_hint(names, row->statement, arena));
	else if (matching == 0)
		hwatt_report_add(report, &row->mark, "statement %s has no row of the plant \"%.60s\"", row->statement, row->gsrn);
	else if (matching > 1)
		hwatt_report_add(report, &row->mark, "statement %s has several rows%s", row->statement,
				 row->gsrn[0] == '\0' ? "; name the plant: device_gsrn" : " of that plant; give each a statement_id of its own");
	else if (found->kind == CERTIFICATE_ONSITE)
		hwatt_report_add(report, &row->mark, "%s is of the own plant, whose energy is metered", row->statement);
	else if (found->from_s != 0)
		hwatt_report_add(report, &row->mark, "%s states its hours itself (production_from)", row->statement);
	else
		return (struct certificate *)(uintptr_t)found; /* names has borrowed it */
	return NULL;
}

/* Whether a row fits behind those before it, and into its certificate. */
static bool fits(const struct placed *at, const struct placed *before, struct hwatt_report *report)
{
	const struct production *row = at->row;
	const struct certificate *c = at->certificate;
	int64_t end_s = row->start_s + row->minutes * 60;
	if (row->start_s < c->from_day * DAY_S - ZONE_SLACK_S || end_s > (c->to_day + 1) * DAY_S + ZONE_SLACK_S) {
		hwatt_report_add(report, &row->mark, "%.40s lies outside the production of %s (%s:%u)", row->start, c->id, c->mark.file, c->mark.line);
		return false;
	}
	if (before != NULL && before->row->start_s + before->row->minutes * 60 > row->start_s) {
		hwatt_report_add(report, &row->mark, "%.40s stands here a second time (%s:%u)", row->start, before->row->mark.file,
				 before->row->mark.line);
		return false;
	}
	return true;
}

static void attach(const struct placed *placed, size_t count, struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct certificate *c = placed[0].certificate;
	struct certificate_hour *hours = hwatt_arena_alloc(arena, count * sizeof(*hours));
	hwatt_i128 sum = 0;
	const struct placed *before = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct production *row = placed[i].row;
		if (!fits(&placed[i], before, report))
			continue;
		before = &placed[i];
		hours[c->hour_count++] = (struct certificate_hour){ row->start_s, (int32_t)(row->minutes * 60), row->volume_mj };
		sum += row->volume_mj;
	}
	c->hours = hours;
	if (sum > c->volume_mj)
		hwatt_report_add(report, &placed[count - 1].row->mark, "the production of %s adds up to %" PRId64 " kWh, more than its %" PRId64
				 " kWh (%s:%u)", c->id, (int64_t)(sum / MJ_PER_KWH), c->volume_mj / MJ_PER_KWH, c->mark.file, c->mark.line);
	else
		c->hours_mj = (int64_t)sum;
}

void production_attach(struct production *rows, size_t count, struct certificate *certificates, size_t certificate_count,
		       struct hwatt_arena *arena, struct hwatt_report *report)
{
	struct names names = {0};
	struct placed *placed = hwatt_alloc((count + 1) * sizeof(*placed));
	size_t kept = 0;
	for (size_t i = 0; i < certificate_count && count > 0; i++)
		names_add(&names, certificates[i].id, &certificates[i]);
	names_sort(&names);
	for (size_t i = 0; i < count; i++) {
		struct certificate *c = production_time(rows[i].start, &rows[i].start_s) ? find(&rows[i], &names, arena, report) : NULL;
		if (c != NULL)
			placed[kept++] = (struct placed){ &rows[i], c };
	}
	qsort(placed, kept, sizeof(*placed), compare);
	for (size_t i = 0, end; i < kept; i = end) {
		for (end = i + 1; end < kept && placed[end].certificate == placed[i].certificate; end++)
			;
		attach(&placed[i], end - i, arena, report);
	}
	names_free(&names);
	free(placed);
}
