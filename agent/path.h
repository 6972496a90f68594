/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* path.h - file names in a configuration are relative to the file that holds them. */
#ifndef HALLWATT_PATH_H
#define HALLWATT_PATH_H

#include <hallwatt/arena.h>

/* `path` as an absolute one, taken from the folder of `file` (itself relative to the working folder, or NULL) when it is relative. */
const char *path_beside(const char *file, const char *path, struct hwatt_arena *arena);

#endif
