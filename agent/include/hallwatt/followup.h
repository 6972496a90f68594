/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* followup.h - what is said of one contract and one period in a follow-up meeting.
 *
 * Made from the store for any period, of today or years ago, and rendered as a page, JSON or CSV.  Immutable once made; all
 * strings live as long as it does.  Figures keep what they rest on: coverage, quality, uncertainty, ruleset. */
#ifndef HALLWATT_FOLLOWUP_H
#define HALLWATT_FOLLOWUP_H

#include <hallwatt/option.h>
#include <hallwatt/view.h>

struct hwatt_followup_change { /* one entry of a requirement's history */
	int64_t at_s;                /* UTC: when it was found */
	enum hwatt_status status;
	const char *reasons;         /* "LIMIT" */
	int64_t from_s, to_s;        /* of which period */
};

struct hwatt_followup_requirement {
	struct hwatt_view_requirement verdict; /* of the last period of its window that ends within the report's, or the open one */
	const char *package;         /* "eu-gpp-data-centres@2020", "" written in the contract */
	const char *template_id;     /* the requirement's name in the package, "" */
	const char *stage, *risk, *area; /* life-cycle stage, risk area and product area, as in the packages; "" */
	struct hwatt_texts source;   /* document and place that it rests on */
	struct hwatt_texts verification, deliver; /* how it is checked, and what the supplier has to deliver */
	int64_t since_s;             /* UTC: since when the status is what it is; 0: not known */
	size_t change_count;
	const struct hwatt_followup_change *changes; /* oldest first */
	struct hwatt_view_forecast forecast;
	struct hwatt_texts ask;      /* what to raise in the meeting, "" when nothing */
};

struct hwatt_followup_series { /* one figure over the period, month by month */
	const char *subject_kind, *subject, *kpi, *unit;
	struct hwatt_view_kpi whole; /* over the whole period */
	size_t count;
	const struct hwatt_view_kpi *parts; /* a local month (or, in a period of at most a month, a day) each, in order */
	const char *part; /* the room that it is of; "" or NULL: of the whole */
};

struct hwatt_followup_event { /* hardware that came, went or was exchanged; audits; incidents */
	int64_t at_s;
	const char *kind, *device, *subject, *before, *after;
};

struct hwatt_followup_document {
	const char *id, *type, *title, *issuer, *status, *requirement; /* submitted, accepted, rejected, withdrawn */
	int64_t from_day, to_day;    /* valid, inclusive; to_day INT64_MAX: no end */
	int64_t days_left;           /* at the end of the period; negative: expired since */
	const char *sha256;          /* "" when not stated */
};

struct hwatt_followup_comparison { /* a figure that the supplier reported beside the measured one */
	const char *figure, *unit, *author, *document;
	int64_t from_s, to_s;
	struct hwatt_ratio theirs, ours, difference, uncertainty; /* combined, k = 2; unknown when not stated */
	int64_t coverage_ppm;
	/* impossible: no data centre can have the supplier's figure, whatever was measured */
	enum hwatt_agreement { HWATT_AGREES, HWATT_DIFFERS, HWATT_NOT_COMPARABLE, HWATT_IMPOSSIBLE } agreement;
	struct hwatt_texts sentence; /* what is impossible, and what to ask; "" where nothing is */
};

struct hwatt_followup_use { /* what of a certificate counted, in one figure of the period or one requirement's period */
	const char *requirement;     /* "" the share of renewable electricity over the report's period, matched as a whole */
	struct hwatt_ratio counted;  /* J, before a contract's share of its site and before it is cut at what was used */
	const char *reasons;         /* why not all of it: "STEMS_FROM_DELIVERY NOT_RESOLVED"; "" all counted */
};

struct hwatt_followup_certificate { /* a proof of green electricity that touches the period; those of hours are folded together */
	const char *id, *last_id;    /* folded: the first and the last */
	int64_t count;               /* rows of the books */
	const char *subject_kind, *subject; /* whom it was cancelled for */
	const char *kind, *technology, *guarantees; /* as in the books */
	const char *country, *zone, *device, *beneficiary, *transaction, *cert_id_from, *cert_id_to, *sha256;
	int64_t from_day, to_day;    /* production, inclusive */
	int64_t consumption_from_day, consumption_to_day, cancelled_day; /* INT64_MAX: not stated */
	struct hwatt_ratio volume, hours; /* J; what of it tells its hours */
	size_t use_count;
	const struct hwatt_followup_use *uses;
};

struct hwatt_followup_check { /* what an auditor looks for in the certificates of a site or contract */
	const char *subject_kind, *subject;
	int number;                  /* 1 to 16 */
	struct hwatt_texts what;
	enum hwatt_outcome { HWATT_PASSED, HWATT_FAILED, HWATT_NOT_CHECKED } outcome;
	const char *rows;            /* which fail, "" none */
};

struct hwatt_followup_hour { /* of the day, on the local clock: all such hours of the period together, in J */
	int hour;                    /* 0 to 23 */
	struct hwatt_ratio load, generated, matched;
};

struct hwatt_followup_ruleset { const char *id, *hash; };

struct hwatt_followup_note { /* how the figures were made, and what limits them */
	const char *code;            /* "PROPORTIONAL_ALLOCATION", "PROVISIONAL_FACTOR", "INFORMATIVE_METERS" ... */
	struct hwatt_texts text;
};

struct hwatt_followup {
	struct hwatt_view_contract contract;
	const char *period;          /* as asked for: "2026-Q3", "2026-10", "2026", "2026-01-01..2026-06-30" */
	int64_t from_s, to_s;        /* UTC */
	bool open;                   /* the period is not over */
	int64_t generated_s;
	const char *version;         /* of hallwatt */
	const char *timezone, *config_hash;
	size_t site_count;
	const char *const *sites;
	size_t ruleset_count, requirement_count, series_count, event_count, document_count, comparison_count, note_count;
	const struct hwatt_followup_ruleset *rulesets;
	const struct hwatt_followup_requirement *requirements;
	const struct hwatt_followup_series *series;
	const struct hwatt_followup_event *events;
	const struct hwatt_followup_document *documents; /* soonest to expire first */
	const struct hwatt_followup_comparison *comparisons;
	const struct hwatt_followup_note *notes;
	size_t certificate_count, check_count, hour_count;
	const struct hwatt_followup_certificate *certificates;
	const struct hwatt_followup_check *checks;
	const struct hwatt_followup_hour *hours; /* 24, or none where hours are not matched */
};

#endif
