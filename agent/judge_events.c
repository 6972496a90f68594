/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What was done in time: reports, audits, findings, follow-ups, and what a replacement starts.  domain.md 7.3 (M_REPORTING, D_AUDIT,
 * E_FINDINGS, T_FOLLOWUP, R_REPLACEMENT). */
#include "judge.h"
#include <hallwatt/language.h>
#include <stdio.h>
#include <string.h>

static bool concerns(const struct requirement *r, const struct register_activity *a, enum activity_kind kind)
{
	return a->kind == (int)kind && (a->requirement[0] == '\0' || strcmp(a->requirement, r->id) == 0);
}

/* The same day so many months before; the last of the month where it has no such day. */
static int64_t months_before(int64_t day, int64_t months)
{
	int year, month, mday;
	day_civil(day, &year, &month, &mday);
	int64_t at = (int64_t)year * 12 + month - 1 - months;
	int64_t first = civil_day((int)(at / 12), (int)(at % 12) + 1, 1), next = civil_day((int)((at + 1) / 12), (int)((at + 1) % 12) + 1, 1);
	int64_t length = next - first;
	return first + (mday <= length ? mday : length) - 1;
}

/* --- reports ----------------------------------------------------------------------------------------------------- */

/* What the report lacks of what it must hold, "pue, energy_it"; NULL nothing. */
static const char *lacking(const struct judge_facts *facts, const struct requirement *r, const struct register_activity *a)
{
	const char *out = NULL;
	for (size_t i = 0; i < r->event.fields.count; i++) {
		const char *field = ((const char *const *)r->event.fields.items)[i];
		if (!judge_lists(&a->fields, field))
			out = out == NULL ? field : hwatt_arena_printf(facts->arena, "%s, %s", out, field);
	}
	return out;
}

/* Says why the one report that came is not good enough. */
static void tell_report(const struct judge_facts *facts, const struct requirement *r, const struct register_activity *a,
			enum evidence found, struct verdict_evidence *evidence)
{
	int year, month, mday;
	day_civil(a->day, &year, &month, &mday);
	if (found == EVIDENCE_OVERDUE)
		judge_tell(evidence, HWATT_N("It was handed in late, on {r}."), hwatt_arena_printf(facts->arena, "%04d-%02d-%02d", year, month,
												     mday));
	else if (found == EVIDENCE_FAILED)
		judge_tell(evidence, HWATT_N("The report lacks: {r}."), lacking(facts, r, a));
	evidence->too_late = found == EVIDENCE_OVERDUE && lacking(facts, r, a) == NULL;
}

/* Each period is reported on within so many days after its end, with all fields. */
static void judge_reporting(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_activity *rows = registers->activities.items;
	int year, month, mday;
	char period[16];
	day_civil(facts->to_day, &year, &month, &mday);
	if (r->window == WINDOW_MONTH)
		snprintf(period, sizeof(period), "%04d-%02d", year, month);
	else
		snprintf(period, sizeof(period), "%04d", year);
	int64_t due = facts->to_day + (r->due_days >= 0 ? r->due_days : 0);
	enum evidence found = registers->has_activities ? EVIDENCE_AWAITED : EVIDENCE_UNKNOWN;
	const struct register_activity *one = NULL;
	for (size_t i = 0; i < registers->activities.count && found != EVIDENCE_MET; i++) {
		if (!concerns(r, &rows[i], ACTIVITY_REPORT) || strcmp(rows[i].period, period) != 0 || rows[i].day > facts->day)
			continue;
		bool late = rows[i].day > due;
		if (late && found != EVIDENCE_AWAITED)
			continue;
		found = late ? EVIDENCE_OVERDUE : lacking(facts, r, &rows[i]) == NULL ? EVIDENCE_MET : EVIDENCE_FAILED;
		one = &rows[i];
	}
	if (found == EVIDENCE_AWAITED && due < facts->day)
		found = EVIDENCE_OVERDUE;
	out->by_evidence = true;
	if (one != NULL)
		tell_report(facts, r, one, found, &out->evidence);
	const char *name = hwatt_arena_strdup(facts->arena, period);
	judge_found(facts, &out->evidence, found, name, due);
	out->evidence.names = name; /* also of one that is there */
}

/* --- audits and follow-ups --------------------------------------------------------------------------------------- */

/* The newest of the kind up to the day, NULL none. */
static const struct register_activity *newest(const struct judge_facts *facts, const struct requirement *r, enum activity_kind kind)
{
	const struct register_activity *rows = facts->contract->registers.activities.items, *best = NULL;
	for (size_t i = 0; i < facts->contract->registers.activities.count; i++) {
		bool good = concerns(r, &rows[i], kind) && rows[i].day <= facts->day && rows[i].level >= r->event.level;
		if (good && (best == NULL || rows[i].day > best->day))
			best = &rows[i];
	}
	return best;
}

static void judge_age(const struct judge_facts *facts, const struct requirement *r, enum activity_kind kind, const char *name,
		      struct verdict_question *out)
{
	const struct register_activity *last = newest(facts, r, kind);
	enum evidence found = facts->contract->registers.has_activities ? EVIDENCE_AWAITED : EVIDENCE_UNKNOWN;
	out->by_evidence = true;
	if (last != NULL) {
		bool old = r->event.max_age_months > 0 && last->day < months_before(facts->day, r->event.max_age_months);
		found = old ? EVIDENCE_EXPIRED : kind == ACTIVITY_FOLLOW_UP && last->lessons[0] == '\0' ? EVIDENCE_FAILED : EVIDENCE_MET;
		if (found == EVIDENCE_FAILED)
			judge_tell(&out->evidence, HWATT_N("The meeting was held, but no lessons are written down."), NULL);
		if (old) /* the first day on which it is too old */
			out->evidence.expired_day = months_before(last->day, -r->event.max_age_months) + 1;
	}
	/* One every so many months: the first is due when the first of those spans ends, unless the contract says when. */
	bool stated = r->due_day != 0 || r->due_days >= 0;
	int64_t begin = judge_due(facts, r, 0);
	judge_found(facts, &out->evidence, found, name, stated ? begin : months_before(begin, -r->event.max_age_months));
}

static void judge_audit(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	judge_age(facts, r, ACTIVITY_AUDIT, facts->contract->supplier, out);
}

static void judge_follow_up(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	judge_age(facts, r, ACTIVITY_FOLLOW_UP, facts->contract->supplier, out);
}

/* --- findings ---------------------------------------------------------------------------------------------------- */

static int64_t deadline(const struct requirement *r, const struct register_activity *finding)
{
	if (finding->due_day != 0)
		return finding->due_day;
	return r->event.days[finding->severity] > 0 ? finding->day + r->event.days[finding->severity] : 0;
}

static void judge_findings(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_activity *rows = registers->activities.items;
	size_t open = 0;
	out->by_evidence = true;
	for (size_t i = 0; i < registers->activities.count; i++) {
		const struct register_activity *a = &rows[i];
		if (!concerns(r, a, ACTIVITY_FINDING) || a->day > facts->day || (a->closed_day != 0 && a->closed_day <= facts->day))
			continue;
		int64_t due = deadline(r, a);
		enum evidence found = due == 0 ? EVIDENCE_UNKNOWN : due < facts->day ? EVIDENCE_OVERDUE : EVIDENCE_MET;
		judge_found(facts, &out->evidence, found, a->id, due);
		open++;
	}
	if (open == 0)
		judge_found(facts, &out->evidence, registers->has_activities ? EVIDENCE_MET : EVIDENCE_UNKNOWN, facts->contract->supplier, 0);
}

/* --- replacements ------------------------------------------------------------------------------------------------ */

static bool wanted(const struct requirement *parent, const struct requirement *child)
{
	return child->trigger == TRIGGER_REPLACEMENT && child->type->judge != NULL &&
	       (parent->replacement.requires.count == 0 || judge_lists(&parent->replacement.requires, child->id));
}

/* Everything that a replacement starts: the verdicts of those requirements, folded. */
static void judge_replacement(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	const struct requirement *all = facts->contract->requirements.items;
	static const enum evidence kinds[HWATT_STATUSES] = { [HWATT_MET] = EVIDENCE_MET, [HWATT_NOT_MET] = EVIDENCE_FAILED,
							     [HWATT_NOT_ENOUGH_DATA] = EVIDENCE_AWAITED,
							     [HWATT_EXPIRED] = EVIDENCE_EXPIRED };
	out->by_evidence = true;
	out->has_subject = false;
	for (size_t i = 0; i < facts->contract->requirements.count; i++) {
		struct verdict_question q;
		if (!wanted(r, &all[i]))
			continue;
		judge_ask(facts, &all[i], &q);
		struct verdict v = verdict_judge(&q);
		if (v.status == HWATT_NOT_APPLICABLE)
			continue;
		out->has_subject = true;
		bool missing = v.status == HWATT_NOT_MET && (v.reasons & (REASON_NO_DOC | REASON_DOC_REJECTED)) != 0;
		bool breach = r->missing_is_breach || all[i].missing_is_breach;
		enum evidence found = missing && breach ? EVIDENCE_OVERDUE : kinds[v.status];
		if (q.evidence.expired_day != 0 && (out->evidence.expired_day == 0 || q.evidence.expired_day < out->evidence.expired_day))
			out->evidence.expired_day = q.evidence.expired_day;
		if (q.evidence.until_day != 0 && (out->evidence.until_day == 0 || q.evidence.until_day < out->evidence.until_day))
			out->evidence.until_day = q.evidence.until_day;
		judge_found(facts, &out->evidence, found, all[i].id, q.evidence.due_day != 0 ? q.evidence.due_day : facts->day);
	}
}

/* --- types ------------------------------------------------------------------------------------------------------- */

static void check_reporting(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	struct hwatt_mark mark = hwatt_node_mark(at, "window");
	if (r->window != WINDOW_MONTH && r->window != WINDOW_YEAR)
		hwatt_report_add(report, &mark, "reports are for a month or a year");
	if (r->due_days < 0)
		hwatt_report_add(report, &at->mark, "state \"due_days\": how many days after the end of a period its report must be there");
}

static void check_audit(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	if (r->event.level == LEVEL_NONE)
		hwatt_report_add(report, &at->mark, "state \"level\": self_assessment, office_audit or factory_audit");
	if (r->event.max_age_months == 0)
		hwatt_report_add(report, &at->mark, "state \"max_age_months\": how old the last audit may be");
}

static void check_follow_up(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	if (r->event.max_age_months == 0 && r->due_day == 0 && r->due_days < 0)
		hwatt_report_add(report, &at->mark, "state \"max_age_months\", or by when it must have taken place: \"due\"");
}

#define DUE_KEYS \
	{ .name = "due", .type = HWATT_DATE, .offset = REQUIREMENT_AT(due_day), .help = "day by which the first must have taken place; max_age_months after the start when absent" }, \
	{ .name = "due_days", .type = HWATT_INTEGER, .offset = REQUIREMENT_AT(due_days), .fallback = "-1", .min = 0, .max = 3660, \
	  .help = "or so many days after the contract began" }
#define AGE_KEY \
	{ .name = "max_age_months", .type = HWATT_INTEGER, .offset = REQUIREMENT_AT(event.max_age_months), .min = 1, .max = 240, \
	  .help = "how many months old the last one may be" }
#define DAYS_KEY(word, place) \
	{ .name = word, .type = HWATT_INTEGER, .offset = REQUIREMENT_AT(event.days) + (place) * sizeof(int64_t), .min = 1, .max = 3660, \
	  .help = "days to close such a finding, where it has no deadline of its own" }

static const struct hwatt_option reporting_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	{ .name = "due_days", .type = HWATT_INTEGER, .offset = REQUIREMENT_AT(due_days), .fallback = "-1", .min = 0, .max = 3660,
	  .help = "days after the end of the period by which its report must be there" },
	{ .name = "fields", .type = HWATT_LIST, .offset = REQUIREMENT_AT(event.fields), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST,
	  .help = "what a report must hold, like energy_it or pue" },
};
static const struct hwatt_option audit_keys[] = {
	REQUIREMENT_NAME_KEYS, DUE_KEYS, AGE_KEY,
	{ .name = "level", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(event.level), .words = audit_level_words,
	  .help = "how deep it must go: self_assessment, office_audit or factory_audit" },
};
static const struct hwatt_option finding_keys[] = {
	REQUIREMENT_NAME_KEYS, DAYS_KEY("low_days", SEVERITY_LOW), DAYS_KEY("medium_days", SEVERITY_MEDIUM),
	DAYS_KEY("high_days", SEVERITY_HIGH), DAYS_KEY("critical_days", SEVERITY_CRITICAL),
};
static const struct hwatt_option follow_up_keys[] = { REQUIREMENT_NAME_KEYS, DUE_KEYS, AGE_KEY };
static const struct hwatt_option replacement_keys[] = {
	REQUIREMENT_NAME_KEYS,
	{ .name = "requires", .type = HWATT_LIST, .offset = REQUIREMENT_AT(replacement.requires), .item = HWATT_STRING,
	  .flags = HWATT_ONE_OR_LIST, .help = "ids of the requirements that count; all with trigger: replacement when absent" },
};

#define EVENT(word, keys, ask, look, noun_text, deliver_text) \
	{ .name = word, REQUIREMENT_KEYS(keys), .unit = UNIT_NONE, .present = true, .limits = LIMITS_NONE, .window = WINDOW_DAY, \
	  .judge = ask, .check = look, .noun = { noun_text }, .deliver = deliver_text }

const struct requirement_type judge_event_types[] = {
	{ .name = "reporting", REQUIREMENT_KEYS(reporting_keys), .unit = UNIT_NONE, .by_due = true, .limits = LIMITS_NONE,
	  .window = WINDOW_MONTH, .judge = judge_reporting, .check = check_reporting, .noun = { HWATT_N("reports handed in on time") },
	  .deliver = HWATT_N("the missing report, with all that it must hold") },
	EVENT("audit", audit_keys, judge_audit, check_audit,
	      HWATT_N("a self-assessment or audit at the agreed level, as often as agreed"),
	      HWATT_N("the self-assessment or audit report, and a date for the next one")),
	EVENT("findings", finding_keys, judge_findings, NULL,
	      HWATT_N("findings of audits corrected within their deadlines"),
	      HWATT_N("proof that the findings are corrected, or a new plan of action with dates")),
	EVENT("follow_up", follow_up_keys, judge_follow_up, check_follow_up,
	      HWATT_N("the contract is followed up and the lessons are written down"),
	      HWATT_N("a date for the follow-up meeting, and its minutes with the lessons for the next procurement")),
	EVENT("replacement", replacement_keys, judge_replacement, NULL,
	      HWATT_N("new hardware meets the requirements that apply when hardware is replaced"),
	      HWATT_N("what the contract asks for each piece of hardware that was replaced")),
	{ .name = NULL },
};
