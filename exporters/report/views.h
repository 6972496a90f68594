/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* views.h - the same report as JSON, CSV and a page. */
#ifndef REPORT_VIEWS_H
#define REPORT_VIEWS_H

#include <hallwatt/error.h>
#include <hallwatt/eu_report.h>
#include <hallwatt/followup.h>
#include <hallwatt/joint.h>
#include <hallwatt/language.h>
#include <hallwatt/text.h>

#define FOLLOWUP_SCHEMA "hallwatt.followup/1"

struct json_t;
struct zone;

/* The report in canonical form (RFC 8785: sorted keys, no blanks; energies and ratios are decimal strings). A new reference. */
struct json_t *followup_json(const struct hwatt_followup *f);
/* One row a requirement, figure, event, document and comparison; the first column says which. */
void followup_csv(const struct hwatt_followup *f, enum hwatt_language language, struct hwatt_text *out);
/* A page that needs nothing else. */
int followup_page(const struct hwatt_followup *f, enum hwatt_language language, struct hwatt_text *out, struct hwatt_error *err);

/* Many contracts side by side, in the same three forms; schema hallwatt.joint/1. */
struct json_t *joint_json(const struct hwatt_joint *j);
void joint_csv(const struct hwatt_joint *j, enum hwatt_language language, struct hwatt_text *out);
int joint_page(const struct hwatt_joint *j, enum hwatt_language language, struct hwatt_text *out, struct hwatt_error *err);

/* The yearly report of a data centre, in the same three forms. */
struct json_t *eu_json(const struct hwatt_eu_report *r);
void eu_csv(const struct hwatt_eu_report *r, struct hwatt_text *out);
int eu_page(const struct hwatt_eu_report *r, enum hwatt_language language, struct hwatt_text *out, struct hwatt_error *err);

/* How far the value keeps from the limit on the good side, as a share of the limit; unknown without either. */
struct hwatt_ratio margin_of(const struct hwatt_view_requirement *r);

#endif
