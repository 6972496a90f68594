/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* writing.h - one answer while it is written, a piece at a time: a page of ten thousand devices has 57 MB and is never whole.
 *
 * A page is a row of groups, a group a row of families with the same items (devices, KPIs ...): each family has the samples of
 * all items in turn. The groups have a file each; a cursor says which item of which family comes next. */
#ifndef PROMETHEUS_WRITING_H
#define PROMETHEUS_WRITING_H

#include "exposition.h"
#include "process.h"
#include <hallwatt/view.h>

struct sorted { /* pointers to items of the snapshot, in the order of the page */
	const void **items;
	size_t count;
};

struct writing {
	struct exposition x;
	const struct hwatt_snapshot *snap; /* borrowed */
	struct process process;            /* as it was at the beginning */
	struct sorted powers, kpis, contracts, requirements;
	uint32_t quantities[2];            /* that any device has: as a chosen source, as an alternative */
	size_t duplicates;                 /* points left out so far */
	struct family family;              /* the present one of readings.c, with its texts */
	char name[96], help[400];
	size_t group, at_family, at_item;  /* what comes next */
	bool begun;                        /* the family is */
};

struct group {
	size_t families;
	size_t (*items)(const struct writing *w);
	/* Begins a family; false: no item has a sample of it. */
	bool (*begin)(struct writing *w, size_t family);
	/* Writes the item's samples of it, if any. */
	void (*put)(struct writing *w, size_t family, size_t item);
};

/* The polling itself, and what the devices are: device_up, device_info, ... */
extern const struct group devices_group;
/* What the devices say: power_watts, energy_joules_total, ... */
extern const struct group readings_group, duplicates_group;
/* Sites, KPIs, contracts and requirements. */
extern const struct group powers_group, kpis_group, contracts_group, requirements_group;
/* The daemon itself: build_info, its counters, process_*; and how many series went before. */
extern const struct group own_group;

/* Which quantities there are. */
void readings_look(struct writing *w);
/* Sorts what stands in no order; the arrays are freed by writing_free(). */
void hall_sort(struct writing *w);

/* `snap` is borrowed until writing_free(). */
struct writing *writing_new(const struct hwatt_snapshot *snap, const struct format *format);
void writing_free(struct writing *w);
/* Adds to `out` until that holds at least `octets`, or all is written: false, and what the format wants at the end stands there. */
bool writing_more(struct writing *w, struct hwatt_text *out, size_t octets);
/* From the beginning again: the same octets. */
void writing_again(struct writing *w);

#endif
