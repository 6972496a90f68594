/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* path.h - file names in a configuration are relative to the file that holds them; what is shipped lies beside the program. */
#ifndef HALLWATT_PATH_H
#define HALLWATT_PATH_H

#include <hallwatt/arena.h>

/* `path` as an absolute one, taken from the folder of `file` (itself relative to the working folder, or NULL) when it is relative. */
const char *path_beside(const char *file, const char *path, struct hwatt_arena *arena);

/* The folder `what` ("profiles") of what is shipped: where the environment variable `variable` says, else beside the program, else
 * below /usr/share. */
void path_shipped(const char *what, const char *variable, char *out, size_t size);

#endif
