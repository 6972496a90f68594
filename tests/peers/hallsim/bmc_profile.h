/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_profile.h - the kinds of BMC there are: what each speaks, demands and lacks. */
#ifndef HALLSIM_BMC_PROFILE_H
#define HALLSIM_BMC_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bmc_sdr.h"

#define BMC_USERS_MAX 3
#define BMC_SLOTS_MAX 16

enum bmc_privilege {
	BMC_CALLBACK = 1,
	BMC_USER = 2,
	BMC_OPERATOR = 3,
	BMC_ADMINISTRATOR = 4,
};

enum bmc_dcmi {
	BMC_DCMI_YES,
	BMC_DCMI_NO,       /* the group extension is unknown: C1h */
	BMC_DCMI_INACTIVE, /* it says 0 W and that nothing is measured */
	BMC_DCMI_CODE,     /* Get Power Reading gives `dcmi_code` */
};

struct bmc_user {
	const char *name, *password; /* NULL: no such entry */
	enum bmc_privilege limit;
};

struct bmc_profile {
	const char *name, *about;
	bool suite3, suite17;
	struct bmc_user users[BMC_USERS_MAX];
	const char *kg; /* NULL: none; 20 octets */
	int slots;
	int idle_s;      /* a session unused so long is forgotten */
	int handshake_s; /* a login that does not go on so long is forgotten */
	enum bmc_dcmi dcmi;
	uint8_t dcmi_code;
	enum bmc_privilege power_privilege; /* needed for Get Power Reading */
	const struct bmc_sensor_set *sensors;
	bool device_sdrs; /* no SDR repository: the records are had from the sensor device */
	bool off;         /* the host is switched off */
	bool terse_fru;   /* packed strings, a wrong checksum */
	int latency_low_ms, latency_high_ms;
	uint16_t product;
	uint8_t firmware_major, firmware_minor; /* minor in BCD */
	const char *model;
};

/* The profile called `name`, NULL when there is none; all of them by index, NULL after the last. */
const struct bmc_profile *bmc_profile_find(const char *name);
const struct bmc_profile *bmc_profile_at(size_t index);

#endif
