/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* shelf.h - the plans in use, each once, however many devices are polled by it.
 *
 * Devices of one model with the same rows get equal plans; of a thousand PDUs that share one it stays in the processor's cache,
 * while a thousand plans of 15 KiB do not.  Equal means octet for octet: the structures of a plan have no padding. */
#ifndef SNMP_SHELF_H
#define SNMP_SHELF_H

#include "plan.h"

#define SHELF_ROWS 1024u

struct shelf { /* {0} is empty */
	struct plan *rows[SHELF_ROWS];
};

/* Swallows `plan`, and gives it or the equal one that stood there; the caller gives it back by shelf_release(). */
struct plan *shelf_put(struct shelf *shelf, struct plan *plan);
void shelf_release(struct shelf *shelf, struct plan *plan); /* NULL is fine */

#endif
