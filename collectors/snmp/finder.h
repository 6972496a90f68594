/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* finder.h - asks an address once whether an SNMP agent is there: a GET of sysName.0, which every answer answers.
 *
 * By SNMPv3 it is the question for the engine id, which needs no credentials: the user is not looked at, no name is told. */
#ifndef SNMP_FINDER_H
#define SNMP_FINDER_H

#include "engine.h"
#include "source.h"
#include <hallwatt/collector.h>

/* As `find` in hallwatt/collector.h. */
int finder_ask(struct engine *engine, const struct snmp_settings *settings, const struct sockaddr *to, int64_t timeout_ms,
	       hwatt_find_done *done, void *arg, struct hwatt_error *err);

#endif
