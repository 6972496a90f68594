/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The evaluation on the real store: what was appended is summed, a late correction is read again. */
#include "loading.h"
#include "folder.h"

#include "collectors.h"
#include "evaluation.h"
#include "snapshot.h"

#define MW_QUARTER(mw) ((int64_t)(mw) * 2 * QUARTER_MS)

enum { GRID, UPS, COUNT };

static void append(struct store *store, struct evaluation *e, int64_t point, int64_t context, int64_t start_s, int64_t mw,
		   bool correction)
{
	struct hwatt_error err;
	struct interval interval = { .start_s = start_s, .kind = INTERVAL_ENERGY, .amount = MW_QUARTER(mw), .covered_ms = QUARTER_MS,
				     .source = 'D', .quality = 'M', .state = 'G', .samples = 30, .min = mw, .max = mw, .last = mw,
				     .has_integral = true, .integral_amount = MW_QUARTER(mw), .integral_covered_ms = QUARTER_MS,
				     .correction = correction };
	if (store_append(store, point, context, &interval, &err) < 0)
		fail_msg("%s", err.text);
	evaluation_interval(e, point, &interval);
}

static void pue_is(struct evaluation *e, int64_t now_s, int64_t num, int64_t den)
{
	struct hwatt_view_hall *hall = evaluation_judge(e, now_s);
	bool found = false;
	for (size_t i = 0; i < hall->kpi_count; i++) {
		const struct hwatt_view_kpi *k = &hall->kpis[i];
		if (strcmp(k->kpi, "pue1") != 0 || strcmp(k->window, "month") != 0)
			continue;
		found = true;
		assert_true(k->known);
		assert_int_equal(hwatt_ratio_compare(k->value, (struct hwatt_ratio){ num, den }), 0);
		assert_int_equal(k->coverage_ppm, 1000000);
	}
	assert_true(found);
	snapshot_hall_release(hall);
}

static void stored_intervals_are_summed_and_corrections_read_again(void **state)
{
	(void)state;
	struct folder folder = folder_new();
	struct loading l = loading_begin();
	char path[96];
	folder_write(&folder, "h.yaml", "sites: [{id: s1, timezone: UTC}]\ndevices:\n"
					"  - {id: grid-1, address: snmp://a, site: s1, power_role: grid}\n"
					"  - {id: ups-1, address: snmp://a, site: s1, power_role: ups_output}\n");
	snprintf(path, sizeof(path), "%s/h.yaml", folder.path);
	struct config *config = config_load(path, &l.report);
	struct inventory *inventory = config != NULL ? inventory_build(config, &l.report) : NULL;
	assert_string_equal(loading_mistakes(&l), "");

	struct hwatt_error err;
	struct store *store;
	struct evaluation *e;
	int64_t start_s = civil_day(2026, 4, 1) * 86400, now_s = start_s + 20 * QUARTER_S, points[COUNT], context;
	snprintf(path, sizeof(path), "%s/state", folder.path);
	if (store_open(path, NULL, &store, &err) < 0 || evaluation_open(inventory, store, NULL, start_s, &e, &err) < 0)
		fail_msg("%s", err.text);
	struct store_point made[COUNT] = {
		{ .device = "grid-1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
		{ .device = "ups-1", .index = "1", .role = HWATT_UPS_OUTPUT, .quantity = HWATT_ENERGY },
	};
	struct store_context where = { .device = "grid-1", .serial = "", .model = "", .firmware = "", .profile = "", .power_role = "grid",
				       .site = "s1", .config_hash = "", .ruleset_hash = "", .agent_version = "", .clock_source = "" };
	if (store_begin(store, &err) < 0 || store_context_id(store, &where, &context, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < COUNT; i++) {
		if (store_point_id(store, &made[i], &points[i], &err) < 0)
			fail_msg("%s", err.text);
		made[i].id = points[i];
		evaluation_point(e, &made[i]);
	}
	for (int q = 0; q < 20; q++) {
		append(store, e, points[GRID], context, start_s + q * QUARTER_S, 1500000, false);
		append(store, e, points[UPS], context, start_s + q * QUARTER_S, 1000000, false);
	}
	if (store_commit(store, &err) < 0)
		fail_msg("%s", err.text);
	pue_is(e, now_s, 15, 10);
	append(store, e, points[GRID], context, start_s, 1700000, true); /* five hours late */
	pue_is(e, now_s, 302, 200);
	evaluation_close(e);
	if (evaluation_open(inventory, store, NULL, now_s, &e, &err) < 0)
		fail_msg("%s", err.text);
	pue_is(e, now_s, 302, 200);
	evaluation_close(e);
	store_close(store);
	inventory_free(inventory);
	config_free(config);
	folder_gone(&folder);
	loading_end(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(stored_intervals_are_summed_and_corrections_read_again) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
