/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "abacus.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define NO_SIDE SIZE_MAX
#define PIECES 4 /* of a span that are remembered: two in each of two time zones */

struct side { /* meters that are added up, and what they give in each quarter */
	size_t count;
	const struct subject_use *uses; /* equal share and MPE together; a subject's, if they were in this order ... */
	struct subject_use *own;        /* ... or these; NULL */
	uint64_t hash;
	uint64_t span;           /* of which the following is; 0: none, and no room for it */
	struct quarters present;
	hwatt_i128 *energy, *mpe;
	int32_t *covered_ms;
	uint8_t *rank, *unrated;
};

struct piece { /* a pair over some quarters */
	uint64_t span;
	size_t first, end;
	struct kpi_pair sum;
};

struct pair {
	bool ratio;
	size_t num, den;         /* sides; den NO_SIDE unless it is a ratio */
	size_t oldest;           /* piece to be used next */
	struct piece pieces[PIECES];
};

struct source_cache { uint64_t span; struct source_span result; }; /* span 0: no room yet */

struct abacus {
	const struct sources *sources;
	const struct subject *subjects;
	size_t subject_count, side_count, pair_count, source_count, bucket_count;
	struct side **sides;
	struct pair *pairs;
	size_t **pairs_of;       /* by subject and its pair: place in `pairs` */
	struct source_cache *spans; /* by source */
	size_t *buckets;         /* of sides, open addressing; NO_SIDE: empty */
	const struct span_rows *rows;
	size_t width;            /* there is room for so many quarters */
	uint64_t span;           /* counts */
};

/* --- making: equal sums are one ---------------------------------------------------------------------------------- */

struct rated { int64_t mpe_ppm; struct subject_use use; };

static int compare_rated(const void *left, const void *right)
{
	const struct rated *a = left, *b = right;
	if (a->use.share_ppm != b->use.share_ppm)
		return a->use.share_ppm < b->use.share_ppm ? -1 : 1;
	if (a->mpe_ppm != b->mpe_ppm)
		return a->mpe_ppm < b->mpe_ppm ? -1 : 1;
	return (a->use.source > b->use.source) - (a->use.source < b->use.source);
}

static struct rated rated(const struct sources *sources, const struct subject_use *use)
{
	return (struct rated){ sources_mpe(sources, use->source), *use };
}

static bool in_order(const struct sources *sources, const struct subject_uses *uses)
{
	for (size_t i = 1; i < uses->count; i++) {
		struct rated before = rated(sources, &uses->items[i - 1]), this = rated(sources, &uses->items[i]);
		if (compare_rated(&before, &this) > 0)
			return false;
	}
	return true;
}

/* The same uses, put in order. */
static struct subject_use *put_in_order(const struct sources *sources, const struct subject_uses *uses)
{
	struct rated *sorted = hwatt_alloc((uses->count + 1) * sizeof(*sorted));
	struct subject_use *out = hwatt_alloc((uses->count + 1) * sizeof(*out));
	for (size_t i = 0; i < uses->count; i++)
		sorted[i] = rated(sources, &uses->items[i]);
	qsort(sorted, uses->count, sizeof(*sorted), compare_rated);
	for (size_t i = 0; i < uses->count; i++)
		out[i] = sorted[i].use;
	free(sorted);
	return out;
}

static uint64_t hash_uses(const struct subject_use *uses, size_t count)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a over words */
	for (size_t i = 0; i < count; i++) {
		h = (h ^ uses[i].source) * UINT64_C(1099511628211);
		h = (h ^ uses[i].share_ppm) * UINT64_C(1099511628211);
		h ^= h >> 29;
	}
	return h;
}

static bool same_uses(const struct side *side, const struct subject_use *uses, size_t count)
{
	if (side->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (side->uses[i].source != uses[i].source || side->uses[i].share_ppm != uses[i].share_ppm)
			return false;
	return true;
}

static size_t *bucket_of(const struct abacus *t, uint64_t hash, const struct subject_use *uses, size_t count)
{
	size_t at = hash & (t->bucket_count - 1);
	while (t->buckets[at] != NO_SIDE && !(t->sides[t->buckets[at]]->hash == hash && same_uses(t->sides[t->buckets[at]], uses, count)))
		at = (at + 1) & (t->bucket_count - 1);
	return &t->buckets[at];
}

/* The side of these uses, made when it is new. */
static size_t take_side(struct abacus *t, const struct subject_uses *uses)
{
	struct subject_use *own = in_order(t->sources, uses) ? NULL : put_in_order(t->sources, uses);
	const struct subject_use *sorted = own != NULL ? own : uses->items;
	uint64_t hash = hash_uses(sorted, uses->count);
	size_t *bucket = bucket_of(t, hash, sorted, uses->count);
	if (*bucket != NO_SIDE) {
		free(own);
		return *bucket;
	}
	struct side *side = hwatt_alloc(sizeof(*side));
	side->count = uses->count;
	side->uses = sorted;
	side->own = own;
	side->hash = hash;
	t->sides[t->side_count] = side;
	*bucket = t->side_count;
	return t->side_count++;
}

static size_t take_pair(struct abacus *t, const struct subject_pair *wanted, size_t *by_num)
{
	size_t num = take_side(t, &wanted->num), den = wanted->ratio ? take_side(t, &wanted->den) : NO_SIDE;
	/* Pairs with the same numerator are few: a chain through by_num would not pay; sites come first and hold most. */
	for (size_t i = by_num[num]; i < t->pair_count; i++)
		if (t->pairs[i].num == num && t->pairs[i].den == den && t->pairs[i].ratio == wanted->ratio)
			return i;
	if (by_num[num] == SIZE_MAX)
		by_num[num] = t->pair_count;
	t->pairs[t->pair_count] = (struct pair){ .ratio = wanted->ratio, .num = num, .den = den };
	return t->pair_count++;
}

struct abacus *abacus_new(const struct sources *sources, const struct subject *subjects, size_t count)
{
	struct abacus *t = hwatt_alloc(sizeof(*t));
	size_t pairs = 0;
	for (size_t i = 0; i < count; i++)
		pairs += subjects[i].pair_count;
	*t = (struct abacus){ .sources = sources, .subjects = subjects, .subject_count = count, .bucket_count = 16 };
	while (t->bucket_count < 4 * pairs)
		t->bucket_count *= 2;
	t->buckets = hwatt_alloc(t->bucket_count * sizeof(*t->buckets));
	for (size_t i = 0; i < t->bucket_count; i++)
		t->buckets[i] = NO_SIDE;
	t->sides = hwatt_alloc((2 * pairs + 1) * sizeof(*t->sides));
	t->pairs = hwatt_alloc((pairs + 1) * sizeof(*t->pairs));
	t->pairs_of = hwatt_alloc((count + 1) * sizeof(*t->pairs_of));
	size_t *by_num = hwatt_alloc((2 * pairs + 1) * sizeof(*by_num));
	for (size_t i = 0; i < 2 * pairs; i++)
		by_num[i] = SIZE_MAX;
	for (size_t i = 0; i < count; i++) {
		t->pairs_of[i] = hwatt_alloc((subjects[i].pair_count + 1) * sizeof(size_t));
		for (size_t p = 0; p < subjects[i].pair_count; p++)
			t->pairs_of[i][p] = take_pair(t, &subjects[i].pairs[p], by_num);
	}
	free(by_num);
	return t;
}

void abacus_free(struct abacus *t)
{
	if (t == NULL)
		return;
	abacus_trim(t);
	for (size_t i = 0; i < t->side_count; i++) {
		free(t->sides[i]->own);
		free(t->sides[i]);
	}
	for (size_t i = 0; i < t->subject_count; i++)
		free(t->pairs_of[i]);
	free(t->sides);
	free(t->pairs);
	free(t->pairs_of);
	free(t->buckets);
	free(t);
}

void abacus_trim(struct abacus *t)
{
	for (size_t i = 0; i < t->source_count; i++)
		free(t->spans[i].result.amount);
	free(t->spans);
	t->spans = NULL;
	t->source_count = 0;
	for (size_t i = 0; i < t->side_count; i++) {
		free(t->sides[i]->energy);
		t->sides[i]->energy = NULL;
		t->sides[i]->span = 0;
	}
	t->width = 0;
}

void abacus_span(struct abacus *t, const struct span_rows *rows)
{
	size_t count = sources_count(t->sources);
	assert(rows->count > 0 && rows->count <= SPAN_QUARTERS);
	if (rows->count > t->width) {
		abacus_trim(t);
		t->width = rows->count;
	}
	if (count > t->source_count) {
		t->spans = hwatt_realloc(t->spans, count * sizeof(*t->spans));
		memset(t->spans + t->source_count, 0, (count - t->source_count) * sizeof(*t->spans));
		t->source_count = count;
	}
	t->rows = rows;
	t->span++;
}

/* --- a span of a source, of a side ------------------------------------------------------------------------------- */

static const struct source_span *source_span(struct abacus *t, size_t source)
{
	struct source_cache *cache = &t->spans[source];
	if (cache->span == 0) {
		char *room = hwatt_alloc(t->width * (sizeof(int64_t) + sizeof(int32_t) + 1));
		cache->result.amount = (void *)room;
		cache->result.covered_ms = (void *)(room + t->width * sizeof(int64_t));
		cache->result.rank = (void *)(room + t->width * (sizeof(int64_t) + sizeof(int32_t)));
	}
	if (cache->span != t->span)
		sources_span(t->sources, source, t->rows, &cache->result);
	cache->span = t->span;
	return &cache->result;
}

struct adding { /* meters of one share and MPE, while 64 bits hold them */
	int64_t sum[SPAN_QUARTERS];
	uint64_t size[SPAN_QUARTERS]; /* of the absolute values */
	uint64_t bound;               /* no size is above it */
};

/* Moves what was added to the side. */
static void spill(struct adding *a, uint32_t share_ppm, int64_t mpe_ppm, struct side *side, size_t count)
{
	for (size_t q = 0; q < count; q++) {
		side->energy[q] += (hwatt_i128)a->sum[q] * share_ppm;
		side->mpe[q] += (hwatt_i128)a->size[q] * share_ppm * mpe_ppm;
		side->unrated[q] |= mpe_ppm == 0 && a->size[q] != 0;
		a->sum[q] = 0;
		a->size[q] = 0;
	}
	a->bound = 0;
}

static void add_source(struct adding *a, const struct source_span *span, struct side *side, size_t count)
{
	for (size_t q = 0; q < count; q++) {
		uint64_t sign = (uint64_t)(span->amount[q] >> 63);
		a->sum[q] = (int64_t)((uint64_t)a->sum[q] + (uint64_t)span->amount[q]);
		a->size[q] += ((uint64_t)span->amount[q] ^ sign) - sign;
	}
	for (size_t q = 0; q < count; q++)
		side->covered_ms[q] = span->covered_ms[q] < side->covered_ms[q] ? span->covered_ms[q] : side->covered_ms[q];
	for (size_t q = 0; q < count; q++)
		side->rank[q] = span->rank[q] > side->rank[q] ? span->rank[q] : side->rank[q];
	a->bound += span->largest;
}

static void begin_side(const struct abacus *t, struct side *side)
{
	if (side->span == 0) {
		char *room = hwatt_alloc(t->width * (2 * sizeof(hwatt_i128) + sizeof(int32_t) + 2));
		side->energy = (void *)room;
		side->mpe = side->energy + t->width;
		side->covered_ms = (void *)(side->mpe + t->width);
		side->rank = (void *)(side->covered_ms + t->width);
		side->unrated = side->rank + t->width;
	}
	side->span = t->span;
	side->present = (struct quarters){{0}};
	for (size_t q = 0; q < t->rows->count; q++) {
		side->energy[q] = side->mpe[q] = 0;
		side->covered_ms[q] = QUARTER_MS;
		side->rank[q] = side->unrated[q] = 0;
	}
}

static void join(struct quarters *set, const struct quarters *other)
{
	set->bits[0] |= other->bits[0];
	set->bits[1] |= other->bits[1];
}

static struct side *side_span(struct abacus *t, size_t place)
{
	struct side *side = t->sides[place];
	size_t count = t->rows->count;
	if (side->span == t->span)
		return side;
	begin_side(t, side);
	struct quarters expected = {{0}};
	struct adding adding = {0};
	uint32_t share_ppm = 0;
	int64_t mpe_ppm = 0;
	for (size_t i = 0; i < side->count; i++) {
		const struct subject_use *use = &side->uses[i];
		const struct source_span *span = source_span(t, use->source);
		uint64_t room = span->largest <= INT64_MAX ? (uint64_t)INT64_MAX - span->largest : 0;
		int64_t use_mpe_ppm = sources_mpe(t->sources, use->source);
		if (i > 0 && (share_ppm != use->share_ppm || mpe_ppm != use_mpe_ppm || adding.bound > room))
			spill(&adding, share_ppm, mpe_ppm, side, count);
		share_ppm = use->share_ppm;
		mpe_ppm = use_mpe_ppm;
		add_source(&adding, span, side, count);
		join(&expected, &span->expected);
		join(&side->present, &span->present);
	}
	if (side->count > 0)
		spill(&adding, share_ppm, mpe_ppm, side, count);
	for (size_t q = 0; q < count; q++) {
		if (quarters_has(&expected, q))
			continue;
		side->covered_ms[q] = 0;
		side->rank[q] = KPI_LETTERS - 1;
	}
	return side;
}

/* --- pairs ------------------------------------------------------------------------------------------------------- */

static struct kpi_side quarter_of(const struct side *side, size_t q)
{
	return (struct kpi_side){ .energy = side->energy[q], .mpe = side->mpe[q], .covered_ms = side->covered_ms[q],
				  .rank = side->rank[q], .unrated = side->unrated[q] };
}

static const struct kpi_pair *pair_sum(struct abacus *t, struct pair *pair, size_t first, size_t end)
{
	for (size_t i = 0; i < PIECES; i++)
		if (pair->pieces[i].span == t->span && pair->pieces[i].first == first && pair->pieces[i].end == end)
			return &pair->pieces[i].sum;
	const struct side *num = side_span(t, pair->num), *den = pair->ratio ? side_span(t, pair->den) : NULL;
	struct piece *piece = &pair->pieces[pair->oldest++ % PIECES];
	*piece = (struct piece){ .span = t->span, .first = first, .end = end };
	for (size_t q = first; q < end; q++) {
		struct kpi_side n = quarter_of(num, q), d;
		struct kpi_pair one;
		if (den != NULL) {
			d = quarter_of(den, q);
			kpi_side_ratio(&n, &d, &one);
		} else {
			kpi_side_energy(&n, &one);
		}
		kpi_pair_add(&piece->sum, &one, 1);
	}
	return &piece->sum;
}

/* --- a subject --------------------------------------------------------------------------------------------------- */

static size_t count_bits(const struct quarters *set)
{
	return (size_t)(__builtin_popcountll(set->bits[0]) + __builtin_popcountll(set->bits[1]));
}

static struct quarters range(size_t first, size_t end)
{
	struct quarters set = {{0}};
	for (size_t q = first; q < end; q++)
		set.bits[q / 64] |= UINT64_C(1) << (q % 64);
	return set;
}

/* The quarters of the range in which any of the subject's sources has an interval. */
static struct quarters presence(struct abacus *t, size_t subject, size_t first, size_t end)
{
	const struct subject *s = &t->subjects[subject];
	struct quarters set = {{0}}, whole = range(first, end);
	for (size_t p = 0; p < s->pair_count; p++) {
		const struct pair *pair = &t->pairs[t->pairs_of[subject][p]];
		join(&set, &side_span(t, pair->num)->present);
		if (pair->ratio)
			join(&set, &side_span(t, pair->den)->present);
	}
	for (int g = 0; g < GROUP_KINDS; g++)
		for (size_t m = 0; m < s->groups[g].count; m++)
			for (size_t l = 0; l < subject_sources(g); l++)
				join(&set, &source_span(t, s->groups[g].members[m].sources[l])->present);
	set.bits[0] &= whole.bits[0];
	set.bits[1] &= whole.bits[1];
	return set;
}

static void add_lane(const struct source_span *span, const struct quarters *present, size_t first, size_t end, struct kpi_lane *out)
{
	for (size_t q = first; q < end; q++) {
		if (!quarters_has(&span->expected, q) || !quarters_has(present, q) || span->covered_ms[q] <= 0)
			continue;
		out->amount += span->amount[q];
		out->covered_ms += span->covered_ms[q];
	}
}

static void add_derived(const struct subject *s, int g, const struct source_span *span, const struct quarters *present, size_t first,
			size_t end, struct kpi_lane *lanes)
{
	for (size_t q = first; q < end; q++)
		if (quarters_has(&span->expected, q) && quarters_has(present, q) && span->covered_ms[q] > 0)
			subject_derive(s, g, span->amount[q], span->covered_ms[q], lanes);
}

static void add_group(struct abacus *t, const struct subject *s, int g, const struct quarters *present, size_t first, size_t end,
		      struct sums *out)
{
	const struct subject_group *group = &s->groups[g];
	struct quarters any = {{0}};
	uint8_t rank[SPAN_QUARTERS] = {0};
	for (size_t m = 0; m < group->count; m++) {
		for (size_t l = 0; l < subject_sources(g); l++) {
			const struct source_span *span = source_span(t, group->members[m].sources[l]);
			for (size_t q = first; q < end; q++)
				rank[q] = span->rank[q] > rank[q] ? span->rank[q] : rank[q];
			join(&any, &span->expected);
			add_lane(span, present, first, end, &out->lanes[group->members[m].lane + l]);
			if (l == 0 && subject_lanes(g) > subject_sources(g))
				add_derived(s, g, span, present, first, end, &out->lanes[group->members[m].lane]);
		}
	}
	for (size_t q = first; q < end; q++)
		if (quarters_has(&any, q) && quarters_has(present, q))
			out->letters[g][rank[q]]++;
}

bool abacus_subject(struct abacus *t, size_t subject, size_t first, size_t end, struct sums *out)
{
	const struct subject *s = &t->subjects[subject];
	assert(first < end && end <= t->rows->count);
	sums_reserve(out, s->pair_count, s->lane_count);
	sums_clear(out);
	struct quarters present = presence(t, subject, first, end);
	int32_t absent = (int32_t)(end - first - count_bits(&present));
	if (absent == (int32_t)(end - first))
		return false;
	for (size_t p = 0; p < s->pair_count; p++) {
		out->pairs[p] = *pair_sum(t, &t->pairs[t->pairs_of[subject][p]], first, end);
		/* Where the subject has nothing at all, a pair is but one letter X, which does not count. */
		out->pairs[p].letters[KPI_LETTERS - 1] -= absent;
	}
	for (int g = 0; g < GROUP_KINDS; g++)
		add_group(t, s, g, &present, first, end, out);
	return true;
}

/* --- quarter by quarter ------------------------------------------------------------------------------------------ */

size_t abacus_sum(const struct abacus *t, size_t subject, size_t pair)
{
	return t->pairs[t->pairs_of[subject][pair]].num;
}

struct kpi_cell abacus_cell(struct abacus *t, size_t sum, size_t q)
{
	const struct side *side = side_span(t, sum);
	return (struct kpi_cell){ .energy = side->energy[q], .covered_ms = side->covered_ms[q] };
}
