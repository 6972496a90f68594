/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The sums of random halls, quarter by quarter and meter by meter as domain.md has them, against those of the abacus. */
#include "loading.h"
#include "folder.h"

#include "collectors.h"
#include "config.h"
#include "abacus.h"
#include <hallwatt/arena.h>
#include <stdlib.h>

#define START_S (INT64_C(20000) * 86400)
#define POINTS 23

static const char hall[] =
	"sites:\n  - {id: s1, timezone: Europe/Stockholm, rated_it_power: 2 kW}\n  - {id: s2, timezone: UTC}\n"
	"racks: [{id: A1, site: s1, usable_power: 11 kW}]\ncontracts: [c.yaml, d.yaml, e.yaml]\ndevices:\n"
	"  - {id: grid-1, address: snmp://a, site: s1, power_role: grid, accuracy: 0.7 %}\n"
	"  - {id: sun-1, address: snmp://a, site: s1, power_role: onsite}\n"
	"  - {id: ups-1, address: snmp://a, site: s1, power_role: ups_output, accuracy: 2 %, fed_by: grid-1}\n"
	"  - {id: pdu-a1, address: snmp://a, site: s1, rack: A1, power_role: pdu, accuracy: 2 %, fed_by: ups-1}\n"
	"  - {id: pdu-b1, address: snmp://a, site: s1, rack: A1, power_role: pdu, accuracy: 1 %, fed_by: ups-1}\n"
	"  - {id: srv-1, address: snmp://a, site: s1, rack: A1, power_role: it}\n"
	"  - {id: srv-2, address: snmp://a, site: s1, rack: A1, power_role: it}\n"
	"  - {id: grid-2, address: snmp://a, site: s2, power_role: grid}\n"
	"  - {id: pdu-c1, address: snmp://a, site: s2, power_role: pdu}\n";
static const char contract_c[] = "id: c\ntitle: t\nbuyer: b\nsupplier: s\nvalid: {from: 2024-01-01, to: 2026-12-31}\n"
				 "scope: [{rack: A1}]\nrequirements: [{id: r, type: pue, max: 1.5}]\n";
static const char contract_d[] = "id: d\ntitle: t\nbuyer: b\nsupplier: s\nvalid: {from: 2024-01-01, to: 2026-12-31}\n"
				 "scope: [{device: pdu-a1, outlets: 1-2, share: 0.35}, {site: s2}]\n"
				 "requirements: [{id: r, type: pue, max: 1.5}]\n";
static const char contract_e[] = "id: e\ntitle: t\nbuyer: b\nsupplier: s\nvalid: {from: 2024-01-01, to: 2026-12-31}\n"
				 "scope: [{site: s1}]\nrequirements: [{id: r, type: pue, max: 1.5}]\n";

static const struct store_point points[POINTS] = {
	{ .device = "grid-1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	{ .device = "grid-1", .index = "2", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	{ .device = "sun-1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	{ .device = "ups-1", .index = "1", .role = HWATT_UPS_OUTPUT, .quantity = HWATT_ENERGY },
	{ .device = "pdu-a1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	{ .device = "pdu-a1", .index = "1", .role = HWATT_OUTLET, .quantity = HWATT_ENERGY },
	{ .device = "pdu-a1", .index = "2", .role = HWATT_OUTLET, .quantity = HWATT_ENERGY },
	{ .device = "pdu-a1", .index = "3", .role = HWATT_OUTLET, .quantity = HWATT_ENERGY },
	{ .device = "pdu-b1", .index = "total", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	{ .device = "pdu-b1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	{ .device = "pdu-b1", .index = "1", .role = HWATT_PHASE, .quantity = HWATT_ENERGY },
	{ .device = "srv-1", .index = "1", .role = HWATT_CHASSIS, .quantity = HWATT_ENERGY },
	{ .device = "srv-1", .index = "1", .role = HWATT_PSU, .quantity = HWATT_ENERGY },
	{ .device = "srv-1", .index = "2", .role = HWATT_PSU, .quantity = HWATT_ENERGY },
	{ .device = "srv-2", .index = "1", .role = HWATT_CHASSIS, .quantity = HWATT_ENERGY },
	{ .device = "srv-1", .index = "total", .role = HWATT_CPU, .quantity = HWATT_CPU_UTILISATION, .kind = INTERVAL_LEVEL },
	{ .device = "srv-2", .index = "total", .role = HWATT_CPU, .quantity = HWATT_CPU_UTILISATION, .kind = INTERVAL_LEVEL },
	{ .device = "srv-1", .index = "total", .role = HWATT_STORAGE, .quantity = HWATT_STORAGE_USED, .kind = INTERVAL_LEVEL },
	{ .device = "srv-1", .index = "total", .role = HWATT_STORAGE, .quantity = HWATT_STORAGE_SIZE, .kind = INTERVAL_LEVEL },
	{ .device = "srv-1", .index = "total", .role = HWATT_SENSOR, .quantity = HWATT_TEMPERATURE, .kind = INTERVAL_LEVEL },
	{ .device = "grid-2", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	{ .device = "pdu-c1", .index = "1", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
	{ .device = "pdu-c1", .index = "2", .role = HWATT_INLET, .quantity = HWATT_ENERGY },
};

struct rig {
	struct folder folder;
	struct loading l;
	struct config *config;
	struct inventory *inventory;
	struct zone *zone;
	struct sources *sources;
	struct subject subjects[5];
	size_t count;
	struct abacus *abacus;
	int64_t amount[POINTS * SPAN_QUARTERS];
	int32_t covered_ms[POINTS * SPAN_QUARTERS];
	char quality[POINTS * SPAN_QUARTERS];
	uint32_t rows[POINTS];
	int64_t first_s[POINTS]; /* when each point was first seen */
};

static void begin(struct rig *r)
{
	struct hwatt_error err;
	char path[64];
	memset(r, 0, sizeof(*r));
	r->folder = folder_new();
	r->l = loading_begin();
	folder_write(&r->folder, "h.yaml", hall);
	folder_write(&r->folder, "c.yaml", contract_c);
	folder_write(&r->folder, "d.yaml", contract_d);
	folder_write(&r->folder, "e.yaml", contract_e);
	snprintf(path, sizeof(path), "%s/h.yaml", r->folder.path);
	r->config = config_load(path, &r->l.report);
	assert_string_equal(loading_mistakes(&r->l), "");
	r->inventory = inventory_build(r->config, &r->l.report);
	assert_string_equal(loading_mistakes(&r->l), "");
	if (zone_load("UTC", &r->zone, &err) < 0)
		fail_msg("%s", err.text);
	r->sources = sources_new(r->config);
	for (size_t i = 0; i < r->inventory->site_count; i++)
		subject_init_site(&r->subjects[r->count++], r->inventory, &r->inventory->sites[i], r->zone, 0, INT64_MAX, r->sources);
	for (size_t i = 0; i < r->inventory->scope_count; i++)
		subject_init_contract(&r->subjects[r->count++], r->inventory, &r->inventory->scopes[i], r->zone, r->sources);
	r->abacus = abacus_new(r->sources, r->subjects, r->count);
	for (size_t i = 0; i < sources_count(r->sources); i++)
		if (rand() % 3 == 0)
			sources_wait(r->sources, i, START_S + rand() % SPAN_QUARTERS * QUARTER_S);
}

static void end(struct rig *r)
{
	abacus_free(r->abacus);
	for (size_t i = 0; i < r->count; i++)
		subject_free(&r->subjects[i]);
	sources_free(r->sources);
	zone_free(r->zone);
	inventory_free(r->inventory);
	config_free(r->config);
	folder_gone(&r->folder);
	loading_end(&r->l);
}

/* Some of the points, from some quarter on. */
static void join_points(struct rig *r)
{
	for (size_t i = 0; i < POINTS; i++) {
		struct store_point point = points[i];
		point.id = (int64_t)i + 1;
		if (rand() % 8 == 0)
			continue;
		const struct config_device *device = sources_device(r->sources, point.device);
		if (strcmp(point.index, "total") == 0 && subject_group_of(point.role, point.quantity) >= 0 &&
		    !sources_has_summary(r->sources, device, point.role, point.quantity))
			for (size_t s = 0; s < r->count; s++)
				subject_join(&r->subjects[s], r->sources, device, point.role, point.quantity);
		sources_join(r->sources, &point);
	}
	for (size_t i = 0; i < sources_point_count(r->sources); i++) {
		r->first_s[i] = START_S + (rand() % 3 == 0 ? rand() % 120 : -1) * QUARTER_S;
		sources_seen(r->sources, i, r->first_s[i]);
	}
}

static int64_t random_amount(int size)
{
	uint64_t value = (uint64_t)rand() << 62 ^ (uint64_t)rand() << 31 ^ (uint64_t)rand();
	int64_t amount = (int64_t)(value & ((UINT64_C(2) << size) - 1));
	return rand() % 20 == 0 ? -(amount / 2) : amount;
}

static void random_day(struct rig *r, int size)
{
	int silent = rand() % SPAN_QUARTERS; /* some time in which nobody reports */
	memset(r->amount, 0, sizeof(r->amount));
	memset(r->covered_ms, 0, sizeof(r->covered_ms));
	memset(r->quality, 0, sizeof(r->quality));
	for (size_t i = 0; i < sources_point_count(r->sources); i++) {
		r->rows[i] = rand() % 12 == 0 ? UINT32_MAX : (uint32_t)(sources_point_count(r->sources) - 1 - i);
		int rare = 1 + rand() % 30;
		for (int q = 0; q < SPAN_QUARTERS; q++) {
			size_t at = (sources_point_count(r->sources) - 1 - i) * SPAN_QUARTERS + (size_t)q;
			if (START_S + q * QUARTER_S < r->first_s[i] || (q >= silent && q < silent + 5) || rand() % rare == 0)
				continue;
			r->amount[at] = random_amount(size);
			r->covered_ms[at] = rand() % rare == 0 ? rand() % 900001 : (int32_t)QUARTER_MS;
			r->quality[at] = rand() % rare == 0 ? QUALITY_LETTERS[rand() % 8] : 'M';
		}
	}
}

/* --- the same, plainly ------------------------------------------------------------------------------------------- */

static void inputs_of(const struct subject_uses *uses, const struct source_quarter *results, struct kpi_input *inputs)
{
	for (size_t i = 0; i < uses->count; i++) {
		inputs[i] = results[uses->items[i].source].input;
		inputs[i].share_ppm = uses->items[i].share_ppm;
	}
}

static bool anything(const struct subject *s, const struct source_quarter *results)
{
	bool any = false;
	for (size_t p = 0; p < s->pair_count; p++) {
		for (size_t i = 0; i < s->pairs[p].num.count; i++)
			any |= results[s->pairs[p].num.items[i].source].present;
		for (size_t i = 0; i < s->pairs[p].den.count; i++)
			any |= results[s->pairs[p].den.items[i].source].present;
	}
	for (int g = 0; g < GROUP_KINDS; g++)
		for (size_t m = 0; m < s->groups[g].count; m++)
			for (size_t l = 0; l < subject_sources(g); l++)
				any |= results[s->groups[g].members[m].sources[l]].present;
	return any;
}

static void plain_group(const struct subject *s, int g, const struct source_quarter *results, struct sums *out,
			int32_t letters[KPI_LETTERS])
{
	const struct subject_group *group = &s->groups[g];
	size_t worst = 0;
	bool any = false;
	for (size_t m = 0; m < group->count; m++) {
		for (size_t l = 0; l < subject_sources(g); l++) {
			const struct kpi_input *input = &results[group->members[m].sources[l]].input;
			if (!input->expected)
				continue;
			size_t rank = (size_t)(strchr(QUALITY_LETTERS, input->quality) - QUALITY_LETTERS);
			worst = rank > worst ? rank : worst;
			any = true;
			if (input->covered_ms <= 0)
				continue;
			out->lanes[group->members[m].lane + l].amount += input->amount;
			out->lanes[group->members[m].lane + l].covered_ms += input->covered_ms;
			if (l == 0)
				subject_derive(s, g, input->amount, input->covered_ms, &out->lanes[group->members[m].lane]);
		}
	}
	if (any)
		letters[worst]++;
}

static bool plain_quarter(struct rig *r, const struct subject *s, size_t q, struct sums *out)
{
	struct brief briefs[POINTS] = {{0}};
	struct source_quarter results[64];
	struct kpi_input num[32], den[32];
	for (size_t i = 0; i < sources_point_count(r->sources); i++) {
		size_t at = r->rows[i] * (size_t)SPAN_QUARTERS + q;
		if (r->rows[i] != UINT32_MAX && r->quality[at] != '\0')
			briefs[i] = brief_of(&(struct interval){ .amount = r->amount[at], .covered_ms = r->covered_ms[at],
								 .quality = r->quality[at] });
	}
	assert_true(sources_count(r->sources) <= 64);
	for (size_t i = 0; i < sources_count(r->sources); i++)
		results[i] = sources_quarter(r->sources, i, briefs, START_S + (int64_t)q * QUARTER_S);
	sums_reserve(out, s->pair_count, s->lane_count);
	sums_clear(out);
	if (!anything(s, results))
		return false;
	for (size_t p = 0; p < s->pair_count; p++) {
		const struct subject_pair *pair = &s->pairs[p];
		inputs_of(&pair->num, results, num);
		inputs_of(&pair->den, results, den);
		if (pair->ratio)
			kpi_quarter_ratio(num, pair->num.count, den, pair->den.count, &out->pairs[p]);
		else
			kpi_quarter_energy(num, pair->num.count, &out->pairs[p]);
	}
	for (int g = 0; g < GROUP_KINDS; g++)
		plain_group(s, g, results, out, out->letters[g]);
	return true;
}

/* --- tests ------------------------------------------------------------------------------------------------------- */

static void compare(struct rig *r, size_t subject, size_t first, size_t end_q)
{
	struct sums one = {0}, plain = {0}, quick = {0};
	bool any = false;
	for (size_t q = first; q < end_q; q++) {
		any |= plain_quarter(r, &r->subjects[subject], q, &one);
		sums_add(&plain, &one, 1);
	}
	assert_int_equal(abacus_subject(r->abacus, subject, first, end_q, &quick), any);
	assert_true(sums_equal(&plain, &quick));
	sums_free(&one);
	sums_free(&plain);
	sums_free(&quick);
}

static void the_abacus_adds_up_what_each_quarter_gives(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 40; seed++) {
		struct rig *r = hwatt_alloc(sizeof(*r));
		srand(seed);
		begin(r);
		join_points(r);
		for (int day = 0; day < 3; day++) {
			random_day(r, seed % 4 == 0 ? 62 : 43); /* near the end of 64 bits, and as of a few kW */
			struct span_rows rows = { .start_s = START_S, .count = SPAN_QUARTERS, .amount = r->amount,
						  .covered_ms = r->covered_ms, .quality = r->quality, .rows = r->rows };
			abacus_span(r->abacus, &rows);
			size_t middle = 1 + (size_t)rand() % (SPAN_QUARTERS - 1);
			for (size_t i = 0; i < r->count; i++) {
				compare(r, i, 0, middle);
				compare(r, i, middle, SPAN_QUARTERS);
				compare(r, i, 0, SPAN_QUARTERS);
				compare(r, i, middle - 1, middle);
			}
			if (day == 1)
				abacus_trim(r->abacus);
		}
		end(r);
		free(r);
	}
}

/* As the evaluation asks for quarters that have just closed. */
static void a_span_of_one_quarter_is_that_quarter(void **state)
{
	(void)state;
	struct rig *r = hwatt_alloc(sizeof(*r));
	srand(99);
	begin(r);
	join_points(r);
	random_day(r, 43);
	for (size_t q = 0; q < SPAN_QUARTERS; q++) {
		int64_t amount[POINTS] = {0};
		int32_t covered_ms[POINTS] = {0};
		char quality[POINTS] = {0};
		uint32_t place[POINTS];
		for (size_t i = 0; i < POINTS; i++) {
			size_t at = r->rows[i] * (size_t)SPAN_QUARTERS + q;
			place[i] = (uint32_t)i;
			if (i >= sources_point_count(r->sources) || r->rows[i] == UINT32_MAX)
				continue;
			amount[i] = r->amount[at];
			covered_ms[i] = r->covered_ms[at];
			quality[i] = r->quality[at];
		}
		struct span_rows rows = { .start_s = START_S + (int64_t)q * QUARTER_S, .count = 1, .amount = amount,
					  .covered_ms = covered_ms, .quality = quality, .rows = place };
		abacus_span(r->abacus, &rows);
		for (size_t i = 0; i < r->count; i++) {
			struct sums plain = {0}, quick = {0};
			bool any = plain_quarter(r, &r->subjects[i], q, &plain);
			assert_int_equal(abacus_subject(r->abacus, i, 0, 1, &quick), any);
			assert_true(sums_equal(&plain, &quick));
			sums_free(&plain);
			sums_free(&quick);
		}
	}
	end(r);
	free(r);
}

static const struct subject_uses *uses_at(const struct subject *s, size_t i)
{
	return i % 2 == 0 ? &s->pairs[i / 2].num : &s->pairs[i / 2].den;
}

static void equal_sums_are_kept_once(void **state)
{
	(void)state;
	struct rig *r = hwatt_alloc(sizeof(*r));
	begin(r);
	size_t shared = 0;
	for (size_t at = 0; at < r->count; at++) {
		const struct subject *s = &r->subjects[at];
		for (size_t i = 0; i < 2 * s->pair_count; i++) {
			for (size_t k = 0; k < i && uses_at(s, i)->count > 1; k++) {
				const struct subject_uses *a = uses_at(s, k), *b = uses_at(s, i);
				if (a->count != b->count || memcmp(a->items, b->items, a->count * sizeof(*a->items)) != 0)
					continue;
				assert_ptr_equal(a->items, b->items);
				shared++;
			}
		}
	}
	assert_true(shared > 0);
	end(r);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_abacus_adds_up_what_each_quarter_gives),
		cmocka_unit_test(a_span_of_one_quarter_is_that_quarter),
		cmocka_unit_test(equal_sums_are_kept_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
