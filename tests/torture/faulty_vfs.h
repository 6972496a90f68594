/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* faulty_vfs.h - a disk under SQLite that fails when told, and forgets what was not synced when the power goes.
 *
 * A "change" is a write, a truncation, a sync or a deletion, counted over all files. One thread. */
#ifndef HALLWATT_FAULTY_VFS_H
#define HALLWATT_FAULTY_VFS_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* Puts itself between SQLite and the system, for all files opened from now on. */
void faulty_vfs_install(void);

/* Lets the n-th change from now fail with the SQLite `code` (SQLITE_FULL: only writes count), or with `lasting` all from the n-th
 * on. n = 0: no more faults; what faulty_vfs_reached() says stays. */
void faulty_vfs_fail(long n, int code, bool lasting);
/* Did the fault that was asked for last come? */
bool faulty_vfs_reached(void);

/* After n more changes the power is gone: nothing works any more. */
void faulty_vfs_cut_after(long n, uint64_t seed);
/* The power comes back: of what was not synced, files keep nothing, everything, or random sectors. All must be closed. */
void faulty_vfs_lose_unsynced(void);
/* Forgets the files known so far; all must be closed. */
void faulty_vfs_forget(void);

#endif
