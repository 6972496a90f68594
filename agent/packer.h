/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* packer.h - packs days of the store that are over, one at a time, so that years can be summed in seconds.
 *
 * A day is read and packed on another thread and written from the loop, a slice a turn.  At most a day a turn: what an older
 * version left unpacked takes a few minutes, without being noticed.  Main loop only, but for the work itself. */
#ifndef HALLWATT_PACKER_H
#define HALLWATT_PACKER_H

#include "store.h"

#define PACKER_SETTLED_S 21600  /* so long after its end a day is packed: most late values have come */
#define PACKER_SLICE 2000       /* packs written in a turn */
#define PACKER_PAUSE_MS 60000   /* when there is nothing to do, or it failed */

struct uv_loop_s;
struct packer;

/* `store`, the writer, and `log` are borrowed; `dir` is the folder it is in. */
struct packer *packer_new(struct uv_loop_s *loop, const char *dir, struct store *store, struct hwatt_log *log);
/* Waits until work that has begun has let go of the file; the loop then has a callback left to run. */
void packer_close(struct packer *packer);
/* Does a little of what there is to do. */
void packer_turn(struct packer *packer, int64_t now_s, int64_t mono_ms);

#endif
