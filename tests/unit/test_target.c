/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "target.c"
#include "random.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

struct outcome {
	int done, closed, put_off, ready;
	enum hwatt_code code;
};

static int fake_open(struct hwatt_target *t, struct hwatt_error *err)
{
	(void)t;
	(void)err;
	return 0;
}

static void fake_poll(struct hwatt_target *t)
{
	(void)t;
}

static void fake_close(struct hwatt_target *t)
{
	hwatt_target_closed(t);
}

static const struct hwatt_collector fake = { .name = "fake", .open = fake_open, .poll = fake_poll,
					     .abort = fake_poll, .close = fake_close };

static void on_done(void *arg, struct hwatt_target *t, const struct hwatt_error *err)
{
	struct outcome *o = arg;
	(void)t;
	o->done++;
	o->code = err != NULL ? err->code : HWATT_OK;
}

static void on_closed(void *arg, struct hwatt_target *t)
{
	struct outcome *o = arg;
	(void)t;
	o->closed++;
}

static struct hwatt_target *open_target(uv_loop_t *loop, struct outcome *outcome)
{
	static const struct hwatt_device device = { .id = "pdu-a1" };
	struct target_parts parts = { .loop = loop, .collector = &fake, .device = &device,
				      .owner = { .done = on_done, .closed = on_closed, .arg = outcome } };
	struct hwatt_target *t = NULL;
	struct hwatt_error err = {0};
	uv_loop_init(loop);
	assert_int_equal(target_open(&parts, &t, &err), 0);
	return t;
}

static void close_target(uv_loop_t *loop, struct hwatt_target *t)
{
	target_close(t);
	assert_int_equal(uv_loop_close(loop), 0);
}

static struct hwatt_point outlet(const char *index, const char *source)
{
	return (struct hwatt_point){ .role = HWATT_OUTLET, .quantity = HWATT_ACTIVE_POWER, .index = index,
				     .source = source, .name = "a" };
}

static void the_same_point_has_the_same_handle(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct outcome outcome = {0};
	struct hwatt_target *t = open_target(&loop, &outcome);
	char index[16], source[32];
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 500; i++) {
			snprintf(index, sizeof(index), "%d", i);
			snprintf(source, sizeof(source), "1.3.6.%d", i);
			struct hwatt_point p = outlet(index, source);
			assert_int_equal(hwatt_target_point(t, &p), i);
		}
	struct hwatt_point other = outlet("7", "1.3.6.9999"); /* the same place read from another object */
	assert_int_equal(hwatt_target_point(t, &other), 500);
	close_target(&loop, t);
}

static void a_new_name_does_not_split_a_point(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct outcome outcome = {0};
	size_t count;
	struct hwatt_target *t = open_target(&loop, &outcome);
	struct hwatt_point p = outlet("1", "1.3");
	int handle = hwatt_target_point(t, &p);
	p.name = "db server";
	assert_int_equal(hwatt_target_point(t, &p), handle);
	assert_string_equal(target_points(t, &count)[handle].name, "db server");
	assert_int_equal(count, 1);
	close_target(&loop, t);
}

static void values_out_of_range_are_dropped_and_counted(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct outcome outcome = {0};
	size_t count;
	struct hwatt_target *t = open_target(&loop, &outcome);
	struct hwatt_point p = outlet("1", "1.3");
	int handle = hwatt_target_point(t, &p);
	target_poll(t, 1000);
	hwatt_target_add(t, handle, (struct hwatt_value){ .value = 1480000 });
	hwatt_target_add(t, handle, (struct hwatt_value){ .value = INT64_C(100000000001) }); /* over 100 MW */
	hwatt_target_done(t, NULL);
	struct target_reading r = {0};
	assert_true(target_value(target_values(t), &target_points(t, &count)[handle], (size_t)handle, &r));
	assert_int_equal(r.value.value, 1480000);
	assert_true(r.fresh);
	assert_int_equal(target_dropped(t), 1);
	assert_int_equal(outcome.done, 1);
	close_target(&loop, t);
	assert_int_equal(outcome.closed, 1);
}

/* When the value came; -1: there is none. */
static int64_t came_ms(const struct hwatt_target *t, int handle)
{
	size_t count;
	struct target_reading r;
	if (!target_value(target_values(t), &target_points(t, &count)[handle], (size_t)handle, &r))
		return -1;
	return r.mono_ms;
}

static void poll_one(struct hwatt_target *t, int handle, int64_t value)
{
	target_poll(t, 1000);
	hwatt_target_add(t, handle, (struct hwatt_value){ .value = value });
	hwatt_target_done(t, NULL);
}

static void each_value_keeps_its_time_however_many_there_are(void **state)
{
	(void)state;
	enum { POINTS = 400, STEADY = 3 };
	uv_loop_t loop;
	struct outcome outcome = {0};
	struct hwatt_target *t = open_target(&loop, &outcome);
	int64_t came[POINTS], last_ms = -1;
	char index[16];
	int handles[POINTS];
	for (int i = 0; i < POINTS; i++) {
		snprintf(index, sizeof(index), "%d", i);
		struct hwatt_point p = outlet(index, "1.3");
		handles[i] = hwatt_target_point(t, &p);
		came[i] = -1;
	}
	/* Polls in one millisecond still come one after the other. A few points take turns for long, then the others come once. */
	for (int i = 0; i < 1000 + POINTS; i++) {
		int n = i < 1000 ? i % STEADY : i - 1000;
		poll_one(t, handles[n], i);
		came[n] = came_ms(t, handles[n]);
		assert_true(came[n] > last_ms);
		last_ms = came[n];
		assert_true(i >= 1000 || target_values(t)->at == NULL);
		for (int k = 0; k < POINTS && (i % 50 == 49 || i > 1240); k++)
			assert_int_equal(came_ms(t, handles[k]), came[k]);
	}
	assert_non_null(target_values(t)->at); /* a time for each now */
	close_target(&loop, t);
}

static int64_t value_of(const struct hwatt_target *t, int handle)
{
	size_t count;
	struct target_reading r = { .mono_ms = 0 };
	assert_true(target_value(target_values(t), &target_points(t, &count)[handle], (size_t)handle, &r));
	return r.value.value;
}

static void a_value_beyond_32_bits_leaves_the_others_as_they_are(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct outcome outcome = {0};
	struct hwatt_target *t = open_target(&loop, &outcome);
	int handles[20];
	char index[16];
	for (int i = 0; i < 20; i++) {
		snprintf(index, sizeof(index), "%d", i);
		struct hwatt_point p = outlet(index, "1.3");
		handles[i] = hwatt_target_point(t, &p);
	}
	target_poll(t, 1000);
	hwatt_target_add(t, handles[0], (struct hwatt_value){ .value = INT32_MAX });
	hwatt_target_add(t, handles[1], (struct hwatt_value){ .value = INT32_MIN });
	hwatt_target_add(t, handles[19], (struct hwatt_value){ .value = INT64_C(90000000000) });
	hwatt_target_add(t, handles[2], (struct hwatt_value){ .value = -5 });
	hwatt_target_done(t, NULL);
	struct hwatt_point late = outlet("late", "1.3");
	int after = hwatt_target_point(t, &late);
	target_poll(t, 1000);
	hwatt_target_add(t, after, (struct hwatt_value){ .value = 7 });
	hwatt_target_done(t, NULL);
	assert_int_equal(value_of(t, handles[0]), INT32_MAX);
	assert_int_equal(value_of(t, handles[1]), INT32_MIN);
	assert_int_equal(value_of(t, handles[19]), INT64_C(90000000000));
	assert_int_equal(value_of(t, handles[2]), -5);
	assert_int_equal(value_of(t, after), 7);
	close_target(&loop, t);
}

/* A pseudo-random number below `below`. */
static uint64_t chance(uint64_t below)
{
	static uint64_t seed = 7;
	return random_next(&seed) % below;
}

static void declare_strips(struct hwatt_target *t, size_t each)
{
	static const struct { enum hwatt_quantity quantity; int64_t step; } strips[] = {
		{ HWATT_CURRENT, 0 }, { HWATT_ENERGY, 360000 }, { HWATT_ENERGY, INT64_C(1) << 40 }, { HWATT_TEMPERATURE, 0 } };
	char index[16];
	for (size_t i = 0; i < 4 * each; i++) {
		snprintf(index, sizeof(index), "%zu", i);
		struct hwatt_point p = { .role = HWATT_OUTLET, .quantity = strips[i / each].quantity, .index = index, .source = "1.3",
					 .step = strips[i / each].step };
		assert_int_equal(hwatt_target_point(t, &p), i);
	}
}

/* Some values of a run. */
static void make_run(int64_t *values, size_t count, bool wide, bool counter)
{
	static const int64_t odd[] = { 0, -1, INT32_MAX, INT32_MIN, INT64_C(1) << 31, 300000, 300001, -100000, -100001, INT64_MAX, INT64_MIN };
	for (size_t i = 0; i < count; i++) {
		values[i] = (int64_t)chance(100000);
		if (chance(8) == 0)
			values[i] = odd[chance(wide ? 11 : 4)];
		if (counter && values[i] < 0)
			values[i] = 0;
	}
}

static void a_run_is_what_its_values_are_one_by_one(void **state)
{
	(void)state;
	enum { EACH = 9, GOES = 300, ROUNDS = 40 };
	for (int go = 0; go < GOES; go++) {
		uv_loop_t loops[2];
		struct outcome outcomes[2] = { 0 };
		struct hwatt_target *t[2];
		for (int k = 0; k < 2; k++)
			declare_strips(t[k] = open_target(&loops[k], &outcomes[k]), EACH);
		for (int round = 0; round < ROUNDS; round++) {
			size_t strip = chance(4), from = chance(EACH), count = chance(EACH - from + 1), points;
			int64_t values[EACH];
			bool counter = strip == 1 || strip == 2;
			make_run(values, count, go % 2 == 0, counter);
			for (int k = 0; k < 2; k++)
				target_poll(t[k], 1000);
			hwatt_target_add_run(t[0], (int)(strip * EACH + from), values, count);
			for (size_t i = 0; i < count; i++) {
				struct hwatt_value value = { .value = values[i], .count = counter ? (uint64_t)values[i] : 0 };
				const struct target_point *p = &target_points(t[1], &points)[strip * EACH];
				if (counter && __builtin_mul_overflow(values[i], p->step, &value.value))
					value.value = INT64_MAX;
				hwatt_target_add(t[1], (int)(strip * EACH + from + i), value);
			}
			for (int k = 0; k < 2; k++)
				hwatt_target_done(t[k], NULL);
			assert_int_equal(target_dropped(t[0]), target_dropped(t[1]));
			for (size_t i = 0; i < 4 * EACH; i++) {
				struct target_reading a = { .mono_ms = 0 }, b = { .mono_ms = 0 };
				const struct target_point *p = &target_points(t[0], &points)[i];
				bool has = target_value(target_values(t[0]), p, i, &a);
				assert_int_equal(has, target_value(target_values(t[1]), p, i, &b));
				assert_int_equal(a.value.value, b.value.value);
				assert_int_equal(a.value.count, b.value.count);
				if (has)
					assert_int_equal(a.mono_ms - (int64_t)uv_now(&loops[0]), b.mono_ms - (int64_t)uv_now(&loops[1]));
				assert_int_equal(a.fresh, b.fresh);
			}
		}
		for (int k = 0; k < 2; k++)
			close_target(&loops[k], t[k]);
	}
}

static void points_are_bounded(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct outcome outcome = {0};
	char index[16];
	size_t warnings;
	struct hwatt_target *t = open_target(&loop, &outcome);
	for (int i = 0; i < HWATT_MAX_POINTS + 3; i++) {
		snprintf(index, sizeof(index), "%d", i);
		struct hwatt_point p = outlet(index, "1");
		assert_int_equal(hwatt_target_point(t, &p), i < HWATT_MAX_POINTS ? i : -1);
	}
	target_warnings(t, &warnings);
	assert_int_equal(warnings, 1); /* said once */
	close_target(&loop, t);
}

static void a_restart_is_seen_but_a_wrap_of_uptime_is_none(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct outcome outcome = {0};
	static const struct { int64_t before, after; bool restarted; } cases[] = {
		{ 1000, 2000, false }, { 500000, 90, true }, { INT64_C(42949672950), 20000, false },
		{ INT64_C(42949672950) - 7200000, 20000, true },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hwatt_target *t = open_target(&loop, &outcome);
		target_poll(t, 1000);
		hwatt_target_uptime(t, cases[i].before);
		assert_false(target_restarted(t));
		hwatt_target_done(t, NULL);
		target_poll(t, 1000);
		hwatt_target_uptime(t, cases[i].after);
		assert_int_equal(target_restarted(t), cases[i].restarted);
		hwatt_target_done(t, NULL);
		close_target(&loop, t);
	}
}

static void a_restart_that_is_told_twice_in_a_poll_is_seen(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct outcome outcome = {0};
	struct hwatt_target *t = open_target(&loop, &outcome);
	target_poll(t, 1000);
	hwatt_target_uptime(t, 500000);
	hwatt_target_done(t, NULL);
	target_poll(t, 1000);
	hwatt_target_uptime(t, 90);
	hwatt_target_uptime(t, 110); /* read again, after a survey */
	assert_true(target_restarted(t));
	hwatt_target_done(t, NULL);
	target_poll(t, 1000);
	hwatt_target_uptime(t, 1110);
	assert_false(target_restarted(t));
	hwatt_target_done(t, NULL);
	close_target(&loop, t);
}

static void on_put_off(void *arg)
{
	struct outcome *o = arg;
	o->put_off++;
}

static void on_ready(void *arg)
{
	struct outcome *o = arg;
	o->ready++;
}

static void a_poll_that_is_put_off_is_not_done_and_keeps_a_restart(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct outcome outcome = {0};
	struct hwatt_target *t = open_target(&loop, &outcome);
	target_poll(t, 1000);
	assert_false(hwatt_target_put_off(t)); /* its owner cannot wait */
	hwatt_target_ready(t);
	assert_true(target_polling(t));
	t->common->parts.owner.put_off = on_put_off;
	t->common->parts.owner.ready = on_ready;
	hwatt_target_uptime(t, 500000);
	hwatt_target_done(t, NULL);
	target_poll(t, 1000);
	hwatt_target_uptime(t, 90);
	assert_true(hwatt_target_put_off(t));
	assert_false(target_polling(t));
	target_expire(t); /* no poll runs */
	hwatt_target_ready(t);
	target_poll(t, 1000);
	hwatt_target_uptime(t, 1110);
	assert_true(target_restarted(t));
	hwatt_target_done(t, NULL);
	assert_int_equal(outcome.put_off, 1);
	assert_int_equal(outcome.ready, 1);
	assert_int_equal(outcome.done, 2);
	target_poll(t, 1000);
	assert_false(target_restarted(t));
	hwatt_target_done(t, NULL);
	close_target(&loop, t);
}

static void an_expired_poll_is_a_timeout(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct outcome outcome = {0};
	struct hwatt_target *t = open_target(&loop, &outcome);
	target_poll(t, 1000);
	target_expire(t);
	assert_int_equal(outcome.code, HWATT_ETIMEOUT);
	target_expire(t); /* nothing is running: nothing happens */
	assert_int_equal(outcome.done, 1);
	close_target(&loop, t);
}

static void identity_has_a_version(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct outcome outcome = {0};
	struct hwatt_target *t = open_target(&loop, &outcome);
	struct hwatt_identity id = { .vendor = "APC", .model = "AP8641", .serial = "5A1", .profile = "apc-rpdu2" };
	hwatt_target_identify(t, &id);
	assert_int_equal(target_identity_version(t), 1);
	hwatt_target_identify(t, &id);
	assert_int_equal(target_identity_version(t), 1);
	id.serial = "5A2";
	hwatt_target_identify(t, &id);
	assert_int_equal(target_identity_version(t), 2);
	assert_string_equal(target_identity(t).serial, "5A2");
	assert_string_equal(target_identity(t).firmware, "");
	close_target(&loop, t);
}

struct note {
	char text[64];
};

static void note(void *arg, const char *device, const char *key, const char *value)
{
	struct note *n = arg;
	snprintf(n->text, sizeof(n->text), "%s %s %s", device, key, value);
}

static char *look_up(void *arg, const char *device, const char *key)
{
	struct note *n = arg;
	return strncmp(n->text, device, strlen(device)) == 0 && strstr(n->text, key) != NULL ? strdup(n->text) : NULL;
}

static void what_is_remembered_goes_where_the_owner_says_or_nowhere(void **state)
{
	(void)state;
	static const struct hwatt_device device = { .id = "pdu-a1" };
	uv_loop_t loop;
	struct outcome outcome = {0};
	struct hwatt_error err = {0};
	struct note kept = { "" };
	struct hwatt_target *t = open_target(&loop, &outcome);
	hwatt_target_remember(t, "engine", "8000");
	assert_null(hwatt_target_recall(t, "engine"));
	close_target(&loop, t);

	struct target_parts parts = { .loop = &loop, .collector = &fake, .device = &device,
				      .owner = { .done = on_done, .closed = on_closed, .arg = &outcome }, .memory = { note, look_up, &kept } };
	uv_loop_init(&loop);
	assert_int_equal(target_open(&parts, &t, &err), 0);
	hwatt_target_remember(t, "engine", "8000");
	char *text = hwatt_target_recall(t, "engine");
	assert_string_equal(text, "pdu-a1 engine 8000");
	free(text);
	assert_null(hwatt_target_recall(t, "other"));
	close_target(&loop, t);
}

/* What is written to stderr meanwhile. */
static char *said_by(struct hwatt_target *const *speakers, size_t count)
{
	FILE *file = tmpfile();
	int before = dup(STDERR_FILENO);
	char text[4096] = "";
	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	for (size_t i = 0; i < count; i++)
		hwatt_log(hwatt_target_log(speakers[i]), HWATT_ERROR, "word %zu", i);
	dup2(before, STDERR_FILENO);
	close(before);
	assert_return_code(fseek(file, 0, SEEK_SET), 0);
	assert_true(fread(text, 1, sizeof(text) - 1, file) > 0);
	fclose(file);
	return hwatt_strdup(text);
}

static void each_speaks_under_its_name_and_keeps_nothing_for_it(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct hwatt_target *a, *b;
	struct hwatt_error err;
	struct hwatt_device devices[] = { { .id = "pdu-a" }, { .id = "pdu-b" } };
	struct outcome outcome = {0};
	struct target_shelf shelf = { .commons = NULL };
	struct hwatt_log *parent = hwatt_log_new(HWATT_ERROR, HWATT_LOGFMT);
	assert_int_equal(uv_loop_init(&loop), 0);
	struct target_parts parts = { .loop = &loop, .collector = &fake, .device = &devices[0], .parent_log = parent, .shelf = &shelf,
				      .owner = { .done = on_done, .closed = on_closed, .arg = &outcome } };
	assert_int_equal(target_open(&parts, &a, &err), 0);
	parts.device = &devices[1];
	assert_int_equal(target_open(&parts, &b, &err), 0);
	char *said = said_by((struct hwatt_target *[]){ a, a, b, a }, 4), *at = said;
	static const char *const lines[] = { "logger=pdu-a msg=\"word 0\"", "logger=pdu-a msg=\"word 1\"", "logger=pdu-b msg=\"word 2\"",
					     "logger=pdu-a msg=\"word 3\"" };
	for (size_t i = 0; i < 4; i++) {
		at = strstr(at, lines[i]);
		assert_non_null(at);
	}
	free(said);
	assert_null(a->news);
	assert_null(b->news);
	target_close(a);
	assert_ptr_not_equal(b->common->speaker, a); /* who comes to lie where it lay has another name */
	target_close(b);
	target_shelf_free(&shelf);
	hwatt_log_free(parent);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* Two targets of one shelf, polled every half minute. */
static void values_that_rest_are_as_they_were(void **state)
{
	(void)state;
	enum { POINTS = 40 };
	static const struct hwatt_device devices[2] = { { .id = "pdu-a1", .interval_ms = 30000 }, { .id = "pdu-a2", .interval_ms = 30000 } };
	uv_loop_t loop;
	struct outcome outcome = {0};
	struct target_shelf shelf = {0};
	struct hwatt_target *t[2];
	struct hwatt_error err = {0};
	char index[2][POINTS][12];
	uv_loop_init(&loop);
	for (int k = 0; k < 2; k++) {
		struct target_parts parts = { .loop = &loop, .collector = &fake, .device = &devices[k],
					      .owner = { .done = on_done, .closed = on_closed, .arg = &outcome }, .shelf = &shelf };
		assert_int_equal(target_open(&parts, &t[k], &err), 0);
		for (int i = 0; i < POINTS; i++) {
			snprintf(index[k][i], sizeof(index[k][i]), "%d", i);
			struct hwatt_point p = outlet(index[k][i], "1.3");
			assert_int_equal(hwatt_target_point(t[k], &p), i);
		}
	}
	assert_ptr_equal(t[0]->common, t[1]->common);
	for (int poll = 0; poll < 3; poll++) {
		for (int k = 0; k < 2; k++) {
			target_poll(t[k], 1000);
			for (int i = poll * 10; i < POINTS - k; i++) /* later ones tell less */
				hwatt_target_add(t[k], i, (struct hwatt_value){ .value = 1000 * i + k + 5 * poll });
			hwatt_target_done(t[k], NULL);
			target_rest(t[k]);
			assert_false(t[k]->is_spread);
		}
	}
	for (int k = 0; k < 2; k++) {
		size_t count;
		const struct target_point *points = target_points(t[k], &count);
		const struct target_values *values = target_values(t[k]);
		for (size_t i = 0; i < POINTS; i++) {
			struct target_reading r = {0};
			int poll = i < 10 ? 0 : i < 20 ? 1 : 2;
			assert_int_equal(target_value(values, &points[i], i, &r), (int)i < POINTS - k);
			if ((int)i == POINTS - k)
				continue;
			assert_int_equal(r.value.value, 1000 * (int)i + k + 5 * poll);
			assert_int_equal(r.fresh, poll == 2);
		}
	}
	hwatt_target_register_stamp(t[0], 3, 77);
	target_rest(t[0]);
	assert_int_equal(target_values(t[0])->stamps[3].stamp, 77);
	assert_null(target_values(t[1])->stamps);
	target_close(t[0]);
	target_close(t[1]);
	target_shelf_free(&shelf);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void devices_of_a_kind_share_what_they_say(void **state)
{
	(void)state;
	uv_loop_t loop;
	struct outcome outcome = {0};
	struct target_shelf shelf = {0};
	struct hwatt_target *t[2];
	struct hwatt_error err = {0};
	static const struct hwatt_device device = { .id = "pdu-a1" };
	struct target_parts parts = { .loop = &loop, .collector = &fake, .device = &device,
				      .owner = { .done = on_done, .closed = on_closed, .arg = &outcome }, .shelf = &shelf };
	uv_loop_init(&loop);
	for (int k = 0; k < 2; k++) {
		assert_int_equal(target_open(&parts, &t[k], &err), 0);
		struct hwatt_identity id = { .vendor = "Acme", .model = "P24", .serial = k == 0 ? "5A1" : "5A2", .firmware = "1.0" };
		hwatt_target_identify(t[k], &id);
	}
	assert_ptr_equal(target_identity(t[0]).vendor, target_identity(t[1]).vendor);
	assert_string_equal(target_identity(t[0]).serial, "5A1");
	assert_string_equal(target_identity(t[1]).serial, "5A2");
	struct hwatt_identity newer = { .vendor = "Acme", .model = "P24", .serial = "5A1", .firmware = "1.1" };
	hwatt_target_identify(t[0], &newer);
	assert_int_equal(target_identity_version(t[0]), 2);
	assert_string_equal(target_identity(t[0]).firmware, "1.1");
	assert_string_equal(target_identity(t[1]).firmware, "1.0");
	target_close(t[0]);
	target_close(t[1]);
	target_shelf_free(&shelf);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_remembered_goes_where_the_owner_says_or_nowhere),
		cmocka_unit_test(the_same_point_has_the_same_handle),
		cmocka_unit_test(a_new_name_does_not_split_a_point),
		cmocka_unit_test(each_value_keeps_its_time_however_many_there_are),
		cmocka_unit_test(values_out_of_range_are_dropped_and_counted),
		cmocka_unit_test(a_value_beyond_32_bits_leaves_the_others_as_they_are),
		cmocka_unit_test(a_run_is_what_its_values_are_one_by_one),
		cmocka_unit_test(points_are_bounded),
		cmocka_unit_test(a_restart_is_seen_but_a_wrap_of_uptime_is_none),
		cmocka_unit_test(a_restart_that_is_told_twice_in_a_poll_is_seen),
		cmocka_unit_test(a_poll_that_is_put_off_is_not_done_and_keeps_a_restart),
		cmocka_unit_test(an_expired_poll_is_a_timeout),
		cmocka_unit_test(identity_has_a_version),
		cmocka_unit_test(each_speaks_under_its_name_and_keeps_nothing_for_it),
		cmocka_unit_test(values_that_rest_are_as_they_were),
		cmocka_unit_test(devices_of_a_kind_share_what_they_say),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
