/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "family.h"
#include <assert.h>
#include <hallwatt/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *copy(struct book *book, const char *text)
{
	return hwatt_arena_strdup(book->arena, text != NULL ? text : "");
}

static void *copy_octets(struct book *book, const void *from, size_t size)
{
	void *to = hwatt_arena_alloc(book->arena, size);
	if (size > 0)
		memcpy(to, from, size);
	return to;
}

static struct ber_oid encode(struct book *book, const char *text)
{
	uint8_t bytes[BER_MAX_OID];
	size_t length = ber_oid_parse(text, bytes, sizeof(bytes));
	return (struct ber_oid){ copy_octets(book, bytes, length), length };
}

/* The number of an object, the same for the same OID. */
static int number(struct book *book, const char *text)
{
	for (size_t i = 0; i < book->object_count; i++)
		if (strcmp(book->objects[i].text, text) == 0)
			return (int)i;
	struct ber_oid oid = encode(book, text);
	if (oid.length == 0)
		return NO_OBJECT;
	if (book->object_count == book->object_capacity) {
		book->object_capacity = book->object_capacity > 0 ? book->object_capacity * 2 : 256;
		book->objects = hwatt_realloc(book->objects, book->object_capacity * sizeof(*book->objects));
	}
	size_t length = strlen(text);
	book->objects[book->object_count] = (struct object){
		.oid = oid, .text = copy(book, text), .scalar = length > 2 && strcmp(text + length - 2, ".0") == 0,
	};
	return (int)book->object_count++;
}

static struct reference refer(struct book *book, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return (struct reference){ NO_OBJECT, NULL };
	const char *brace = strchr(text, '{');
	if (brace == NULL)
		return (struct reference){ number(book, text), NULL };
	char *column = hwatt_arena_strndup(book->arena, text, (size_t)(brace - text) - 1);
	return (struct reference){ number(book, column), copy(book, brace) };
}

static struct family_list refer_all(struct book *book, const struct hwatt_list *texts)
{
	struct reference *items = hwatt_arena_alloc(book->arena, texts->count * sizeof(*items));
	for (size_t i = 0; i < texts->count; i++)
		items[i] = refer(book, ((const char *const *)texts->items)[i]);
	return (struct family_list){ texts->count, items };
}

/* `flags`: REG_NOSUB, or 0 where the groups matter. */
static regex_t *compile(struct book *book, const char *text, int flags)
{
	if (text == NULL || text[0] == '\0')
		return NULL;
	regex_t *regex = hwatt_arena_alloc(book->arena, sizeof(*regex));
	if (regcomp(regex, text, REG_EXTENDED | flags) != 0)
		return NULL;
	if (book->regex_count == book->regex_capacity) {
		book->regex_capacity = book->regex_capacity > 0 ? book->regex_capacity * 2 : 16;
		book->regexes = hwatt_realloc(book->regexes, book->regex_capacity * sizeof(regex_t *));
	}
	book->regexes[book->regex_count++] = regex;
	return regex;
}

static struct hwatt_list copy_numbers(struct book *book, const struct hwatt_list *list)
{
	return (struct hwatt_list){ copy_octets(book, list->items, list->count * sizeof(int64_t)), list->count };
}

static struct hwatt_list copy_texts(struct book *book, const struct hwatt_list *list)
{
	const char **items = hwatt_arena_alloc(book->arena, list->count * sizeof(*items));
	for (size_t i = 0; i < list->count; i++)
		items[i] = copy(book, ((const char *const *)list->items)[i]);
	return (struct hwatt_list){ items, list->count };
}

static const struct family_condition *conditions(struct book *book, const struct hwatt_list *list)
{
	struct family_condition *out = hwatt_arena_alloc(book->arena, list->count * sizeof(*out));
	const struct snmp_condition *in = list->items;
	for (size_t i = 0; i < list->count; i++) {
		struct snmp_condition *is = copy_octets(book, &in[i], sizeof(in[i]));
		is->is = copy_numbers(book, &in[i].is);
		is->is_not = copy_numbers(book, &in[i].is_not);
		is->text = copy_texts(book, &in[i].text);
		is->oid = is->matches = is->matches_not = NULL;
		out[i] = (struct family_condition){ refer(book, in[i].oid), is, compile(book, in[i].matches, REG_NOSUB),
						    compile(book, in[i].matches_not, REG_NOSUB) };
	}
	return out;
}

static struct family_source make_source(struct book *book, const struct snmp_source *in)
{
	struct family_source out = {
		.object = number(book, in->oid),
		.names = refer_all(book, &in->names), .plus = refer_all(book, &in->plus),
		.minus = refer_all(book, &in->minus), .counted = refer_all(book, &in->counted),
		.index = refer(book, in->index_oid), .unit = refer(book, in->unit_oid),
		.times = refer(book, in->times_oid), .divide = refer(book, in->divide_oid),
		.by_sign = refer(book, in->signed_oid), .zero_with = refer(book, in->zero_with),
		.lines = refer(book, in->lines_oid), .stamp = refer(book, in->stamp_oid),
		.unit_count = in->units.count, .exponent_count = in->exponents.count,
		.where_count = in->where.count, .when_count = in->when.count, .row_count = in->rows.count,
		.where = conditions(book, &in->where), .when = conditions(book, &in->when),
		.rows = copy_octets(book, in->rows.items, in->rows.count * sizeof(int64_t)),
		.row_matches = compile(book, in->row_matches, REG_NOSUB),
		.index_match = compile(book, in->index_match, 0),
	};
	struct snmp_unit *units = copy_octets(book, in->units.items, in->units.count * sizeof(*units));
	for (size_t i = 0; i < in->units.count; i++)
		units[i].text = copy(book, units[i].text);
	out.units = units;
	struct family_exponent *exponents = hwatt_arena_alloc(book->arena, in->exponents.count * sizeof(*exponents));
	const struct snmp_exponent *given = in->exponents.items;
	for (size_t i = 0; i < in->exponents.count; i++)
		exponents[i] = (struct family_exponent){ refer(book, given[i].oid), given[i].times, given[i].plus };
	out.exponents = exponents;
	return out;
}

static const struct family_quirk *make_quirk(struct book *book, const struct hwatt_profile_quirk *in)
{
	if (in == NULL)
		return NULL;
	struct family_quirk *out = hwatt_arena_alloc(book->arena, sizeof(*out));
	*out = (struct family_quirk){ compile(book, in->model, REG_NOSUB), compile(book, in->firmware, REG_NOSUB), copy(book, in->why),
				      in->leave_out };
	return out;
}

static const struct family_part *make_parts(struct book *book, const struct hwatt_profile *p)
{
	struct family_part *out = hwatt_arena_alloc(book->arena, p->part_count * sizeof(*out));
	for (size_t i = 0; i < p->part_count; i++) {
		const struct snmp_part *in = p->parts[i].source;
		out[i] = (struct family_part){
			.kind = p->parts[i].kind, .index = copy(book, p->parts[i].index), .source = make_source(book, &in->at),
			.models = refer_all(book, &in->models), .firmwares = refer_all(book, &in->firmwares),
			.empty_count = in->empty.count, .empty = conditions(book, &in->empty),
		};
	}
	return out;
}

static bool fits(const regex_t *expression, const char *text)
{
	return expression == NULL || (text != NULL && regexec(expression, text, 0, NULL, 0) == 0);
}

bool family_fits(const struct family_reading *reading, const char *model, const char *firmware)
{
	const struct family_quirk *quirk = reading->quirk;
	return quirk == NULL || (fits(quirk->model, model) && fits(quirk->firmware, firmware));
}

static struct family make_family(struct book *book, const struct hwatt_profile *p)
{
	const struct snmp_match *match = p->match;
	struct family f = { .name = copy(book, p->name), .vendor = copy(book, p->vendor), .priority = p->priority,
			    .supplement = p->supplement };
	f.without_count = p->without.count;
	f.without = copy_texts(book, &p->without).items;
	struct ber_oid *ids = hwatt_arena_alloc(book->arena, match->object_ids.count * sizeof(*ids));
	for (size_t i = 0; i < match->object_ids.count; i++)
		ids[f.object_id_count++] = encode(book, ((const char *const *)match->object_ids.items)[i]);
	f.object_ids = ids;
	f.description = compile(book, match->description, REG_NOSUB);
	int *probes = hwatt_arena_alloc(book->arena, match->probe.count * sizeof(*probes));
	for (size_t i = 0; i < match->probe.count; i++)
		probes[f.probe_count++] = number(book, ((const char *const *)match->probe.items)[i]);
	f.probes = probes;
	return f;
}

static void fill_family(struct book *book, struct family *f, const struct hwatt_profile *p)
{
	struct family_identity *identity = hwatt_arena_alloc(book->arena, p->identity_count * sizeof(*identity));
	for (size_t i = 0; i < p->identity_count; i++)
		identity[f->identity_count++] = (struct family_identity){
			p->identity[i].part, make_source(book, p->identity[i].source) };
	f->identity = identity;
	struct family_reading *readings = hwatt_arena_alloc(book->arena, p->reading_count * sizeof(*readings));
	for (size_t i = 0; i < p->reading_count; i++) {
		struct family_reading *r = &readings[f->reading_count++];
		r->is = p->readings[i];
		r->is.index = copy(book, p->readings[i].index);
		r->is.name = copy(book, p->readings[i].name);
		r->is.absent = copy_numbers(book, &p->readings[i].absent);
		r->is.mark = (struct hwatt_mark){ 0 };
		r->source = make_source(book, p->readings[i].source);
		r->is.source = NULL;
		r->quirk = make_quirk(book, p->readings[i].quirk);
		r->is.quirk = NULL;
	}
	f->readings = readings;
	f->part_count = p->part_count;
	f->parts = make_parts(book, p);
	f->open = true;
}

struct book *book_new(const struct hwatt_profile_set *set)
{
	struct book *book = hwatt_alloc(sizeof(*book));
	book->arena = hwatt_arena_new();
	book->hash = set->hash;
	book->users = 1;
	book->texts = hwatt_profile_texts_take(set->texts);
	book->families = hwatt_arena_alloc(book->arena, set->count * sizeof(*book->families));
	for (size_t i = 0; i < set->count; i++)
		book->families[book->family_count++] = make_family(book, &set->profiles[i]);
	for (size_t i = 0; i < set->count && set->texts == NULL; i++)
		fill_family(book, &book->families[i], &set->profiles[i]);
	return book;
}

struct book *book_take(struct book *book)
{
	book->users++;
	return book;
}

void book_release(struct book *book)
{
	if (book == NULL || --book->users > 0)
		return;
	for (size_t i = 0; i < book->regex_count; i++)
		regfree(book->regexes[i]);
	free(book->regexes);
	free(book->objects);
	hwatt_profile_texts_release(book->texts);
	hwatt_arena_free(book->arena);
	free(book);
}

const struct family *book_family(const struct book *book, const char *name)
{
	for (size_t i = 0; i < book->family_count; i++)
		if (strcmp(book->families[i].name, name) == 0)
			return &book->families[i];
	return NULL;
}

void book_open(struct book *book, const struct family *family)
{
	size_t number = (size_t)(family - book->families);
	if (family->open)
		return;
	struct hwatt_arena *scratch = hwatt_arena_new();
	fill_family(book, &book->families[number], hwatt_profile_texts_read(book->texts, number, scratch));
	hwatt_arena_free(scratch);
}

/* The arcs as characters: an index of strings is spelled in its octets, often behind their number. */
static void spell(struct hwatt_text *out, const uint32_t *arcs, size_t count)
{
	char octets[BER_MAX_SUBIDS], clean[BER_MAX_SUBIDS * 3];
	size_t n = 0, from = count > 1 && arcs[0] == count - 1 ? 1 : 0;
	for (size_t i = from; i < count; i++)
		octets[n++] = (char)arcs[i];
	hwatt_text_clean(clean, sizeof(clean), octets, n);
	hwatt_text_puts(out, clean);
}

static void put_arcs(struct hwatt_text *out, const uint32_t *arcs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			hwatt_text_putc(out, '.');
		hwatt_text_uint(out, arcs[i]);
	}
}

/* Which arcs "row", "3" or "2-4" means; false when the row has not so many. Moves `name` behind it. */
static bool read_range(const char **name, const char *end, size_t count, size_t *from, size_t *to)
{
	const char *p = *name;
	if (end - p >= 3 && strncmp(p, "row", 3) == 0) {
		*from = 0;
		*to = count;
		*name = p + 3;
		return true;
	}
	if (p == end || *p < '1' || *p > '9')
		return false;
	*from = (size_t)(*p++ - '1');
	*to = *from + 1;
	if (end - p >= 2 && p[0] == '-' && p[1] >= '1' && p[1] <= '9') {
		*to = (size_t)(p[1] - '0');
		p += 2;
	}
	*name = p;
	return *from < *to && *to <= count;
}

/* How many arcs to leave out: those of "1.1" when the row begins so and does not end there, else none. */
static size_t leading(const char *text, const char *end, const uint32_t *arcs, size_t count)
{
	size_t n = 0;
	while (text < end) {
		char *next;
		unsigned long arc = strtoul(text, &next, 10);
		if (next == text || next > end || n + 1 >= count || arcs[n] != arc)
			return 0;
		n++;
		text = *next == '.' ? next + 1 : next;
	}
	return n;
}

/* One placeholder, without its braces. */
static bool put_place(struct hwatt_text *out, const char *name, size_t length, const uint32_t *arcs, size_t count)
{
	static const char after[] = " after ";
	const char *end = name + length;
	size_t from, to;
	if (length == 4 && strncmp(name, "text", 4) == 0) {
		spell(out, arcs, count);
		return true;
	}
	if (length == 4 && strncmp(name, "last", 4) == 0 && count > 0) {
		put_arcs(out, arcs + count - 1, 1);
		return true;
	}
	if (!read_range(&name, end, count, &from, &to))
		return false;
	if ((size_t)(end - name) > strlen(after) && strncmp(name, after, strlen(after)) == 0)
		from += leading(name + strlen(after), end, arcs + from, to - from);
	else if (name != end)
		return false;
	put_arcs(out, arcs + from, to - from);
	return true;
}

bool family_expand(const char *text, struct ber_oid row, char *out, size_t size)
{
	uint32_t arcs[BER_MAX_SUBIDS];
	size_t count = ber_oid_arcs(row, arcs, BER_MAX_SUBIDS);
	struct hwatt_text built;
	bool ok = true;
	hwatt_text_init(&built, 4096);
	while (ok && *text != '\0') {
		const char *close = *text == '{' ? strchr(text, '}') : NULL;
		if (close == NULL) {
			hwatt_text_putc(&built, *text++);
			continue;
		}
		ok = put_place(&built, text + 1, (size_t)(close - text) - 1, arcs, count);
		text = close + 1;
	}
	ok = ok && hwatt_text_ok(&built) && built.length < size;
	if (ok)
		memcpy(out, hwatt_text_string(&built), built.length + 1);
	hwatt_text_free(&built);
	return ok;
}

bool family_index(const regex_t *match, const char *index, const char *says, struct ber_oid row, char *out, size_t size)
{
	static const char value[] = "{value}";
	regmatch_t groups[2] = { { .rm_so = 0, .rm_eo = (regoff_t)strlen(says) } };
	groups[1] = groups[0];
	if (match != NULL && (regexec(match, says, 2, groups, 0) != 0 || groups[1].rm_so < 0))
		return false;
	int length = (int)(groups[1].rm_eo - groups[1].rm_so);
	const char *at = strstr(index, value);
	char head[256] = "", tail[256] = "", before[256];
	if (at != NULL) {
		size_t n = (size_t)(at - index);
		if (n >= sizeof(before))
			return false;
		memcpy(before, index, n);
		before[n] = '\0';
		if (!family_expand(before, row, head, sizeof(head)) ||
		    !family_expand(at + sizeof(value) - 1, row, tail, sizeof(tail)))
			return false;
	}
	int n = snprintf(out, size, "%s%.*s%s", head, length, says + groups[1].rm_so, tail);
	return n >= 0 && (size_t)n < size;
}
