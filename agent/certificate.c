/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "certificate.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define AT(field) offsetof(struct certificate, field)
#define DAY_S INT64_C(86400)
#define CERTIFICATE_HOUR_S 3600 /* a granular certificate is of no more */
#define CLOCK "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)?$"

static const char *const kinds[] = { "go", "ppa", "onsite", NULL };
static const char *const technologies[] = { "hydro", "wind", "solar", "biomass", "geothermal", "ocean", "nuclear", "fossil", "waste",
					    "unknown", NULL };
static const char *const guarantees[] = { "not_stated", "cancelled", "not_issued", "sold", NULL };

#define TEXT_KEY(key, field, what) { .name = key, .type = HWATT_STRING, .offset = AT(field), .help = what }
#define DAY_KEY(key, field, what) { .name = key, .type = HWATT_DATE, .offset = AT(field), .help = what }

static const struct hwatt_option keys[] = {
	{ .name = "statement_id", .type = HWATT_STRING, .offset = AT(id), .flags = HWATT_REQUIRED,
	  .help = "number of the cancellation statement, or of the delivery" },
	{ .name = "kind", .type = HWATT_ENUM, .offset = AT(kind), .words = kinds, .fallback = "go",
	  .help = "go: cancelled guarantees of origin; ppa: delivered under contract; onsite: of the own plant (only what its "
		  "guarantees became; the energy is metered)" },
	TEXT_KEY("site", site, "id of the site that it was cancelled for"),
	TEXT_KEY("contract", contract, "instead of site: id of the contract whose customer it was cancelled for"),
	{ .name = "volume", .type = HWATT_ENERGY_AMOUNT, .offset = AT(volume_mj), .flags = HWATT_REQUIRED, .min = 1,
	  .max = INT64_MAX / 4, .help = "energy, like 2000 MWh" },
	{ .name = "technology", .type = HWATT_ENUM, .offset = AT(technology), .flags = HWATT_REQUIRED, .words = technologies,
	  .help = "source of the energy; a guarantee of origin alone says nothing of it being renewable" },
	{ .name = "guarantees", .type = HWATT_ENUM, .offset = AT(guarantees), .words = guarantees, .fallback = "not_stated",
	  .help = "ppa and onsite: what became of the guarantees of this energy" },
	{ .name = "production_start", .type = HWATT_DATE, .offset = AT(from_day), .flags = HWATT_REQUIRED, .help = "first day of production" },
	{ .name = "production_end", .type = HWATT_DATE, .offset = AT(to_day), .flags = HWATT_REQUIRED, .help = "last day of production" },
	{ .name = "production_from", .type = HWATT_STRING, .offset = AT(from_time), .pattern = CLOCK,
	  .help = "of a granular certificate: when on the first day production begins, in UTC, like \"13:00\" (in quotes)" },
	{ .name = "production_until", .type = HWATT_STRING, .offset = AT(to_time), .pattern = CLOCK,
	  .help = "and when on the last day it ends" },
	DAY_KEY("transaction_time", cancelled_day, "day of cancellation"),
	DAY_KEY("consumption_start", consumption_from_day, "first day of the consumption that it is for"),
	DAY_KEY("consumption_end", consumption_to_day, "last day of it"),
	TEXT_KEY("cert_id_from", cert_id_from, "first certificate of the range"),
	TEXT_KEY("cert_id_to", cert_id_to, "last certificate of the range"),
	TEXT_KEY("beneficiary_name", beneficiary_name, "whom it was cancelled for, in the words of the statement"),
	TEXT_KEY("beneficiary_id", beneficiary_id, "and by which number"),
	TEXT_KEY("beneficiary_location", beneficiary_location, "and where"),
	TEXT_KEY("usage_type", usage_type, "purpose of the cancellation"),
	TEXT_KEY("consumption_country", consumption_country, "country of the consumption"),
	TEXT_KEY("registry", registry, "registry that holds it"),
	TEXT_KEY("issuing_body", issuing_body, "who issued it"),
	TEXT_KEY("domain_country", domain_country, "country of the registry; SE has rules of its own for the year"),
	TEXT_KEY("account_holder", account_holder, "who cancelled it"),
	TEXT_KEY("account_id", account_id, "from which account"),
	TEXT_KEY("transaction_id", transaction_id, "number of the cancellation in the registry"),
	TEXT_KEY("device_gsrn", device_gsrn, "number of the plant"),
	TEXT_KEY("device_name", device_name, "name of the plant"),
	TEXT_KEY("technology_code", technology_code, "code of the technology, like T01010100"),
	TEXT_KEY("source_code", technology_code, "code of the energy source, like F01050000"),
	TEXT_KEY("support_code", support_code, "support that the plant had; none when it had none"),
	TEXT_KEY("zone", zone, "bidding zone of the plant"),
	TEXT_KEY("country", country, "country of the plant"),
	{ .name = "capacity", .type = HWATT_POWER, .offset = AT(capacity_mw), .help = "power of the plant" },
	DAY_KEY("commissioning_date", commissioning_day, "since when the plant runs"),
	DAY_KEY("issue_date", issue_day, "day of issue"),
	TEXT_KEY("issue_country", issue_country, "country of issue"),
	{ .name = "labels", .type = HWATT_LIST, .offset = AT(labels), .item = HWATT_STRING, .flags = HWATT_ONE_OR_LIST,
	  .help = "environmental labels of the product" },
	{ .name = "emission", .type = HWATT_DECIMAL, .offset = AT(emission_micro), .min = 0, .max = INT64_C(5000000000),
	  .help = "g of CO2 equivalents per kWh; 0 when absent" },
	{ .name = "document_sha256", .type = HWATT_STRING, .offset = AT(document_sha256), .pattern = "^([0-9a-f]{64})?$",
	  .help = "SHA-256 of the statement as a file" },
};

static void check_row(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct certificate *c = object;
	struct hwatt_mark mark = hwatt_node_mark(at, "consumption_end");
	if ((c->site[0] != '\0') == (c->contract[0] != '\0'))
		hwatt_report_add(report, &at->mark, "state whom it was cancelled for: a site, or a contract");
	if ((c->consumption_from_day != 0) != (c->consumption_to_day != 0))
		hwatt_report_add(report, &at->mark, "state both \"consumption_start\" and \"consumption_end\", or neither");
	else if (c->consumption_to_day < c->consumption_from_day)
		hwatt_report_add(report, &mark, "the consumption ends before it begins");
	mark = hwatt_node_mark(at, "cert_id_to");
	if ((c->cert_id_from[0] != '\0') != (c->cert_id_to[0] != '\0'))
		hwatt_report_add(report, &at->mark, "state both \"cert_id_from\" and \"cert_id_to\", or neither");
	if ((c->from_time[0] != '\0') != (c->to_time[0] != '\0'))
		hwatt_report_add(report, &at->mark, "state both \"production_from\" and \"production_until\", or neither");
	mark = hwatt_node_mark(at, "transaction_time");
	if (c->cancelled_day != 0 && c->cancelled_day < c->from_day)
		hwatt_report_add(report, &mark, "it was cancelled before any of it was produced");
	mark = hwatt_node_mark(at, "guarantees");
	if (c->kind == CERTIFICATE_GO && c->guarantees != CERTIFICATE_NOT_STATED)
		hwatt_report_add(report, &mark, "a row of guarantees is a cancellation; \"guarantees\" is for ppa and onsite");
	if (c->kind != CERTIFICATE_GO && c->guarantees == CERTIFICATE_NOT_STATED)
		hwatt_report_add(report, &at->mark, "state what became of the guarantees of this energy: \"guarantees\": cancelled, "
				 "not_issued or sold");
}

static const struct hwatt_schema schema = {
	.name = "certificate", .help = "proof of green electricity", .size = sizeof(struct certificate), .options = keys,
	.count = COUNT(keys), .check = check_row, .mark_offset = AT(mark),
};

const struct hwatt_schema *certificate_schema(void)
{
	return &schema;
}

const char *certificate_technology_name(enum certificate_technology technology)
{
	return technologies[technology];
}

const char *certificate_kind_name(enum certificate_kind kind)
{
	return kinds[kind];
}

bool certificate_renewable(enum certificate_technology technology)
{
	return technology <= CERTIFICATE_OCEAN;
}

/* --- ids --------------------------------------------------------------------------------------------------------- */

/* Where the digits at the end begin, without leading zeros. */
static size_t digits_at(const char *id)
{
	size_t at = strlen(id);
	while (at > 0 && id[at - 1] >= '0' && id[at - 1] <= '9')
		at--;
	return at;
}

/* Compares two numbers of any length. */
static int compare_digits(const char *a, const char *b)
{
	a += strspn(a, "0");
	b += strspn(b, "0");
	size_t la = strlen(a), lb = strlen(b);
	return la != lb ? (la > lb ? 1 : -1) : strcmp(a, b);
}

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* The order of rows without ids of certificates; 0: they tell the same. */
static int compare_contents(const struct certificate *a, const struct certificate *b)
{
	int c = strcmp(a->id, b->id);
	c = c != 0 ? c : compare_numbers(a->volume_mj, b->volume_mj);
	c = c != 0 ? c : compare_numbers(a->from_day, b->from_day);
	c = c != 0 ? c : compare_numbers(a->to_day, b->to_day);
	c = c != 0 ? c : compare_numbers(a->from_s, b->from_s); /* hours of a day are not the same */
	c = c != 0 ? c : compare_numbers(a->to_s, b->to_s);
	c = c != 0 ? c : compare_numbers(a->technology, b->technology);
	return c != 0 ? c : strcmp(a->device_gsrn, b->device_gsrn);
}

bool certificate_overlap(const struct certificate *a, const struct certificate *b)
{
	if (a->cert_id_from[0] == '\0' || b->cert_id_from[0] == '\0')
		return a->cert_id_from[0] == '\0' && b->cert_id_from[0] == '\0' && compare_contents(a, b) == 0;
	size_t pa = digits_at(a->cert_id_from), pb = digits_at(b->cert_id_from);
	if (pa != pb || strncmp(a->cert_id_from, b->cert_id_from, pa) != 0)
		return false;
	return compare_digits(a->cert_id_from + pa, b->cert_id_to + digits_at(b->cert_id_to)) <= 0 &&
	       compare_digits(b->cert_id_from + pb, a->cert_id_to + digits_at(a->cert_id_to)) <= 0;
}

/* Rows with ranges first, by letters and first number; the others by what they tell, so that twins are neighbours. */
static int compare_ranges(const void *left, const void *right)
{
	const struct certificate *a = *(struct certificate *const *)left, *b = *(struct certificate *const *)right;
	bool ra = a->cert_id_from[0] != '\0', rb = b->cert_id_from[0] != '\0';
	if (ra != rb)
		return ra ? -1 : 1;
	if (!ra) {
		int c = compare_contents(a, b);
		return c != 0 ? c : (a > b) - (a < b);
	}
	size_t pa = digits_at(a->cert_id_from), pb = digits_at(b->cert_id_from);
	int c = pa != pb ? (pa > pb ? 1 : -1) : strncmp(a->cert_id_from, b->cert_id_from, pa);
	if (c == 0)
		c = compare_digits(a->cert_id_from + pa, b->cert_id_from + pb);
	return c != 0 ? c : (a > b) - (a < b);
}

static bool same_owner(const struct certificate *a, const struct certificate *b)
{
	return strcmp(a->site, b->site) == 0 && strcmp(a->contract, b->contract) == 0;
}

/* A delivery and the guarantees of that very energy, for one owner: they are linked, and count once. */
static bool own_guarantees(const struct certificate *a, const struct certificate *b)
{
	return (a->kind == CERTIFICATE_GO) != (b->kind == CERTIFICATE_GO) && same_owner(a, b);
}

/* Which rows a sweep looks at: two guarantees, or two deliveries, never share a certificate; a guarantee and a delivery may. */
enum sweep { SWEEP_GUARANTEES, SWEEP_DELIVERIES, SWEEP_ALL };

static bool swept(const struct certificate *c, enum sweep sweep)
{
	return sweep == SWEEP_ALL || (c->kind == CERTIFICATE_GO) == (sweep == SWEEP_GUARANTEES);
}

static void mark_twice(struct certificate *a, struct certificate *b, struct hwatt_report *report)
{
	struct certificate *later = a > b ? a : b, *first = a > b ? b : a;
	if (own_guarantees(a, b))
		return;
	if (strcmp(first->id, later->id) == 0 && !(first->twice && later->twice))
		hwatt_report_add(report, &later->mark, "statement %s stands here a second time (%s:%u) with the same certificates", later->id,
				 first->mark.file, first->mark.line);
	a->twice = b->twice = true;
}

/* Marks rows that share certificates.  In the order of their ranges a row overlaps an earlier one only if it overlaps the one that
 * reaches furthest. */
static void sweep_rows(struct certificate *const *sorted, size_t count, enum sweep sweep, struct hwatt_report *report)
{
	struct certificate *furthest = NULL;
	for (size_t i = 0; i < count; i++) {
		struct certificate *c = sorted[i];
		if (!swept(c, sweep))
			continue;
		if (furthest != NULL && certificate_overlap(furthest, c)) {
			mark_twice(c, furthest, report);
			if (c->cert_id_to[0] != '\0' && compare_digits(c->cert_id_to + digits_at(c->cert_id_to),
								       furthest->cert_id_to + digits_at(furthest->cert_id_to)) < 0)
				continue; /* the one before reaches further */
		}
		furthest = c;
	}
}

static void find_twice(struct certificate *rows, size_t count, struct hwatt_report *report)
{
	struct certificate **sorted = hwatt_alloc((count + 1) * sizeof(struct certificate *));
	for (size_t i = 0; i < count; i++)
		sorted[i] = &rows[i];
	qsort(sorted, count, sizeof(struct certificate *), compare_ranges);
	for (int sweep = SWEEP_GUARANTEES; sweep <= (int)SWEEP_ALL; sweep++)
		sweep_rows(sorted, count, (enum sweep)sweep, report);
	free(sorted);
}

int64_t certificate_range(const struct certificate *c)
{
	const char *from = c->cert_id_from + digits_at(c->cert_id_from), *to = c->cert_id_to + digits_at(c->cert_id_to);
	size_t head = strlen(from), length = strlen(to);
	if (head == 0 || head != length || digits_at(c->cert_id_from) != digits_at(c->cert_id_to))
		return 0;
	head = head > 18 ? head - 18 : 0;
	if (strncmp(from, to, head) != 0) /* more than any statement has */
		return 0;
	int64_t count = strtoll(to + head, NULL, 10) - strtoll(from + head, NULL, 10) + 1;
	return count > 0 ? count : 0;
}

/* --- times ------------------------------------------------------------------------------------------------------- */

static int64_t clock_s(const char *text)
{
	return atoi(text) * 3600 + atoi(text + 3) * 60;
}

/* A granular certificate is its own hour. */
static void find_hour(struct certificate *c, struct hwatt_arena *arena)
{
	if (c->to_s <= c->from_s || c->to_s - c->from_s > CERTIFICATE_HOUR_S)
		return;
	struct certificate_hour *hour = hwatt_arena_alloc(arena, sizeof(*hour));
	*hour = (struct certificate_hour){ c->from_s, (int32_t)(c->to_s - c->from_s), c->volume_mj };
	c->hours = hour;
	c->hour_count = 1;
	c->hours_mj = c->volume_mj;
}

size_t certificate_hour_at(const struct certificate *c, int64_t from_s)
{
	size_t low = 0, high = c->hour_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (c->hours[middle].start_s < from_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int64_t certificate_hours_mj(const struct certificate *c, int64_t from_s, int64_t to_s)
{
	int64_t sum = 0;
	for (size_t i = certificate_hour_at(c, from_s); i < c->hour_count && c->hours[i].start_s + c->hours[i].seconds <= to_s; i++)
		sum += c->hours[i].volume_mj;
	return sum;
}

void certificate_resolve(struct certificate *rows, size_t count, struct hwatt_arena *arena, struct hwatt_report *report)
{
	for (size_t i = 0; i < count; i++) {
		struct certificate *c = &rows[i];
		if (c->from_time[0] != '\0' && c->to_time[0] != '\0') {
			c->from_s = c->from_day * DAY_S + clock_s(c->from_time);
			c->to_s = c->to_day * DAY_S + clock_s(c->to_time);
		}
		find_hour(c, arena);
		if (c->to_day < c->from_day || (c->from_s != 0 && c->to_s <= c->from_s))
			hwatt_report_add(report, &c->mark, "the production ends before it begins");
	}
	find_twice(rows, count, report);
}

static int64_t months_later(int64_t day, int months)
{
	int year, month, mday;
	day_civil(day, &year, &month, &mday);
	month += months - 1;
	int64_t first = civil_day(year + month / 12, month % 12 + 1, 1), next = civil_day(year + (month + 1) / 12, (month + 1) % 12 + 1, 1);
	return first + mday - 1 < next ? first + mday - 1 : next - 1;
}

struct certificate_disclosure certificate_disclosure_se(int64_t produced_day, int64_t cancelled_day)
{
	int year, month, mday;
	day_civil(produced_day, &year, &month, &mday);
	if (cancelled_day == 0 || cancelled_day > months_later(produced_day, 12))
		return (struct certificate_disclosure){ year + 1, true };
	return (struct certificate_disclosure){ cancelled_day <= civil_day(year + 1, 3, 31) ? year : year + 1, false };
}

static bool is_swedish(const struct certificate *c)
{
	return strcmp(c->domain_country, "SE") == 0;
}

bool certificate_within(const struct certificate *c, enum certificate_time time, int64_t from_day, int64_t to_day)
{
	if (time == CERTIFICATE_BY_PRODUCTION)
		return c->from_day >= from_day && c->to_day < to_day;
	if (c->consumption_from_day != 0)
		return c->consumption_from_day >= from_day && c->consumption_to_day < to_day;
	if (c->kind != CERTIFICATE_GO || !is_swedish(c))
		return c->from_day >= from_day && c->to_day < to_day;
	struct certificate_disclosure d = certificate_disclosure_se(c->to_day, c->cancelled_day);
	int64_t first = civil_day(d.year, 1, 1), next = civil_day(d.year + 1, 1, 1);
	bool production_in = c->from_day >= from_day && c->to_day < to_day && c->from_day >= first;
	return production_in || (first >= from_day && next <= to_day);
}

bool certificate_disclosed_within(const struct certificate *c, int64_t from_day, int64_t to_day)
{
	if (c->consumption_from_day != 0)
		return c->consumption_from_day >= from_day && c->consumption_to_day < to_day;
	if (c->kind != CERTIFICATE_GO || !is_swedish(c))
		return false;
	int year = certificate_disclosure_se(c->to_day, c->cancelled_day).year;
	return civil_day(year, 1, 1) >= from_day && civil_day(year + 1, 1, 1) <= to_day;
}

bool certificate_meant_for(const struct certificate *c, int64_t from_day, int64_t to_day)
{
	int64_t first = c->consumption_from_day, last = c->consumption_to_day;
	if (first == 0 && (c->kind != CERTIFICATE_GO || !is_swedish(c)))
		return true;
	if (first == 0) {
		struct certificate_disclosure d = certificate_disclosure_se(c->to_day, c->cancelled_day);
		first = civil_day(d.year, 1, 1);
		last = civil_day(d.year, 12, 31);
	}
	return first < to_day && last >= from_day;
}

/* --- what counts ------------------------------------------------------------------------------------------------- */

static bool listed(const struct hwatt_list *list, const char *text)
{
	const char *const *items = list->items;
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(items[i], text) == 0)
			return true;
	return list->count == 0;
}

static bool labelled(const struct certificate *c, const struct hwatt_list *labels)
{
	const char *const *items = c->labels.items;
	for (size_t i = 0; i < c->labels.count && labels->count > 0; i++)
		if (listed(labels, items[i]))
			return true;
	return labels->count == 0;
}

/* Nobody cancelled it in time: it went to everybody. */
static bool expired(const struct certificate *c)
{
	if (c->kind != CERTIFICATE_GO)
		return false;
	if (is_swedish(c))
		return certificate_disclosure_se(c->to_day, c->cancelled_day).expired;
	return c->cancelled_day == 0 || c->cancelled_day > months_later(c->to_day, 18);
}

enum certificate_refusal certificate_refused(const struct certificate *c, const struct certificate_filter *filter)
{
	enum certificate_technology technology = (enum certificate_technology)c->technology;
	bool wanted = filter->technologies != 0 ? (filter->technologies >> technology & 1) != 0 : certificate_renewable(technology);
	if (!wanted)
		return CERTIFICATE_WRONG_TECHNOLOGY;
	if (c->kind != CERTIFICATE_GO && c->guarantees == CERTIFICATE_SOLD)
		return CERTIFICATE_GUARANTEES_SOLD;
	if (expired(c))
		return CERTIFICATE_EXPIRED;
	if (!listed(&filter->countries, c->country))
		return CERTIFICATE_WRONG_COUNTRY;
	if (!listed(&filter->zones, c->zone))
		return CERTIFICATE_WRONG_ZONE;
	if (!labelled(c, &filter->labels))
		return CERTIFICATE_WITHOUT_LABEL;
	return filter->unsupported && strcmp(c->support_code, "none") != 0 ? CERTIFICATE_SUPPORTED : CERTIFICATE_COUNTS;
}

bool certificate_eligible(const struct certificate *c, const struct certificate_filter *filter)
{
	return certificate_refused(c, filter) == CERTIFICATE_COUNTS;
}
