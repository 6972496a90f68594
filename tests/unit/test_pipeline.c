/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The pipeline with the real store in a folder of its own, and targets whose answers the test gives. */
#include "loading.h"
#include "folder.h"

#include "pipeline.h"
#include <hallwatt/arena.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>

#define START_MS INT64_C(1800000000000) /* a quarter's start */
#define STEP_MS 30000
#define KILOWATT INT64_C(1000000)       /* mW */
#define JOULES_PER_STEP 30000           /* of one kilowatt */

/* ---- a protocol without a wire ---- */

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

struct nothing { int64_t nothing; };

static const struct hwatt_collector fake = {
	.name = "snmp", .default_port = 161, .settings = { .name = "snmp", .help = "", .size = sizeof(struct nothing) },
	.open = fake_open, .poll = fake_poll, .abort = fake_poll, .close = fake_close,
};
const struct hwatt_collector *const hallwatt_collectors[] = { &fake, NULL };

/* ---- the rig ---- */

#define MAX_DEVICES 4

struct rig {
	struct folder folder;
	struct loading loading;
	uv_loop_t loop;
	struct store *store;
	struct snapshot_hub *hub;
	struct pipeline *pipeline;
	struct generation *generation;
	int64_t wall_ms, mono_ms;
	struct hwatt_target *targets[MAX_DEVICES];
	struct pipeline_device *places[MAX_DEVICES]; /* NULL: the configuration does not have it */
	struct hwatt_device devices[MAX_DEVICES];
};

static void on_done(void *arg, struct hwatt_target *t, const struct hwatt_error *err)
{
	struct rig *r = arg;
	struct pipeline_device *place = NULL;
	for (int i = 0; i < MAX_DEVICES; i++)
		if (r->targets[i] == t)
			place = r->places[i];
	if (place != NULL)
		pipeline_polled(r->pipeline, place, t, err, 1000, r->wall_ms, r->mono_ms);
}

static void on_closed(void *arg, struct hwatt_target *t)
{
	(void)arg;
	(void)t;
}

static void ok(int rc, const struct hwatt_error *err)
{
	if (rc < 0)
		fail_msg("%s", err->text);
}

static struct generation *load(struct rig *r, const char *yaml)
{
	char path[96];
	struct generation *g = hwatt_alloc(sizeof(*g));
	g->refs = 1;
	g->arena = hwatt_arena_new();
	folder_write(&r->folder, "h.yaml", yaml);
	snprintf(path, sizeof(path), "%s/h.yaml", r->folder.path);
	g->config = config_load(path, &r->loading.report);
	g->inventory = g->config != NULL ? inventory_build(g->config, &r->loading.report) : NULL;
	assert_string_equal(loading_mistakes(&r->loading), "");
	return g;
}

/* Goes over to another configuration, as a reload does. */
static void change(struct rig *r, const char *yaml)
{
	struct hwatt_error err;
	struct generation *next = load(r, yaml);
	ok(pipeline_change(r->pipeline, next, r->wall_ms, &err), &err);
	generation_release(r->generation);
	r->generation = next;
}

static void start(struct rig *r, const char *yaml)
{
	struct hwatt_error err;
	char path[96];
	snprintf(path, sizeof(path), "%s/state", r->folder.path);
	ok(store_open(path, NULL, &r->store, &err), &err);
	r->hub = snapshot_hub_new();
	struct pipeline_parts parts = { .store = r->store, .hub = r->hub };
	ok(pipeline_open(&parts, &r->pipeline, &err), &err);
	change(r, yaml);
}

static void begin(struct rig *r, const char *yaml)
{
	*r = (struct rig){ .folder = folder_new(), .loading = loading_begin(), .wall_ms = START_MS, .mono_ms = 1000 };
	r->loading.report.arena = r->loading.arena;
	uv_loop_init(&r->loop);
	start(r, yaml);
}

static void close_target(struct rig *r, int n)
{
	if (r->targets[n] != NULL)
		target_close(r->targets[n]);
	r->targets[n] = NULL;
}

/* Ends like the daemon does when it is told to. */
static void stop(struct rig *r)
{
	for (int i = 0; i < MAX_DEVICES; i++)
		close_target(r, i);
	pipeline_close(r->pipeline);
	store_close(r->store);
	snapshot_hub_free(r->hub);
	generation_release(r->generation);
	r->generation = NULL;
}

/* Goes on, in a new process as it were, with what the folder held at this moment. */
static void kill_and_start(struct rig *r, const char *yaml)
{
	char command[256];
	snprintf(command, sizeof(command), "cp -r %s/state %s/left", r->folder.path, r->folder.path);
	assert_int_equal(system(command), 0);
	stop(r);
	snprintf(command, sizeof(command), "rm -r %s/state && mv %s/left %s/state", r->folder.path, r->folder.path,
		 r->folder.path);
	assert_int_equal(system(command), 0);
	r->mono_ms = 500;
	start(r, yaml);
}

static void end(struct rig *r)
{
	stop(r);
	uv_loop_close(&r->loop);
	loading_end(&r->loading);
	folder_gone(&r->folder);
}

/* A session with device number `n`, in place of the one that there was. */
static void open_target(struct rig *r, int n, const char *id)
{
	struct hwatt_error err;
	close_target(r, n);
	r->devices[n] = (struct hwatt_device){ .id = id };
	struct target_parts parts = { .loop = &r->loop, .collector = &fake, .device = &r->devices[n],
				      .owner = { .done = on_done, .closed = on_closed, .arg = r } };
	ok(target_open(&parts, &r->targets[n], &err), &err);
	r->places[n] = pipeline_rebind(r->pipeline, id);
}

static void advance(struct rig *r, int64_t ms)
{
	r->wall_ms += ms;
	r->mono_ms += ms;
}

/* Time as the targets see it. */
static void begin_poll(struct rig *r, int n)
{
	r->loop.time = (uint64_t)r->mono_ms;
	target_poll(r->targets[n], 1000);
}

static void give(struct rig *r, int n, enum hwatt_role role, enum hwatt_quantity quantity, const char *index,
		 int64_t step, int64_t value)
{
	struct hwatt_point point = { .role = role, .quantity = quantity, .index = index, .source = index, .step = step };
	struct hwatt_value v = { .value = step != 0 ? value * step : value, .count = (uint64_t)value };
	hwatt_target_add(r->targets[n], hwatt_target_point(r->targets[n], &point), v);
}

static void poll_power(struct rig *r, int n, int64_t mw)
{
	begin_poll(r, n);
	give(r, n, HWATT_INLET, HWATT_ACTIVE_POWER, "1", 0, mw);
	hwatt_target_done(r->targets[n], NULL);
}

/* A register of kWh. */
static void poll_register(struct rig *r, int n, int64_t count)
{
	begin_poll(r, n);
	give(r, n, HWATT_INLET, HWATT_ENERGY, "1", INT64_C(3600000000), count);
	hwatt_target_done(r->targets[n], NULL);
}

static void poll_nothing(struct rig *r, int n)
{
	struct hwatt_error err;
	begin_poll(r, n);
	hwatt_fail(&err, HWATT_ETIMEOUT, "silent");
	hwatt_target_done(r->targets[n], &err);
}

static void identify(struct rig *r, int n, const char *serial)
{
	hwatt_target_identify(r->targets[n], &(struct hwatt_identity){ .vendor = "V", .serial = serial });
}

/* One poll each STEP_MS for `steps` steps, a tick after each. */
static void run_kilowatt(struct rig *r, int n, int steps)
{
	for (int i = 0; i < steps; i++) {
		advance(r, STEP_MS);
		poll_power(r, n, KILOWATT);
		pipeline_tick(r->pipeline, r->wall_ms, r->mono_ms);
	}
}

/* ---- what is published ---- */

struct seen { bool polled, up, metered, present; int64_t total_j, value; };

static struct seen look(struct rig *r, const char *id)
{
	struct seen seen = { .total_j = -1 };
	pipeline_refresh(r->pipeline, r->wall_ms, r->mono_ms);
	const struct hwatt_snapshot *snap = snapshot_hub_take(r->hub);
	for (size_t i = 0; i < snap->device_count; i++) {
		const struct hwatt_view_device *d = snap->devices[i];
		if (strcmp(d->id, id) != 0)
			continue;
		seen.polled = d->polled;
		seen.up = d->up;
		for (size_t k = 0; k < d->point_count; k++) {
			const struct hwatt_view_point p = hwatt_view_point_at(d, k);
			if (p.metered) {
				seen.metered = true;
				seen.total_j = p.total_j;
			} else {
				seen.present |= p.present;
				seen.value = p.value;
			}
		}
	}
	snapshot_release(snap);
	return seen;
}

/* -1: not published. */
static int64_t site_power(struct rig *r, enum hwatt_power_role role)
{
	int64_t mw = -1;
	pipeline_refresh(r->pipeline, r->wall_ms, r->mono_ms);
	const struct hwatt_snapshot *snap = snapshot_hub_take(r->hub);
	for (size_t i = 0; i < snap->site_power_count; i++)
		if (snap->site_power[i].role == role)
			mw = snap->site_power[i].mw;
	snapshot_release(snap);
	return mw;
}

/* ---- what is stored ---- */

struct sum { int64_t rows, amount, first_s, last_s; };

static int add_row(void *arg, const struct store_interval *row)
{
	struct sum *sum = arg;
	if (sum->rows++ == 0)
		sum->first_s = row->interval.start_s;
	sum->last_s = row->interval.start_s;
	sum->amount += row->interval.amount;
	return 0;
}

static struct sum stored(struct rig *r)
{
	struct sum sum = {0};
	struct hwatt_error err;
	ok(store_intervals(r->store, NULL, 0, 0, INT64_C(1) << 40, add_row, &sum, &err), &err);
	return sum;
}

/* Says something to the file behind the daemon's back. */
static void sql(struct rig *r, const char *text)
{
	char path[96], *why = NULL;
	sqlite3 *db;
	snprintf(path, sizeof(path), "%s/state/hallwatt.db", r->folder.path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(db);
}

/* No file of this process can grow: writes fail as on a full disk. */
static void disk_full(bool full)
{
	struct rlimit limit;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = full ? 1 : limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
}

#define PDU "interval: 30s\nsites: [{id: s1, timezone: UTC}]\ndevices:\n" \
	    "  - {id: pdu-1, address: \"snmp://192.0.2.1\", site: s1, power_role: pdu}\n"
#define OTHER "interval: 30s\nsites: [{id: s1, timezone: UTC}]\ndevices:\n" \
	      "  - {id: pdu-2, address: \"snmp://192.0.2.2\", site: s1, power_role: pdu}\n"

/* ---- tests ---- */

static void power_becomes_quarters_and_a_total(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	run_kilowatt(&r, 0, 65);
	assert_int_equal(look(&r, "pdu-1").total_j, 65 * JOULES_PER_STEP);
	struct sum sum = stored(&r);
	assert_int_equal(sum.rows, 2);
	assert_int_equal(sum.first_s, START_MS / 1000);
	assert_int_equal(sum.amount, 60 * JOULES_PER_STEP * INTERVAL_UJ2_PER_J);
	end(&r);
}

static void while_the_disk_is_full_quarters_wait_and_totals_stand_still(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	run_kilowatt(&r, 0, 10);
	int64_t before = look(&r, "pdu-1").total_j;
	assert_int_equal(before, 10 * JOULES_PER_STEP);
	disk_full(true);
	run_kilowatt(&r, 0, 70);
	struct seen seen = look(&r, "pdu-1");
	assert_int_equal(seen.total_j, before); /* a restart now would find no more */
	assert_true(seen.up && seen.present);
	disk_full(false);
	assert_int_equal(stored(&r).rows, 0);
	assert_int_equal(look(&r, "pdu-1").total_j, 80 * JOULES_PER_STEP);
	assert_int_equal(stored(&r).rows, 2);
	run_kilowatt(&r, 0, 10);
	struct sum sum = stored(&r);
	assert_int_equal(sum.rows, 3);
	assert_int_equal(sum.amount, 90 * JOULES_PER_STEP * INTERVAL_UJ2_PER_J);
	end(&r);
}

#define THREE PDU "  - {id: pdu-2, address: \"snmp://192.0.2.2\", site: s1, power_role: pdu}\n" \
		  "  - {id: pdu-3, address: \"snmp://192.0.2.3\", site: s1, power_role: pdu}\n"

static void poll_three(struct rig *r)
{
	advance(r, STEP_MS);
	for (int n = 0; n < 3; n++)
		poll_power(r, n, KILOWATT);
	pipeline_tick(r->pipeline, r->wall_ms, r->mono_ms);
}

static void three_have(struct rig *r, int64_t total_j)
{
	assert_int_equal(look(r, "pdu-1").total_j, total_j);
	assert_int_equal(look(r, "pdu-2").total_j, total_j);
	assert_int_equal(look(r, "pdu-3").total_j, total_j);
}

static void begin_three(struct rig *r)
{
	static const char *const ids[] = { "pdu-1", "pdu-2", "pdu-3" };
	begin(r, THREE);
	for (int n = 0; n < 3; n++)
		open_target(r, n, ids[n]);
	poll_three(r);
	poll_three(r);
}

static void totals_of_all_devices_go_on_when_the_disk_has_room_again(void **state)
{
	(void)state;
	struct rig r;
	begin_three(&r);
	three_have(&r, JOULES_PER_STEP);
	disk_full(true);
	poll_three(&r);
	poll_three(&r);
	three_have(&r, JOULES_PER_STEP);
	disk_full(false);
	three_have(&r, 3 * JOULES_PER_STEP);
	end(&r);
}

/* Of each device, not of those alone whose states have their turn. */
static void a_new_meter_is_saved_with_the_next_commit(void **state)
{
	(void)state;
	struct rig r;
	begin_three(&r);
	advance(&r, 1000); /* within the minute */
	for (int n = 0; n < 3; n++) {
		begin_poll(&r, n);
		give(&r, n, HWATT_INLET, HWATT_ACTIVE_POWER, "1", 0, KILOWATT);
		give(&r, n, HWATT_OUTLET, HWATT_ACTIVE_POWER, "1", 0, KILOWATT);
		hwatt_target_done(r.targets[n], NULL);
	}
	pipeline_tick(r.pipeline, r.wall_ms, r.mono_ms);
	kill_and_start(&r, THREE);
	three_have(&r, 0); /* the outlet has, which comes after the inlet */
	end(&r);
}

/* An auditor's sqlite3 with a transaction open: what is polled meanwhile waits, and the polls do not wait for it. */
static void another_program_that_locks_the_file_holds_up_no_poll(void **state)
{
	(void)state;
	struct rig r;
	char path[96];
	sqlite3 *db;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	run_kilowatt(&r, 0, 1);
	snprintf(path, sizeof(path), "%s/state/hallwatt.db", r.folder.path);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	uint64_t took_ns;
	int polls = 0;
	do { /* who waits for the lock does so each time, a machine that stands still does not */
		uint64_t began_ns = uv_hrtime();
		run_kilowatt(&r, 0, 1);
		took_ns = uv_hrtime() - began_ns;
	} while (++polls < 5 && took_ns >= UINT64_C(2000000000));
	assert_true(took_ns < UINT64_C(2000000000)); /* a poll's deadline is longer than that */
	assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(look(&r, "pdu-1").total_j, (1 + polls) * JOULES_PER_STEP);
	end(&r);
}

static void a_reload_that_cannot_save_changes_nothing(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	struct hwatt_error err;
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	run_kilowatt(&r, 0, 31);
	disk_full(true);
	run_kilowatt(&r, 0, 1);
	disk_full(false);
	struct generation *next = load(&r, OTHER);
	disk_full(true);
	assert_int_equal(pipeline_change(r.pipeline, next, r.wall_ms, &err), -1);
	disk_full(false);
	generation_release(next);
	assert_int_equal(look(&r, "pdu-1").total_j, 32 * JOULES_PER_STEP);
	end(&r);
}

static void a_restart_shows_the_totals_before_the_first_poll_and_goes_on(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	run_kilowatt(&r, 0, 40);
	stop(&r);
	advance(&r, 10000);
	r.mono_ms = 500; /* the machine restarted as well */
	start(&r, PDU);
	struct seen seen = look(&r, "pdu-1");
	assert_int_equal(seen.total_j, 40 * JOULES_PER_STEP);
	assert_false(seen.present);
	open_target(&r, 0, "pdu-1");
	run_kilowatt(&r, 0, 31);
	struct sum sum = stored(&r);
	assert_int_equal(sum.rows, 2); /* the quarter in which we restarted is one row */
	assert_int_equal(look(&r, "pdu-1").total_j, 40 * JOULES_PER_STEP + 10000 + 31 * JOULES_PER_STEP);
	end(&r);
}

static void what_was_published_is_there_after_a_kill(void **state)
{
	(void)state;
	struct rig r;
	int64_t steps = 0;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	for (int i = 1; i <= 12; i++) {
		run_kilowatt(&r, 0, i % 7);
		steps += i % 7;
		if (i % 5 == 0) { /* it leaves and returns meanwhile */
			change(&r, OTHER);
			if (i % 2 == 0)
				kill_and_start(&r, OTHER);
			change(&r, PDU);
			open_target(&r, 0, "pdu-1");
		}
		assert_int_equal(look(&r, "pdu-1").total_j, steps * JOULES_PER_STEP);
		if (i % 6 == 0)
			change(&r, PDU "# a remark\n");
		kill_and_start(&r, PDU);
		assert_int_equal(look(&r, "pdu-1").total_j, steps * JOULES_PER_STEP);
		open_target(&r, 0, "pdu-1");
	}
	run_kilowatt(&r, 0, 2);
	struct sum sum = stored(&r);
	assert_int_equal(sum.rows, (steps + 2) / 30);
	assert_int_equal(sum.amount, sum.rows * 30 * JOULES_PER_STEP * INTERVAL_UJ2_PER_J);
	end(&r);
}

static void a_device_that_leaves_and_returns_goes_on_with_its_total(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	run_kilowatt(&r, 0, 40);
	change(&r, OTHER);
	close_target(&r, 0);
	assert_int_equal(look(&r, "pdu-1").total_j, -1);
	change(&r, PDU);
	assert_int_equal(look(&r, "pdu-1").total_j, 40 * JOULES_PER_STEP);
	open_target(&r, 0, "pdu-1");
	run_kilowatt(&r, 0, 25);
	assert_int_equal(look(&r, "pdu-1").total_j, 65 * JOULES_PER_STEP);
	struct sum sum = stored(&r);
	assert_int_equal(sum.rows, 2);
	assert_int_equal(sum.amount, 60 * JOULES_PER_STEP * INTERVAL_UJ2_PER_J);
	end(&r);
}

static void a_reload_in_the_middle_of_a_quarter_splits_nothing(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	for (int i = 0; i < 7; i++) {
		run_kilowatt(&r, 0, 5);
		change(&r, i % 2 == 0 ? PDU "# a remark\n" : PDU);
	}
	struct sum sum = stored(&r);
	assert_int_equal(sum.rows, 1);
	assert_int_equal(sum.amount, 30 * JOULES_PER_STEP * INTERVAL_UJ2_PER_J);
	assert_int_equal(look(&r, "pdu-1").total_j, 35 * JOULES_PER_STEP);
	end(&r);
}

static void the_same_configuration_again_judges_nothing_anew(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	look(&r, "pdu-1");
	const struct hwatt_snapshot *before = snapshot_hub_take(r.hub);
	change(&r, PDU);
	look(&r, "pdu-1");
	const struct hwatt_snapshot *same = snapshot_hub_take(r.hub);
	change(&r, PDU "# a remark\n");
	look(&r, "pdu-1");
	const struct hwatt_snapshot *other = snapshot_hub_take(r.hub);
	assert_ptr_equal(same->hall, before->hall);
	assert_ptr_not_equal(other->hall, before->hall);
	snapshot_release(before);
	snapshot_release(same);
	snapshot_release(other);
	end(&r);
}

/* The second device's register, of the same address in the configuration, stands elsewhere. */
static void a_new_session_with_another_serial_number_is_another_device(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	identify(&r, 0, "ONE");
	for (int i = 0; i < 5; i++) {
		poll_register(&r, 0, 1000 + i);
		advance(&r, STEP_MS);
	}
	assert_int_equal(look(&r, "pdu-1").total_j, 4 * 3600000);
	open_target(&r, 0, "pdu-1");
	identify(&r, 0, "TWO");
	for (int i = 0; i < 5; i++) {
		poll_register(&r, 0, 1500 + i); /* 500 kWh more would pass for a load without a rating */
		advance(&r, STEP_MS);
	}
	assert_int_equal(look(&r, "pdu-1").total_j, 8 * 3600000);
	end(&r);
}

static void stored_serial_is(struct rig *r, const char *serial)
{
	struct hwatt_error err;
	char *known = NULL;
	ok(store_get(r->store, "serial", "pdu-1", &known, &err), &err);
	assert_non_null(known);
	assert_string_equal(known, serial);
	free(known);
}

/* Else a kill between the two would leave the new number beside the old register, and its count would pass for a load. */
static void a_new_serial_number_is_kept_with_what_the_meters_made_of_it(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	identify(&r, 0, "ONE");
	poll_register(&r, 0, 1000);
	advance(&r, STEP_MS);
	look(&r, "pdu-1"); /* commits */
	stored_serial_is(&r, "ONE");
	identify(&r, 0, "TWO");
	poll_register(&r, 0, 1500);
	stored_serial_is(&r, "ONE"); /* the commit is not yet */
	look(&r, "pdu-1");
	stored_serial_is(&r, "TWO");
	end(&r);
}

/* ---- parts ---- */

static void tell_supply(struct rig *r, int n, const char *index, const char *serial)
{
	hwatt_target_part(r->targets[n], &(struct hwatt_part){ .kind = HWATT_PART_PSU, .index = index, .serial = serial });
}

static int write_event(void *arg, const struct store_event *e)
{
	char *out = arg;
	if (strcmp(e->kind, "clock_step") != 0)
		snprintf(out + strlen(out), 400 - strlen(out), "%s %s %s>%s;", e->kind, e->subject, e->before, e->after);
	return 0;
}

static void events_are(struct rig *r, const char *expected)
{
	struct hwatt_error err;
	char said[400] = "";
	ok(store_events(r->store, 0, INT64_MAX, write_event, said, &err), &err);
	assert_string_equal(said, expected);
}

static void look_at_supplies(struct rig *r, const char *first, const char *second, int64_t count)
{
	tell_supply(r, 0, "1", first);
	tell_supply(r, 0, "2", second);
	hwatt_target_parts_told(r->targets[0]);
	poll_register(r, 0, count);
	advance(r, STEP_MS);
}

/* The register counts on: it is the device's, not the supply's. */
static void a_supply_that_is_exchanged_is_an_event_and_leaves_the_meters_alone(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	identify(&r, 0, "ONE");
	look_at_supplies(&r, "PS1", "PS2", 1000);
	look_at_supplies(&r, "PS9", "PS2", 1001);
	events_are(&r, ""); /* with the commit */
	assert_int_equal(look(&r, "pdu-1").total_j, 3600000);
	events_are(&r, "device_replaced psu 1 PS1>PS9;");
	look_at_supplies(&r, "PS9", "PS2", 1002);
	assert_int_equal(look(&r, "pdu-1").total_j, 2 * 3600000);
	events_are(&r, "device_replaced psu 1 PS1>PS9;");
	end(&r);
}

/* One event, once: whether the kill comes before the commit or after it. */
static void an_exchange_is_told_once_over_kills(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	look_at_supplies(&r, "PS1", "PS2", 1000);
	look(&r, "pdu-1");
	look_at_supplies(&r, "PS9", "PS2", 1001);
	kill_and_start(&r, PDU); /* not committed: as if it had not been seen */
	events_are(&r, "");
	open_target(&r, 0, "pdu-1");
	look_at_supplies(&r, "PS9", "PS2", 1002);
	look(&r, "pdu-1");
	kill_and_start(&r, PDU);
	open_target(&r, 0, "pdu-1");
	look_at_supplies(&r, "PS9", "PS2", 1003);
	look(&r, "pdu-1");
	events_are(&r, "device_replaced psu 1 PS1>PS9;");
	end(&r);
}

/* The whole device went, and all that was in it: that is one replacement. */
static void parts_of_another_device_are_no_exchanges(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	identify(&r, 0, "ONE");
	look_at_supplies(&r, "PS1", "PS2", 1000);
	look(&r, "pdu-1");
	identify(&r, 0, "TWO");
	poll_register(&r, 0, 10); /* the supplies are read later */
	advance(&r, STEP_MS);
	look(&r, "pdu-1");
	look_at_supplies(&r, "PS7", "PS8", 10);
	look(&r, "pdu-1");
	events_are(&r, "device_replaced chassis ONE>TWO;");
	look_at_supplies(&r, "PS7", "PS9", 10);
	look(&r, "pdu-1");
	events_are(&r, "device_replaced chassis ONE>TWO;device_replaced psu 2 PS8>PS9;");
	end(&r);
}

/* Two exchanges while nothing could be saved, and a look that was not finished. */
static void exchanges_between_commits_are_all_told(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	look_at_supplies(&r, "PS1", "PS2", 1000);
	look_at_supplies(&r, "PS3", "PS2", 1000);
	tell_supply(&r, 0, "2", "PS7"); /* no hwatt_target_parts_told() */
	poll_register(&r, 0, 1000);
	advance(&r, STEP_MS);
	look_at_supplies(&r, "PS4", "PS2", 1000);
	look(&r, "pdu-1");
	events_are(&r, "device_replaced psu 1 PS1>PS3;device_replaced psu 1 PS3>PS4;");
	end(&r);
}

static void a_serial_number_that_says_nothing_is_none(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	identify(&r, 0, "ONE");
	poll_register(&r, 0, 1000);
	identify(&r, 0, "To be filled by O.E.M.");
	poll_register(&r, 0, 1000);
	look(&r, "pdu-1");
	stored_serial_is(&r, "ONE");
	events_are(&r, "");
	end(&r);
}

/* A pipeline that finds the same store while the one that fills it was never closed: what a kill leaves. */
static void what_was_published_is_found_after_a_kill(void **state)
{
	(void)state;
	static const int steps[] = { 1, 2, 40, 700 }; /* the states are saved in rounds of 300 commits */
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct rig r;
		struct hwatt_error err;
		begin(&r, PDU);
		open_target(&r, 0, "pdu-1");
		run_kilowatt(&r, 0, steps[i]);
		int64_t before = look(&r, "pdu-1").total_j;
		struct rig next = r;
		struct pipeline_parts parts = { .store = r.store, .hub = r.hub };
		ok(pipeline_open(&parts, &next.pipeline, &err), &err);
		ok(pipeline_change(next.pipeline, r.generation, r.wall_ms, &err), &err);
		assert_int_equal(look(&next, "pdu-1").total_j, before);
		assert_int_equal(before, (steps[i] - 1) * STEP_MS);
		pipeline_close(next.pipeline);
		end(&r);
	}
}

static void what_a_closed_session_said_is_not_read_again(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	advance(&r, 1000);
	pipeline_tick(r.pipeline, r.wall_ms, r.mono_ms);
	change(&r, PDU "# a remark\n"); /* everything is built anew */
	open_target(&r, 0, "pdu-1");
	assert_true(look(&r, "pdu-1").up); /* the sanitizer tells when it reads the strings of the old one */
	poll_power(&r, 0, 2 * KILOWATT);
	assert_int_equal(look(&r, "pdu-1").value, 2 * KILOWATT);
	end(&r);
}

static void a_quarter_that_the_store_refuses_holds_up_nothing_else(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	run_kilowatt(&r, 0, 35);
	assert_int_equal(stored(&r).rows, 1);
	sql(&r, "CREATE TRIGGER no BEFORE INSERT ON interval WHEN NEW.start_s = 1800000900 "
		"BEGIN SELECT RAISE(ABORT, 'no'); END");
	run_kilowatt(&r, 0, 60);
	assert_int_equal(look(&r, "pdu-1").total_j, 95 * JOULES_PER_STEP);
	struct sum sum = stored(&r);
	assert_int_equal(sum.rows, 2); /* of three */
	assert_int_equal(sum.last_s, START_MS / 1000 + 2 * QUARTER_S);
	end(&r);
}

static void gauges_go_when_a_device_is_silent_and_its_counter_stays(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	run_kilowatt(&r, 0, 2);
	for (int i = 0; i < 3; i++) {
		advance(&r, STEP_MS);
		r.wall_ms -= 3600000; /* how late it is plays no part */
		poll_nothing(&r, 0);
		assert_true(look(&r, "pdu-1").present);
	}
	assert_int_equal(site_power(&r, HWATT_POWER_PDU), -1); /* not up: no sum */
	advance(&r, 1000);
	struct seen seen = look(&r, "pdu-1");
	assert_false(seen.up || seen.present);
	assert_int_equal(seen.total_j, 2 * JOULES_PER_STEP);
	end(&r);
}

static void gauges_go_when_nobody_polls_a_device_any_more(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	run_kilowatt(&r, 0, 2);
	advance(&r, 3 * STEP_MS);
	assert_true(look(&r, "pdu-1").present);
	advance(&r, 1000);
	struct seen seen = look(&r, "pdu-1");
	assert_false(seen.up || seen.present);
	assert_int_equal(site_power(&r, HWATT_POWER_PDU), -1);
	run_kilowatt(&r, 0, 1);
	assert_true(look(&r, "pdu-1").present);
	end(&r);
}

static void a_device_that_cannot_even_be_polled_is_down(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	assert_false(look(&r, "pdu-1").polled); /* it may have its turn yet */
	advance(&r, 3 * STEP_MS);
	assert_false(look(&r, "pdu-1").polled);
	advance(&r, 1000);
	struct seen seen = look(&r, "pdu-1");
	assert_true(seen.polled && !seen.up);
	end(&r);
}

/* What was published goes when nobody asks any more; who asks again finds it as it was, and while the store fails it stays. */
static void a_rest_loses_nothing(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	run_kilowatt(&r, 0, 3);
	struct seen before = look(&r, "pdu-1");
	pipeline_rest(r.pipeline);
	const struct hwatt_snapshot *snap = snapshot_hub_take(r.hub);
	assert_true(snap->ready && snap->resting);
	assert_int_equal(snap->device_count, 0);
	snapshot_release(snap);
	struct seen after = look(&r, "pdu-1");
	assert_int_equal(before.total_j, 3 * JOULES_PER_STEP);
	assert_int_equal(after.total_j, before.total_j);
	assert_true(after.up && after.present);
	disk_full(true);
	run_kilowatt(&r, 0, 1);
	look(&r, "pdu-1");
	pipeline_rest(r.pipeline);
	assert_int_equal(look(&r, "pdu-1").total_j, before.total_j);
	disk_full(false);
	assert_int_equal(look(&r, "pdu-1").total_j, 4 * JOULES_PER_STEP);
	end(&r);
}

static void a_device_that_is_polled_rarely_is_not_stale_between_its_polls(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU "  - {id: slow, address: \"snmp://192.0.2.3\", site: s1, interval: 10m}\n");
	open_target(&r, 0, "slow");
	poll_power(&r, 0, KILOWATT);
	for (int i = 0; i < 3; i++) {
		advance(&r, 600000);
		struct seen seen = look(&r, "slow");
		assert_true(seen.present);
	}
	advance(&r, 1000);
	assert_false(look(&r, "slow").present);
	end(&r);
}

static void a_sum_of_a_site_counts_each_watt_once(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, "interval: 30s\nsites: [{id: s1, timezone: UTC}]\ndevices:\n"
			       "  - {id: pdu-1, address: \"snmp://192.0.2.1\", site: s1, power_role: pdu}\n"
			       "  - {id: pdu-2, address: \"snmp://192.0.2.2\", site: s1, power_role: pdu}\n"
			       "  - {id: srv-1, address: \"snmp://192.0.2.3\", site: s1, power_role: it, fed_by: [pdu-1/outlet/1]}\n");
	static const char *const ids[] = { "pdu-1", "pdu-2", "srv-1" };
	for (int i = 0; i < 3; i++)
		open_target(&r, i, ids[i]);
	begin_poll(&r, 0);
	give(&r, 0, HWATT_INLET, HWATT_ACTIVE_POWER, "1", 0, 3 * KILOWATT);
	for (int i = 0; i < 3; i++)
		give(&r, 0, HWATT_PHASE, HWATT_ACTIVE_POWER, (const char *[]){ "1", "2", "3" }[i], 0, KILOWATT);
	give(&r, 0, HWATT_OUTLET, HWATT_ACTIVE_POWER, "1", 0, KILOWATT);
	hwatt_target_done(r.targets[0], NULL);
	assert_int_equal(site_power(&r, HWATT_POWER_PDU), -1); /* a part is not known yet */
	begin_poll(&r, 1); /* only phases */
	give(&r, 1, HWATT_PHASE, HWATT_ACTIVE_POWER, "1", 0, KILOWATT);
	give(&r, 1, HWATT_PHASE, HWATT_ACTIVE_POWER, "2", 0, KILOWATT);
	hwatt_target_done(r.targets[1], NULL);
	assert_int_equal(site_power(&r, HWATT_POWER_PDU), 5 * KILOWATT);
	for (int i = 0; i < 4; i++) { /* its second phase is not told any more */
		advance(&r, STEP_MS);
		poll_power(&r, 0, 3 * KILOWATT);
		begin_poll(&r, 1);
		give(&r, 1, HWATT_PHASE, HWATT_ACTIVE_POWER, "1", 0, KILOWATT);
		hwatt_target_done(r.targets[1], NULL);
	}
	assert_int_equal(site_power(&r, HWATT_POWER_PDU), -1); /* a part of a sum is no sum */
	begin_poll(&r, 1);
	give(&r, 1, HWATT_PHASE, HWATT_ACTIVE_POWER, "2", 0, KILOWATT);
	hwatt_target_done(r.targets[1], NULL);
	begin_poll(&r, 2); /* one watt told twice */
	give(&r, 2, HWATT_CHASSIS, HWATT_ACTIVE_POWER, "1", 0, KILOWATT / 2);
	struct hwatt_point other = { .role = HWATT_CHASSIS, .quantity = HWATT_ACTIVE_POWER, .index = "1",
				     .source = "other", .alternative = true };
	hwatt_target_add(r.targets[2], hwatt_target_point(r.targets[2], &other),
			 (struct hwatt_value){ .value = KILOWATT / 2 + 5000 });
	hwatt_target_done(r.targets[2], NULL);
	assert_int_equal(site_power(&r, HWATT_POWER_IT), KILOWATT / 2);
	assert_int_equal(site_power(&r, HWATT_POWER_PDU), 5 * KILOWATT);
	end(&r);
}

static int count_event(void *arg, const struct store_event *event)
{
	*(int *)arg += strcmp(event->kind, "clock_step") == 0;
	return 0;
}

static void a_clock_that_is_set_is_noted_once_and_doubles_no_quarter(void **state)
{
	(void)state;
	struct rig r;
	begin(&r, PDU);
	struct hwatt_error err;
	int events = 0;
	open_target(&r, 0, "pdu-1");
	poll_power(&r, 0, KILOWATT);
	run_kilowatt(&r, 0, 65);
	r.wall_ms -= 1200000; /* into a quarter that is closed */
	run_kilowatt(&r, 0, 65);
	ok(store_events(r.store, 0, INT64_MAX, count_event, &events, &err), &err);
	assert_int_equal(events, 1);
	assert_int_equal(look(&r, "pdu-1").total_j, 130 * JOULES_PER_STEP);
	struct sum sum = stored(&r);
	assert_int_equal(sum.rows, 3);
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_becomes_quarters_and_a_total),
		cmocka_unit_test(while_the_disk_is_full_quarters_wait_and_totals_stand_still),
		cmocka_unit_test(totals_of_all_devices_go_on_when_the_disk_has_room_again),
		cmocka_unit_test(a_new_meter_is_saved_with_the_next_commit),
		cmocka_unit_test(another_program_that_locks_the_file_holds_up_no_poll),
		cmocka_unit_test(a_reload_that_cannot_save_changes_nothing),
		cmocka_unit_test(a_restart_shows_the_totals_before_the_first_poll_and_goes_on),
		cmocka_unit_test(what_was_published_is_there_after_a_kill),
		cmocka_unit_test(a_device_that_leaves_and_returns_goes_on_with_its_total),
		cmocka_unit_test(a_reload_in_the_middle_of_a_quarter_splits_nothing),
		cmocka_unit_test(the_same_configuration_again_judges_nothing_anew),
		cmocka_unit_test(a_new_session_with_another_serial_number_is_another_device),
		cmocka_unit_test(a_new_serial_number_is_kept_with_what_the_meters_made_of_it),
		cmocka_unit_test(a_supply_that_is_exchanged_is_an_event_and_leaves_the_meters_alone),
		cmocka_unit_test(an_exchange_is_told_once_over_kills),
		cmocka_unit_test(parts_of_another_device_are_no_exchanges),
		cmocka_unit_test(exchanges_between_commits_are_all_told),
		cmocka_unit_test(a_serial_number_that_says_nothing_is_none),
		cmocka_unit_test(what_was_published_is_found_after_a_kill),
		cmocka_unit_test(what_a_closed_session_said_is_not_read_again),
		cmocka_unit_test(a_quarter_that_the_store_refuses_holds_up_nothing_else),
		cmocka_unit_test(gauges_go_when_a_device_is_silent_and_its_counter_stays),
		cmocka_unit_test(gauges_go_when_nobody_polls_a_device_any_more),
		cmocka_unit_test(a_device_that_cannot_even_be_polled_is_down),
		cmocka_unit_test(a_device_that_is_polled_rarely_is_not_stale_between_its_polls),
		cmocka_unit_test(a_rest_loses_nothing),
		cmocka_unit_test(a_sum_of_a_site_counts_each_watt_once),
		cmocka_unit_test(a_clock_that_is_set_is_noted_once_and_doubles_no_quarter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
