/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "judge.h"
#include <hallwatt/language.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define NAMED 5 /* subjects that are told by name */

/* Of the days on which the requirement is in force: its own within those of the contract. */
static int64_t first_day(const struct judge_facts *facts, const struct requirement *r)
{
	int64_t contract = facts->contract->valid.from_day;
	return r->valid.from_day > contract ? r->valid.from_day : contract;
}

static int64_t last_day(const struct judge_facts *facts, const struct requirement *r)
{
	int64_t contract = facts->contract->valid.to_day;
	return r->valid.to_day != 0 && r->valid.to_day < contract ? r->valid.to_day : contract;
}

void judge_ask(const struct judge_facts *all, const struct requirement *r, struct verdict_question *out)
{
	struct judge_facts cut = *all; /* to the days on which the requirement is in force */
	const struct judge_facts *facts = &cut;
	*out = (struct verdict_question){ .requirement = r, .has_subject = true, .closed = r->type->present || facts->closed };
	out->kpi = (struct kpi){ .coverage = { 1, 1 }, .quality = 'M' };
	/* What a replacement started stays due after the requirement has ended for newer ones. */
	int64_t end = r->trigger == TRIGGER_REPLACEMENT ? facts->contract->valid.to_day : last_day(facts, r);
	cut.from_day = all->from_day > first_day(all, r) ? all->from_day : first_day(all, r);
	cut.to_day = all->to_day < end ? all->to_day : end;
	out->in_force = r->type->present ? all->day >= first_day(all, r) && all->day <= end : cut.from_day <= cut.to_day;
	out->awaited = r->type->present && judge_due(facts, r, 0) >= facts->day;
	if (out->in_force)
		r->type->judge(facts, r, out);
}

bool judge_lists(const struct hwatt_list *texts, const char *word)
{
	for (size_t i = 0; i < texts->count; i++)
		if (strcasecmp(((const char *const *)texts->items)[i], word) == 0)
			return true;
	return false;
}

bool judge_selects(const struct requirement *r, const struct register_asset *asset)
{
	for (size_t i = 0; i < r->subjects.count; i++)
		if (registers_selects(((const char *const *)r->subjects.items)[i], asset))
			return true;
	return r->subjects.count == 0;
}

int64_t judge_due(const struct judge_facts *facts, const struct requirement *r, int64_t day)
{
	int64_t start = first_day(facts, r), days = r->due_days >= 0 ? r->due_days : 0;
	if (r->trigger == TRIGGER_REPLACEMENT)
		return day + days;
	int64_t due = r->due_day != 0 ? r->due_day : start + days;
	return day > start && day + days > due ? day + days : due; /* what comes later has its own time */
}

/* --- subjects ---------------------------------------------------------------------------------------------------- */

struct gathering {
	const struct judge_facts *facts;
	const struct requirement *r;
	enum document_scope scope;
	struct judge_thing *things;
	size_t count;
};

static const char *name_of(const struct gathering *g, const struct register_asset *a)
{
	const char *brand = a->brand[0] != '\0' ? a->brand : a->id;
	if (g->scope == SCOPE_BRAND)
		return brand;
	if (g->scope == SCOPE_MODEL && a->model[0] != '\0')
		return hwatt_arena_printf(g->facts->arena, "%s %s", brand, a->model);
	return a->id;
}

/* Adds the asset, or joins it to one of its brand or model; the earliest due day holds. */
static void gather(struct gathering *g, const struct register_asset *a, int64_t due_day)
{
	const char *name = name_of(g, a);
	for (size_t i = 0; g->scope != SCOPE_ASSET && i < g->count; i++) {
		if (strcasecmp(g->things[i].name, name) != 0)
			continue;
		g->things[i].due_day = due_day < g->things[i].due_day ? due_day : g->things[i].due_day;
		return;
	}
	g->things[g->count++] = (struct judge_thing){ .name = name, .asset = a, .due_day = due_day };
}

static bool in_force_on(const struct gathering *g, int64_t day)
{
	return day >= first_day(g->facts, g->r) && day <= last_day(g->facts, g->r) && day <= g->facts->day;
}

/* The measured replacement that brought this asset in, NULL when nobody saw it. */
static const struct judge_replacement *seen(const struct gathering *g, const struct register_asset *a)
{
	for (size_t i = 0; i < g->facts->replacement_count; i++) {
		const struct judge_replacement *e = &g->facts->replacements[i];
		if (a->serial[0] != '\0' && strcasecmp(a->serial, e->after) == 0)
			return e;
	}
	return NULL;
}

static bool registered(const struct gathering *g, const struct judge_replacement *e)
{
	const struct register_asset *assets = g->facts->contract->registers.assets.items;
	for (size_t i = 0; i < g->facts->contract->registers.assets.count; i++)
		if (assets[i].serial[0] != '\0' && strcasecmp(assets[i].serial, e->after) == 0)
			return true;
	return false;
}

/* What came in has gone since: by its own successor, or with the device that it was a part of. */
static bool replaced_again(const struct gathering *g, const struct judge_replacement *e)
{
	for (const struct judge_replacement *later = e + 1; later < g->facts->replacements + g->facts->replacement_count; later++)
		if (strcmp(later->device, e->device) == 0 && (later->part[0] == '\0' || strcmp(later->part, e->part) == 0) &&
		    later->day <= g->facts->day)
			return true;
	return false;
}

/* A device or part that was swapped and stands in no register: all that is known of it is what was measured. */
static void gather_unregistered(struct gathering *g)
{
	for (size_t i = 0; i < g->facts->replacement_count; i++) {
		const struct judge_replacement *e = &g->facts->replacements[i];
		if (!in_force_on(g, e->day) || registered(g, e) || replaced_again(g, e))
			continue;
		struct register_asset *a = hwatt_arena_alloc(g->facts->arena, sizeof(*a));
		const char *name = e->part[0] == '\0' ? e->device : hwatt_arena_printf(g->facts->arena, "%s %s", e->device, e->part);
		*a = (struct register_asset){ .id = name, .kind = ASSET_OTHER, .brand = "", .model = "", .serial = e->after,
					      .device = e->device, .site = "", .country = "", .owner = "", .replaces = "",
					      .receiver = "", .certificate = "", .refrigerant = "", .installed_day = e->day };
		if (judge_selects(g->r, a) || g->r->subjects.count == 0)
			g->things[g->count++] = (struct judge_thing){ .name = name, .asset = a,
								      .due_day = judge_due(g->facts, g->r, e->day) };
	}
}

static void gather_replaced(struct gathering *g, const struct register_asset *a)
{
	const struct judge_replacement *e = seen(g, a);
	if (e == NULL && a->replaces[0] == '\0')
		return;
	int64_t day = e != NULL ? e->day : a->installed_day;
	if (in_force_on(g, day))
		gather(g, a, judge_due(g->facts, g->r, day));
}

size_t judge_things(const struct judge_facts *facts, const struct requirement *r, enum document_scope scope,
		    struct judge_thing **out)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_asset *assets = registers->assets.items;
	struct gathering g = { facts, r, scope, NULL, 0 };
	g.things = hwatt_arena_alloc(facts->arena, (registers->assets.count + facts->replacement_count + 1) * sizeof(*g.things));
	*out = g.things;
	bool replaced = r->trigger == TRIGGER_REPLACEMENT;
	if (!replaced && (scope == SCOPE_CONTRACT || !registers->has_assets)) {
		const char *supplier = facts->contract->supplier;
		g.things[0] = (struct judge_thing){ .name = supplier[0] != '\0' ? supplier : facts->contract->id, .due_day = judge_due(facts, r, 0) };
		return 1;
	}
	g.scope = scope == SCOPE_CONTRACT ? SCOPE_ASSET : scope;
	for (size_t i = 0; i < registers->assets.count; i++) {
		const struct register_asset *a = &assets[i];
		if (!registers_in_use(a, facts->day) || !judge_selects(r, a))
			continue;
		if (replaced)
			gather_replaced(&g, a);
		else
			gather(&g, a, judge_due(facts, r, a->installed_day));
	}
	if (replaced)
		gather_unregistered(&g);
	return g.count;
}

/* --- findings ---------------------------------------------------------------------------------------------------- */

static void earliest(int64_t *day, int64_t candidate)
{
	if (candidate != 0 && (*day == 0 || candidate < *day))
		*day = candidate;
}

void judge_found(const struct judge_facts *facts, struct verdict_evidence *e, enum evidence found, const char *name, int64_t due_day)
{
	if (found == EVIDENCE_AWAITED && due_day < facts->day)
		found = EVIDENCE_MISSING;
	e->count[found]++;
	name = name[0] != '\0' ? name : facts->contract->id;
	if (found == EVIDENCE_MET)
		return;
	if (found == EVIDENCE_AWAITED || found == EVIDENCE_MISSING || found == EVIDENCE_OVERDUE)
		earliest(&e->due_day, due_day);
	unsigned told = 0;
	for (int kind = EVIDENCE_MET + 1; kind < EVIDENCE_KINDS; kind++)
		told += e->count[kind];
	if (told == 1)
		e->names = name;
	else if (told <= NAMED)
		e->names = hwatt_arena_printf(facts->arena, "%s, %s", e->names, name);
	else if (told == NAMED + 1)
		e->names = hwatt_arena_printf(facts->arena, "%s …", e->names);
}

void judge_tell(struct verdict_evidence *evidence, const char *finding, const char *detail)
{
	if (evidence->finding != NULL)
		return;
	evidence->finding = finding;
	evidence->detail = detail;
}

/* --- documents --------------------------------------------------------------------------------------------------- */

static bool covers(const struct register_document *d, const struct judge_thing *thing)
{
	if (d->subjects.count == 0 || thing->asset == NULL)
		return true;
	for (size_t i = 0; i < d->subjects.count; i++)
		if (registers_selects(((const char *const *)d->subjects.items)[i], thing->asset))
			return true;
	return false;
}

static bool concerns(const struct requirement *r, const struct register_document *d)
{
	if (d->requirement[0] != '\0')
		return strcmp(d->requirement, r->id) == 0;
	return d->type == r->type->document_type && r->type->document_type != DOC_ATTESTATION && d->type != DOC_POLICY;
}

enum document_scope judge_scope(const struct judge_facts *facts, const struct requirement *r)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_document *documents = registers->documents.items;
	enum document_scope scope = (enum document_scope)r->type->document_scope;
	if (scope != SCOPE_CONTRACT || !registers->has_assets)
		return scope;
	for (size_t i = 0; i < registers->documents.count; i++) {
		if (documents[i].status != DOC_ACCEPTED || !concerns(r, &documents[i]))
			continue;
		for (size_t s = 0; s < documents[i].subjects.count; s++) {
			const char *subject = ((const char *const *)documents[i].subjects.items)[s];
			if (strcmp(subject, "*") == 0)
				continue;
			if (strncmp(subject, "brand:", 6) != 0)
				return SCOPE_ASSET;
			scope = SCOPE_BRAND;
		}
	}
	return scope;
}

struct paper { /* what all documents about one thing say together */
	const struct register_document *newest; /* in force on the day */
	bool *said;                             /* by claim */
	bool years;
	int64_t ended_day, until_day;
	bool rejected, submitted;
};

static bool is_said(const struct register_document *d, const char *claim)
{
	return judge_lists(&d->claims, claim);
}

static void read_paper(const struct judge_facts *facts, const struct requirement *r, const struct register_document *d,
		       struct paper *paper)
{
	paper->rejected |= d->status == DOC_REJECTED;
	paper->submitted |= d->status == DOC_SUBMITTED;
	bool superseded = d->superseded_day != 0 && d->superseded_day <= facts->day;
	if (d->status != DOC_ACCEPTED || superseded || d->from_day > facts->day)
		return;
	if (d->to_day != 0 && d->to_day < facts->day) {
		paper->ended_day = d->to_day + 1 > paper->ended_day ? d->to_day + 1 : paper->ended_day;
		return;
	}
	if (paper->newest == NULL || d->issued_day >= paper->newest->issued_day)
		paper->newest = d;
	if (!d->conforms)
		return;
	earliest(&paper->until_day, d->to_day);
	paper->years |= d->years >= r->paper.years;
	for (size_t i = 0; i < r->paper.claims.count; i++)
		paper->said[i] |= is_said(d, ((const char *const *)r->paper.claims.items)[i]);
}

static bool all_said(const struct requirement *r, const struct paper *paper)
{
	for (size_t i = 0; i < r->paper.claims.count; i++)
		if (!paper->said[i])
			return false;
	return r->paper.years == 0 || paper->years;
}

/* Why what is in force is not good enough. */
static void tell_shortcoming(const struct judge_facts *facts, const struct requirement *r, const struct paper *paper,
			     struct verdict_evidence *evidence)
{
	const char *lacking = NULL;
	for (size_t i = 0; i < r->paper.claims.count; i++) {
		const char *claim = ((const char *const *)r->paper.claims.items)[i];
		if (!paper->said[i])
			lacking = lacking == NULL ? claim : hwatt_arena_printf(facts->arena, "%s, %s", lacking, claim);
	}
	if (!paper->newest->conforms)
		judge_tell(evidence, HWATT_N("The document itself says that it is not kept."), NULL);
	else if (lacking != NULL)
		judge_tell(evidence, HWATT_N("What is accepted does not tell of: {r}."), lacking);
	else
		judge_tell(evidence, HWATT_N("It promises fewer years than the {r} that were agreed."),
			   hwatt_arena_printf(facts->arena, "%" PRId64, r->paper.years));
}

/* The document that stands in the contract itself. */
static struct register_document inline_document(const struct judge_facts *facts, const struct requirement *r)
{
	return (struct register_document){ .id = r->id, .type = r->type->document_type, .requirement = r->id, .status = DOC_ACCEPTED,
					   .issued_day = r->document.issued_day, .to_day = r->document.to_day, .conforms = true,
					   .from_day = r->document.issued_day != 0 ? r->document.issued_day
										   : facts->contract->valid.from_day,
					   .years = r->paper.years, .claims = r->paper.claims };
}

enum evidence judge_document(const struct judge_facts *facts, const struct requirement *r, const struct judge_thing *thing,
			     struct verdict_evidence *evidence)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_document *documents = registers->documents.items;
	struct paper paper = { .said = hwatt_arena_alloc(facts->arena, r->paper.claims.count + 1) };
	struct register_document own = inline_document(facts, r);
	if (r->document.path[0] != '\0')
		read_paper(facts, r, &own, &paper);
	for (size_t i = 0; i < registers->documents.count; i++)
		if (concerns(r, &documents[i]) && covers(&documents[i], thing))
			read_paper(facts, r, &documents[i], &paper);
	if (paper.newest != NULL) {
		bool good = paper.newest->conforms && all_said(r, &paper);
		if (good)
			earliest(&evidence->until_day, paper.until_day);
		else
			tell_shortcoming(facts, r, &paper, evidence);
		return good ? EVIDENCE_MET : EVIDENCE_FAILED;
	}
	if (paper.ended_day != 0) {
		earliest(&evidence->expired_day, paper.ended_day);
		return EVIDENCE_EXPIRED;
	}
	evidence->submitted += paper.submitted;
	evidence->rejected += paper.rejected && !paper.submitted;
	return EVIDENCE_AWAITED;
}
