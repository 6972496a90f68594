/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* interview.h - asks a controller who it is and what it can tell: device id, power state, DCMI, FRU, sensor data
 * records, and the inventory of the parts that they name.
 *
 * Goes on where it stood when a poll's deadline cut it off.  Records that were read once are kept with
 * hwatt_target_remember() and not read again while device id, firmware and the repository's time stamps are the same. */
#ifndef IPMI_INTERVIEW_H
#define IPMI_INTERVIEW_H

#include "census.h"
#include "dcmi.h"
#include "devid.h"
#include "errand.h"
#include "fru.h"
#include <hallwatt/collector.h>

#define INTERVIEW_MAX_RECORDS 4096u
#define INTERVIEW_MAX_FRU 4096u
#define INTERVIEW_MAX_UNITS 16u   /* parts whose inventory is read */
#define INTERVIEW_MAX_RESERVATIONS 8u /* lost while one record is read */

struct interview;

struct interview_findings { /* strings and records live as long as the interview */
	struct devid id;
	bool host_known, host_on;
	bool dcmi;              /* Get Power Reading is there */
	bool dcmi_denied;       /* the BMC does not know it: not just "not now" */
	bool unread;            /* an inventory was not read, as the BMC was busy */
	struct dcmi_power power; /* now_mw -1: it gave none */
	bool same_sensors;      /* the repository is what it was the last time: no records then */
	const uint8_t *records;
	size_t octets;
	const char *vendor, *model, *serial; /* "" when not known */
	const char *key;        /* of the repository */
};

/* All asked, or `err`: it goes on with the next interview_run(). */
typedef void interview_done(void *arg, const struct hwatt_error *err);

struct interview_order { /* what to ask */
	const char *known_key;  /* the repository whose records are known already, "" none; lives as long as the interview */
	const uint8_t *known;   /* those records, likewise */
	size_t known_octets;
	bool fru, dcmi, sensors;
};

struct interview *interview_new(struct transport *transport, struct hwatt_target *target, const struct interview_order *order,
				interview_done *done, void *arg);
void interview_free(struct interview *interview); /* NULL is fine; nothing is called */
void interview_run(struct interview *interview);
const struct interview_findings *interview_findings(const struct interview *interview);

#endif
