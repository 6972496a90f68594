/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "meterset.h"
#include <hallwatt/arena.h>
#include <hallwatt/number.h>
#include <hallwatt/text.h>
#include <hallwatt/wire.h>
#include <stdlib.h>
#include <string.h>

#define STATE_VERSION 2 /* 1: without settings */
#define NO_POINT SIZE_MAX
#define MAX_INTERVAL_MS (INT64_C(366) * 86400000)
#define GAP_FLOOR_MS INT64_C(60000)
#define GAP_CEILING_MS INT64_C(300000)

struct table { /* finds positions by hash: open addressing, position + 1 */
	uint32_t *slots;
	size_t size; /* a power of two, or 0 */
};

struct entry { /* one meter */
	uint64_t hash;
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	char *index;
	size_t number;        /* its place in the set */
	size_t power, energy; /* ENERGY: positions among the target's points, or NO_POINT */
	struct meter_settings settings;
	struct meter meter;
};

enum summary { CPU, MEMORY_USED, MEMORY_SIZE, STORAGE_USED, STORAGE_SIZE, LINK_IN, LINK_OUT, LINK_SPEED,
	       SUMMARIES };

static const struct {
	enum hwatt_role role;
	enum hwatt_quantity quantity;
	enum interval_kind kind;
} summary_rows[SUMMARIES] = {
	[CPU] = { HWATT_CPU, HWATT_CPU_UTILISATION, INTERVAL_LEVEL },
	[MEMORY_USED] = { HWATT_MEMORY, HWATT_MEMORY_USED, INTERVAL_LEVEL },
	[MEMORY_SIZE] = { HWATT_MEMORY, HWATT_MEMORY_SIZE, INTERVAL_LEVEL },
	[STORAGE_USED] = { HWATT_STORAGE, HWATT_STORAGE_USED, INTERVAL_LEVEL },
	[STORAGE_SIZE] = { HWATT_STORAGE, HWATT_STORAGE_SIZE, INTERVAL_LEVEL },
	[LINK_IN] = { HWATT_INTERFACE, HWATT_IF_IN_OCTETS, INTERVAL_FLOW },
	[LINK_OUT] = { HWATT_INTERFACE, HWATT_IF_OUT_OCTETS, INTERVAL_FLOW },
	[LINK_SPEED] = { HWATT_INTERFACE, HWATT_IF_SPEED, INTERVAL_LEVEL },
};

struct link { /* a network interface: three points of one index */
	uint64_t hash;
	size_t in, out, speed;
	bool primed;
	uint64_t last_in, last_out;
	int64_t last_ms;
};

struct meterset {
	char *device;
	struct meterset_settings settings;
	struct entry **entries;
	size_t entry_count;
	struct table entry_table;
	size_t bound;                      /* so many of the target's points were looked at */
	struct entry *summaries[SUMMARIES]; /* among the entries; NULL until the device has such points */
	size_t *members[SUMMARIES];        /* positions of the points that are summed, but for links */
	size_t member_count[SUMMARIES];
	struct link *links;
	size_t link_count;
	struct table link_table;
	uint64_t octets_in, octets_out;    /* our own running counts over all links */
	bool unsettled;
};

/* ---- finding ---- */

/* FNV-1a over what tells two places apart. A device may have thousands, and nothing it says may stall the loop. */
static uint64_t place_hash(int role, int quantity, const char *index)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ (uint64_t)(role * 64 + quantity);
	for (const char *p = index; *p != '\0'; p++)
		h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
	return h;
}

/* The first slot to look at, and the one after. */
static size_t table_first(const struct table *t, uint64_t hash)
{
	return (size_t)hash & (t->size - 1);
}

static size_t table_next(const struct table *t, size_t at)
{
	return (at + 1) & (t->size - 1);
}

static void table_put(struct table *t, uint64_t hash, size_t position)
{
	size_t at = table_first(t, hash);
	while (t->slots[at] != 0)
		at = table_next(t, at);
	t->slots[at] = (uint32_t)position + 1;
}

/* Makes room for one more than `count`; true when the table is empty now and all must be put again. */
static bool table_room(struct table *t, size_t count)
{
	if (t->size >= 2 * (count + 1))
		return false;
	free(t->slots);
	t->size = t->size == 0 ? 16 : 2 * t->size;
	t->slots = hwatt_alloc(t->size * sizeof(*t->slots));
	return true;
}

static void table_free(struct table *t)
{
	free(t->slots);
	*t = (struct table){0};
}

/* ---- the set ---- */

static int64_t max_gap_ms(int64_t interval_ms)
{
	int64_t gap = 3 * interval_ms > GAP_FLOOR_MS ? 3 * interval_ms : GAP_FLOOR_MS;
	return gap < GAP_CEILING_MS ? gap : GAP_CEILING_MS;
}

static void settle(const struct meterset *set, struct entry *e, enum interval_kind kind)
{
	e->settings.kind = kind;
	e->settings.max_gap_ms = max_gap_ms(set->settings.interval_ms);
	e->settings.max_level = kind == INTERVAL_ENERGY ? set->settings.rated_mw : 0;
}

struct meterset *meterset_new(const char *device, struct meterset_settings settings)
{
	struct meterset *set = hwatt_alloc(sizeof(*set));
	set->device = hwatt_strdup(device);
	set->settings = settings;
	return set;
}

static void forget_points(struct meterset *set)
{
	for (size_t i = 0; i < set->entry_count; i++)
		set->entries[i]->power = set->entries[i]->energy = NO_POINT;
	for (int s = 0; s < SUMMARIES; s++) {
		free(set->members[s]);
		set->members[s] = NULL;
		set->member_count[s] = 0;
	}
	free(set->links);
	set->links = NULL;
	set->link_count = 0;
	table_free(&set->link_table);
	set->bound = 0;
}

void meterset_free(struct meterset *set)
{
	if (set == NULL)
		return;
	forget_points(set);
	for (size_t i = 0; i < set->entry_count; i++) {
		free(set->entries[i]->index);
		free(set->entries[i]);
	}
	free(set->entries);
	table_free(&set->entry_table);
	free(set->device);
	free(set);
}

void meterset_configure(struct meterset *set, struct meterset_settings settings)
{
	set->unsettled |= settings.interval_ms != set->settings.interval_ms || settings.rated_mw != set->settings.rated_mw;
	set->settings = settings;
	for (size_t i = 0; i < set->entry_count; i++)
		settle(set, set->entries[i], set->entries[i]->settings.kind);
}

void meterset_rebind(struct meterset *set)
{
	forget_points(set);
}

static struct entry *find_entry(const struct meterset *set, enum hwatt_role role, enum hwatt_quantity quantity,
				const char *index)
{
	const struct table *t = &set->entry_table;
	if (t->size == 0)
		return NULL;
	for (size_t at = table_first(t, place_hash((int)role, (int)quantity, index)); t->slots[at] != 0;
	     at = table_next(t, at)) {
		struct entry *e = set->entries[t->slots[at] - 1];
		if (e->role == role && e->quantity == quantity && strcmp(e->index, index) == 0)
			return e;
	}
	return NULL;
}

static void add_entry(struct meterset *set, struct entry *e)
{
	set->entries = hwatt_realloc(set->entries, (set->entry_count + 1) * sizeof(struct entry *));
	if (table_room(&set->entry_table, set->entry_count))
		for (size_t i = 0; i < set->entry_count; i++)
			table_put(&set->entry_table, set->entries[i]->hash, i);
	table_put(&set->entry_table, e->hash, set->entry_count);
	set->entries[set->entry_count++] = e;
}

static struct entry *take_entry(struct meterset *set, enum hwatt_role role, enum hwatt_quantity quantity,
				const char *index, enum interval_kind kind)
{
	struct entry *e = find_entry(set, role, quantity, index);
	if (e != NULL)
		return e;
	e = hwatt_alloc(sizeof(*e));
	e->hash = place_hash((int)role, (int)quantity, index);
	e->role = role;
	e->quantity = quantity;
	e->number = set->entry_count;
	e->index = hwatt_strdup(index);
	e->power = e->energy = NO_POINT;
	settle(set, e, kind);
	meter_init(&e->meter);
	add_entry(set, e);
	set->unsettled = true;
	for (int s = 0; s < SUMMARIES; s++)
		if (summary_rows[s].role == role && summary_rows[s].quantity == quantity)
			set->summaries[s] = e;
	return e;
}

static void bind_energy(struct meterset *set, const struct target_point *p, size_t position)
{
	struct entry *e = take_entry(set, p->role, HWATT_ENERGY, p->index, INTERVAL_ENERGY);
	if (p->quantity == HWATT_ACTIVE_POWER && e->power == NO_POINT)
		e->power = position;
	if (p->quantity == HWATT_ENERGY && e->energy == NO_POINT)
		e->energy = position;
}

/* Whether a link's traffic stays inside the machine. */
static bool is_loopback(const char *name)
{
	if (strncmp(name, "lo", 2) == 0 && (name[2] == '\0' || (name[2] >= '0' && name[2] <= '9')))
		return true;
	return strncmp(name, "Loopback", 8) == 0;
}

static struct link *find_link(const struct meterset *set, const struct target_point *points, const char *index,
			      uint64_t hash)
{
	const struct table *t = &set->link_table;
	if (t->size == 0)
		return NULL;
	for (size_t at = table_first(t, hash); t->slots[at] != 0; at = table_next(t, at)) {
		struct link *l = &set->links[t->slots[at] - 1];
		size_t any = l->in != NO_POINT ? l->in : l->out != NO_POINT ? l->out : l->speed;
		if (strcmp(points[any].index, index) == 0)
			return l;
	}
	return NULL;
}

static struct link *add_link(struct meterset *set, uint64_t hash)
{
	set->links = hwatt_realloc(set->links, (set->link_count + 1) * sizeof(*set->links));
	if (table_room(&set->link_table, set->link_count))
		for (size_t i = 0; i < set->link_count; i++)
			table_put(&set->link_table, set->links[i].hash, i);
	table_put(&set->link_table, hash, set->link_count);
	struct link *link = &set->links[set->link_count++];
	*link = (struct link){ .hash = hash, .in = NO_POINT, .out = NO_POINT, .speed = NO_POINT };
	return link;
}

static void bind_link(struct meterset *set, const struct target_point *points, size_t position)
{
	const struct target_point *p = &points[position];
	uint64_t hash = place_hash(HWATT_INTERFACE, 0, p->index);
	struct link *link = find_link(set, points, p->index, hash);
	if (link == NULL)
		link = add_link(set, hash);
	size_t *place = p->quantity == HWATT_IF_IN_OCTETS ? &link->in :
			p->quantity == HWATT_IF_OUT_OCTETS ? &link->out : &link->speed;
	if (*place == NO_POINT)
		*place = position;
}

static void bind_member(struct meterset *set, int summary, size_t position)
{
	take_entry(set, summary_rows[summary].role, summary_rows[summary].quantity, "total",
		   summary_rows[summary].kind);
	size_t n = set->member_count[summary]++;
	set->members[summary] = hwatt_realloc(set->members[summary], (n + 1) * sizeof(size_t));
	set->members[summary][n] = position;
}

/* Finds the places of points that the target has declared since the last call. */
static void bind_points(struct meterset *set, const struct target_point *points, size_t count)
{
	for (; set->bound < count; set->bound++) {
		const struct target_point *p = &points[set->bound];
		if (p->alternative)
			continue;
		if (p->quantity == HWATT_ACTIVE_POWER || p->quantity == HWATT_ENERGY)
			bind_energy(set, p, set->bound);
		else if (p->role == HWATT_INTERFACE &&
			 (p->quantity == HWATT_IF_IN_OCTETS || p->quantity == HWATT_IF_OUT_OCTETS ||
			  p->quantity == HWATT_IF_SPEED))
			bind_link(set, points, set->bound);
		else
			for (int s = CPU; s <= STORAGE_SIZE; s++)
				if (summary_rows[s].role == p->role && summary_rows[s].quantity == p->quantity)
					bind_member(set, s, set->bound);
	}
}

struct emission { /* carries a quarter from the meter to the set's reader */
	struct meterset *set;
	const struct entry *entry;
	meterset_emit *emit;
	void *arg;
};

static void pass_on(void *arg, const struct interval *interval)
{
	const struct emission *out = arg;
	struct store_point point = { .device = out->set->device, .index = out->entry->index,
				     .role = out->entry->role, .quantity = out->entry->quantity,
				     .kind = out->entry->settings.kind };
	out->emit(out->arg, &point, interval);
}

/* A record: the poll's times and flags, then for each meter that was fed its number with what comes, the value's age, the
 * values. Numbers are LEB128, signed ones with the sign in the lowest bit. */
enum record_flag { RECORD_RESTARTED = 1, RECORD_EXCHANGED = 2 };
enum record_part { RECORD_LEVEL = 1, RECORD_COUNT = 2, RECORD_STAMP = 4, RECORD_PARTS = 8 };

static void put_number(struct hwatt_text *out, uint64_t value)
{
	char octets[10];
	size_t n = 0;
	for (; value >= 0x80; value >>= 7)
		octets[n++] = (char)(unsigned char)(value | 0x80);
	octets[n++] = (char)(unsigned char)value;
	hwatt_text_put(out, octets, n);
}

static uint64_t take_number(struct hwatt_wire *in)
{
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t octet = hwatt_wire_u8(in);
		value |= (uint64_t)(octet & 0x7f) << shift;
		if (octet < 0x80)
			return value;
	}
	in->failed = true;
	return 0;
}

static uint64_t fold_sign(int64_t value)
{
	return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static int64_t unfold_sign(uint64_t value)
{
	return (int64_t)(value >> 1 ^ ((value & 1) != 0 ? UINT64_MAX : 0));
}

static void record_poll(struct hwatt_text *record, const struct meterset_poll *poll)
{
	put_number(record, (poll->restarted ? RECORD_RESTARTED : 0) | (poll->exchanged ? RECORD_EXCHANGED : 0));
	put_number(record, fold_sign(poll->wall_ms));
	put_number(record, fold_sign(poll->mono_ms));
}

static void record_sample(struct hwatt_text *record, const struct entry *e, const struct meter_sample *sample,
			  const struct meterset_poll *poll)
{
	put_number(record, e->number * RECORD_PARTS + (sample->has_level ? RECORD_LEVEL : 0) +
				   (sample->has_count ? RECORD_COUNT : 0) + (sample->has_stamp ? RECORD_STAMP : 0));
	put_number(record, fold_sign(poll->mono_ms - sample->mono_ms));
	if (sample->has_level)
		put_number(record, fold_sign(sample->level));
	if (sample->has_count)
		put_number(record, sample->count);
	if (sample->has_stamp)
		put_number(record, sample->stamp);
}

struct feeding { /* one poll on its way to the meters */
	struct meterset *set;
	const struct meterset_poll *poll;
	struct hwatt_text *record;
	meterset_emit *emit;
	void *arg;
};

static void feed_entry(const struct feeding *f, struct entry *e, struct meter_sample *sample)
{
	struct emission out = { f->set, e, f->emit, f->arg };
	if (f->record != NULL)
		record_sample(f->record, e, sample, f->poll);
	/* The value is as old as its answer, on both clocks. */
	sample->wall_ms = f->poll->wall_ms - (f->poll->mono_ms - sample->mono_ms);
	sample->restarted = f->poll->restarted;
	sample->exchanged = f->poll->exchanged;
	meter_feed(&e->meter, &e->settings, sample, pass_on, &out, NULL); /* a reject is noted in the quarter */
}

static const struct target_point *fresh(const struct meterset_poll *poll, size_t position)
{
	if (position == NO_POINT || position >= poll->count)
		return NULL;
	const struct target_point *p = &poll->points[position];
	return p->poll == poll->number ? p : NULL;
}

static void set_register(struct meterset *set, struct entry *e, int64_t step, uint64_t modulus)
{
	set->unsettled |= e->settings.register_step != step || e->settings.register_modulus != modulus;
	e->settings.register_step = step;
	e->settings.register_modulus = modulus;
}

static void feed_energy(const struct feeding *f, struct entry *e)
{
	const struct target_point *power = fresh(f->poll, e->power), *energy = fresh(f->poll, e->energy);
	if (power == NULL && energy == NULL)
		return;
	struct meter_sample sample = {0};
	if (energy != NULL) {
		sample.has_count = true;
		sample.count = energy->value.count;
		sample.has_stamp = energy->has_stamp;
		sample.stamp = energy->stamp;
		sample.mono_ms = energy->mono_ms;
		set_register(f->set, e, energy->step, energy->modulus);
	}
	if (power != NULL) {
		sample.has_level = true;
		sample.level = power->value.value;
		sample.mono_ms = power->mono_ms;
	}
	feed_entry(f, e, &sample);
}

static void feed_level(const struct feeding *f, int summary, int64_t level, int64_t mono_ms)
{
	struct meter_sample sample = { .mono_ms = mono_ms, .has_level = true, .level = level };
	feed_entry(f, f->set->summaries[summary], &sample);
}

/* Whether the device gives its own total beside the parts: then the parts alone count. */
static bool is_total_beside_parts(const struct meterset *set, int summary, const struct target_point *p)
{
	return set->member_count[summary] > 1 && strcmp(p->index, "total") == 0;
}

static void feed_summary(const struct feeding *f, int summary)
{
	const struct meterset *set = f->set;
	int64_t sum = 0, count = 0, mono_ms = 0;
	for (size_t i = 0; i < set->member_count[summary]; i++) {
		const struct target_point *p = fresh(f->poll, set->members[summary][i]);
		if (p == NULL || is_total_beside_parts(set, summary, p))
			continue;
		int64_t part = summary == CPU ? p->value.value : p->value.value / METERSET_BYTES_PER_LEVEL;
		if (sum > INT64_MAX - part)
			return;
		sum += part;
		mono_ms = p->mono_ms;
		count++;
	}
	if (count > 0)
		feed_level(f, summary, summary == CPU ? sum / count : sum, mono_ms);
}

/* What a link's counter moved, 0 when that cannot be: more than the link carries in that time. */
static uint64_t octets_moved(const struct target_point *p, uint64_t last, int64_t speed_bits, int64_t elapsed_ms)
{
	uint64_t moved = p->value.count - last;
	if (p->value.count < last && p->modulus != 0)
		moved += p->modulus;
	hwatt_i128 most = (hwatt_i128)speed_bits * elapsed_ms / 8000 * 21 / 20 + 100000;
	return (hwatt_i128)moved <= most ? moved : 0;
}

/* Adds one link to the running counts; its speed when it is up and both counters came, else 0. */
static int64_t feed_link(struct meterset *set, struct link *link, const struct meterset_poll *poll, int64_t *mono_ms)
{
	const struct target_point *in = fresh(poll, link->in), *out = fresh(poll, link->out);
	const struct target_point *speed = fresh(poll, link->speed);
	if (in == NULL || out == NULL || speed == NULL || speed->value.value <= 0 || is_loopback(in->name)) {
		link->primed = false;
		return 0;
	}
	if (link->primed && !poll->restarted && !poll->exchanged) {
		int64_t elapsed = in->mono_ms - link->last_ms;
		set->octets_in += octets_moved(in, link->last_in, speed->value.value, elapsed);
		set->octets_out += octets_moved(out, link->last_out, speed->value.value, elapsed);
	}
	link->primed = true;
	link->last_in = in->value.count;
	link->last_out = out->value.count;
	link->last_ms = *mono_ms = in->mono_ms;
	return speed->value.value;
}

static void feed_octets(const struct feeding *f, int summary, uint64_t count, int64_t mono_ms)
{
	struct meter_sample sample = { .mono_ms = mono_ms, .has_count = true, .count = count };
	set_register(f->set, f->set->summaries[summary], 1, 0);
	feed_entry(f, f->set->summaries[summary], &sample);
}

static void feed_links(const struct feeding *f)
{
	struct meterset *set = f->set;
	int64_t capacity = 0, mono_ms = 0;
	for (size_t i = 0; i < set->link_count; i++)
		capacity += feed_link(set, &set->links[i], f->poll, &mono_ms) / METERSET_BITS_PER_LEVEL;
	if (capacity == 0)
		return;
	for (int s = LINK_IN; s <= LINK_SPEED; s++)
		take_entry(set, HWATT_INTERFACE, summary_rows[s].quantity, "total", summary_rows[s].kind);
	feed_octets(f, LINK_IN, set->octets_in, mono_ms);
	feed_octets(f, LINK_OUT, set->octets_out, mono_ms);
	feed_level(f, LINK_SPEED, capacity, mono_ms);
}

void meterset_feed(struct meterset *set, const struct meterset_poll *poll, struct hwatt_text *record, meterset_emit *emit,
		   void *arg)
{
	struct feeding f = { set, poll, record, emit, arg };
	if (record != NULL)
		record_poll(record, poll);
	else
		set->unsettled = true;
	bind_points(set, poll->points, poll->count);
	for (size_t i = 0; i < set->entry_count; i++)
		if (set->entries[i]->settings.kind == INTERVAL_ENERGY)
			feed_energy(&f, set->entries[i]);
	for (int s = CPU; s <= STORAGE_SIZE; s++)
		if (set->member_count[s] > 0)
			feed_summary(&f, s);
	if (set->link_count > 0)
		feed_links(&f);
}

static void drop_quarter(void *arg, const struct interval *interval)
{
	(void)arg;
	(void)interval;
}

/* Feeds the next sample of a record. */
static void replay_sample(struct meterset *set, const struct meterset_poll *poll, struct hwatt_wire *in)
{
	uint64_t head = take_number(in);
	struct meter_sample sample = { .restarted = poll->restarted, .exchanged = poll->exchanged };
	int64_t age_ms = unfold_sign(take_number(in));
	sample.has_level = (head & RECORD_LEVEL) != 0;
	sample.has_count = (head & RECORD_COUNT) != 0;
	sample.has_stamp = (head & RECORD_STAMP) != 0;
	if (sample.has_level)
		sample.level = unfold_sign(take_number(in));
	if (sample.has_count)
		sample.count = take_number(in);
	if (sample.has_stamp)
		sample.stamp = take_number(in);
	in->failed |= head / RECORD_PARTS >= set->entry_count ||
		      __builtin_sub_overflow(poll->mono_ms, age_ms, &sample.mono_ms) ||
		      __builtin_sub_overflow(poll->wall_ms, age_ms, &sample.wall_ms);
	if (!hwatt_wire_ok(in))
		return;
	struct entry *e = set->entries[head / RECORD_PARTS];
	meter_feed(&e->meter, &e->settings, &sample, drop_quarter, NULL, NULL);
	if (e == set->summaries[LINK_IN])
		set->octets_in = sample.count;
	if (e == set->summaries[LINK_OUT])
		set->octets_out = sample.count;
}

int meterset_replay(struct meterset *set, const void *record, size_t length, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(record, length);
	uint64_t flags = take_number(&in);
	struct meterset_poll poll = { .restarted = (flags & RECORD_RESTARTED) != 0,
				      .exchanged = (flags & RECORD_EXCHANGED) != 0 };
	poll.wall_ms = unfold_sign(take_number(&in));
	poll.mono_ms = unfold_sign(take_number(&in));
	set->unsettled = true;
	while (hwatt_wire_ok(&in) && hwatt_wire_left(&in) > 0)
		replay_sample(set, &poll, &in);
	if (!hwatt_wire_ok(&in))
		return hwatt_fail(err, HWATT_EPROTO, "record of a poll is damaged at octet %zu", in.at);
	return 0;
}

void meterset_resume(struct meterset *set)
{
	for (size_t i = 0; i < set->entry_count; i++)
		meter_resume(&set->entries[i]->meter);
	set->unsettled = true;
}

bool meterset_unsettled(const struct meterset *set)
{
	return set->unsettled;
}

void meterset_unsettle(struct meterset *set)
{
	set->unsettled = true;
}

void meterset_settle(struct meterset *set)
{
	set->unsettled = false;
}

static void pass_on_closed(void *arg, const struct interval *interval)
{
	const struct emission *out = arg;
	out->set->unsettled = true; /* no record tells of it */
	pass_on(arg, interval);
}

void meterset_close(struct meterset *set, int64_t wall_ms, meterset_emit *emit, void *arg)
{
	for (size_t i = 0; i < set->entry_count; i++) {
		struct emission out = { set, set->entries[i], emit, arg };
		meter_close(&set->entries[i]->meter, &set->entries[i]->settings, wall_ms, pass_on_closed, &out);
	}
}

size_t meterset_total(const struct meterset *set, size_t from, struct meterset_total *out)
{
	for (size_t i = from; i < set->entry_count; i++) {
		const struct entry *e = set->entries[i];
		if (e->settings.kind != INTERVAL_ENERGY)
			continue;
		*out = (struct meterset_total){ e->role, e->index, meter_total(&e->meter) };
		return i + 1;
	}
	return 0;
}

static void put_be(struct hwatt_text *out, uint64_t value, int width)
{
	for (int i = width - 1; i >= 0; i--)
		hwatt_text_putc(out, (char)(unsigned char)(value >> (8 * i)));
}

void meterset_encode(const struct meterset *set, struct hwatt_text *out)
{
	put_be(out, STATE_VERSION, 1);
	put_be(out, set->octets_in, 8);
	put_be(out, set->octets_out, 8);
	put_be(out, (uint64_t)set->settings.interval_ms, 8);
	put_be(out, (uint64_t)set->settings.rated_mw, 8);
	put_be(out, set->entry_count, 4);
	for (size_t i = 0; i < set->entry_count; i++) {
		const struct entry *e = set->entries[i];
		uint8_t state[METER_ENCODED_MAX];
		size_t length = meter_encode(&e->meter, state);
		put_be(out, (uint64_t)e->role, 1);
		put_be(out, (uint64_t)e->quantity, 1);
		put_be(out, (uint64_t)e->settings.kind, 1);
		put_be(out, strlen(e->index), 2);
		hwatt_text_puts(out, e->index);
		put_be(out, (uint64_t)e->settings.register_step, 8);
		put_be(out, e->settings.register_modulus, 8);
		put_be(out, length, 2);
		hwatt_text_put(out, (const char *)state, length);
	}
}

/* Reads one meter into the set. */
static int decode_entry(struct meterset *set, struct hwatt_wire *in, unsigned version, struct hwatt_error *err)
{
	unsigned role = hwatt_wire_u8(in), quantity = hwatt_wire_u8(in), kind = hwatt_wire_u8(in);
	size_t index_length = (size_t)hwatt_wire_be(in, 2);
	const uint8_t *index = hwatt_wire_take(in, index_length);
	int64_t step = version > 1 ? (int64_t)hwatt_wire_be(in, 8) : 0;
	uint64_t modulus = version > 1 ? hwatt_wire_be(in, 8) : 0;
	size_t length = (size_t)hwatt_wire_be(in, 2);
	const uint8_t *state = hwatt_wire_take(in, length);
	if (!hwatt_wire_ok(in) || role >= HWATT_ROLES || quantity >= HWATT_QUANTITIES || kind > INTERVAL_FLOW)
		return hwatt_fail(err, HWATT_EPROTO, "saved meter is damaged at octet %zu", in->at);
	char *name = hwatt_alloc(index_length + 1);
	memcpy(name, index, index_length);
	struct entry *e = take_entry(set, role, quantity, name, (enum interval_kind)kind);
	free(name);
	e->settings.register_step = step;
	e->settings.register_modulus = modulus;
	return meter_decode(&e->meter, state, length, err);
}

int meterset_decode(struct meterset *set, const void *bytes, size_t length, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	unsigned version = hwatt_wire_u8(&in);
	set->octets_in = hwatt_wire_be(&in, 8);
	set->octets_out = hwatt_wire_be(&in, 8);
	if (version > 1) {
		set->settings.interval_ms = (int64_t)hwatt_wire_be(&in, 8);
		set->settings.rated_mw = (int64_t)hwatt_wire_be(&in, 8);
	}
	uint64_t count = hwatt_wire_be(&in, 4);
	bool settings = set->settings.interval_ms >= 0 && set->settings.interval_ms <= MAX_INTERVAL_MS &&
			set->settings.rated_mw >= 0;
	if (!hwatt_wire_ok(&in) || version < 1 || version > STATE_VERSION || !settings || count > HWATT_MAX_POINTS * 2)
		return hwatt_fail(err, HWATT_EPROTO, "saved meters have an unknown form");
	for (uint64_t i = 0; i < count; i++)
		if (decode_entry(set, &in, version, err) < 0)
			return -1;
	set->unsettled = false;
	return 0;
}
