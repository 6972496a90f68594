/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* measure.h - what a polled register of water or heat measures, in the words of the books.
 *
 * A register says how much flowed, not what for: the configuration does, in a device's `measures`.  Such a register and a meter of the
 * readings (`logbook.h`) with the same name are one meter, which counts once: the register goes before what is written down.  A reading
 * counts where it ends before the first poll, and where no month that it touches was polled at all.  Source: domain.md 5.2, 5.9. */
#ifndef HALLWATT_MEASURE_H
#define HALLWATT_MEASURE_H

#include "logbook.h"
#include <hallwatt/option.h>
#include <hallwatt/reading.h>

struct books;

struct measure { /* one row of a device's `measures` */
	int word;                  /* see measure_quantity() */
	const char *index;         /* of the register; "": all that the device has of the kind, added up */
	const char *meter;         /* its name in the books; after measure_name() never "" */
	int64_t accuracy_ppm;      /* MPE, 0: the device's */
	struct hwatt_mark mark;
};

struct measure_device { const char *id, *site; const struct measure *measures; size_t count; };

extern const struct hwatt_schema measure_schema;

enum logbook_quantity measure_quantity(const struct measure *measure);
/* Which registers count it: water_volume or thermal_energy. */
enum hwatt_quantity measure_register(const struct measure *measure);
/* Names the meter where the configuration does not: "meters-1", or "meters-1/2.1" for one of its registers. */
void measure_name(struct measure *measure, const char *device, struct hwatt_arena *arena);
/* Refuses what would count twice: two rows for one register, registers and readings of a site whose meter has no name.  Meters that are
 * polled and written down are told in `notes`, where the readings begin: which of both counts. */
void measure_check(const struct measure_device *devices, size_t count, const struct books *books, struct hwatt_report *report,
		   struct hwatt_report *notes);

#endif
