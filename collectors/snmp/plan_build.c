/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* plan_build.c - from a survey to a plan: which points there are, and how their values become requests. */
#include "plan.h"
#include <assert.h>
#include <hallwatt/text.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MICRO INT64_C(1000000)
#define TEXT_REGISTER_DIGITS 3 /* a register told as text counts in thousandths of its unit */
#define MESSAGE_OCTETS 60u     /* of an answer, without its varbinds */
#define GROWTH 2u              /* octets that a text may grow by after the survey */
#define SHORT_VARBIND 120u     /* with so many octets in OID and value their lengths take one each, and many agents write that of both in three */
#define UPTIME_OCTETS 24u      /* of sysUpTime.0's variable */
#define FEWEST_IN_BULK 4u      /* fewer rows than these are asked for by GET */
#define MOST_IN_GET 64u        /* variables */

struct input {
	int object; /* NO_OBJECT: sysUpTime */
	uint32_t cell;
	uint16_t request;
};

struct missed { /* a reading some of whose rows hold "not supported" */
	const struct family_reading *reading;
	unsigned rows;
};

struct rider { /* a stamp that is read with the values where that costs no request */
	size_t point;
	int object;
	const struct cell *cell;
};

struct builder {
	const struct survey *survey;
	const struct hwatt_identity *who;
	struct book *book;
	struct line *line;
	struct plan *plan;
	struct plan_hold *hold;
	struct input *inputs;
	int32_t **input_of; /* by object, by cell: its input + 1 */
	uint64_t *claims;   /* hashes of role, quantity, index; open addressing */
	size_t claim_count, claim_capacity;
	unsigned seen[HWATT_ROLES][HWATT_QUANTITIES];
	struct missed *missed;
	struct rider *riders;
	size_t rider_count, rider_capacity;
	uint32_t riding;    /* cells of tables that the last GET asks for */
	size_t input_capacity, missed_count, missed_capacity, request_capacity, expect_capacity, point_capacity,
		when_capacity, ref_capacity, term_capacity, fixed_capacity, handle_capacity;
};

/* Room for one more element of `size` octets. */
static void *grown(void *array, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return array;
	*capacity = *capacity > 0 ? *capacity * 2 : 16;
	return hwatt_realloc(array, *capacity * size);
}

static uint64_t claim_hash(const struct family_reading *r, const char *index)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ ((uint64_t)r->is.role << 32 | (uint64_t)r->is.quantity);
	h *= UINT64_C(1099511628211);
	for (; *index != '\0'; index++)
		h = (h ^ (uint8_t)*index) * UINT64_C(1099511628211);
	return h != 0 ? h : 1;
}

/* Takes a point (role, quantity, index) for a reading; false when an earlier one has it. */
static bool claim(struct builder *b, uint64_t hash)
{
	if (b->claim_count * 2 >= b->claim_capacity) {
		size_t old = b->claim_capacity, capacity = old > 0 ? old * 2 : 256;
		uint64_t *bigger = hwatt_alloc(capacity * sizeof(*bigger));
		for (size_t i = 0; i < old; i++) {
			size_t at = b->claims[i] & (capacity - 1);
			while (b->claims[i] != 0 && bigger[at] != 0)
				at = (at + 1) & (capacity - 1);
			if (b->claims[i] != 0)
				bigger[at] = b->claims[i];
		}
		free(b->claims);
		b->claims = bigger;
		b->claim_capacity = capacity;
	}
	size_t at = hash & (b->claim_capacity - 1);
	for (; b->claims[at] != 0; at = (at + 1) & (b->claim_capacity - 1))
		if (b->claims[at] == hash)
			return false;
	b->claims[at] = hash;
	b->claim_count++;
	return true;
}

static uint32_t last_arc(struct ber_oid row)
{
	uint32_t arcs[BER_MAX_SUBIDS];
	size_t n = ber_oid_arcs(row, arcs, BER_MAX_SUBIDS);
	return n > 0 ? arcs[n - 1] : 0;
}

static const struct cell *look(const struct builder *b, const struct reference *at, const struct cell *cell)
{
	return survey_cell(b->survey, at, cell->row);
}

/* A whole number in a cell; false when there is none. Texts may hold one. */
static bool whole(const struct cell *cell, int64_t *out)
{
	struct scale_raw raw;
	if (cell == NULL || !scale_read(cell->type, cell->number, cell->bytes, cell->length, &raw) || raw.e10 != 0 ||
	    raw.e2 < 0 || raw.e2 > 32 || __builtin_mul_overflow(raw.mantissa, INT64_C(1) << raw.e2, out))
		return false;
	return true;
}

/* Whether the profile means this row at all. */
static bool row_counts(const struct builder *b, const struct family_source *from, const struct cell *cell)
{
	if (from->row_count > 0) {
		bool named = false;
		for (size_t i = 0; i < from->row_count; i++)
			named = named || from->rows[i] == last_arc(cell->row);
		if (!named)
			return false;
	}
	char row[BER_MAX_SUBIDS * 11];
	if (from->row_matches != NULL &&
	    (!family_expand("{row}", cell->row, row, sizeof(row)) || regexec(from->row_matches, row, 0, NULL, 0) != 0))
		return false;
	int64_t lines;
	if (whole(look(b, &from->lines, cell), &lines) && lines > 0 && last_arc(cell->row) > lines)
		return false;
	for (size_t i = 0; i < from->where_count; i++)
		if (!cell_holds(&from->where[i], look(b, &from->where[i].at, cell)))
			return false;
	return true;
}

/* Whether this is the unit that the object says; NULL when there is no such object. */
static bool unit_is(const struct snmp_unit *u, const struct cell *says)
{
	char text[SURVEY_TEXT + 1];
	int64_t number = 0;
	if (u->missing || says == NULL)
		return u->missing && says == NULL;
	if (u->text[0] == '\0')
		return says->type != BER_STRING && whole(says, &number) && u->is == number;
	cell_text(says, text, sizeof(text));
	return strcmp(u->text, text) == 0;
}

/* The row's own unit; false when the profile does not know it. */
static bool row_unit(const struct builder *b, const struct family_source *from, const struct cell *cell,
		     enum hwatt_profile_unit *unit, int64_t *factor)
{
	const struct cell *says = from->unit_count > 0 ? look(b, &from->unit, cell) : NULL;
	for (size_t i = 0; i < from->unit_count; i++) {
		const struct snmp_unit *u = &from->units[i];
		if (unit_is(u, says)) {
			*unit = (enum hwatt_profile_unit)u->unit;
			*factor = u->scale_micro;
			return true;
		}
	}
	return from->unit_count == 0;
}

/* The scale of one row: the reading's own, its unit column and the factors in other columns. */
static bool row_scale(const struct builder *b, const struct family_reading *r, const struct cell *cell, struct scale *out)
{
	const struct family_source *from = &r->source;
	enum hwatt_profile_unit unit = r->is.unit;
	int64_t factor = MICRO, n;
	if (!row_unit(b, from, cell, &unit, &factor) || !scale_make(&r->is, unit, factor, out))
		return false;
	for (size_t i = 0; i < from->exponent_count; i++) {
		const struct family_exponent *e = &from->exponents[i];
		if (!whole(look(b, &e->at, cell), &n) || n < -100 || n > 100 || !scale_exponent(out, n * e->times + e->plus))
			return false;
	}
	if (from->times.object != NO_OBJECT && !(whole(look(b, &from->times, cell), &n) && scale_times(out, n, 1)))
		return false;
	if (from->divide.object != NO_OBJECT && !(whole(look(b, &from->divide, cell), &n) && scale_times(out, 1, n)))
		return false;
	if (from->by_sign.object != NO_OBJECT) {
		if (!whole(look(b, &from->by_sign, cell), &n) || n == 0 || n == INT64_MIN)
			return false;
		return n > 0 ? scale_times(out, n, 1) : scale_times(out, 1, -n);
	}
	return true;
}

static bool is_absent(const struct family_reading *r, struct scale_raw raw)
{
	const int64_t *numbers = r->is.absent.items;
	for (size_t i = 0; i < r->is.absent.count; i++)
		if (raw.e10 == 0 && raw.e2 == 0 && raw.mantissa == numbers[i])
			return true;
	return false;
}

/* Plausible bounds in the fixed unit. */
static void bounds(const struct family_reading *r, struct plan_point *p)
{
	struct hwatt_profile_reading as_base = { .quantity = r->is.quantity, .scale_micro = MICRO, .divide_micro = MICRO };
	struct scale s;
	p->min = INT64_MIN;
	p->max = INT64_MAX;
	if (!scale_make(&as_base, HWATT_UNIT_BASE, MICRO, &s))
		return;
	struct scale_raw low = { r->is.min_micro, -6, 0 }, high = { r->is.max_micro, -6, 0 };
	if (r->is.has_min && !scale_apply(&s, low, &p->min))
		p->min = INT64_MIN;
	if (r->is.has_max && !scale_apply(&s, high, &p->max))
		p->max = INT64_MAX;
}

/* Adds the terms to a raw value as the survey read them. */
static bool sum(const struct builder *b, const struct family_list *list, int sign, const struct cell *cell,
		struct scale_raw *raw)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct cell *other = look(b, &list->items[i], cell);
		struct scale_raw add;
		if (other == NULL || !scale_read(other->type, other->number, other->bytes, other->length, &add) ||
		    add.e10 != raw->e10 || add.e2 != raw->e2 ||
		    __builtin_add_overflow(raw->mantissa, sign * add.mantissa, &raw->mantissa))
			return false;
	}
	return true;
}

/* Whether the conditions that are looked at with every value can be known, and hold now. */
static bool whens_known(const struct builder *b, const struct family_source *from, const struct cell *cell, bool *hold)
{
	*hold = true;
	for (size_t i = 0; i < from->when_count; i++) {
		const struct cell *at = look(b, &from->when[i].at, cell);
		if (at == NULL && !from->when[i].is->missing)
			return false;
		*hold = *hold && cell_holds(&from->when[i], at);
	}
	return true;
}

/* Whether the value that the survey read is one. */
static bool value_sound(const struct builder *b, const struct family_reading *r, const struct cell *cell,
			const struct plan_point *p, int64_t *value)
{
	struct scale_raw raw;
	int64_t other;
	if (!scale_read(cell->type, cell->number, cell->bytes, cell->length, &raw) || is_absent(r, raw))
		return false;
	if (raw.mantissa == 0 && whole(look(b, &r->source.zero_with, cell), &other) && other != 0)
		return false;
	return sum(b, &r->source.plus, 1, cell, &raw) && sum(b, &r->source.minus, -1, cell, &raw) &&
	       scale_apply(&p->scale, raw, value) && *value >= p->min && *value <= p->max;
}

/* The input of a cell, the same for the same cell. */
static int32_t add_input(struct builder *b, int object, const struct cell *cell)
{
	const struct column *column = survey_column(b->survey, object);
	uint32_t at = (uint32_t)(cell - column->cells);
	if (b->input_of[object] == NULL)
		b->input_of[object] = hwatt_alloc(column->count * sizeof(**b->input_of));
	if (b->input_of[object][at] == 0) {
		b->inputs = grown(b->inputs, b->plan->input_count, &b->input_capacity, sizeof(*b->inputs));
		b->inputs[b->plan->input_count] = (struct input){ .object = object, .cell = at };
		b->input_of[object][at] = (int32_t)++b->plan->input_count;
	}
	return b->input_of[object][at] - 1;
}

static int32_t input_at(struct builder *b, const struct reference *at, const struct cell *cell)
{
	const struct cell *other = look(b, at, cell);
	return other != NULL ? add_input(b, at->object, other) : -1;
}

static uint32_t add_when(struct builder *b, int32_t input, const struct family_condition *is)
{
	struct plan *plan = b->plan;
	for (size_t i = plan->when_count; i > 0 && plan->when_count - i < 64; i--) /* shared by the columns of a row */
		if (plan->whens[i - 1].input == input && plan->whens[i - 1].is == is)
			return (uint32_t)i - 1;
	plan->whens = grown(plan->whens, plan->when_count, &b->when_capacity, sizeof(*plan->whens));
	memset(&plan->whens[plan->when_count], 0, sizeof(*plan->whens));
	plan->whens[plan->when_count].input = input;
	plan->whens[plan->when_count].is = is;
	return (uint32_t)plan->when_count++;
}

static void add_terms(struct builder *b, struct plan_point *p, const struct family_list *list, int sign,
		      const struct cell *cell)
{
	struct plan *plan = b->plan;
	for (size_t i = 0; i < list->count; i++) {
		plan->terms = grown(plan->terms, plan->term_count, &b->term_capacity, sizeof(*plan->terms));
		plan->terms[plan->term_count++] = (struct plan_term){ input_at(b, &list->items[i], cell), sign };
		p->term_count++;
	}
}

/* The inputs that a point needs with every poll. */
static void add_inputs(struct builder *b, struct plan_point *p, const struct family_source *from, const struct cell *cell)
{
	struct plan *plan = b->plan;
	p->input = add_input(b, from->object, cell);
	p->zero_with = input_at(b, &from->zero_with, cell);
	p->first_term = (uint32_t)plan->term_count;
	add_terms(b, p, &from->plus, 1, cell);
	add_terms(b, p, &from->minus, -1, cell);
	p->first_when = (uint32_t)plan->ref_count;
	for (size_t i = 0; i < from->when_count; i++) {
		int32_t input = input_at(b, &from->when[i].at, cell);
		if (input < 0)
			continue; /* not there, which is as good */
		plan->when_refs = grown(plan->when_refs, plan->ref_count, &b->ref_capacity, sizeof(*plan->when_refs));
		plan->when_refs[plan->ref_count++] = add_when(b, input, &from->when[i]);
		p->when_count++;
	}
}

static void point_index(const struct builder *b, const struct family_reading *r, const struct cell *cell,
			char out[HWATT_INDEX_SIZE])
{
	char text[1024], value[SURVEY_TEXT + 1] = "";
	const struct cell *says = look(b, &r->source.index, cell);
	bool scalar = b->book->objects[r->source.object].scalar;
	const char *own = r->is.index[0] != '\0' && strstr(r->is.index, "{value}") == NULL ? r->is.index :
			  scalar ? "1" : "{row}";
	if (says != NULL)
		cell_text(says, value, sizeof(value));
	if ((says == NULL || !family_index(r->source.index_match, r->is.index, value, cell->row, text, sizeof(text))) &&
	    !family_expand(own, cell->row, text, sizeof(text)))
		snprintf(text, sizeof(text), "%u", last_arc(cell->row));
	size_t length = strlen(text);
	if (length < HWATT_INDEX_SIZE) {
		memcpy(out, text, length + 1);
		return;
	}
	uint64_t hash = claim_hash(r, text); /* two long ones must not become one */
	snprintf(out, HWATT_INDEX_SIZE, "%.40s~%016" PRIx64, text, hash);
}

static void point_name(const struct builder *b, const struct family_reading *r, const struct cell *cell,
		       char out[HWATT_NAME_SIZE])
{
	char text[SURVEY_TEXT + 1];
	snprintf(out, HWATT_NAME_SIZE, "%s", r->is.name);
	for (size_t i = 0; out[0] == '\0' && i < r->source.names.count; i++) {
		const struct cell *says = look(b, &r->source.names.items[i], cell);
		if (says == NULL)
			continue;
		cell_text(says, text, sizeof(text));
		hwatt_text_clean(out, HWATT_NAME_SIZE, text, strlen(text));
	}
}

/* Registers: what a count is worth. false when the scale gives no whole number of fixed units. */
static bool register_step(const struct cell *cell, struct plan_point *p)
{
	struct scale s = p->scale;
	if (cell->type == BER_STRING || cell->type == BER_FLOAT || cell->type == BER_DOUBLE) {
		p->digits = TEXT_REGISTER_DIGITS;
		if (!scale_times(&s, 1, 1000))
			return false;
	}
	p->step = scale_step(&s);
	return p->step > 0;
}

static uint64_t register_modulus(const struct family_reading *r, const struct cell *cell)
{
	if (r->is.modulus != 0)
		return (uint64_t)r->is.modulus;
	bool wide = cell->type == BER_COUNTER32 || cell->type == BER_GAUGE32 || cell->type == BER_TIMETICKS;
	return wide ? UINT64_C(1) << 32 : 0;
}

/* `before`: points of this role and quantity that earlier readings gave. */
static int declare(struct builder *b, const struct family_reading *r, const struct cell *cell,
		   const struct plan_point *p, const char *index, unsigned before)
{
	char name[HWATT_NAME_SIZE], source[HWATT_SOURCE_SIZE], row[HWATT_SOURCE_SIZE] = "";
	uint32_t arcs[BER_MAX_SUBIDS];
	size_t n = ber_oid_arcs(cell->row, arcs, BER_MAX_SUBIDS), at = 0;
	for (size_t i = 0; i < n && at + 12 < sizeof(row); i++)
		at += (size_t)snprintf(row + at, sizeof(row) - at, ".%u", arcs[i]);
	point_name(b, r, cell, name);
	snprintf(source, sizeof(source), "%s%.*s", b->book->objects[r->source.object].text, (int)sizeof(source) / 2, row);
	struct hwatt_point point = {
		.role = r->is.role, .quantity = r->is.quantity, .index = index, .name = name[0] != '\0' ? name : NULL,
		.source = source, .modulus = p->step > 0 ? register_modulus(r, cell) : 0, .step = p->step,
		.alternative = r->is.alternative && before > 0,
	};
	return hwatt_target_point(b->line->target, &point);
}

/* Tells the target what marks the present life of a register: a time as it is, a text by its hash. */
static void give_stamp(struct builder *b, const struct family_reading *r, const struct cell *cell, int handle)
{
	const struct cell *says = look(b, &r->source.stamp, cell);
	char text[SURVEY_TEXT + 1];
	int64_t count = 0;
	if (says == NULL || handle < 0)
		return;
	cell_text(says, text, sizeof(text));
	uint64_t stamp = says->type == BER_TIMETICKS ? LIVES_STAMP(says->number) : claim_hash(r, text);
	whole(cell, &count);
	if (text[0] != '\0')
		plan_hold_tell(b->hold, b->line->target, handle, stamp, count);
}

/* Notes the time of the newest point's register, to be read with every poll if there is room. */
static void note_rider(struct builder *b, const struct family_reading *r, const struct cell *cell)
{
	const struct cell *says = look(b, &r->source.stamp, cell);
	if (says == NULL || says->type != BER_TIMETICKS)
		return;
	b->riders = grown(b->riders, b->rider_count, &b->rider_capacity, sizeof(*b->riders));
	b->riders[b->rider_count++] = (struct rider){ b->plan->point_count - 1, r->source.stamp.object, says };
}

/* `handle`: -1 when there was no room for the point. */
static void give_fixed(struct builder *b, int handle, int64_t value)
{
	struct plan_hold *hold = b->hold;
	if (handle < 0)
		return;
	hold->fixed = grown(hold->fixed, hold->fixed_count, &b->fixed_capacity, sizeof(*hold->fixed));
	hold->fixed[hold->fixed_count++] = (struct plan_fixed){ handle, { .value = value } };
}

/* One row of a reading becomes a point, unless it is not there, not measured, or told by an earlier reading. */
static bool add_row(struct builder *b, const struct family_reading *r, const struct cell *cell, unsigned before,
		    bool *sentinel)
{
	struct plan *plan = b->plan;
	struct plan_point p;
	memset(&p, 0, sizeof(p)); /* with what lies between its fields: plans are compared as octets */
	p.reading = r;
	p.zero_with = p.stamp = -1;
	char index[HWATT_INDEX_SIZE];
	int64_t value = 0;
	bool holds;
	*sentinel = false;
	if (!row_counts(b, &r->source, cell) || !whens_known(b, &r->source, cell, &holds) || !row_scale(b, r, cell, &p.scale))
		return false;
	bounds(r, &p);
	bool sound = value_sound(b, r, cell, &p, &value);
	if (!sound) {
		*sentinel = holds;
		return false;
	}
	if (hwatt_quantity_info(r->is.quantity)->counter && !register_step(cell, &p))
		return false;
	point_index(b, r, cell, index);
	if (!claim(b, claim_hash(r, index)) || (r->quirk != NULL && r->quirk->leave_out))
		return false;
	b->seen[r->is.role][r->is.quantity]++;
	int handle = declare(b, r, cell, &p, index, before);
	struct plan_hold *hold = b->hold;
	give_stamp(b, r, cell, handle);
	if (r->is.fixed) {
		give_fixed(b, handle, value);
	} else if (handle >= 0) {
		add_inputs(b, &p, &r->source, cell);
		p.slot = (uint32_t)plan->point_count;
		hold->handles = grown(hold->handles, plan->point_count, &b->handle_capacity, sizeof(*hold->handles));
		hold->handles[p.slot] = handle;
		plan->points = grown(plan->points, plan->point_count, &b->point_capacity, sizeof(*plan->points));
		memcpy(&plan->points[plan->point_count++], &p, sizeof(p));
		note_rider(b, r, cell);
	}
	return true;
}

/* The number of a table's rows, by its longest column: an agent, or who may see but a part of it, leaves some columns out. */
static void add_count(struct builder *b, const struct family_reading *r)
{
	size_t rows = survey_column(b->survey, r->source.object)->count;
	for (size_t i = 0; i < r->source.counted.count; i++) {
		size_t others = survey_column(b->survey, r->source.counted.items[i].object)->count;
		rows = others > rows ? others : rows;
	}
	const char *index = r->is.index[0] != '\0' ? r->is.index : "total";
	if (rows == 0 || !claim(b, claim_hash(r, index)))
		return;
	struct hwatt_point point = { .role = r->is.role, .quantity = r->is.quantity, .index = index,
				     .source = b->book->objects[r->source.object].text };
	b->seen[r->is.role][r->is.quantity]++;
	give_fixed(b, hwatt_target_point(b->line->target, &point), (int64_t)rows);
}

static void add_reading(struct builder *b, const struct family_reading *r)
{
	if (r->source.object == NO_OBJECT || (r->is.only_if_none && b->seen[r->is.role][r->is.quantity] > 0) ||
	    !family_fits(r, b->who->model, b->who->firmware))
		return;
	if (r->source.counted.count > 0) {
		add_count(b, r);
		return;
	}
	const struct column *column = survey_column(b->survey, r->source.object);
	unsigned sentinels = 0, before = b->seen[r->is.role][r->is.quantity];
	for (size_t i = 0; i < column->count; i++) {
		bool sentinel;
		add_row(b, r, &column->cells[i], before, &sentinel);
		sentinels += sentinel;
	}
	if (r->quirk != NULL && column->count > 0)
		hwatt_target_warn(b->line->target, "%s: %s: known fault of this %s%s: %s", hwatt_role_name(r->is.role),
				  hwatt_quantity_info(r->is.quantity)->name, r->quirk->firmware != NULL ? "firmware" : "model",
				  r->quirk->leave_out ? ", left out" : "", r->quirk->why);
	if (sentinels > 0) {
		b->missed = grown(b->missed, b->missed_count, &b->missed_capacity, sizeof(*b->missed));
		b->missed[b->missed_count++] = (struct missed){ r, sentinels };
	}
}

/* Says what the device has an object for and no value. */
static void warn_missed(const struct builder *b)
{
	for (size_t i = 0; i < b->missed_count; i++) {
		const struct family_reading *r = b->missed[i].reading;
		if (b->seen[r->is.role][r->is.quantity] == 0)
			hwatt_target_note(b->line->target, "%s: no %s: %s holds no measurement (%u row%s), left out",
					  hwatt_role_name(r->is.role), hwatt_quantity_info(r->is.quantity)->name,
					  b->book->objects[r->source.object].text, b->missed[i].rows, b->missed[i].rows == 1 ? "" : "s");
	}
}

/* From here on: requests. */
static uint32_t put_octets(struct plan *plan, const void *bytes, size_t length)
{
	if (plan->octet_count + length > plan->octet_capacity) {
		plan->octet_capacity = (plan->octet_count + length) * 2;
		plan->octets = hwatt_realloc(plan->octets, plan->octet_capacity);
	}
	if (length > 0)
		memcpy(plan->octets + plan->octet_count, bytes, length);
	plan->octet_count += length;
	return (uint32_t)(plan->octet_count - length);
}

/* The full OID of a cell. */
static struct ber_oid instance(const struct builder *b, int object, const struct cell *cell, uint8_t out[BER_MAX_OID * 2])
{
	struct ber_oid column = b->book->objects[object].oid;
	memcpy(out, column.bytes, column.length);
	if (cell != NULL && cell->row.length > 0)
		memcpy(out + column.length, cell->row.bytes, cell->row.length);
	return (struct ber_oid){ out, column.length + (cell != NULL ? cell->row.length : 0) };
}

/* Octets that a cell's value may take until the next survey: that of a number may be some 256 times larger by then. */
static size_t value_octets(const struct cell *cell)
{
	size_t octets = 1;
	if (cell->type == BER_COUNTER64)
		return 9;
	if (cell->length > 0)
		return cell->length + GROWTH;
	for (int64_t n = cell->number < 0 ? ~cell->number : cell->number; n > INT8_MAX; n >>= 8)
		octets++;
	return octets + 1;
}

/* Octets that a cell's varbind takes in an answer, at the most. */
static unsigned cell_octets(const struct builder *b, int object, const struct cell *cell)
{
	size_t octets = b->book->objects[object].oid.length + cell->row.length + value_octets(cell);
	return (unsigned)(octets + (octets < SHORT_VARBIND ? 8 : 12));
}

static void add_expect(struct builder *b, struct ber_oid oid, int32_t input)
{
	struct plan *plan = b->plan;
	plan->expects = grown(plan->expects, plan->expect_count, &b->expect_capacity, sizeof(*plan->expects));
	struct plan_expect *e = &plan->expects[plan->expect_count++];
	memset(e, 0, sizeof(*e));
	uint8_t head[PLAN_OID_HEAD] = { BER_OID, (uint8_t)oid.length }; /* a longer one is not compared that way */
	put_octets(plan, head, sizeof(head));
	e->oid = put_octets(plan, oid.bytes, oid.length);
	e->oid_length = (uint16_t)oid.length;
	e->input = input;
}

/* Writes the packet of the request whose expectations begin at `first`. */
static void add_request(struct builder *b, size_t first, enum ber_pdu pdu, const struct ber_oid *oids, size_t count,
			unsigned repetitions)
{
	struct plan *plan = b->plan;
	uint8_t packet[LINE_PACKET];
	size_t id_at;
	struct ber_request ask = { (enum ber_version)b->line->version, b->line->community, pdu, repetitions, oids, count };
	size_t length = ber_encode(&ask, packet, sizeof(packet), &id_at);
	assert(length > 0);
	plan->requests = grown(plan->requests, plan->request_count, &b->request_capacity, sizeof(*plan->requests));
	plan->requests[plan->request_count] = (struct plan_request){
		.packet = put_octets(plan, packet, length), .length = (uint16_t)length, .id_at = (uint16_t)id_at,
		.first_expect = (uint32_t)first, .expect_count = (uint32_t)(plan->expect_count - first),
	};
	for (size_t i = first; i < plan->expect_count; i++)
		if (plan->expects[i].input >= 0)
			b->inputs[plan->expects[i].input].request = (uint16_t)plan->request_count;
	plan->request_count++;
}

struct band { /* consecutive cells of a column that are worth a GETBULK */
	int object;
	uint32_t first, count;
	bool used;
};

/* The band of an object's inputs; count 0 when they are too few or too far apart. */
static struct band band_of(const struct builder *b, int object)
{
	const struct column *column = survey_column(b->survey, object);
	uint32_t first = UINT32_MAX, last = 0, wanted = 0;
	for (uint32_t i = 0; b->input_of[object] != NULL && i < column->count; i++) {
		if (b->input_of[object][i] == 0)
			continue;
		first = first == UINT32_MAX ? i : first;
		last = i;
		wanted++;
	}
	uint32_t span = wanted > 0 ? last - first + 1 : 0;
	bool worth = b->line->version != BER_V1 && b->line->max_repetitions > 1 && wanted >= FEWEST_IN_BULK &&
		     wanted * 5 >= span * 3 && !b->book->objects[object].scalar;
	return (struct band){ object, first, worth ? span : 0, false };
}

/* Whether two bands have the same rows, so that they can stand side by side. */
static bool same_rows(const struct builder *b, const struct band *x, const struct band *y)
{
	const struct column *cx = survey_column(b->survey, x->object), *cy = survey_column(b->survey, y->object);
	if (x->count != y->count)
		return false;
	for (uint32_t i = 0; i < x->count; i++)
		if (ber_oid_compare(cx->cells[x->first + i].row, cy->cells[y->first + i].row) != 0)
			return false;
	return true;
}

struct group { /* bands side by side, and how they are asked for */
	const struct band *bands[SURVEY_WIDTH];
	unsigned width;
	uint32_t rows;
	uint32_t riders;     /* the first so many rows ride along with the GETs */
	unsigned row_octets; /* of an answer, at the most */
	uint32_t room;       /* rows of one answer */
};

/* Puts side by side what has the same rows; how many groups there are. `groups`: room for one of each band. */
static size_t make_groups(const struct builder *b, struct band *bands, struct group *groups)
{
	size_t objects = b->book->object_count, count = 0;
	for (size_t i = 0; i < objects; i++) {
		if (bands[i].count == 0 || bands[i].used)
			continue;
		struct group *g = &groups[count++];
		*g = (struct group){ .rows = bands[i].count, .row_octets = 1 };
		for (size_t j = i; j < objects && g->width < SURVEY_WIDTH; j++) {
			if (bands[j].count == 0 || bands[j].used || !same_rows(b, &bands[i], &bands[j]))
				continue;
			const struct column *column = survey_column(b->survey, bands[j].object);
			unsigned most = 0;
			for (uint32_t k = 0; k < bands[j].count; k++) {
				unsigned octets = cell_octets(b, bands[j].object, &column->cells[bands[j].first + k]);
				most = octets > most ? octets : most;
			}
			bands[j].used = true;
			g->bands[g->width++] = &bands[j];
			g->row_octets += most;
		}
		uint32_t room = b->line->octets > MESSAGE_OCTETS ? (b->line->octets - MESSAGE_OCTETS) / g->row_octets : 0;
		g->room = room < 1 ? 1 : room > b->line->max_repetitions ? b->line->max_repetitions : room;
	}
	return count;
}

static uint32_t requests_for(const struct group *g, uint32_t rows)
{
	return (rows + g->room - 1) / g->room;
}

/* Lets rows of tables ride along in the last GET, which is sent in any case, where that spares a GETBULK. `octets` and
 * `variables` are what that GET has so far. */
static void choose_riders(const struct builder *b, struct group *groups, size_t count, unsigned octets, size_t variables)
{
	if (b->line->apart)
		return;
	for (size_t i = 0; i < count; i++) {
		struct group *g = &groups[i];
		uint32_t rows = g->rows - (requests_for(g, g->rows) - 1) * g->room; /* so many too many for one less */
		if (octets + rows * g->row_octets > b->line->octets || variables + rows * g->width > MOST_IN_GET)
			continue;
		g->riders = rows;
			octets += rows * g->row_octets;
		variables += rows * g->width;
	}
}

/* The input of a group's cell, -1 when nobody wants it. */
static int32_t group_input(const struct builder *b, const struct group *g, unsigned column, uint32_t row)
{
	const struct band *band = g->bands[column];
	return b->input_of[band->object][band->first + row] - 1;
}

/* One GETBULK over rows `from` to `from + rows` of columns side by side. */
static void add_bulk(struct builder *b, const struct group *g, uint32_t from, uint32_t rows)
{
	uint8_t starts[SURVEY_WIDTH][BER_MAX_OID * 2], full[BER_MAX_OID * 2];
	struct ber_oid oids[SURVEY_WIDTH];
	size_t first = b->plan->expect_count;
	for (unsigned c = 0; c < g->width; c++) { /* asked for: what follows the cell before */
		const struct column *column = survey_column(b->survey, g->bands[c]->object);
		uint32_t at = g->bands[c]->first + from;
		oids[c] = instance(b, g->bands[c]->object, at > 0 ? &column->cells[at - 1] : NULL, starts[c]);
	}
	for (uint32_t r = from; r < from + rows; r++) {
		for (unsigned c = 0; c < g->width; c++) {
			const struct column *column = survey_column(b->survey, g->bands[c]->object);
			const struct cell *cell = &column->cells[g->bands[c]->first + r];
			add_expect(b, instance(b, g->bands[c]->object, cell, full), group_input(b, g, c, r));
		}
	}
	add_request(b, first, BER_GETBULK, oids, g->width, rows);
}

static void add_bulks(struct builder *b, const struct group *g)
{
	uint32_t count = g->rows - g->riders, requests = requests_for(g, count);
	uint32_t each = requests > 0 ? (count + requests - 1) / requests : 0;
	for (uint32_t from = g->riders; from < g->rows; from += each)
		add_bulk(b, g, from, g->rows - from < each ? g->rows - from : each);
}

struct get { /* a GET as it grows */
	uint8_t full[MOST_IN_GET][BER_MAX_OID * 2];
	struct ber_oid oids[MOST_IN_GET];
	size_t count, first;
	unsigned octets;
};

static void begin_get(const struct builder *b, struct get *get)
{
	get->count = 0;
	get->first = b->plan->expect_count;
	get->octets = MESSAGE_OCTETS;
}

static void ask_cell(struct builder *b, struct get *get, int object, const struct cell *cell, int32_t input)
{
	get->oids[get->count] = instance(b, object, cell, get->full[get->count]);
	add_expect(b, get->oids[get->count++], input);
	get->octets += cell_octets(b, object, cell);
}

/* The first rows of the groups, into the last GET. */
static void add_riders(struct builder *b, struct get *get, const struct group *groups, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (uint32_t r = 0; r < groups[i].riders; r++) {
			for (unsigned c = 0; c < groups[i].width; c++) {
				const struct band *band = groups[i].bands[c];
				int32_t input = group_input(b, &groups[i], c, r);
				if (input < 0)
					continue;
				ask_cell(b, get, band->object, &survey_column(b->survey, band->object)->cells[band->first + r], input);
				b->riding++;
			}
		}
	}
}

/* What no band covers, packed into GETs, and what rides along. The first begins with sysUpTime.0. */
static void add_gets(struct builder *b, const struct band *bands, struct group *groups, size_t group_count)
{
	static const uint8_t uptime[] = { 0x2b, 6, 1, 2, 1, 1, 3, 0 };
	struct plan *plan = b->plan;
	struct get *get = hwatt_alloc(sizeof(*get));
	b->riding = 0;
	begin_get(b, get);
	get->oids[get->count++] = (struct ber_oid){ uptime, sizeof(uptime) };
	add_expect(b, get->oids[0], PLAN_UPTIME);
	get->octets += UPTIME_OCTETS;
	for (size_t i = 1; i < plan->input_count; i++) {
		const struct input *in = &b->inputs[i];
		if (bands[in->object].count > 0)
			continue;
		const struct cell *cell = &survey_column(b->survey, in->object)->cells[in->cell];
		unsigned more = cell_octets(b, in->object, cell);
		if (get->count > 0 && (get->count == MOST_IN_GET || get->octets + more > b->line->octets)) {
			add_request(b, get->first, BER_GET, get->oids, get->count, 0);
			begin_get(b, get);
		}
		ask_cell(b, get, in->object, cell, (int32_t)i);
	}
	choose_riders(b, groups, group_count, get->octets, get->count);
	add_riders(b, get, groups, group_count);
	add_request(b, get->first, BER_GET, get->oids, get->count, 0);
	plan->requests[plan->request_count - 1].riders = b->riding;
	free(get);
}

static void add_requests(struct builder *b)
{
	size_t objects = b->book->object_count;
	struct band *bands = hwatt_alloc((objects + 1) * sizeof(*bands));
	size_t count = 0;
	for (size_t i = 0; i < objects; i++) {
		bands[i] = band_of(b, (int)i);
		count += bands[i].count > 0;
	}
	struct group *groups = hwatt_alloc((count + 1) * sizeof(*groups));
	count = make_groups(b, bands, groups);
	add_gets(b, bands, groups, count);
	for (size_t i = 0; i < count; i++)
		add_bulks(b, &groups[i]);
	free(groups);
	free(bands);
}

/* How many requests all inputs take; nothing is kept. */
static size_t rehearse(struct builder *b)
{
	struct plan *plan = b->plan;
	size_t octets = plan->octet_count;
	add_requests(b);
	size_t requests = plan->request_count;
	plan->request_count = plan->expect_count = 0;
	plan->octet_count = octets;
	return requests;
}

/* Registers' stamps are read with the values where that takes no request more; elsewhere by the surveys alone. */
static void take_riders(struct builder *b)
{
	struct plan *plan = b->plan;
	if (b->rider_count == 0)
		return;
	size_t without = rehearse(b), inputs = plan->input_count;
	for (size_t i = 0; i < b->rider_count; i++)
		plan->points[b->riders[i].point].stamp = add_input(b, b->riders[i].object, b->riders[i].cell);
	if (rehearse(b) == without)
		return;
	for (size_t i = 0; i < b->rider_count; i++)
		plan->points[b->riders[i].point].stamp = -1;
	while (plan->input_count > inputs) {
		const struct input *in = &b->inputs[--plan->input_count];
		b->input_of[in->object][in->cell] = 0;
	}
}

static int by_ready(const void *a, const void *b)
{
	const struct plan_point *x = a, *y = b;
	return x->ready != y->ready ? (x->ready < y->ready ? -1 : 1) : x->slot < y->slot ? -1 : 1;
}

/* The point needs the input: it is not ready before that has come. */
static void needs(struct builder *b, struct plan_point *p, int32_t input)
{
	if (input < 0)
		return;
	uint16_t request = b->inputs[input].request;
	if (request != b->inputs[p->input].request)
		b->plan->spans = true;
	if (request > p->ready)
		p->ready = request;
}

/* Says of each variable whether it is more than a number that is kept. */
static void mark_watched(struct plan *plan)
{
	for (size_t i = 0; i < plan->expect_count; i++) {
		struct plan_expect *e = &plan->expects[i];
		e->watched = e->input < 0 || plan->input_whens[e->input] != plan->input_whens[e->input + 1];
	}
}

/* Says of each point which request completes it, and of each request which points it completes. */
static void order_points(struct builder *b)
{
	struct plan *plan = b->plan;
	for (size_t i = 0; i < plan->point_count; i++) {
		struct plan_point *p = &plan->points[i];
		needs(b, p, p->input);
		needs(b, p, p->zero_with);
		needs(b, p, p->stamp);
		for (uint32_t t = 0; t < p->term_count; t++)
			needs(b, p, plan->terms[p->first_term + t].input);
		for (uint32_t w = 0; w < p->when_count; w++)
			needs(b, p, plan->whens[plan->when_refs[p->first_when + w]].input);
	}
	if (plan->point_count > 0)
		qsort(plan->points, plan->point_count, sizeof(*plan->points), by_ready);
	size_t at = 0;
	for (size_t r = 0; r < plan->request_count; r++) {
		plan->requests[r].first_point = (uint32_t)at;
		while (at < plan->point_count && plan->points[at].ready == r)
			at++;
		plan->requests[r].point_count = (uint32_t)at - plan->requests[r].first_point;
	}
}

/* Puts the whens in the order of their inputs. */
static void order_whens(struct builder *b)
{
	struct plan *plan = b->plan;
	struct plan_when *sorted = hwatt_alloc((plan->when_count + 1) * sizeof(*sorted)); /* zeroed */
	uint32_t *moved = hwatt_alloc((plan->when_count + 1) * sizeof(*moved));
	plan->input_whens = hwatt_alloc((plan->input_count + 1) * sizeof(*plan->input_whens));
	for (size_t i = 0; i < plan->when_count; i++)
		plan->input_whens[plan->whens[i].input + 1]++;
	for (size_t i = 0; i < plan->input_count; i++)
		plan->input_whens[i + 1] += plan->input_whens[i];
	uint32_t *next = hwatt_alloc((plan->input_count + 1) * sizeof(*next));
	memcpy(next, plan->input_whens, plan->input_count * sizeof(*next));
	for (size_t i = 0; i < plan->when_count; i++) {
		moved[i] = next[plan->whens[i].input]++;
		memcpy(&sorted[moved[i]], &plan->whens[i], sizeof(*sorted));
	}
	for (size_t i = 0; i < plan->ref_count; i++)
		plan->when_refs[i] = moved[plan->when_refs[i]];
	free(plan->whens);
	free(moved);
	free(next);
	plan->whens = sorted;
}

struct plan *plan_new(struct plan_shelf *shelf, const struct survey *survey, const struct hwatt_identity *who, struct book *book,
		      struct line *line, struct plan_hold *hold)
{
	struct plan *plan = hwatt_alloc(sizeof(*plan));
	struct builder b = { .survey = survey, .who = who, .book = book, .line = line, .plan = plan, .hold = hold };
	const struct family *const *families;
	size_t count = survey_families(survey, &families);
	plan->book = book_take(book);
	b.input_of = hwatt_alloc((book->object_count + 1) * sizeof(*b.input_of));
	b.inputs = grown(b.inputs, 0, &b.input_capacity, sizeof(*b.inputs));
	b.inputs[plan->input_count++] = (struct input){ .object = NO_OBJECT };
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < families[i]->reading_count; j++)
			add_reading(&b, &families[i]->readings[j]);
	warn_missed(&b);
	take_riders(&b);
	order_whens(&b);
	add_requests(&b);
	mark_watched(plan);
	order_points(&b);
	plan_make_names(plan);
	plan_make_runs(plan);
	for (size_t i = 0; i < book->object_count; i++)
		free(b.input_of[i]);
	free(b.input_of);
	free(b.inputs);
	free(b.claims);
	free(b.missed);
	free(b.riders);
	bool in_order = true; /* nearly always: then they need not be kept */
	for (size_t i = 0; i < plan->point_count; i++)
		in_order = in_order && hold->handles[plan->points[i].slot] == (int)plan->points[i].slot;
	if (in_order) {
		free(hold->handles);
		hold->handles = NULL;
	} else {
		hold->handles = hwatt_realloc(hold->handles, plan->point_count * sizeof(*hold->handles));
	}
	if (hold->fixed_count > 0)
		hold->fixed = hwatt_realloc(hold->fixed, hold->fixed_count * sizeof(*hold->fixed));
	return plan_share(shelf, plan);
}
