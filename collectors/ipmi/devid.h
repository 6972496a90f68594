/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* devid.h - who a BMC is and what it has: device id, GUID, chassis state, SDR repository.
 *
 * Pure: what to ask and what the answers, behind their completion codes, say.
 * Source: IPMI 2.0, revision 1.1, 20.1, 20.8, 28.2, 33.9, 35.2. */
#ifndef IPMI_DEVID_H
#define IPMI_DEVID_H

#include <hallwatt/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVID_NETFN_CHASSIS 0x00
#define DEVID_NETFN_SENSOR 0x04
#define DEVID_NETFN_APP 0x06
#define DEVID_NETFN_STORAGE 0x0a
#define DEVID_GET 0x01             /* application */
#define DEVID_GET_GUID 0x37        /* application: Get System GUID */
#define DEVID_GET_CHASSIS 0x01     /* chassis */
#define DEVID_GET_REPOSITORY 0x20  /* storage; of a device's own SDRs: sensor */
#define DEVID_TEXT 40

struct devid {
	uint8_t device_id, device_revision;
	bool own_sdrs;         /* answers Get Device SDR (netFn sensor) */
	bool updating;         /* firmware update or start-up: most commands fail now */
	uint8_t major, minor;  /* of the firmware; `minor` is BCD */
	uint8_t ipmi_major, ipmi_minor;
	bool has_sensors, has_repository, has_fru, is_chassis;
	uint32_t manufacturer; /* enterprise number, 0: not stated */
	uint16_t product;
	uint8_t auxiliary[4];
	char firmware[DEVID_TEXT]; /* "2.52" */
};

int devid_read(const void *bytes, size_t length, struct devid *out, struct hwatt_error *err);
/* The maker with that enterprise number, as it calls itself; NULL: not known here. */
const char *devid_maker(uint32_t manufacturer);

/* The GUID as text, time stamp first; HWATT_ENODATA when it is all zeros or all ones. It may be the same on every board of
 * a series, so it identifies nothing. */
int devid_read_guid(const void *bytes, size_t length, char out[DEVID_TEXT], struct hwatt_error *err);

struct devid_chassis {
	bool on, overload, interlock, fault, control_fault;
	bool intrusion, drive_fault, cooling_fault;
};

int devid_read_chassis(const void *bytes, size_t length, struct devid_chassis *out, struct hwatt_error *err);

struct devid_repository { /* of a repository, or of a device's own SDRs */
	uint16_t records;
	uint32_t added, erased; /* time stamps; of own SDRs `added` is the change indicator, `erased` 0 */
	bool reserve;           /* Reserve SDR Repository is there */
	bool changing;          /* own SDRs: sensors come and go */
};

/* `own`: the answer is to Get Device SDR Info. */
int devid_read_repository(bool own, const void *bytes, size_t length, struct devid_repository *out, struct hwatt_error *err);

#endif
