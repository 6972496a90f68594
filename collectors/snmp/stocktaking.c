/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stocktaking.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 2048u /* rows looked at; the core keeps fewer */
#define TEXT 128u  /* octets of a text, as the core keeps them */

struct found {
	size_t family;
	enum hwatt_part_kind kind;
	bool empty;
	char name[TEXT], place[TEXT], model[TEXT], serial[TEXT], firmware[TEXT];
};

struct search {
	const struct survey *survey;
	struct found *items;
	size_t count, capacity;
};

/* A cell's text without the spaces around it. */
static void read_text(const struct cell *cell, char out[TEXT])
{
	char text[SURVEY_TEXT + 1];
	cell_text(cell, text, sizeof(text));
	const char *from = text + strspn(text, " ");
	size_t length = strlen(from);
	while (length > 0 && from[length - 1] == ' ')
		length--;
	snprintf(out, TEXT, "%.*s", length < TEXT ? (int)length : (int)TEXT - 1, from);
}

/* The first object that is not empty. */
static void read_first(const struct survey *survey, const struct family_list *list, const struct cell *cell, char out[TEXT])
{
	out[0] = '\0';
	for (size_t i = 0; out[0] == '\0' && i < list->count; i++) {
		const struct cell *says = survey_cell(survey, &list->items[i], cell->row);
		if (says != NULL)
			read_text(says, out);
	}
}

static bool all_hold(const struct survey *survey, const struct family_condition *conditions, size_t count, const struct cell *cell)
{
	for (size_t i = 0; i < count; i++)
		if (!cell_holds(&conditions[i], survey_cell(survey, &conditions[i].at, cell->row)))
			return false;
	return true;
}

static void read_place(const struct survey *survey, const struct family_part *part, const struct cell *cell, char out[TEXT])
{
	char value[TEXT] = "";
	const struct cell *says = survey_cell(survey, &part->source.index, cell->row);
	bool templated = part->index[0] != '\0' && strstr(part->index, "{value}") == NULL;
	if (says != NULL)
		read_text(says, value);
	if (value[0] != '\0' && family_index(part->source.index_match, part->index, value, cell->row, out, TEXT))
		return;
	if (!family_expand(templated ? part->index : "{row}", cell->row, out, TEXT))
		out[0] = '\0';
}

/* Whether the profile means this row. */
static bool row_counts(const struct survey *survey, const struct family_part *part, const struct cell *cell)
{
	char row[BER_MAX_SUBIDS * 11];
	const regex_t *fits = part->source.row_matches;
	if (fits != NULL && (!family_expand("{row}", cell->row, row, sizeof(row)) || regexec(fits, row, 0, NULL, 0) != 0))
		return false;
	return all_hold(survey, part->source.where, part->source.where_count, cell);
}

static void read_row(struct search *s, size_t family, const struct family_part *part, const struct cell *cell)
{
	struct found f = { .family = family, .kind = part->kind };
	if (s->count == MOST || !row_counts(s->survey, part, cell))
		return;
	read_text(cell, f.serial);
	f.empty = part->empty_count > 0 && all_hold(s->survey, part->empty, part->empty_count, cell);
	if (f.serial[0] == '\0' && !f.empty)
		return;
	read_first(s->survey, &part->source.names, cell, f.name);
	read_first(s->survey, &part->models, cell, f.model);
	read_first(s->survey, &part->firmwares, cell, f.firmware);
	read_place(s->survey, part, cell, f.place);
	if (s->count == s->capacity) {
		s->capacity = s->capacity > 0 ? s->capacity * 2 : 16;
		s->items = hwatt_realloc(s->items, s->capacity * sizeof(*s->items));
	}
	s->items[s->count++] = f;
}

static void search(struct search *s)
{
	const struct family *const *families;
	size_t count = survey_families(s->survey, &families);
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < families[i]->part_count; j++) {
			const struct family_part *part = &families[i]->parts[j];
			const struct column *column = part->source.object != NO_OBJECT ? survey_column(s->survey, part->source.object) : NULL;
			for (size_t k = 0; column != NULL && k < column->count; k++)
				read_row(s, i, part, &column->cells[k]);
		}
	}
}

/* Whether the same thing was found before: by another profile, under another name of its place; or as another kind, as many
 * agents give the board and the fans inside the number of what they are in. */
static bool is_known(const struct search *s, const struct found *f)
{
	for (const struct found *other = s->items; other < f; other++)
		if ((other->family != f->family || other->kind != f->kind) && f->serial[0] != '\0' &&
		    strcmp(other->serial, f->serial) == 0)
			return true;
	return false;
}

/* Its name, or its number where another of the kind has the same name. */
static const char *place_of(const struct search *s, const struct found *f)
{
	size_t alike = 0;
	for (size_t i = 0; i < s->count; i++)
		alike += s->items[i].kind == f->kind && s->items[i].family == f->family && strcmp(s->items[i].name, f->name) == 0;
	return f->name[0] != '\0' && alike == 1 ? f->name : f->place;
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(1099511628211);
	return hash;
}

static uint64_t hash_of(const struct search *s)
{
	uint64_t hash = UINT64_C(14695981039346656037);
	for (size_t i = 0; i < s->count; i++) {
		const struct found *f = &s->items[i];
		const uint8_t head[] = { (uint8_t)f->kind, f->empty };
		const char *texts[] = { f->name, f->place, f->model, f->serial, f->firmware };
		hash = mix(hash, head, sizeof(head));
		for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++)
			hash = mix(hash, texts[t], strlen(texts[t]) + 1);
	}
	return hash;
}

void stocktaking_tell(const struct survey *survey, struct hwatt_target *target, uint64_t *told)
{
	struct search s = { .survey = survey };
	search(&s);
	uint64_t hash = s.count > 0 ? hash_of(&s) : 0;
	for (size_t i = 0; hash != *told && i < s.count; i++) {
		const struct found *f = &s.items[i];
		if (!is_known(&s, f))
			hwatt_target_part(target, &(struct hwatt_part){ .kind = f->kind, .index = place_of(&s, f), .model = f->model,
									.serial = f->serial, .firmware = f->firmware, .empty = f->empty });
	}
	if (hash != *told && s.count > 0)
		hwatt_target_parts_told(target);
	*told = hash;
	free(s.items);
}
