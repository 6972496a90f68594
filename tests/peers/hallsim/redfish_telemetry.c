/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "redfish_telemetry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CHASSIS "/redfish/v1/Chassis/1"
#define SUPPLIES CHASSIS "/PowerSubsystem/PowerSupplies"
#define PROCESSORS "/redfish/v1/Systems/1/Processors"
#define SERVICE "/redfish/v1/TelemetryService"
#define EVERY_MS 500
#define ORIGIN_MS INT64_C(1735689600000) /* 2025-01-01: registers began */

struct report_kind {
	const char *id, *type, *span;
	bool mean;
};

static const struct report_kind kinds[] = {
	{"Power", "Periodic", "PT0.5S", false}, {"Means", "Periodic", "PT1S", true}, {"Hourly", "Periodic", "PT1H", false},
	{"Changes", "OnChange", "", false}, {"Off", "Periodic", "PT1S", false},
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static int64_t processor_watts(const struct redfish_service *s)
{
	return 60 + s->number % 8;
}

/* An exact integral of it, in joules. */
static int64_t processor_joules(const struct redfish_service *s, int64_t now_ms)
{
	return (now_ms - ORIGIN_MS) / 1000 * processor_watts(s);
}

static void links(struct redfish_page *page, const char *path, const char *type, const char *const *names, size_t count)
{
	redfish_head(page, path, type, "Collection");
	redfish_put(page, ",\"Members@odata.count\":%zu,\"Members\":[", count);
	for (size_t i = 0; i < count; i++)
		redfish_put(page, "%s{\"@odata.id\":\"%s/%s\"}", i > 0 ? "," : "", path, names[i]);
	redfish_put(page, "]}");
}

static void supply(struct redfish_page *page, const char *path, const struct redfish_service *s, int n)
{
	char id[8];
	snprintf(id, sizeof(id), "%d", n);
	redfish_head(page, path, "PowerSupply.v1_5_0.PowerSupply", id);
	redfish_put(page, ",\"PowerCapacityWatts\":800,\"SerialNumber\":\"SIMPSU%06u%d\",\"Status\":{\"State\":\"Enabled\"},\"Metrics\":{\"@odata.id\":"
	                  "\"%s/Metrics\"}}", s->number, n, path);
}

static void supply_metrics(struct redfish_page *page, const char *path, const struct redfish_service *s, int64_t now_ms)
{
	int64_t watts = redfish_power(s, now_ms).watts;
	redfish_head(page, path, "PowerSupplyMetrics.v1_0_2.PowerSupplyMetrics", "Metrics");
	redfish_put(page, ",\"Status\":{\"State\":\"Enabled\"},\"InputPowerWatts\":{\"Reading\":%" PRId64 ".%d},\"InputVoltage\":{\"Reading\":230.5}}",
	            watts / 2, watts % 2 ? 5 : 0);
}

static void processor(struct redfish_page *page, const char *path, int n)
{
	char id[8];
	snprintf(id, sizeof(id), "CPU%d", n);
	redfish_head(page, path, "Processor.v1_20_0.Processor", id);
	redfish_put(page, ",\"ProcessorType\":\"CPU\",\"EnvironmentMetrics\":{\"@odata.id\":\"%s/EnvironmentMetrics\"}}", path);
}

static void processor_metrics(struct redfish_page *page, const char *path, const struct redfish_service *s, int64_t now_ms)
{
	redfish_head(page, path, "EnvironmentMetrics.v1_3_0.EnvironmentMetrics", "EnvironmentMetrics");
	redfish_put(page, ",\"PowerWatts\":{\"Reading\":%" PRId64 "},\"EnergyJoules\":{\"Reading\":%" PRId64 "}}", processor_watts(s),
	            processor_joules(s, now_ms));
}

static void service(struct redfish_page *page)
{
	redfish_head(page, SERVICE, "TelemetryService.v1_3_0.TelemetryService", "TelemetryService");
	redfish_put(page, ",\"ServiceEnabled\":true,\"Status\":{\"State\":\"Enabled\"},\"MetricReportDefinitions\":{\"@odata.id\":\"" SERVICE
	                  "/MetricReportDefinitions\"},\"MetricReports\":{\"@odata.id\":\"" SERVICE "/MetricReports\"},\"MetricDefinitions\":"
	                  "{\"@odata.id\":\"" SERVICE "/MetricDefinitions\"}}");
}

static void definition(struct redfish_page *page, const char *path, const struct redfish_service *s, const struct report_kind *kind)
{
	bool enabled = strcmp(kind->id, "Off") != 0 && !(s->reports.disabled > 0);
	const char *function = kind->mean || s->reports.mean > 0
	                               ? ",\"CollectionFunction\":\"Average\",\"CollectionTimeScope\":\"Interval\",\"CollectionDuration\":\"PT1H\""
	                               : "";
	redfish_head(page, path, "MetricReportDefinition.v1_4_0.MetricReportDefinition", kind->id);
	redfish_put(page, ",\"MetricReportDefinitionType\":\"%s\",\"MetricReportDefinitionEnabled\":%s,\"ReportActions\":[\"LogToMetricReportsCollection\"],"
	                  "\"Status\":{\"State\":\"Enabled\"},\"MetricReport\":{\"@odata.id\":\"" SERVICE "/MetricReports/%s\"}", kind->type,
	            enabled ? "true" : "false", kind->id);
	if (kind->span[0] != '\0')
		redfish_put(page, ",\"Schedule\":{\"RecurrenceInterval\":\"%s\"}", kind->span);
	redfish_put(page, ",\"Wildcards\":[{\"Name\":\"Processor\",\"Values\":[\"CPU0\",\"CPU1\"]}],\"Metrics\":["
	                  "{\"MetricId\":\"Machine\",\"MetricProperties\":[\"" CHASSIS "/Sensors/S0\"]%s},{\"MetricId\":\"Supply0\"%s},{\"MetricId\":\"Supply1\"%s},"
	                  "{\"MetricId\":\"ProcessorWatts\",\"MetricProperties\":[\"" PROCESSORS "/{Processor}/EnvironmentMetrics#/PowerWatts/Reading\"]%s},"
	                  "{\"MetricId\":\"ProcessorJoules\",\"MetricProperties\":[\"" PROCESSORS "/{Processor}/EnvironmentMetrics#/EnergyJoules/Reading\"]%s}]}",
	            function, function, function, function, function);
}

static void metric_definition(struct redfish_page *page, const char *path, int n)
{
	char id[24];
	snprintf(id, sizeof(id), "Supply%d", n);
	redfish_head(page, path, "MetricDefinition.v1_3_0.MetricDefinition", id);
	redfish_put(page, ",\"Units\":\"W\",\"Wildcards\":[{\"Name\":\"N\",\"Values\":[\"%d\"]}],\"MetricProperties\":[\"" SUPPLIES
	                  "/{N}/Metrics#/InputPowerWatts/Reading\"]}", n);
}

struct writer { /* of the values of one report */
	struct redfish_page *page;
	const struct redfish_service *s;
	char at[40];
	int count, left_out;
};

/* `value` in thousandths. */
static void value_once(struct writer *w, const char *id, const char *property, int64_t value)
{
	if (w->s->reports.kilo > 0)
		value /= 1000;
	redfish_put(w->page, "%s{\"MetricId\":\"%s\"", w->count++ > 0 ? "," : "", id);
	if (w->s->reports.wrong > 0)
		redfish_put(w->page, ",\"MetricProperty\":\"/redfish/v1/Chassis/2%s\"", property != NULL ? property + strlen("/redfish/v1") : "");
	else if (property != NULL)
		redfish_put(w->page, ",\"MetricProperty\":\"%s\"", property);
	redfish_put(w->page, ",\"MetricValue\":\"%" PRId64 ".%03d\",\"Timestamp\":\"%s\"}", value / 1000, (int)(value % 1000), w->at);
}

static void value(struct writer *w, const char *id, const char *property, int64_t thousandths)
{
	if (w->left_out++ < w->s->reports.lacks)
		return;
	value_once(w, id, property, thousandths);
	if (w->s->reports.twice > 0)
		value_once(w, id, property, thousandths + 1000);
}

static void report(struct redfish_page *page, const char *path, const struct redfish_service *s, const struct report_kind *kind, int64_t now_ms)
{
	int64_t every_ms = s->reports.repeat > 0 ? s->reports.repeat * 1000 : EVERY_MS, at_ms = now_ms / every_ms * every_ms;
	if (s->reports.stale > 0) /* it stopped some time ago */
		at_ms = now_ms / 3600000 * 3600000 - 3600000;
	int64_t said_ms = s->reports.ahead > 0 ? at_ms + 3600000 : at_ms;
	struct writer w = {.page = page, .s = s};
	time_t second = (time_t)(said_ms / 1000);
	struct tm tm;
	char date[24], property[128];
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", gmtime_r(&second, &tm));
	snprintf(w.at, sizeof(w.at), "%s.%03d+00:00", date, (int)(said_ms % 1000));
	int64_t watts = redfish_power(s, at_ms).watts;
	redfish_head(page, path, "MetricReport.v1_5_0.MetricReport", kind->id);
	redfish_put(page, ",\"MetricReportDefinition\":{\"@odata.id\":\"" SERVICE "/MetricReportDefinitions/%s\"},\"Timestamp\":\"%s\",\"MetricValues\":[",
	            kind->id, w.at);
	value(&w, "Machine", CHASSIS "/Sensors/S0", watts * 1000);
	value(&w, "Supply0", NULL, watts * 500);
	value(&w, "Supply1", NULL, watts * 500);
	for (int i = 0; i < 2; i++) {
		snprintf(property, sizeof(property), PROCESSORS "/CPU%d/EnvironmentMetrics#/PowerWatts/Reading", i);
		value(&w, "ProcessorWatts", property, processor_watts(s) * 1000);
		snprintf(property, sizeof(property), PROCESSORS "/CPU%d/EnvironmentMetrics#/EnergyJoules/Reading", i);
		value(&w, "ProcessorJoules", property, processor_joules(s, at_ms) * 1000);
	}
	redfish_put(page, "]}");
}

/* What stands behind `prefix` and a slash; NULL: something else. */
static const char *below(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);
	return strncmp(path, prefix, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

static const struct report_kind *kind_of(const char *id)
{
	for (size_t i = 0; id != NULL && i < KINDS; i++)
		if (strcmp(kinds[i].id, id) == 0)
			return &kinds[i];
	return NULL;
}

/* "0" or "1" and `rest`: its number; -1: something else. */
static int one_of_two(const char *text, const char *rest)
{
	return text != NULL && (text[0] == '0' || text[0] == '1') && strcmp(text + 1, rest) == 0 ? text[0] - '0' : -1;
}

static bool telemetry(struct redfish_page *page, const struct redfish_service *s, const char *path, int64_t now_ms)
{
	static const char *const metrics[] = {"Supply0", "Supply1"};
	const char *names[KINDS];
	for (size_t i = 0; i < KINDS; i++)
		names[i] = kinds[i].id;
	const struct report_kind *defined = kind_of(below(path, SERVICE "/MetricReportDefinitions")),
	                         *reported = kind_of(below(path, SERVICE "/MetricReports"));
	const char *metric = below(path, SERVICE "/MetricDefinitions");
	int n = metric != NULL && strncmp(metric, "Supply", 6) == 0 ? one_of_two(metric + 6, "") : -1;
	if (strcmp(path, SERVICE) == 0)
		service(page);
	else if (strcmp(path, SERVICE "/MetricReportDefinitions") == 0)
		links(page, path, "MetricReportDefinitionCollection.MetricReportDefinitionCollection", names, KINDS);
	else if (strcmp(path, SERVICE "/MetricReports") == 0)
		links(page, path, "MetricReportCollection.MetricReportCollection", names, KINDS);
	else if (strcmp(path, SERVICE "/MetricDefinitions") == 0)
		links(page, path, "MetricDefinitionCollection.MetricDefinitionCollection", metrics, 2);
	else if (n >= 0)
		metric_definition(page, path, n);
	else if (defined != NULL)
		definition(page, path, s, defined);
	else if (reported != NULL && !(s->reports.gone > 0))
		report(page, path, s, reported, now_ms);
	else
		return false;
	return true;
}

bool redfish_telemetry(struct redfish_page *page, const struct redfish_service *s, const char *path, int64_t now_ms)
{
	static const char *const two[] = {"0", "1"}, *const processors[] = {"CPU0", "CPU1"};
	const char *part = below(path, SUPPLIES), *core = below(path, PROCESSORS);
	if (core != NULL && strncmp(core, "CPU", 3) == 0)
		core += 3;
	if (strcmp(path, CHASSIS "/PowerSubsystem") == 0) {
		redfish_head(page, path, "PowerSubsystem.v1_1_0.PowerSubsystem", "PowerSubsystem");
		redfish_put(page, ",\"PowerSupplies\":{\"@odata.id\":\"" SUPPLIES "\"}}");
	} else if (strcmp(path, SUPPLIES) == 0)
		links(page, path, "PowerSupplyCollection.PowerSupplyCollection", two, 2);
	else if (strcmp(path, PROCESSORS) == 0)
		links(page, path, "ProcessorCollection.ProcessorCollection", processors, 2);
	else if (one_of_two(part, "") >= 0)
		supply(page, path, s, one_of_two(part, ""));
	else if (one_of_two(part, "/Metrics") >= 0)
		supply_metrics(page, path, s, now_ms);
	else if (one_of_two(core, "") >= 0)
		processor(page, path, one_of_two(core, ""));
	else if (one_of_two(core, "/EnvironmentMetrics") >= 0)
		processor_metrics(page, path, s, now_ms);
	else
		return telemetry(page, s, path, now_ms);
	return true;
}
