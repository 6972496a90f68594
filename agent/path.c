/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "path.h"
#include <limits.h>
#include <string.h>
#include <unistd.h>

const char *path_beside(const char *file, const char *path, struct hwatt_arena *arena)
{
	if (path[0] == '/')
		return hwatt_arena_strdup(arena, path);
	if (file == NULL)
		file = "";
	const char *slash = strrchr(file, '/');
	int folder = slash != NULL ? (int)(slash - file) + 1 : 0;
	char here[PATH_MAX] = "";
	if (file[0] != '/' && getcwd(here, sizeof(here)) == NULL)
		here[0] = '\0'; /* the working folder is gone: then so is the file */
	return hwatt_arena_printf(arena, "%s%s%.*s%s", here, file[0] != '/' ? "/" : "", folder, file, path);
}
