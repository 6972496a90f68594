/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* report.h - what a TelemetryService says: the definition of a metric report, and the values in one. Pure.
 *
 * A property is written PATH#POINTER as in the keys of findings ("/redfish/v1/Chassis/1/Sensors/S0#/Reading"). Only values that
 * are the property itself, at one moment, are given: what is averaged, summed or the most of a while is something else.
 * Source: DMTF DSP2051 and the schemas MetricReport, MetricReportDefinition, MetricDefinition of DSP8010. */
#ifndef REDFISH_REPORT_H
#define REDFISH_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define REPORT_MAX_VALUES 4000   /* of one report */
#define REPORT_MAX_NAMES 2000    /* properties that a definition's wildcards stand for */
#define REPORT_PROPERTY_MAX 320

struct metric_name { /* which property a MetricId stands for */
	char *id;       /* "": none was given */
	char *property; /* NULL: said by the MetricDefinition of that id */
	bool computed;  /* over a while */
};

struct definition { /* {0} is one that says nothing */
	bool known;        /* there is one */
	bool usable;       /* enabled, and made as often as polled, or when asked for */
	const char *why;   /* it is not usable */
	bool open;         /* its names are not all that the report has */
	size_t count, capacity;
	struct metric_name *names;
};

/* Reads a MetricReportDefinition for one who asks every `interval_ms`. */
void definition_read(struct definition *d, const json_t *json, int64_t interval_ms);
/* Adds what a MetricDefinition says of the names with its Id. */
void definition_add_metric(struct definition *d, const json_t *json);
void definition_free(struct definition *d);
/* Whether the report may have `property`. */
bool definition_may_have(const struct definition *d, const char *property);

struct metric_value {
	char *property;
	json_t *number;
	int64_t at_ms;     /* UTC, by the service's clock */
	bool doubtful;     /* two numbers of one moment */
};

struct report { /* by property; the newest value of each */
	size_t count;
	struct metric_value *values;
};

/* Takes the values of a MetricReport that have a time, a number and a property; what is marked stale is left out. */
void report_read(struct report *report, const struct definition *d, const json_t *json);
void report_free(struct report *report);
/* NULL: not there, or doubtful. */
const struct metric_value *report_find(const struct report *report, const char *property);

/* "2026-06-29T08:05:14.122+00:00" in UTC ms; without an offset it is UTC. */
bool report_moment(const char *text, int64_t *utc_ms);
/* "P1DT0H1M30.5S" in ms; years and months have no length. */
bool report_span(const char *text, int64_t *ms);
/* "/a/b" or "/a/b#c/d" as PATH#POINTER; a resource without a pointer is a sensor's reading. */
bool report_property(const char *text, char out[REPORT_PROPERTY_MAX]);

#endif
