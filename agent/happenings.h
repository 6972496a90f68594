/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* happenings.h - the replaced devices and parts that the store tells of, read once and then only what is new. */
#ifndef HALLWATT_HAPPENINGS_H
#define HALLWATT_HAPPENINGS_H

#include "store.h"

struct happening { /* a device, or a part of it, answered with another serial number */
	int64_t at_s; /* UTC */
	char *device, *before, *after;
	char *part; /* "psu 1"; "" the device as a whole */
};

struct happenings { /* {0} is empty; free with happenings_free */
	struct happening *items; /* oldest first */
	size_t count, capacity;
	int64_t read_ms;         /* events before this are in */
};

/* Reads what came since the last time, up to `now_s`.  HWATT_EIO: the store cannot be read; what is there stays. */
int happenings_read(struct happenings *happenings, struct store *store, int64_t now_s, struct hwatt_error *err);
void happenings_free(struct happenings *happenings);

#endif
