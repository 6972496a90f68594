/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "settle.h"
#include "herd.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum tier row_tier(const struct row *r)
{
	if (r->fixed)
		return TIER_FIXED;
	bool watt = r->quantity == HWATT_ACTIVE_POWER || r->quantity == HWATT_ENERGY;
	return watt && !r->alternative ? TIER_POWER : TIER_DETAIL;
}

static bool is_total(const struct row *r)
{
	return r->how >= HOW_TOTAL_SENSOR && r->how <= HOW_TOTAL_PROFILE;
}

static bool is_supply(const struct row *r)
{
	return r->how == HOW_SUPPLY_INPUT || r->how == HOW_SUPPLY_OUTPUT;
}

static void set_index(struct row *r, const char *index)
{
	free(r->index);
	r->index = hwatt_strdup(index);
}

/* All of one place that measure the same quantity, and play the same part where `role` is asked for. */
static struct herd_key of_place(const struct row *r, bool role)
{
	return (struct herd_key){ .place = r->place, .numbers = { role ? (int64_t)r->role : -1, (int64_t)r->quantity } };
}

/* A sensor that the chosen total only quotes is a sensor. */
static void demote_quoted(struct row *rows, size_t count)
{
	struct herds *herds = herds_new();
	for (size_t i = 0; i < count; i++)
		if (rows[i].how == HOW_TOTAL_ENVIRONMENT)
			herds_take(herds, of_place(&rows[i], false));
	for (size_t i = 0; i < count; i++) {
		if (rows[i].how != HOW_TOTAL_SENSOR || rows[i].declared || herds_find(herds, of_place(&rows[i], false)) == NULL)
			continue;
		rows[i].how = HOW_COMPONENT;
		rows[i].role = HWATT_SENSOR;
		set_index(&rows[i], rows[i].name[0] != '\0' ? rows[i].name : "total");
	}
	herds_free(herds);
}

/* A circuit that counts already: a total that comes later would count its watts again. */
static bool is_counted_main(const struct row *r)
{
	return r->how == HOW_MAINS && r->declared && !r->alternative;
}

/* The better of two totals of one place: what was declared first, then the better way, then the first that came. */
static bool better(const struct row *a, const struct row *b)
{
	if (a->declared != b->declared)
		return a->declared;
	return a->how > b->how;
}

static void choose_totals(struct row *rows, size_t count)
{
	struct herds *herds = herds_new();
	for (size_t i = 0; i < count; i++) {
		if ((!is_total(&rows[i]) && !is_counted_main(&rows[i])) || (rows[i].declared && rows[i].alternative))
			continue;
		struct herd *herd = herds_take(herds, of_place(&rows[i], true));
		if (herd->count++ == 0 || better(&rows[i], &rows[herd->best]))
			herd->best = i;
	}
	for (size_t i = 0; i < count; i++)
		if (is_total(&rows[i]) && !rows[i].declared)
			rows[i].alternative = herds_find(herds, of_place(&rows[i], true))->best != i;
	herds_free(herds);
}

/* The total of the only place that has one is the device's. */
static void name_totals(struct row *rows, size_t count)
{
	struct herds *herds = herds_new();
	for (size_t i = 0; i < count; i++) {
		if (!is_total(&rows[i]))
			continue;
		struct herd *herd = herds_take(herds, (struct herd_key){ .numbers = { rows[i].role } });
		if (herd->count++ == 0)
			herd->best = i;
		herd->mixed |= rows[i].place != rows[herd->best].place;
	}
	for (size_t i = 0; i < count; i++)
		if (is_total(&rows[i]) && !rows[i].declared && !herds_find(herds, (struct herd_key){ .numbers = { rows[i].role } })->mixed)
			set_index(&rows[i], "total");
	herds_free(herds);
}

static int tree_rank(const struct row *r)
{
	return r->kind == KIND_SUPPLY_METRICS ? 2 : r->kind == KIND_POWER ? 1 : 0;
}

static struct herd_key of_rank(const struct row *r, int rank)
{
	return (struct herd_key){ .place = r->place, .numbers = { rank } };
}

static struct herd_key of_supply(const struct row *r)
{
	return (struct herd_key){ .place = r->place, .numbers = { tree_rank(r), (int64_t)r->quantity }, .text = r->index,
				  .length = strlen(r->index) };
}

/* Whether another tree's supplies are in front of those of the row's tree. */
static bool outranked(const struct herds *ranks, const struct row *r)
{
	for (int rank = 0; rank <= 2; rank++) {
		const struct herd *other = rank != tree_rank(r) ? herds_find(ranks, of_rank(r, rank)) : NULL;
		if (other != NULL && (other->declared || rank > tree_rank(r)))
			return true;
	}
	return false;
}

/* Another supply row that counts stays: its watts are not counted by a better row that comes later, too. */
static void choose_supplies(struct row *rows, size_t count)
{
	struct herds *ranks = herds_new(), *supplies = herds_new();
	for (size_t i = 0; i < count; i++) {
		const struct row *r = &rows[i];
		if (!is_supply(r) || (r->declared && r->alternative))
			continue;
		herds_take(ranks, of_rank(r, tree_rank(r)))->declared |= r->declared;
		struct herd *herd = herds_take(supplies, of_supply(r));
		herd->declared |= r->declared;
		bool input = r->how == HOW_SUPPLY_INPUT, before = herd->count > 0 && rows[herd->best].how == HOW_SUPPLY_INPUT;
		if (herd->count++ == 0 || (input && !before))
			herd->best = i; /* the first input, else the first output */
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_supply(&rows[i]) || rows[i].declared)
			continue;
		const struct herd *herd = herds_find(supplies, of_supply(&rows[i]));
		rows[i].alternative = herd->declared || herd->best != i || outranked(ranks, &rows[i]);
	}
	herds_free(ranks);
	herds_free(supplies);
}

static struct herd_key of_kind(const struct row *r)
{
	return (struct herd_key){ .place = r->place, .numbers = { (int64_t)r->how, (int64_t)r->kind } };
}

static struct herd_key of_value(const struct row *r)
{
	return (struct herd_key){ .place = r->place, .numbers = { r->value } };
}

/* Some services give the machine's total at each supply. */
static void find_repeats(struct row *rows, size_t count)
{
	struct herds *totals = herds_new(), *supplies = herds_new();
	for (size_t i = 0; i < count; i++) {
		if (rows[i].quantity != HWATT_ACTIVE_POWER)
			continue;
		if (is_total(&rows[i]))
			herds_take(totals, of_value(&rows[i]));
		struct herd *herd = herds_take(supplies, of_kind(&rows[i]));
		if (herd->count++ == 0)
			herd->best = i;
		herd->mixed |= rows[i].value != rows[herd->best].value;
	}
	for (size_t i = 0; i < count; i++) {
		if (!is_supply(&rows[i]) || rows[i].quantity != HWATT_ACTIVE_POWER || rows[i].value == 0)
			continue;
		const struct herd *herd = herds_find(supplies, of_kind(&rows[i]));
		rows[i].repeats = herd->count > 1 && !herd->mixed && herds_find(totals, of_value(&rows[i])) != NULL;
		if (rows[i].repeats && !rows[i].declared)
			rows[i].alternative = true;
	}
	herds_free(totals);
	herds_free(supplies);
}

static void choose_mains(struct row *rows, size_t count)
{
	struct herds *totals = herds_new();
	for (size_t i = 0; i < count; i++)
		if (is_total(&rows[i]))
			herds_take(totals, of_place(&rows[i], true));
	for (size_t i = 0; i < count; i++) {
		if (rows[i].declared)
			continue;
		if (rows[i].how == HOW_COMPONENT || (rows[i].how == HOW_MAINS && herds_find(totals, of_place(&rows[i], true)) != NULL))
			rows[i].alternative = true;
	}
	herds_free(totals);
}

/* A reading and the sensor that it quotes by its DataSourceUri are the same watt: of a total it counts, else the sensor. */
static void choose_quoting(struct row *rows, size_t count)
{
	struct herds *sensors = herds_new();
	size_t *before = hwatt_alloc((count + 1) * sizeof(*before)); /* the sensor's row before this one */
	for (size_t i = 0; i < count; i++) {
		if (rows[i].kind != KIND_SENSOR)
			continue;
		struct herd *herd = herds_take(sensors, (struct herd_key){ .text = rows[i].key, .length = strcspn(rows[i].key, "#") });
		before[i] = herd->count++ > 0 ? herd->best : SIZE_MAX;
		herd->best = i;
	}
	for (size_t i = 0; i < count; i++) {
		size_t n = rows[i].via != NULL ? strlen(rows[i].via) : 0;
		const struct herd *herd = n > 0 ? herds_find(sensors, (struct herd_key){ .text = rows[i].via, .length = n }) : NULL;
		bool leads = is_total(&rows[i]) || is_supply(&rows[i]);
		for (size_t k = herd != NULL ? herd->best : SIZE_MAX; k != SIZE_MAX; k = before[k]) {
			struct row *less = leads ? &rows[k] : &rows[i];
			if (!less->declared)
				less->alternative = true;
		}
	}
	free(before);
	herds_free(sensors);
}

static struct herd_key of_index(const struct row *r, const char *index, size_t length)
{
	return (struct herd_key){ .numbers = { (int64_t)r->role, (int64_t)r->quantity }, .text = index, .length = length };
}

/* A supply's rating that two trees list. */
static void choose_ratings(struct row *rows, size_t count)
{
	struct herds *ratings = herds_new();
	for (size_t i = 0; i < count; i++) {
		if (rows[i].quantity != HWATT_RATED_POWER || rows[i].alternative)
			continue;
		struct herd *herd = herds_take(ratings, of_index(&rows[i], rows[i].index, strlen(rows[i].index)));
		if (herd->count++ == 0 || rows[i].kind < rows[herd->best].kind)
			herd->best = i;
	}
	for (size_t i = 0; i < count; i++) {
		if (rows[i].quantity != HWATT_RATED_POWER || rows[i].alternative || rows[i].declared)
			continue;
		size_t best = herds_find(ratings, of_index(&rows[i], rows[i].index, strlen(rows[i].index)))->best;
		rows[i].alternative = rows[best].kind < rows[i].kind;
	}
	herds_free(ratings);
}

struct names { /* of rows that count */
	struct herds *taken;
	struct herds *numbers; /* the highest number that a name got; a name that has one counts for what is before its # too */
};

static void take_name(struct names *names, const struct row *r)
{
	herds_take(names->taken, of_index(r, r->index, strlen(r->index)));
	for (const char *end = r->index + strcspn(r->index, "#");; end += 1 + strcspn(end + 1, "#")) {
		herds_take(names->numbers, of_index(r, r->index, (size_t)(end - r->index)))->count++;
		if (*end == '\0')
			return;
	}
}

static void give_number(struct names *names, struct row *r)
{
	char base[HWATT_INDEX_SIZE], text[HWATT_INDEX_SIZE + 24];
	snprintf(base, sizeof(base), "%.*s", HWATT_INDEX_SIZE - 8, r->index);
	const struct herd *known = herds_find(names->numbers, of_index(r, base, strlen(base)));
	size_t n = known != NULL ? known->count : 0;
	do
		snprintf(text, sizeof(text), "%s#%zu", base, ++n);
	while (herds_find(names->taken, of_index(r, text, strlen(text))) != NULL);
	set_index(r, text);
	take_name(names, r);
	herds_take(names->numbers, of_index(r, r->index, strlen(base)))->count = n;
}

/* Two that count must not share role, index and quantity. */
static void tell_apart(struct row *rows, size_t count)
{
	struct names names = { herds_new(), herds_new() };
	for (size_t i = 0; i < count; i++)
		if (rows[i].declared && !rows[i].alternative)
			take_name(&names, &rows[i]);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].declared || rows[i].alternative)
			continue;
		if (herds_find(names.taken, of_index(&rows[i], rows[i].index, strlen(rows[i].index))) != NULL)
			give_number(&names, &rows[i]);
		else
			take_name(&names, &rows[i]);
	}
	herds_free(names.taken);
	herds_free(names.numbers);
}

void settle(struct row *rows, size_t count)
{
	demote_quoted(rows, count);
	choose_totals(rows, count);
	name_totals(rows, count);
	choose_supplies(rows, count);
	find_repeats(rows, count);
	choose_mains(rows, count);
	choose_quoting(rows, count);
	choose_ratings(rows, count);
	tell_apart(rows, count);
}
