/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "sources.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
#define ANY_ROLE (-2) /* of a register of water or heat */

struct point {
	int64_t id, first_s;
};

struct group { /* the points of one role */
	int16_t role;
	bool total;      /* the role's own total, which goes before its parts */
	uint32_t count;
	union {
		uint32_t one;   /* of a single one */
		uint32_t *many;
	} points;
};

struct source { /* small: each device has one or more */
	const struct config_device *device;
	const char *index;         /* of a register of water or heat, "": of all; NULL: it is something else */
	int64_t since_s;
	union {                    /* groups: most trusted role first */
		struct group one;      /* of a single one */
		struct group *many;
	} groups;
	int32_t first, last;       /* as in struct inventory_meter, like role */
	int32_t mpe_ppm;
	uint32_t next;             /* of the same device */
	uint16_t group_count;
	int16_t role;
	uint8_t power_role, quantity;
};

_Static_assert(sizeof(struct brief) <= 16, "there are four for each point");
_Static_assert(sizeof(struct group) <= 16 && sizeof(struct source) <= 64, "there are as many as devices");
_Static_assert(HWATT_ROLES <= INT16_MAX && HWATT_QUANTITIES <= UINT8_MAX && HWATT_POWER_ROLES <= UINT8_MAX, "they fit");

static const struct group *groups_of(const struct source *source)
{
	return source->group_count > 1 ? source->groups.many : &source->groups.one;
}

struct entry { /* a device */
	uint32_t first, next;      /* source; device of the same bucket */
};

struct sources {
	const struct config_device *devices;
	size_t entry_count, bucket_count;
	struct entry *entries;     /* in the order of the devices */
	bool *answered;            /* likewise: some point of it is in the store */
	uint32_t *buckets;
	size_t count, capacity;
	struct source *items;
	size_t point_count, point_capacity;
	struct point *points;
	uint32_t *by_id;           /* places of points in the order of their ids */
};

static size_t hash(const char *id)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */
	for (; *id != '\0'; id++)
		h = (h ^ (unsigned char)*id) * UINT64_C(1099511628211);
	return (size_t)(h ^ h >> 32);
}

struct sources *sources_new(const struct config *config)
{
	struct sources *s = hwatt_alloc(sizeof(*s));
	s->bucket_count = 16;
	while (s->bucket_count < config->device_count)
		s->bucket_count *= 2;
	s->buckets = hwatt_alloc(s->bucket_count * sizeof(*s->buckets));
	memset(s->buckets, 0xff, s->bucket_count * sizeof(*s->buckets));
	s->entries = hwatt_alloc(config->device_count * sizeof(*s->entries));
	s->answered = hwatt_alloc(config->device_count * sizeof(*s->answered));
	s->devices = config->devices;
	s->entry_count = config->device_count;
	for (size_t i = 0; i < s->entry_count; i++) {
		const struct config_device *device = &config->devices[i];
		uint32_t *bucket = &s->buckets[hash(device->device.id) & (s->bucket_count - 1)];
		s->entries[i] = (struct entry){ .first = NONE, .next = *bucket };
		*bucket = (uint32_t)i;
	}
	return s;
}

void sources_free(struct sources *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->count; i++) {
		const struct source *item = &s->items[i];
		for (size_t g = 0; g < item->group_count; g++)
			if (groups_of(item)[g].count > 1)
				free(groups_of(item)[g].points.many);
		if (item->group_count > 1)
			free(item->groups.many);
	}
	free(s->items);
	free(s->points);
	free(s->by_id);
	free(s->entries);
	free(s->answered);
	free(s->buckets);
	free(s);
}

static struct entry *entry_of(const struct sources *s, const char *id)
{
	for (uint32_t i = s->buckets[hash(id) & (s->bucket_count - 1)]; i != NONE; i = s->entries[i].next)
		if (strcmp(s->devices[i].device.id, id) == 0)
			return &s->entries[i];
	return NULL;
}

const struct config_device *sources_device(const struct sources *s, const char *id)
{
	const struct entry *entry = entry_of(s, id);
	return entry != NULL ? &s->devices[entry - s->entries] : NULL;
}

static bool same(const struct source *a, const struct source *b)
{
	if ((a->index != NULL) != (b->index != NULL) || (a->index != NULL && (strcmp(a->index, b->index) != 0 || a->mpe_ppm != b->mpe_ppm)))
		return false;
	return a->role == b->role && a->first == b->first && a->last == b->last && a->quantity == b->quantity &&
	       (a->role >= 0 || a->power_role == b->power_role);
}

static uint32_t look_up(const struct sources *s, const struct entry *entry, const struct source *wanted)
{
	uint32_t i = entry->first;
	while (i != NONE && !same(&s->items[i], wanted))
		i = s->items[i].next;
	return i;
}

/* The source like `wanted`, taken over when it is new. */
static size_t take(struct sources *s, const struct source *wanted)
{
	struct entry *entry = entry_of(s, wanted->device->device.id);
	assert(entry != NULL); /* the inventory names devices of its own configuration only */
	uint32_t found = look_up(s, entry, wanted);
	if (found != NONE)
		return found;
	if (s->count == s->capacity) {
		s->capacity = s->capacity == 0 ? s->entry_count + 16 : s->capacity + s->capacity / 4; /* mostly one of each device */
		s->items = hwatt_realloc(s->items, s->capacity * sizeof(*s->items));
	}
	s->items[s->count] = *wanted;
	s->items[s->count].next = entry->first;
	entry->first = (uint32_t)s->count;
	return s->count++;
}

size_t sources_meter(struct sources *s, const struct inventory_meter *meter)
{
	struct source wanted = { .device = meter->device, .power_role = meter->power_role, .role = meter->role,
				 .first = meter->first, .last = meter->last, .quantity = HWATT_ENERGY,
				 .mpe_ppm = (int32_t)config_details(meter->device)->accuracy_ppm, .since_s = SOURCES_NEVER };
	return take(s, &wanted);
}

size_t sources_summary(struct sources *s, const struct config_device *device, enum hwatt_role role,
		       enum hwatt_quantity quantity)
{
	struct source wanted = { .device = device, .role = (int16_t)role, .quantity = (uint8_t)quantity,
				 .mpe_ppm = (int32_t)config_details(device)->accuracy_ppm, .since_s = SOURCES_NEVER };
	return take(s, &wanted);
}

size_t sources_register(struct sources *s, const struct config_device *device, enum hwatt_quantity quantity, const char *index,
			int64_t mpe_ppm)
{
	struct source wanted = { .device = device, .role = ANY_ROLE, .quantity = (uint8_t)quantity, .index = index, .mpe_ppm = (int32_t)mpe_ppm,
				 .since_s = SOURCES_NEVER };
	return take(s, &wanted);
}

int64_t sources_since(const struct sources *s, size_t source)
{
	return s->items[source].since_s;
}

bool sources_has_summary(const struct sources *s, const struct config_device *device, enum hwatt_role role,
			 enum hwatt_quantity quantity)
{
	struct source wanted = { .device = device, .role = (int16_t)role, .quantity = (uint8_t)quantity };
	const struct entry *entry = entry_of(s, device->device.id);
	return entry != NULL && look_up(s, entry, &wanted) != NONE;
}

size_t sources_count(const struct sources *s)
{
	return s->count;
}

size_t sources_point_count(const struct sources *s)
{
	return s->point_count;
}

/* --- points ------------------------------------------------------------------------------------------------------ */

/* How trusted `role` is as the total of the source: 0 first; -1: not at all. */
static int rank_of(const struct source *source, int role)
{
	if (source->role == ANY_ROLE)
		return 0;
	if (source->role >= 0)
		return source->role == role ? 0 : -1;
	const int *roles = inventory_total_roles(source->device, (enum hwatt_power_role)source->power_role);
	for (int i = 0; roles[i] >= 0; i++)
		if (roles[i] == role)
			return i;
	return -1;
}

static bool belongs(const struct source *source, const struct store_point *point)
{
	if (point->quantity != source->quantity || rank_of(source, (int)point->role) < 0)
		return false;
	if (source->index != NULL)
		return source->index[0] == '\0' || strcmp(source->index, point->index) == 0;
	if (source->quantity != HWATT_ENERGY)
		return strcmp(point->index, "total") == 0;
	struct inventory_meter meter = { .device = source->device, .role = source->role, .first = source->first,
					 .last = source->last };
	return point->kind == INTERVAL_ENERGY && inventory_covers(&meter, point->index);
}

static int group_rank(const struct source *source, int role, bool total)
{
	return rank_of(source, role) * 2 + (total ? 0 : 1);
}

static struct group *group_for(struct source *source, int role, bool total)
{
	size_t at = 0, count = source->group_count;
	int rank = group_rank(source, role, total);
	struct group *groups = count > 1 ? source->groups.many : &source->groups.one;
	while (at < count && group_rank(source, groups[at].role, groups[at].total) < rank)
		at++;
	if (at < count && groups[at].role == role && groups[at].total == total)
		return &groups[at];
	if (count > 0) {
		struct group first = groups[0];
		groups = hwatt_realloc(count > 1 ? groups : NULL, (count + 1) * sizeof(*groups));
		groups[0] = first;
		memmove(&groups[at + 1], &groups[at], (count - at) * sizeof(*groups));
		source->groups.many = groups;
	}
	source->group_count++;
	groups[at] = (struct group){ .role = (int16_t)role, .total = total };
	return &groups[at];
}

static const uint32_t *points_of(const struct group *group)
{
	return group->count > 1 ? group->points.many : &group->points.one;
}

static void add_point(struct source *source, const struct store_point *point, uint32_t place)
{
	struct group *group = group_for(source, (int)point->role, strcmp(point->index, "total") == 0);
	if (group->count == 0) {
		group->points.one = place;
	} else {
		uint32_t *old = group->count > 1 ? group->points.many : NULL, first = group->points.one;
		uint32_t *many = hwatt_realloc(old, (group->count + 1) * sizeof(*many));
		many[0] = group->count > 1 ? many[0] : first;
		many[group->count] = place;
		group->points.many = many;
	}
	group->count++;
}

/* Where `id` stands, or would stand, in by_id. */
static size_t lower_bound(const struct sources *s, int64_t id)
{
	size_t low = 0, high = s->point_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (s->points[s->by_id[middle]].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool sources_blind(const struct sources *s, size_t source)
{
	return s->items[source].group_count == 0 && s->answered[s->items[source].device - s->devices];
}

bool sources_join(struct sources *s, const struct store_point *point)
{
	struct entry *entry = entry_of(s, point->device);
	bool joined = false;
	if (entry == NULL)
		return false;
	s->answered[entry - s->entries] = true;
	if (sources_find(s, point->id) != SIZE_MAX)
		return false;
	uint32_t place = (uint32_t)s->point_count;
	for (uint32_t i = entry->first; i != NONE; i = s->items[i].next) {
		if (!belongs(&s->items[i], point))
			continue;
		add_point(&s->items[i], point, place);
		joined = true;
	}
	if (!joined)
		return false;
	if (s->point_count == s->point_capacity) {
		s->point_capacity = s->point_capacity == 0 ? s->entry_count + 16 : s->point_capacity + s->point_capacity / 4; /* as sources */
		s->points = hwatt_realloc(s->points, s->point_capacity * sizeof(*s->points));
		s->by_id = hwatt_realloc(s->by_id, s->point_capacity * sizeof(*s->by_id));
	}
	size_t at = lower_bound(s, point->id);
	memmove(&s->by_id[at + 1], &s->by_id[at], (s->point_count - at) * sizeof(*s->by_id));
	s->by_id[at] = place;
	s->points[s->point_count++] = (struct point){ point->id, SOURCES_NEVER };
	return true;
}

size_t sources_find(const struct sources *s, int64_t id)
{
	size_t at = lower_bound(s, id);
	return at < s->point_count && s->points[s->by_id[at]].id == id ? s->by_id[at] : SIZE_MAX;
}

size_t sources_by_id(const struct sources *s, size_t *out)
{
	for (size_t i = 0; i < s->point_count; i++)
		out[i] = s->by_id[i];
	return s->point_count;
}

int64_t sources_point_id(const struct sources *s, size_t point)
{
	return s->points[point].id;
}

int64_t sources_seen(struct sources *s, size_t point, int64_t start_s)
{
	struct point *p = &s->points[point];
	int64_t before = p->first_s;
	if (start_s >= before)
		return start_s;
	p->first_s = start_s;
	return before;
}

size_t sources_expected(const struct sources *s, int64_t start_s)
{
	size_t count = 0;
	for (size_t i = 0; i < s->point_count; i++)
		count += s->points[i].first_s <= start_s;
	return count;
}

int64_t sources_first(const struct sources *s, size_t source)
{
	const struct source *item = &s->items[source];
	int64_t first = SOURCES_NEVER;
	for (size_t g = 0; g < item->group_count; g++)
		for (size_t i = 0; i < groups_of(item)[g].count; i++)
			if (s->points[points_of(&groups_of(item)[g])[i]].first_s < first)
				first = s->points[points_of(&groups_of(item)[g])[i]].first_s;
	return first;
}

void sources_wait(struct sources *s, size_t source, int64_t since_s)
{
	s->items[source].since_s = since_s;
}

void sources_name(const struct sources *s, size_t source, char out[192])
{
	const struct source *item = &s->items[source];
	if (item->index != NULL) {
		snprintf(out, 192, "%s/%s/%s", item->device->device.id, hwatt_quantity_info((enum hwatt_quantity)item->quantity)->name, item->index);
		return;
	}
	const char *role = item->role >= 0 ? hwatt_role_name((enum hwatt_role)item->role)
					   : hwatt_power_role_name(item->power_role);
	snprintf(out, 192, "%s/%s%s/%d-%d", item->device->device.id, item->role >= 0 ? "" : "total ", role, item->first,
		 item->last);
}

size_t sources_points(const struct sources *s, size_t source, size_t *out, size_t count)
{
	const struct source *item = &s->items[source];
	for (size_t g = 0; g < item->group_count; g++)
		for (size_t i = 0; i < groups_of(item)[g].count; i++)
			out[count++] = points_of(&groups_of(item)[g])[i];
	return count;
}

/* --- a quarter --------------------------------------------------------------------------------------------------- */

static size_t worse(size_t rank, char letter)
{
	const char *at = letter != '\0' ? strchr(QUALITY_LETTERS, letter) : NULL;
	size_t other = at != NULL ? (size_t)(at - QUALITY_LETTERS) : KPI_LETTERS - 1;
	return other > rank ? other : rank;
}

static bool any_present(const struct group *group, const struct brief *briefs)
{
	for (size_t i = 0; i < group->count; i++)
		if (brief_quality(&briefs[points_of(group)[i]]) != '\0')
			return true;
	return false;
}

/* Sums the points of `group` that existed; false when none did. */
static bool add_group(const struct sources *s, const struct group *group, const struct brief *briefs, int64_t start_s,
		      struct source_quarter *out)
{
	int64_t covered_ms = QUARTER_MS, last_mw = 0;
	hwatt_i128 amount = 0;
	size_t rank = 0, expected = 0;
	for (size_t i = 0; i < group->count; i++) {
		const struct brief *brief = &briefs[points_of(group)[i]];
		if (s->points[points_of(group)[i]].first_s > start_s)
			continue;
		expected++;
		char quality = brief_quality(brief);
		int64_t ms = brief_covered_ms(brief);
		amount += brief->amount;
		last_mw += ms > 0 ? brief_last(brief) : 0;
		covered_ms = ms < covered_ms ? ms : covered_ms;
		rank = worse(rank, quality != '\0' ? quality : 'X');
	}
	if (expected == 0)
		return false;
	bool fits = amount >= INT64_MIN && amount <= INT64_MAX; /* no real quarter is larger */
	out->input.expected = true;
	out->present = any_present(group, briefs);
	out->input.amount = fits ? (int64_t)amount : 0;
	out->input.covered_ms = fits ? covered_ms : 0;
	out->input.quality = fits ? QUALITY_LETTERS[rank] : 'X';
	out->last_mw = last_mw;
	return true;
}

struct source_quarter sources_quarter(const struct sources *s, size_t source, const struct brief *briefs, int64_t start_s)
{
	const struct source *item = &s->items[source];
	struct source_quarter out = { .input = { .share_ppm = HWATT_PPM, .mpe_ppm = item->mpe_ppm,
						 .quality = 'X' } };
	for (size_t g = 0; g < item->group_count; g++)
		if (any_present(&groups_of(item)[g], briefs) && add_group(s, &groups_of(item)[g], briefs, start_s, &out))
			return out;
	for (size_t g = 0; g < item->group_count; g++) /* silent as a whole */
		if (add_group(s, &groups_of(item)[g], briefs, start_s, &out))
			return out;
	out.input.expected = item->since_s <= start_s;
	return out;
}

/* --- many quarters at once --------------------------------------------------------------------------------------- */

static const uint8_t rank_places[256] = { ['M'] = 1, ['P'] = 2, ['L'] = 3, ['F'] = 4, ['C'] = 5, ['R'] = 6, ['E'] = 7 };

static uint8_t rank_of_letter(char letter)
{
	uint8_t place = rank_places[(unsigned char)letter];
	return place > 0 ? (uint8_t)(place - 1) : KPI_LETTERS - 1;
}

static void put(struct quarters *set, size_t q)
{
	set->bits[q / 64] |= UINT64_C(1) << (q % 64);
}

/* The first quarter of the span in which something that begins at `first_s` is expected; its count: none. */
static size_t first_quarter(int64_t first_s, const struct span_rows *rows)
{
	if (first_s <= rows->start_s)
		return 0;
	bool later = first_s >= rows->start_s + (int64_t)rows->count * QUARTER_S;
	return later ? rows->count : (size_t)((first_s - rows->start_s) / QUARTER_S);
}

static void begin_span(const struct span_rows *rows, struct source_span *out)
{
	out->expected = out->present = (struct quarters){{0}};
	out->largest = 0;
	memset(out->amount, 0, rows->count * sizeof(out->amount[0]));
	memset(out->rank, 0, rows->count);
	for (size_t q = 0; q < rows->count; q++)
		out->covered_ms[q] = QUARTER_MS;
}

/* Expected, and silent. */
static void put_missing(struct source_span *out, size_t q)
{
	put(&out->expected, q);
	out->covered_ms[q] = 0;
	out->rank[q] = KPI_LETTERS - 1;
}

/* A group that is one point. */
static void single_span(const struct point *point, uint32_t row, const struct span_rows *rows, struct source_span *out)
{
	size_t first = first_quarter(point->first_s, rows);
	if (row == NONE) {
		for (size_t q = first; q < rows->count; q++)
			put_missing(out, q);
		return;
	}
	size_t at = row * rows->count;
	for (size_t q = first; q < rows->count; q++) {
		out->amount[q] = rows->amount[at + q];
		out->covered_ms[q] = rows->covered_ms[at + q];
		out->rank[q] = rank_of_letter(rows->quality[at + q]);
	}
	for (size_t q = first; q < rows->count; q++) {
		put(&out->expected, q);
		if (rows->quality[at + q] != '\0')
			put(&out->present, q);
	}
}

/* Adds a point of a group in one quarter. */
static void add_cell(struct source_span *out, size_t q, const struct span_rows *rows, uint32_t row, hwatt_i128 *amount)
{
	size_t at = row * rows->count + q;
	if (row == NONE || rows->quality[at] == '\0') {
		put_missing(out, q);
		return;
	}
	uint8_t rank = rank_of_letter(rows->quality[at]);
	*amount += rows->amount[at];
	out->covered_ms[q] = rows->covered_ms[at] < out->covered_ms[q] ? rows->covered_ms[at] : out->covered_ms[q];
	out->rank[q] = rank > out->rank[q] ? rank : out->rank[q];
	put(&out->expected, q);
	put(&out->present, q);
}

/* A group of several points: the sum of those that are expected. */
static void group_span(const struct sources *s, const struct group *group, const struct span_rows *rows, struct source_span *out)
{
	hwatt_i128 amounts[SPAN_QUARTERS] = {0};
	for (size_t i = 0; i < group->count; i++)
		for (size_t q = first_quarter(s->points[points_of(group)[i]].first_s, rows); q < rows->count; q++)
			add_cell(out, q, rows, rows->rows[points_of(group)[i]], &amounts[q]);
	for (size_t q = 0; q < rows->count; q++) {
		bool fits = amounts[q] >= INT64_MIN && amounts[q] <= INT64_MAX;
		out->amount[q] = fits ? (int64_t)amounts[q] : 0;
		out->covered_ms[q] = fits ? out->covered_ms[q] : 0;
		out->rank[q] = fits ? out->rank[q] : KPI_LETTERS - 1;
	}
}

static void one_group(const struct sources *s, const struct group *group, const struct span_rows *rows, struct source_span *out)
{
	begin_span(rows, out);
	if (group->count == 1)
		single_span(&s->points[points_of(group)[0]], rows->rows[points_of(group)[0]], rows, out);
	else
		group_span(s, group, rows, out);
}

/* Takes quarter `q` of a group for the source. */
static void take_quarter(struct source_span *out, const struct source_span *from, size_t q)
{
	out->amount[q] = from->amount[q];
	out->covered_ms[q] = from->covered_ms[q];
	out->rank[q] = from->rank[q];
	put(&out->expected, q);
	if (quarters_has(&from->present, q))
		put(&out->present, q);
}

/* For each quarter the most trusted group that reported then; where none did, the most trusted that was expected. */
static void groups_span(const struct sources *s, const struct source *item, const struct span_rows *rows, struct source_span *out)
{
	int64_t amount[SPAN_QUARTERS];
	int32_t covered_ms[SPAN_QUARTERS];
	uint8_t rank[SPAN_QUARTERS];
	struct source_span one = { .amount = amount, .covered_ms = covered_ms, .rank = rank };
	begin_span(rows, out);
	for (int silent = 0; silent < 2; silent++) {
		for (size_t g = 0; g < item->group_count; g++) {
			one_group(s, &groups_of(item)[g], rows, &one);
			for (size_t q = 0; q < rows->count; q++)
				if (!quarters_has(&out->expected, q) && quarters_has(&one.expected, q) &&
				    (silent || quarters_has(&one.present, q)))
					take_quarter(out, &one, q);
		}
	}
}

void sources_span(const struct sources *s, size_t source, const struct span_rows *rows, struct source_span *out)
{
	const struct source *item = &s->items[source];
	if (item->group_count == 1)
		one_group(s, groups_of(item), rows, out);
	else if (item->group_count > 1)
		groups_span(s, item, rows, out);
	else
		begin_span(rows, out);
	/* Where no point is expected the source may be waited for. */
	for (size_t q = first_quarter(item->since_s, rows); q < rows->count; q++)
		if (!quarters_has(&out->expected, q))
			put_missing(out, q);
	for (size_t q = 0; q < rows->count; q++) {
		uint64_t size = out->amount[q] < 0 ? 0 - (uint64_t)out->amount[q] : (uint64_t)out->amount[q];
		out->largest = size > out->largest ? size : out->largest;
	}
}

int64_t sources_mpe(const struct sources *s, size_t source)
{
	return s->items[source].mpe_ppm;
}
