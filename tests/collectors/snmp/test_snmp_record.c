/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Records the agents of recordings/ anew and polls what was written: it must say the same as the device. */
#include "fake_target.h"
#include "recording.h"
#include <ctype.h>
#include <glob.h>
#include <hallwatt/text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LARGEST (64u << 20)

static struct hwatt_target *attach(struct fake_world *world, const struct recording *r, const char *settings)
{
	struct hwatt_error err;
	struct hwatt_target *t = fake_open(world, "127.0.0.1", r->port, settings, &err);
	assert_non_null(t);
	return t;
}

static void write_file(const char *path, const struct hwatt_text *text)
{
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(hwatt_text_string(text), 1, text->length, out), text->length);
	assert_int_equal(fclose(out), 0);
}

static const struct fake_point *same_point(const struct hwatt_target *t, const struct fake_point *p)
{
	for (size_t i = 0; i < t->point_count; i++)
		if (t->points[i].is.role == p->is.role && t->points[i].is.quantity == p->is.quantity &&
		    strcmp(t->points[i].is.index, p->is.index) == 0 && strcmp(t->points[i].is.source, p->is.source) == 0)
			return &t->points[i];
	return NULL;
}

/* How many readings of `a` are not in `b`. */
static unsigned differences(const char *path, const struct hwatt_target *a, const struct hwatt_target *b, bool names)
{
	unsigned wrong = a->point_count != b->point_count;
	for (size_t i = 0; i < a->point_count; i++) {
		const struct fake_point *x = &a->points[i], *y = same_point(b, x);
		bool same = y != NULL && x->times == y->times && x->value.value == y->value.value &&
			    x->value.count == y->value.count && x->is.alternative == y->is.alternative;
		if (same && names)
			same = strcmp(x->is.name != NULL ? x->is.name : "", y->is.name != NULL ? y->is.name : "") == 0;
		if (!same) {
			print_message("%s: %s differs\n", path, x->is.source);
			wrong++;
		}
	}
	if (strcmp(a->profile != NULL ? a->profile : "", b->profile != NULL ? b->profile : "") != 0) {
		print_message("%s: profile %s became %s\n", path, a->profile, b->profile);
		wrong++;
	}
	return wrong;
}

static void record(struct fake_world *world, const struct recording *r, const char *settings, bool scrub, struct hwatt_text *out)
{
	struct hwatt_target *t = attach(world, r, settings);
	struct hwatt_recording order = { .scrub = scrub, .out = out };
	hwatt_text_init(out, LARGEST);
	assert_int_equal(fake_record(t, &order, 60000), 0);
	assert_true(order.rows > 0);
	assert_false(order.cut);
	assert_true(hwatt_text_ok(out));
	fake_close(t);
}

static unsigned check(struct fake_world *world, const char *path, const char *settings, bool scrub)
{
	char copy[] = "/tmp/hallwatt-record-XXXXXX";
	struct recording r, again;
	struct hwatt_text text;
	unsigned wrong = 0;
	int fd = mkstemp(copy);
	assert_true(fd >= 0);
	close(fd);
	recording_open(&r, &world->loop, path, AF_INET);
	record(world, &r, settings, scrub, &text);
	write_file(copy, &text);
	recording_open(&again, &world->loop, copy, AF_INET);
	struct hwatt_target *a = attach(world, &r, settings), *b = attach(world, &again, settings);
	wrong += fake_poll(a, 20000) < 0;
	wrong += fake_poll(b, 20000) < 0;
	wrong += differences(path, a, b, !scrub);
	char as_text[300]; /* a counter may have the same digits */
	snprintf(as_text, sizeof(as_text), "|4|%s", a->serial != NULL ? a->serial : "");
	if (scrub && a->serial != NULL && strlen(a->serial) >= 4 &&
	    (strstr(hwatt_text_string(&text), isdigit(a->serial[0]) ? as_text : a->serial) != NULL || b->serial == NULL)) {
		print_message("%s: serial %s left\n", path, a->serial);
		wrong++;
	}
	fake_close(a);
	fake_close(b);
	recording_close(&r);
	recording_close(&again);
	uv_run(&world->loop, UV_RUN_NOWAIT);
	hwatt_text_free(&text);
	unlink(copy);
	return wrong;
}

static void check_all(const char *pattern, const char *settings, bool scrub)
{
	struct fake_world world;
	glob_t files;
	unsigned wrong = 0;
	fake_world_open(&world, NULL);
	const char *other = getenv("HALLWATT_TEST_RECORDINGS"); /* a folder with more of them */
	char all[4096];
	snprintf(all, sizeof(all), "%s/%s", other != NULL ? other : TEST_SOURCE_DIR "/recordings", pattern);
	assert_int_equal(glob(all, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		wrong += check(&world, files.gl_pathv[i], settings, scrub);
	globfree(&files);
	fake_world_close(&world);
	assert_int_equal(wrong, 0);
}

static void a_recording_says_what_the_device_said(void **state)
{
	(void)state;
	check_all("*.snmprec", "{community: public}", false);
}

static void so_it_does_when_scrubbed_but_for_names_and_serials(void **state)
{
	(void)state;
	check_all("*.snmprec", "{community: public}", true);
}

static void so_it_does_in_v1(void **state)
{
	(void)state;
	check_all("apc-*.snmprec", "{version: 1}", false);
}

/* Faults of agents: the walk ends, and says so. */
static struct hwatt_recording with_fault(enum fault fault, unsigned most, struct hwatt_text *out, bool *failed, bool *warned)
{
	struct fake_world world;
	struct recording r;
	fake_world_open(&world, NULL);
	recording_open(&r, &world.loop, TEST_SOURCE_DIR "/recordings/apc-ap7902b.snmprec", AF_INET);
	struct hwatt_target *t = attach(&world, &r, fault == FAULT_SILENT ? "{timeout: 50ms, retries: 0}" : "{}");
	struct hwatt_recording order = { .out = out };
	hwatt_text_init(out, LARGEST);
	r.fault = fault;
	r.most = most;
	*failed = fake_record(t, &order, 20000) < 0;
	*warned = fake_warned(t, "circle");
	fake_close(t);
	recording_close(&r);
	fake_world_close(&world);
	return order;
}

static void an_agent_that_walks_in_a_circle_is_left(void **state)
{
	(void)state;
	struct hwatt_text text;
	bool failed, warned;
	struct hwatt_recording order = with_fault(FAULT_LOOP, 0, &text, &failed, &warned);
	assert_false(failed);
	assert_true(warned);
	assert_true(order.cut);
	hwatt_text_free(&text);
}

static void an_agent_that_cannot_give_much_is_asked_for_less(void **state)
{
	(void)state;
	struct hwatt_text text;
	bool failed, warned;
	struct hwatt_recording order = with_fault(FAULT_TOO_BIG, 3, &text, &failed, &warned);
	assert_false(failed);
	assert_false(order.cut);
	assert_true(order.rows > 2000);
	hwatt_text_free(&text);
}

static void a_silent_device_gives_an_error_and_no_rows(void **state)
{
	(void)state;
	struct hwatt_text text;
	bool failed, warned;
	struct hwatt_recording order = with_fault(FAULT_SILENT, 0, &text, &failed, &warned);
	assert_true(failed);
	assert_int_equal(order.rows, 0);
	hwatt_text_free(&text);
}

static void what_came_before_the_deadline_is_written(void **state)
{
	(void)state;
	struct fake_world world;
	struct recording r;
	struct hwatt_text text;
	fake_world_open(&world, NULL);
	recording_open(&r, &world.loop, TEST_SOURCE_DIR "/recordings/arista-7150s.snmprec", AF_INET);
	struct hwatt_target *t = attach(&world, &r, "{max_repetitions: 1}");
	struct hwatt_recording order = { .out = &text };
	hwatt_text_init(&text, LARGEST);
	struct hwatt_recording whole = { .out = &text };
	assert_int_equal(fake_poll(t, 20000), 0); /* how long a survey takes */
	int64_t limit_ms = 1; /* each of the 5000 requests is some looks at the clock of this program, a microsecond each */
	while (fake_record(t, &order, limit_ms) < 0 && order.rows == 0)
		limit_ms *= 2; /* until the deadline comes within the walk */
	assert_true(order.cut);
	assert_true(text.length > 0);
	assert_true(t->failed);
	hwatt_text_reset(&text);
	assert_int_equal(fake_record(t, &whole, 60000), 0); /* and the next one is whole */
	assert_false(whole.cut);
	assert_true(whole.rows >= order.rows);
	hwatt_text_free(&text);
	fake_close(t);
	recording_close(&r);
	fake_world_close(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recording_says_what_the_device_said),
		cmocka_unit_test(so_it_does_when_scrubbed_but_for_names_and_serials),
		cmocka_unit_test(so_it_does_in_v1),
		cmocka_unit_test(an_agent_that_walks_in_a_circle_is_left),
		cmocka_unit_test(an_agent_that_cannot_give_much_is_asked_for_less),
		cmocka_unit_test(a_silent_device_gives_an_error_and_no_rows),
		cmocka_unit_test(what_came_before_the_deadline_is_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
