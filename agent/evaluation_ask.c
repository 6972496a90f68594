/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* From an evaluation to what the judges of documents, registers and events ask for. */
#include "evaluation_state.h"
#include "judge.h"
#include <string.h>

struct window evaluation_present(const struct subject *s, int64_t until_s)
{
	int64_t at_s = until_s < s->to_s ? until_s : s->to_s - 1;
	int64_t day = zone_day(s->zone, at_s);
	return (struct window){ WINDOW_DAY, zone_day_start(s->zone, day), zone_day_start(s->zone, day + 1) };
}

static bool in_scope(const struct inventory_scope *scope, const char *device)
{
	for (size_t i = 0; i < scope->subject_count; i++)
		if (strcmp(scope->subjects[i].device->device.id, device) == 0)
			return true;
	for (size_t i = 0; i < scope->energy.count; i++)
		if (strcmp(scope->energy.meters[i].device->device.id, device) == 0)
			return true;
	return false;
}

static void put_replacements(const struct evaluation *e, const struct subject *s, struct hwatt_arena *arena, struct judge_facts *out)
{
	struct judge_replacement *all = hwatt_arena_alloc(arena, (e->happenings.count + 1) * sizeof(*all));
	for (size_t i = 0; i < e->happenings.count; i++) {
		const struct happening *h = &e->happenings.items[i];
		if (in_scope(s->scope, h->device))
			all[out->replacement_count++] = (struct judge_replacement){
				.day = zone_day(s->zone, h->at_s), .device = h->device, .before = h->before, .after = h->after, .part = h->part };
	}
	out->replacements = all;
}

static void put_sites(const struct subject *s, struct hwatt_arena *arena, struct judge_facts *out)
{
	struct judge_site *sites = hwatt_arena_alloc(arena, (s->scope->site_count + 1) * sizeof(*sites));
	for (size_t i = 0; i < s->scope->site_count; i++)
		sites[i] = (struct judge_site){ s->scope->sites[i]->site->id, s->scope->sites[i]->site->country };
	out->sites = sites;
	out->site_count = s->scope->site_count;
}

void evaluation_ask(struct evaluation *e, const struct subject *s, const struct requirement *r, const struct window *window,
		    int64_t until_s, struct hwatt_arena *arena, struct verdict_question *out)
{
	struct judge_facts facts = { .contract = s->contract, .arena = arena, .day = zone_day(s->zone, e->by_request ? e->settled_s - 1 : e->settled_s),
				     .from_day = zone_day(s->zone, window->from_s), .to_day = zone_day(s->zone, window->to_s - 1),
				     .closed = window->to_s <= until_s };
	if (r->type->present)
		facts.day = facts.from_day;
	put_sites(s, arena, &facts);
	put_replacements(e, s, arena, &facts);
	judge_ask(&facts, r, out);
}

/* Whether another calibration follows on the ended one for the subject (NULL: for whatever it is of). */
static bool follows(const struct registers *registers, const struct register_document *ended, const char *subject)
{
	const struct register_document *all = registers->documents.items;
	for (size_t i = 0; i < registers->documents.count; i++) {
		const struct register_document *d = &all[i];
		if (d->type != DOC_CALIBRATION || d->status != DOC_ACCEPTED || d->from_day > ended->to_day + 1 ||
		    (d->to_day != 0 && d->to_day <= ended->to_day))
			continue;
		if (subject == NULL || d->subjects.count == 0 || judge_lists(&d->subjects, subject))
			return true;
	}
	return false;
}

static bool continued(const struct registers *registers, const struct register_document *ended)
{
	const char *const *subjects = ended->subjects.items;
	for (size_t i = 0; i < ended->subjects.count; i++)
		if (!follows(registers, ended, subjects[i]))
			return false;
	return ended->subjects.count > 0 || follows(registers, ended, NULL);
}

bool evaluation_calibration_expired(const struct subject *s, const struct window *window)
{
	const struct registers *registers = &s->contract->registers;
	const struct register_document *all = registers->documents.items;
	int64_t first = zone_day(s->zone, window->from_s), last = zone_day(s->zone, window->to_s - 1);
	for (size_t i = 0; i < registers->documents.count; i++) {
		const struct register_document *d = &all[i];
		if (d->type == DOC_CALIBRATION && d->status == DOC_ACCEPTED && d->superseded_day == 0 && d->to_day >= first - 1 && d->to_day != 0 &&
		    d->to_day < last && !continued(registers, d))
			return true;
	}
	return false;
}
