/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "amount.h"
#include "decode.h"
#include "settle.h"
#include "tree.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- amounts ----------------------------------------------------------------------------------------------------- */

static int64_t scaled(const char *text, int64_t times, int64_t divide)
{
	struct amount a;
	int64_t out;
	assert_true(amount_parse(text, &a));
	assert_true(amount_scale(a, times, divide, &out));
	return out;
}

static void numbers_become_fixed_units_without_a_double(void **state)
{
	(void)state;
	assert_int_equal(scaled("1355.398772", 1000, 1), 1355399);
	assert_int_equal(scaled("0.1", 1000000, 1), 100000);
	assert_int_equal(scaled("0.5", 1, 1), 1);   /* half goes away from zero */
	assert_int_equal(scaled("-0.5", 1, 1), -1);
	assert_int_equal(scaled("2.5e-1", 1000, 1), 250);
	assert_int_equal(scaled("1e3", 1000, 1), 1000000);
	assert_int_equal(scaled("7855", INT64_C(3600000000), 1), INT64_C(28278000000000));
	assert_int_equal(scaled("9007199254740993", 1, 1), INT64_C(9007199254740993)); /* beyond what a double holds */
	assert_int_equal(scaled("91", 1000000, 100), 910000);
}

static void what_is_no_number_is_none(void **state)
{
	(void)state;
	const char *const bad[] = { "", "-", ".", "1.2.3", "12W", "0x10", "nan", "1e", "1e999", " 1", "1 " };
	struct amount a;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (amount_parse(bad[i], &a))
			fail_msg("\"%s\" was taken for a number", bad[i]);
}

static void what_does_not_fit_is_refused(void **state)
{
	(void)state;
	struct amount a;
	int64_t out;
	assert_true(amount_parse("99999999999999999999", &a));
	assert_false(amount_scale(a, 1, 1, &out));
	assert_true(amount_parse("1e38", &a));
	assert_false(amount_scale(a, INT64_MAX, 1, &out));
	assert_true(amount_parse("1e-60", &a));
	assert_true(amount_scale(a, 1000, 1, &out));
	assert_int_equal(out, 0);
}

/* --- documents --------------------------------------------------------------------------------------------------- */

static bool parses(const char *text)
{
	struct hwatt_error err;
	json_t *json = tree_parse(text, strlen(text), &err);
	bool good = json != NULL;
	json_decref(json);
	return good;
}

static void documents_are_bounded(void **state)
{
	(void)state;
	char deep[2 * TREE_MAX_DEPTH + 32] = "{\"a\":";
	for (int i = 0; i < TREE_MAX_DEPTH; i++)
		strcat(deep, "[");
	assert_true(parses("{}"));
	assert_true(parses("\xef\xbb\xbf{\"a\":\"[[[[\"}"));
	assert_false(parses(deep));
	assert_false(parses("[]"));
	assert_false(parses("{\"a\":1"));
	size_t size = TREE_MAX_PARTS * 2 + 64;
	char *many = calloc(1, size);
	strcpy(many, "{\"a\":[");
	memset(many + 6, ',', size - 8);
	assert_false(parses(many));
	free(many);
}

/* All bits set is what some say for "unknown": it spoils itself, not the document around it. */
static void a_number_that_is_too_big_is_the_only_one_lost(void **state)
{
	(void)state;
	struct hwatt_error err;
	const char *text = "{\"PowerControl\":[{\"PowerConsumedWatts\":344,\"PowerCapacityWatts\":18446744073709551615}]}";
	json_t *json = tree_parse(text, strlen(text), &err);
	assert_non_null(json);
	struct amount a;
	int64_t out = 0;
	assert_true(amount_read(tree_at(json, "/PowerControl/0/PowerConsumedWatts"), &a) && amount_scale(a, 1000, 1, &out));
	assert_int_equal(out, 344000);
	json_decref(json);
}

static bool links(const char *path, const char *to)
{
	char out[TREE_PATH_MAX];
	json_t *link = json_pack("{s:s}", "@odata.id", path);
	bool good = tree_link(link, out);
	json_decref(link);
	return good && strcmp(out, to) == 0;
}

static bool refuses(const char *path)
{
	char out[TREE_PATH_MAX];
	json_t *link = json_string(path);
	bool good = tree_link(link, out);
	json_decref(link);
	return !good;
}

static void links_stay_on_their_host(void **state)
{
	(void)state;
	assert_true(links("/redfish/v1/Chassis/1/Power#/PowerControl/0", "/redfish/v1/Chassis/1/Power"));
	assert_true(links("/redfish/v1/", "/redfish/v1"));
	assert_true(links("/redfish/v1/iDRAC.Embedded.1%23Fan", "/redfish/v1/iDRAC.Embedded.1%23Fan"));
	assert_true(refuses("https://192.0.2.1/redfish/v1"));
	assert_true(refuses("//192.0.2.1/redfish/v1"));
	assert_true(refuses("redfish/v1"));
	assert_true(refuses("/redfish/v1\r\nX-Evil: 1"));
	assert_true(refuses("/red fish"));
	assert_true(refuses(""));
}

/* --- findings ---------------------------------------------------------------------------------------------------- */

#define MOST 32

struct found {
	struct finding items[MOST];
	size_t count, notes;
};

static void collect(void *arg, const struct finding *f)
{
	struct found *found = arg;
	if (f->note != NULL)
		found->notes++;
	else if (found->count < MOST)
		found->items[found->count++] = *f;
}

static struct found decoded(enum kind kind, const char *text, struct rule_list profile)
{
	struct found found = { .count = 0 };
	struct hwatt_error err;
	const struct decode d = { .profile = profile, .emit = collect, .arg = &found };
	const struct place place = { .path = "/r/X", .prefix = "", .label = "X" };
	json_t *json = tree_parse(text, strlen(text), &err);
	if (json == NULL)
		fail_msg("%s", err.text);
	decode_resource(&d, kind, &place, "/r/X", "", json);
	json_decref(json);
	return found;
}

static const struct rule_list no_profile;

static void a_power_control_is_the_total_and_zero_is_none(void **state)
{
	(void)state;
	struct found f = decoded(KIND_POWER, "{\"PowerControl\":[{\"PowerConsumedWatts\":344.25,\"Status\":{\"State\":\"Disabled\"}}]}", no_profile);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.items[0].value, 344250);
	assert_int_equal(f.items[0].how, HOW_TOTAL_CONTROL);
	assert_string_equal(f.items[0].index, "total");
	assert_string_equal(f.items[0].source, "/r/X#/PowerControl/0/PowerConsumedWatts");
	f = decoded(KIND_POWER, "{\"PowerControl\":[{\"PowerConsumedWatts\":0}]}", no_profile);
	assert_int_equal(f.count, 0);
	assert_int_equal(f.notes, 1);
	f = decoded(KIND_POWER, "{\"PowerControl\":[{\"PowerConsumedWatts\":null},{\"PowerConsumedWatts\":\"high\"},{}]}", no_profile);
	assert_int_equal(f.count + f.notes, 0);
}

static void the_lifetime_register_goes_before_the_resettable_one(void **state)
{
	(void)state;
	struct found f = decoded(KIND_OUTLET, "{\"EnergykWh\":{\"Reading\":1.5,\"LifetimeReading\":100.25,\"SensorResetTime\":\"t\"}}", no_profile);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.items[0].value, INT64_C(100250) * HWATT_MJ_PER_WH);
	assert_int_equal(f.items[0].stamp, 0);
	assert_string_equal(f.items[0].source, "/r/X#/EnergykWh/LifetimeReading");
	struct found a = decoded(KIND_OUTLET, "{\"EnergykWh\":{\"Reading\":1.5,\"SensorResetTime\":\"2026-01-01\"}}", no_profile);
	struct found b = decoded(KIND_OUTLET, "{\"EnergykWh\":{\"Reading\":0.1,\"SensorResetTime\":\"2026-02-01\"}}", no_profile);
	assert_true(a.items[0].stamp != 0 && a.items[0].stamp != b.items[0].stamp);
}

static void fans_in_per_cent_are_no_speeds(void **state)
{
	(void)state;
	struct found f = decoded(KIND_THERMAL,
				 "{\"Fans\":[{\"Reading\":40,\"ReadingUnits\":\"RPM\"},{\"Reading\":4000,\"ReadingUnits\":\"Percent\"},"
				 "{\"Reading\":4000,\"ReadingUnits\":\"RPM\"}]}", no_profile);
	assert_int_equal(f.count, 1);
	assert_int_equal(f.items[0].value, 4000000);
}

static void a_profile_takes_a_rating_away_and_scales_what_it_names(void **state)
{
	(void)state;
	const struct rule rows[] = {
		{ .kind = KIND_POWER, .pointer = "/PowerSupplies/*/PowerInputWatts", .role = HWATT_PSU, .quantity = HWATT_ACTIVE_POWER,
		  .ignore = true, .unless_below = "/Rated", .scale_micro = HWATT_PPM, .divide_micro = HWATT_PPM, .index = "" },
		{ .kind = KIND_POWER, .pointer = "/Oem/X/Centiwatts", .role = HWATT_SENSOR, .quantity = HWATT_ACTIVE_POWER,
		  .measure = MEASURE_SCALED, .scale_micro = 10000, .divide_micro = HWATT_PPM, .index = "oem", .unless_below = "" },
	};
	const struct rule_list profile = { 2, rows };
	struct found f = decoded(KIND_POWER, "{\"PowerSupplies\":[{\"PowerInputWatts\":900,\"Rated\":750},{\"PowerInputWatts\":210,\"Rated\":750}],"
					     "\"Oem\":{\"X\":{\"Centiwatts\":12345}}}", profile);
	assert_int_equal(f.count, 2);
	assert_int_equal(f.notes, 1);
	assert_int_equal(f.items[0].value, 210000);
	assert_int_equal(f.items[1].value, 123450);
	assert_string_equal(f.items[1].index, "oem");
}

/* --- choice ------------------------------------------------------------------------------------------------------ */

static struct row make_row(enum hwatt_role role, enum how how, enum kind kind, const char *index, int64_t value)
{
	static unsigned number;
	char key[32];
	snprintf(key, sizeof(key), "/r/%u#/x", number++);
	return (struct row){ .role = role, .quantity = HWATT_ACTIVE_POWER, .how = how, .kind = kind, .index = hwatt_strdup(index),
			     .name = hwatt_strdup(""), .key = hwatt_strdup(key), .source = hwatt_strdup(key), .value = value, .point = -1 };
}

static void drop(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(rows[i].index);
		free(rows[i].name);
		free(rows[i].key);
		free(rows[i].source);
		free(rows[i].via);
	}
}

static void of_two_totals_the_better_one_counts(void **state)
{
	(void)state;
	struct row rows[] = { make_row(HWATT_CHASSIS, HOW_TOTAL_CONTROL, KIND_POWER, "1.total", 344),
			      make_row(HWATT_CHASSIS, HOW_TOTAL_ENVIRONMENT, KIND_ENVIRONMENT, "1.total", 374),
			      make_row(HWATT_CHASSIS, HOW_TOTAL_CONTROL, KIND_POWER, "1.total", 1) };
	settle(rows, 3);
	assert_true(rows[0].alternative && !rows[1].alternative && rows[2].alternative);
	assert_string_equal(rows[1].index, "total");
	drop(rows, 3);
}

static void what_was_declared_stays_the_chosen_one(void **state)
{
	(void)state;
	struct row rows[] = { make_row(HWATT_CHASSIS, HOW_TOTAL_CONTROL, KIND_POWER, "total", 344),
			      make_row(HWATT_CHASSIS, HOW_TOTAL_ENVIRONMENT, KIND_ENVIRONMENT, "total", 374) };
	rows[0].declared = true;
	settle(rows, 2);
	assert_true(!rows[0].alternative && rows[1].alternative);
	drop(rows, 2);
}

static void totals_of_two_places_are_told_apart(void **state)
{
	(void)state;
	struct row rows[] = { make_row(HWATT_CHASSIS, HOW_TOTAL_CONTROL, KIND_POWER, "A.total", 1),
			      make_row(HWATT_CHASSIS, HOW_TOTAL_CONTROL, KIND_POWER, "B.total", 2) };
	rows[1].place = 1;
	settle(rows, 2);
	assert_true(!rows[0].alternative && !rows[1].alternative);
	assert_string_equal(rows[0].index, "A.total");
	drop(rows, 2);
}

static void of_a_supply_the_input_counts_and_only_one_tree(void **state)
{
	(void)state;
	struct row rows[] = { make_row(HWATT_PSU, HOW_SUPPLY_OUTPUT, KIND_POWER, "0", 90), make_row(HWATT_PSU, HOW_SUPPLY_INPUT, KIND_POWER, "0", 100),
			      make_row(HWATT_PSU, HOW_SUPPLY_OUTPUT, KIND_POWER, "1", 80) };
	settle(rows, 3);
	assert_true(rows[0].alternative && !rows[1].alternative && !rows[2].alternative);
	drop(rows, 3);
	struct row trees[] = { make_row(HWATT_PSU, HOW_SUPPLY_INPUT, KIND_POWER, "0", 100),
			       make_row(HWATT_PSU, HOW_SUPPLY_INPUT, KIND_SUPPLY_METRICS, "Bay1", 101) };
	settle(trees, 2);
	assert_true(trees[0].alternative && !trees[1].alternative);
	drop(trees, 2);
}

static void supplies_that_repeat_the_total_do_not_count(void **state)
{
	(void)state;
	struct row rows[] = { make_row(HWATT_CHASSIS, HOW_TOTAL_CONTROL, KIND_POWER, "total", 779),
			      make_row(HWATT_PSU, HOW_SUPPLY_OUTPUT, KIND_POWER, "0", 779), make_row(HWATT_PSU, HOW_SUPPLY_OUTPUT, KIND_POWER, "1", 779) };
	settle(rows, 3);
	assert_true(rows[1].alternative && rows[1].repeats && rows[2].alternative && !rows[0].alternative);
	drop(rows, 3);
	struct row halves[] = { make_row(HWATT_CHASSIS, HOW_TOTAL_CONTROL, KIND_POWER, "total", 150),
				make_row(HWATT_PSU, HOW_SUPPLY_OUTPUT, KIND_POWER, "0", 75), make_row(HWATT_PSU, HOW_SUPPLY_OUTPUT, KIND_POWER, "1", 75) };
	settle(halves, 3);
	assert_true(!halves[1].alternative && !halves[2].alternative && !halves[1].repeats);
	drop(halves, 3);
}

static void a_quoted_sensor_is_not_counted_twice(void **state)
{
	(void)state;
	struct row rows[] = { make_row(HWATT_SENSOR, HOW_PLAIN, KIND_SENSOR, "GPU_0", 232), make_row(HWATT_SENSOR, HOW_PLAIN, KIND_PROCESSOR_ENVIRONMENT, "GPU_0", 231) };
	free(rows[0].key);
	rows[0].key = hwatt_strdup("/r/Sensors/GPU_0_Power#/Reading");
	rows[1].via = hwatt_strdup("/r/Sensors/GPU_0_Power");
	settle(rows, 2);
	assert_true(!rows[0].alternative && rows[1].alternative);
	drop(rows, 2);
}

/* A null, or a slow service: the output came with the first poll, the input, another tree or the total later. */
static void what_comes_later_is_not_counted_beside_what_counts(void **state)
{
	(void)state;
	struct row rows[] = { make_row(HWATT_PSU, HOW_SUPPLY_OUTPUT, KIND_POWER, "0", 90), make_row(HWATT_PSU, HOW_SUPPLY_INPUT, KIND_POWER, "0", 100),
			      make_row(HWATT_PSU, HOW_SUPPLY_INPUT, KIND_SUPPLY_METRICS, "Bay1", 101) };
	rows[0].declared = true;
	settle(rows, 3);
	assert_true(!rows[0].alternative && rows[1].alternative && rows[2].alternative);
	drop(rows, 3);
	struct row mains[] = { make_row(HWATT_INLET, HOW_MAINS, KIND_MAINS, "A", 500),
			       make_row(HWATT_INLET, HOW_TOTAL_ENVIRONMENT, KIND_PDU_METRICS, "total", 500) };
	mains[0].declared = true;
	settle(mains, 2);
	assert_true(!mains[0].alternative && mains[1].alternative);
	drop(mains, 2);
}

static void three_of_one_name_get_three_places(void **state)
{
	(void)state;
	struct row rows[] = { make_row(HWATT_PSU, HOW_SUPPLY_OUTPUT, KIND_POWER, "PSU", 1), make_row(HWATT_PSU, HOW_SUPPLY_OUTPUT, KIND_POWER, "PSU", 2),
			      make_row(HWATT_PSU, HOW_SUPPLY_OUTPUT, KIND_POWER, "PSU", 3), make_row(HWATT_PSU, HOW_SUPPLY_OUTPUT, KIND_POWER, "PSU#3", 4) };
	for (size_t i = 0; i < 4; i++)
		rows[i].place = i; /* of chassis without names */
	rows[3].declared = true;
	settle(rows, 4);
	assert_string_equal(rows[0].index, "PSU");
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(rows[i].index, rows[k].index);
	drop(rows, 4);
}

static int by_place_name(const void *a, const void *b)
{
	const struct row *one = a, *other = b;
	if (one->alternative != other->alternative)
		return one->alternative ? 1 : -1;
	if (one->role != other->role)
		return one->role < other->role ? -1 : 1;
	return strcmp(one->index, other->index);
}

/* A service with as many rows as there may be costs milliseconds, not the seconds that comparing each with each takes. */
static void as_many_rows_as_there_may_be_settle_at_once(void **state)
{
	(void)state;
	const size_t count = 20000;
	struct row *rows = hwatt_alloc(count * sizeof(*rows));
	for (size_t i = 0; i < count; i++) {
		rows[i] = make_row(i % 2 ? HWATT_PSU : HWATT_CHASSIS, i % 2 ? HOW_SUPPLY_INPUT : HOW_TOTAL_CONTROL,
				   i % 4 < 2 ? KIND_POWER : KIND_SENSOR, "same", 7 + (int64_t)i % 3);
		rows[i].place = i / 4;
		rows[i].via = hwatt_strdup("/redfish/v1/Chassis/1/Sensors/T");
	}
	clock_t start = clock();
	settle(rows, count);
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
	qsort(rows, count, sizeof(*rows), by_place_name);
	for (size_t i = 1; i < count; i++)
		if (!rows[i].alternative && !rows[i - 1].alternative && by_place_name(&rows[i - 1], &rows[i]) == 0)
			fail_msg("two rows that count are called %s", rows[i].index);
	drop(rows, count);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_become_fixed_units_without_a_double),
		cmocka_unit_test(what_is_no_number_is_none),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(documents_are_bounded),
		cmocka_unit_test(a_number_that_is_too_big_is_the_only_one_lost),
		cmocka_unit_test(links_stay_on_their_host),
		cmocka_unit_test(a_power_control_is_the_total_and_zero_is_none),
		cmocka_unit_test(the_lifetime_register_goes_before_the_resettable_one),
		cmocka_unit_test(fans_in_per_cent_are_no_speeds),
		cmocka_unit_test(a_profile_takes_a_rating_away_and_scales_what_it_names),
		cmocka_unit_test(of_two_totals_the_better_one_counts),
		cmocka_unit_test(what_was_declared_stays_the_chosen_one),
		cmocka_unit_test(totals_of_two_places_are_told_apart),
		cmocka_unit_test(of_a_supply_the_input_counts_and_only_one_tree),
		cmocka_unit_test(supplies_that_repeat_the_total_do_not_count),
		cmocka_unit_test(a_quoted_sensor_is_not_counted_twice),
		cmocka_unit_test(what_comes_later_is_not_counted_beside_what_counts),
		cmocka_unit_test(three_of_one_name_get_three_places),
		cmocka_unit_test(as_many_rows_as_there_may_be_settle_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
