/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The collector above the transport's seam, with recorded frames: what goes over /dev/ipmi0 as it does over the network. */
#include "bmc.h"
#include "document.h"
#include "target.h"
#include <hallwatt/arena.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

extern const struct hwatt_collector ipmi_collector;

#define MOST_FRAMES 128u
#define MOST_TEXT 160u

struct frame { /* as a line of frames.txt, in hexadecimal digits */
	char asked[MOST_TEXT];
	uint8_t answer[80];
	size_t length;
	unsigned times;
};

struct world { /* plays the transport, too */
	struct transport transport; /* first */
	uv_loop_t loop;
	uv_idle_t idle;
	struct frame frames[MOST_FRAMES];
	size_t count, commands;
	transport_done *done;
	void *arg;
	char asked[MOST_TEXT];
	struct hwatt_arena *arena;
	void *engine;
	struct hwatt_device device;
	struct hwatt_target *target;
	bool over;
	struct hwatt_error err;
	char *kept;                /* what is remembered as "power" */
	unsigned after_ms[8];      /* how long each repetition of `other` was to wait */
	size_t others;
	const char *other;         /* a command that is answered with `code` */
	uint8_t code;
};

static void load(struct world *w)
{
	char line[512], data[MOST_TEXT], answer[MOST_TEXT];
	unsigned netfn, command;
	FILE *in = fopen(TEST_SOURCE_DIR "/frames.txt", "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL) {
		if (line[0] == '#')
			continue;
		struct frame *f = &w->frames[w->count++];
		assert_true(w->count < MOST_FRAMES);
		assert_int_equal(sscanf(line, "%x %x %159s > %159s", &netfn, &command, data, answer), 4);
		snprintf(f->asked, sizeof(f->asked), "%02x %02x %.100s", netfn, command, data);
		for (const char *p = answer; p[0] != '\0' && p[1] != '\0'; p += 2)
			f->answer[f->length++] = (uint8_t)strtoul((char[]){ p[0], p[1], '\0' }, NULL, 16);
	}
	fclose(in);
}

/* Answers from the loop, never from within send. */
static void on_idle(uv_idle_t *idle)
{
	struct world *w = idle->data;
	transport_done *done = w->done;
	uv_idle_stop(idle);
	if (done == NULL)
		return;
	w->done = NULL;
	w->commands++;
	for (size_t i = 0; i < w->count; i++) {
		struct frame *f = &w->frames[i];
		if (strcmp(f->asked, w->asked) != 0)
			continue;
		bool other = w->other != NULL && strncmp(f->asked, w->other, strlen(w->other)) == 0;
		struct transport_answer a = { .code = other ? w->code : f->answer[0], .data = f->answer + 1,
					      .length = other ? 0 : f->length - 1 };
		f->times++;
		done(w->arg, &a, NULL);
		return;
	}
	fail_msg("nobody has recorded an answer to %s", w->asked);
}

static void play(struct transport *t, const struct transport_command *c, transport_done *done, void *arg)
{
	struct world *w = (struct world *)t;
	int at = snprintf(w->asked, sizeof(w->asked), "%02x %02x %s", c->netfn, c->command, c->length == 0 ? "-" : "");
	for (size_t i = 0; i < c->length; i++)
		at += snprintf(w->asked + at, sizeof(w->asked) - (size_t)at, "%02x", c->data[i]);
	w->done = done;
	w->arg = arg;
	if (w->other != NULL && strncmp(w->asked, w->other, strlen(w->other)) == 0)
		w->after_ms[w->others++ % 8] = c->after_ms;
	uv_idle_start(&w->idle, on_idle);
}

static void cancel(struct transport *t)
{
	((struct world *)t)->done = NULL;
}

static bool no_raise(struct transport *t)
{
	(void)t;
	return false;
}

static void leave(struct transport *t, void (*closed)(void *arg), void *arg)
{
	cancel(t);
	closed(arg);
}

static const struct transport_kind player = { .send = play, .cancel = cancel, .rest = cancel, .raise = no_raise, .close = leave };

static void on_done(void *arg, struct hwatt_target *t, const struct hwatt_error *err)
{
	struct world *w = arg;
	(void)t;
	w->over = true;
	w->err = err != NULL ? *err : (struct hwatt_error){ 0 };
}

static void on_closed(void *arg, struct hwatt_target *t)
{
	struct world *w = arg;
	(void)t;
	ipmi_collector.stop(w->engine);
}

static void keep(void *arg, const char *device, const char *key, const char *value)
{
	struct world *w = arg;
	(void)device;
	if (strcmp(key, "power") != 0)
		return;
	free(w->kept);
	w->kept = value != NULL ? hwatt_strdup(value) : NULL;
}

static char *recall(void *arg, const char *device, const char *key)
{
	const struct world *w = arg;
	(void)device;
	return strcmp(key, "power") == 0 && w->kept != NULL ? hwatt_strdup(w->kept) : NULL;
}

static void open_world(struct world *w, const char *settings)
{
	memset(w, 0, sizeof(*w));
	load(w);
	w->transport.kind = &player;
	w->arena = hwatt_arena_new();
	uv_loop_init(&w->loop);
	uv_idle_init(&w->loop, &w->idle);
	w->idle.data = w;
	assert_int_equal(ipmi_collector.start(&w->loop, NULL, &w->engine, &w->err), 0);
	struct hwatt_report report = { .arena = w->arena };
	void *read = hwatt_arena_alloc(w->arena, ipmi_collector.settings.size);
	const struct hwatt_node *node = document_parse("settings", settings, strlen(settings), w->arena, &report);
	assert_int_equal(hwatt_option_read(&ipmi_collector.settings, node, read, w->arena, &report), 0);
	w->device = (struct hwatt_device){ .id = "bmc", .scheme = "ipmi", .host = "", .interval_ms = 30000, .timeout_ms = 10000 };
	struct target_parts parts = { .loop = &w->loop, .collector = &ipmi_collector, .engine = w->engine, .settings = read,
				      .device = &w->device, .memory = { keep, recall, w }, .owner = { .done = on_done, .closed = on_closed, .arg = w } };
	assert_int_equal(target_open(&parts, &w->target, &w->err), 0);
	bmc_set_transport(w->target, &w->transport);
}

static void poll(struct world *w)
{
	int64_t before = (int64_t)uv_now(&w->loop);
	while ((int64_t)uv_now(&w->loop) <= before + 1) /* polls are told apart by the millisecond */
		uv_update_time(&w->loop);
	w->over = false;
	w->commands = 0;
	target_poll(w->target, 10000);
	while (!w->over)
		uv_run(&w->loop, UV_RUN_ONCE);
	assert_int_equal(w->err.code, HWATT_OK);
}

static void close_world(struct world *w)
{
	target_close(w->target);
	uv_close((uv_handle_t *)&w->idle, NULL);
	uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	hwatt_arena_free(w->arena);
	free(w->kept);
}

/* The value of the last poll, INT64_MIN when it gave none. */
static int64_t value(const struct world *w, const char *source, const char *name)
{
	size_t count;
	const struct target_point *points = target_points(w->target, &count);
	struct target_reading r;
	for (size_t i = 0; i < count; i++)
		if (strcmp(points[i].name, name) == 0 && strncmp(points[i].source, source, strlen(source)) == 0 &&
		    target_value(target_values(w->target), &points[i], i, &r) && r.fresh)
			return r.value.value;
	return INT64_MIN;
}

static void recorded_frames_become_readings(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "{}");
	poll(&w);
	struct target_identity id = target_identity(w.target);
	assert_string_equal(id.vendor, "Hallsim Works");
	assert_string_equal(id.model, "HS-R1");
	assert_string_equal(id.serial, "SRV000000A");
	assert_string_equal(id.firmware, "2.14");
	assert_int_equal(value(&w, "dcmi", "DCMI power reading"), 140000);
	assert_int_equal(value(&w, "dcmi", "minimum of 10 min"), 104000);
	assert_int_equal(value(&w, "sdr", "System Power"), 144000);
	assert_int_equal(value(&w, "sdr", "PSU1 Input"), 72000);
	assert_int_equal(value(&w, "psu sum", "sum of the power supplies' input"), 144000);
	assert_int_equal(value(&w, "sdr", "P12V"), 12096);
	assert_int_equal(value(&w, "sdr", "Spare Temp"), INT64_MIN); /* not scanned */
	assert_int_equal(value(&w, "sdr", "CPU2 Temp"), INT64_MIN);  /* unavailable */
	size_t first = w.commands;
	poll(&w); /* power and sensors alone */
	assert_int_equal(value(&w, "dcmi", "DCMI power reading"), 140000);
	assert_true(w.commands < first / 3);
	close_world(&w);
}

static const char *serial(const struct world *w, enum hwatt_part_kind kind, const char *index)
{
	const struct stock *stock = target_stock(w->target);
	for (size_t i = 0; stock != NULL && i < stock->count; i++)
		if (stock->items[i].kind == kind && strcmp(stock->items[i].index, index) == 0)
			return stock->items[i].serial;
	return "none";
}

/* "Not now" takes nothing from a power reading that was there, over a restart either; "never heard of it" does. */
static void who_had_dcmi_stays_with_it(void **state)
{
	(void)state;
	static const struct {
		const char *kept;
		uint8_t code;
		bool dcmi;
	} cases[] = { { "dcmi", 0xd5, true }, { "dcmi", 0xd4, true }, { "dcmi", 0xc9, true }, { "dcmi", 0xc1, false },
		      { NULL, 0xd5, false } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world w;
		open_world(&w, "{}");
		w.kept = cases[i].kept != NULL ? hwatt_strdup(cases[i].kept) : NULL;
		w.other = "2c 02";
		w.code = cases[i].code;
		poll(&w);
		assert_int_equal(strcmp(target_identity(w.target).profile_reason, "power by DCMI Get Power Reading") == 0, cases[i].dcmi);
		assert_int_equal(value(&w, "dcmi", "DCMI power reading"), INT64_MIN);
		assert_int_equal(value(&w, "sdr", "System Power"), 144000);
		w.other = NULL;
		poll(&w);
		assert_int_equal(value(&w, "dcmi", "DCMI power reading"), cases[i].dcmi ? 140000 : INT64_MIN);
		close_world(&w);
	}
}

/* Busy is not "has none": what was not read is read with the next polls, and what was known stays. */
static void an_inventory_that_was_busy_is_read_later(void **state)
{
	(void)state;
	static const char *const busy[] = { "0a 10 00", "0a 11 00", "0a 10 01", "0a 11 0128" };
	for (size_t i = 0; i < sizeof(busy) / sizeof(busy[0]); i++) {
		struct world w;
		open_world(&w, "{}");
		w.other = busy[i];
		w.code = 0xc0;
		poll(&w);
		poll(&w);
		w.other = NULL;
		poll(&w);
		assert_string_equal(target_identity(w.target).serial, "SRV000000A");
		assert_string_equal(serial(&w, HWATT_PART_PSU, "1"), "PSA000000A");
		poll(&w);
		size_t quiet = w.commands;
		w.other = busy[i];
		poll(&w);
		assert_int_equal(w.commands, quiet); /* and not again */
		close_world(&w);
	}
	struct world w;
	open_world(&w, "{}");
	w.other = "0a 10 00"; /* for ever */
	w.code = 0xff;
	size_t last = 0, before = 0;
	for (int n = 0; n < 10; n++) {
		poll(&w);
		before = last;
		last = w.commands;
	}
	assert_int_equal(last, before);
	assert_true(last < 30);
	close_world(&w);
}

/* One that does not answer is not told; that is not "its place is empty". */
static void parts_that_answer_are_told(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "{}");
	poll(&w);
	assert_string_equal(serial(&w, HWATT_PART_ENCLOSURE, ""), "CHS000000A");
	assert_string_equal(serial(&w, HWATT_PART_BOARD, ""), "BRD000000A");
	assert_string_equal(serial(&w, HWATT_PART_PSU, "1"), "PSA000000A");
	assert_string_equal(serial(&w, HWATT_PART_PSU, "2"), "PSB000000A");
	close_world(&w);
	static const char *const silent[] = { "0a 10 01", "0a 11 0100", "0a 11 0108" };
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		open_world(&w, "{}");
		w.other = silent[i];
		w.code = 0xcb;
		poll(&w);
		assert_string_equal(serial(&w, HWATT_PART_PSU, "1"), "none");
		assert_string_equal(serial(&w, HWATT_PART_PSU, "2"), "PSB000000A");
		close_world(&w);
	}
}

static void what_is_not_wanted_is_not_asked(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "{sensors: none}");
	poll(&w);
	poll(&w);
	assert_int_equal(w.commands, 1); /* one command a poll */
	assert_int_equal(value(&w, "dcmi", "DCMI power reading"), 140000);
	close_world(&w);
	open_world(&w, "{sensors: power, quirks: no_dcmi}");
	poll(&w);
	poll(&w);
	assert_int_equal(w.commands, 3);
	assert_int_equal(value(&w, "sdr", "System Power"), 144000);
	assert_int_equal(value(&w, "dcmi", "DCMI power reading"), INT64_MIN);
	close_world(&w);
}

static void a_code_that_is_no_answer_is_no_value(void **state)
{
	(void)state;
	static const uint8_t codes[] = { 0xc0, 0xc1, 0xc3, 0xc7, 0xc9, 0xcb, 0xd4, 0xd5, 0xdf, 0xff };
	for (size_t i = 0; i < sizeof(codes); i++) {
		struct world w;
		open_world(&w, "{}");
		poll(&w);
		w.other = "2c 02";
		w.code = codes[i];
		poll(&w);
		assert_int_equal(value(&w, "dcmi", "DCMI power reading"), INT64_MIN);
		assert_int_equal(value(&w, "sdr", "System Power"), 144000);
		w.other = "04 2d";
		poll(&w);
		assert_int_equal(value(&w, "dcmi", "DCMI power reading"), 140000);
		assert_int_equal(value(&w, "sdr", "System Power"), INT64_MIN);
		assert_int_equal(value(&w, "psu sum", "sum of the power supplies' input"), INT64_MIN);
		close_world(&w);
	}
}

/* A busy one is given a moment; a code that may mean anything is not worth one. */
static void a_busy_controller_is_given_time(void **state)
{
	(void)state;
	static const unsigned moments[2][4] = { { 0, 20, 60, 180 }, { 0, 0, 0, 0 } };
	static const uint8_t codes[] = { 0xc0, 0xff, 0xc3, 0xdf };
	for (size_t i = 0; i < sizeof(codes); i++) {
		struct world w;
		open_world(&w, "{}");
		poll(&w);
		w.other = "2c 02";
		w.code = codes[i];
		poll(&w);
		assert_int_equal(w.others, 4);
		assert_memory_equal(w.after_ms, moments[i % 2], sizeof(moments[0]));
		close_world(&w);
	}
}

/* A supply that falls silent is missed, not left out of the sum; one that was never there is. */
static void the_sum_is_of_all_supplies_or_there_is_none(void **state)
{
	(void)state;
	struct world w;
	open_world(&w, "{}");
	poll(&w);
	assert_int_equal(value(&w, "psu sum", "sum of the power supplies' input"), 144000);
	w.other = "04 2d 22";
	w.code = 0xcb;
	poll(&w);
	assert_int_equal(value(&w, "sdr", "PSU1 Input"), 72000);
	assert_int_equal(value(&w, "psu sum", "sum of the power supplies' input"), INT64_MIN);
	close_world(&w);
	open_world(&w, "{}");
	w.other = "04 2d 22";
	w.code = 0xcb;
	for (int i = 0; i < 2; i++) { /* it may yet come */
		poll(&w);
		assert_int_equal(value(&w, "psu sum", "sum of the power supplies' input"), INT64_MIN);
	}
	poll(&w);
	assert_int_equal(value(&w, "psu sum", "sum of the power supplies' input"), 72000);
	close_world(&w);
}

static void a_bmc_that_is_always_busy_for_one_thing_is_read(void **state)
{
	(void)state;
	static const char *const commands[] = { "00 01", "2c 01", "0a 10", "0a 11", "2c 02" };
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct world w;
		open_world(&w, "{}");
		w.other = commands[i];
		w.code = 0xff;
		for (int n = 0; n < 8 && value(&w, "sdr", "System Power") != 144000; n++)
			poll(&w);
		assert_int_equal(value(&w, "sdr", "System Power"), 144000);
		close_world(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_frames_become_readings),
		cmocka_unit_test(who_had_dcmi_stays_with_it),
		cmocka_unit_test(an_inventory_that_was_busy_is_read_later),
		cmocka_unit_test(parts_that_answer_are_told),
		cmocka_unit_test(what_is_not_wanted_is_not_asked),
		cmocka_unit_test(a_code_that_is_no_answer_is_no_value),
		cmocka_unit_test(a_busy_controller_is_given_time),
		cmocka_unit_test(the_sum_is_of_all_supplies_or_there_is_none),
		cmocka_unit_test(a_bmc_that_is_always_busy_for_one_thing_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
