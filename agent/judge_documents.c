/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Requirements that documents fulfil: policies, attestations, certificates, reports.  domain.md 7.3 (D_...) and 7.4 rule 2. */
#include "judge.h"
#include <hallwatt/language.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The day on which the International Labour Conference made safety and health a fundamental principle: eight conventions before,
 * ten from then on. Source: domain.md 3.4. */
#define ILO_TEN_FROM INT64_C(19153) /* 2022-06-10 */

#define DOCUMENT_KEYS \
	REQUIREMENT_NAME_KEYS, REQUIREMENT_DUE_KEYS, REQUIREMENT_SUBJECTS_KEY, \
	{ .name = "document", .type = HWATT_STRING, .offset = REQUIREMENT_AT(document.path), \
	  .help = "the accepted document, where there is no register of documents" }, \
	{ .name = "sha256", .type = HWATT_STRING, .offset = REQUIREMENT_AT(document.sha256), .pattern = "^[0-9a-f]{64}$", \
	  .help = "SHA-256 of that document" }, \
	{ .name = "issuer", .type = HWATT_STRING, .offset = REQUIREMENT_AT(document.issuer), .help = "who wrote that document" }, \
	{ .name = "issued", .type = HWATT_DATE, .offset = REQUIREMENT_AT(document.issued_day), .help = "day of issue of that document" }, \
	{ .name = "expires", .type = HWATT_DATE, .offset = REQUIREMENT_AT(document.to_day), .help = "last day on which that document is valid" }, \
	{ .name = "claims", .type = HWATT_LIST, .offset = REQUIREMENT_AT(paper.claims), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST, \
	  .help = "what accepted documents must say, like iso-14001" }

static const struct hwatt_option document_keys[] = { DOCUMENT_KEYS };
static const struct hwatt_option ilo_keys[] = {
	DOCUMENT_KEYS,
	{ .name = "conventions", .type = HWATT_INTEGER, .offset = REQUIREMENT_AT(paper.conventions), .min = 8, .max = 10,
	  .help = "8, or 10 with the two on safety and health; 10 when the contract begins on 2022-06-10 or later" },
};
static const struct hwatt_option years_keys[] = {
	DOCUMENT_KEYS,
	{ .name = "years", .type = HWATT_INTEGER, .offset = REQUIREMENT_AT(paper.years), .min = 1, .max = 100,
	  .help = "for so many years spare parts, updates and repair instructions are promised" },
};
static const struct hwatt_option chain_keys[] = {
	DOCUMENT_KEYS,
	{ .name = "factories", .type = HWATT_BOOL, .offset = REQUIREMENT_AT(paper.factories),
	  .help = "true when the factories of final assembly of each brand must be named" },
};
static const struct hwatt_option label_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_DUE_KEYS,
	{ .name = "labels", .type = HWATT_LIST, .offset = REQUIREMENT_AT(label.labels), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST,
	  .help = "labels of electricity of which one must be held, like bra-miljoval" },
};

/* --- how much of the year is covered ----------------------------------------------------------------------------- */

struct span { int64_t from, to; };

static int compare_spans(const void *left, const void *right)
{
	const struct span *a = left, *b = right;
	return (a->from > b->from) - (a->from < b->from);
}

/* Days from `from` to `to` that the spans hold; sorts them. */
static int64_t days_held(struct span *spans, size_t count, int64_t from, int64_t to)
{
	int64_t held = 0, next = from;
	if (count > 0)
		qsort(spans, count, sizeof(*spans), compare_spans);
	for (size_t i = 0; i < count; i++) {
		int64_t first = spans[i].from > next ? spans[i].from : next, last = spans[i].to < to ? spans[i].to : to;
		held += last >= first ? last - first + 1 : 0;
		next = last + 1 > next ? last + 1 : next;
	}
	return held;
}

static bool holds(const struct requirement *r, const struct register_document *d, const struct judge_thing *thing)
{
	if (d->status != DOC_ACCEPTED || !d->conforms)
		return false;
	if (d->requirement[0] != '\0' ? strcmp(d->requirement, r->id) != 0 : d->type != r->type->document_type)
		return false;
	bool covered = d->subjects.count == 0 || thing->asset == NULL;
	for (size_t i = 0; i < d->subjects.count && !covered; i++)
		covered = registers_selects(((const char *const *)d->subjects.items)[i], thing->asset);
	return covered;
}

/* The last day on which the document holds, `end` when it has no end: a successor takes its place. */
static int64_t last_day_of(const struct register_document *d, int64_t end)
{
	int64_t last = d->to_day != 0 ? d->to_day : end;
	return d->superseded_day != 0 && d->superseded_day - 1 < last ? d->superseded_day - 1 : last;
}

/* The share of the calendar year (as far as the contract runs) on which documents cover the subject that has least. */
static struct hwatt_ratio year_covered(const struct judge_facts *facts, const struct requirement *r,
				       const struct judge_thing *things, size_t count)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_document *documents = registers->documents.items;
	int year, month, mday;
	day_civil(facts->day, &year, &month, &mday);
	int64_t from = civil_day(year, 1, 1), to = civil_day(year, 12, 31), least = INT64_MAX;
	from = facts->contract->valid.from_day > from ? facts->contract->valid.from_day : from;
	to = facts->contract->valid.to_day < to ? facts->contract->valid.to_day : to;
	if (to < from)
		return (struct hwatt_ratio){ 0, 1 };
	struct span *spans = hwatt_arena_alloc(facts->arena, (registers->documents.count + 1) * sizeof(*spans));
	for (size_t t = 0; t < count; t++) {
		size_t n = 0;
		if (r->document.path[0] != '\0')
			spans[n++] = (struct span){ r->document.issued_day, r->document.to_day != 0 ? r->document.to_day : to };
		for (size_t i = 0; i < registers->documents.count; i++)
			if (holds(r, &documents[i], &things[t]))
				spans[n++] = (struct span){ documents[i].from_day, last_day_of(&documents[i], to) };
		int64_t held = days_held(spans, n, from, to);
		least = held < least ? held : least;
	}
	return (struct hwatt_ratio){ count > 0 ? least : 0, to - from + 1 };
}

/* --- judges ------------------------------------------------------------------------------------------------------ */

static void judge_papers(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	struct judge_thing *things;
	size_t count = judge_things(facts, r, judge_scope(facts, r), &things);
	out->by_evidence = true;
	for (size_t i = 0; i < count; i++) {
		enum evidence found = judge_document(facts, r, &things[i], &out->evidence);
		judge_found(facts, &out->evidence, found, things[i].name, things[i].due_day);
	}
	out->has_subject = count > 0;
	out->kpi.coverage = year_covered(facts, r, things, count);
}

static void judge_ilo(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	static const char *const conventions[] = { "ilo-29", "ilo-87", "ilo-98", "ilo-100", "ilo-105", "ilo-111", "ilo-138",
						   "ilo-182", "ilo-155", "ilo-187" };
	int64_t wanted = r->paper.conventions;
	if (wanted == 0)
		wanted = facts->contract->valid.from_day >= ILO_TEN_FROM ? 10 : 8;
	struct requirement each = *r;
	size_t count = r->paper.claims.count + (size_t)wanted;
	const char **claims = hwatt_arena_alloc(facts->arena, count * sizeof(*claims));
	memcpy(claims, conventions, (size_t)wanted * sizeof(*claims));
	if (r->paper.claims.count > 0)
		memcpy(claims + wanted, r->paper.claims.items, r->paper.claims.count * sizeof(*claims));
	each.paper.claims = (struct hwatt_list){ claims, count };
	judge_papers(facts, &each, out);
}

/* One label of several is enough. */
static void judge_label(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	struct requirement each = *r;
	struct verdict_question best = *out, one;
	for (size_t i = 0; i < r->label.labels.count || i == 0; i++) {
		each.paper.claims = (struct hwatt_list){ r->label.labels.count > 0 ? (char *)r->label.labels.items + i * sizeof(char *) : NULL,
							 r->label.labels.count > 0 };
		each.paper.years = 0;
		one = *out;
		judge_papers(facts, &each, &one);
		if (i == 0 || one.evidence.count[EVIDENCE_MET] > best.evidence.count[EVIDENCE_MET])
			best = one;
	}
	*out = best;
}

/* Each brand in use has a factory of final assembly that is named. */
static void judge_factories(const struct judge_facts *facts, const struct requirement *r, struct verdict_evidence *evidence)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_factory *factories = registers->factories.items;
	struct judge_thing *things;
	size_t count = judge_things(facts, r, SCOPE_BRAND, &things);
	for (size_t i = 0; i < count; i++) {
		bool named = false;
		for (size_t f = 0; f < registers->factories.count; f++)
			named |= factories[f].tier == 1 && (factories[f].disclosed_day == 0 || factories[f].disclosed_day <= facts->day) &&
				 (things[i].asset == NULL || strcasecmp(factories[f].brand, things[i].asset->brand) == 0);
		if (!named)
			judge_tell(evidence, HWATT_N("No factory of final assembly is named for: {r}."), things[i].name);
		judge_found(facts, evidence, named ? EVIDENCE_MET : EVIDENCE_AWAITED, things[i].name, things[i].due_day);
	}
}

static void judge_chain(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	judge_papers(facts, r, out);
	if (r->paper.factories)
		judge_factories(facts, r, &out->evidence);
}

/* --- types ------------------------------------------------------------------------------------------------------- */

static void check_document(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	struct hwatt_mark mark = hwatt_node_mark(at, "expires");
	bool stated = r->document.path[0] != '\0';
	if (r->document.to_day != 0 && r->document.to_day < r->document.issued_day)
		hwatt_report_add(report, &mark, "the document expires before it was issued");
	mark = hwatt_node_mark(at, "document");
	if (!stated && (r->document.sha256[0] != '\0' || r->document.issued_day != 0 || r->document.to_day != 0))
		hwatt_report_add(report, &at->mark, "state \"document\" too: the file that \"issued\", \"expires\" and \"sha256\" are about");
	if (stated && r->document.issued_day == 0)
		hwatt_report_add(report, &mark, "a document has a day of issue; state \"issued\"");
}

static void check_ilo(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	struct hwatt_mark mark = hwatt_node_mark(at, "conventions");
	if (r->paper.conventions == 9)
		hwatt_report_add(report, &mark, "there are 8 fundamental conventions, or 10 with safety and health");
	check_document(r, at, report);
}

static void check_label(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	if (r->label.labels.count == 0)
		hwatt_report_add(report, &at->mark, "state \"labels\": which labels of electricity are good enough, like [bra-miljoval]");
}

#define PAPER(word, of, covers, keys, ask, noun_text, deliver_text) \
	{ .name = word, REQUIREMENT_KEYS(keys), .unit = UNIT_NONE, .present = true, .limits = LIMITS_NONE, .window = WINDOW_DAY, \
	  .judge = ask, .check = check_document, .document_type = of, .document_scope = covers, .noun = { noun_text }, \
	  .deliver = deliver_text }

const struct requirement_type judge_document_types[] = {
	PAPER("attestation", DOC_ATTESTATION, SCOPE_CONTRACT, document_keys, judge_papers,
	      HWATT_N("a written attestation"), HWATT_N("the signed attestation")),
	PAPER("policy", DOC_POLICY, SCOPE_BRAND, document_keys, judge_papers,
	      HWATT_N("a policy of the brand owner"), HWATT_N("the policy that the brand owner has published")),
	PAPER("minerals", DOC_MINERALS, SCOPE_BRAND, document_keys, judge_papers,
	      HWATT_N("the brand owner's commitment to responsibly sourced minerals"),
	      HWATT_N("the brand owner's policy on responsibly sourced minerals, with the report on the smelters in its chain")),
	PAPER("forced_labour", DOC_FORCED_LABOUR, SCOPE_BRAND, document_keys, judge_papers,
	      HWATT_N("the brand owner's commitment against forced labour in the supply chain"),
	      HWATT_N("the brand owner's policy against forced labour in the supply chain")),
	{ .name = "ilo_core", REQUIREMENT_KEYS(ilo_keys), .unit = UNIT_NONE, .present = true, .limits = LIMITS_NONE, .window = WINDOW_DAY,
	  .judge = judge_ilo, .check = check_ilo, .document_type = DOC_ILO_CORE, .document_scope = SCOPE_CONTRACT,
	  .noun = { HWATT_N("work under the ILO's fundamental conventions") },
	  .deliver = HWATT_N("an attestation or audit report that names each of the ILO's fundamental conventions") },
	PAPER("child_labour", DOC_CHILD_LABOUR, SCOPE_CONTRACT, document_keys, judge_papers,
	      HWATT_N("no child labour (article 32 of the UN Convention on the Rights of the Child)"),
	      HWATT_N("an attestation that article 32 of the UN Convention on the Rights of the Child is kept in the chain")),
	PAPER("labour_law", DOC_LABOUR_LAW, SCOPE_CONTRACT, document_keys, judge_papers,
	      HWATT_N("the labour law of the producing country, with minimum wage, safety and social security"),
	      HWATT_N("an attestation or audit report on pay, hours, safety and social security in the producing countries")),
	PAPER("due_diligence", DOC_DUE_DILIGENCE, SCOPE_CONTRACT, chain_keys, judge_chain,
	      HWATT_N("due diligence in the supply chain"),
	      HWATT_N("the report on risks in the supply chain and on what is done about them, with the factories named")),
	PAPER("test_report", DOC_TEST_REPORT, SCOPE_MODEL, document_keys, judge_papers,
	      HWATT_N("a test report on the energy efficiency of each model"),
	      HWATT_N("the test report of each model, by SERT or EN 303 470")),
	PAPER("repair", DOC_REPAIR, SCOPE_BRAND, years_keys, judge_papers,
	      HWATT_N("spare parts, updates and repair instructions"),
	      HWATT_N("a declaration for how many years there are spare parts, updates and repair instructions")),
	PAPER("end_of_life", DOC_END_OF_LIFE, SCOPE_CONTRACT, document_keys, judge_papers,
	      HWATT_N("take-back and recycling of worn-out equipment without dumping"),
	      HWATT_N("the take-back agreement, the approval of the recycler, and certificates of erasure and treatment")),
	PAPER("environmental_management", DOC_ENVIRONMENTAL_MANAGEMENT, SCOPE_CONTRACT, document_keys, judge_papers,
	      HWATT_N("systematic environmental work"),
	      HWATT_N("a valid certificate by ISO 14001 or EMAS, or a description of an equal way of working")),
	PAPER("chemicals", DOC_CHEMICALS, SCOPE_MODEL, document_keys, judge_papers,
	      HWATT_N("limits on hazardous substances in the products"),
	      HWATT_N("the declaration on restricted substances (RoHS, REACH) of each model")),
	PAPER("anti_corruption", DOC_ANTI_CORRUPTION, SCOPE_CONTRACT, document_keys, judge_papers,
	      HWATT_N("no corruption and no conflict of interest"),
	      HWATT_N("the signed statement on corruption and conflicts of interest")),
	{ .name = "electricity_label", REQUIREMENT_KEYS(label_keys), .unit = UNIT_NONE, .present = true, .limits = LIMITS_NONE,
	  .window = WINDOW_DAY, .judge = judge_label, .check = check_label, .document_type = DOC_ELECTRICITY_LABEL,
	  .document_scope = SCOPE_CONTRACT,
	  .noun = { HWATT_N("eco-labelled electricity") },
	  .deliver = HWATT_N("the supply contract that names the labelled product, and the licence of the label") },
	{ .name = NULL },
};
