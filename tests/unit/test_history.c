/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The stored past, summed on another thread: what is committed meanwhile, changes and the end during a load. */
#include "loading.h"
#include "folder.h"

#include "../../agent/history.c"
#include "collectors.h"
#include "snapshot.h"

#define MW_QUARTER(mw) ((int64_t)(mw) * 2 * QUARTER_MS)
#define QUARTERS 200
#define MOST_TURNS 3000 /* a third of them are quarters */
#define GRID_MW 1500000
#define UPS_MW 1000000

static const char hall[] = "sites: [{id: s1, timezone: UTC}]\ndevices:\n"
			   "  - {id: grid-1, address: snmp://a, site: s1, power_role: grid}\n"
			   "  - {id: ups-1, address: snmp://a, site: s1, power_role: ups_output}\n";
static const char hall_without_ups[] = "sites: [{id: s1, timezone: UTC}]\ndevices:\n"
				       "  - {id: grid-1, address: snmp://a, site: s1, power_role: grid}\n";

enum { GRID, UPS, COUNT };

struct rig {
	struct folder folder;
	struct loading loading;
	uv_loop_t loop;
	struct store *store;
	struct history *history;
	struct generation *generation;
	struct store_point points[COUNT];
	int64_t context, start_s, now_s;
};

static void ok(int rc, const struct hwatt_error *err)
{
	if (rc < 0)
		fail_msg("%s", err->text);
}

static struct generation *load_generation(struct rig *r, const char *yaml)
{
	char path[96], text[600];
	struct generation *g = hwatt_alloc(sizeof(*g));
	g->refs = 1;
	g->arena = hwatt_arena_new();
	snprintf(text, sizeof(text), "state: %s/state\n%s", r->folder.path, yaml);
	folder_write(&r->folder, "h.yaml", text);
	snprintf(path, sizeof(path), "%s/h.yaml", r->folder.path);
	g->config = config_load(path, &r->loading.report);
	g->inventory = g->config != NULL ? inventory_build(g->config, &r->loading.report) : NULL;
	assert_string_equal(loading_mistakes(&r->loading), "");
	return g;
}

static struct interval quarter(int64_t start_s, int64_t mw, bool correction)
{
	return (struct interval){ .start_s = start_s, .kind = INTERVAL_ENERGY, .amount = MW_QUARTER(mw), .covered_ms = QUARTER_MS,
				  .source = 'D', .quality = 'M', .state = 'G', .samples = 30, .min = mw, .max = mw, .last = mw,
				  .has_integral = true, .integral_amount = MW_QUARTER(mw), .integral_covered_ms = QUARTER_MS,
				  .correction = correction };
}

/* As the pipeline does: into the store, then to the history. */
static void commit(struct rig *r, int point, int64_t start_s, int64_t mw, bool correction)
{
	struct hwatt_error err;
	struct interval interval = quarter(start_s, mw, correction);
	ok(store_append(r->store, r->points[point].id, r->context, &interval, &err), &err);
	history_feed(r->history, &r->points[point], &interval);
}

static void begin_rig(struct rig *r)
{
	struct hwatt_error err;
	char path[96];
	*r = (struct rig){ .folder = folder_new(), .loading = loading_begin() };
	r->loading.report.arena = r->loading.arena;
	uv_loop_init(&r->loop);
	snprintf(path, sizeof(path), "%s/state", r->folder.path);
	ok(store_open(path, NULL, &r->store, &err), &err);
	r->history = history_new(&r->loop, r->store, NULL);
	r->start_s = civil_day(2026, 4, 1) * 86400;
	r->now_s = r->start_s + QUARTERS * QUARTER_S;
	r->points[GRID] = (struct store_point){ .device = "grid-1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY };
	r->points[UPS] = (struct store_point){ .device = "ups-1", .index = "1", .role = HWATT_UPS_OUTPUT,
					       .quantity = HWATT_ENERGY };
	struct store_context where = { .device = "grid-1" };
	ok(store_begin(r->store, &err), &err);
	ok(store_context_id(r->store, &where, &r->context, &err), &err);
	for (int i = 0; i < COUNT; i++)
		ok(store_point_id(r->store, &r->points[i], &r->points[i].id, &err), &err);
	for (int q = 0; q < QUARTERS; q++) {
		commit(r, GRID, r->start_s + q * QUARTER_S, GRID_MW, false);
		commit(r, UPS, r->start_s + q * QUARTER_S, UPS_MW, false);
	}
	ok(store_commit(r->store, &err), &err);
	r->generation = load_generation(r, hall);
	ok(history_change(r->history, r->generation, r->now_s, &err), &err);
}

static void run_loop(struct rig *r)
{
	uv_run(&r->loop, UV_RUN_DEFAULT);
}

static void end_rig(struct rig *r)
{
	history_close(r->history);
	run_loop(r);
	assert_int_equal(uv_loop_close(&r->loop), 0);
	store_close(r->store);
	generation_release(r->generation);
	loading_end(&r->loading);
	folder_gone(&r->folder);
}

/* The load's work has ended; what the loop does with it comes when the loop runs. */
static void await_work(struct rig *r)
{
	uv_sem_wait(&r->history->load->done);
	uv_sem_post(&r->history->load->done);
}

/* The month's figure of the site: value, and what its quarters cover of the elapsed month. */
static const struct hwatt_view_kpi *figure(const struct hwatt_view_hall *view, const char *name)
{
	for (size_t i = 0; i < view->kpi_count; i++)
		if (strcmp(view->kpis[i].kpi, name) == 0 && strcmp(view->kpis[i].window, "month") == 0)
			return &view->kpis[i];
	return NULL;
}

/* E_DC and E_UPS of the month, each in the energy of so many mW over a quarter. */
static void sums_are(struct rig *r, int64_t dc, int64_t it)
{
	assert_non_null(history_evaluation(r->history));
	struct hwatt_view_hall *view = evaluation_judge(history_evaluation(r->history), r->now_s);
	const struct hwatt_view_kpi *pue = figure(view, "pue1"), *energy = figure(view, "energy_dc");
	assert_non_null(energy);
	assert_true(energy->known);
	assert_int_equal(hwatt_ratio_compare(energy->value, (struct hwatt_ratio){ (hwatt_i128)dc * 900, 1000 }), 0);
	assert_int_equal(energy->coverage_ppm, 1000000);
	assert_true((pue != NULL) == (it > 0));
	if (it > 0)
		assert_int_equal(hwatt_ratio_compare(pue->value, (struct hwatt_ratio){ dc, it }), 0);
	snapshot_hall_release(view);
}

static void a_load_sums_what_is_stored(void **state)
{
	(void)state;
	struct rig r;
	begin_rig(&r);
	assert_null(history_evaluation(r.history));
	assert_false(history_ready(r.history));
	history_turn(r.history, r.now_s, 1000);
	assert_null(history_evaluation(r.history)); /* the loop has not been told */
	run_loop(&r);
	assert_true(history_ready(r.history));
	sums_are(&r, (int64_t)QUARTERS * GRID_MW, (int64_t)QUARTERS * UPS_MW);
	end_rig(&r);
}

static void quarters_committed_during_a_load_are_not_lost(void **state)
{
	(void)state;
	struct rig r;
	begin_rig(&r);
	history_turn(r.history, r.now_s, 1000);
	await_work(&r); /* from here on it reads nothing */
	commit(&r, GRID, r.now_s, 3 * GRID_MW, false);
	commit(&r, UPS, r.now_s, UPS_MW, false);
	commit(&r, UPS, r.start_s, 2 * UPS_MW, true);
	r.now_s += QUARTER_S;
	run_loop(&r);
	sums_are(&r, (int64_t)(QUARTERS + 3) * GRID_MW, (int64_t)(QUARTERS + 2) * UPS_MW);
	end_rig(&r);
}

static void a_point_that_is_new_during_a_load_joins(void **state)
{
	(void)state;
	struct rig r;
	struct hwatt_error err;
	begin_rig(&r);
	history_turn(r.history, r.now_s, 1000);
	await_work(&r);
	char index[] = "2"; /* the device's strings may go before the load ends */
	struct store_point second = { .device = "grid-1", .index = index, .role = HWATT_INLET, .quantity = HWATT_ENERGY };
	ok(store_point_id(r.store, &second, &second.id, &err), &err);
	r.points[GRID] = second;
	commit(&r, GRID, r.now_s - QUARTER_S, GRID_MW, false);
	index[0] = '9';
	run_loop(&r);
	sums_are(&r, (int64_t)(QUARTERS + 1) * GRID_MW, (int64_t)QUARTERS * UPS_MW);
	end_rig(&r);
}

static void quarters_committed_before_the_work_reads_count_once(void **state)
{
	(void)state;
	struct rig r;
	begin_rig(&r);
	commit(&r, GRID, r.now_s, GRID_MW, false); /* wanted, not begun: the load will read it */
	commit(&r, UPS, r.now_s, UPS_MW, false);
	r.now_s += QUARTER_S;
	history_turn(r.history, r.now_s, 1000);
	run_loop(&r);
	sums_are(&r, (int64_t)(QUARTERS + 1) * GRID_MW, (int64_t)(QUARTERS + 1) * UPS_MW);
	struct interval again = quarter(r.now_s - QUARTER_S, GRID_MW, false);
	history_feed(r.history, &r.points[GRID], &again);
	sums_are(&r, (int64_t)(QUARTERS + 1) * GRID_MW, (int64_t)(QUARTERS + 1) * UPS_MW);
	end_rig(&r);
}

/* Whatever the load has seen of them: a quarter or a correction a turn, until it is done. */
static void quarters_committed_at_any_moment_count_once(void **state)
{
	(void)state;
	struct rig r;
	begin_rig(&r);
	int64_t dc = (int64_t)QUARTERS * GRID_MW, it = (int64_t)QUARTERS * UPS_MW;
	history_turn(r.history, r.now_s, 1000);
	for (int turn = 0; history_evaluation(r.history) == NULL || turn < 8; turn++) {
		if (turn == MOST_TURNS) { /* the load is held up, and the month is not endless */
			run_loop(&r);
			assert_non_null(history_evaluation(r.history));
			break;
		}
		if (turn % 3 == 2 && turn / 3 < QUARTERS) {
			commit(&r, GRID, r.start_s + turn / 3 * QUARTER_S, 2 * GRID_MW, true);
			dc += GRID_MW;
		} else if (turn % 3 == 0) {
			commit(&r, GRID, r.now_s, GRID_MW, false);
			commit(&r, UPS, r.now_s, UPS_MW, false);
			dc += GRID_MW;
			it += UPS_MW;
			r.now_s += QUARTER_S;
		}
		uv_run(&r.loop, UV_RUN_NOWAIT);
	}
	assert_true(r.now_s < r.start_s + 30 * 86400); /* the month of the figures */
	sums_are(&r, dc, it);
	end_rig(&r);
}

static void a_change_during_a_load_counts(void **state)
{
	(void)state;
	struct rig r;
	struct hwatt_error err;
	begin_rig(&r);
	history_turn(r.history, r.now_s, 1000);
	await_work(&r);
	struct generation *next = load_generation(&r, hall_without_ups);
	ok(history_change(r.history, next, r.now_s, &err), &err);
	generation_release(next);
	history_turn(r.history, r.now_s, 2000); /* the first load is not gone yet: nothing begins */
	commit(&r, GRID, r.now_s, GRID_MW, false);
	r.now_s += QUARTER_S;
	run_loop(&r);
	assert_null(history_evaluation(r.history)); /* what it made is of no use */
	assert_false(history_ready(r.history));
	history_turn(r.history, r.now_s, 3000);
	run_loop(&r);
	sums_are(&r, (int64_t)(QUARTERS + 1) * GRID_MW, 0);
	end_rig(&r);
}

static void a_change_after_a_load_stays_ready_without_figures(void **state)
{
	(void)state;
	struct rig r;
	struct hwatt_error err;
	begin_rig(&r);
	history_turn(r.history, r.now_s, 1000);
	run_loop(&r);
	struct generation *next = load_generation(&r, hall_without_ups);
	ok(history_change(r.history, next, r.now_s, &err), &err);
	generation_release(next);
	assert_null(history_evaluation(r.history));
	assert_true(history_ready(r.history));
	history_turn(r.history, r.now_s, 2000);
	run_loop(&r);
	sums_are(&r, (int64_t)QUARTERS * GRID_MW, 0);
	end_rig(&r);
}

static void the_end_during_a_load_waits_for_the_file(void **state)
{
	(void)state;
	for (int early = 0; early < 2; early++) {
		struct rig r;
		begin_rig(&r);
		history_turn(r.history, r.now_s, 1000);
		if (early == 0)
			await_work(&r);
		end_rig(&r); /* closes the store before it looks at the folder: leaks and open files would be told */
	}
}

static void a_load_that_fails_is_tried_again_later(void **state)
{
	(void)state;
	struct rig r;
	char here[96], away[96];
	begin_rig(&r);
	snprintf(here, sizeof(here), "%s/state", r.folder.path);
	snprintf(away, sizeof(away), "%s/away", r.folder.path);
	assert_int_equal(rename(here, away), 0);
	history_turn(r.history, r.now_s, 1000);
	run_loop(&r);
	assert_null(history_evaluation(r.history));
	assert_int_equal(rename(away, here), 0);
	history_turn(r.history, r.now_s, 2000);
	history_turn(r.history, r.now_s, 2000 + HISTORY_RETRY_MS - 1);
	run_loop(&r);
	assert_null(history_evaluation(r.history));
	history_turn(r.history, r.now_s, 2000 + HISTORY_RETRY_MS);
	run_loop(&r);
	sums_are(&r, (int64_t)QUARTERS * GRID_MW, (int64_t)QUARTERS * UPS_MW);
	end_rig(&r);
}

/* Every turn packs a little, while quarters of the same days come late; figures stay what they are, now and after a restart. */
static void days_are_packed_when_the_past_is_summed(void **state)
{
	(void)state;
	struct rig r;
	struct hwatt_error err;
	char *until;
	int64_t dc = (int64_t)QUARTERS * GRID_MW, it = (int64_t)QUARTERS * UPS_MW, mono_ms = 1000;
	begin_rig(&r);
	history_turn(r.history, r.now_s, mono_ms);
	run_loop(&r);
	for (int turn = 0; turn < 12; turn++) {
		history_turn(r.history, r.now_s + PACKER_SETTLED_S, mono_ms += 1000);
		commit(&r, GRID, r.start_s + (turn * 37) % QUARTERS * QUARTER_S, 2 * GRID_MW, true);
		dc += GRID_MW;
		uv_run(&r.loop, turn % 2 == 0 ? UV_RUN_NOWAIT : UV_RUN_DEFAULT);
	}
	sums_are(&r, dc, it);
	for (int turn = 0; turn < 20; turn++) {
		history_turn(r.history, r.now_s + PACKER_SETTLED_S, mono_ms += PACKER_PAUSE_MS);
		run_loop(&r);
	}
	ok(store_get(r.store, "pack", "until", &until, &err), &err);
	assert_non_null(until);
	assert_int_equal(strtoll(until, NULL, 10), r.now_s / 86400); /* two days; the third is not over */
	free(until);
	ok(store_check(r.store, &err), &err);
	struct generation *same = load_generation(&r, hall);
	ok(history_change(r.history, same, r.now_s, &err), &err);
	generation_release(same);
	history_turn(r.history, r.now_s, mono_ms += 1000);
	run_loop(&r);
	sums_are(&r, dc, it);
	end_rig(&r);
}

static void the_end_during_a_packing_waits_for_the_file(void **state)
{
	(void)state;
	struct rig r;
	begin_rig(&r);
	history_turn(r.history, r.now_s, 1000);
	run_loop(&r);
	history_turn(r.history, r.now_s + PACKER_SETTLED_S, 2000);
	end_rig(&r);
}

static void a_load_that_is_told_to_stop_gives_up(void **state)
{
	(void)state;
	struct rig r;
	struct hwatt_error err;
	struct evaluation *e = NULL;
	atomic_bool stop = true;
	begin_rig(&r);
	assert_int_equal(evaluation_load(r.generation->inventory, r.store, NULL, r.now_s, &stop, &e, &err), -1);
	assert_int_equal(err.code, HWATT_ENODATA);
	assert_null(e);
	end_rig(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_load_sums_what_is_stored),
		cmocka_unit_test(quarters_committed_during_a_load_are_not_lost),
		cmocka_unit_test(a_point_that_is_new_during_a_load_joins),
		cmocka_unit_test(quarters_committed_before_the_work_reads_count_once),
		cmocka_unit_test(quarters_committed_at_any_moment_count_once),
		cmocka_unit_test(a_change_during_a_load_counts),
		cmocka_unit_test(a_change_after_a_load_stays_ready_without_figures),
		cmocka_unit_test(the_end_during_a_load_waits_for_the_file),
		cmocka_unit_test(a_load_that_fails_is_tried_again_later),
		cmocka_unit_test(days_are_packed_when_the_past_is_summed),
		cmocka_unit_test(the_end_during_a_packing_waits_for_the_file),
		cmocka_unit_test(a_load_that_is_told_to_stop_gives_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
