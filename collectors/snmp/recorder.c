/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "recorder.h"
#include "scrub.h"
#include "snmprec.h"
#include <stdlib.h>
#include <string.h>

#define MAX_SILENCES 3u          /* requests in a row without an answer */
#define TYPICAL_VARBIND 36u
#define NOTE_EVERY 500u          /* rows between two words to who waits */

struct recorder {
	const struct book *book;
	struct line *line;
	struct hwatt_recording *order;
	recorder_done *done;
	void *arg;
	struct hwatt_arena *arena;
	struct ber_oid *roots;       /* sorted, none below another */
	size_t root_count, root_capacity, root;
	struct scrub_places places;
	struct ber_oid last;         /* where the walk stands */
	uint8_t last_bytes[BER_MAX_OID];
	struct snmprec rec;
	size_t noted;
	unsigned silences, repetitions, varbind_octets;
	bool whole;                  /* nothing was missed */
	uint8_t packet[LINE_PACKET];
};

static void ask(struct recorder *r);

/* What to walk. */
static void add_root(struct recorder *r, struct ber_oid oid)
{
	if (r->root_count == r->root_capacity) {
		r->root_capacity = r->root_capacity > 0 ? r->root_capacity * 2 : 32;
		r->roots = hwatt_realloc(r->roots, r->root_capacity * sizeof(*r->roots));
	}
	r->roots[r->root_count++] = oid;
}

static void add_root_text(struct recorder *r, const char *text)
{
	uint8_t *bytes = hwatt_arena_alloc(r->arena, BER_MAX_OID);
	size_t length = ber_oid_parse(text, bytes, BER_MAX_OID);
	if (length > 0)
		add_root(r, (struct ber_oid){ bytes, length });
}

static void add_enterprise(struct recorder *r, const char *object_id)
{
	static const char enterprises[] = "1.3.6.1.4.1.";
	size_t n = sizeof(enterprises) - 1;
	if (strncmp(object_id, enterprises, n) != 0)
		return;
	n += strcspn(object_id + n, ".");
	add_root_text(r, hwatt_arena_strndup(r->arena, object_id, n));
}

/* A walk begins behind its root: a scalar's is the object without the 0. */
static struct ber_oid object_root(const struct object *object)
{
	struct ber_oid oid = object->oid;
	if (object->scalar)
		oid.length--;
	return oid;
}

static void add_families(struct recorder *r, const struct survey *survey)
{
	const struct family *const *families;
	size_t count = survey_families(survey, &families);
	for (size_t i = 0; i < r->book->object_count; i++)
		if (survey_column(survey, (int)i)->count > 0)
			add_root(r, object_root(&r->book->objects[i]));
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < families[i]->probe_count; j++)
			add_root(r, object_root(&r->book->objects[families[i]->probes[j]]));
}

static int compare_roots(const void *a, const void *b)
{
	return ber_oid_compare(*(const struct ber_oid *)a, *(const struct ber_oid *)b);
}

static void settle_roots(struct recorder *r)
{
	size_t kept = 0;
	qsort(r->roots, r->root_count, sizeof(*r->roots), compare_roots);
	for (size_t i = 1; i < r->root_count; i++)
		if (!ber_oid_below(r->roots[i], r->roots[kept]))
			r->roots[++kept] = r->roots[i];
	r->root_count = kept + 1;
}

/* The whole object, or, where conditions choose the rows (a table of all kinds of values), only those rows. */
static void note_serial(struct recorder *r, const struct survey *survey, const struct family_source *from)
{
	const struct object *object = &r->book->objects[from->object];
	const struct column *column = survey_column(survey, from->object);
	if (from->where_count == 0) {
		scrub_serial(&r->places, object_root(object));
		return;
	}
	for (size_t i = 0; i < column->count; i++) {
		const struct cell *cell = &column->cells[i];
		bool fits = true;
		for (size_t w = 0; w < from->where_count && fits; w++)
			fits = cell_holds(&from->where[w], survey_cell(survey, &from->where[w].at, cell->row));
		if (!fits)
			continue;
		uint8_t *bytes = hwatt_arena_alloc(r->arena, object->oid.length + cell->row.length);
		memcpy(bytes, object->oid.bytes, object->oid.length);
		memcpy(bytes + object->oid.length, cell->row.bytes, cell->row.length);
		scrub_serial(&r->places, (struct ber_oid){ bytes, object->oid.length + cell->row.length });
	}
}

/* Whether a family tells by this object which rows count, or what they are: then its texts are the maker's words. */
static bool decides(const struct family *f, int object)
{
	for (size_t i = 0; i < f->reading_count; i++) {
		const struct family_source *from = &f->readings[i].source;
		bool used = from->index.object == object || from->unit.object == object;
		for (size_t w = 0; w < from->where_count; w++)
			used = used || from->where[w].at.object == object;
		if (used)
			return true;
	}
	return false;
}

/* Names in tables of the standards are the maker's, but for ifAlias and its like, which are scrubbed in any case. */
static bool of_standard(const struct object *object)
{
	static const uint8_t mib_2[] = { 0x2b, 6, 1, 2, 1 };
	return ber_oid_below(object->oid, (struct ber_oid){ mib_2, sizeof(mib_2) });
}

/* Outlets and ports have names that people gave; so have inlets, banks and sensors, but not those of servers and switches. */
static bool named_by_people(const struct family *f, enum hwatt_role role)
{
	if (role == HWATT_OUTLET || role == HWATT_POE_PORT)
		return true;
	if (role != HWATT_INLET && role != HWATT_PHASE && role != HWATT_BANK && role != HWATT_SENSOR)
		return false;
	for (size_t i = 0; i < f->reading_count; i++)
		if (f->readings[i].is.role == HWATT_PSU || f->readings[i].is.role == HWATT_CHASSIS || f->readings[i].is.role == HWATT_CPU ||
		    f->readings[i].is.role == HWATT_INTERFACE)
			return false;
	return true;
}

/* Where the profiles say that serials and names stand which people gave. */
static void note_places(struct recorder *r, const struct survey *survey)
{
	const struct family *const *families;
	size_t count = survey_families(survey, &families);
	for (size_t i = 0; i < count; i++) {
		const struct family *f = families[i];
		for (size_t j = 0; j < f->identity_count; j++) {
			int object = f->identity[j].source.object;
			if (f->identity[j].part == HWATT_ID_SERIAL && object != NO_OBJECT)
				note_serial(r, survey, &f->identity[j].source);
		}
		for (size_t j = 0; j < f->part_count; j++)
			note_serial(r, survey, &f->parts[j].source);
		for (size_t j = 0; j < f->reading_count; j++) {
			const struct family_reading *reading = &f->readings[j];
			if (!named_by_people(f, reading->is.role))
				continue;
			for (size_t n = 0; n < reading->source.names.count; n++) {
				int object = reading->source.names.items[n].object;
				if (!decides(f, object) && !of_standard(&r->book->objects[object]))
					scrub_name(&r->places, object_root(&r->book->objects[object]));
			}
		}
	}
}

struct recorder *recorder_new(const struct book *book, const struct survey *survey, struct line *line,
			      struct hwatt_recording *order, recorder_done *done, void *arg)
{
	struct recorder *r = hwatt_alloc(sizeof(*r));
	r->book = book;
	r->line = line;
	r->order = order;
	r->done = done;
	r->arg = arg;
	r->arena = hwatt_arena_new();
	r->varbind_octets = TYPICAL_VARBIND;
	r->whole = true;
	if (order->all) {
		add_root_text(r, "1.0"); /* IEEE 802.1 */
		add_root_text(r, "1.2"); /* IEEE 802.3 */
		add_root_text(r, "1.3");
	} else {
		add_root_text(r, "1.3.6.1.2.1");
		add_enterprise(r, survey_object_id(survey));
		add_families(r, survey);
	}
	settle_roots(r);
	note_places(r, survey);
	r->last = r->roots[0];
	return r;
}

void recorder_free(struct recorder *r)
{
	if (r == NULL)
		return;
	line_cancel(r->line);
	snmprec_free(&r->rec);
	scrub_places_free(&r->places);
	hwatt_arena_free(r->arena);
	free(r->roots);
	free(r);
}

void recorder_end(struct recorder *r)
{
	if (r == NULL)
		return;
	struct scrub_result result = { 0 };
	if (r->order->scrub)
		result = scrub_rows(&r->rec, &r->places, r->line->community);
	if (result.full)
		hwatt_target_warn(r->line->target, "there are more names, serials and addresses than can be hidden: look for what is left");
	snmprec_sort(&r->rec);
	r->order->rows = r->rec.count;
	r->order->replaced = result.replaced;
	r->order->left_out = result.left_out;
	r->order->cut = !r->whole || r->root < r->root_count;
	snmprec_write(&r->rec, r->order->out);
}

/* The walk. */
static void next_root(struct recorder *r)
{
	if (++r->root < r->root_count)
		r->last = r->roots[r->root];
}

/* Takes one variable; false when this walk is over. */
static bool keep(struct recorder *r, const struct ber_varbind *v)
{
	if (ber_is_exception(v->type) || !ber_oid_below(v->oid, r->roots[r->root]))
		return false;
	if (ber_oid_compare(v->oid, r->last) <= 0) {
		char at[256];
		ber_oid_format(r->roots[r->root], at, sizeof(at));
		hwatt_target_warn(r->line->target, "the agent walks in a circle below %s; the walk was ended", at);
		r->whole = false;
		return false;
	}
	snmprec_add(&r->rec, v);
	memcpy(r->last_bytes, v->oid.bytes, v->oid.length);
	r->last = (struct ber_oid){ r->last_bytes, v->oid.length };
	return true;
}

/* The agent could not answer: less at once, or, at the least, without the rest of what it stumbles in. */
static void less(struct recorder *r)
{
	char at[256];
	if (line_shrink(r->line))
		return;
	ber_oid_format(r->last, at, sizeof(at));
	hwatt_target_warn(r->line->target, "the agent gives no answer for what follows %s; it was left out", at);
	r->whole = false;
	next_root(r);
}

static void take(struct recorder *r, const struct ber_message *message)
{
	for (size_t i = 0; i < message->count && i < r->repetitions; i++) {
		if (!keep(r, &message->varbinds[i])) {
			next_root(r);
			break;
		}
	}
	unsigned octets = (unsigned)(message->length / message->count);
	if (octets > 0)
		r->varbind_octets = (r->varbind_octets + octets + 1) / 2;
}

static void answered(void *arg, const struct ber_message *message, const struct hwatt_error *error)
{
	struct recorder *r = arg;
	struct hwatt_error why;
	const struct hwatt_error *err = line_over(r->line, error, &why);
	if (message == NULL) {
		if (++r->silences > MAX_SILENCES) {
			r->done(r->arg, err);
			return;
		}
		line_shrink(r->line);
		ask(r);
		return;
	}
	r->silences = 0;
	if (message->error_status == BER_NO_SUCH_NAME) /* v1: the end of all that this agent has */
		next_root(r);
	else if (message->error_status != 0 || message->count == 0)
		less(r);
	else
		take(r, message);
	ask(r);
}

static bool full(struct recorder *r)
{
	if (r->rec.count < RECORDER_MAX_ROWS && r->rec.octets < RECORDER_MAX_OCTETS)
		return false;
	hwatt_target_warn(r->line->target, "the device has more to tell than a recording takes; the rest was left out");
	return true;
}

static void ask(struct recorder *r)
{
	if (r->order->progress != NULL && r->rec.count >= r->noted + NOTE_EVERY) {
		r->noted = r->rec.count;
		r->order->progress(r->order->arg, r->rec.count);
	}
	if (r->root >= r->root_count || full(r)) {
		r->done(r->arg, NULL);
		return;
	}
	unsigned room = r->line->octets / r->varbind_octets;
	room = room < 1 ? 1 : room > r->line->max_repetitions ? r->line->max_repetitions : room;
	bool bulk = r->line->version != BER_V1 && room > 1;
	r->repetitions = bulk ? room : 1;
	struct ber_request request = { .version = (enum ber_version)r->line->version, .community = r->line->community,
				       .pdu = bulk ? BER_GETBULK : BER_GETNEXT, .max_repetitions = r->repetitions,
				       .oids = &r->last, .count = 1 };
	size_t id_at, length = ber_encode(&request, r->packet, sizeof(r->packet), &id_at);
	if (length == 0) { /* an OID this long fits no packet */
		r->whole = false;
		r->root = r->root_count;
		r->done(r->arg, NULL);
		return;
	}
	line_send(r->line, r->packet, length, id_at, NULL, answered, r);
}

void recorder_run(struct recorder *r)
{
	ask(r);
}
