/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Polls every recording in recordings/ and holds what comes out against what the recording says, by the MIBs. */
#include "fake_target.h"
#include "recording.h"
#include <glob.h>
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *text(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));
	return s != NULL ? s : "";
}

/* A value of the last poll in the oracle's unit (% for ratios). */
static double value_of(const struct fake_point *p, const char *unit)
{
	char number[40];
	hwatt_value_format(p->is.quantity, p->value.value, number);
	double v = strtod(number, NULL);
	return strcmp(unit, "%") == 0 ? v * 100 : v;
}

static bool near(double a, double b)
{
	return fabs(a - b) <= fmax(0.005 * fabs(b), fabs(b) < 10 ? 0.0501 : 0.0);
}

static bool needed(const json_t *wanted)
{
	const char *class = text(wanted, "class");
	return class[0] == '\0';
}

static bool told(const struct hwatt_target *t, const char *oid, const json_t *wanted, double value)
{
	for (size_t i = 0; i < t->point_count; i++) {
		const struct fake_point *p = &t->points[i];
		if (p->times == 1 && strcmp(p->is.source, oid) == 0 &&
		    strcmp(hwatt_quantity_info(p->is.quantity)->name, text(wanted, "quantity")) == 0 &&
		    near(value_of(p, text(wanted, "unit")), value))
			return true;
	}
	return false;
}

/* Totals: sums of interfaces and disks, the mean of processors, numbers of rows. */
static bool total_told(const struct hwatt_target *t, const json_t *wanted)
{
	const char *quantity = text(wanted, "quantity");
	bool counted = strcmp(quantity, "if_count") == 0 || strcmp(quantity, "storage_count") == 0;
	bool mean = strcmp(quantity, "cpu_utilisation") == 0;
	const char *of = strcmp(quantity, "if_count") == 0 ? "if_in_octets" : counted ? "storage_size" : quantity;
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < t->point_count; i++) {
		const struct fake_point *p = &t->points[i];
		if (p->times != 1 || strcmp(hwatt_quantity_info(p->is.quantity)->name, of) != 0)
			continue;
		if (mean && p->is.role != HWATT_CPU)
			continue; /* a node's own mean, beside its processors */
		sum += value_of(p, text(wanted, "unit"));
		n++;
	}
	double got = counted ? (double)n : mean && n > 0 ? sum / (double)n : sum;
	return n > 0 && near(got, json_number_value(json_object_get(wanted, "value")));
}

static bool found(const struct hwatt_target *t, const json_t *wanted)
{
	size_t i;
	json_t *also;
	if (strcmp(text(wanted, "index"), "total") == 0 && total_told(t, wanted))
		return true;
	if (told(t, text(wanted, "oid"), wanted, json_number_value(json_object_get(wanted, "value"))))
		return true;
	json_array_foreach(json_object_get(wanted, "also"), i, also) {
		if (told(t, text(also, "oid"), wanted, json_number_value(json_object_get(also, "value"))))
			return true;
	}
	return false;
}

/* Whether an object, or a column's row, is a 64 bit counter, which v1 cannot tell. */
static bool is_counter64(const struct recording *r, const char *oid)
{
	uint8_t bytes[BER_MAX_OID];
	size_t length = ber_oid_parse(oid, bytes, sizeof(bytes));
	for (size_t i = 0; i < r->count; i++)
		if (r->rows[i].type == BER_COUNTER64 &&
		    ber_oid_below((struct ber_oid){ r->rows[i].oid, r->rows[i].oid_length }, (struct ber_oid){ bytes, length }))
			return true;
	return false;
}

static bool has_part(const struct hwatt_target *t, const json_t *part)
{
	for (size_t i = 0; i < t->parts.count; i++) {
		const struct stock_part *p = &t->parts.items[i];
		if (strcmp(hwatt_part_word(p->kind), text(part, "kind")) == 0 && strcmp(p->index, text(part, "place")) == 0 &&
		    strcmp(p->model, text(part, "model")) == 0 && strcmp(p->serial, text(part, "serial")) == 0 &&
		    strcmp(p->firmware, text(part, "firmware")) == 0 && p->gone == json_is_true(json_object_get(part, "empty")))
			return true;
	}
	return false;
}

/* Where a recording says which parts there are, it names them all. */
static unsigned judge_parts(const struct hwatt_target *t, const char *name, const json_t *parts)
{
	unsigned wrong = 0;
	size_t i;
	json_t *part;
	json_array_foreach(parts, i, part) {
		if (!has_part(t, part)) {
			print_message("%s: lacks %s %s\n", name, text(part, "kind"), text(part, "place"));
			wrong++;
		}
	}
	if (parts != NULL && t->parts.count != json_array_size(parts)) {
		print_message("%s: %zu parts, not %zu\n", name, t->parts.count, json_array_size(parts));
		wrong++;
	}
	return wrong;
}

struct score { unsigned wanted, found, forbidden; }; /* readings */

static unsigned judge(const struct hwatt_target *t, const char *name, const json_t *expected, const struct recording *v1, struct score *score)
{
	unsigned wrong = judge_parts(t, name, json_object_get(expected, "parts"));
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(expected, "readings"), i, row) {
		if (!needed(row) || (v1 != NULL && is_counter64(v1, text(row, "oid"))))
			continue;
		score->wanted++;
		if (found(t, row)) {
			score->found++;
		} else {
			print_message("%s: lacks %s %s (%s)\n", name, text(row, "quantity"), text(row, "oid"), text(row, "how"));
			wrong++;
		}
	}
	json_array_foreach(json_object_get(expected, "forbidden"), i, row) {
		for (size_t p = 0; p < t->point_count; p++) {
			if (t->points[p].times > 0 && strcmp(t->points[p].is.source, text(row, "oid")) == 0) {
				print_message("%s: gives %s (%s)\n", name, text(row, "oid"), text(row, "why"));
				score->forbidden++;
				wrong++;
			}
		}
	}
	return wrong;
}

static unsigned check(struct fake_world *world, const char *path, const char *settings, bool v1, struct score *score)
{
	char expected_path[4096];
	struct recording r;
	struct hwatt_error err;
	json_error_t mistake;
	snprintf(expected_path, sizeof(expected_path), "%.*s.expected.json", (int)(strlen(path) - strlen(".snmprec")), path);
	json_t *expected = json_load_file(expected_path, 0, &mistake);
	assert_non_null(expected);
	recording_open(&r, &world->loop, path, AF_INET);
	struct hwatt_target *t = fake_open(world, "127.0.0.1", r.port, settings, &err);
	assert_non_null(t);
	unsigned wrong = fake_poll(t, 20000) < 0 ? 1 : 0;
	if (wrong > 0)
		print_message("%s: %s\n", path, t->err.text);
	wrong += judge(t, path, expected, v1 ? &r : NULL, score);
	assert_int_equal(t->dropped, 0);
	fake_close(t);
	recording_close(&r);
	uv_run(&world->loop, UV_RUN_NOWAIT);
	json_decref(expected);
	return wrong;
}

static void check_all(const char *settings, bool v1)
{
	struct fake_world world;
	glob_t files;
	unsigned wrong = 0;
	struct score score = { 0 };
	fake_world_open(&world, NULL);
	assert_int_equal(glob(TEST_SOURCE_DIR "/recordings/*.snmprec", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		wrong += check(&world, files.gl_pathv[i], settings, v1, &score);
	print_message("%zu recordings: %u of %u readings found, %u forbidden\n", files.gl_pathc, score.found, score.wanted, score.forbidden);
	globfree(&files);
	fake_world_close(&world);
	assert_int_equal(wrong, 0);
}

static void recordings_give_what_their_mibs_say(void **state)
{
	(void)state;
	check_all("{community: public}", false);
}

static void they_do_with_small_answers(void **state)
{
	(void)state;
	check_all("{max_repetitions: 1}", false);
}

static void they_do_in_v1(void **state)
{
	(void)state;
	check_all("{version: 1}", true);
}

static void zero_watts_beside_a_load_are_no_measurement(void **state)
{
	(void)state;
	struct fake_world world;
	struct recording r;
	struct hwatt_error err;
	fake_world_open(&world, NULL);
	recording_open(&r, &world.loop, TEST_SOURCE_DIR "/recordings/santak-array-3a3.snmprec", AF_INET);
	struct hwatt_target *t = fake_open(&world, "127.0.0.1", r.port, "{community: public}", &err);
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_null(fake_find(t, "ups_input", "active_power", "1")); /* 0 W in, at a load of 33 % */
	assert_int_equal(fake_value(t, "ups_output", "active_power", "1"), 7900000);
	recording_set(&r, "1.3.6.1.2.1.33.1.4.4.1.4.1", BER_INTEGER, 0);
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_int_equal(fake_find(t, "ups_output", "active_power", "1")->times, 0);
	recording_set(&r, "1.3.6.1.2.1.33.1.4.4.1.5.1", BER_INTEGER, 0); /* the load is gone: now it is true */
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_int_equal(fake_value(t, "ups_output", "active_power", "1"), 0);
	fake_close(t);
	recording_close(&r);
	fake_world_close(&world);
}

static void a_lean_poll_of_an_ap8641_takes_two_requests(void **state)
{
	(void)state;
	struct fake_world world;
	struct recording r;
	struct hwatt_error err;
	fake_world_open(&world, NULL);
	recording_open(&r, &world.loop, TEST_SOURCE_DIR "/recordings/apc-ap8641.snmprec", AF_INET);
	struct hwatt_target *t = fake_open(&world, "127.0.0.1", r.port, "{community: public}", &err);
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_string_equal(t->profile, "apc-rpdu2");
	assert_string_equal(t->model, "AP8641");
	assert_non_null(strstr(t->profile_reason, "sysObjectID 1.3.6.1.4.1.318.1.3.4.6"));
	unsigned gets = r.gets;
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_int_equal(t->requests, 2);
	assert_int_equal(r.gets, 1 + gets); /* one alone, so that polls can be counted */
	assert_int_equal(fake_value(t, "outlet", "active_power", "1"), 163000);
	assert_string_equal(fake_find(t, "outlet", "active_power", "1")->is.name, "CP-CM-SAN-01");
	assert_int_equal(fake_find(t, "outlet", "energy", "24")->is.step, 360000000);
	assert_int_equal(fake_find(t, "outlet", "energy", "1")->value.count, 3046);
	assert_true(fake_find(t, "inlet", "energy", "1")->stamp != 0);
	assert_int_equal(t->uptime_ms, 1655281500);
	fake_close(t);
	recording_close(&r);
	fake_world_close(&world);
}

/* Polls one recording of the folder once and leaves it open. */
static struct hwatt_target *polled(struct fake_world *world, struct recording *r, const char *name)
{
	char path[4096];
	struct hwatt_error err;
	snprintf(path, sizeof(path), "%s/recordings/%s.snmprec", TEST_SOURCE_DIR, name);
	fake_world_open(world, NULL);
	recording_open(r, &world->loop, path, AF_INET);
	struct hwatt_target *t = fake_open(world, "127.0.0.1", r->port, "{community: public}", &err);
	assert_non_null(t);
	assert_int_equal(fake_poll(t, 5000), 0);
	return t;
}

static void rows_of_one_place_are_found_by_their_names(void **state)
{
	(void)state;
	struct fake_world world;
	struct recording r;
	struct hwatt_target *t = polled(&world, &r, "made-dell-idrac9");
	assert_int_equal(fake_value(t, "psu", "voltage", "1"), 229000); /* probe 38, "PS1 Voltage 1" */
	assert_int_equal(fake_value(t, "psu", "current", "1"), 1400);   /* probe 1, "PS1 Current 1" */
	assert_int_equal(fake_value(t, "psu", "rated_power", "1"), 1560000);
	assert_int_equal(fake_value(t, "sensor", "voltage", "1.2"), 3050); /* no supply's: its own row */
	assert_string_equal(fake_find(t, "chassis", "energy", "1")->is.index, "1"); /* one place with the chassis' power */
	assert_true(fake_find(t, "chassis", "energy", "1")->stamp != 0);
	fake_close(t);
	recording_close(&r);
	fake_world_close(&world);
}

static void outlets_behind_one_address_do_not_mix(void **state)
{
	(void)state;
	struct fake_world world;
	struct recording r;
	struct hwatt_target *t = polled(&world, &r, "made-rittal-cmc3");
	assert_int_equal(fake_value(t, "outlet", "active_power", "3.1"), 95000);
	assert_int_equal(fake_value(t, "outlet", "active_power", "4.1"), 77000);
	assert_null(fake_find(t, "outlet", "active_power", "1"));
	assert_int_equal(fake_value(t, "inlet", "active_power", "3.Unit"), 2060000);
	fake_close(t);
	recording_close(&r);
	fake_world_close(&world);
	t = polled(&world, &r, "made-rittal-pdu"); /* a device by itself: its outlets are numbers, as contracts name them */
	assert_int_equal(fake_value(t, "outlet", "active_power", "1"), 188000);
	assert_int_equal(fake_find(t, "outlet", "energy", "1")->is.step, 360000000);
	assert_int_equal(fake_find(t, "inlet", "energy", "1.Unit")->is.step, 360000000);
	fake_close(t);
	recording_close(&r);
	fake_world_close(&world);
}

static void what_a_device_lacks_is_not_asked_for_probe_by_probe(void **state)
{
	(void)state;
	struct fake_world world;
	struct recording r;
	struct hwatt_target *t = polled(&world, &r, "linux-centos7"); /* no maker's objects but Net-SNMP's */
	assert_non_null(fake_find(t, "interface", "if_count", "total"));
	assert_in_range(r.nexts, 1, 6);
	fake_close(t);
	recording_close(&r);
	fake_world_close(&world);
}

static void parts_are_told_when_they_differ(void **state)
{
	(void)state;
	struct fake_world world;
	struct recording r;
	struct hwatt_target *t = polled(&world, &r, "made-entity-parts");
	assert_int_equal(t->looks, 1);
	fake_close(t);
	struct hwatt_error err;
	t = fake_open(&world, "127.0.0.1", r.port, "{community: public, refresh: 1s}", &err);
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_string_equal(fake_part(t, "psu", "Switch 1 PSU A"), "PSA0001");
	assert_null(fake_part(t, "psu", "Switch 1 PSU C"));
	recording_set(&r, "1.3.6.1.2.1.1.3.0", BER_TIMETICKS, 100); /* it restarts, so it is surveyed */
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_int_equal(t->looks, 1); /* nothing new */
	recording_set_text(&r, "1.3.6.1.2.1.47.1.1.1.1.11.1003", "PSA0009");
	recording_set(&r, "1.3.6.1.2.1.1.3.0", BER_TIMETICKS, 50);
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_int_equal(t->looks, 2);
	assert_string_equal(fake_part(t, "psu", "Switch 1 PSU A"), "PSA0009");
	fake_close(t);
	recording_close(&r);
	fake_world_close(&world);
}

static void stamps_of_counters_ride_with_them_where_there_is_room(void **state)
{
	(void)state;
	struct fake_world world;
	struct recording r;
	struct hwatt_target *t = polled(&world, &r, "phoenixtec-online"); /* a card with two interfaces */
	const struct fake_point *in = fake_find(t, "interface", "if_in_octets", "1");
	assert_int_equal(in->stamp, 1);
	assert_int_equal(fake_poll(t, 5000), 0);
	unsigned requests = t->requests;
	recording_set(&r, "1.3.6.1.2.1.31.1.1.1.19.1", BER_TIMETICKS, 99);
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_int_equal(in->stamp, 100); /* without a survey */
	assert_int_equal(t->requests, requests);
	recording_remove(&r, "1.3.6.1.2.1.31.1.1.1.19.1");
	recording_remove(&r, "1.3.6.1.2.1.31.1.1.1.19.2");
	fake_close(t);
	t = fake_open(&world, "127.0.0.1", r.port, "{community: public}", NULL);
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_int_equal(t->requests, requests); /* they cost none */
	fake_close(t);
	recording_close(&r);
	fake_world_close(&world);
}

static void stamps_that_would_take_a_request_are_read_by_surveys(void **state)
{
	(void)state;
	struct fake_world world;
	struct recording r;
	struct hwatt_target *t = polled(&world, &r, "arista-7150s");
	const struct fake_point *in = fake_find(t, "interface", "if_in_octets", "1");
	assert_int_equal(in->stamp, 1);
	recording_set(&r, "1.3.6.1.2.1.31.1.1.1.19.1", BER_TIMETICKS, 99);
	assert_int_equal(fake_poll(t, 5000), 0);
	assert_int_equal(in->stamp, 1);
	fake_close(t);
	recording_close(&r);
	fake_world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_one_place_are_found_by_their_names),
		cmocka_unit_test(outlets_behind_one_address_do_not_mix),
		cmocka_unit_test(parts_are_told_when_they_differ),
		cmocka_unit_test(what_a_device_lacks_is_not_asked_for_probe_by_probe),
		cmocka_unit_test(stamps_of_counters_ride_with_them_where_there_is_room),
		cmocka_unit_test(stamps_that_would_take_a_request_are_read_by_surveys),
		cmocka_unit_test(recordings_give_what_their_mibs_say),
		cmocka_unit_test(they_do_with_small_answers),
		cmocka_unit_test(they_do_in_v1),
		cmocka_unit_test(zero_watts_beside_a_load_are_no_measurement),
		cmocka_unit_test(a_lean_poll_of_an_ap8641_takes_two_requests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
