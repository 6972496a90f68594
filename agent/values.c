/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Packed, values are: a head; the moments but for the first; runs of values of one moment, or each one's time; then blocks of values
 * that stand together and are alike: their unit, the least of them, and of each in some bits how much more it is. Where many are the
 * least, as of outlets that nothing is plugged in, a bit for each says which are more, and of those alone it is said how much. */
#include "values.h"
#include "octets.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define FEW_MOMENTS 8u /* room for so many at first */
#define MALLOC_OCTETS 8u /* of each step's multiple that malloc gives these are its own */
#define SPARE_OCTETS 32u
#define RUN_MOST 255u

struct head {
	uint32_t count;
	uint16_t moments;
	bool wide, timed; /* larger than 32 bits; with a time for each */
};

#define CHUNK 4u       /* values that are in one block in any case */
#define BLOCK_MOST 31u /* values in a block */
#define HEAD_BITS 32u  /* of a block, about */
#define SPARSE_BITS 8u /* more, of one that says which are more than the least */
#define SPARSE 3u      /* stands in the place of its unit, which comes in an octet of its own */

struct block {
	int64_t least;
	uint64_t range;   /* the most is so much more */
	unsigned count, unit;
	unsigned others;  /* so many are more than the least */
};

/* By number: what all values of a block are multiples of. */
static const uint16_t units[] = { 1, 100, 1000 };

static void *resize(void *old, size_t size, size_t from, size_t to)
{
	char *grown = hwatt_realloc(old, (to + 1) * size);
	if (to > from)
		memset(grown + from * size, 0, (to - from) * size);
	return grown;
}

static void make_moments(struct values_spread *s, uint16_t room)
{
	s->v.moments = hwatt_realloc(s->v.moments, room * sizeof(*s->v.moments));
	s->v.moments[0] = 0;
	s->moment_room = room;
}

void values_fit(struct values_spread *s, size_t count)
{
	struct target_values *v = &s->v;
	if (v->moments == NULL && v->at == NULL) {
		make_moments(s, FEW_MOMENTS);
		s->moment_count = 1;
	}
	if (count == s->room && (v->kept != NULL || v->narrow != NULL))
		return;
	if (v->kept != NULL)
		v->kept = resize(v->kept, sizeof(*v->kept), s->room, count);
	else
		v->narrow = resize(v->narrow, sizeof(*v->narrow), s->room, count);
	if (v->at != NULL)
		v->at = resize(v->at, sizeof(*v->at), s->room, count);
	else
		v->when = resize(v->when, sizeof(*v->when), s->room, count);
	s->room = (uint32_t)count;
}

void values_clear(struct values_spread *s, size_t count)
{
	values_free(s);
	values_fit(s, count);
}

void values_widen(struct values_spread *s)
{
	struct target_values *v = &s->v;
	v->kept = hwatt_alloc((s->room + 1) * sizeof(*v->kept));
	for (size_t i = 0; i < s->room; i++)
		v->kept[i] = v->narrow[i];
	free(v->narrow);
	v->narrow = NULL;
}

/* Whether eight octets are equal. */
static inline bool alike(const uint8_t *octets)
{
	uint64_t word;
	memcpy(&word, octets, sizeof(word));
	return word == octets[0] * UINT64_C(0x0101010101010101);
}

/* Forgets the moments that no value came at any more. Values that came together mostly stand together: eight equal ones are
 * looked at as one. */
static void drop_moments(struct values_spread *s)
{
	struct target_values *v = &s->v;
	uint8_t moved[VALUES_MOST_MOMENTS] = { 0 };
	size_t i = 0;
	for (; i + 8 <= s->room; i += alike(v->when + i) ? 8 : 1)
		moved[v->when[i]] = 1;
	for (; i < s->room; i++)
		moved[v->when[i]] = 1;
	uint16_t kept = 1;
	for (size_t m = 1; m < s->moment_count; m++) {
		if (moved[m] == 0)
			continue;
		v->moments[kept] = v->moments[m];
		moved[m] = (uint8_t)kept++;
	}
	moved[0] = 0;
	for (i = 0; i < s->room;) {
		size_t same = i + 8 <= s->room && alike(v->when + i) ? 8 : 1;
		memset(v->when + i, moved[v->when[i]], same);
		i += same;
	}
	s->moment_count = kept;
}

/* A time of its own for each value: where hundreds come one by one. */
static void spell_out_times(struct values_spread *s)
{
	struct target_values *v = &s->v;
	v->at = hwatt_alloc((s->room + 1) * sizeof(*v->at));
	for (size_t i = 0; i < s->room; i++)
		v->at[i] = v->moments[v->when[i]];
	free(v->when);
	free(v->moments);
	v->when = NULL;
	v->moments = NULL;
}

/* Room for one more; false: there are too many, and values have times of their own now. */
static bool make_moment_room(struct values_spread *s)
{
	drop_moments(s);
	if (s->moment_count <= s->moment_room / 2)
		return true;
	if (s->moment_room == VALUES_MOST_MOMENTS) {
		spell_out_times(s);
		return false;
	}
	make_moments(s, (uint16_t)(s->moment_room * 2));
	return true;
}

bool values_add_moment(struct values_spread *s, uint32_t at)
{
	if (s->moment_count == s->moment_room && !make_moment_room(s))
		return false;
	s->v.moments[s->moment_count++] = at;
	return true;
}

static uint32_t earlier(uint32_t at, int64_t by)
{
	return at > by ? (uint32_t)(at - by) : 1;
}

void values_move_epoch(struct values_spread *s, int64_t by_ms)
{
	for (size_t i = 0; s->v.at != NULL && i < s->room; i++)
		if (s->v.at[i] > 0)
			s->v.at[i] = earlier(s->v.at[i], by_ms);
	for (size_t m = 1; s->v.at == NULL && m < s->moment_count; m++)
		s->v.moments[m] = earlier(s->v.moments[m], by_ms);
}

void values_free(struct values_spread *s)
{
	free(s->v.kept);
	free(s->v.narrow);
	free(s->v.at);
	free(s->v.when);
	free(s->v.moments);
	*s = (struct values_spread){ .room = 0 };
}

static uint64_t in_units(uint64_t number, unsigned unit)
{
	return unit == 0 ? number : unit == 1 ? number / 100 : number / 1000;
}

static unsigned block_width(const struct block *b)
{
	unsigned width = octets_width(in_units(b->range, b->unit));
	return width < OCTETS_WIDE ? width : 64;
}

static struct block look_at(const struct target_values *v, size_t from, size_t end)
{
	int64_t least = target_kept(v, from), most = least;
	unsigned unit = 2, alike_ones = 0;
	for (size_t i = from; i < end; i++) {
		int64_t value = target_kept(v, i);
		alike_ones = value < least ? 1 : alike_ones + (value == least);
		least = value < least ? value : least;
		most = value > most ? value : most;
		unit = unit == 2 && value % 1000 != 0 ? 1 : unit;
		unit = unit == 1 && value % 100 != 0 ? 0 : unit;
	}
	unsigned count = (unsigned)(end - from);
	return (struct block){ .least = least, .range = (uint64_t)most - (uint64_t)least, .count = count, .unit = unit,
			       .others = count - alike_ones };
}

static struct block both(const struct block *a, const struct block *b)
{
	int64_t least = a->least < b->least ? a->least : b->least;
	uint64_t to_a = (uint64_t)a->least - (uint64_t)least + a->range, to_b = (uint64_t)b->least - (uint64_t)least + b->range;
	return (struct block){ .least = least, .range = to_a > to_b ? to_a : to_b, .count = a->count + b->count,
			       .unit = a->unit < b->unit ? a->unit : b->unit,
			       .others = (a->least == least ? a->others : a->count) + (b->least == least ? b->others : b->count) };
}

/* Whether bits say which are more than the least. */
static bool is_sparse(const struct block *b, unsigned width)
{
	return width < OCTETS_WIDE && b->count + SPARSE_BITS + b->others * width < b->count * width;
}

static unsigned block_bits(const struct block *b)
{
	unsigned width = block_width(b);
	return is_sparse(b, width) ? b->count + SPARSE_BITS + b->others * width : b->count * width;
}

/* The block that begins at `from`: chunk after chunk, while that takes less than another block. */
static struct block block_from(const struct values_spread *s, size_t from)
{
	size_t end = from + CHUNK < s->room ? from + CHUNK : s->room;
	struct block block = look_at(&s->v, from, end);
	unsigned bits = block_bits(&block);
	while (end < s->room && block.count + CHUNK <= BLOCK_MOST) {
		size_t next = end + CHUNK < s->room ? end + CHUNK : s->room;
		struct block more = look_at(&s->v, end, next), joined = both(&block, &more);
		unsigned joined_bits = block_bits(&joined);
		if (joined_bits > bits + block_bits(&more) + HEAD_BITS)
			break;
		block = joined;
		bits = joined_bits;
		end = next;
	}
	return block;
}

/* Two octets, the least value in as many as it takes, then the numbers, the first in the lowest bits. */
static uint8_t *put_block(uint8_t *at, const struct values_spread *s, size_t from, const struct block *b)
{
	uint64_t least = octets_fold(b->least);
	unsigned octets = (octets_width(least) + 7) / 8, width = block_width(b);
	bool sparse = is_sparse(b, width);
	*at++ = (uint8_t)(b->count << 3 | (octets > 0 ? octets - 1 : 0));
	*at++ = (uint8_t)((sparse ? SPARSE : b->unit) << 6 | (width < OCTETS_WIDE ? width : OCTETS_WIDE));
	if (sparse)
		*at++ = (uint8_t)b->unit;
	octets_put(at, least);
	struct octets_bits bits = { .at = at + (octets > 0 ? octets : 1) };
	for (size_t i = from; i < from + b->count && sparse; i++)
		octets_put_bits(&bits, target_kept(&s->v, i) != b->least, 1);
	for (size_t i = from; i < from + b->count; i++)
		if (!sparse || target_kept(&s->v, i) != b->least)
			octets_put_bits(&bits, in_units((uint64_t)target_kept(&s->v, i) - (uint64_t)b->least, b->unit), width);
	return octets_end_bits(&bits);
}

static const uint8_t *take_block(const uint8_t *at, struct values_spread *s, size_t *from)
{
	unsigned count = at[0] >> 3, octets = (at[0] & 7u) + 1, width = at[1] & 63u, unit = at[1] >> 6;
	bool sparse = unit == SPARSE;
	unit = units[sparse ? at[2] : unit];
	at += sparse ? 3 : 2;
	int64_t least = octets_unfold(octets_take(at) & UINT64_MAX >> (64 - 8 * octets));
	at += octets;
	width = width < OCTETS_WIDE ? width : 64;
	uint64_t mask = width == 0 ? 0 : UINT64_MAX >> (64 - width), which = sparse ? octets_take(at) : UINT64_MAX;
	size_t bit = sparse ? count : 0;
	for (size_t i = *from; i < *from + count; i++, which >>= 1) {
		int64_t value = least;
		if ((which & 1) != 0) {
			value = (int64_t)((uint64_t)least + (octets_take(at + bit / 8) >> bit % 8 & mask) * unit);
			bit += width;
		}
		if (s->v.kept != NULL)
			s->v.kept[i] = value;
		else
			s->v.narrow[i] = (int32_t)value;
	}
	*from += count;
	return at + (bit + 7) / 8;
}

static uint8_t *put_times(const struct values_spread *s, uint8_t *at)
{
	if (s->v.at != NULL) {
		memcpy(at, s->v.at, s->room * sizeof(*s->v.at));
		return at + s->room * sizeof(*s->v.at);
	}
	memcpy(at, s->v.moments + 1, (s->moment_count - 1u) * sizeof(*s->v.moments));
	at += (s->moment_count - 1u) * sizeof(*s->v.moments);
	for (size_t i = 0; i < s->room;) {
		uint8_t run = 1;
		while (i + run < s->room && run < RUN_MOST && s->v.when[i + run] == s->v.when[i])
			run++;
		*at++ = run;
		*at++ = s->v.when[i];
		i += run;
	}
	return at;
}

static size_t most_octets(const struct values_spread *s)
{
	return sizeof(struct head) + VALUES_MOST_MOMENTS * sizeof(uint32_t) + s->room * 2 * sizeof(uint32_t) +
	       (s->room / CHUNK + 1) * (2 + sizeof(int64_t) + CHUNK * sizeof(int64_t)) + 2 * OCTETS_SLACK;
}

void values_pack(struct values_spread *s, uint8_t **block, uint16_t *steps)
{
	if (s->v.at == NULL && s->moment_count > 2)
		drop_moments(s);
	uint8_t few[4096], *scratch = most_octets(s) <= sizeof(few) ? few : hwatt_realloc(NULL, most_octets(s));
	struct head head = { .count = s->room, .moments = s->v.at != NULL ? 0 : s->moment_count, .wide = s->v.kept != NULL,
			     .timed = s->v.at != NULL };
	memcpy(scratch, &head, sizeof(head));
	uint8_t *at = put_times(s, scratch + sizeof(head));
	for (size_t i = 0; i < s->room;) {
		struct block b = block_from(s, i);
		at = put_block(at, s, i, &b);
		i += b.count;
	}
	size_t length = (size_t)(at - scratch), need = length + OCTETS_SLACK, room = *steps * (size_t)VALUES_STEP;
	if (need + MALLOC_OCTETS > room || need + MALLOC_OCTETS + SPARE_OCTETS < room) {
		free(*block);
		room = (need + MALLOC_OCTETS + VALUES_STEP - 1) / VALUES_STEP * VALUES_STEP;
		assert(room <= UINT16_MAX * (size_t)VALUES_STEP);
		*steps = (uint16_t)(room / VALUES_STEP);
		*block = hwatt_realloc(NULL, room - MALLOC_OCTETS);
	}
	memcpy(*block, scratch, length);
	memset(*block + length, 0, OCTETS_SLACK);
	if (scratch != few)
		free(scratch);
}

/* Arrays for so many values, in 64 bits or in 32, with times of their own or shared ones. */
static void prepare(struct values_spread *s, const struct head *head)
{
	struct target_values *v = &s->v;
	if (s->room != head->count || (v->kept != NULL) != head->wide || (v->at != NULL) != head->timed || (v->kept == NULL && v->narrow == NULL))
		values_free(s);
	s->room = head->count;
	if (head->wide && v->kept == NULL)
		v->kept = hwatt_realloc(NULL, (s->room + 1) * sizeof(*v->kept));
	if (!head->wide && v->narrow == NULL)
		v->narrow = hwatt_realloc(NULL, (s->room + 1) * sizeof(*v->narrow));
	if (head->timed && v->at == NULL)
		v->at = hwatt_realloc(NULL, (s->room + 1) * sizeof(*v->at));
	if (!head->timed && v->when == NULL)
		v->when = hwatt_realloc(NULL, s->room + 1);
	uint16_t moments = s->moment_room > FEW_MOMENTS ? s->moment_room : FEW_MOMENTS;
	while (moments < head->moments)
		moments *= 2;
	if (!head->timed && moments != s->moment_room)
		make_moments(s, moments);
	s->moment_count = head->moments;
}

static const uint8_t *take_times(struct values_spread *s, const uint8_t *at)
{
	if (s->v.at != NULL) {
		memcpy(s->v.at, at, s->room * sizeof(*s->v.at));
		return at + s->room * sizeof(*s->v.at);
	}
	memcpy(s->v.moments + 1, at, (s->moment_count - 1u) * sizeof(*s->v.moments));
	at += (s->moment_count - 1u) * sizeof(*s->v.moments);
	for (size_t i = 0; i < s->room; i += at[0], at += 2)
		memset(s->v.when + i, at[1], at[0]);
	return at;
}

void values_unpack(const uint8_t *block, struct values_spread *s)
{
	struct head head;
	memcpy(&head, block, sizeof(head));
	prepare(s, &head);
	const uint8_t *at = take_times(s, block + sizeof(head));
	for (size_t i = 0; i < s->room;)
		at = take_block(at, s, &i);
}
