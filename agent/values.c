/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Packed, values are: a head; the moments but for the first; runs of values of one moment, or each one's time; then a code for each
 * value, two to an octet, and the octets that they say. */
#include "values.h"
#include "octets.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define FEW_MOMENTS 8u /* room for so many at first */
#define STEP_OCTETS 16u
#define SPARE_OCTETS 64u
#define RUN_MOST 255u

struct head {
	uint32_t count;
	uint16_t moments;
	bool wide, timed; /* larger than 32 bits; with a time for each */
};

/* A code: none, or one to four octets of the value or of its hundreds or thousands, or eight. */
static const struct {
	uint8_t octets;
	uint16_t unit;
} codes[16] = { { 0, 1 },   { 1, 1 },    { 2, 1 },    { 3, 1 },    { 4, 1 }, { 1, 100 }, { 2, 100 }, { 3, 100 },
		{ 4, 100 }, { 1, 1000 }, { 2, 1000 }, { 3, 1000 }, { 4, 1000 }, { 8, 1 } };

#define IN_HUNDREDS 4u  /* added to the code of as many octets */
#define IN_THOUSANDS 8u
#define WHOLE 13u

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

static unsigned octets_of(uint64_t number)
{
	return number == 0 ? 0 : (unsigned)(71 - __builtin_clzll(number)) / 8;
}

/* Writes the value at `at`; returns its code. */
static unsigned put_value(uint8_t *at, int64_t value)
{
	uint64_t number = octets_fold(value);
	if (number < 1 << 8) {
		*at = (uint8_t)number;
		return number == 0 ? 0 : 1;
	}
	unsigned unit = value % 100 != 0 ? 0 : value % 1000 != 0 ? IN_HUNDREDS : IN_THOUSANDS;
	if (unit != 0)
		number = octets_fold(value / (unit == IN_HUNDREDS ? 100 : 1000));
	if (number > UINT32_MAX) {
		octets_put(at, octets_fold(value));
		return WHOLE;
	}
	octets_put(at, number);
	return octets_of(number) + unit;
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
	return sizeof(struct head) + VALUES_MOST_MOMENTS * sizeof(uint32_t) + s->room * (sizeof(uint32_t) + 1 + sizeof(int64_t)) + 2 * OCTETS_SLACK;
}

void values_pack(const struct values_spread *s, uint8_t **block, uint32_t *room)
{
	uint8_t few[4096], *scratch = most_octets(s) <= sizeof(few) ? few : hwatt_realloc(NULL, most_octets(s));
	struct head head = { .count = s->room, .moments = s->v.at != NULL ? 0 : s->moment_count, .wide = s->v.kept != NULL,
			     .timed = s->v.at != NULL };
	memcpy(scratch, &head, sizeof(head));
	uint8_t *code = put_times(s, scratch + sizeof(head)), *at = code + (s->room + 1) / 2;
	memset(code, 0, (size_t)(at - code));
	for (size_t i = 0; i < s->room; i++) {
		unsigned is = put_value(at, target_kept(&s->v, i));
		code[i / 2] |= (uint8_t)(is << i % 2 * 4);
		at += codes[is].octets;
	}
	size_t length = (size_t)(at - scratch), need = length + OCTETS_SLACK;
	if (need > *room || need + SPARE_OCTETS < *room) {
		free(*block);
		*room = (uint32_t)(need / STEP_OCTETS * STEP_OCTETS + STEP_OCTETS / 2); /* as malloc counts */
		*room += *room < need ? STEP_OCTETS : 0;
		*block = hwatt_realloc(NULL, *room);
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
	const uint8_t *code = take_times(s, block + sizeof(head)), *at = code + (s->room + 1) / 2;
	for (size_t i = 0; i < s->room; i++) {
		unsigned is = code[i / 2] >> i % 2 * 4 & 15, octets = codes[is].octets;
		uint64_t number = octets == 0 ? 0 : octets_take(at) & UINT64_MAX >> (64 - 8 * octets);
		int64_t value = octets_unfold(number) * codes[is].unit;
		at += octets;
		if (s->v.kept != NULL)
			s->v.kept[i] = value;
		else
			s->v.narrow[i] = (int32_t)value;
	}
}
