/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#define ROOM_OCTETS 1024u
#define CHECK_BITS UINT64_C(0x3fff) /* two octets */
#define OLD_PARTS 8u                /* of a head of before: LEVEL, COUNT, and 4 for a stamp */
#define OLD_STAMP 4u

static bool make_room(struct record *r)
{
	if (r->text == NULL)
		return false;
	if (r->at != NULL)
		hwatt_text_wrote(r->text, (size_t)(r->at - (r->text->bytes + r->text->length)));
	r->at = hwatt_text_room(r->text, ROOM_OCTETS);
	r->end = r->at != NULL ? r->at + ROOM_OCTETS : NULL;
	if (r->at == NULL)
		r->text = NULL;
	return r->at != NULL;
}

struct record record_begin(struct hwatt_text *text, const struct record_poll *poll)
{
	struct record r = { .text = text };
	if (!make_room(&r))
		return r;
	r.at = record_number(r.at, RECORD_DIFFERENCES | (poll->restarted ? RECORD_RESTARTED : 0u) |
					   (poll->exchanged ? RECORD_EXCHANGED : 0u));
	r.at = record_number(r.at, octets_fold(poll->wall_ms));
	r.at = record_number(r.at, octets_fold(poll->mono_ms));
	r.at = record_number(r.at, poll->check & CHECK_BITS);
	return r;
}

void record_end(struct record *r)
{
	if (r->text != NULL)
		hwatt_text_wrote(r->text, (size_t)(r->at - (r->text->bytes + r->text->length)));
	r->text = NULL;
	r->at = r->end = NULL;
}

void record_put(struct record *r, const struct record_sample *sample)
{
	if (r->end - r->at < RECORD_SAMPLE_OCTETS && !make_room(r))
		return;
	bool moved = (sample->parts & RECORD_COUNT) != 0 && sample->count != 0, age = sample->age_ms != r->age_ms;
	uint64_t by = octets_fold((int64_t)(sample->number - r->next));
	char *at = record_number(r->at, by * RECORD_PARTS | sample->parts | (moved ? RECORD_MOVED : 0u) | (age ? RECORD_AGE : 0u));
	if (age)
		at = record_number(at, octets_fold(sample->age_ms));
	if ((sample->parts & RECORD_LEVEL) != 0)
		at = record_number(at, octets_fold(sample->level));
	if (moved)
		at = record_number(at, octets_fold((int64_t)sample->count));
	if ((sample->parts & RECORD_STAMP) != 0)
		at = record_number(at, sample->stamp);
	r->at = at;
	r->age_ms = sample->age_ms;
	r->next = sample->number + 1;
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

static int64_t take_signed(struct hwatt_wire *in)
{
	return octets_unfold(take_number(in));
}

struct record_reader record_read(const void *bytes, size_t length)
{
	struct record_reader r = { .in = hwatt_wire_from(bytes, length) };
	uint64_t flags = take_number(&r.in);
	r.poll.restarted = (flags & RECORD_RESTARTED) != 0;
	r.poll.exchanged = (flags & RECORD_EXCHANGED) != 0;
	r.differences = (flags & RECORD_DIFFERENCES) != 0;
	r.poll.wall_ms = take_signed(&r.in);
	r.poll.mono_ms = take_signed(&r.in);
	r.poll.check = r.differences ? take_number(&r.in) : 0;
	return r;
}

static void next_of_before(struct record_reader *r, struct record_sample *out)
{
	uint64_t head = take_number(&r->in);
	out->absolute = true;
	out->number = head / OLD_PARTS;
	out->parts = (unsigned)(head % OLD_STAMP) | ((head & OLD_STAMP) != 0 ? RECORD_STAMP : 0u);
	out->age_ms = take_signed(&r->in);
	if ((out->parts & RECORD_LEVEL) != 0)
		out->level = take_signed(&r->in);
	if ((out->parts & RECORD_COUNT) != 0)
		out->count = take_number(&r->in);
}

static void next_of_now(struct record_reader *r, struct record_sample *out)
{
	uint64_t head = take_number(&r->in);
	out->number = r->next + (uint64_t)octets_unfold(head / RECORD_PARTS);
	out->parts = (unsigned)head & (RECORD_LEVEL | RECORD_COUNT | RECORD_STAMP);
	if ((head & RECORD_AGE) != 0)
		r->age_ms = take_signed(&r->in);
	out->age_ms = r->age_ms;
	if ((out->parts & RECORD_LEVEL) != 0)
		out->level = take_signed(&r->in);
	if ((head & RECORD_MOVED) != 0)
		out->count = (uint64_t)take_signed(&r->in);
	r->next = out->number + 1;
}

bool record_next(struct record_reader *r, struct record_sample *out)
{
	*out = (struct record_sample){ 0 };
	if (hwatt_wire_left(&r->in) == 0)
		return false;
	if (r->differences)
		next_of_now(r, out);
	else
		next_of_before(r, out);
	if ((out->parts & RECORD_STAMP) != 0)
		out->stamp = take_number(&r->in);
	return hwatt_wire_ok(&r->in);
}

bool record_follows(const struct record_reader *r, uint64_t check)
{
	return !r->differences || r->poll.check == (check & CHECK_BITS);
}
