/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "settle.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* A sensor that the chosen total only quotes is a sensor. */
static void demote_quoted(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].how != HOW_TOTAL_SENSOR || rows[i].declared)
			continue;
		for (size_t k = 0; k < count; k++)
			if (rows[k].place == rows[i].place && rows[k].how == HOW_TOTAL_ENVIRONMENT && rows[k].quantity == rows[i].quantity) {
				rows[i].how = HOW_COMPONENT;
				rows[i].role = HWATT_SENSOR;
				set_index(&rows[i], rows[i].name[0] != '\0' ? rows[i].name : "total");
				break;
			}
	}
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
	for (size_t i = 0; i < count; i++) {
		if (!is_total(&rows[i]) || rows[i].declared)
			continue;
		rows[i].alternative = false;
		for (size_t k = 0; k < count && !rows[i].alternative; k++)
			if (k != i && (is_total(&rows[k]) || is_counted_main(&rows[k])) && rows[k].role == rows[i].role && rows[k].quantity == rows[i].quantity &&
			    rows[k].place == rows[i].place && !(rows[k].declared && rows[k].alternative))
				rows[i].alternative = better(&rows[k], &rows[i]) || (!better(&rows[i], &rows[k]) && k < i);
	}
}

/* The total of the only place that has one is the device's. */
static void name_totals(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool alone = true;
		if (!is_total(&rows[i]) || rows[i].declared)
			continue;
		for (size_t k = 0; k < count && alone; k++)
			alone = !is_total(&rows[k]) || rows[k].role != rows[i].role || rows[k].place == rows[i].place;
		if (alone)
			set_index(&rows[i], "total");
	}
}

static int tree_rank(const struct row *r)
{
	return r->kind == KIND_SUPPLY_METRICS ? 2 : r->kind == KIND_POWER ? 1 : 0;
}

/* Another supply row that counts stays: its watts are not counted by a better row that comes later, too. */
static void choose_supplies(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_supply(&rows[i]) || rows[i].declared)
			continue;
		rows[i].alternative = false;
		for (size_t k = 0; k < count && !rows[i].alternative; k++) {
			if (k == i || !is_supply(&rows[k]) || rows[k].place != rows[i].place || (rows[k].declared && rows[k].alternative))
				continue;
			bool same = strcmp(rows[k].index, rows[i].index) == 0 && rows[k].quantity == rows[i].quantity;
			if (tree_rank(&rows[k]) != tree_rank(&rows[i]))
				rows[i].alternative = rows[k].declared || tree_rank(&rows[k]) > tree_rank(&rows[i]);
			else if (same && rows[k].how != rows[i].how)
				rows[i].alternative = rows[k].declared || rows[i].how == HOW_SUPPLY_OUTPUT;
			else if (same)
				rows[i].alternative = rows[k].declared || k < i;
		}
	}
}

/* Some services give the machine's total at each supply. */
static void find_repeats(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t same = 0, others = 0;
		bool total = false;
		if (!is_supply(&rows[i]) || rows[i].quantity != HWATT_ACTIVE_POWER || rows[i].value == 0)
			continue;
		for (size_t k = 0; k < count; k++) {
			if (rows[k].place != rows[i].place || rows[k].quantity != HWATT_ACTIVE_POWER)
				continue;
			total |= is_total(&rows[k]) && rows[k].value == rows[i].value;
			if (rows[k].how == rows[i].how && rows[k].kind == rows[i].kind)
				*(rows[k].value == rows[i].value ? &same : &others) += 1;
		}
		rows[i].repeats = total && same > 1 && others == 0;
		if (rows[i].repeats && !rows[i].declared)
			rows[i].alternative = true;
	}
}

static void choose_mains(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].declared)
			continue;
		if (rows[i].how == HOW_COMPONENT)
			rows[i].alternative = true;
		for (size_t k = 0; rows[i].how == HOW_MAINS && k < count; k++)
			if (is_total(&rows[k]) && rows[k].role == rows[i].role && rows[k].quantity == rows[i].quantity && rows[k].place == rows[i].place)
				rows[i].alternative = true;
	}
}

/* A reading and the sensor that it quotes by its DataSourceUri are the same watt: of a total it counts, else the sensor. */
static void choose_quoting(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t n = rows[i].via != NULL ? strlen(rows[i].via) : 0;
		bool leads = is_total(&rows[i]) || is_supply(&rows[i]);
		for (size_t k = 0; n > 0 && k < count; k++) {
			if (rows[k].kind != KIND_SENSOR || strncmp(rows[k].key, rows[i].via, n) != 0 || rows[k].key[n] != '#')
				continue;
			struct row *less = leads ? &rows[k] : &rows[i];
			if (!less->declared)
				less->alternative = true;
		}
	}
}

static bool clash(const struct row *a, const struct row *b)
{
	return a->role == b->role && a->quantity == b->quantity && strcmp(a->index, b->index) == 0 && a->alternative == b->alternative;
}

/* Whether the first `n` octets of the index of `r` are those of `base`, with nothing or a number behind them. */
static bool same_base(const struct row *r, const struct row *of, const char *base, size_t n)
{
	return r->role == of->role && r->quantity == of->quantity && r->alternative == of->alternative &&
	       strncmp(r->index, base, n) == 0 && (r->index[n] == '\0' || r->index[n] == '#');
}

/* Whether row `i` shares its place with one that came before it, or was declared. */
static bool is_taken(const struct row *rows, size_t count, size_t i)
{
	for (size_t k = 0; k < count; k++)
		if (k != i && (k < i || rows[k].declared) && clash(&rows[i], &rows[k]))
			return true;
	return false;
}

static void give_number(struct row *rows, size_t count, size_t i)
{
	char base[HWATT_INDEX_SIZE], text[HWATT_INDEX_SIZE + 16];
	unsigned n = 1;
	snprintf(base, sizeof(base), "%.*s", HWATT_INDEX_SIZE - 8, rows[i].index);
	for (size_t k = 0; k < count; k++)
		n += k != i && (k < i || rows[k].declared) && same_base(&rows[k], &rows[i], base, strlen(base));
	do {
		snprintf(text, sizeof(text), "%s#%u", base, n++);
		set_index(&rows[i], text);
	} while (is_taken(rows, count, i));
}

/* Two that count must not share role, index and quantity. */
static void tell_apart(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].declared || rows[i].alternative)
			continue;
		for (size_t k = 0; k < count && rows[i].quantity == HWATT_RATED_POWER; k++)
			if (rows[k].kind < rows[i].kind && clash(&rows[i], &rows[k]))
				rows[i].alternative = true; /* both trees list the supply */
		if (!rows[i].alternative && is_taken(rows, count, i))
			give_number(rows, count, i);
	}
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
	tell_apart(rows, count);
}
