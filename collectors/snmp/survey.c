/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "survey.h"
#include <assert.h>
#include <hallwatt/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define FETCH_AT_ONCE 24u        /* variables of one GET or GETNEXT */
#define MAX_SILENCES 3u          /* requests in a row without an answer, after a first one */
#define PROOFS 2u                /* times that a request is left unanswered by a device that answers others, before it is too large */
#define LAST_PROOFS 3u           /* ... before what cannot be asked for in a smaller one is left out */
#define LEAST_MS 20              /* of a poll: in less nothing is asked */
#define TYPICAL_VARBIND 36u
#define FEWEST_CELLS 4u          /* of a column; the next sizes are each twice as large */
#define CELL_SIZES 16u
#define PAGE 4096u

enum phase { PHASE_BEGUN, PHASE_PROBES, PHASE_LAST_RESORT, PHASE_SCALARS, PHASE_TABLES, PHASE_OVER };

struct fetch { /* a list of objects asked for by GET, or by GETNEXT for probes */
	const int *objects;
	size_t count, at, chunk, asked;
};

struct walk { /* columns side by side */
	int objects[SURVEY_WIDTH];
	struct ber_oid after[SURVEY_WIDTH]; /* the row that was read last; empty: none */
	bool over[SURVEY_WIDTH];
	unsigned count, asked[SURVEY_WIDTH], asked_count, repetitions;
	bool narrow;                        /* one cell at a time: to find out which column it is */
};

struct spare { /* an array of cells that a column outgrew */
	struct spare *next;
};

struct survey {
	struct book *book;
	struct line *line;
	const char *forced;
	survey_done *done;
	void *arg;
	struct hwatt_arena *arena;
	enum phase phase;
	size_t object_count;         /* that are looked at: more than these are of families that do not fit this device */
	uint16_t *column_of;         /* by object; 0: it is not asked for. NULL before the families are chosen */
	struct column *columns;
	struct spare *spare[CELL_SIZES]; /* by size */
	size_t cells, octets;        /* that it holds */
	unsigned requests, silences;
	bool moved;                  /* the device has said something in this poll */
	bool checking;               /* something was left unanswered: whether the device answers at all */
	bool deaf;                   /* it does, and leaves unanswered what is too large */
	unsigned unanswered;         /* times in a row that it answered a check, but not what is next */
	int64_t asked_ms;
	const char *description, *object_id;
	struct ber_oid object_oid;
	bool *hits;                  /* by object: a probe that answered */
	size_t hit_count;
	bool last_resort;            /* what families read was asked for as probes, too */
	const struct family *families[SURVEY_MAX_FAMILIES];
	size_t family_count;
	const char *reason;
	int *wanted;                 /* probes, or scalars, then columns by their OIDs */
	size_t wanted_count, walked;
	struct fetch fetch;
	struct walk walk;
	unsigned varbind_octets;     /* mean of the answers seen */
	uint8_t packet[LINE_PACKET];
};

static void step(struct survey *s);
static engine_done fetched, walked, checked;

/* What it needs, zeroed, until it is freed. */
static void *take(struct survey *s, size_t size)
{
	s->octets += size;
	return hwatt_arena_alloc(s->arena, size);
}

/* Octets that need no alignment. */
static const uint8_t *copy(struct survey *s, const uint8_t *bytes, size_t length)
{
	static const uint8_t nothing[1];
	if (length == 0)
		return nothing;
	s->octets += length + 1;
	return (const uint8_t *)hwatt_arena_strndup(s->arena, (const char *)bytes, length);
}

static void keep_greeting(struct survey *s, const struct greeting *greeting)
{
	char dotted[256] = "";
	struct ber_oid id = greeting_object_id(greeting);
	if (id.length > 0) {
		s->object_oid = (struct ber_oid){ copy(s, id.bytes, id.length), id.length };
		ber_oid_format(s->object_oid, dotted, sizeof(dotted));
	}
	s->object_id = hwatt_arena_strdup(s->arena, dotted);
	s->description = hwatt_arena_strdup(s->arena, greeting_description(greeting));
}

struct survey *survey_new(struct book *book, struct line *line, const char *forced, const struct greeting *greeting,
			  survey_done *done, void *arg)
{
	struct hwatt_arena *arena = hwatt_arena_new_apart();
	struct survey *s = hwatt_arena_alloc(arena, sizeof(*s));
	s->octets = sizeof(*s);
	s->book = book;
	s->line = line;
	s->forced = forced;
	s->done = done;
	s->arg = arg;
	s->arena = arena;
	s->object_count = book->object_count; /* probes are numbered with the book */
	s->hits = take(s, book->object_count + 1);
	s->hit_count = book->object_count;
	s->wanted = take(s, (book->probe_count + 1) * sizeof(*s->wanted));
	s->varbind_octets = TYPICAL_VARBIND;
	s->reason = "";
	keep_greeting(s, greeting);
	return s;
}

void survey_free(struct survey *s)
{
	if (s == NULL)
		return;
	line_cancel(s->line);
	hwatt_arena_free(s->arena); /* and the survey, which is in it */
}

void survey_run(struct survey *s, bool greeted)
{
	s->silences = 0;
	s->moved = greeted;
	step(s);
}

void survey_pause(struct survey *s)
{
	line_cancel(s->line);
}

bool survey_moved(const struct survey *s)
{
	return s->moved;
}

size_t survey_octets(const struct survey *s)
{
	return s->octets + PAGE; /* its first and last page are not full */
}

static void end(struct survey *s, const struct hwatt_error *err)
{
	s->phase = err == NULL ? PHASE_OVER : s->phase;
	s->done(s->arg, err);
}

/* Room for twice as many cells. What a column outgrew serves the next. */
static void grow(struct survey *s, struct column *column)
{
	size_t size = 0, capacity = column->capacity > 0 ? column->capacity * 2 : FEWEST_CELLS;
	while (FEWEST_CELLS << size < capacity)
		size++;
	assert(size < CELL_SIZES); /* SURVEY_MAX_ROWS fit */
	struct spare *spare = s->spare[size], *old = (void *)column->cells;
	struct cell *grown = spare != NULL ? (void *)spare : take(s, capacity * sizeof(*grown));
	if (spare != NULL)
		s->spare[size] = spare->next;
	if (old != NULL) {
		memcpy(grown, column->cells, column->count * sizeof(*grown));
		old->next = s->spare[size - 1];
		s->spare[size - 1] = old;
	}
	column->cells = grown;
	column->capacity = capacity;
}

/* Keeps a varbind as the next cell of an object's column. */
static void keep(struct survey *s, int object, struct ber_oid row, const struct ber_varbind *v)
{
	struct column *column = &s->columns[s->column_of[object]];
	if (column->count == column->capacity)
		grow(s, column);
	bool text = v->type == BER_STRING || v->type == BER_OID || v->type == BER_IPADDRESS || v->type == BER_OPAQUE;
	size_t length = !text ? 0 : v->type == BER_STRING && v->length > SURVEY_TEXT ? SURVEY_TEXT : v->length;
	const uint8_t *bytes = copy(s, row.bytes, row.length), *value = copy(s, v->bytes, length);
	column->cells[column->count++] = (struct cell){
		.row = { bytes, row.length }, .type = v->type, .number = v->number,
		.bytes = value, .length = (uint32_t)length,
	};
	s->cells++;
}

static bool probing(const struct survey *s)
{
	return s->phase == PHASE_PROBES || s->phase == PHASE_LAST_RESORT;
}

/* Whether a variable says that there is something below a probe. */
static bool answers(const struct survey *s, int object, const struct ber_varbind *v)
{
	const struct object *probe = &s->book->objects[object];
	return ber_oid_below(v->oid, probe->oid) && v->oid.length > probe->oid.length - (probe->scalar ? 1 : 0);
}

/* Whether an object belongs to another enterprise than the device's. */
static bool foreign(const struct survey *s, struct ber_oid oid)
{
	static const uint8_t enterprises[] = { 0x2b, 6, 1, 4, 1 };
	size_t at = sizeof(enterprises);
	struct ber_oid own = s->object_oid;
	if (oid.length <= at || own.length <= at || memcmp(oid.bytes, enterprises, at) != 0 || memcmp(own.bytes, enterprises, at) != 0)
		return false;
	for (; at < oid.length && at < own.length && oid.bytes[at] == own.bytes[at]; at++)
		if ((oid.bytes[at] & 0x80u) == 0)
			return false; /* the whole number is the same */
	return true;
}

/* An agent has nothing between what GETNEXT asked for and what it gave: probes in there are settled without asking. Those
 * of the device's own maker are asked all the same, since not every agent finds the next of an object that it lacks. */
static void settle_probes(struct survey *s, size_t item, size_t unasked, const struct ber_varbind *v)
{
	bool end = v->type == BER_END_OF_VIEW;
	struct ber_oid from = s->book->objects[s->wanted[item]].oid;
	size_t kept = unasked;
	if (ber_is_exception(v->type) && !end)
		return;
	for (size_t i = unasked; i < s->fetch.count; i++) {
		int object = s->wanted[i];
		struct ber_oid probe = s->book->objects[object].oid;
		if (foreign(s, probe) && ber_oid_compare(from, probe) < 0 && (end || ber_oid_compare(probe, v->oid) < 0))
			s->hits[object] = !end && answers(s, object, v);
		else
			s->wanted[kept++] = object;
	}
	s->fetch.count = s->wanted_count = kept;
}

/* What a fetch gave for one item. */
static void keep_fetched(struct survey *s, size_t item, const struct ber_varbind *v)
{
	if (ber_is_exception(v->type))
		return;
	int object = s->fetch.objects[item];
	const struct ber_oid oid = s->book->objects[object].oid;
	if (probing(s))
		s->hits[object] = answers(s, object, v);
	else if (v->oid.length == oid.length && ber_oid_below(v->oid, oid))
		keep(s, object, (struct ber_oid){ NULL, 0 }, v);
}

/* A v1 agent refuses a GET whole when one object is not there, a GETNEXT it answers. */
static enum ber_pdu fetch_pdu(const struct survey *s)
{
	return probing(s) || (s->phase == PHASE_SCALARS && s->line->version == BER_V1) ? BER_GETNEXT : BER_GET;
}

static struct ber_oid fetch_oid(const struct survey *s, size_t item)
{
	struct ber_oid oid = s->book->objects[s->fetch.objects[item]].oid;
	if (fetch_pdu(s) == BER_GETNEXT && s->book->objects[s->fetch.objects[item]].scalar)
		oid.length--; /* the next after the object is its .0 */
	return oid;
}

static bool post(struct survey *s, enum ber_pdu pdu, const struct ber_oid *oids, size_t count, unsigned repetitions,
		 engine_done *done)
{
	struct ber_request request = { (enum ber_version)s->line->version, s->line->community, pdu, repetitions, oids, count };
	size_t id_at, length = ber_encode(&request, s->packet, sizeof(s->packet), &id_at);
	if (length == 0)
		return false;
	s->requests++;
	s->asked_ms = (int64_t)uv_now(hwatt_target_loop(s->line->target));
	/* The first of a poll leaves time for a check, so that one which stays unanswered is told from a device that does. */
	int64_t left_ms = hwatt_target_time_left_ms(s->line->target), need_ms = s->line->answer_ms + s->line->answer_ms / 2;
	int64_t share_ms = left_ms / 3 * 2 > need_ms ? left_ms / 3 * 2 : need_ms;
	line_send_within(s->line, s->packet, length, id_at, NULL, s->moved ? left_ms : share_ms, done, s);
	return true;
}

static void send_check(struct survey *s)
{
	static const uint8_t uptime[] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 };
	post(s, BER_GET, &(struct ber_oid){ uptime, sizeof(uptime) }, 1, 0, checked);
}

static void send_fetch(struct survey *s)
{
	struct ber_oid oids[FETCH_AT_ONCE];
	size_t left = s->fetch.count - s->fetch.at, n = left < s->fetch.chunk ? left : s->fetch.chunk;
	size_t fit = s->line->octets / TYPICAL_VARBIND;
	if (n > fit)
		n = fit > 0 ? fit : 1;
	for (size_t i = 0; i < n; i++)
		oids[i] = fetch_oid(s, s->fetch.at + i);
	s->fetch.asked = n;
	while (!post(s, fetch_pdu(s), oids, s->fetch.asked, 0, fetched)) {
		assert(s->fetch.asked > 1);
		s->fetch.asked /= 2;
	}
}

/* Something came back. */
static void heard(struct survey *s)
{
	s->moved = true;
	s->silences = 0;
}

/* Nothing came back. Before that says anything of what was asked, the device is asked for what it always can give: it may be slow,
 * or away, or this host was busy. */
static void missed(struct survey *s, const struct hwatt_error *err)
{
	int64_t waited_ms = (int64_t)uv_now(hwatt_target_loop(s->line->target)) - s->asked_ms;
	if (waited_ms > s->line->answer_ms)
		line_took(s->line, waited_ms);
	if (err->code != HWATT_ETIMEOUT || ++s->silences > MAX_SILENCES) {
		end(s, err);
		return;
	}
	s->checking = true;
	step(s);
}

/* v1 refuses the whole request when one object is not there, and says which: the others are asked again. */
static void fetch_refused(struct survey *s, const struct ber_message *message)
{
	struct fetch *f = &s->fetch;
	int64_t index = message->error_index;
	if (message->error_status == BER_NO_SUCH_NAME && index >= 1 && index <= (int64_t)f->asked) {
		size_t refused = f->at + (size_t)index - 1;
		int object = s->wanted[refused];
		s->wanted[refused] = s->wanted[f->at];
		s->wanted[f->at++] = object;
	} else if (f->asked > 1) {
		f->chunk = f->asked / 2;
	} else {
		f->at++;
	}
}

static void fetched(void *arg, const struct ber_message *message, const struct hwatt_error *error)
{
	struct survey *s = arg;
	struct hwatt_error why;
	const struct hwatt_error *err = line_over(s->line, error, &why);
	struct fetch *f = &s->fetch;
	if (message == NULL) {
		missed(s, err);
		return;
	}
	heard(s);
	s->unanswered = 0;
	if (message->error_status != 0) {
		fetch_refused(s, message);
		step(s);
		return;
	}
	size_t n = message->count < f->asked ? message->count : f->asked;
	for (size_t i = 0; i < n; i++) {
		keep_fetched(s, f->at + i, &message->varbinds[i]);
		if (s->phase == PHASE_PROBES)
			settle_probes(s, f->at + i, f->at + n, &message->varbinds[i]);
	}
	f->at += n > 0 ? n : 1; /* an empty answer would be asked for ever */
	step(s);
}

/* Which profiles. */
static bool of_id(const struct survey *s, const struct family *f)
{
	for (size_t i = 0; i < f->object_id_count; i++)
		if (s->object_oid.length > 0 && ber_oid_below(s->object_oid, f->object_ids[i]))
			return true;
	return false;
}

static bool fits(const struct survey *s, const struct family *f, bool *by_id)
{
	*by_id = of_id(s, f);
	if (f->description != NULL && regexec(f->description, s->description, 0, NULL, 0) != 0)
		return false;
	for (size_t i = 0; i < f->probe_count; i++)
		if (s->hits[f->probes[i]])
			return true;
	for (size_t i = 0; *by_id && s->last_resort && !f->supplement && i < f->reading_count; i++)
		if (f->readings[i].source.object != NO_OBJECT && s->hits[f->readings[i].source.object])
			return true;
	return f->probe_count == 0 && (f->object_id_count == 0 || *by_id);
}

static bool excluded(const struct survey *s, const char *name)
{
	for (size_t i = 0; i < s->family_count; i++)
		for (size_t j = 0; j < s->families[i]->without_count; j++)
			if (strcmp(s->families[i]->without[j], name) == 0)
				return true;
	return false;
}

static const char *why(struct survey *s, const struct family *f, bool by_id, bool forced)
{
	if (forced)
		return "as it was told to";
	if (by_id)
		return hwatt_arena_printf(s->arena, "sysObjectID %s", s->object_id);
	for (size_t i = 0; i < f->probe_count; i++)
		if (s->hits[f->probes[i]])
			return hwatt_arena_printf(s->arena, "it answers below %s", s->book->objects[f->probes[i]].text);
	if (f->description != NULL)
		return "its sysDescr";
	return s->object_id[0] == '\0' ? "no profile fits, as it shows no sysObjectID: see what its agent lets this host, community or user read" :
	       hwatt_arena_printf(s->arena, "no profile is made for sysObjectID %s: set one with \"profile\", or make one from what "
				  "`hallwatt record` writes down", s->object_id);
}

/* Takes the families that fit and makes room for what they speak of. */
static void choose(struct survey *s)
{
	const char *others = "";
	s->family_count = 0;
	for (int pass = 0; pass < 2; pass++) { /* a family's own profiles before the standards */
		for (size_t i = 0; i < s->book->family_count && s->family_count < SURVEY_MAX_FAMILIES; i++) {
			const struct family *f = &s->book->families[i];
			bool by_id, forced = strcmp(f->name, s->forced) == 0;
			bool own = s->forced[0] != '\0' ? forced : !f->supplement;
			if (own != (pass == 0))
				continue;
			if (s->forced[0] != '\0' && !forced && !f->supplement)
				continue;
			bool fit = fits(s, f, &by_id) || forced;
			if (!fit || excluded(s, f->name))
				continue;
			s->families[s->family_count++] = f;
			book_open(s->book, f);
			if (s->family_count == 1)
				s->reason = why(s, f, by_id, forced);
			else
				others = hwatt_arena_printf(s->arena, "%s%s %s", others, others[0] != '\0' ? "," : "", f->name);
		}
	}
	if (others[0] != '\0')
		s->reason = hwatt_arena_printf(s->arena, "%s; with%s", s->reason, others);
	s->object_count = s->book->object_count;
}

static void want(bool *asked, const struct reference *at)
{
	if (at->object != NO_OBJECT)
		asked[at->object] = true;
}

static void want_source(bool *asked, const struct family_source *from)
{
	if (from->object != NO_OBJECT)
		asked[from->object] = true;
	const struct reference *single[] = { &from->index, &from->unit, &from->times, &from->divide, &from->by_sign,
					     &from->zero_with, &from->lines, &from->stamp };
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		want(asked, single[i]);
	const struct family_list *lists[] = { &from->names, &from->plus, &from->minus, &from->counted };
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < lists[i]->count; j++)
			want(asked, &lists[i]->items[j]);
	for (size_t i = 0; i < from->exponent_count; i++)
		want(asked, &from->exponents[i].at);
	for (size_t i = 0; i < from->where_count; i++)
		want(asked, &from->where[i].at);
	for (size_t i = 0; i < from->when_count; i++)
		want(asked, &from->when[i].at);
}

static void want_part(bool *asked, const struct family_part *part)
{
	const struct family_list *lists[] = { &part->models, &part->firmwares };
	want_source(asked, &part->source);
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < lists[i]->count; j++)
			want(asked, &lists[i]->items[j]);
	for (size_t i = 0; i < part->empty_count; i++)
		want(asked, &part->empty[i].at);
}

/* Makes a column for each object that the chosen families speak of. */
static void make_columns(struct survey *s)
{
	bool *asked = hwatt_alloc(s->object_count + 1);
	for (size_t i = 0; i < s->family_count; i++) {
		const struct family *f = s->families[i];
		for (size_t j = 0; j < f->reading_count; j++)
			want_source(asked, &f->readings[j].source);
		for (size_t j = 0; j < f->identity_count; j++)
			want_source(asked, &f->identity[j].source);
		for (size_t j = 0; j < f->part_count; j++)
			want_part(asked, &f->parts[j]);
	}
	uint16_t count = 0;
	s->column_of = take(s, (s->object_count + 1) * sizeof(*s->column_of));
	for (size_t i = 0; i < s->object_count; i++)
		if (asked[i] && count < UINT16_MAX)
			s->column_of[i] = ++count;
	s->columns = take(s, (count + 1u) * sizeof(*s->columns)); /* the first is nobody's */
	s->wanted = take(s, (count + 1u) * sizeof(*s->wanted));
	free(asked);
}

/* Puts what has columns into `wanted`: scalars or columns. */
static void list_wanted(struct survey *s, bool scalars)
{
	s->wanted_count = s->walked = 0;
	for (size_t i = 0; i < s->object_count; i++) {
		if (s->column_of[i] == 0 || s->book->objects[i].scalar != scalars)
			continue;
		size_t at = s->wanted_count++; /* sorted by OID: columns of a table side by side */
		while (at > 0 && ber_oid_compare(s->book->objects[s->wanted[at - 1]].oid, s->book->objects[i].oid) > 0) {
			s->wanted[at] = s->wanted[at - 1];
			at--;
		}
		s->wanted[at] = (int)i;
	}
}

static void list_probes(struct survey *s)
{
	s->wanted_count = s->book->probe_count;
	if (s->wanted_count > 0)
		memcpy(s->wanted, s->book->probes, s->wanted_count * sizeof(*s->wanted));
}

/* Whether a family of its own is known, and not only standards. */
static bool has_own(const struct survey *s)
{
	for (size_t i = 0; i < s->family_count; i++)
		if (!s->families[i]->supplement)
			return true;
	return false;
}

/* What the families of the device's sysObjectID read, as probes: where it shows none of the objects that they are known by. */
static void list_last_resort(struct survey *s)
{
	s->wanted_count = 0;
	if (s->forced[0] != '\0' || has_own(s))
		return;
	for (size_t i = 0; i < s->book->family_count; i++)
		if (!s->book->families[i].supplement && of_id(s, &s->book->families[i]))
			book_open(s->book, &s->book->families[i]);
	size_t objects = s->book->object_count;
	bool *asked = take(s, objects + 1), *hits = take(s, objects + 1);
	memcpy(hits, s->hits, s->hit_count * sizeof(*hits));
	s->hits = hits;
	s->hit_count = objects;
	s->wanted = take(s, (objects + 1) * sizeof(*s->wanted));
	for (size_t i = 0; i < s->book->family_count; i++) {
		const struct family *f = &s->book->families[i];
		for (size_t j = 0; !f->supplement && of_id(s, f) && j < f->reading_count; j++) {
			int object = f->readings[j].source.object;
			if (object == NO_OBJECT || asked[object])
				continue;
			s->wanted[s->wanted_count++] = object;
			asked[object] = true;
		}
	}
	s->last_resort = s->wanted_count > 0;
}

static struct ber_oid entry(const struct survey *s, int object)
{
	struct ber_oid oid = s->book->objects[object].oid;
	do
		oid.length--;
	while (oid.length > 0 && (oid.bytes[oid.length - 1] & 0x80u) != 0);
	return oid;
}

/* The next columns of one table; false when all are walked. */
static bool next_walk(struct survey *s)
{
	struct walk *w = &s->walk;
	w->count = 0;
	w->narrow = false;
	while (s->walked < s->wanted_count && w->count < SURVEY_WIDTH) {
		int object = s->wanted[s->walked];
		if (w->count > 0) {
			struct ber_oid a = entry(s, w->objects[0]), b = entry(s, object);
			if (a.length != b.length || !ber_oid_below(a, b))
				break;
		}
		w->objects[w->count] = object;
		w->after[w->count] = (struct ber_oid){ NULL, 0 };
		w->over[w->count++] = false;
		s->walked++;
	}
	return w->count > 0;
}

static struct ber_oid join(struct ber_oid column, struct ber_oid row, uint8_t out[BER_MAX_OID * 2])
{
	memcpy(out, column.bytes, column.length);
	if (row.length > 0)
		memcpy(out + column.length, row.bytes, row.length);
	return (struct ber_oid){ out, column.length + row.length };
}

static void send_walk(struct survey *s)
{
	struct walk *w = &s->walk;
	struct ber_oid oids[SURVEY_WIDTH];
	uint8_t full[SURVEY_WIDTH][BER_MAX_OID * 2];
	unsigned room = w->narrow ? 1 : s->line->octets / s->varbind_octets, n = 0;
	for (unsigned i = 0; i < w->count && n < (room > 0 ? room : 1); i++) {
		if (w->over[i])
			continue;
		oids[n] = join(s->book->objects[w->objects[i]].oid, w->after[i], full[n]);
		w->asked[n++] = i;
	}
	unsigned repetitions = room / n;
	if (repetitions > s->line->max_repetitions)
		repetitions = s->line->max_repetitions;
	bool bulk = s->line->version != BER_V1 && repetitions > 1;
	w->repetitions = bulk ? repetitions : 1;
	w->asked_count = n;
	if (!post(s, bulk ? BER_GETBULK : BER_GETNEXT, oids, n, w->repetitions, walked)) {
		assert(n == 1); /* eight OIDs fit */
		end(s, NULL);
	}
}

/* One variable of a walk: a cell more, or the end of its column. */
static void keep_walked(struct survey *s, unsigned which, const struct ber_varbind *v)
{
	struct walk *w = &s->walk;
	int object = w->objects[which];
	const struct ber_oid column = s->book->objects[object].oid;
	if (w->over[which])
		return;
	if (ber_is_exception(v->type) || !ber_oid_below(v->oid, column) || v->oid.length == column.length) {
		w->over[which] = true;
		return;
	}
	struct ber_oid row = { v->oid.bytes + column.length, v->oid.length - column.length };
	if (w->after[which].length > 0 && ber_oid_compare(row, w->after[which]) <= 0) {
		hwatt_target_warn(s->line->target, "the agent walks in a circle below %s; the walk was ended",
				  s->book->objects[object].text);
		w->over[which] = true;
		return;
	}
	const struct column *known = &s->columns[s->column_of[object]];
	if (known->count >= SURVEY_MAX_ROWS || s->cells >= SURVEY_MAX_CELLS) {
		hwatt_target_warn(s->line->target, "more rows below %s than are read; the rest was left out",
				  s->book->objects[object].text);
		w->over[which] = true;
		return;
	}
	keep(s, object, row, v);
	w->after[which] = known->cells[known->count - 1].row;
}

static void warn_unanswered(const struct survey *s, int object)
{
	hwatt_target_warn(s->line->target, "the agent gives no answer for %s; it was left out", s->book->objects[object].text);
}

/* The agent could not answer this: less at once, or, at the least, without the column that it stumbles over. */
static void less(struct survey *s)
{
	struct walk *w = &s->walk;
	if (line_shrink(s->line))
		return;
	if (w->asked_count > 1 || w->repetitions > 1) {
		w->narrow = true;
		return;
	}
	warn_unanswered(s, w->objects[w->asked[0]]);
	w->over[w->asked[0]] = true;
}

/* Whether what was asked last cannot be asked for in a smaller request. */
static bool least(const struct survey *s)
{
	if (s->phase != PHASE_TABLES)
		return s->fetch.asked == 1;
	return s->line->octets <= LINE_LEAST_OCTETS && s->walk.asked_count == 1 && s->walk.repetitions == 1;
}

static void less_than_unanswered(struct survey *s)
{
	struct fetch *f = &s->fetch;
	if (s->phase == PHASE_TABLES) {
		less(s);
	} else if (f->asked > 1) {
		f->chunk = f->asked / 2;
	} else {
		if (s->phase == PHASE_SCALARS)
			warn_unanswered(s, f->objects[f->at]);
		f->at++;
	}
	s->deaf = true;
	s->unanswered = 0;
}

/* The device answers, but did not answer what was asked before: again, or less, when that was so before. */
static void checked(void *arg, const struct ber_message *message, const struct hwatt_error *error)
{
	struct survey *s = arg;
	struct hwatt_error why;
	const struct hwatt_error *err = line_over(s->line, error, &why);
	if (message == NULL) {
		missed(s, err);
		return;
	}
	heard(s);
	s->checking = false;
	s->unanswered++;
	if (s->unanswered >= (least(s) ? LAST_PROOFS : s->deaf ? 1 : PROOFS))
		less_than_unanswered(s);
	step(s);
}

static void walked(void *arg, const struct ber_message *message, const struct hwatt_error *error)
{
	struct survey *s = arg;
	struct hwatt_error why;
	const struct hwatt_error *err = line_over(s->line, error, &why);
	struct walk *w = &s->walk;
	if (message == NULL) {
		missed(s, err);
		return;
	}
	heard(s);
	s->unanswered = 0;
	if (message->error_status == BER_NO_SUCH_NAME) { /* v1: the end of all that this agent has */
		int64_t index = message->error_index;
		w->over[w->asked[index >= 1 && index <= (int64_t)w->asked_count ? index - 1 : 0]] = true;
	} else if (message->error_status != 0 || message->count == 0) {
		less(s);
	} else {
		for (size_t i = 0; i < message->count && i < (size_t)w->asked_count * w->repetitions; i++)
			keep_walked(s, w->asked[i % w->asked_count], &message->varbinds[i]);
		unsigned octets = (unsigned)(message->length / message->count);
		if (octets > 0)
			s->varbind_octets = (s->varbind_octets + octets + 1) / 2;
	}
	step(s);
}

/* Takes the next step of the phase; goes on to the next phase when it is done. */
static void step(struct survey *s)
{
	if (s->requests >= SURVEY_MAX_REQUESTS) {
		hwatt_target_warn(s->line->target, "the device has more to tell than %u requests can read", SURVEY_MAX_REQUESTS);
		s->phase = PHASE_OVER;
	}
	if ((s->moved && line_late(s->line)) || hwatt_target_time_left_ms(s->line->target) < LEAST_MS)
		return; /* it could not be answered in time: goes on with the next poll */
	if (s->checking) {
		send_check(s);
		return;
	}
	while (s->phase != PHASE_OVER) {
		bool fetching = s->phase != PHASE_TABLES;
		if (fetching && s->fetch.at < s->fetch.count) {
			send_fetch(s);
			return;
		}
		if (!fetching) {
			bool open = false;
			for (unsigned i = 0; i < s->walk.count; i++)
				open = open || !s->walk.over[i];
			if (open || next_walk(s)) {
				send_walk(s);
				return;
			}
		}
		s->phase++;
		if (s->phase == PHASE_PROBES)
			list_probes(s);
		if (s->phase == PHASE_LAST_RESORT || (s->phase == PHASE_SCALARS && s->last_resort))
			choose(s);
		if (s->phase == PHASE_LAST_RESORT)
			list_last_resort(s);
		if (s->phase == PHASE_SCALARS)
			make_columns(s);
		if (s->phase == PHASE_SCALARS || s->phase == PHASE_TABLES)
			list_wanted(s, s->phase == PHASE_SCALARS);
		s->fetch = (struct fetch){ .objects = s->wanted, .count = s->wanted_count, .chunk = FETCH_AT_ONCE };
	}
	end(s, NULL);
}

size_t survey_families(const struct survey *s, const struct family *const **out)
{
	*out = s->families;
	return s->family_count;
}

const char *survey_reason(const struct survey *s)
{
	return s->reason;
}

const char *survey_description(const struct survey *s)
{
	return s->description;
}

const char *survey_object_id(const struct survey *s)
{
	return s->object_id;
}

const struct column *survey_column(const struct survey *s, int object)
{
	static const struct column none = { 0 };
	bool asked = s->columns != NULL && (size_t)object < s->object_count && s->column_of[object] != 0;
	return asked ? &s->columns[s->column_of[object]] : &none;
}

static const struct cell *find(const struct column *column, struct ber_oid row)
{
	size_t low = 0, high = column->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int c = ber_oid_compare(column->cells[middle].row, row);
		if (c == 0)
			return &column->cells[middle];
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct cell *survey_cell(const struct survey *s, const struct reference *at, struct ber_oid row)
{
	if (at->object == NO_OBJECT)
		return NULL;
	const struct column *column = survey_column(s, at->object);
	if (s->book->objects[at->object].scalar)
		return column->count > 0 ? &column->cells[0] : NULL;
	if (at->row == NULL)
		return find(column, row);
	/* The template's arcs, read behind two that any OID may begin with. */
	char text[512] = "1.3.";
	uint8_t bytes[BER_MAX_OID];
	if (!family_expand(at->row, row, text + 4, sizeof(text) - 4))
		return NULL;
	size_t length = ber_oid_parse(text, bytes, sizeof(bytes));
	return length > 1 ? find(column, (struct ber_oid){ bytes + 1, length - 1 }) : NULL;
}

void cell_text(const struct cell *cell, char *out, size_t size)
{
	switch (cell->type) {
	case BER_STRING:
		hwatt_text_clean(out, size, cell->bytes, cell->length);
		break;
	case BER_OID:
		ber_oid_format((struct ber_oid){ cell->bytes, cell->length }, out, size);
		break;
	case BER_COUNTER64:
		snprintf(out, size, "%" PRIu64, (uint64_t)cell->number);
		break;
	case BER_INTEGER:
	case BER_COUNTER32:
	case BER_GAUGE32:
	case BER_TIMETICKS:
		snprintf(out, size, "%" PRId64, cell->number);
		break;
	default:
		out[0] = '\0';
	}
}

static bool among(const struct hwatt_list *numbers, int64_t number)
{
	for (size_t i = 0; i < numbers->count; i++)
		if (((const int64_t *)numbers->items)[i] == number)
			return true;
	return false;
}

static bool text_holds(const struct family_condition *c, const struct cell *cell)
{
	char text[SURVEY_TEXT + 1];
	if (c->is->text.count == 0 && c->matches == NULL && c->matches_not == NULL)
		return true;
	cell_text(cell, text, sizeof(text));
	bool found = c->is->text.count == 0;
	for (size_t i = 0; i < c->is->text.count; i++)
		found = found || strcmp(((const char *const *)c->is->text.items)[i], text) == 0;
	return found && (c->matches == NULL || regexec(c->matches, text, 0, NULL, 0) == 0) &&
	       (c->matches_not == NULL || regexec(c->matches_not, text, 0, NULL, 0) != 0);
}

bool cell_holds(const struct family_condition *c, const struct cell *cell)
{
	if (cell == NULL || cell->type == BER_NULL || ber_is_exception(cell->type))
		return c->is->missing;
	bool whole = cell->type == BER_INTEGER || cell->type == BER_COUNTER32 || cell->type == BER_GAUGE32 ||
		     cell->type == BER_TIMETICKS || cell->type == BER_COUNTER64;
	bool bounded = c->is->min > -SNMP_UNBOUNDED || c->is->max < SNMP_UNBOUNDED;
	if (!whole && (c->is->is.count > 0 || bounded))
		return false;
	if (c->is->is.count > 0 && !among(&c->is->is, cell->number))
		return false;
	if (whole && among(&c->is->is_not, cell->number))
		return false;
	if (bounded && (cell->number < c->is->min || cell->number > c->is->max))
		return false;
	return text_holds(c, cell);
}
