/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* certificate.h - proof of green electricity: cancelled guarantees of origin and energy bought under contract, each used once.
 *
 * Rows come from the files under `certificates`, with the fields of a cancellation statement.  What a row says is taken for true;
 * whether the rows contradict themselves or each other is checked here (domain.md 4.5), and whether they count for a place and a time is a
 * matter of the filter.  Source: domain.md 4.1 to 4.5. */
#ifndef HALLWATT_CERTIFICATE_H
#define HALLWATT_CERTIFICATE_H

#include "calendar.h"
#include "document.h"
#include <hallwatt/number.h>

enum certificate_kind { CERTIFICATE_GO, CERTIFICATE_PPA, CERTIFICATE_ONSITE };
enum certificate_technology { CERTIFICATE_HYDRO, CERTIFICATE_WIND, CERTIFICATE_SOLAR, CERTIFICATE_BIOMASS, CERTIFICATE_GEOTHERMAL,
			      CERTIFICATE_OCEAN, CERTIFICATE_NUCLEAR, CERTIFICATE_FOSSIL, CERTIFICATE_WASTE, CERTIFICATE_UNKNOWN,
			      CERTIFICATE_TECHNOLOGIES };
/* What became of the guarantees of energy that came under contract or from the own roof. */
enum certificate_guarantees { CERTIFICATE_NOT_STATED, CERTIFICATE_CANCELLED, CERTIFICATE_NOT_ISSUED, CERTIFICATE_SOLD };

struct certificate_hour { /* what was produced in a time of an hour at most */
	int64_t start_s;                     /* UTC */
	int32_t seconds;
	int64_t volume_mj;
};

struct certificate;
struct certificate_link { /* energy of a guarantee that stems from a delivery under contract or the own plant: it would count twice */
	const struct certificate *delivery;
	int64_t volume_mj;
};

struct certificate {
	const char *id;                      /* statement or delivery */
	int kind, technology, guarantees;
	const char *site, *contract;         /* whom it was cancelled for: one of them */
	int64_t volume_mj;
	int64_t from_day, to_day;            /* production, days; to_day is the last */
	const char *from_time, *to_time;     /* UTC, "13:00": of granular certificates; "" whole days */
	const char *cert_id_from, *cert_id_to;
	int64_t cancelled_day;               /* transaction time; 0: not stated */
	int64_t consumption_from_day, consumption_to_day; /* 0: not stated */
	const char *beneficiary_name, *beneficiary_id, *beneficiary_location, *usage_type, *consumption_country;
	const char *registry, *issuing_body, *domain_country, *account_holder, *account_id, *transaction_id;
	const char *device_gsrn, *device_name, *technology_code, *support_code, *zone, *country;
	int64_t capacity_mw, commissioning_day, issue_day;
	const char *issue_country;
	struct hwatt_list labels;            /* const char * */
	int64_t emission_micro;              /* g CO2e per kWh, in millionths */
	const char *document_sha256;
	bool twice;                          /* a certificate of its range stands in another row as well */
	int64_t from_s, to_s;                /* production in UTC, where it is stated to the minute; else 0 */
	const struct certificate_hour *hours; /* when it was produced, as far as that is told: in the order of time, none overlap */
	size_t hour_count, link_count;
	int64_t hours_mj;                    /* their sum, no more than the volume */
	const struct certificate_link *links; /* of guarantees */
	struct hwatt_mark mark;
};

const struct hwatt_schema *certificate_schema(void);
/* Fills what follows from the keys of all rows: times of production, and what stands twice. Adds mistakes. */
void certificate_resolve(struct certificate *rows, size_t count, struct hwatt_arena *arena, struct hwatt_report *report);
/* Fills the links, when all hours are known: which guarantees are of energy that was delivered under contract or by the own plant as well, by
 * the ids of the certificates or, where a row has none, by plant and time; of one site or contract.  domain.md 2.3 (p), 4.5 check 7. */
void certificate_link(struct certificate *rows, size_t count, struct hwatt_arena *arena);
/* Whether guarantee and delivery are the same energy, as far as the rows tell. */
bool certificate_same_energy(const struct certificate *guarantee, const struct certificate *delivery);
bool certificate_renewable(enum certificate_technology technology);
const char *certificate_technology_name(enum certificate_technology technology);
const char *certificate_kind_name(enum certificate_kind kind);

/* Which year's consumption a Swedish guarantee is for: produced in X and cancelled by 31 March of X + 1: X; later: X + 1; not cancelled
 * within 12 months of its production: cancelled by itself, into the residual mix of X + 1.  domain.md 4.1. */
struct certificate_disclosure {
	int year;
	bool expired;              /* nobody's: in the residual mix of `year` */
};
struct certificate_disclosure certificate_disclosure_se(int64_t produced_day, int64_t cancelled_day);

#define CERTIFICATE_CARBON_FREE (((2u << CERTIFICATE_OCEAN) - 1u) | 1u << CERTIFICATE_NUCLEAR) /* all that is renewable, and nuclear */

struct certificate_filter { /* {0}: anything renewable */
	unsigned technologies;     /* bits by enum certificate_technology; 0: all renewable ones */
	struct hwatt_list countries; /* const char *: of production; none: any */
	struct hwatt_list zones;   /* const char *: bidding zones of production; none: any */
	struct hwatt_list labels;  /* const char *: one of them is on it; none: any */
	bool unsupported;          /* only production that had no support */
};

enum certificate_refusal { /* why a row does not count as green: the first that holds */
	CERTIFICATE_COUNTS, CERTIFICATE_WRONG_TECHNOLOGY, CERTIFICATE_GUARANTEES_SOLD, CERTIFICATE_EXPIRED, CERTIFICATE_WRONG_COUNTRY,
	CERTIFICATE_WRONG_ZONE, CERTIFICATE_WITHOUT_LABEL, CERTIFICATE_SUPPORTED,
};
enum certificate_refusal certificate_refused(const struct certificate *row, const struct certificate_filter *filter);
/* Whether the row counts as green at all: technology, place, label, and nobody else's. */
bool certificate_eligible(const struct certificate *row, const struct certificate_filter *filter);

enum certificate_time { CERTIFICATE_BY_CONSUMPTION, CERTIFICATE_BY_PRODUCTION };
/* Whether all of the row belongs to the days [from_day, to_day): the consumption that it was cancelled for (or, not stated, the year
 * that the rules of its country give it), or its production, which a finer matching asks for. */
bool certificate_within(const struct certificate *row, enum certificate_time time, int64_t from_day, int64_t to_day);
/* Whether the days hold all of the consumption that the row states, or the year that the rules of its country give it; a row that
 * has neither is of no certain consumption: false. */
bool certificate_disclosed_within(const struct certificate *row, int64_t from_day, int64_t to_day);
/* What of its hours lies wholly in [from_s, to_s), in mJ. */
int64_t certificate_hours_mj(const struct certificate *row, int64_t from_s, int64_t to_s);
/* The first of its hours that begins at `from_s` or later. */
size_t certificate_hour_at(const struct certificate *row, int64_t from_s);
/* Whether what the row was cancelled for (or the year that its country's rules give it) has a day in [from_day, to_day): a finer
 * matching asks this beside the production, so that it takes nothing that belongs to another year. */
bool certificate_meant_for(const struct certificate *row, int64_t from_day, int64_t to_day);

enum certificate_outcome { CERTIFICATE_PASS, CERTIFICATE_FAIL, CERTIFICATE_NOT_CHECKED };
struct certificate_check { /* one row of an audit: number and words of domain.md 4.5 */
	int number;
	const char *what;
	enum certificate_outcome outcome;
	const char *text;          /* which rows fail, the last of many counted as "+12", or why it could not be checked; "" */
};
#define CERTIFICATE_CHECKS 16

struct certificate_audit { /* what the checks need beside the rows */
	const char *site, *contract; /* whose rows: one of them is not NULL */
	const char *const *beneficiaries; /* names that are the operator or the customer */
	size_t beneficiary_count;
	int64_t from_day, to_day;  /* the period reported, to_day exclusive */
	hwatt_i128 used_mj, onsite_mj, export_mj; /* used_mj < 0: not known */
};

/* All checks, in the order of their numbers, texts in the arena. */
void certificate_audit(const struct certificate *rows, size_t count, const struct certificate_audit *audit, struct hwatt_arena *arena,
		       struct certificate_check out[CERTIFICATE_CHECKS]);
/* How many certificates the range of ids has; 0: not to be told. */
int64_t certificate_range(const struct certificate *row);
/* Whether the ranges of ids of two rows share a certificate: the same letters before, and numbers that overlap. */
bool certificate_overlap(const struct certificate *a, const struct certificate *b);

#endif
