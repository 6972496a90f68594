/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* part.h - a part of a device that has a serial number of its own and can be exchanged: a power supply, a board, a disc. */
#ifndef HALLWATT_PART_H
#define HALLWATT_PART_H

#include <stdbool.h>

enum hwatt_part_kind {
	HWATT_PART_ENCLOSURE, HWATT_PART_BOARD, HWATT_PART_PSU, HWATT_PART_PROCESSOR, HWATT_PART_MEMORY, HWATT_PART_DRIVE,
	HWATT_PART_MODULE, HWATT_PART_FAN, HWATT_PART_BATTERY, HWATT_PART_KINDS
};

struct hwatt_part { /* any string may be NULL: not known */
	enum hwatt_part_kind kind;
	const char *index;  /* its place among its kind, "" for the only one */
	const char *model;
	const char *serial;
	const char *firmware;
	bool empty;         /* the device says that nothing is at this place; silence is not that */
};

/* "enclosure", "board", "psu", "processor", "memory", "drive", "module", "fan", "battery". */
const char *hwatt_part_word(enum hwatt_part_kind kind);
/* Whether an event's subject ("psu 1") is a part, not the device as a whole. */
bool hwatt_part_is_subject(const char *subject);
/* Whether the text tells one unit from another: not "", "N/A", "0000", "0123456789", "To be filled by O.E.M." and the like. */
bool hwatt_serial_identifies(const char *serial);

#endif
