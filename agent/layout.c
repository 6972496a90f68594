/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "layout.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define FNV_START UINT64_C(14695981039346656037)
#define FNV_PRIME UINT64_C(1099511628211)

static const struct {
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	enum interval_kind kind;
} summary_rows[LAYOUT_SUMMARIES] = {
	[LAYOUT_CPU] = { HWATT_CPU, HWATT_CPU_UTILISATION, INTERVAL_LEVEL },
	[LAYOUT_MEMORY_USED] = { HWATT_MEMORY, HWATT_MEMORY_USED, INTERVAL_LEVEL },
	[LAYOUT_MEMORY_SIZE] = { HWATT_MEMORY, HWATT_MEMORY_SIZE, INTERVAL_LEVEL },
	[LAYOUT_STORAGE_USED] = { HWATT_STORAGE, HWATT_STORAGE_USED, INTERVAL_LEVEL },
	[LAYOUT_STORAGE_SIZE] = { HWATT_STORAGE, HWATT_STORAGE_SIZE, INTERVAL_LEVEL },
	[LAYOUT_INLET] = { HWATT_SENSOR, HWATT_TEMPERATURE, INTERVAL_LEVEL },
	[LAYOUT_LINK_IN] = { HWATT_INTERFACE, HWATT_IF_IN_OCTETS, INTERVAL_FLOW },
	[LAYOUT_LINK_OUT] = { HWATT_INTERFACE, HWATT_IF_OUT_OCTETS, INTERVAL_FLOW },
	[LAYOUT_LINK_SPEED] = { HWATT_INTERFACE, HWATT_IF_SPEED, INTERVAL_LEVEL },
};

/* ---- finding ---- */

/* FNV-1a over what tells two places apart. A device may have thousands, and nothing it says may stall the loop. */
static uint64_t place_hash(int role, int quantity, const char *index)
{
	uint64_t h = FNV_START ^ (uint64_t)(role * 64 + quantity);
	for (const char *p = index; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * FNV_PRIME;
	return h;
}

/* The first slot to look at, and the one after. */
static size_t table_first(const struct layout_table *t, uint64_t hash)
{
	return (size_t)hash & (t->size - 1);
}

static size_t table_next(const struct layout_table *t, size_t at)
{
	return (at + 1) & (t->size - 1);
}

static void table_put(struct layout_table *t, uint64_t hash, size_t number)
{
	size_t at = table_first(t, hash);
	while (t->slots[at] != 0)
		at = table_next(t, at);
	t->slots[at] = (uint32_t)number + 1;
}

/* Makes room for one more than `count`; true when the table is empty now and all must be put again. */
static bool table_room(struct layout_table *t, size_t count)
{
	if (t->size >= 2 * (count + 1))
		return false;
	free(t->slots);
	t->size = t->size == 0 ? 16 : 2 * t->size;
	t->slots = hwatt_alloc(t->size * sizeof(*t->slots));
	return true;
}

static void table_free(struct layout_table *t)
{
	free(t->slots);
	*t = (struct layout_table){0};
}

/* ---- the shelf ---- */

static char **find_text(char **texts, size_t size, const char *text)
{
	size_t at = (size_t)place_hash(0, 0, text) & (size - 1);
	while (texts[at] != NULL && strcmp(texts[at], text) != 0)
		at = (at + 1) & (size - 1);
	return &texts[at];
}

/* The shelf's own copy of a string. */
static const char *shelf_text(struct layout_shelf *shelf, const char *text)
{
	if (shelf->text_size < 2 * (shelf->text_count + 1)) {
		size_t size = shelf->text_size == 0 ? 64 : 2 * shelf->text_size;
		char **texts = hwatt_alloc(size * sizeof(char *));
		for (size_t i = 0; i < shelf->text_size; i++)
			if (shelf->texts[i] != NULL)
				*find_text(texts, size, shelf->texts[i]) = shelf->texts[i];
		free(shelf->texts);
		shelf->texts = texts;
		shelf->text_size = size;
	}
	char **place = find_text(shelf->texts, shelf->text_size, text);
	if (*place == NULL) {
		*place = hwatt_strdup(text);
		shelf->text_count++;
	}
	return *place;
}

void layout_shelf_free(struct layout_shelf *shelf)
{
	assert(shelf->count == 0);
	for (size_t i = 0; i < shelf->text_size; i++)
		free(shelf->texts[i]);
	free(shelf->texts);
	free(shelf->layouts);
	*shelf = (struct layout_shelf){ 0 };
}

/* ---- layouts ---- */

struct layout *layout_new(void)
{
	struct layout *l = hwatt_alloc(sizeof(*l));
	l->users = 1;
	for (int s = 0; s < LAYOUT_SUMMARIES; s++)
		l->summaries[s] = LAYOUT_NONE;
	return l;
}

static void drop_points(struct layout *l)
{
	for (size_t i = 0; i < l->meter_count; i++)
		l->meters[i].power = l->meters[i].energy = LAYOUT_NONE;
	for (int s = 0; s < LAYOUT_SUMMARIES; s++) {
		free(l->members[s]);
		l->members[s] = NULL;
		l->member_count[s] = 0;
	}
	free(l->links);
	l->links = NULL;
	l->link_count = 0;
	table_free(&l->link_table);
	l->bound = 0;
}

static void free_layout(struct layout *l)
{
	drop_points(l);
	free(l->meters);
	table_free(&l->meter_table);
	free(l);
}

void layout_release(struct layout *l, struct layout_shelf *shelf)
{
	if (l == NULL || --l->users > 0)
		return;
	for (size_t i = 0; l->shelved && i < shelf->count; i++) {
		if (shelf->layouts[i] != l)
			continue;
		shelf->layouts[i] = shelf->layouts[--shelf->count];
		break;
	}
	free_layout(l);
}

static void *copy_of(const void *from, size_t size)
{
	if (size == 0)
		return NULL;
	void *to = hwatt_alloc(size);
	memcpy(to, from, size);
	return to;
}

/* The layout, to be changed: a copy when it is shared. */
static struct layout *own(struct layout **layout, struct layout_shelf *shelf)
{
	const struct layout *shared = *layout;
	if (!shared->shelved)
		return *layout;
	struct layout *l = copy_of(shared, sizeof(*shared));
	l->users = 1;
	l->shelved = false;
	l->meters = copy_of(shared->meters, shared->meter_count * sizeof(*l->meters));
	l->meter_capacity = l->meter_count;
	l->meter_table.slots = copy_of(shared->meter_table.slots, shared->meter_table.size * sizeof(uint32_t));
	for (int s = 0; s < LAYOUT_SUMMARIES; s++)
		l->members[s] = copy_of(shared->members[s], shared->member_count[s] * sizeof(uint32_t));
	l->links = copy_of(shared->links, shared->link_count * sizeof(*l->links));
	l->link_table.slots = copy_of(shared->link_table.slots, shared->link_table.size * sizeof(uint32_t));
	layout_release(*layout, shelf);
	*layout = l;
	return l;
}

static uint64_t hash_number(uint64_t h, uint64_t number)
{
	return (h ^ number ^ number >> 29) * FNV_PRIME;
}

/* What is not hashed follows from it, or is compared later. */
static uint64_t hash_of(const struct layout *l)
{
	uint64_t h = hash_number(FNV_START, l->bound);
	for (size_t i = 0; i < l->meter_count; i++) {
		const struct layout_meter *m = &l->meters[i];
		h = hash_number(hash_number(h, m->hash), (uint64_t)m->power << 32 | m->energy);
		h = hash_number(hash_number(h, m->modulus), (uint64_t)m->step);
	}
	return h;
}

static bool same_octets(const void *a, const void *b, size_t size)
{
	return size == 0 || memcmp(a, b, size) == 0;
}

static bool equal(const struct layout *a, const struct layout *b)
{
	if (a->hash != b->hash || a->bound != b->bound || a->meter_count != b->meter_count || a->link_count != b->link_count)
		return false;
	for (size_t i = 0; i < a->meter_count; i++) {
		const struct layout_meter *m = &a->meters[i], *n = &b->meters[i];
		if (m->role != n->role || m->quantity != n->quantity || m->kind != n->kind || m->power != n->power ||
		    m->energy != n->energy || m->index != n->index || m->step != n->step || m->modulus != n->modulus)
			return false;
	}
	for (size_t i = 0; i < a->link_count; i++) {
		const struct layout_link *m = &a->links[i], *n = &b->links[i];
		if (m->hash != n->hash || m->in != n->in || m->out != n->out || m->speed != n->speed)
			return false;
	}
	for (int s = 0; s < LAYOUT_SUMMARIES; s++)
		if (a->member_count[s] != b->member_count[s] ||
		    !same_octets(a->members[s], b->members[s], a->member_count[s] * sizeof(uint32_t)))
			return false;
	return true;
}

void layout_share(struct layout **layout, struct layout_shelf *shelf)
{
	struct layout *l = *layout;
	if (l->shelved)
		return;
	l->hash = hash_of(l);
	for (size_t i = 0; i < shelf->count; i++) {
		if (!equal(shelf->layouts[i], l))
			continue;
		free_layout(l);
		*layout = shelf->layouts[i];
		(*layout)->users++;
		return;
	}
	if (shelf->count == shelf->capacity) {
		shelf->capacity = shelf->capacity == 0 ? 16 : shelf->capacity * 2;
		shelf->layouts = hwatt_realloc(shelf->layouts, shelf->capacity * sizeof(struct layout *));
	}
	l->shelved = true;
	shelf->layouts[shelf->count++] = l;
}

/* ---- meters ---- */

static uint32_t find_meter(const struct layout *l, enum hwatt_role role, enum hwatt_quantity quantity, const char *index,
			   uint64_t hash)
{
	const struct layout_table *t = &l->meter_table;
	if (t->size == 0)
		return LAYOUT_NONE;
	for (size_t at = table_first(t, hash); t->slots[at] != 0; at = table_next(t, at)) {
		const struct layout_meter *m = &l->meters[t->slots[at] - 1];
		if (m->role == role && m->quantity == quantity && strcmp(m->index, index) == 0)
			return t->slots[at] - 1;
	}
	return LAYOUT_NONE;
}

uint32_t layout_take(struct layout **layout, struct layout_shelf *shelf, enum hwatt_role role, enum hwatt_quantity quantity,
		     const char *index, enum interval_kind kind)
{
	uint64_t hash = place_hash((int)role, (int)quantity, index);
	uint32_t known = find_meter(*layout, role, quantity, index, hash);
	if (known != LAYOUT_NONE)
		return known;
	struct layout *l = own(layout, shelf);
	if (l->meter_count == l->meter_capacity) {
		l->meter_capacity = l->meter_capacity == 0 ? 8 : 2 * l->meter_capacity;
		l->meters = hwatt_realloc(l->meters, l->meter_capacity * sizeof(*l->meters));
	}
	if (table_room(&l->meter_table, l->meter_count))
		for (size_t i = 0; i < l->meter_count; i++)
			table_put(&l->meter_table, l->meters[i].hash, i);
	table_put(&l->meter_table, hash, l->meter_count);
	uint32_t number = (uint32_t)l->meter_count++;
	l->meters[number] = (struct layout_meter){ .role = role, .quantity = quantity, .kind = kind, .hash = hash,
						   .index = shelf_text(shelf, index), .power = LAYOUT_NONE,
						   .energy = LAYOUT_NONE };
	for (int s = 0; s < LAYOUT_SUMMARIES; s++)
		if (summary_rows[s].role == role && summary_rows[s].quantity == quantity)
			l->summaries[s] = number;
	return number;
}

uint32_t layout_take_summary(struct layout **layout, struct layout_shelf *shelf, enum layout_summary summary)
{
	return layout_take(layout, shelf, summary_rows[summary].role, summary_rows[summary].quantity, "total",
			   summary_rows[summary].kind);
}

void layout_set_register(struct layout **layout, struct layout_shelf *shelf, uint32_t meter, int64_t step, uint64_t modulus)
{
	struct layout_meter *m = &own(layout, shelf)->meters[meter];
	m->step = step;
	m->modulus = modulus;
}

/* ---- points ---- */

/* A register of water or heat: a meter of its own. */
static void bind_register(struct layout **layout, struct layout_shelf *shelf, const struct target_point *p, uint32_t number)
{
	enum interval_kind kind = p->quantity == HWATT_THERMAL_ENERGY ? INTERVAL_ENERGY : INTERVAL_FLOW;
	uint32_t meter = layout_take(layout, shelf, p->role, p->quantity, p->index, kind);
	struct layout_meter *m = &(*layout)->meters[meter];
	if (m->energy == LAYOUT_NONE)
		m->energy = number;
}

static void bind_energy(struct layout **layout, struct layout_shelf *shelf, const struct target_point *p, uint32_t number)
{
	uint32_t meter = layout_take(layout, shelf, p->role, HWATT_ENERGY, p->index, INTERVAL_ENERGY);
	struct layout_meter *m = &(*layout)->meters[meter];
	if (p->quantity == HWATT_ACTIVE_POWER && m->power == LAYOUT_NONE)
		m->power = number;
	if (p->quantity == HWATT_ENERGY && m->energy == LAYOUT_NONE)
		m->energy = number;
}

static struct layout_link *find_link(const struct layout *l, const struct target_point *points, const char *index,
				     uint64_t hash)
{
	const struct layout_table *t = &l->link_table;
	if (t->size == 0)
		return NULL;
	for (size_t at = table_first(t, hash); t->slots[at] != 0; at = table_next(t, at)) {
		struct layout_link *link = &l->links[t->slots[at] - 1];
		uint32_t any = link->in != LAYOUT_NONE ? link->in : link->out != LAYOUT_NONE ? link->out : link->speed;
		if (strcmp(points[any].index, index) == 0)
			return link;
	}
	return NULL;
}

static struct layout_link *add_link(struct layout *l, uint64_t hash)
{
	l->links = hwatt_realloc(l->links, (l->link_count + 1) * sizeof(*l->links));
	if (table_room(&l->link_table, l->link_count))
		for (size_t i = 0; i < l->link_count; i++)
			table_put(&l->link_table, l->links[i].hash, i);
	table_put(&l->link_table, hash, l->link_count);
	struct layout_link *link = &l->links[l->link_count++];
	*link = (struct layout_link){ .hash = hash, .in = LAYOUT_NONE, .out = LAYOUT_NONE, .speed = LAYOUT_NONE };
	return link;
}

static void bind_link(struct layout *l, const struct target_point *points, uint32_t number)
{
	const struct target_point *p = &points[number];
	uint64_t hash = place_hash(HWATT_INTERFACE, 0, p->index);
	struct layout_link *link = find_link(l, points, p->index, hash);
	if (link == NULL)
		link = add_link(l, hash);
	uint32_t *place = p->quantity == HWATT_IF_IN_OCTETS ? &link->in :
			  p->quantity == HWATT_IF_OUT_OCTETS ? &link->out : &link->speed;
	if (*place == LAYOUT_NONE)
		*place = number;
}

static void bind_member(struct layout **layout, struct layout_shelf *shelf, enum layout_summary summary, uint32_t number)
{
	layout_take_summary(layout, shelf, summary);
	struct layout *l = *layout;
	size_t n = l->member_count[summary]++;
	l->members[summary] = hwatt_realloc(l->members[summary], (n + 1) * sizeof(uint32_t));
	l->members[summary][n] = number;
}

static bool mentions(const char *text, const char *const *words)
{
	for (; text != NULL && *words != NULL; words++)
		if (strcasestr(text, *words) != NULL)
			return true;
	return false;
}

/* Whether a temperature is that of the air that the device takes in. */
static bool is_inlet(const struct target_point *p)
{
	static const char *const inlets[] = { "inlet", "intake", "ambient", NULL }, *const others[] = { "psu", "power", "ps1", "ps2", NULL };
	if (mentions(p->name, others) || mentions(p->index, others))
		return false;
	return mentions(p->name, inlets) || mentions(p->index, inlets);
}

static void bind_point(struct layout **layout, struct layout_shelf *shelf, const struct target_point *points, uint32_t number)
{
	const struct target_point *p = &points[number];
	if (p->alternative)
		return;
	if (p->quantity == HWATT_ACTIVE_POWER || p->quantity == HWATT_ENERGY)
		bind_energy(layout, shelf, p, number);
	else if (p->quantity == HWATT_WATER_VOLUME || p->quantity == HWATT_THERMAL_ENERGY)
		bind_register(layout, shelf, p, number);
	else if (p->role == HWATT_INTERFACE && (p->quantity == HWATT_IF_IN_OCTETS || p->quantity == HWATT_IF_OUT_OCTETS ||
						p->quantity == HWATT_IF_SPEED))
		bind_link(*layout, points, number);
	else
		for (int s = LAYOUT_CPU; s <= LAYOUT_INLET; s++)
			if (summary_rows[s].role == p->role && summary_rows[s].quantity == p->quantity && (s != LAYOUT_INLET || is_inlet(p)))
				bind_member(layout, shelf, (enum layout_summary)s, number);
}

void layout_bind(struct layout **layout, struct layout_shelf *shelf, const struct target_point *points, size_t count)
{
	if ((*layout)->bound >= count)
		return;
	own(layout, shelf);
	for (; (*layout)->bound < count; (*layout)->bound++)
		bind_point(layout, shelf, points, (uint32_t)(*layout)->bound);
}

void layout_unbind(struct layout **layout, struct layout_shelf *shelf)
{
	drop_points(own(layout, shelf));
}
