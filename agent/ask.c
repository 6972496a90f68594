/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "ask.h"
#include <hallwatt/language.h>
#include <string.h>

/* Whether the reasons, names with blanks between them, hold this one. */
static bool holds(const char *reasons, const char *name)
{
	size_t length = strlen(name);
	for (const char *at = reasons; (at = strstr(at, name)) != NULL; at += length)
		if ((at == reasons || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

/* The gravest reason comes first. */
static const struct { const char *reason, *text; } rows[] = {
	{ "DOUBLE_COUNT", HWATT_N("Ask the supplier to show what belongs to this contract, once.") },
	{ "CATEGORY_MISMATCH", HWATT_N("Ask the supplier to meter where the contract says, or agree on another metering point.") },
	{ "PHYS_IMPOSSIBLE", HWATT_N("Ask the supplier to check the meters and to correct the fault.") },
	{ "DIV_ZERO", HWATT_N("Ask the supplier to check the meters and to correct the fault.") },
	{ "NO_UNCERTAINTY", HWATT_N("Ask the supplier for the accuracy class of the meters.") },
	{ "LIMIT", HWATT_N("Ask the supplier to explain the cause and to present a plan of action with dates.") },
	{ "LIMIT_CERTAIN", HWATT_N("Ask the supplier to explain the cause and to present a plan of action with dates.") },
	{ "CLAIM", HWATT_N("Ask the supplier why it is not kept, and by when it will be put right.") },
	{ "OVERDUE", HWATT_N("The deadline has passed: ask the supplier why, and for a new date.") },
	{ "DOC_EXPIRED", HWATT_N("Ask the supplier to renew what is out of date.") },
	{ "DOC_REJECTED", HWATT_N("What was handed in was rejected: ask the supplier for a new one.") },
	{ "NO_DOC", HWATT_N("Ask the supplier to hand in what is missing.") },
	{ "NO_DATA", HWATT_N("Ask the supplier to measure or account for what is missing, and to explain why it is missing.") },
	{ "COVERAGE", HWATT_N("Ask the supplier to repair the metering and to account for what is missing.") },
};

struct hwatt_texts ask_about(const struct hwatt_view_requirement *v)
{
	const char *text = "";
	bool good = v->status == HWATT_MET || v->status == HWATT_NOT_APPLICABLE;
	bool wait = v->status == HWATT_NOT_ENOUGH_DATA && holds(v->reasons, "PERIOD_OPEN") && !holds(v->reasons, "COVERAGE");
	bool paper = !holds(v->reasons, "CLAIM") && !holds(v->reasons, "OVERDUE") && !holds(v->reasons, "DOC_EXPIRED");
	if (v->to_review && paper && !good)
		text = HWATT_N("Review what the supplier has handed in.");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !good && !wait && text[0] == '\0'; i++)
		if (holds(v->reasons, rows[i].reason))
			text = rows[i].text;
	if (text[0] == '\0')
		return (struct hwatt_texts){ "", "", "" };
	return (struct hwatt_texts){ .sv = hwatt_tr(HWATT_SV, text), .nb = hwatt_tr(HWATT_NB, text), .en = text };
}
