/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* dcmi.h - the data centre's commands: the power of the whole machine in one answer.
 *
 * Pure: what to ask and what the answer says.  All answers are those behind the completion code.
 * Source: DCMI 1.5, revision 1.0, 6.1 and 6.6. */
#ifndef IPMI_DCMI_H
#define IPMI_DCMI_H

#include <hallwatt/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DCMI_NETFN 0x2c
#define DCMI_GROUP 0xdc
#define DCMI_GET_CAPABILITIES 0x01
#define DCMI_GET_POWER 0x02
#define DCMI_ASK_POWER { DCMI_GROUP, 0x01, 0x00, 0x00 } /* system power statistics */
#define DCMI_ASK_CAPABILITIES(parameter) { DCMI_GROUP, parameter }

struct dcmi_power { /* mW; -1: not given */
	int64_t now_mw, min_mw, max_mw, mean_mw;
	int64_t period_ms; /* of minimum, maximum and mean; 0: not said */
	uint32_t bmc_time_s; /* the BMC's clock, often wrong: for nothing but showing it */
};

/* HWATT_ENODATA: the measurement is not active, or no part of it is a number: never 0 W. HWATT_EPROTO: malformed. */
int dcmi_read_power(const void *bytes, size_t length, struct dcmi_power *out, struct hwatt_error *err);

enum dcmi_parameter {
	DCMI_SUPPORTED = 1, DCMI_ATTRIBUTES = 2, DCMI_OPTIONAL = 3, DCMI_MANAGEMENT = 4, DCMI_STATISTICS = 5
};

#define DCMI_MAX_PERIODS 16

struct dcmi_capabilities {
	uint8_t major, minor, revision; /* of the specification that the BMC follows; of the parameter */
	bool power_management;          /* parameter 1: Get Power Reading should be there */
	size_t period_count;            /* parameter 5: averages that it keeps */
	int64_t period_ms[DCMI_MAX_PERIODS]; /* 0: the present moment */
};

/* Reads the answer about `parameter`; only its own fields are set, others are left alone, so that several answers fill one
 * struct that began as {0}. */
int dcmi_read_capabilities(enum dcmi_parameter parameter, const void *bytes, size_t length, struct dcmi_capabilities *out,
			   struct hwatt_error *err);

#endif
