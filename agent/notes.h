/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* notes.h - small texts that collectors keep of their devices over restarts (hwatt_target_remember).
 *
 * Noting writes nothing: what was noted goes to the store in one transaction, with notes_write(). Main loop only. */
#ifndef HALLWATT_NOTES_H
#define HALLWATT_NOTES_H

#include "store.h"
#include "target.h"

struct notes;

/* `store` is borrowed. */
struct notes *notes_open(struct store *store, struct hwatt_log *log);
/* Writes what is left, best effort, and frees. */
void notes_close(struct notes *notes); /* NULL is fine */
/* What targets need of it. */
struct target_memory notes_memory(struct notes *notes);
/* Writes what was noted since the last time; on failure it is kept for the next. */
int notes_write(struct notes *notes, struct hwatt_error *err);

#endif
