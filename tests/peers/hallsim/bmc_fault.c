/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc_fault.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MILLION 1e6
#define FAR_S 1e9

enum shape {
	NONE,   /* no value */
	SHARE,  /* P, a percentage */
	NUMBER, /* N */
	PAIR,   /* N/M */
	HEX,
};

/* How each kind is called and what stands behind the equals sign. */
static const struct {
	const char *name;
	enum shape shape;
	bool optional;
	int64_t value, other; /* when nothing is said */
} kinds[BMC_FAULT_KINDS] = {
	[BMC_FAULT_SILENT] = {"silent", NONE, false, 0, 0},
	[BMC_FAULT_DROP] = {"drop", SHARE, false, 0, 0},
	[BMC_FAULT_DELAY] = {"delay", PAIR, false, 0, -1},
	[BMC_FAULT_DUPLICATE] = {"duplicate", SHARE, false, 0, 0},
	[BMC_FAULT_REORDER] = {"reorder", SHARE, false, 0, 0},
	[BMC_FAULT_TRUNCATE] = {"truncate", SHARE, false, 0, 0},
	[BMC_FAULT_FLIP] = {"flip", SHARE, false, 0, 0},
	[BMC_FAULT_FLIP_LOGIN] = {"flip-login", SHARE, false, 0, 0},
	[BMC_FAULT_FORGET] = {"forget", NUMBER, false, 0, 0},
	[BMC_FAULT_FULL] = {"full", NONE, false, 0, 0},
	[BMC_FAULT_PASSWORD] = {"wrong-password", NONE, false, 0, 0},
	[BMC_FAULT_NO_SUITE_17] = {"no-suite-17", NONE, false, 0, 0},
	[BMC_FAULT_SUITE_LIE] = {"suite-lie", NONE, false, 0, 0},
	[BMC_FAULT_SHORT_ERRORS] = {"short-errors", NONE, false, 0, 0},
	[BMC_FAULT_DEAF] = {"deaf", NONE, false, 0, 0},
	[BMC_FAULT_RESTLESS] = {"restless", NONE, false, 0, 0},
	[BMC_FAULT_BUSY] = {"busy", PAIR, false, 0, -1},
	[BMC_FAULT_LOST_RESERVATION] = {"lost-reservation", NONE, false, 0, 0},
	[BMC_FAULT_READ_LIMIT] = {"read-limit", NUMBER, true, 16, 0},
	[BMC_FAULT_SDR_LOOP] = {"sdr-loop", NONE, false, 0, 0},
	[BMC_FAULT_UNAVAILABLE] = {"unavailable", NONE, false, 0, 0},
	[BMC_FAULT_REPLACED] = {"replaced", NONE, false, 0, 0},
	[BMC_FAULT_SUPPLY_REPLACED] = {"supply-replaced", NUMBER, true, 1, 0},
	[BMC_FAULT_SUPPLY_MUTE] = {"supply-mute", NUMBER, true, 1, 0},
	[BMC_FAULT_LOCKOUT] = {"lockout", PAIR, true, 3, 60},
	[BMC_FAULT_LATE] = {"late", SHARE, false, 0, 0},
	[BMC_FAULT_CODE] = {"code", HEX, false, 0, 0},
	[BMC_FAULT_ROLE_NIBBLE] = {"role-nibble", NONE, false, 0, 0},
	[BMC_FAULT_PADDED_USER] = {"padded-user", NONE, false, 0, 0},
	[BMC_FAULT_SHORT_RAKP2] = {"short-rakp2", NONE, false, 0, 0},
	[BMC_FAULT_BAD_CHECKSUMS] = {"bad-checksums", NONE, false, 0, 0},
	[BMC_FAULT_SCANNING_OFF] = {"scanning-off", NONE, false, 0, 0},
};

/* Reads a number that ends at one of `ends`, and steps over it. */
static bool take_number(const char **at, int base, double low, double high, double *out)
{
	char *end = NULL;
	errno = 0;
	double value = base == 16 ? (double)strtol(*at, &end, 16) : strtod(*at, &end);
	if (errno != 0 || end == *at || !(value >= low && value <= high))
		return false;
	*at = end;
	*out = value;
	return true;
}

/* RANGE and the colon. */
static bool take_range(const char **at, struct bmc_rule *rule)
{
	double first = 0, last = UINT32_MAX;
	if (**at == '*') {
		(*at)++;
	} else {
		if (!take_number(at, 10, 0, UINT32_MAX, &first))
			return false;
		last = first;
		if (**at == '-' && ((*at)++, !take_number(at, 10, first, UINT32_MAX, &last)))
			return false;
	}
	rule->first = (uint32_t)first;
	rule->last = (uint32_t)last;
	return *(*at)++ == ':';
}

/* The value behind the equals sign. */
static bool take_value(const char **at, struct bmc_rule *rule)
{
	enum shape shape = kinds[rule->kind].shape;
	double value = 0, other = 0;
	rule->value = kinds[rule->kind].value;
	rule->other = kinds[rule->kind].other;
	if (**at != '=')
		return shape == NONE || kinds[rule->kind].optional;
	(*at)++;
	if (shape == NONE)
		return false;
	if (!take_number(at, shape == HEX ? 16 : 10, 0, shape == SHARE ? 100 : 1e6, &value))
		return false;
	rule->value = llround(shape == SHARE ? value * MILLION / 100 : value);
	if (shape == PAIR && **at == '/') {
		(*at)++;
		if (!take_number(at, 10, 0, 1e6, &other))
			return false;
		rule->other = llround(other);
	}
	if (rule->kind == BMC_FAULT_FORGET)
		return rule->value > 0;
	if (rule->kind == BMC_FAULT_BUSY)
		return rule->other > 0 && rule->value <= rule->other;
	return true;
}

/* FROM-UNTIL. */
static bool take_span(const char **at, struct bmc_rule *rule)
{
	double from = 0, until = FAR_S;
	if (**at == '@') {
		(*at)++;
		if (!take_number(at, 10, 0, FAR_S, &from) || *(*at)++ != '-')
			return false;
		if (**at != '\0' && !take_number(at, 10, from, FAR_S, &until))
			return false;
	}
	rule->from_ms = llround(from * 1000);
	rule->until_ms = llround(until * 1000);
	return **at == '\0';
}

/* The name of the fault. */
static bool take_name(const char **at, struct bmc_rule *rule)
{
	size_t length = strcspn(*at, "=@");
	for (int i = 0; i < BMC_FAULT_KINDS; i++) {
		if (strlen(kinds[i].name) != length || strncmp(kinds[i].name, *at, length) != 0)
			continue;
		rule->kind = (enum bmc_fault_kind)i;
		*at += length;
		return true;
	}
	return false;
}

int bmc_fault_add(struct bmc_faults *faults, const char *text, struct sim_fault *fault)
{
	struct bmc_rule rule = {0};
	const char *at = text;
	if (faults->count == BMC_RULES_MAX)
		return sim_fail(fault, "more than %d faults", BMC_RULES_MAX);
	if (!take_range(&at, &rule))
		return sim_fail(fault, "\"%s\" does not begin with BMCs; write 0-99:drop=10", text);
	if (!take_name(&at, &rule))
		return sim_fail(fault, "\"%s\": there is no fault \"%s\"", text, at);
	if (!take_value(&at, &rule))
		return sim_fail(fault, "\"%s\": the value does not fit the fault", text);
	if (!take_span(&at, &rule))
		return sim_fail(fault, "\"%s\" ends with \"%s\"; write @10-20, in seconds", text, at);
	faults->rules[faults->count++] = rule;
	return 0;
}

const struct bmc_rule *bmc_fault_find(const struct bmc_faults *faults, enum bmc_fault_kind kind,
                                      uint32_t number, int64_t at_ms)
{
	for (size_t i = faults->count; i > 0; i--) {
		const struct bmc_rule *rule = &faults->rules[i - 1];
		if (rule->kind == kind && number >= rule->first && number <= rule->last &&
		    at_ms >= rule->from_ms && at_ms < rule->until_ms)
			return rule;
	}
	return NULL;
}
