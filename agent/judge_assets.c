/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* What the asset register tells: eco-labels at purchase, age at retirement, reuse, refrigerants.  domain.md 7.3.
 *
 * An asset of which the register does not tell enough is neither good nor bad: shares are bounded on both sides by it. */
#include "judge.h"
#include <hallwatt/language.h>
#include <string.h>
#include <strings.h>

#define YEAR (365 * 366) /* both lengths of a year divide it */

/* --- shares ------------------------------------------------------------------------------------------------------ */

struct tally { int64_t good, bad, unknown; };

/* The share of good ones among all, with its bounds; known when nothing is unknown. */
static void put_share(const struct tally *t, struct verdict_question *out)
{
	int64_t all = t->good + t->bad + t->unknown;
	out->has_subject = all > 0;
	out->kpi.known = all > 0 && t->unknown == 0;
	out->kpi.flags = t->unknown > 0 || all == 0 ? KPI_NO_DATA : 0;
	if (all == 0)
		return;
	out->kpi.value = out->kpi.low = (struct hwatt_ratio){ t->good, all };
	out->kpi.bounded = out->capped = true;
	out->high = (struct hwatt_ratio){ t->good + t->unknown, all };
	out->evidence.part = t->good;
	out->evidence.whole = all;
}

/* --- eco-labels -------------------------------------------------------------------------------------------------- */

static int grade(const char *label, size_t *stem)
{
	static const char *const grades[] = { "-bronze", "-silver", "-gold" };
	size_t length = strcspn(label, "/");
	for (int i = 0; i < 3; i++) {
		size_t n = strlen(grades[i]);
		if (length > n && strncasecmp(label + length - n, grades[i], n) == 0) {
			*stem = length - n;
			return i + 1;
		}
	}
	*stem = length;
	return 0;
}

/* Whether `held` ("epeat-gold", "tco-certified/9") is as good as `wanted` ("epeat-silver", "tco-certified"). */
static bool is_label(const char *wanted, const char *held)
{
	size_t a, b;
	int least = grade(wanted, &a), has = grade(held, &b);
	const char *generation = strchr(wanted, '/');
	if (a != b || strncasecmp(wanted, held, a) != 0 || has < least)
		return false;
	return generation == NULL || (strchr(held, '/') != NULL && strcasecmp(generation, strchr(held, '/')) == 0);
}

static bool any_label(const struct hwatt_list *wanted, const struct hwatt_list *held)
{
	for (size_t i = 0; i < wanted->count; i++)
		for (size_t j = 0; j < held->count; j++)
			if (is_label(((const char *const *)wanted->items)[i], ((const char *const *)held->items)[j]))
				return true;
	return false;
}

enum labelled { LABELLED, NOT_LABELLED, NOT_TOLD };

/* By the state of the label's register on the day of purchase: what ended later does not undo it. */
static enum labelled labelled(const struct judge_facts *facts, const struct requirement *r, const struct register_asset *a)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_document *documents = registers->documents.items;
	bool maybe = false;
	if (any_label(&r->label.labels, &a->labels))
		return LABELLED;
	for (size_t i = 0; i < registers->documents.count; i++) {
		const struct register_document *d = &documents[i];
		bool covers = d->subjects.count == 0;
		for (size_t s = 0; s < d->subjects.count && !covers; s++)
			covers = registers_selects(((const char *const *)d->subjects.items)[s], a);
		if (d->type != DOC_ECOLABEL || d->status != DOC_ACCEPTED || !d->conforms || !covers ||
		    !any_label(&r->label.labels, &d->claims))
			continue;
		if (a->purchased_day != 0 && d->from_day <= a->purchased_day && (d->to_day == 0 || d->to_day >= a->purchased_day))
			return LABELLED;
		maybe |= a->purchased_day == 0;
	}
	return maybe || a->labels.count == 0 ? NOT_TOLD : NOT_LABELLED;
}

static void judge_labels(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	struct judge_thing *things;
	struct tally tally = {0};
	bool late = false;
	size_t count = facts->contract->registers.has_assets || r->trigger == TRIGGER_REPLACEMENT
			       ? judge_things(facts, r, SCOPE_ASSET, &things) : 0;
	if (count == 0 && !facts->contract->registers.has_assets && r->trigger == TRIGGER_ALWAYS) {
		out->kpi.flags = KPI_NO_DATA; /* nobody keeps a register */
		return;
	}
	for (size_t i = 0; i < count; i++) {
		enum labelled l = labelled(facts, r, things[i].asset);
		bool awaited = things[i].due_day >= facts->day;
		l = l == NOT_LABELLED && awaited ? NOT_TOLD : l; /* there is time to put it right */
		tally.good += l == LABELLED;
		tally.bad += l == NOT_LABELLED;
		tally.unknown += l == NOT_TOLD;
		late |= l == NOT_TOLD && !awaited;
		if (l != LABELLED)
			judge_found(facts, &out->evidence, l == NOT_LABELLED ? EVIDENCE_FAILED : EVIDENCE_UNKNOWN, things[i].name, 0);
	}
	out->awaited = tally.unknown > 0 && !late;
	put_share(&tally, out);
}

/* --- age --------------------------------------------------------------------------------------------------------- */

static const char *const age_words[] = { "retired_mean", "retired_least", "in_use_mean", NULL };

static int64_t born(const struct register_asset *a)
{
	return a->first_use_day != 0 ? a->first_use_day : a->installed_day != 0 ? a->installed_day : a->purchased_day;
}

static int64_t birthday(int64_t born_day, int years)
{
	int year, month, mday;
	day_civil(born_day, &year, &month, &mday);
	if (month == 2 && mday == 29) /* has its birthday on 1 March in other years */
		return civil_day(year + years, 3, 1) - (civil_day(year + years, 3, 1) - civil_day(year + years, 2, 28) == 2);
	return civil_day(year + years, month, mday);
}

/* From the one day to the other in years by the calendar, 1 / YEAR: whole ones, and days of the year that has begun. */
static int64_t age_of(int64_t born_day, int64_t on_day)
{
	int years = (int)((on_day - born_day) / 366);
	while (birthday(born_day, years + 1) <= on_day)
		years++;
	int64_t from = birthday(born_day, years), length = birthday(born_day, years + 1) - from;
	return (int64_t)years * YEAR + (on_day - from) * YEAR / length;
}

static void judge_lifetime(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_asset *assets = registers->assets.items;
	hwatt_i128 sum = 0;
	int64_t count = 0, unknown = 0, least = INT64_MAX;
	for (size_t i = 0; i < registers->assets.count; i++) {
		const struct register_asset *a = &assets[i];
		bool retired = a->retired_day >= facts->from_day && a->retired_day <= facts->to_day && a->retired_day != 0;
		if (!judge_selects(r, a) || !(r->label.class_word == AGE_IN_USE ? registers_in_use(a, facts->day) : retired))
			continue;
		count++;
		if (born(a) == 0) {
			unknown++;
			judge_found(facts, &out->evidence, EVIDENCE_UNKNOWN, a->id, 0);
			continue;
		}
		int64_t age = age_of(born(a), retired ? a->retired_day : facts->day);
		sum += age;
		least = age < least ? age : least;
	}
	out->has_subject = count > 0 || !registers->has_assets;
	out->evidence.whole = count;
	out->kpi.flags = unknown > 0 || count == 0 ? KPI_NO_DATA : 0;
	out->kpi.known = out->kpi.flags == 0;
	if (!out->kpi.known)
		return;
	out->kpi.value = r->label.class_word == AGE_LEAST ? (struct hwatt_ratio){ least, YEAR }
							  : (struct hwatt_ratio){ sum, (hwatt_i128)count * YEAR };
}

/* --- reuse ------------------------------------------------------------------------------------------------------- */

static const char *const class_words[] = { "reuse", "parts", "material", "internal", NULL };

/* Whether the receiver's certificate is there and accepted: without, the fate is only said. */
static bool certified(const struct registers *registers, const struct register_asset *a)
{
	const struct register_document *documents = registers->documents.items;
	if (a->fate == FATE_REUSED_INTERNALLY || !registers->has_documents)
		return true;
	for (size_t i = 0; i < registers->documents.count; i++)
		if (strcmp(documents[i].id, a->certificate) == 0)
			return documents[i].status == DOC_ACCEPTED;
	return false;
}

static void judge_reuse(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_asset *assets = registers->assets.items;
	static const enum asset_fate least[] = { FATE_REUSED_EXTERNALLY, FATE_PARTS, FATE_MATERIAL, FATE_REUSED_INTERNALLY };
	enum asset_fate worst = least[r->label.class_word];
	struct tally tally = {0};
	for (size_t i = 0; i < registers->assets.count; i++) {
		const struct register_asset *a = &assets[i];
		if (a->retired_day == 0 || a->retired_day < facts->from_day || a->retired_day > facts->to_day || !judge_selects(r, a))
			continue;
		bool enough = a->fate != FATE_UNKNOWN && a->fate <= (int)worst;
		bool unknown = a->fate == FATE_UNKNOWN || (enough && !certified(registers, a));
		tally.unknown += unknown;
		tally.good += enough && !unknown;
		tally.bad += !enough && !unknown;
		if (unknown || !enough)
			judge_found(facts, &out->evidence, unknown ? EVIDENCE_UNKNOWN : EVIDENCE_FAILED, a->id, 0);
	}
	put_share(&tally, out);
	out->has_subject |= !registers->has_assets;
}

/* --- refrigerants ------------------------------------------------------------------------------------------------ */

/* sum(m GWP) / sum(m).  domain.md 3.1, example 62. */
static void judge_refrigerant(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_asset *assets = registers->assets.items;
	hwatt_i128 weighted = 0, mass = 0;
	int64_t unknown = 0;
	for (size_t i = 0; i < registers->assets.count; i++) {
		const struct register_asset *a = &assets[i];
		if (a->charge_micro == 0 || !registers_in_use(a, facts->day) || !judge_selects(r, a))
			continue;
		mass += a->charge_micro;
		weighted += (hwatt_i128)a->charge_micro * a->gwp_micro;
		if (a->gwp_micro == 0) {
			unknown++;
			judge_found(facts, &out->evidence, EVIDENCE_UNKNOWN, a->id, 0);
		}
	}
	out->has_subject = mass > 0 || !registers->has_assets;
	out->kpi.flags = unknown > 0 || mass == 0 ? KPI_NO_DATA : 0;
	out->kpi.known = out->kpi.flags == 0;
	if (mass > 0) { /* an unknown potential can only add */
		out->kpi.value = out->kpi.low = (struct hwatt_ratio){ weighted, mass * 1000000 };
		out->kpi.bounded = true;
	}
}

static void judge_refill(const struct judge_facts *facts, const struct requirement *r, struct verdict_question *out)
{
	const struct registers *registers = &facts->contract->registers;
	const struct register_activity *rows = registers->activities.items;
	hwatt_i128 sum = 0;
	(void)r;
	for (size_t i = 0; i < registers->activities.count; i++)
		if (rows[i].kind == ACTIVITY_REFILL && rows[i].day >= facts->from_day && rows[i].day <= facts->to_day)
			sum += rows[i].amount_micro;
	out->kpi.known = registers->has_activities;
	out->kpi.flags = registers->has_activities ? 0 : KPI_NO_DATA;
	out->kpi.value = out->kpi.low = (struct hwatt_ratio){ sum, 1000000 };
	out->kpi.bounded = registers->has_activities;
}

/* --- types ------------------------------------------------------------------------------------------------------- */

static void check_labels(const struct requirement *r, const struct hwatt_node *at, struct hwatt_report *report)
{
	if (r->label.labels.count == 0)
		hwatt_report_add(report, &at->mark, "state \"labels\": which labels count, like [tco-certified, epeat, energy-star]");
}

static const struct hwatt_option label_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_DUE_KEYS, REQUIREMENT_SUBJECTS_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_RATIO, 0, HWATT_PPM, NULL, "lowest share of the assets that carried a label when they were bought"),
	{ .name = "labels", .type = HWATT_LIST, .offset = REQUIREMENT_AT(label.labels), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST,
	  .help = "labels of which one is enough, like tco-certified, epeat-silver or energy-star/4" },
};
static const struct hwatt_option age_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_SUBJECTS_KEY, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_DECIMAL, 0, 100 * REQUIREMENT_MILLION, NULL, "lowest age in years"),
	{ .name = "of", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(label.class_word), .words = age_words, .fallback = "retired_mean",
	  .help = "the mean age of those retired in the period, the least of them, or the mean of those in use" },
};
static const struct hwatt_option reuse_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_SUBJECTS_KEY, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_RATIO, 0, HWATT_PPM, NULL, "lowest share of the assets retired in the period"),
	{ .name = "class", .type = HWATT_ENUM, .offset = REQUIREMENT_AT(label.class_word), .words = class_words, .fallback = "reuse",
	  .help = "the least that counts: reuse of the whole, of parts, or of the material; internal: reuse of the whole within the organisation" },
};
static const struct hwatt_option refrigerant_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_SUBJECTS_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_DECIMAL, 0, 100000 * REQUIREMENT_MILLION, "highest global warming potential, weighted by charge", NULL),
};
static const struct hwatt_option refill_keys[] = {
	REQUIREMENT_NAME_KEYS, REQUIREMENT_WINDOW_KEY,
	REQUIREMENT_LIMIT_KEYS(HWATT_DECIMAL, 0, 1000000 * REQUIREMENT_MILLION, "highest mass refilled in the period, in kg", NULL),
};

const struct requirement_type judge_asset_types[] = {
	{ .name = "ecolabel_share", REQUIREMENT_KEYS(label_keys), .unit = UNIT_SHARE, .may_min = true, .present = true,
	  .window = WINDOW_DAY, .judge = judge_labels, .check = check_labels, .document_type = DOC_ECOLABEL,
	  .noun = { HWATT_N("share of the equipment that carried an eco-label when it was bought") },
	  .deliver = HWATT_N("the labels and days of purchase of the equipment, with extracts from the labels' registers") },
	{ .name = "lifetime", REQUIREMENT_KEYS(age_keys), .unit = UNIT_YEARS, .may_min = true, .window = WINDOW_YEAR,
	  .judge = judge_lifetime,
	  .noun = { HWATT_N("age of the equipment when it is retired"), HWATT_N("age of the equipment in use") },
	  .deliver = HWATT_N("the days on which each piece of equipment was taken into use and retired") },
	{ .name = "reuse_rate", REQUIREMENT_KEYS(reuse_keys), .unit = UNIT_SHARE, .may_min = true, .window = WINDOW_YEAR,
	  .judge = judge_reuse, .document_type = DOC_END_OF_LIFE,
	  .noun = { HWATT_N("share of the retired equipment that was reused or recycled as agreed") },
	  .deliver = HWATT_N("what became of each retired piece of equipment, with the receiver's certificates") },
	{ .name = "refrigerant", REQUIREMENT_KEYS(refrigerant_keys), .unit = UNIT_PLAIN, .may_max = true, .present = true,
	  .window = WINDOW_DAY, .judge = judge_refrigerant,
	  .noun = { HWATT_N("global warming potential of the refrigerants, weighted by their amounts") },
	  .deliver = HWATT_N("the kind and amount of refrigerant in each cooling machine") },
	{ .name = "refrigerant_refill", REQUIREMENT_KEYS(refill_keys), .unit = UNIT_MASS, .may_max = true, .window = WINDOW_YEAR,
	  .judge = judge_refill,
	  .noun = { HWATT_N("refrigerant refilled") },
	  .deliver = HWATT_N("the log of refrigerant leaks and refills") },
	{ .name = NULL },
};
