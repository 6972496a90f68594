/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What a follow-up says of certificates: which there are, what of them counted and why not the rest, and what an auditor would find. */
#include "followup_private.h"
#include "claim.h"
#include <hallwatt/text.h>
#include <stdlib.h>
#include <string.h>

#define MONTHS_MOST 1500
#define J_OF(mj) ((struct hwatt_ratio){ (mj), 1000 })

/* --- spans ------------------------------------------------------------------------------------------------------- */

struct use { /* a figure that takes certificates, and its period cut into months */
	const char *requirement;
	struct certificate_filter filter;
	int64_t step_s;           /* matched in steps of it; 0: in parts */
	struct claim_span whole;
	size_t part_count;
	struct claim_span *parts;
};

static struct claim_span span_of(const struct zone *zone, int64_t from_s, int64_t to_s)
{
	struct claim_span span = { from_s, to_s, zone_day(zone, from_s), zone_day(zone, to_s) };
	if (zone_day_start(zone, span.from_day) < from_s)
		span.from_day++; /* only whole days */
	span.to_day = span.to_day < span.from_day ? span.from_day : span.to_day;
	return span;
}

static struct use use_make(const struct making *m, const char *requirement, int64_t from_s, int64_t to_s, enum kpi_matching matching)
{
	const struct zone *zone = m->contract->zone;
	struct use use = { .requirement = requirement, .whole = span_of(zone, from_s, to_s), .parts = NULL };
	use.step_s = matching == KPI_MATCH_HOURLY ? 3600 : matching == KPI_MATCH_QUARTER ? QUARTER_S : 0;
	use.parts = hwatt_arena_alloc(m->arena, MONTHS_MOST * sizeof(*use.parts));
	for (int64_t at_s = from_s; at_s < to_s && use.part_count < MONTHS_MOST;) {
		struct window month = window_containing(zone, matching == KPI_MATCH_ANNUAL ? WINDOW_CONTRACT : WINDOW_MONTH, at_s,
							use.whole.from_day, use.whole.to_day - 1);
		int64_t end_s = matching != KPI_MATCH_ANNUAL && month.to_s < to_s ? month.to_s : to_s;
		use.parts[use.part_count++] = span_of(zone, at_s, end_s);
		at_s = end_s;
	}
	return use;
}

/* The report's period, and each requirement that chooses certificates with the period that it was judged for. */
static size_t find_uses(const struct making *m, struct use *out)
{
	const struct requirement *all = m->scope->contract->requirements.items;
	size_t count = 0;
	out[count++] = use_make(m, "", m->followup.from_s, m->until_s, KPI_MATCH_ANNUAL);
	for (size_t i = 0; i < m->followup.requirement_count; i++) {
		const struct hwatt_view_requirement *v = &m->followup.requirements[i].verdict;
		struct certificate_filter filter;
		if (!requirement_filter(&all[i], &filter) || v->to_s <= v->from_s)
			continue;
		int64_t to_s = v->to_s < m->until_s ? v->to_s : m->until_s;
		out[count] = use_make(m, v->requirement, v->from_s, to_s, (enum kpi_matching)all[i].green.matching);
		out[count++].filter = filter;
	}
	return count;
}

/* --- one certificate in one use ---------------------------------------------------------------------------------- */

enum { NOT_RESOLVED = 1, STEMS = 2, TWICE = 4, METERED = 8, OTHER_TIME = 16, REFUSED = 32 };

static const char *const refusals[] = {
	[CERTIFICATE_COUNTS] = "", [CERTIFICATE_WRONG_TECHNOLOGY] = "TECHNOLOGY", [CERTIFICATE_GUARANTEES_SOLD] = "SOLD",
	[CERTIFICATE_EXPIRED] = "EXPIRED", [CERTIFICATE_WRONG_COUNTRY] = "COUNTRY", [CERTIFICATE_WRONG_ZONE] = "ZONE",
	[CERTIFICATE_WITHOUT_LABEL] = "LABEL", [CERTIFICATE_SUPPORTED] = "SUPPORT",
};

struct counted {
	int64_t mj;
	unsigned reasons;
	enum certificate_refusal refusal;
};

/* Of the row's hours those that lie in one step each. */
static int64_t steps_mj(const struct certificate *row, const struct use *use, const struct claim_span *part)
{
	int64_t sum = 0;
	if (!certificate_meant_for(row, part->from_day, part->to_day))
		return 0;
	for (size_t i = certificate_hour_at(row, part->from_s); i < row->hour_count; i++) {
		const struct certificate_hour *h = &row->hours[i];
		int64_t end_s = h->start_s + h->seconds;
		if (end_s > part->to_s)
			break;
		sum += h->start_s / use->step_s == (end_s - 1) / use->step_s ? h->volume_mj : 0;
	}
	return sum;
}

static struct counted count_row(const struct use *use, const struct claim *claim, const struct certificate *row)
{
	struct counted out = { .refusal = certificate_refused(row, claim->filter) };
	int64_t stems = 0;
	if (out.refusal != CERTIFICATE_COUNTS)
		return out;
	if (row->kind == CERTIFICATE_ONSITE) {
		out.reasons = METERED;
		return out;
	}
	bool annual = use->part_count == 1 && use->step_s == 0;
	for (size_t i = 0; i < use->part_count; i++) {
		int64_t off = claim_stems_mj(claim, row, annual, &use->parts[i]), here;
		here = use->step_s > 0 ? steps_mj(row, use, &use->parts[i]) : claim_row_mj(claim, row, annual, &use->parts[i]) + off;
		off = off < here ? off : here;
		out.mj += here - off;
		stems += off;
	}
	bool unresolved = claim_unresolved(claim, row, use->step_s, &use->whole, use->parts, use->part_count);
	out.reasons = (stems > 0 ? STEMS : 0u) | (unresolved ? NOT_RESOLVED : 0u) | (row->twice ? TWICE : 0u);
	if (out.mj + stems < row->volume_mj && !unresolved)
		out.reasons |= OTHER_TIME;
	return out;
}

static const char *reasons_text(struct making *m, const struct counted *c)
{
	static const char *const names[] = { "NOT_RESOLVED", "STEMS_FROM_DELIVERY", "DOUBLE_COUNT", "OWN_PLANT_METERED", "OTHER_PERIOD" };
	struct hwatt_text text;
	hwatt_text_init(&text, 200);
	hwatt_text_puts(&text, refusals[c->refusal]);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if ((c->reasons >> i & 1) != 0)
			hwatt_text_printf(&text, "%s%s", text.length > 0 ? " " : "", names[i]);
	const char *kept = followup_keep(m, hwatt_text_string(&text));
	hwatt_text_free(&text);
	return kept;
}

/* --- the table --------------------------------------------------------------------------------------------------- */

struct line { /* of the table, with what folding needs */
	const struct certificate *first;
	struct hwatt_followup_certificate shown;
	struct counted *counted;  /* by use */
};

static bool touches(const struct certificate *row, const struct claim_span *span)
{
	bool produced = row->from_day < span->to_day && row->to_day >= span->from_day;
	bool used = row->consumption_from_day != 0 && row->consumption_from_day < span->to_day && row->consumption_to_day >= span->from_day;
	return produced || used || certificate_within(row, CERTIFICATE_BY_CONSUMPTION, span->from_day, span->to_day);
}

/* Whether two rows of hours can stand in one line: only their times differ, and what became of them does not. */
static bool folds(const struct line *line, const struct certificate *row, const struct counted *counted, size_t uses)
{
	const struct certificate *a = line->first;
	if (a->from_s == 0 || row->from_s == 0 || a->kind != row->kind || a->technology != row->technology || a->guarantees != row->guarantees ||
	    strcmp(a->site, row->site) != 0 || strcmp(a->contract, row->contract) != 0 || strcmp(a->device_gsrn, row->device_gsrn) != 0 ||
	    strcmp(a->device_name, row->device_name) != 0 || strcmp(a->country, row->country) != 0 || strcmp(a->zone, row->zone) != 0)
		return false;
	for (size_t i = 0; i < uses; i++)
		if (line->counted[i].reasons != counted[i].reasons || line->counted[i].refusal != counted[i].refusal)
			return false;
	return true;
}

static int64_t day_or_none(int64_t day)
{
	return day != 0 ? day : INT64_MAX;
}

static struct hwatt_followup_certificate show(const struct making *m, const struct certificate *row)
{
	static const char *const guarantees[] = { "not_stated", "cancelled", "not_issued", "sold" };
	bool site = row->site[0] != '\0';
	return (struct hwatt_followup_certificate){
		.id = followup_keep(m, row->id), .last_id = followup_keep(m, row->id), .count = 1, .subject_kind = site ? "site" : "contract",
		.subject = followup_keep(m, site ? row->site : row->contract), .kind = certificate_kind_name((enum certificate_kind)row->kind),
		.technology = certificate_technology_name((enum certificate_technology)row->technology),
		.guarantees = guarantees[row->guarantees], .country = followup_keep(m, row->country), .zone = followup_keep(m, row->zone),
		.device = followup_keep(m, row->device_name[0] != '\0' ? row->device_name : row->device_gsrn),
		.beneficiary = followup_keep(m, row->beneficiary_name), .transaction = followup_keep(m, row->transaction_id),
		.cert_id_from = followup_keep(m, row->cert_id_from), .cert_id_to = followup_keep(m, row->cert_id_to),
		.sha256 = followup_keep(m, row->document_sha256), .from_day = row->from_day, .to_day = row->to_day,
		.consumption_from_day = day_or_none(row->consumption_from_day), .consumption_to_day = day_or_none(row->consumption_to_day),
		.cancelled_day = day_or_none(row->cancelled_day), .volume = J_OF(0), .hours = J_OF(0),
	};
}

static void add_to(struct line *line, const struct certificate *row, const struct counted *counted, size_t uses)
{
	line->shown.volume.num += row->volume_mj;
	line->shown.hours.num += row->hours_mj;
	if (line->first == row)
		return;
	line->shown.count++;
	line->shown.last_id = row->id; /* of the books: kept at the end */
	line->shown.from_day = row->from_day < line->shown.from_day ? row->from_day : line->shown.from_day;
	line->shown.to_day = row->to_day > line->shown.to_day ? row->to_day : line->shown.to_day;
	for (size_t i = 0; i < uses; i++)
		line->counted[i].mj += counted[i].mj;
}

struct table {
	struct making *m;
	struct use *uses;
	size_t use_count, line_count, capacity;
	struct line *lines;
	struct counted *counted;  /* scratch, by use */
};

static void add_row(struct table *t, const struct claim *claims, const struct certificate *row)
{
	size_t at = 0;
	for (size_t i = 0; i < t->use_count; i++)
		t->counted[i] = count_row(&t->uses[i], &claims[i], row);
	for (at = 0; at < t->line_count && !folds(&t->lines[at], row, t->counted, t->use_count); at++)
		;
	if (at == t->line_count) {
		if (t->line_count == t->capacity) {
			t->capacity = t->capacity == 0 ? 32 : t->capacity * 2;
			t->lines = hwatt_realloc(t->lines, t->capacity * sizeof(*t->lines));
		}
		struct counted *kept = hwatt_arena_alloc(t->m->arena, (t->use_count + 1) * sizeof(*kept));
		memcpy(kept, t->counted, t->use_count * sizeof(*kept));
		t->lines[t->line_count++] = (struct line){ row, show(t->m, row), kept };
	}
	add_to(&t->lines[at], row, t->counted, t->use_count);
}

static void keep_table(struct table *t)
{
	struct hwatt_followup_certificate *kept = hwatt_arena_alloc(t->m->arena, (t->line_count + 1) * sizeof(*kept));
	for (size_t i = 0; i < t->line_count; i++) {
		struct line *line = &t->lines[i];
		struct hwatt_followup_use *uses = hwatt_arena_alloc(t->m->arena, (t->use_count + 1) * sizeof(*uses));
		for (size_t u = 0; u < t->use_count; u++)
			uses[u] = (struct hwatt_followup_use){ followup_keep(t->m, t->uses[u].requirement), J_OF(line->counted[u].mj),
							       reasons_text(t->m, &line->counted[u]) };
		kept[i] = line->shown;
		kept[i].last_id = followup_keep(t->m, line->shown.last_id);
		kept[i].use_count = t->use_count;
		kept[i].uses = uses;
	}
	t->m->followup.certificates = kept;
	t->m->followup.certificate_count = t->line_count;
}

/* Rows of the contract and of its sites. */
static size_t find_rows(const struct making *m, const struct certificate **out)
{
	size_t count, kept = 0;
	const struct certificate *rows = books_certificates(m->e->inventory->config->books, &count);
	for (size_t i = 0; i < count; i++) {
		bool ours = strcmp(rows[i].contract, m->scope->contract->id) == 0;
		for (size_t s = 0; s < m->scope->site_count; s++)
			ours |= strcmp(rows[i].site, m->scope->sites[s]->site->id) == 0;
		if (ours)
			out[kept++] = &rows[i];
	}
	return kept;
}

static void add_table(struct making *m)
{
	size_t all;
	books_certificates(m->e->inventory->config->books, &all);
	const struct certificate **rows = hwatt_alloc((all + 1) * sizeof(*rows));
	size_t count = find_rows(m, rows), most = m->followup.requirement_count + 1;
	struct table t = { .m = m, .uses = hwatt_alloc(most * sizeof(*t.uses)), .counted = hwatt_alloc(most * sizeof(*t.counted)) };
	struct claim *claims = hwatt_alloc(most * sizeof(*claims));
	t.use_count = count > 0 ? find_uses(m, t.uses) : 0;
	for (size_t i = 0; i < t.use_count; i++)
		claims[i] = (struct claim){ rows, count, &t.uses[i].filter };
	for (size_t i = 0; i < count; i++)
		if (touches(rows[i], &t.uses[0].whole))
			add_row(&t, claims, rows[i]);
	keep_table(&t);
	free(claims);
	free(t.counted);
	free(t.uses);
	free(t.lines);
	free(rows);
}

/* --- the audit --------------------------------------------------------------------------------------------------- */

/* "Check ... failed (hall): certificate ids are used once: GO-1, GO-2" */
static struct hwatt_texts audit_text(const struct making *m, const char *subject, const struct certificate_check *check)
{
	static const char *const head = HWATT_N("Check of the green electricity certificates failed");
	const char *texts[HWATT_LANGUAGES];
	for (int l = 0; l < HWATT_LANGUAGES; l++) {
		struct hwatt_text text;
		hwatt_text_init(&text, 4096);
		hwatt_text_printf(&text, "%s (%s): %s", hwatt_tr((enum hwatt_language)l, head), subject, hwatt_tr((enum hwatt_language)l, check->what));
		hwatt_text_printf(&text, "%s%s.", check->text[0] != '\0' ? ": " : "", check->text);
		texts[l] = followup_keep(m, hwatt_text_string(&text));
		hwatt_text_free(&text);
	}
	return (struct hwatt_texts){ .sv = texts[HWATT_SV], .nb = texts[HWATT_NB], .en = texts[HWATT_EN] };
}

/* What was used, in mJ; -1 when it is not known. */
static hwatt_i128 used_mj(const struct making *m, size_t subject, const char *figure)
{
	for (size_t i = 0; i < m->followup.series_count; i++) {
		const struct hwatt_view_kpi *k = &m->followup.series[i].whole;
		if (strcmp(k->subject, m->e->subjects[subject].id) == 0 && strcmp(k->kpi, figure) == 0 && k->known && !m->followup.open)
			return k->value.num * 1000 / k->value.den;
	}
	return -1;
}

struct auditing {
	const struct certificate *rows;
	size_t count;
	struct hwatt_followup_note *notes; /* room for a failure of each check */
	struct hwatt_followup_check *checks;
};

static void audit_subject(struct making *m, struct auditing *a, size_t subject)
{
	static const enum hwatt_outcome outcomes[] = { [CERTIFICATE_PASS] = HWATT_PASSED, [CERTIFICATE_FAIL] = HWATT_FAILED,
						       [CERTIFICATE_NOT_CHECKED] = HWATT_NOT_CHECKED };
	const struct contract *c = m->scope->contract;
	bool site = subject + 1 < m->e->subject_count;
	const struct config_site *at = site ? m->scope->sites[subject]->site : NULL;
	const char *names[] = { c->buyer, c->supplier, site ? at->data_centre.operator : NULL, site ? at->data_centre.owner : NULL };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		names[i] = names[i] != NULL ? names[i] : "";
	struct certificate_audit audit = { .site = site ? at->id : NULL, .contract = site ? NULL : c->id, .beneficiaries = names,
					   .beneficiary_count = sizeof(names) / sizeof(names[0]), .from_day = m->from_day,
					   .to_day = m->to_day + 1 };
	audit.used_mj = site && at->onsite != CERTIFICATE_UNKNOWN ? -1 : used_mj(m, subject, site ? "energy_dc" : "energy_allocated");
	struct certificate_check checks[CERTIFICATE_CHECKS];
	const char *id = followup_keep(m, m->e->subjects[subject].id);
	certificate_audit(a->rows, a->count, &audit, m->arena, checks);
	for (size_t i = 0; i < CERTIFICATE_CHECKS; i++) {
		bool failed = checks[i].outcome == CERTIFICATE_FAIL;
		a->checks[m->followup.check_count++] = (struct hwatt_followup_check){ site ? "site" : "contract", id, checks[i].number,
			followup_translated(checks[i].what), outcomes[checks[i].outcome], failed ? checks[i].text : "" };
		if (failed)
			a->notes[m->followup.note_count++] = (struct hwatt_followup_note){
				hwatt_arena_printf(m->arena, "CERTIFICATE_CHECK_%d", checks[i].number), audit_text(m, id, &checks[i]) };
	}
}

/* Adds what an auditor would find in the certificates that are the contract's or its sites', where there are any. */
static void add_audit(struct making *m)
{
	struct auditing a = { .rows = books_certificates(m->e->inventory->config->books, &a.count) };
	a.notes = hwatt_arena_alloc(m->arena, (m->followup.note_count + m->e->subject_count * CERTIFICATE_CHECKS + 1) * sizeof(*a.notes));
	a.checks = hwatt_arena_alloc(m->arena, (m->e->subject_count * CERTIFICATE_CHECKS + 1) * sizeof(*a.checks));
	if (m->followup.note_count > 0)
		memcpy(a.notes, m->followup.notes, m->followup.note_count * sizeof(*a.notes));
	for (size_t s = m->e->subject_count; s-- > 0;) { /* the contract first */
		bool contract = s + 1 == m->e->subject_count, any = false;
		for (size_t i = 0; i < a.count; i++)
			any |= strcmp(contract ? a.rows[i].contract : a.rows[i].site, m->e->subjects[s].id) == 0;
		if (any)
			audit_subject(m, &a, s);
	}
	m->followup.notes = a.notes;
	m->followup.checks = a.checks;
}

/* --- hours of the day -------------------------------------------------------------------------------------------- */

struct clock { const struct zone *zone; struct kpi_hour sums[24]; };

static void add_hour(void *arg, const struct kpi_hour *hour)
{
	struct clock *clock = arg;
	struct kpi_hour *sum = &clock->sums[zone_civil(clock->zone, hour->start_s).hour];
	sum->load += hour->load;
	sum->generated += hour->generated;
	sum->matched += hour->matched;
}

static void add_hours(struct making *m)
{
	static const struct certificate_filter renewable;
	const struct subject *s = m->contract;
	struct window window = window_containing(s->zone, WINDOW_CONTRACT, 0, m->from_day, m->to_day);
	struct clock clock = { .zone = s->zone };
	struct subject_period period;
	window.from_s = window.from_s > s->from_s ? window.from_s : s->from_s;
	window.to_s = window.to_s < s->to_s ? window.to_s : s->to_s;
	evaluation_period(m->e, m->e->subject_count - 1, &window, m->until_s, &period);
	bool hourly = period.period.hourly;
	kpi_matching_hours(&period.period, KPI_MATCH_HOURLY, &renewable, add_hour, &clock);
	subject_period_free(&period);
	struct hwatt_followup_hour *hours = hwatt_arena_alloc(m->arena, 24 * sizeof(*hours));
	for (int i = 0; i < 24; i++)
		hours[i] = (struct hwatt_followup_hour){ i, { clock.sums[i].load, KPI_PER_J }, { clock.sums[i].generated, KPI_PER_J },
							 { clock.sums[i].matched, KPI_PER_J } };
	m->followup.hours = hours;
	m->followup.hour_count = hourly ? 24 : 0;
}

void followup_certificates(struct making *m)
{
	add_table(m);
	add_audit(m);
	add_hours(m);
}
