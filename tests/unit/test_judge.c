/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Requirements that documents, registers and events answer. The examples are those of domain.md 9, by number. */
#include "ask.h"
#include "judge.h"
#include "loading.h"
#include <stdlib.h>

struct bench { /* a contract with its registers, and the day on which it is asked */
	struct loading l;
	struct contract *contract;
	struct judge_facts facts;
	struct verdict_question q;
	struct verdict v;
};

static int64_t day(const char *text)
{
	return civil_day(atoi(text), atoi(text + 5), atoi(text + 8));
}

/* A contract over 2026 with these requirements; registers are added by `put`. */
static struct bench begin(const char *requirements)
{
	struct bench b = { .l = loading_begin() };
	const char *yaml = hwatt_arena_printf(b.l.arena, "id: c\nsupplier: Exempelhall\nvalid: {from: 2026-01-01, to: 2026-12-31}\n"
					      "scope: [{site: s1}]\nrequirements:\n%s", requirements);
	const struct hwatt_node *node = document_parse("c.yaml", yaml, strlen(yaml), b.l.arena, &b.l.report);
	b.contract = contract_read(node, b.l.arena, &b.l.report);
	if (b.contract == NULL)
		fail_msg("%s", loading_mistakes(&b.l));
	b.facts = (struct judge_facts){ .contract = b.contract, .from_day = day("2026-01-01"), .to_day = day("2026-12-31"),
					.closed = true, .arena = b.l.arena };
	return b;
}

static void put(struct bench *b, const char *which, const char *rows)
{
	registers_parse(which, which, rows, strlen(rows), &b->contract->registers, b->l.arena, &b->l.report);
	if (b->l.report.count > 0)
		fail_msg("%s", loading_mistakes(&b->l));
}

static void ask(struct bench *b, size_t i, const char *on, enum hwatt_status status, const char *reasons, int line)
{
	char got[VERDICT_REASONS_SIZE];
	b->facts.day = day(on);
	judge_ask(&b->facts, &((const struct requirement *)b->contract->requirements.items)[i], &b->q);
	b->v = verdict_judge(&b->q);
	verdict_reasons(b->v.reasons, got);
	if (b->v.status != status || strcmp(got, reasons) != 0)
		fail_msg("line %d: %s / %s, not %s / %s", line, hwatt_status_name(b->v.status), got, hwatt_status_name(status), reasons);
}
#define ASK(b, i, on, status, reasons) ask((b), (i), (on), (status), (reasons), __LINE__)

static void said(struct bench *b, enum hwatt_language language, const char *expected, int line)
{
	struct verdict_period period = { "2026-01-01", "2026-12-31" };
	struct hwatt_text text;
	hwatt_text_init(&text, 4096);
	verdict_sentence(&b->q, &b->v, &period, language, &text);
	if (strcmp(hwatt_text_string(&text), expected) != 0)
		fail_msg("line %d: \"%s\"", line, hwatt_text_string(&text));
	hwatt_text_free(&text);
}
#define SAID(b, language, expected) said((b), (language), (expected), __LINE__)

static void end(struct bench *b)
{
	loading_end(&b->l);
}

/* --- documents --------------------------------------------------------------------------------------------------- */

#define ACCEPTED ", status: accepted, reviewed_by: Nils, reviewed: 2026-01-02}\n"

static void example_75_document(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: env, type: environmental_management}\n");
	put(&b, "documents", "- {id: d, type: environmental_management, from: 2026-01-01, to: 2026-06-30" ACCEPTED);
	ASK(&b, 0, "2026-06-30", HWATT_MET, "OK");
	assert_int_equal(hwatt_ratio_compare(b.q.kpi.coverage, (struct hwatt_ratio){ 181, 365 }), 0);
	SAID(&b, HWATT_SV, "Utlovat: systematiskt miljöarbete. Det som lämnats in är godkänt och gäller till och med 2026-06-30. Kravet är "
	     "uppfyllt.");
	ASK(&b, 0, "2026-07-01", HWATT_EXPIRED, "DOC_EXPIRED");
	assert_int_equal(b.q.evidence.expired_day, day("2026-07-01"));
	SAID(&b, HWATT_NB, "Lovet: systematisk miljøarbeid. Det som er levert, har ikke vært gyldig siden 2026-07-01, for: Exempelhall. Be "
	     "leverandøren om: et gyldig sertifikat etter ISO 14001 eller EMAS, eller en beskrivelse av en likeverdig arbeidsmåte.");
	end(&b);
}

/* What stands in the register for later does not take away what is valid now, nor what was valid then. */
static void regress_5_a_successor_takes_over_on_its_first_day(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: env, type: environmental_management, missing_is_breach: true}\n");
	put(&b, "documents", "- {id: new, type: environmental_management, from: 2026-07-01, to: 2027-12-31, supersedes: old" ACCEPTED
	    "- {id: old, type: environmental_management, from: 2026-01-01, to: 2026-12-31" ACCEPTED);
	struct register_document *d = (struct register_document *)(uintptr_t)b.facts.contract->registers.documents.items;
	d[1].superseded_day = d[0].from_day; /* as it is loaded */
	ASK(&b, 0, "2026-06-30", HWATT_MET, "OK");
	assert_int_equal(b.q.evidence.until_day, day("2026-12-31"));
	assert_int_equal(hwatt_ratio_compare(b.q.kpi.coverage, (struct hwatt_ratio){ 1, 1 }), 0);
	ASK(&b, 0, "2026-07-01", HWATT_MET, "OK");
	assert_int_equal(b.q.evidence.until_day, day("2027-12-31"));
	end(&b);
}

static void example_76_replacement(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: minerals, type: minerals, trigger: replacement, due_days: 30, missing_is_breach: true}\n"
			       "  - {id: swap, type: replacement}\n");
	struct judge_replacement swapped = { day("2026-09-01"), "srv-1", "old", "new", "" };
	ASK(&b, 0, "2026-08-31", HWATT_NOT_APPLICABLE, "NO_SUBJECT");
	ASK(&b, 1, "2026-08-31", HWATT_NOT_APPLICABLE, "NO_SUBJECT");
	b.facts.replacements = &swapped;
	b.facts.replacement_count = 1;
	ASK(&b, 0, "2026-09-15", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	ASK(&b, 1, "2026-09-15", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	ASK(&b, 0, "2026-10-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC"); /* the due day itself */
	ASK(&b, 0, "2026-10-02", HWATT_NOT_MET, "NO_DOC");
	SAID(&b, HWATT_EN, "Promised: the brand owner's commitment to responsibly sourced minerals. Nothing that is accepted has been handed "
	     "in, for: srv-1. It was due on 2026-10-01, and under the contract that is a breach. The requirement is not met. Ask the "
	     "supplier for: the brand owner's policy on responsibly sourced minerals, with the report on the smelters in its chain.");
	ASK(&b, 1, "2026-10-02", HWATT_NOT_MET, "OVERDUE");
	put(&b, "assets", "- {id: a9, kind: server, brand: Acme, serial: new, installed: 2026-08-20}\n");
	ASK(&b, 0, "2026-10-02", HWATT_NOT_MET, "NO_DOC");
	assert_string_equal(b.q.evidence.names, "Acme"); /* now it is known whose it is */
	put(&b, "documents", "- {id: d, type: minerals, subject: brand:acme, from: 2026-01-01" ACCEPTED);
	ASK(&b, 0, "2026-10-02", HWATT_MET, "OK");
	ASK(&b, 1, "2026-10-02", HWATT_MET, "OK");
	end(&b);
}

static void only_the_hardware_that_is_there_counts(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: minerals, type: minerals, trigger: replacement}\n");
	struct judge_replacement swaps[] = { { day("2026-03-01"), "srv-1", "a", "b", "" }, { day("2026-04-01"), "srv-1", "b", "c", "" } };
	b.facts.replacements = swaps;
	b.facts.replacement_count = 2;
	put(&b, "documents", "- {id: d, type: minerals, subject: serial:c, from: 2026-01-01" ACCEPTED);
	ASK(&b, 0, "2026-03-15", HWATT_NOT_ENOUGH_DATA, "NO_DOC"); /* b is there */
	ASK(&b, 0, "2026-04-01", HWATT_MET, "OK");                 /* c, which the document covers */
	end(&b);
}

/* A power supply has a successor of its own; the device around it does not go with it, but takes it along. */
static void a_part_that_was_exchanged_is_new_hardware(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: minerals, type: minerals, trigger: replacement}\n"
			       "  - {id: servers, type: minerals, trigger: replacement, subjects: [kind:server]}\n");
	struct judge_replacement swaps[] = { { day("2026-03-01"), "srv-1", "a", "b", "" }, { day("2026-03-10"), "srv-1", "p", "q", "psu 1" },
					     { day("2026-03-20"), "srv-1", "q", "r", "psu 1" }, { day("2026-04-01"), "srv-1", "b", "c", "" } };
	b.facts.replacements = swaps;
	b.facts.replacement_count = 4;
	ASK(&b, 0, "2026-03-05", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	assert_string_equal(b.q.evidence.names, "srv-1");
	ASK(&b, 0, "2026-03-12", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	assert_string_equal(b.q.evidence.names, "srv-1, srv-1 psu 1");
	ASK(&b, 1, "2026-03-12", HWATT_NOT_APPLICABLE, "NO_SUBJECT"); /* what is asked of servers is not asked of a supply */
	put(&b, "documents", "- {id: d, type: minerals, subject: serial:r, from: 2026-01-01" ACCEPTED);
	ASK(&b, 0, "2026-03-22", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	assert_string_equal(b.q.evidence.names, "srv-1"); /* the supply that is there is covered */
	ASK(&b, 0, "2026-04-02", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	assert_string_equal(b.q.evidence.names, "srv-1");
	assert_int_equal(b.q.evidence.count[EVIDENCE_MET], 0); /* r went with b */
	end(&b);
}

static void replacements_are_judged_by_what_was_promised_on_their_day(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: old, type: test_report, trigger: replacement, to: 2026-06-30}\n"
			       "  - {id: new, type: test_report, trigger: replacement, from: 2026-07-01, claims: sert-2}\n");
	put(&b, "assets", "- {id: a1, kind: server, brand: Acme, model: X, replaces: a0, installed: 2026-06-30}\n"
	    "- {id: a2, kind: server, brand: Acme, model: Z, replaces: a1, installed: 2026-07-01}\n"
	    "- {id: a0, kind: server, brand: Acme, model: W, installed: 2020-01-01}\n");
	put(&b, "documents", "- {id: d, type: test_report, from: 2026-01-01" ACCEPTED);
	ASK(&b, 0, "2026-12-01", HWATT_MET, "OK");
	ASK(&b, 1, "2026-12-01", HWATT_NOT_MET, "CLAIM");
	assert_string_equal(b.q.evidence.names, "Acme Z");
	end(&b);
}

static void documents_are_judged_by_their_review(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: bribes, type: anti_corruption, due: 2026-03-01}\n"
			       "  - {id: breach, type: anti_corruption, due: 2026-03-01, missing_is_breach: true}\n");
	ASK(&b, 0, "2026-02-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	ASK(&b, 1, "2026-03-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	ASK(&b, 1, "2026-03-02", HWATT_NOT_MET, "NO_DOC");
	ASK(&b, 0, "2026-03-02", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	put(&b, "documents", "- {id: rejected, type: anti_corruption, from: 2026-01-01, status: rejected, reviewed_by: Nils, reviewed: 2026-01-02}\n");
	ASK(&b, 0, "2026-03-02", HWATT_NOT_ENOUGH_DATA, "DOC_REJECTED");
	ASK(&b, 1, "2026-03-02", HWATT_NOT_MET, "DOC_REJECTED");
	SAID(&b, HWATT_SV, "Utlovat: ingen korruption och inget jäv. Det som lämnats in underkändes vid granskningen. Inget godkänt har "
	     "lämnats in, för: Exempelhall. Det skulle ha lämnats senast 2026-03-01, och enligt avtalet är det ett avtalsbrott. Kravet är inte "
	     "uppfyllt. Begär av leverantören: en undertecknad försäkran om att korruption och jäv inte förekommer.");
	put(&b, "documents", "- {id: says-no, type: anti_corruption, from: 2026-01-01, issued: 2026-01-01, conforms: false" ACCEPTED);
	ASK(&b, 0, "2026-03-02", HWATT_NOT_MET, "CLAIM");
	put(&b, "documents", "- {id: says-yes, type: anti_corruption, from: 2026-02-01, issued: 2026-01-02" ACCEPTED);
	ASK(&b, 0, "2026-03-02", HWATT_MET, "OK"); /* the newer one */
	ASK(&b, 0, "2026-01-31", HWATT_NOT_MET, "CLAIM");
	end(&b);
}

static void each_brand_is_a_subject_and_the_worst_decides(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: forced, type: forced_labour, subjects: [kind:server, kind:network]}\n");
	put(&b, "assets", "- {id: a1, kind: server, brand: Acme}\n- {id: a2, kind: server, brand: ACME}\n- {id: a3, kind: network, brand: Beta}\n"
	    "- {id: a4, kind: ups, brand: Gamma}\n- {id: a5, kind: server, brand: Delta, retired: 2026-02-01}\n");
	put(&b, "documents", "- {id: d1, type: forced_labour, subject: brand:Acme, from: 2026-01-01" ACCEPTED);
	ASK(&b, 0, "2026-03-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	assert_string_equal(b.q.evidence.names, "Beta");
	put(&b, "documents", "- {id: d2, type: forced_labour, subject: brand:Beta, from: 2025-01-01, to: 2025-12-31" ACCEPTED);
	ASK(&b, 0, "2026-03-01", HWATT_EXPIRED, "DOC_EXPIRED");
	ASK(&b, 0, "2026-01-31", HWATT_EXPIRED, "DOC_EXPIRED NO_DOC"); /* Delta was still there */
	put(&b, "documents", "- {id: d3, type: forced_labour, from: 2026-01-01" ACCEPTED); /* covers everything */
	ASK(&b, 0, "2026-03-01", HWATT_MET, "OK");
	end(&b);
}

static void conventions_are_counted_by_their_list(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: eight, type: ilo_core, conventions: 8}\n  - {id: dated, type: ilo_core}\n");
	put(&b, "documents", "- {id: d1, type: ilo_core, from: 2026-01-01, claims: [ilo-29, ilo-87, ilo-98, ilo-100]" ACCEPTED
	    "- {id: d2, type: ilo_core, from: 2026-01-01, claims: [ILO-105, ilo-111, ilo-138, ilo-182]" ACCEPTED);
	ASK(&b, 0, "2026-03-01", HWATT_MET, "OK");
	ASK(&b, 1, "2026-03-01", HWATT_NOT_MET, "CLAIM"); /* a contract of 2026 has ten */
	put(&b, "documents", "- {id: d3, type: ilo_core, from: 2026-01-01, claims: [ilo-155, ilo-187]" ACCEPTED);
	ASK(&b, 1, "2026-03-01", HWATT_MET, "OK");
	b.contract->valid.from_day = day("2022-06-09");
	b.contract->registers.documents.count = 2;
	ASK(&b, 1, "2026-03-01", HWATT_MET, "OK"); /* one of before has eight */
	end(&b);
}

static void a_document_may_stand_in_the_contract(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: m, type: attestation, document: m.pdf, issued: 2026-02-01, expires: 2026-05-01}\n"
			       "  - {id: parts, type: repair, years: 7}\n  - {id: el, type: electricity_label, labels: [bra-miljoval, eko]}\n"
			       "  - {id: dd, type: due_diligence, factories: true}\n");
	ASK(&b, 0, "2026-01-15", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	ASK(&b, 0, "2026-05-01", HWATT_MET, "OK");
	ASK(&b, 0, "2026-05-02", HWATT_EXPIRED, "DOC_EXPIRED");
	put(&b, "documents", "- {id: r, type: repair, from: 2026-01-01, years: 5" ACCEPTED
	    "- {id: e, type: electricity_label, from: 2026-01-01, claims: [eko]" ACCEPTED "- {id: dd, type: due_diligence, from: 2026-01-01" ACCEPTED);
	ASK(&b, 1, "2026-05-01", HWATT_NOT_MET, "CLAIM");
	ASK(&b, 2, "2026-05-01", HWATT_MET, "OK");
	put(&b, "assets", "- {id: a1, kind: server, brand: Acme}\n");
	ASK(&b, 3, "2026-05-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	put(&b, "factories", "- {name: F, country: TW, brand: acme}\n");
	ASK(&b, 3, "2026-05-01", HWATT_MET, "OK");
	end(&b);
}

static void outside_its_days_a_requirement_is_not_applicable(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: env, type: environmental_management, from: 2026-03-01, to: 2026-04-30}\n");
	ASK(&b, 0, "2026-02-28", HWATT_NOT_APPLICABLE, "OUTSIDE_PERIOD");
	ASK(&b, 0, "2026-03-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	ASK(&b, 0, "2026-05-01", HWATT_NOT_APPLICABLE, "OUTSIDE_PERIOD");
	end(&b);
}

/* --- assets ------------------------------------------------------------------------------------------------------ */

static void labels_count_as_of_the_purchase(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: l, type: ecolabel_share, min: 0.75, labels: [tco-certified, epeat-silver]}\n");
	ASK(&b, 0, "2026-02-01", HWATT_NOT_ENOUGH_DATA, "NO_DATA"); /* no register */
	put(&b, "assets", "- {id: a1, kind: server, labels: epeat-gold}\n- {id: a2, kind: server, labels: [tco-certified/9]}\n"
	    "- {id: a3, kind: server, model: X, purchased: 2024-05-01, labels: [none]}\n- {id: a4, kind: server, labels: [epeat-bronze]}\n");
	ASK(&b, 0, "2026-02-01", HWATT_NOT_MET, "LIMIT");
	assert_int_equal(b.q.evidence.part, 2);
	SAID(&b, HWATT_EN, "Promised: share of the equipment that carried an eco-label when it was bought, at least 75.0%. By the registers, on "
	     "2026-12-31: 50.0% (2 of 4). Look at: a3, a4. The requirement is not met. Ask the supplier to explain the cause and to "
	     "present a plan of action with dates.");
	put(&b, "documents", "- {id: d, type: ecolabel, subject: model:X, from: 2024-01-01, to: 2024-05-01, claims: tco-certified" ACCEPTED);
	ASK(&b, 0, "2026-02-01", HWATT_MET, "OK"); /* that it ended later does not undo it */
	((struct register_asset *)b.contract->registers.assets.items)[2].purchased_day++;
	ASK(&b, 0, "2026-02-01", HWATT_NOT_MET, "LIMIT");
	end(&b);
}

static void what_is_not_told_bounds_a_share(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: l, type: ecolabel_share, min: 0.50, labels: [tco-certified]}\n");
	put(&b, "assets", "- {id: a1, kind: server, labels: [tco-certified]}\n- {id: a2, kind: server}\n- {id: a3, kind: server, labels: [none]}\n"
	    "- {id: a4, kind: server, labels: [none]}\n");
	ASK(&b, 0, "2026-02-01", HWATT_NOT_ENOUGH_DATA, "NO_DATA"); /* 1 or 2 of 4 */
	put(&b, "assets", "- {id: a5, kind: server, labels: [none]}\n");
	ASK(&b, 0, "2026-02-01", HWATT_NOT_MET, "LIMIT_CERTAIN"); /* 2 of 5 at best */
	end(&b);
}

static void ages_and_fates_come_from_the_register(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: mean, type: lifetime, min: 5}\n  - {id: least, type: lifetime, min: 5, of: retired_least}\n"
			       "  - {id: reuse, type: reuse_rate, min: 0.5}\n  - {id: mat, type: reuse_rate, min: 1.0, class: material}\n"
			       "  - {id: own, type: reuse_rate, min: 0.5, class: internal}\n");
	ASK(&b, 0, "2026-12-31", HWATT_NOT_ENOUGH_DATA, "NO_DATA");
	put(&b, "assets", "- {id: a1, kind: server, first_use: 2020-03-01, retired: 2026-03-01, fate: reused_internally}\n"
	    "- {id: a2, kind: server, installed: 2022-03-01, retired: 2026-03-01, fate: material, receiver: R}\n"
	    "- {id: a3, kind: server, installed: 2022-03-01, retired: 2025-03-01, fate: disposed}\n");
	ASK(&b, 0, "2026-12-31", HWATT_MET, "OK"); /* 6 and 4 years */
	assert_int_equal(hwatt_ratio_compare(b.q.kpi.value, (struct hwatt_ratio){ 5, 1 }), 0);
	ASK(&b, 1, "2026-12-31", HWATT_NOT_MET, "LIMIT");
	ASK(&b, 2, "2026-12-31", HWATT_MET, "OK");
	ASK(&b, 3, "2026-12-31", HWATT_MET, "OK");
	ASK(&b, 4, "2026-12-31", HWATT_MET, "OK");
	put(&b, "assets", "- {id: a4, kind: server, installed: 2020-03-01, retired: 2026-03-01, fate: reused_externally, receiver: R}\n");
	ASK(&b, 4, "2026-12-31", HWATT_NOT_MET, "LIMIT"); /* 1 of 3: another's use is no internal reuse */
	ASK(&b, 2, "2026-12-31", HWATT_MET, "OK");
	put(&b, "documents", "- {id: d, type: end_of_life, from: 2026-01-01, status: submitted}\n");
	ASK(&b, 3, "2026-12-31", HWATT_NOT_ENOUGH_DATA, "NO_DATA"); /* now certificates are kept, and this one's is not there */
	b.facts.from_day = day("2027-01-01");
	b.facts.to_day = day("2027-12-31");
	b.contract->valid.to_day = b.facts.to_day;
	ASK(&b, 2, "2027-12-31", HWATT_NOT_APPLICABLE, "NO_SUBJECT");
	end(&b);
}

static void example_62_refrigerant(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: gwp, type: refrigerant, max: 416.5}\n  - {id: leak, type: refrigerant_refill, max: 2}\n");
	put(&b, "assets", "- {id: c1, kind: cooling, refrigerant: R-32, refrigerant_kg: 40, refrigerant_gwp: 675}\n"
	    "- {id: c2, kind: cooling, refrigerant: R-134a, refrigerant_kg: 10, refrigerant_gwp: 1430}\n"
	    "- {id: c3, kind: cooling, refrigerant: R-1234ze, refrigerant_kg: 50, refrigerant_gwp: 7}\n");
	ASK(&b, 0, "2026-12-31", HWATT_MET, "OK");
	assert_int_equal(hwatt_ratio_compare(b.q.kpi.value, (struct hwatt_ratio){ 833, 2 }), 0);
	ASK(&b, 1, "2026-12-31", HWATT_NOT_ENOUGH_DATA, "NO_DATA");
	put(&b, "activities", "- {id: r1, kind: refill, on: 2026-02-01, kg: 1.5}\n- {id: r2, kind: refill, on: 2026-03-01, kg: 1}\n");
	ASK(&b, 1, "2026-12-31", HWATT_NOT_MET, "LIMIT");
	b.facts.closed = false;
	ASK(&b, 1, "2026-06-30", HWATT_NOT_MET, "LIMIT_CERTAIN"); /* nothing takes it back */
	end(&b);
}

/* --- places, events, counters ------------------------------------------------------------------------------------ */

static void example_77_location(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: eu, type: location, set: EU}\n  - {id: eea, type: location, set: EEA}\n"
			       "  - {id: europe, type: location, set: EUROPE}\n  - {id: list, type: location, countries: [SE, \"NO\"], about: [data]}\n");
	struct judge_site site = { "s1", "NO" };
	b.facts.sites = &site;
	b.facts.site_count = 1;
	ASK(&b, 0, "2026-02-01", HWATT_NOT_MET, "CLAIM");
	ASK(&b, 1, "2026-02-01", HWATT_MET, "OK");
	site.country = "GB";
	ASK(&b, 1, "2026-02-01", HWATT_NOT_MET, "CLAIM");
	SAID(&b, HWATT_NB, "Lovet: data, maskinvare og personale bare i de avtalte landene. Ifølge et dokument eller register følges ikke "
	     "kravet, for: s1 (GB). Kravet er ikke oppfylt. Be leverandøren rette opp i det og levere: en redegjørelse for i hvilke land dataene "
	     "ligger, maskinvaren står og personalet arbeider.");
	ASK(&b, 2, "2026-02-01", HWATT_MET, "OK");
	b.contract->valid.from_day = day("2019-01-01");
	ASK(&b, 0, "2020-01-31", HWATT_MET, "OK"); /* the table is dated */
	ASK(&b, 0, "2020-02-01", HWATT_NOT_MET, "CLAIM");
	b.contract->valid.from_day = day("2010-01-01");
	site.country = "HR";
	ASK(&b, 0, "2013-06-30", HWATT_NOT_MET, "CLAIM");
	ASK(&b, 0, "2013-07-01", HWATT_MET, "OK");
	site.country = "";
	ASK(&b, 0, "2026-02-01", HWATT_NOT_ENOUGH_DATA, "NO_DATA");
	ASK(&b, 3, "2026-02-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	put(&b, "locations", "- {name: backup, about: data, country: \"NO\"}\n- {name: old, about: data, country: US, to: 2026-01-31}\n");
	ASK(&b, 3, "2026-02-01", HWATT_MET, "OK");
	ASK(&b, 3, "2026-01-31", HWATT_NOT_MET, "CLAIM");
	end(&b);
}

static void reports_have_a_due_day_and_fields(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: r, type: reporting, due_days: 10, fields: [energy_it, pue]}\n");
	b.facts.from_day = day("2026-03-01");
	b.facts.to_day = day("2026-03-31");
	ASK(&b, 0, "2026-04-05", HWATT_NOT_ENOUGH_DATA, "NO_DATA"); /* nobody keeps a register */
	put(&b, "activities", "- {id: x, kind: report, on: 2026-03-05, period: 2026-02, fields: [energy_it, pue]}\n");
	ASK(&b, 0, "2026-04-10", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	ASK(&b, 0, "2026-04-11", HWATT_NOT_MET, "OVERDUE");
	put(&b, "activities", "- {id: late, kind: report, on: 2026-04-12, period: 2026-03, fields: [energy_it, pue]}\n");
	ASK(&b, 0, "2026-04-20", HWATT_NOT_MET, "OVERDUE"); /* late */
	put(&b, "activities", "- {id: z, kind: report, on: 2026-04-09, period: 2026-03, fields: [energy_it]}\n");
	ASK(&b, 0, "2026-04-20", HWATT_NOT_MET, "CLAIM");
	put(&b, "activities", "- {id: w, kind: report, on: 2026-04-10, period: 2026-03, fields: [PUE, energy_it]}\n");
	ASK(&b, 0, "2026-04-20", HWATT_MET, "OK");
	end(&b);
}

static void audits_grow_old_and_findings_have_deadlines(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: a, type: audit, level: office_audit, max_age_months: 12, due: 2026-02-01}\n"
			       "  - {id: f, type: findings, high_days: 30}\n  - {id: u, type: follow_up, max_age_months: 12}\n");
	put(&b, "activities", "- {id: a0, kind: audit, on: 2026-01-15, level: self_assessment}\n");
	ASK(&b, 0, "2026-02-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC"); /* not deep enough */
	put(&b, "activities", "- {id: a1, kind: audit, on: 2025-02-28, level: factory_audit}\n");
	ASK(&b, 0, "2026-02-28", HWATT_MET, "OK");
	ASK(&b, 0, "2026-03-01", HWATT_EXPIRED, "DOC_EXPIRED");
	assert_int_equal(b.q.evidence.expired_day, day("2026-03-01"));
	ASK(&b, 1, "2026-03-01", HWATT_MET, "OK"); /* none */
	put(&b, "activities", "- {id: f1, kind: finding, on: 2026-03-01, severity: high}\n- {id: f2, kind: finding, on: 2026-03-01, due: 2026-06-01}\n");
	ASK(&b, 1, "2026-03-31", HWATT_MET, "OK"); /* open, and in time */
	ASK(&b, 1, "2026-04-01", HWATT_NOT_MET, "OVERDUE");
	assert_string_equal(b.q.evidence.names, "f1");
	put(&b, "activities", "- {id: f3, kind: finding, on: 2026-03-01}\n");
	((struct register_activity *)b.contract->registers.activities.items)[2].closed_day = day("2026-04-02");
	ASK(&b, 1, "2026-04-02", HWATT_NOT_ENOUGH_DATA, "NO_DATA"); /* f3 has no deadline */
	ASK(&b, 2, "2026-04-02", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	put(&b, "activities", "- {id: u1, kind: follow_up, on: 2026-03-01}\n");
	ASK(&b, 2, "2026-04-02", HWATT_NOT_MET, "CLAIM"); /* no lessons */
	put(&b, "activities", "- {id: u2, kind: follow_up, on: 2026-03-02, lessons: meter category 2}\n");
	ASK(&b, 2, "2026-04-02", HWATT_MET, "OK");
	end(&b);
}

static void a_document_about_some_does_not_cover_the_others(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: child, type: child_labour}\n");
	put(&b, "documents", "- {id: d1, type: child_labour, subject: brand:Acme, from: 2026-01-01" ACCEPTED);
	ASK(&b, 0, "2026-02-01", HWATT_MET, "OK"); /* nobody knows of others */
	put(&b, "assets", "- {id: a1, kind: server, brand: Acme}\n- {id: a2, kind: server, brand: Beta}\n");
	ASK(&b, 0, "2026-02-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	assert_string_equal(b.q.evidence.names, "Beta");
	put(&b, "documents", "- {id: d2, type: child_labour, subject: brand:Beta, from: 2026-02-02" ACCEPTED);
	ASK(&b, 0, "2026-02-02", HWATT_MET, "OK"); /* both together */
	put(&b, "assets", "- {id: a3, kind: storage, brand: Gamma}\n");
	ASK(&b, 0, "2026-02-02", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	put(&b, "documents", "- {id: d3, type: child_labour, subject: kind:storage, from: 2026-02-02" ACCEPTED);
	ASK(&b, 0, "2026-02-02", HWATT_MET, "OK");
	end(&b);
}

static void the_first_audit_is_due_when_the_first_span_ends(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: a, type: audit, level: self_assessment, max_age_months: 6, missing_is_breach: true}\n"
			       "  - {id: u, type: follow_up, max_age_months: 6, due_days: 30, missing_is_breach: true}\n");
	put(&b, "activities", "- {id: i1, kind: incident, on: 2026-01-15}\n");
	ASK(&b, 0, "2026-01-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	ASK(&b, 0, "2026-07-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC"); /* one every half year: by then */
	assert_int_equal(b.q.evidence.due_day, day("2026-07-01"));
	ASK(&b, 0, "2026-07-02", HWATT_NOT_MET, "NO_DOC");
	ASK(&b, 1, "2026-01-31", HWATT_NOT_ENOUGH_DATA, "NO_DOC"); /* unless the contract says when */
	ASK(&b, 1, "2026-02-01", HWATT_NOT_MET, "NO_DOC");
	end(&b);
}

static void what_is_wrong_is_said(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: env, type: environmental_management, claims: [iso-14001, emas]}\n"
			       "  - {id: rep, type: repair, years: 7}\n  - {id: r, type: reporting, due_days: 10, fields: [energy_it, pue]}\n"
			       "  - {id: u, type: follow_up, max_age_months: 12}\n  - {id: chain, type: due_diligence, factories: true}\n"
			       "  - {id: jav, type: anti_corruption}\n");
	b.facts.from_day = day("2026-03-01");
	b.facts.to_day = day("2026-03-31");
	put(&b, "documents", "- {id: d1, type: environmental_management, from: 2026-01-01, claims: iso-14001" ACCEPTED
	    "- {id: d2, type: repair, from: 2026-01-01, years: 5" ACCEPTED "- {id: d3, type: due_diligence, from: 2026-01-01" ACCEPTED);
	put(&b, "assets", "- {id: a1, kind: server, brand: Acme}\n");
	put(&b, "activities", "- {id: r1, kind: report, on: 2026-04-09, period: 2026-03, fields: [pue]}\n- {id: u1, kind: follow_up, on: 2026-03-01}\n");
	ASK(&b, 0, "2026-05-01", HWATT_NOT_MET, "CLAIM");
	SAID(&b, HWATT_SV, "Utlovat: systematiskt miljöarbete. Det som har godkänts tar inte upp: emas. Enligt ett dokument eller register följs kravet inte, "
	     "för: Exempelhall. Kravet är inte uppfyllt. Begär att leverantören rättar till bristen och lämnar: ett giltigt certifikat enligt ISO "
	     "14001 eller Emas, eller en beskrivning av ett likvärdigt arbetssätt.");
	ASK(&b, 1, "2026-05-01", HWATT_NOT_MET, "CLAIM");
	assert_string_equal(b.q.evidence.detail, "7");
	ASK(&b, 2, "2026-05-01", HWATT_NOT_MET, "CLAIM");
	assert_string_equal(b.q.evidence.detail, "energy_it");
	ASK(&b, 3, "2026-05-01", HWATT_NOT_MET, "CLAIM");
	assert_string_equal(b.q.evidence.finding, "The meeting was held, but no lessons are written down.");
	ASK(&b, 4, "2026-05-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	assert_string_equal(b.q.evidence.detail, "Acme");
	put(&b, "documents", "- {id: d4, type: anti_corruption, from: 2026-01-01, status: submitted}\n");
	ASK(&b, 5, "2026-05-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	SAID(&b, HWATT_EN, "Promised: no corruption and no conflict of interest. Something was handed in and waits for your review. Nothing else is "
	     "accepted, for: Exempelhall. The requirement can be judged when you have reviewed it."); /* not the supplier's turn */
	struct hwatt_view_requirement seen = { .status = HWATT_NOT_ENOUGH_DATA, .reasons = "NO_DOC", .to_review = verdict_to_review(&b.q.evidence) };
	assert_string_equal(ask_about(&seen).en, "Review what the supplier has handed in.");
	((struct requirement *)b.contract->requirements.items)[5].missing_is_breach = true;
	ASK(&b, 5, "2026-05-01", HWATT_NOT_MET, "NO_DOC");
	SAID(&b, HWATT_SV, "Utlovat: ingen korruption och inget jäv. Något har lämnats in och väntar på er granskning. Inget annat är godkänt, för: "
	     "Exempelhall. Det skulle ha lämnats senast 2026-01-01, och enligt avtalet är det ett avtalsbrott. Kravet är inte uppfyllt förrän ni har "
	     "godkänt det.");
	ASK(&b, 4, "2026-05-01", HWATT_NOT_ENOUGH_DATA, "NO_DOC");
	seen.to_review = verdict_to_review(&b.q.evidence);
	assert_string_equal(ask_about(&seen).en, "Ask the supplier to hand in what is missing.");
	((struct register_activity *)b.contract->registers.activities.items)[0].day = day("2026-04-20");
	((struct register_activity *)b.contract->registers.activities.items)[0].fields = ((const struct requirement *)b.contract->requirements.items)[2].event.fields;
	ASK(&b, 2, "2026-05-01", HWATT_NOT_MET, "OVERDUE");
	SAID(&b, HWATT_EN, "Promised: reports handed in on time. It was handed in late, on 2026-04-20. The deadline 2026-04-10 was not kept, for: "
	     "2026-03. The requirement is not met. Ask the supplier to explain the cause and to hand in the next one in time.");
	end(&b);
}

static void what_replaced_hardware_lacks_has_its_day(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: minerals, type: minerals, trigger: replacement}\n  - {id: swap, type: replacement}\n");
	struct judge_replacement swapped = { day("2026-03-01"), "srv-1", "old", "new", "" };
	b.facts.replacements = &swapped;
	b.facts.replacement_count = 1;
	put(&b, "documents", "- {id: d, type: minerals, from: 2026-01-01, to: 2026-04-30" ACCEPTED);
	ASK(&b, 1, "2026-04-30", HWATT_MET, "OK");
	assert_int_equal(b.q.evidence.until_day, day("2026-04-30"));
	ASK(&b, 1, "2026-06-01", HWATT_EXPIRED, "DOC_EXPIRED");
	assert_int_equal(b.q.evidence.expired_day, day("2026-05-01")); /* not 1970 */
	end(&b);
}

static void a_period_is_cut_to_the_days_in_force(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: prints, type: counter, counter: prints, max: 100, from: 2026-07-01, to: 2026-09-30}\n");
	put(&b, "counters", "- {counter: prints, from: 2026-04-01, to: 2026-06-30, value: 500, author: Nils, source: S}\n"
	    "- {counter: prints, from: 2026-07-01, to: 2026-09-30, value: 90, author: Nils, source: S}\n"
	    "- {counter: prints, from: 2026-10-01, to: 2026-12-31, value: 500, author: Nils, source: S}\n");
	ASK(&b, 0, "2026-12-31", HWATT_MET, "OK"); /* of the year, what it was in force for */
	b.facts.from_day = day("2026-10-01");
	ASK(&b, 0, "2026-12-31", HWATT_NOT_APPLICABLE, "OUTSIDE_PERIOD");
	end(&b);
}

static void counters_are_summed_over_the_period(void **state)
{
	(void)state;
	struct bench b = begin("  - {id: k, type: counter, counter: prints, unit: sheets, max: 3000000}\n");
	ASK(&b, 0, "2026-12-31", HWATT_NOT_ENOUGH_DATA, "COVERAGE NO_DATA");
	put(&b, "counters", "- {counter: prints, from: 2026-01-01, to: 2026-06-30, value: 1400000, author: Nils, source: S}\n"
	    "- {counter: prints, from: 2025-01-01, to: 2025-12-31, value: 9, author: Nils, source: S}\n");
	ASK(&b, 0, "2026-12-31", HWATT_NOT_ENOUGH_DATA, "COVERAGE");
	SAID(&b, HWATT_EN, "Promised: a count kept by hand, at most 3000000\u00a0sheets per calendar year. By the registers, from 2026-01-01 to "
	     "2026-12-31: 1400000\u00a0sheets. There are entries for 49.6% of the period, and 100.0% is needed. The requirement cannot be "
	     "judged. Ask the supplier for: the missing counts, with who counted and from what source.");
	put(&b, "counters", "- {counter: prints, from: 2026-07-01, to: 2026-12-31, value: 1600000, author: Nils, source: S}\n");
	ASK(&b, 0, "2026-12-31", HWATT_MET, "OK");
	end(&b);
}

/* --- all of them ------------------------------------------------------------------------------------------------- */

/* Every judged type, status and set of reasons says a whole sentence in each language. */
static void every_type_has_sentences(void **state)
{
	(void)state;
	const struct requirement_type *type;
	struct hwatt_text text;
	struct verdict_period period = { "2026-10-01", "2026-10-31" };
	hwatt_text_init(&text, 8192);
	for (size_t i = 0; (type = requirement_type_at(i)) != NULL; i++) {
		if (type->judge == NULL)
			continue;
		struct requirement r = { .id = "r", .type = type, .window = type->window, .limited = type->limits == LIMITS_REQUIRED,
					 .maximum = type->may_max, .max = 1000000, .min = 500000 };
		r.counter.unit = "";
		for (unsigned reasons = 1; reasons < 1u << VERDICT_REASON_COUNT; reasons *= 2) {
			for (unsigned bits = 0; bits < HWATT_STATUSES * 2 * 2 * EVIDENCE_KINDS; bits++) {
				struct verdict_question q = { .requirement = &r, .closed = bits / HWATT_STATUSES % 2 != 0,
							      .by_evidence = type->unit == UNIT_NONE, .in_force = true };
				q.kpi = (struct kpi){ .known = bits / HWATT_STATUSES / 2 % 2 != 0, .value = { 1, 2 }, .coverage = { 1, 2 } };
				q.evidence = (struct verdict_evidence){ .due_day = 20000, .expired_day = 20001, .names = "Acme", .whole = 2 };
				q.evidence.count[bits / HWATT_STATUSES / 4] = 1;
				struct verdict v = { (enum hwatt_status)(bits % HWATT_STATUSES), reasons };
				for (int language = 0; language < HWATT_LANGUAGES; language++) {
					hwatt_text_reset(&text);
					verdict_sentence(&q, &v, &period, (enum hwatt_language)language, &text);
					assert_true(text.length > 40 && hwatt_text_ok(&text));
					assert_null(strpbrk(text.bytes, "{}"));
					assert_null(strstr(text.bytes, "  "));
					assert_int_equal(text.bytes[text.length - 1], '.');
				}
			}
		}
	}
	hwatt_text_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_75_document),
		cmocka_unit_test(regress_5_a_successor_takes_over_on_its_first_day),
		cmocka_unit_test(example_76_replacement),
		cmocka_unit_test(only_the_hardware_that_is_there_counts),
		cmocka_unit_test(a_part_that_was_exchanged_is_new_hardware),
		cmocka_unit_test(replacements_are_judged_by_what_was_promised_on_their_day),
		cmocka_unit_test(documents_are_judged_by_their_review),
		cmocka_unit_test(each_brand_is_a_subject_and_the_worst_decides),
		cmocka_unit_test(conventions_are_counted_by_their_list),
		cmocka_unit_test(a_document_may_stand_in_the_contract),
		cmocka_unit_test(outside_its_days_a_requirement_is_not_applicable),
		cmocka_unit_test(labels_count_as_of_the_purchase),
		cmocka_unit_test(what_is_not_told_bounds_a_share),
		cmocka_unit_test(ages_and_fates_come_from_the_register),
		cmocka_unit_test(example_62_refrigerant),
		cmocka_unit_test(example_77_location),
		cmocka_unit_test(reports_have_a_due_day_and_fields),
		cmocka_unit_test(audits_grow_old_and_findings_have_deadlines),
		cmocka_unit_test(a_document_about_some_does_not_cover_the_others),
		cmocka_unit_test(the_first_audit_is_due_when_the_first_span_ends),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(what_replaced_hardware_lacks_has_its_day),
		cmocka_unit_test(a_period_is_cut_to_the_days_in_force),
		cmocka_unit_test(counters_are_summed_over_the_period),
		cmocka_unit_test(every_type_has_sentences),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
