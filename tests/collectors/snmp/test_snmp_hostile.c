/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Agents that answer badly: what is wrong is dropped and counted, what is right still comes through. */
#include "engine.h"
#include "fake_target.h"
#include "recording.h"
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define POWER "1.3.6.1.4.1.318.1.1.26.4.3.1.5.1"
#define OUTLET_POWER "1.3.6.1.4.1.318.1.1.26.9.4.3.1.7."
#define UPTIME "1.3.6.1.2.1.1.3.0"

struct stage { /* one device and what it sits on */
	struct fake_world world;
	struct recording agent;
	struct hwatt_target *t;
};

static struct stage *open_stage(const char *settings, int family)
{
	struct stage *s = calloc(1, sizeof(*s));
	struct hwatt_error err;
	fake_world_open(&s->world, NULL);
	recording_open(&s->agent, &s->world.loop, TEST_SOURCE_DIR "/recordings/apc-ap8641.snmprec", family);
	s->t = fake_open(&s->world, family == AF_INET ? "127.0.0.1" : "::1", s->agent.port, settings, &err);
	assert_non_null(s->t);
	return s;
}

static struct stage *polled_stage(void)
{
	struct stage *s = open_stage("{timeout: 200ms, retries: 1, refresh: 1d}", AF_INET);
	assert_int_equal(fake_poll(s->t, 5000), 0);
	return s;
}

static void close_stage(struct stage *s)
{
	fake_close(s->t);
	recording_close(&s->agent);
	fake_world_close(&s->world);
	free(s);
}

struct wanted {
	const char *name;
	int64_t value;
};

static void note(void *arg, const char *name, const char *help, int64_t value)
{
	struct wanted *w = arg;
	(void)help;
	if (strcmp(name, w->name) == 0)
		w->value = value;
}

static int64_t counter(struct stage *s, const char *name)
{
	struct wanted w = { name, -1 };
	snmp_collector.counters(s->world.engine, note, &w);
	assert_true(w.value >= 0);
	return w.value;
}

/* A whole poll came through, with the true values. */
static void assert_all_read(struct stage *s)
{
	assert_int_equal(fake_value(s->t, "inlet", "active_power", "1"), 1210000);
	assert_int_equal(fake_value(s->t, "outlet", "active_power", "1"), 163000);
	assert_int_equal(fake_value(s->t, "outlet", "energy", "24") >= 0, 1);
	for (size_t i = 0; i < s->t->point_count; i++)
		assert_int_equal(s->t->points[i].times, 1);
}

static void poll_with(enum fault fault, unsigned most, const char *counted)
{
	struct stage *s = polled_stage();
	int64_t before = counted != NULL ? counter(s, counted) : 0;
	s->agent.fault = fault;
	s->agent.most = most;
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_all_read(s);
	if (counted != NULL)
		assert_true(counter(s, counted) >= before + 1);
	close_stage(s);
}

static void an_answer_that_comes_twice_counts_once(void **state)
{
	(void)state;
	struct stage *s = polled_stage();
	int64_t before = counter(s, "snmp_unknown_id_total");
	s->agent.fault = FAULT_TWICE;
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_all_read(s);
	s->agent.fault = FAULT_NONE;
	assert_int_equal(fake_poll(s->t, 5000), 0); /* the last one's double may come only now */
	assert_int_equal(counter(s, "snmp_unknown_id_total"), before + 2);
	close_stage(s);
}

static void a_truncated_packet_is_dropped(void **state)
{
	(void)state;
	poll_with(FAULT_TRUNCATED, 0, "snmp_malformed_total");
}

static void garbage_is_dropped(void **state)
{
	(void)state;
	poll_with(FAULT_GARBAGE, 0, "snmp_malformed_total");
}

static void another_service_at_the_port_is_told_from_silence(void **state)
{
	(void)state;
	struct stage *s = open_stage("{timeout: 50ms, retries: 1}", AF_INET);
	s->agent.fault = FAULT_BABBLE;
	assert_int_equal(fake_poll(s->t, 5000), -1);
	assert_int_equal(s->t->err.code, HWATT_ETIMEOUT);
	assert_non_null(strstr(s->t->err.text, "what came was no SNMP: is another service at this port?"));
	s->agent.fault = FAULT_SILENT; /* that is not remembered */
	assert_int_equal(fake_poll(s->t, 5000), -1);
	assert_null(strstr(s->t->err.text, "no SNMP"));
	close_stage(s);
}

static void a_stranger_is_not_believed(void **state)
{
	(void)state;
	poll_with(FAULT_STRANGER, 0, "snmp_wrong_source_total");
}

static void an_answer_to_another_request_is_not_believed(void **state)
{
	(void)state;
	poll_with(FAULT_OTHER_ID, 0, "snmp_unknown_id_total");
}

static void short_answers_are_completed(void **state)
{
	(void)state;
	poll_with(FAULT_SHORT, 0, NULL);
}

static void too_big_is_asked_for_in_pieces(void **state)
{
	(void)state;
	poll_with(FAULT_TOO_BIG, 3, NULL);
	poll_with(FAULT_TOO_BIG, 1, NULL);
}

static void a_general_error_is_asked_for_in_pieces(void **state)
{
	(void)state;
	poll_with(FAULT_GEN_ERR, 10, NULL);
}

static void silence_after_the_first_answer_is_asked_for_in_pieces(void **state)
{
	(void)state;
	poll_with(FAULT_BULK_DEAF, 0, NULL);
}

/* An agent that does not bear a GET of more than 30: the tables that ride along in it are asked for apart from then on. */
static void rides_with(enum fault fault, bool late)
{
	struct stage *s = late ? polled_stage() : open_stage("{timeout: 200ms, retries: 1, refresh: 1d}", AF_INET);
	s->agent.fault = fault;
	s->agent.most = 30;
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_all_read(s);
	assert_int_equal(counter(s, "snmp_apart_total"), 1);
	unsigned before = s->agent.requests;
	assert_int_equal(fake_poll(s->t, 5000), 0); /* another survey, and a plan of separate requests */
	assert_all_read(s);
	assert_true(s->agent.requests > before + 5);
	before = s->agent.requests;
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_all_read(s);
	assert_int_equal(s->agent.requests, before + 3);
	assert_int_equal(counter(s, "snmp_apart_total"), 1);
	close_stage(s);
}

static void what_does_not_bear_tables_beside_scalars_is_asked_apart(void **state)
{
	(void)state;
	rides_with(FAULT_GET_TOO_BIG, false);
	rides_with(FAULT_GET_ERR, false);
	rides_with(FAULT_GET_DEAF, false);
	rides_with(FAULT_GET_SHORT, false);
	rides_with(FAULT_GET_ASTRAY, false);
}

static void so_is_what_bears_it_no_longer(void **state)
{
	(void)state;
	rides_with(FAULT_GET_TOO_BIG, true);
	rides_with(FAULT_GET_SHORT, true);
	rides_with(FAULT_GET_ASTRAY, true);
}

static void an_outage_is_no_reason_to_ask_apart(void **state)
{
	(void)state;
	struct stage *s = polled_stage();
	s->agent.fault = FAULT_SILENT;
	assert_int_equal(fake_poll(s->t, 5000), -1);
	s->agent.fault = FAULT_NONE;
	unsigned before = s->agent.requests;
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_all_read(s);
	assert_int_equal(s->agent.requests, before + 2);
	assert_int_equal(counter(s, "snmp_apart_total"), 0);
	close_stage(s);
}

static void a_scalar_that_is_gone_does_not_hurt_what_rides_with_it(void **state)
{
	(void)state;
	struct stage *s = polled_stage();
	recording_remove(&s->agent, POWER);
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_int_equal(fake_find(s->t, "inlet", "active_power", "1")->times, 0);
	assert_int_equal(fake_value(s->t, "inlet", "apparent_power", "1"), 1310000);
	assert_int_equal(fake_value(s->t, "outlet", "active_power", "1"), 163000);
	assert_int_equal(counter(s, "snmp_apart_total"), 0);
	close_stage(s);
}

/* How many notes there are of a survey that went well. */
static size_t warnings_of_a_good_survey(void)
{
	struct stage *s = polled_stage();
	size_t count = s->t->warning_count;
	assert_false(fake_warned(s->t, "no answer"));
	close_stage(s);
	return count;
}

/* The survey meets the same agents. */
static void survey_with(enum fault fault, unsigned most)
{
	struct stage *s = open_stage("{timeout: 100ms, retries: 1}", AF_INET);
	s->agent.fault = fault;
	s->agent.most = most;
	assert_int_equal(fake_poll(s->t, 20000), 0);
	assert_all_read(s);
	close_stage(s);
}

static void a_survey_gets_through_bad_agents(void **state)
{
	(void)state;
	survey_with(FAULT_TWICE, 0);
	survey_with(FAULT_TRUNCATED, 0);
	survey_with(FAULT_GARBAGE, 0);
	survey_with(FAULT_STRANGER, 0);
	survey_with(FAULT_SHORT, 0);
	survey_with(FAULT_TOO_BIG, 4);
	survey_with(FAULT_GEN_ERR, 4);
	survey_with(FAULT_DEAF, 12);
}

/* As a scheduler would until the survey is over, and whole polls of two requests follow; no poll may count as missed. */
static void survey_in_parts(struct stage *s, int64_t limit_ms)
{
	s->t->patient = true;
	for (int whole = 0, polls = 0; whole < 2; polls++) {
		assert_int_equal(fake_poll(s->t, limit_ms), 0);
		assert_true(s->t->ready >= s->t->put_offs && polls < 50);
		whole = !s->t->put_off && s->t->requests == 2 ? whole + 1 : 0;
	}
	assert_true(s->t->put_offs > 3);
}

static void a_slow_device_is_read_whole_and_is_not_missed(void **state)
{
	(void)state;
	struct stage *s = open_stage("{timeout: 2s, retries: 2, refresh: 1d}", AF_INET);
	s->agent.delay_ms = 450;
	survey_in_parts(s, 1500);
	assert_all_read(s);
	assert_int_equal(s->t->warning_count, warnings_of_a_good_survey());
	close_stage(s);
}

static void what_does_not_fit_into_a_poll_is_read_with_the_next(void **state)
{
	(void)state;
	struct stage *s = open_stage("{timeout: 2s, retries: 2, refresh: 1d}", AF_INET);
	s->agent.delay_ms = 450;
	survey_in_parts(s, 1500);
	s->t->device.timeout_ms = 800;
	assert_false(fake_warned(s->t, "too slowly"));
	for (int round = 0; round < 2; round++) {
		assert_int_equal(fake_poll(s->t, 800), 0);
		assert_int_equal(s->t->requests, 1);
		assert_int_equal(fake_value(s->t, "inlet", "active_power", "1"), 1210000);
		assert_int_equal(fake_find(s->t, "outlet", "energy", "24")->times, 0);
		assert_int_equal(fake_poll(s->t, 800), 0);
		assert_int_equal(s->t->requests, 1);
		assert_int_equal(fake_find(s->t, "inlet", "active_power", "1")->times, 0);
		assert_int_equal(fake_value(s->t, "outlet", "energy", "24") >= 0, 1);
	}
	assert_true(fake_warned(s->t, "too slowly to be read within 0.8 s: each poll reads a part of it"));
	s->agent.delay_ms = 0; /* it is quick again: that is noticed */
	for (int i = 0; i < 3; i++)
		assert_int_equal(fake_poll(s->t, 800), 0);
	assert_all_read(s);
	close_stage(s);
}

static void a_column_that_is_never_answered_is_left_out_alone(void **state)
{
	(void)state;
	struct stage *s = open_stage("{timeout: 60ms, retries: 0, refresh: 1d}", AF_INET);
	s->agent.deaf_to = "1.3.6.1.4.1.318.1.1.26.9.4.3.1.7";
	assert_int_equal(fake_poll(s->t, 30000), 0);
	assert_true(fake_warned(s->t, "the agent gives no answer for 1.3.6.1.4.1.318.1.1.26.9.4.3.1.7; it was left out"));
	assert_int_equal(s->t->warning_count, warnings_of_a_good_survey() + 1);
	assert_int_equal(fake_value(s->t, "inlet", "active_power", "1"), 1210000);
	assert_int_equal(fake_value(s->t, "outlet", "energy", "24") >= 0, 1);
	assert_null(fake_find(s->t, "outlet", "active_power", "1"));
	close_stage(s);
}

static void nothing_is_left_out_as_the_device_was_away_or_the_host_busy(void **state)
{
	(void)state;
	struct stage *s = open_stage("{timeout: 60ms, retries: 0, refresh: 1d}", AF_INET);
	s->agent.fault = FAULT_STALLS;
	fake_poll(s->t, 30000);
	assert_int_equal(s->t->warning_count, warnings_of_a_good_survey());
	s->agent.fault = FAULT_NONE;
	assert_int_equal(fake_poll(s->t, 30000), 0);
	assert_all_read(s);
	close_stage(s);
}

static void a_loop_ends_with_a_warning(void **state)
{
	(void)state;
	struct stage *s = open_stage("{timeout: 100ms}", AF_INET);
	s->agent.fault = FAULT_LOOP;
	fake_poll(s->t, 20000);
	assert_true(fake_warned(s->t, "in a circle"));
	assert_true(s->agent.requests < 400);
	close_stage(s);
}

static void values_of_a_wrong_type_are_left_out(void **state)
{
	(void)state;
	struct stage *s = polled_stage();
	recording_set_text(&s->agent, POWER, "much");
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_int_equal(fake_find(s->t, "inlet", "active_power", "1")->times, 0);
	assert_int_equal(fake_value(s->t, "inlet", "apparent_power", "1"), 1310000);
	s->agent.fault = FAULT_NULLS;
	assert_int_equal(fake_poll(s->t, 5000), 0);
	for (size_t i = 0; i < s->t->point_count; i++) /* but what the survey read stays */
		assert_int_equal(s->t->points[i].times, s->t->points[i].is.quantity == HWATT_IF_COUNT);
	close_stage(s);
}

/* Polls the recording (an AP8641 with firmware 6.7.2) by a profile that is for `match` and whose power has these rows. */
static struct stage *stage_for(const char *folder, const char *match, const char *rows)
{
	char path[160];
	struct hwatt_error err;
	struct stage *s = calloc(1, sizeof(*s));
	snprintf(path, sizeof(path), "%s/snmp/quirky.yaml", folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "profile: quirky\nsource: test\nmatch: {%s}\nidentity:\n"
		"  - {part: model, oid: 1.3.6.1.4.1.318.1.1.26.2.1.8}\n  - {part: firmware, oid: 1.3.6.1.4.1.318.1.1.26.2.1.6}\n"
		"readings:\n%s  - {role: inlet, quantity: active_power, oid: 1.3.6.1.4.1.318.1.1.26.4.3.1.5, scale: 10}\n", match, rows);
	fclose(file);
	fake_world_open(&s->world, folder);
	recording_open(&s->agent, &s->world.loop, TEST_SOURCE_DIR "/recordings/apc-ap8641.snmprec", AF_INET);
	s->t = fake_open(&s->world, "127.0.0.1", s->agent.port, "{timeout: 200ms}", &err);
	assert_non_null(s->t);
	assert_int_equal(fake_poll(s->t, 5000), 0);
	unlink(path);
	return s;
}

static struct stage *stage_of(const char *folder, const char *rows)
{
	return stage_for(folder, "probe: 1.3.6.1.4.1.318.1.1.26.4.3.1", rows);
}

#define QUIRK(scale, quirk) "  - {role: inlet, quantity: active_power, oid: 1.3.6.1.4.1.318.1.1.26.4.3.1.5, scale: " scale ", quirk: {" quirk "}}\n"

static void a_known_fault_counts_for_its_model_and_firmware_alone(void **state)
{
	(void)state;
	char folder[] = "/tmp/hallwatt-quirk-XXXXXX", below[64];
	assert_non_null(mkdtemp(folder));
	snprintf(below, sizeof(below), "%s/snmp", folder);
	assert_int_equal(mkdir(below, 0700), 0);

	struct stage *s = stage_of(folder, "");
	int64_t power = fake_value(s->t, "inlet", "active_power", "1");
	close_stage(s);
	s = stage_of(folder, QUIRK("1", "model: '^AP8641$', firmware: '^6[.]', why: tells watts"));
	assert_int_equal(fake_value(s->t, "inlet", "active_power", "1"), power / 10);
	assert_true(fake_warned(s->t, "inlet: active_power: known fault of this firmware: tells watts"));
	close_stage(s);
	s = stage_of(folder, QUIRK("1", "model: '^AP8641$', firmware: '^5[.]', why: tells watts"));
	assert_int_equal(fake_value(s->t, "inlet", "active_power", "1"), power);
	assert_false(fake_warned(s->t, "known fault"));
	close_stage(s);
	s = stage_of(folder, QUIRK("10", "model: AP86, leave_out: true, why: tells anything"));
	assert_null(fake_find(s->t, "inlet", "active_power", "1"));
	assert_true(fake_warned(s->t, "known fault of this model, left out: tells anything"));
	close_stage(s);
	rmdir(below);
	rmdir(folder);
}

static void a_family_whose_probes_are_hidden_is_known_by_what_it_reads(void **state)
{
	(void)state;
	char folder[] = "/tmp/hallwatt-hidden-XXXXXX", below[64];
	assert_non_null(mkdtemp(folder));
	snprintf(below, sizeof(below), "%s/snmp", folder);
	assert_int_equal(mkdir(below, 0700), 0);
	struct stage *s = stage_for(folder, "sysObjectID: 1.3.6.1.4.1.318.1.3.4, probe: 1.3.6.1.4.1.318.1.1.99", "");
	assert_string_equal(s->t->profile, "quirky");
	assert_non_null(fake_find(s->t, "inlet", "active_power", "1"));
	close_stage(s);
	s = stage_for(folder, "sysObjectID: 1.3.6.1.4.1.318.1.3.5, probe: 1.3.6.1.4.1.318.1.1.99", "");
	assert_null(fake_find(s->t, "inlet", "active_power", "1")); /* another model's */
	close_stage(s);
	rmdir(below);
	rmdir(folder);
}

static void a_sentinel_that_comes_later_is_left_out(void **state)
{
	(void)state;
	struct stage *s = polled_stage();
	recording_set(&s->agent, POWER, BER_INTEGER, -1);
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_int_equal(fake_find(s->t, "inlet", "active_power", "1")->times, 0);
	close_stage(s);
}

static void a_silent_device_is_a_timeout_and_comes_back(void **state)
{
	(void)state;
	struct stage *s = polled_stage();
	int64_t timeouts = counter(s, "snmp_timeouts_total"); /* a busy machine can be late in the survey */
	int64_t retries = counter(s, "snmp_retries_total");
	s->agent.fault = FAULT_SILENT;
	assert_int_equal(fake_poll(s->t, 5000), -1);
	assert_int_equal(s->t->err.code, HWATT_ETIMEOUT);
	assert_int_equal(counter(s, "snmp_timeouts_total"), timeouts + 1);
	assert_int_equal(counter(s, "snmp_retries_total"), retries + 1);
	s->agent.fault = FAULT_NONE;
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_all_read(s);
	close_stage(s);
}

static void a_deadline_ends_a_poll_at_any_point(void **state)
{
	(void)state;
	struct stage *s = open_stage("{timeout: 5s, retries: 0}", AF_INET);
	s->agent.fault = FAULT_DEAF;
	s->agent.most = 2; /* too little for the first request */
	assert_int_equal(fake_poll(s->t, 30), -1);
	s->agent.fault = FAULT_NONE;
	assert_int_equal(fake_poll(s->t, 5000), 0); /* the survey goes on */
	s->agent.fault = FAULT_SILENT;
	assert_int_equal(fake_poll(s->t, 30), -1);
	s->agent.fault = FAULT_NONE;
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_all_read(s);
	close_stage(s);
}

static void a_restart_leads_to_a_new_survey_in_the_same_poll(void **state)
{
	(void)state;
	struct stage *s = polled_stage();
	recording_set(&s->agent, UPTIME, BER_TIMETICKS, 100);
	recording_set(&s->agent, "1.3.6.1.4.1.318.1.1.26.4.3.1.5.2", BER_INTEGER, 7); /* a second PDU in the chain */
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_int_equal(s->t->uptime_ms, 1000);
	assert_int_equal(fake_value(s->t, "inlet", "active_power", "2"), 70000);
	assert_all_read(s);
	close_stage(s);
}

static void sys_uptime_wraps_without_a_restart(void **state)
{
	(void)state;
	struct stage *s = polled_stage();
	recording_set(&s->agent, UPTIME, BER_TIMETICKS, 4294967290);
	assert_int_equal(fake_poll(s->t, 5000), 0);
	unsigned before = s->agent.requests;
	recording_set(&s->agent, UPTIME, BER_TIMETICKS, 4);
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_int_equal(s->agent.requests, before + 2);
	assert_true(s->t->uptime_ms == (INT64_C(4294967296) + 4) * 10);
	close_stage(s);
}

static void a_row_that_goes_away_is_noticed_and_the_others_are_read(void **state)
{
	(void)state;
	struct stage *s = polled_stage();
	int64_t third = fake_value(s->t, "outlet", "active_power", "3");
	recording_remove(&s->agent, OUTLET_POWER "2");
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_int_equal(fake_find(s->t, "outlet", "active_power", "2")->times, 0);
	assert_int_equal(fake_value(s->t, "outlet", "active_power", "3"), third);
	assert_int_equal(fake_value(s->t, "outlet", "active_power", "1"), 163000);
	close_stage(s);
}

static void the_wrong_community_is_silence(void **state)
{
	(void)state;
	struct stage *s = open_stage("{community: private, timeout: 50ms, retries: 0}", AF_INET);
	assert_int_equal(fake_poll(s->t, 5000), -1);
	assert_int_equal(s->t->err.code, HWATT_ETIMEOUT);
	close_stage(s);
}

static void ipv6_works_as_ipv4(void **state)
{
	(void)state;
	struct stage *s = open_stage("{community: public}", AF_INET6);
	assert_int_equal(fake_poll(s->t, 5000), 0);
	assert_all_read(s);
	close_stage(s);
}

static void a_name_is_looked_up(void **state)
{
	(void)state;
	struct stage *s = open_stage("{community: public}", AF_INET);
	struct hwatt_error err;
	struct hwatt_target *named = fake_open(&s->world, "localhost", s->agent.port, "{timeout: 100ms, retries: 0}", &err);
	struct hwatt_target *unknown = fake_open(&s->world, "no-such-name.invalid", 161, "{community: public}", &err);
	assert_int_equal(fake_poll(unknown, 5000), -1);
	int rc = fake_poll(named, 5000); /* where localhost is ::1 first, nobody answers there */
	assert_true(rc == 0 || fake_poll(named, 5000) == 0);
	fake_close(named);
	fake_close(unknown);
	struct hwatt_target *closing = fake_open(&s->world, "localhost", s->agent.port, "{community: public}", &err);
	closing->deadline_ms = INT64_MAX;
	snmp_collector.poll(closing);
	fake_close(closing); /* in the middle of the look-up */
	close_stage(s);
}

/* libuv's own, for all names but one that has ::1 and 127.0.0.1, in this order. */
int uv_getaddrinfo(uv_loop_t *loop, uv_getaddrinfo_t *request, uv_getaddrinfo_cb done, const char *node, const char *service,
		   const struct addrinfo *hints)
{
	int (*real)(uv_loop_t *, uv_getaddrinfo_t *, uv_getaddrinfo_cb, const char *, const char *, const struct addrinfo *);
	void *symbol = dlsym(RTLD_NEXT, "uv_getaddrinfo");
	memcpy(&real, &symbol, sizeof(real));
	bool both = node != NULL && strcmp(node, "both.example") == 0;
	return real(loop, request, done, both ? NULL : node, both ? "1" : service, hints);
}

static void each_address_of_a_name_has_its_turn(void **state)
{
	(void)state;
	struct stage *s = open_stage("{community: public}", AF_INET);
	struct hwatt_error err;
	struct hwatt_target *named = fake_open(&s->world, "both.example", s->agent.port, "{timeout: 50ms, retries: 0}", &err);
	assert_int_equal(fake_poll(named, 5000), -1); /* ::1, where nobody is */
	assert_non_null(strstr(named->err.text, "the community: a wrong one is silence, too"));
	assert_int_equal(fake_poll(named, 5000), 0);
	s->agent.fault = FAULT_SILENT; /* which has nothing to do with the address */
	assert_int_equal(fake_poll(named, 5000), -1);
	assert_null(strstr(named->err.text, "community"));
	s->agent.fault = FAULT_NONE;
	assert_int_equal(fake_poll(named, 5000), 0);
	fake_close(named);
	close_stage(s);
}

static void what_cannot_be_sent_is_told(void **state)
{
	(void)state;
	struct stage *s = open_stage("{community: public}", AF_INET);
	static const struct { const char *host, *words; } wrong[] = {
		{ "255.255.255.255", "cannot send to this address: Permission denied" },
		{ "fe80::7", "write the network interface behind it" }, { "fe80::7%nosuch0", "there is none of this name" },
	};
	struct hwatt_error err;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct hwatt_target *t = fake_open(&s->world, wrong[i].host, s->agent.port, "{timeout: 50ms, retries: 0}", &err);
		assert_int_equal(fake_poll(t, 5000), -1);
		if (strstr(t->err.text, wrong[i].words) == NULL)
			fail_msg("%s", t->err.text);
		assert_int_equal(t->err.code, HWATT_EIO);
		fake_close(t);
	}
	close_stage(s);
}

struct flood {
	unsigned answered, failed;
	uint32_t tickets[300];
};

static void flood_done(void *arg, const struct ber_message *m, const struct hwatt_error *err)
{
	struct flood *f = arg;
	(void)err;
	if (m != NULL)
		f->answered++;
	else
		f->failed++;
}

static void requests_beyond_the_limit_wait(void **state)
{
	(void)state;
	struct fake_world world;
	struct recording agent;
	struct engine *engine;
	struct hwatt_error err;
	static uint8_t packets[300][64];
	struct flood flood = { 0 };
	fake_world_open(&world, NULL);
	recording_open(&agent, &world.loop, TEST_SOURCE_DIR "/recordings/apc-ap8641.snmprec", AF_INET);
	assert_int_equal(engine_open(&world.loop, NULL, &engine, &err), 0);
	assert_true(engine_limit(engine) >= 32);
	engine_set_limit(engine, 4);
	union hwatt_udp_address to = { .v4 = { .sin_family = AF_INET, .sin_port = htons(agent.port),
					    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) } };
	uint8_t oid[] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 };
	struct ber_oid uptime = { oid, sizeof(oid) };
	struct ber_request ask = { BER_V2C, "public", BER_GET, 0, &uptime, 1 };
	for (unsigned i = 0; i < 300; i++) {
		size_t id_at, n = ber_encode(&ask, packets[i], sizeof(packets[i]), &id_at);
		struct engine_request r = { .to = &to, .packet = packets[i], .length = n, .id_at = id_at, .timeout_ms = 2000,
					    .done = flood_done, .arg = &flood };
		flood.tickets[i] = engine_send(engine, &r);
		assert_true(flood.tickets[i] != ENGINE_NO_TICKET);
		assert_true(engine_counters(engine)->sent <= 4);
	}
	for (unsigned i = 0; i < 300; i += 3) /* some queued, some out */
		engine_cancel(engine, flood.tickets[i]);
	while (flood.answered + flood.failed < 200)
		uv_run(&world.loop, UV_RUN_ONCE);
	assert_int_equal(flood.failed, 0);
	engine_cancel(engine, flood.tickets[1]); /* long over */
	engine_close(engine);
	recording_close(&agent);
	fake_world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_that_comes_twice_counts_once),
		cmocka_unit_test(a_truncated_packet_is_dropped),
		cmocka_unit_test(garbage_is_dropped),
		cmocka_unit_test(another_service_at_the_port_is_told_from_silence),
		cmocka_unit_test(a_stranger_is_not_believed),
		cmocka_unit_test(an_answer_to_another_request_is_not_believed),
		cmocka_unit_test(short_answers_are_completed),
		cmocka_unit_test(too_big_is_asked_for_in_pieces),
		cmocka_unit_test(a_general_error_is_asked_for_in_pieces),
		cmocka_unit_test(silence_after_the_first_answer_is_asked_for_in_pieces),
		cmocka_unit_test(what_does_not_bear_tables_beside_scalars_is_asked_apart),
		cmocka_unit_test(so_is_what_bears_it_no_longer),
		cmocka_unit_test(an_outage_is_no_reason_to_ask_apart),
		cmocka_unit_test(a_scalar_that_is_gone_does_not_hurt_what_rides_with_it),
		cmocka_unit_test(a_survey_gets_through_bad_agents),
		cmocka_unit_test(a_slow_device_is_read_whole_and_is_not_missed),
		cmocka_unit_test(what_does_not_fit_into_a_poll_is_read_with_the_next),
		cmocka_unit_test(a_column_that_is_never_answered_is_left_out_alone),
		cmocka_unit_test(nothing_is_left_out_as_the_device_was_away_or_the_host_busy),
		cmocka_unit_test(a_loop_ends_with_a_warning),
		cmocka_unit_test(values_of_a_wrong_type_are_left_out),
		cmocka_unit_test(a_known_fault_counts_for_its_model_and_firmware_alone),
		cmocka_unit_test(a_family_whose_probes_are_hidden_is_known_by_what_it_reads),
		cmocka_unit_test(a_sentinel_that_comes_later_is_left_out),
		cmocka_unit_test(a_silent_device_is_a_timeout_and_comes_back),
		cmocka_unit_test(a_deadline_ends_a_poll_at_any_point),
		cmocka_unit_test(a_restart_leads_to_a_new_survey_in_the_same_poll),
		cmocka_unit_test(sys_uptime_wraps_without_a_restart),
		cmocka_unit_test(a_row_that_goes_away_is_noticed_and_the_others_are_read),
		cmocka_unit_test(the_wrong_community_is_silence),
		cmocka_unit_test(ipv6_works_as_ipv4),
		cmocka_unit_test(a_name_is_looked_up),
		cmocka_unit_test(each_address_of_a_name_has_its_turn),
		cmocka_unit_test(what_cannot_be_sent_is_told),
		cmocka_unit_test(requests_beyond_the_limit_wait),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
