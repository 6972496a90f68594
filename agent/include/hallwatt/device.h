/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* device.h - something polled, as the configuration states it. */
#ifndef HALLWATT_DEVICE_H
#define HALLWATT_DEVICE_H

#include <stdint.h>

enum hwatt_power_role {
	HWATT_POWER_NONE, HWATT_POWER_GRID, HWATT_POWER_ONSITE, HWATT_POWER_GENERATOR,
	HWATT_POWER_UPS_INPUT, HWATT_POWER_UPS_OUTPUT, HWATT_POWER_PDU, HWATT_POWER_IT,
	HWATT_POWER_COOLING, HWATT_POWER_OTHER, HWATT_POWER_ROLES
};

/* "grid", "ups_output" ...; "" for NONE. */
const char *hwatt_power_role_name(enum hwatt_power_role role);

struct hwatt_device {
	const char *id;         /* [a-z0-9._-]+, unique */
	const char *scheme;     /* "snmp": names the collector */
	const char *host;       /* numeric address or name, without brackets; "" (ipmi-local:): this machine itself */
	const char *site, *room, *rack; /* "" when not stated */
	uint16_t port;          /* 0: the protocol's own; with the host "": the number of the driver's device */
	enum hwatt_power_role power_role;
	int64_t rated_mw;       /* rated power, 0: unknown */
	int64_t interval_ms, timeout_ms;
	const char *profile;    /* force this profile; "" = match */
	const char *credentials;/* name of the credentials, "" when none */
};

/* What a device says of itself; any string may be NULL (not known). */
struct hwatt_identity {
	const char *vendor, *model, *serial, *firmware, *profile, *profile_reason;
};

#endif
