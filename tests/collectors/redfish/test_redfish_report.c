/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "deputy.h"
#include "report.h"
#include "tree.h"
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *parsed(const char *text)
{
	struct hwatt_error err;
	json_t *json = tree_parse(text, strlen(text), &err);
	if (json == NULL)
		fail_msg("%s", err.text);
	return json;
}

/* --- times and properties ---------------------------------------------------------------------------------------- */

static int64_t moment(const char *text)
{
	int64_t ms = -1;
	return report_moment(text, &ms) ? ms : -1;
}

static int64_t span(const char *text)
{
	int64_t ms = -1;
	return report_span(text, &ms) ? ms : -1;
}

static void times_are_read_with_their_offsets(void **state)
{
	(void)state;
	assert_int_equal(moment("1970-01-01T00:00:00Z"), 0);
	assert_int_equal(moment("2026-06-29T08:05:14.122+00:00"), INT64_C(1782720314122));
	assert_int_equal(moment("2026-06-29T10:05:14.122+02:00"), INT64_C(1782720314122));
	assert_int_equal(moment("2026-06-29T02:35:14.1229999-0530"), INT64_C(1782720314122));
	assert_int_equal(moment("2024-02-29T23:59:59"), INT64_C(1709251199000));
	const char *const bad[] = { "", "2026", "2026-13-01T00:00:00Z", "2026-06-29T08:05", "2026-06-29T08:05:14Zulu", "2026-06-29T08:05:14+99:00",
				    "-026-06-29T08:05:14Z", "yesterday" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(moment(bad[i]), -1);
	assert_int_equal(span("PT60S"), 60000);
	assert_int_equal(span("P0DT0H1M30.25S"), 90250);
	assert_int_equal(span("P1D"), 86400000);
	assert_int_equal(span("PT1.000S"), 1000);
	const char *const no[] = { "", "60", "P", "PT", "P1Y", "P1M", "PT1D", "PT1.5M", "PT99999999999999999999S", "PT1S1M" };
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_int_equal(span(no[i]), -1);
}

static void properties_have_one_way_of_writing(void **state)
{
	(void)state;
	char out[REPORT_PROPERTY_MAX], longest[400];
	assert_true(report_property("/redfish/v1/Chassis/1/Sensors/S0", out));
	assert_string_equal(out, "/redfish/v1/Chassis/1/Sensors/S0#/Reading");
	assert_true(report_property("/c/1/Power#PowerControl/0/PowerConsumedWatts", out));
	assert_string_equal(out, "/c/1/Power#/PowerControl/0/PowerConsumedWatts");
	assert_true(report_property("/c/1/Power/#/PowerControl/0/PowerConsumedWatts", out));
	assert_string_equal(out, "/c/1/Power#/PowerControl/0/PowerConsumedWatts");
	assert_false(report_property("", out));
	assert_false(report_property("#/Reading", out));
	assert_false(report_property("https://x/y", out));
	memset(longest, 'a', sizeof(longest) - 1);
	longest[0] = '/';
	longest[sizeof(longest) - 1] = '\0';
	assert_false(report_property(longest, out));
}

/* --- definitions ------------------------------------------------------------------------------------------------- */

static const char *refused(const char *text)
{
	struct definition d = { 0 };
	json_t *json = parsed(text);
	definition_read(&d, json, 10000);
	const char *why = d.why;
	assert_true(d.usable == (why == NULL));
	definition_free(&d);
	json_decref(json);
	return why;
}

static void only_what_is_made_as_often_as_polled_is_usable(void **state)
{
	(void)state;
	assert_null(refused("{\"MetricReportDefinitionType\":\"Periodic\",\"Schedule\":{\"RecurrenceInterval\":\"PT10S\"}}"));
	assert_null(refused("{\"Schedule\":{\"RecurrenceInterval\":\"PT1S\"},\"Status\":{\"State\":\"Enabled\"},\"MetricReportDefinitionEnabled\":true}"));
	assert_null(refused("{\"MetricReportDefinitionType\":\"OnRequest\"}"));
	assert_non_null(refused("{\"MetricReportDefinitionType\":\"Periodic\",\"Schedule\":{\"RecurrenceInterval\":\"PT11S\"}}"));
	assert_non_null(refused("{\"MetricReportDefinitionType\":\"Periodic\"}"));
	assert_non_null(refused("{\"MetricReportDefinitionType\":\"OnChange\"}"));
	assert_non_null(refused("{\"MetricReportDefinitionType\":\"OnRequest\",\"MetricReportDefinitionEnabled\":false}"));
	assert_non_null(refused("{\"MetricReportDefinitionType\":\"OnRequest\",\"Status\":{\"State\":\"Disabled\"}}"));
	assert_non_null(refused("{\"Schedule\":{\"RecurrenceInterval\":\"PT1S\"},\"ReportActions\":[\"RedfishEvent\"]}"));
	assert_null(refused("{\"Schedule\":{\"RecurrenceInterval\":\"PT1S\"},\"ReportActions\":[\"RedfishEvent\",\"LogToMetricReportsCollection\"]}"));
}

static const char wild[] =
	"{\"Id\":\"D\",\"MetricReportDefinitionType\":\"OnRequest\",\"Wildcards\":[{\"Name\":\"C\",\"Values\":[\"1\",\"2\"]},{\"Name\":\"P\",\"Keys\":[\"A\",\"B\"]}],"
	"\"MetricProperties\":[\"/c/{C}/{P}#/x\"],\"Metrics\":[{\"MetricId\":\"One\",\"MetricProperties\":[\"/s/1\"]},{\"MetricId\":\"Two\"},"
	"{\"MetricId\":\"Mean\",\"MetricProperties\":[\"/s/2\"],\"CollectionFunction\":\"Average\",\"CollectionTimeScope\":\"Interval\"},"
	"{\"MetricId\":\"Now\",\"MetricProperties\":[\"/s/3\"],\"CollectionFunction\":\"Average\",\"CollectionTimeScope\":\"Point\"}]}";

static void wildcards_stand_for_all_their_values(void **state)
{
	(void)state;
	struct definition d = { 0 };
	json_t *json = parsed(wild);
	definition_read(&d, json, 10000);
	assert_false(d.open);
	const char *const has[] = { "/c/1/A#/x", "/c/2/B#/x", "/s/1#/Reading", "/s/3#/Reading" };
	for (size_t i = 0; i < 4; i++)
		assert_true(definition_may_have(&d, has[i]));
	assert_true(definition_may_have(&d, "/s/9#/Reading")); /* as long as nobody said what Two is */
	json_t *metric = parsed("{\"Id\":\"Two\",\"MetricProperties\":[\"/t/{N}\"],\"Wildcards\":[{\"Name\":\"N\",\"Values\":[\"7\"]}]}");
	definition_add_metric(&d, metric);
	json_decref(metric);
	json_decref(json);
	definition_free(&d);
	json = parsed("{\"MetricReportDefinitionType\":\"OnRequest\",\"MetricProperties\":[\"/c/{C}#/x\"],\"Wildcards\":[{\"Name\":\"C\",\"Values\":[\"*\"]}]}");
	definition_read(&d, json, 10000);
	assert_true(d.open);
	definition_free(&d);
	json_decref(json);
}

/* --- values ------------------------------------------------------------------------------------------------------ */

struct given {
	struct definition d;
	struct report report;
};

static void read_given(struct given *g, const char *definition, const char *values)
{
	char text[4000];
	*g = (struct given){ .d = { 0 } };
	json_t *json = definition != NULL ? parsed(definition) : NULL;
	if (json != NULL)
		definition_read(&g->d, json, 10000);
	json_decref(json);
	snprintf(text, sizeof(text), "{\"Timestamp\":\"2026-06-29T08:05:00Z\",\"MetricValues\":[%s]}", values);
	json = parsed(text);
	report_read(&g->report, &g->d, json);
	json_decref(json);
}

static void drop_given(struct given *g)
{
	definition_free(&g->d);
	report_free(&g->report);
}

#define T1 "\"Timestamp\":\"2026-06-29T08:05:01Z\""
#define T2 "\"Timestamp\":\"2026-06-29T08:05:02Z\""

static void of_several_values_the_newest_counts(void **state)
{
	(void)state;
	struct given g;
	read_given(&g, wild,
		   "{\"MetricProperty\":\"/s/1\",\"MetricValue\":\"10\"," T1 "},{\"MetricProperty\":\"/s/1\",\"MetricValue\":\"12.5\"," T2 "},"
		   "{\"MetricProperty\":\"/s/1\",\"MetricValue\":\"10\"," T1 "},{\"MetricProperty\":\"/c/1/A#/x\",\"MetricValue\":\"1\"," T2 "},"
		   "{\"MetricProperty\":\"/c/1/A#/x\",\"MetricValue\":\"2\"," T2 "},{\"MetricProperty\":\"/c/1/B#/x\",\"MetricValue\":\"3\"}");
	const struct metric_value *value = report_find(&g.report, "/s/1#/Reading");
	assert_non_null(value);
	assert_true(json_number_value(value->number) > 12.4 && json_number_value(value->number) < 12.6);
	assert_int_equal(value->at_ms, moment("2026-06-29T08:05:02Z"));
	assert_null(report_find(&g.report, "/c/1/A#/x")); /* two at once */
	value = report_find(&g.report, "/c/1/B#/x");
	assert_int_equal(value->at_ms, moment("2026-06-29T08:05:00Z")); /* the report's own time */
	drop_given(&g);
}

static void what_is_no_value_of_now_is_left_out(void **state)
{
	(void)state;
	struct given g;
	read_given(&g, wild,
		   "{\"MetricProperty\":\"/s/1\",\"MetricValue\":\"nan\"," T1 "},{\"MetricProperty\":\"/s/1\",\"MetricValue\":\"\"," T1 "},"
		   "{\"MetricProperty\":\"/s/1\",\"MetricValue\":null," T1 "},{\"MetricProperty\":\"/s/1\",\"MetricValue\":\"5\",\"Timestamp\":\"?\"},"
		   "{\"MetricProperty\":\"/s/1\",\"MetricValue\":\"5\"," T1 ",\"Oem\":{\"Nvidia\":{\"MetricValueStale\":true}}},"
		   "{\"MetricId\":\"Mean\",\"MetricValue\":\"5\"," T1 "},{\"MetricId\":\"Mean\",\"MetricProperty\":\"/s/1\",\"MetricValue\":\"5\"," T1 "},"
		   "{\"MetricProperty\":\"/s/2\",\"MetricValue\":\"5\"," T1 "},{\"MetricId\":\"Nobody\",\"MetricValue\":\"5\"," T1 "},{},7");
	assert_int_equal(g.report.count, 0);
	drop_given(&g);
	read_given(&g, wild, "{\"MetricId\":\"One\",\"MetricValue\":\"5\"," T1 "},{\"MetricId\":\"Now\",\"MetricValue\":6," T1 "}");
	assert_non_null(report_find(&g.report, "/s/1#/Reading"));
	assert_non_null(report_find(&g.report, "/s/3#/Reading"));
	drop_given(&g);
}

/* Without a definition nobody says whether a named metric is a mean. */
static void without_a_definition_only_plain_properties_count(void **state)
{
	(void)state;
	struct given g;
	read_given(&g, NULL,
		   "{\"MetricProperty\":\"/s/1\",\"MetricValue\":\"5\"," T1 "},{\"MetricId\":\"X\",\"MetricProperty\":\"/s/2\",\"MetricValue\":\"5\"," T1 "},"
		   "{\"MetricProperty\":\"/s/3\",\"MetricDefinition\":{\"@odata.id\":\"/d\"},\"MetricValue\":\"5\"," T1 "}");
	assert_int_equal(g.report.count, 1);
	assert_non_null(report_find(&g.report, "/s/1#/Reading"));
	drop_given(&g);
}

/* --- standing in ------------------------------------------------------------------------------------------------- */

#define RESOURCES 3

struct bench { /* three sensors of a BMC and a report of them */
	struct walk walk;
	struct row rows[RESOURCES];
	char texts[RESOURCES][2][64];
	struct deputies *deputies;
	int64_t now_ms;
	size_t filled[RESOURCES];
	double last[RESOURCES];
	bool trapped;
};

static void set_up(struct bench *b)
{
	*b = (struct bench){ .now_ms = 5000 };
	b->walk.items = hwatt_alloc(RESOURCES * sizeof(*b->walk.items));
	b->walk.count = b->walk.capacity = RESOURCES;
	for (size_t i = 0; i < RESOURCES; i++) {
		snprintf(b->texts[i][0], sizeof(b->texts[i][0]), "/s/%zu", i);
		snprintf(b->texts[i][1], sizeof(b->texts[i][1]), "/s/%zu#/Reading", i);
		b->walk.items[i] = (struct resource){ .path = hwatt_strdup(b->texts[i][0]), .kind = KIND_SENSOR, .tier = TIER_POWER, .reads = 1,
						      .label = hwatt_strdup("") };
		b->rows[i] = (struct row){ .role = HWATT_PSU, .quantity = HWATT_ACTIVE_POWER, .kind = KIND_SENSOR, .declared = true, .index = b->texts[i][0],
					   .key = b->texts[i][1], .resource = i, .read = 1, .point = (int)i };
	}
	b->deputies = deputies_new("/t", 1000);
}

static struct deputy_view view_of(struct bench *b)
{
	return (struct deputy_view){ .walk = &b->walk, .rows = b->rows, .row_count = RESOURCES, .now_ms = b->now_ms };
}

static void on_fill(void *arg, size_t resource, const json_t *document)
{
	struct bench *b = arg;
	b->filled[resource]++;
	b->last[resource] = json_number_value(json_object_get(document, "Reading"));
	b->rows[resource].given = b->trapped;
}

static void answer(struct bench *b, const char *path, const char *text)
{
	const char *asked = deputies_next(b->deputies, true);
	if (asked == NULL || strcmp(asked, path) != 0)
		fail_msg("it asks for %s, not %s", asked != NULL ? asked : "nothing", path);
	struct deputy_view view = view_of(b);
	json_t *json = parsed(text);
	deputies_take(b->deputies, &view, json, on_fill, b);
	json_decref(json);
}

static void survey(struct bench *b, const char *definition)
{
	answer(b, "/t", "{\"Id\":\"T\",\"MetricReports\":{\"@odata.id\":\"/t/r\"},\"MetricReportDefinitions\":{\"@odata.id\":\"/t/d\"}}");
	answer(b, "/t/d", "{\"Members\":[{\"@odata.id\":\"/t/d/P\"}]}");
	answer(b, "/t/d/P", definition);
	answer(b, "/t/r", "{\"Members\":[{\"@odata.id\":\"/t/r/P\"},{\"@odata.id\":\"/t/r/Q\"}]}");
}

static const char periodic[] = "{\"Id\":\"P\",\"MetricReportDefinitionType\":\"Periodic\",\"Schedule\":{\"RecurrenceInterval\":\"PT1S\"},"
			       "\"MetricProperties\":[\"/s/0\",\"/s/1\",\"/s/2\"]}";

/* The report made `second` seconds after the hour, with the values of the first `count` sensors; a poll then reads what is wanted. */
static void poll_report(struct bench *b, int second, int count)
{
	char text[1000];
	int n = snprintf(text, sizeof(text), "{\"Timestamp\":\"2026-06-29T08:00:%02dZ\",\"MetricValues\":[", second);
	for (int i = 0; i < count; i++)
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s{\"MetricProperty\":\"/s/%d\",\"MetricValue\":\"%d.5\"}", i > 0 ? "," : "", i, 100 + second);
	snprintf(text + n, sizeof(text) - (size_t)n, "]}");
	b->now_ms += 1000;
	for (size_t i = 0; i < RESOURCES; i++)
		b->walk.items[i].wanted = b->walk.items[i].stencil == NULL;
	memset(b->filled, 0, sizeof(b->filled));
	deputies_begin(b->deputies, b->now_ms);
	answer(b, "/t/r/P", text);
	struct deputy_view view = view_of(b);
	for (size_t i = 0; i < RESOURCES; i++) {
		if (!b->walk.items[i].wanted || b->walk.items[i].deputy == 0)
			continue;
		json_t *json = parsed("{\"Reading\":1,\"Thresholds\":{\"UpperCritical\":{\"Reading\":9}}}");
		deputies_keep(&view, i, json);
		json_decref(json);
	}
}

static size_t filled(const struct bench *b)
{
	size_t sum = 0;
	for (size_t i = 0; i < RESOURCES; i++)
		sum += b->filled[i];
	return sum;
}

static void tear_down(struct bench *b)
{
	deputies_free(b->deputies, &b->walk);
	walk_free(&b->walk);
}

static void a_report_stands_in_once_it_was_seen_to_be_made_anew(void **state)
{
	(void)state;
	struct bench b;
	set_up(&b);
	survey(&b, periodic);
	assert_null(deputies_news(b.deputies).path);
	poll_report(&b, 1, 3);
	poll_report(&b, 1, 3); /* the same again */
	assert_null(deputies_news(b.deputies).path);
	poll_report(&b, 3, 3);
	assert_int_equal(deputies_news(b.deputies).requests, 3);
	assert_int_equal(filled(&b), 0); /* each is read once more, for the values to be filled in */
	poll_report(&b, 4, 3);
	assert_int_equal(filled(&b), 3);
	assert_true(b.last[2] > 104.4 && b.last[2] < 104.6);
	assert_null(json_object_get(b.walk.items[0].stencil, "Thresholds"));
	assert_int_equal(deputies_saved(b.deputies), 2);
	poll_report(&b, 4, 3); /* repeated: no value */
	assert_int_equal(filled(&b), 0);
	assert_true(b.walk.items[0].wanted && b.walk.items[1].wanted && b.walk.items[2].wanted);
	poll_report(&b, 6, 2); /* one is missing */
	assert_true(!b.walk.items[0].wanted && !b.walk.items[1].wanted && b.walk.items[2].wanted);
	tear_down(&b);
}

static void a_report_that_is_late_or_trapped_is_dismissed(void **state)
{
	(void)state;
	struct bench b;
	set_up(&b);
	survey(&b, periodic);
	for (int i = 1; i <= 4; i++)
		poll_report(&b, i, 3);
	assert_int_equal(filled(&b), 3);
	deputies_news(b.deputies);
	b.trapped = true; /* the decoder finds no value in it */
	for (int i = 5; i <= 7; i++) {
		assert_null(deputies_news(b.deputies).path);
		poll_report(&b, i, 3);
	}
	struct deputy_news news = deputies_news(b.deputies);
	assert_true(news.path != NULL && news.requests == 0);
	for (size_t i = 0; i < RESOURCES; i++)
		assert_true(b.walk.items[i].wanted && b.walk.items[i].stencil == NULL);
	assert_null(deputies_next(b.deputies, true)); /* not before half an hour is over */
	tear_down(&b);
	set_up(&b);
	survey(&b, periodic);
	for (int i = 1; i <= 4; i++)
		poll_report(&b, i, 3);
	b.now_ms += 20000; /* the report is made, but of long ago */
	poll_report(&b, 5, 3);
	assert_int_equal(filled(&b), 0);
	tear_down(&b);
}

static void what_would_save_nothing_is_not_asked_for(void **state)
{
	(void)state;
	struct bench b;
	set_up(&b);
	survey(&b, "{\"Id\":\"P\",\"MetricReportDefinitionType\":\"OnRequest\",\"MetricProperties\":[\"/s/1\",\"/x/1\",\"/x/2\"]}");
	deputies_begin(b.deputies, b.now_ms);
	assert_null(deputies_next(b.deputies, true));
	tear_down(&b);
	set_up(&b);
	answer(&b, "/t", "{\"Id\":\"T\",\"ServiceEnabled\":false,\"MetricReports\":{\"@odata.id\":\"/t/r\"}}");
	assert_null(deputies_next(b.deputies, true));
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_read_with_their_offsets),
		cmocka_unit_test(properties_have_one_way_of_writing),
		cmocka_unit_test(only_what_is_made_as_often_as_polled_is_usable),
		cmocka_unit_test(wildcards_stand_for_all_their_values),
		cmocka_unit_test(of_several_values_the_newest_counts),
		cmocka_unit_test(what_is_no_value_of_now_is_left_out),
		cmocka_unit_test(without_a_definition_only_plain_properties_count),
		cmocka_unit_test(a_report_stands_in_once_it_was_seen_to_be_made_anew),
		cmocka_unit_test(a_report_that_is_late_or_trapped_is_dismissed),
		cmocka_unit_test(what_would_save_nothing_is_not_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
