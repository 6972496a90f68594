/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "zone.h"
#include <errno.h>
#include <hallwatt/wire.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "/usr/share/zoneinfo/"
#define MAX_NAME 64
#define MIN_OFFSET_S (-89999) /* RFC 8536 3.2: more than -25 h, less than 26 h */
#define MAX_OFFSET_S 93599

/* ---- the POSIX TZ string ---- */

struct cursor { const char *at, *end; };

static bool accept(struct cursor *in, char c)
{
	if (in->at == in->end || *in->at != c)
		return false;
	in->at++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* A number of 1 to 3 digits. */
static bool number(struct cursor *in, int least, int most, int *out)
{
	int value = 0, digits = 0;
	while (in->at < in->end && is_digit(*in->at) && digits < 3) {
		value = value * 10 + (*in->at++ - '0');
		digits++;
	}
	*out = value;
	return digits > 0 && value >= least && value <= most;
}

static bool designation(struct cursor *in)
{
	int letters = 0;
	if (accept(in, '<')) {
		while (in->at < in->end && (is_letter(*in->at) || is_digit(*in->at) || *in->at == '+' || *in->at == '-')) {
			in->at++;
			letters++;
		}
		return accept(in, '>') && letters > 0;
	}
	while (in->at < in->end && is_letter(*in->at)) {
		in->at++;
		letters++;
	}
	return letters >= 3;
}

/* [+-]h[h[h]][:mm[:ss]] in seconds. */
static bool clock_time(struct cursor *in, int max_hours, int32_t *out)
{
	bool negative = accept(in, '-');
	if (!negative)
		accept(in, '+');
	int h, m = 0, s = 0;
	if (!number(in, 0, max_hours, &h))
		return false;
	if (accept(in, ':') && (!number(in, 0, 59, &m) || (accept(in, ':') && !number(in, 0, 59, &s))))
		return false;
	int32_t seconds = h * 3600 + m * 60 + s;
	*out = negative ? -seconds : seconds;
	return true;
}

static bool rule(struct cursor *in, struct zone_rule *out)
{
	*out = (struct zone_rule){ .at_s = 2 * 3600 };
	bool ok;
	if (accept(in, 'M')) {
		out->kind = RULE_MONTH;
		ok = number(in, 1, 12, &out->month) && accept(in, '.') && number(in, 1, 5, &out->week) &&
		     accept(in, '.') && number(in, 0, 6, &out->day);
	} else if (accept(in, 'J')) {
		out->kind = RULE_JULIAN;
		ok = number(in, 1, 365, &out->day);
	} else {
		out->kind = RULE_DAY;
		ok = number(in, 0, 365, &out->day);
	}
	return ok && (!accept(in, '/') || clock_time(in, 167, &out->at_s));
}

bool zone_tail_parse(const char *text, size_t length, struct zone_tail *out)
{
	struct cursor in = { text, text + length };
	struct zone_tail tail = { .present = true };
	if (!designation(&in) || !clock_time(&in, 24, &tail.standard_s))
		return false;
	tail.standard_s = -tail.standard_s; /* POSIX counts westwards */
	tail.dst_s = tail.standard_s + 3600;
	if (in.at < in.end) {
		tail.has_dst = true;
		if (!designation(&in))
			return false;
		if (in.at < in.end && *in.at != ',') {
			if (!clock_time(&in, 24, &tail.dst_s))
				return false;
			tail.dst_s = -tail.dst_s;
		}
		if (!accept(&in, ',') || !rule(&in, &tail.start) || !accept(&in, ',') || !rule(&in, &tail.end))
			return false;
	}
	if (in.at != in.end)
		return false;
	*out = tail;
	return true;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Seconds on the local clock at which the rule's change comes in `year`, as if it were UTC. */
static int64_t rule_in(const struct zone_rule *r, int year)
{
	int64_t first = civil_day(year, 1, 1), day;
	if (r->kind == RULE_DAY) {
		day = first + r->day;
	} else if (r->kind == RULE_JULIAN) { /* never counts 29 February */
		day = first + r->day - 1 + (is_leap(year) && r->day >= 60 ? 1 : 0);
	} else {
		int64_t month = civil_day(year, r->month, 1);
		int64_t next = r->month == 12 ? civil_day(year + 1, 1, 1) : civil_day(year, r->month + 1, 1);
		int64_t weekday = ((month + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
		day = month + (r->day - weekday + 7) % 7 + 7 * (r->week - 1);
		if (day >= next)
			day -= 7;
	}
	return day * 86400 + r->at_s;
}

static struct zone_segment tail_segment(const struct zone_tail *tail, int64_t utc_s)
{
	struct zone_segment out = { .offset_s = tail->standard_s, .from_s = INT64_MIN, .to_s = INT64_MAX };
	if (!tail->has_dst)
		return out;
	int year, month, day;
	int64_t days = utc_s / 86400 - (utc_s % 86400 < 0);
	day_civil(days, &year, &month, &day);
	for (int y = year - 2; y <= year + 2; y++) {
		int64_t change[2] = { rule_in(&tail->start, y) - tail->standard_s, rule_in(&tail->end, y) - tail->dst_s };
		for (int i = 0; i < 2; i++) {
			bool dst = i == 0;
			/* Of two changes in one instant the summer's wins: summer time all year round is written so. */
			if (change[i] <= utc_s && (change[i] > out.from_s || (change[i] == out.from_s && dst))) {
				out.from_s = change[i];
				out.offset_s = dst ? tail->dst_s : tail->standard_s;
			} else if (change[i] > utc_s && change[i] < out.to_s) {
				out.to_s = change[i];
			}
		}
	}
	return out;
}

/* ---- TZif ---- */

struct counts { uint32_t isut, isstd, leap, time, type, chars; };

static bool header(struct hwatt_wire *in, uint8_t *version, struct counts *n)
{
	const uint8_t *magic = hwatt_wire_take(in, 4);
	if (magic == NULL || memcmp(magic, "TZif", 4) != 0)
		return false;
	*version = hwatt_wire_u8(in);
	hwatt_wire_take(in, 15);
	uint32_t *const fields[] = { &n->isut, &n->isstd, &n->leap, &n->time, &n->type, &n->chars };
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		*fields[i] = (uint32_t)hwatt_wire_be(in, 4);
	bool known = *version == 0 || (*version >= '2' && *version <= '4');
	return hwatt_wire_ok(in) && known && n->leap == 0 && n->type > 0 && n->type <= ZONE_MAX_TYPES &&
	       n->time <= ZONE_MAX_TRANSITIONS && n->chars > 0 && n->chars <= ZONE_MAX_OCTETS &&
	       (n->isut == 0 || n->isut == n->type) && (n->isstd == 0 || n->isstd == n->type);
}

static bool body(struct hwatt_wire *in, const struct counts *n, size_t width, struct zone *zone)
{
	if (hwatt_wire_left(in) < (size_t)n->time * (width + 1) + (size_t)n->type * 6 + n->chars + n->isut + n->isstd)
		return false;
	zone->transitions = n->time;
	zone->types = n->type;
	for (uint32_t i = 0; i < n->time; i++) {
		uint64_t bits = hwatt_wire_be(in, width);
		zone->at_s[i] = width == 4 ? (int64_t)(int32_t)(uint32_t)bits : (int64_t)bits;
		if (i > 0 && zone->at_s[i] <= zone->at_s[i - 1])
			return false;
	}
	for (uint32_t i = 0; i < n->time; i++) {
		zone->type[i] = hwatt_wire_u8(in);
		if (zone->type[i] >= n->type)
			return false;
	}
	for (uint32_t i = 0; i < n->type; i++) {
		int32_t offset_s = (int32_t)(uint32_t)hwatt_wire_be(in, 4);
		uint8_t dst = hwatt_wire_u8(in), name = hwatt_wire_u8(in);
		if (offset_s < MIN_OFFSET_S || offset_s > MAX_OFFSET_S || dst > 1 || name >= n->chars)
			return false;
		zone->offset_s[i] = offset_s;
	}
	hwatt_wire_take(in, n->chars + n->isut + n->isstd);
	return hwatt_wire_ok(in);
}

static bool footer(struct hwatt_wire *in, struct zone_tail *tail)
{
	if (hwatt_wire_u8(in) != '\n')
		return false;
	size_t left = hwatt_wire_left(in);
	const uint8_t *text = hwatt_wire_take(in, left);
	const uint8_t *end = text != NULL ? memchr(text, '\n', left) : NULL;
	if (end == NULL)
		return false;
	return end == text || zone_tail_parse((const char *)text, (size_t)(end - text), tail);
}

static bool decode(struct hwatt_wire *in, struct zone *zone)
{
	uint8_t version, again;
	struct counts n;
	if (!header(in, &version, &n))
		return false;
	if (version == 0)
		return body(in, &n, 4, zone);
	/* The first block is for readers of version 1. */
	hwatt_wire_take(in, (size_t)n.time * 5 + (size_t)n.type * 6 + n.chars + n.isut + n.isstd);
	return header(in, &again, &n) && again == version && body(in, &n, 8, zone) && footer(in, &zone->tail);
}

int zone_parse(const void *bytes, size_t length, struct zone **out, struct hwatt_error *err)
{
	struct zone *zone = calloc(1, sizeof(*zone));
	if (zone == NULL)
		abort();
	zone->at_s = calloc(ZONE_MAX_TRANSITIONS, sizeof(*zone->at_s));
	zone->type = calloc(ZONE_MAX_TRANSITIONS, sizeof(*zone->type));
	if (zone->at_s == NULL || zone->type == NULL)
		abort();
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	if (length > ZONE_MAX_OCTETS || !decode(&in, zone)) {
		zone_free(zone);
		return hwatt_fail(err, HWATT_EPROTO, "no TZif data; it goes wrong near octet %zu", in.at);
	}
	*out = zone;
	return 0;
}

void zone_free(struct zone *zone)
{
	if (zone == NULL)
		return;
	free(zone->at_s);
	free(zone->type);
	free(zone);
}

static bool is_name(const char *name)
{
	size_t length = strlen(name);
	if (length == 0 || length >= MAX_NAME || !is_letter(name[0]) || strstr(name, "..") != NULL)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!is_letter(name[i]) && !is_digit(name[i]) && strchr("_+-/", name[i]) == NULL)
			return false;
	return true;
}

static int load_utc(struct zone **out)
{
	static const char utc[] = "TZif\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
				  "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4"
				  "\0\0\0\0\0\0UTC";
	return zone_parse(utc, sizeof(utc), out, NULL);
}

int zone_load(const char *name, struct zone **out, struct hwatt_error *err)
{
	if (!is_name(name))
		return hwatt_fail(err, HWATT_EINVAL, "\"%.64s\" is not the name of a time zone; write one like Europe/Stockholm",
				  name);
	if (strcmp(name, "UTC") == 0 || strcmp(name, "Etc/UTC") == 0)
		return load_utc(out);
	char path[sizeof(FOLDER) + MAX_NAME];
	snprintf(path, sizeof(path), FOLDER "%s", name);
	FILE *in = fopen(path, "rbe");
	if (in == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "there is no time zone \"%s\" (%s: %s)", name, path, strerror(errno));
	uint8_t *bytes = malloc(ZONE_MAX_OCTETS + 1);
	if (bytes == NULL)
		abort();
	size_t length = fread(bytes, 1, ZONE_MAX_OCTETS + 1, in);
	int rc = zone_parse(bytes, length, out, err);
	if (rc < 0)
		hwatt_fail(err, HWATT_EINVAL, "%s holds no time zone", path);
	free(bytes);
	fclose(in);
	return rc;
}

struct zone_segment zone_segment(const struct zone *zone, int64_t utc_s)
{
	uint32_t low = 0, high = zone->transitions; /* first transition after utc_s */
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		if (zone->at_s[mid] <= utc_s)
			low = mid + 1;
		else
			high = mid;
	}
	int64_t last_s = zone->transitions > 0 ? zone->at_s[zone->transitions - 1] : INT64_MIN;
	if (low == zone->transitions && zone->tail.present) {
		struct zone_segment segment = tail_segment(&zone->tail, utc_s);
		if (segment.from_s < last_s)
			segment.from_s = last_s;
		return segment;
	}
	return (struct zone_segment){
		.offset_s = zone->offset_s[low > 0 ? zone->type[low - 1] : 0],
		.from_s = low > 0 ? zone->at_s[low - 1] : INT64_MIN,
		.to_s = low < zone->transitions ? zone->at_s[low] : INT64_MAX,
	};
}
