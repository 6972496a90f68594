/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* amount.h - a JSON number as a decimal, and from there to a quantity's fixed unit without a detour over double. */
#ifndef REDFISH_AMOUNT_H
#define REDFISH_AMOUNT_H

#include <hallwatt/reading.h>
#include <jansson.h>
#include <stdbool.h>

struct amount { /* digits x 10^power */
	int64_t digits;
	int power;
};

/* Reads a number, or a string that is one (MetricValue is). 15 digits are exact. false: neither, or not finite. */
bool amount_read(const json_t *json, struct amount *out);
bool amount_parse(const char *text, struct amount *out);

/* amount x times / divide, rounded half away from zero; false when it does not fit. times and divide are above 0. */
bool amount_scale(struct amount a, int64_t times, int64_t divide, int64_t *out);

/* How many fixed units of `quantity` one base unit is: active_power 1000 (mW), energy 3600000 (mJ in a Wh). */
int64_t amount_unit(enum hwatt_quantity quantity);

#endif
