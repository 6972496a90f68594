/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* stock.h - the parts of a device as they were last seen, and what another look at them means.
 *
 * Pure: no store, no clock.  What is not told in a look is not known to be gone: silence and a read that broke off change
 * nothing.  A part that the device says is gone stays in memory, so that the next one at its place is its successor. */
#ifndef HALLWATT_STOCK_H
#define HALLWATT_STOCK_H

#include <hallwatt/part.h>
#include <hallwatt/text.h>
#include <stddef.h>

#define STOCK_MAX_PARTS 512
#define STOCK_TEXT 128 /* octets of a place's name, a model, a serial number, a firmware */

struct stock_part {
	enum hwatt_part_kind kind;
	bool gone;                    /* its place is empty now */
	char *index, *model, *serial, *firmware; /* serial "": none known */
};

struct stock { /* {0} is empty; free with stock_free */
	struct stock_part *items;
	size_t count;
};

void stock_free(struct stock *stock);
/* Puts a part at its place, over what stood there. Texts are cleaned. What is beyond STOCK_MAX_PARTS is left out. */
void stock_put(struct stock *stock, const struct hwatt_part *part);

struct stock_change {
	const char *kind;          /* of the event: device_replaced, part_moved, part_added, part_removed */
	char subject[2 * STOCK_TEXT]; /* "psu 1"; of a move "psu SERIAL" */
	const char *before, *after;  /* serial numbers; of a move places */
};
typedef void stock_changed(void *arg, const struct stock_change *change);

/* Takes what was told into what is kept and calls `changed` for each difference that is one. A kind seen for the first time, and
 * a place seen for the first time, is kept without a word. A serial number that identifies nothing, or that two parts of a kind
 * share, tells nothing. */
void stock_update(struct stock *kept, const struct stock *told, stock_changed *changed, void *arg);

/* As a text to be stored, and back; damaged lines are left out. */
void stock_write(const struct stock *stock, struct hwatt_text *out);
void stock_read(struct stock *stock, const char *text);

#endif
