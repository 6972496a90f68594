/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* greeting.h - what a device says of itself in the system group, asked before it is surveyed.
 *
 * It is small, so that devices which are silent, or wait for their survey, hold next to nothing. */
#ifndef SNMP_GREETING_H
#define SNMP_GREETING_H

#include "line.h"

#define GREETING_TEXT 255u /* octets kept of sysDescr */

struct greeting;

/* All asked, or `err`: the device is silent. */
typedef void greeting_done(void *arg, const struct hwatt_error *err);

/* Asks; `done` follows, never from here. */
struct greeting *greeting_new(struct line *line, greeting_done *done, void *arg);
void greeting_free(struct greeting *greeting); /* NULL is fine; nothing is called */
/* Whether it is all said. */
bool greeting_over(const struct greeting *greeting);
const char *greeting_description(const struct greeting *greeting);      /* sysDescr, "" when not told */
struct ber_oid greeting_object_id(const struct greeting *greeting);     /* sysObjectID, empty when not told */

#endif
