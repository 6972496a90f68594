/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* stocktaking.h - power supplies, modules, batteries and the like, as a survey found them.
 *
 * A part is known by its place, which must outlive a restart of the device: by its name where the profile knows one and no other
 * part of its kind has it, as agents number their rows anew. */
#ifndef SNMP_STOCKTAKING_H
#define SNMP_STOCKTAKING_H

#include "survey.h"

/* Tells the target all parts with a serial number, and places that are said to be empty, unless they are what they were:
 * `told` is the hash of what was told last, 0 at first. */
void stocktaking_tell(const struct survey *survey, struct hwatt_target *target, uint64_t *told);

#endif
