/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The checks for double counting that the rows themselves allow; domain.md 4.5, by number. */
#include "certificate.h"
#include "claim.h"
#include <hallwatt/language.h>
#include <hallwatt/reading.h>
#include <hallwatt/text.h>
#include <string.h>

#define WH_PER_CERTIFICATE_MJ ((hwatt_i128)1000000 * HWATT_MJ_PER_WH) /* 1 MWh */
#define DAY_S INT64_C(86400)
#define TEXT_MAX 400u

struct auditing {
	const struct certificate *rows;
	size_t count;
	const struct certificate_audit *audit;
	struct hwatt_text text;  /* of the check at work: the ids that fail */
	size_t failed, looked, unnamed;
};

static bool ours(const struct auditing *a, const struct certificate *c)
{
	if (a->audit->site != NULL)
		return strcmp(c->site, a->audit->site) == 0;
	return strcmp(c->contract, a->audit->contract) == 0;
}

static bool in_period(const struct auditing *a, const struct certificate *c)
{
	return ours(a, c) && certificate_within(c, CERTIFICATE_BY_CONSUMPTION, a->audit->from_day, a->audit->to_day);
}

static void fails(struct auditing *a, const struct certificate *c)
{
	a->failed++;
	if (a->unnamed > 0 || a->text.length + strlen(c->id) + 24 > TEXT_MAX) { /* a year of hours has thousands: the rest is counted */
		a->unnamed++;
		return;
	}
	hwatt_text_printf(&a->text, "%s%s", a->text.length > 0 ? ", " : "", c->id);
}

/* 1: the ids of this site's or contract's rows, against everybody's. */
static void check_ids(struct auditing *a)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct certificate *c = &a->rows[i];
		if (!ours(a, c) || (c->cert_id_from[0] == '\0' && !c->twice))
			continue;
		a->looked++;
		if (c->twice)
			fails(a, c);
	}
}

static bool named(const struct auditing *a, const char *name)
{
	for (size_t i = 0; i < a->audit->beneficiary_count; i++)
		if (strcmp(a->audit->beneficiaries[i], name) == 0)
			return true;
	return false;
}

/* 2 */
static void check_beneficiary(struct auditing *a)
{
	for (size_t i = 0; i < a->count && a->audit->beneficiary_count > 0; i++) {
		if (!ours(a, &a->rows[i]) || a->rows[i].beneficiary_name[0] == '\0')
			continue;
		a->looked++;
		if (!named(a, a->rows[i].beneficiary_name))
			fails(a, &a->rows[i]);
	}
}

/* 3: all of it lies in the period, where any of it does. */
static void check_consumption(struct auditing *a)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct certificate *c = &a->rows[i];
		int64_t from = c->consumption_from_day != 0 ? c->consumption_from_day : c->from_day;
		int64_t to = c->consumption_to_day != 0 ? c->consumption_to_day : c->to_day;
		if (!ours(a, c) || to < a->audit->from_day || from >= a->audit->to_day)
			continue;
		a->looked++;
		if (!certificate_within(c, CERTIFICATE_BY_CONSUMPTION, a->audit->from_day, a->audit->to_day))
			fails(a, c);
	}
}

/* Looks at rows of the period with a question; true: it fails. */
static void check_rows(struct auditing *a, bool (*known)(const struct certificate *c), bool (*wrong)(const struct certificate *c))
{
	for (size_t i = 0; i < a->count; i++) {
		if (!in_period(a, &a->rows[i]) || !known(&a->rows[i]))
			continue;
		a->looked++;
		if (wrong(&a->rows[i]))
			fails(a, &a->rows[i]);
	}
}

static bool is_go(const struct certificate *c)
{
	return c->kind == CERTIFICATE_GO;
}

static bool any(const struct certificate *c)
{
	(void)c;
	return true;
}

static bool cancelled_late(const struct certificate *c) /* 4 and 15 */
{
	if (c->cancelled_day != 0 && c->cancelled_day < c->to_day)
		return true; /* some of it was not produced yet */
	struct certificate copy = *c;
	copy.technology = CERTIFICATE_HYDRO; /* time alone is asked for */
	copy.guarantees = CERTIFICATE_NOT_STATED;
	return !certificate_eligible(&copy, &(struct certificate_filter){0});
}

static bool not_renewable(const struct certificate *c)
{
	return !certificate_renewable((enum certificate_technology)c->technology);
}

static bool was_sold(const struct certificate *c)
{
	return c->guarantees == CERTIFICATE_SOLD;
}

static bool is_onsite(const struct certificate *c)
{
	return c->kind == CERTIFICATE_ONSITE;
}

static bool is_ppa(const struct certificate *c)
{
	return c->kind == CERTIFICATE_PPA;
}

static bool has_range(const struct certificate *c)
{
	return c->cert_id_from[0] != '\0' && c->kind == CERTIFICATE_GO && c->from_s == 0; /* those of hours are of any size */
}

static bool not_authentic(const struct certificate *c)
{
	return c->transaction_id[0] == '\0' || c->document_sha256[0] == '\0';
}

static bool from_abroad(const struct certificate *c)
{
	return c->domain_country[0] != '\0' && c->country[0] != '\0' && strcmp(c->domain_country, c->country) != 0;
}

static bool without_transfer(const struct certificate *c)
{
	return c->issue_country[0] == '\0' || c->transaction_id[0] == '\0';
}

/* 7: guarantees of energy that stands as a delivery under contract too. */
static void check_buckets(struct auditing *a)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct certificate *c = &a->rows[i];
		if (!ours(a, c))
			continue;
		a->looked += c->kind == CERTIFICATE_PPA;
		bool delivered = false;
		for (size_t k = 0; k < c->link_count; k++)
			delivered |= c->links[k].delivery->kind == CERTIFICATE_PPA;
		if (delivered)
			fails(a, c);
	}
}

/* Volume that is claimed in the period, each energy once. */
static hwatt_i128 claimed(const struct auditing *a)
{
	static const struct certificate_filter any;
	const struct claim claim = { .filter = &any };
	const struct claim_span span = { a->audit->from_day * DAY_S, a->audit->to_day * DAY_S, a->audit->from_day, a->audit->to_day };
	hwatt_i128 sum = 0;
	for (size_t i = 0; i < a->count; i++)
		if (in_period(a, &a->rows[i]) && certificate_eligible(&a->rows[i], &any) && a->rows[i].kind != CERTIFICATE_ONSITE)
			sum += claim_row_mj(&claim, &a->rows[i], true, &span);
	return sum;
}

/* 5: sold after all, or more energy than the range has certificates. */
static void check_claimed(struct auditing *a)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct certificate *c = &a->rows[i];
		int64_t certificates = c->hour_count == 0 ? certificate_range(c) : 0; /* those of hours are of any size */
		if (!in_period(a, c) || (!is_ppa(c) && certificates == 0))
			continue;
		a->looked++;
		if ((is_ppa(c) && was_sold(c)) || (certificates > 0 && c->volume_mj / WH_PER_CERTIFICATE_MJ > certificates))
			fails(a, c);
	}
}

/* 12: a site's rows against those of contracts with the same ids. */
static void check_both_claim(struct auditing *a)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct certificate *c = &a->rows[i];
		if (!ours(a, c) || (c->cert_id_from[0] == '\0' && !c->twice))
			continue;
		a->looked++;
		for (size_t k = 0; k < a->count && c->twice; k++) {
			if (!ours(a, &a->rows[k]) && certificate_overlap(c, &a->rows[k])) {
				fails(a, c);
				break;
			}
		}
	}
}

static bool not_whole(const struct certificate *c) /* 16: certificates are of whole MWh */
{
	return c->volume_mj % WH_PER_CERTIFICATE_MJ != 0;
}

static const char *const words[CERTIFICATE_CHECKS] = {
	HWATT_N("certificate ids are used once"),
	HWATT_N("the beneficiary is the operator or the customer"),
	HWATT_N("the consumption lies in the period"),
	HWATT_N("cancelled while valid"),
	HWATT_N("no less cancelled than claimed"),
	HWATT_N("the source is renewable"),
	HWATT_N("no energy is both under contract and a guarantee of its own"),
	HWATT_N("guarantees of on-site generation are cancelled for the site"),
	HWATT_N("what was exported is no own use"),
	HWATT_N("no more claimed than used"),
	HWATT_N("no supplier's mix on top of own guarantees"),
	HWATT_N("tenant and operator do not both claim"),
	HWATT_N("the statement can be found in the registry"),
	HWATT_N("transfers between countries are shown"),
	HWATT_N("not expired"),
	HWATT_N("certificates are whole MWh"),
};

/* Runs the check of that number; false when the data do not tell. */
static bool run(struct auditing *a, int number)
{
	const struct certificate_audit *audit = a->audit;
	switch (number) {
	case 1: check_ids(a); break;
	case 2: check_beneficiary(a); break;
	case 3: check_consumption(a); break;
	case 4: case 15: check_rows(a, is_go, cancelled_late); break;
	case 5: check_claimed(a); break;
	case 6: check_rows(a, any, not_renewable); break;
	case 7: check_buckets(a); break;
	case 8: check_rows(a, is_onsite, was_sold); break;
	case 10:
		a->looked = audit->used_mj >= 0;
		a->failed = audit->used_mj >= 0 && claimed(a) + audit->onsite_mj > audit->used_mj;
		break;
	case 12: check_both_claim(a); break;
	case 13: check_rows(a, is_go, not_authentic); break;
	case 14: check_rows(a, from_abroad, without_transfer); break;
	case 16: check_rows(a, has_range, not_whole); break;
	default: return false; /* 9 and 11: exported energy and the supplier's mix are not in the rows */
	}
	return a->looked > 0;
}

void certificate_audit(const struct certificate *rows, size_t count, const struct certificate_audit *audit, struct hwatt_arena *arena,
		       struct certificate_check out[CERTIFICATE_CHECKS])
{
	for (int number = 1; number <= CERTIFICATE_CHECKS; number++) {
		struct auditing a = { .rows = rows, .count = count, .audit = audit };
		struct certificate_check *check = &out[number - 1];
		hwatt_text_init(&a.text, TEXT_MAX);
		bool told = run(&a, number);
		if (a.unnamed > 0)
			hwatt_text_printf(&a.text, "%s+%zu", a.text.length > 0 ? ", " : "", a.unnamed);
		*check = (struct certificate_check){ .number = number, .what = words[number - 1], .text = "nothing to check it by" };
		check->outcome = !told ? CERTIFICATE_NOT_CHECKED : a.failed > 0 ? CERTIFICATE_FAIL : CERTIFICATE_PASS;
		if (told)
			check->text = hwatt_arena_strdup(arena, hwatt_text_string(&a.text));
		hwatt_text_free(&a.text);
	}
}
