/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "path.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
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

void path_shipped(const char *what, const char *variable, char *out, size_t size)
{
	const char *set = getenv(variable);
	char self[PATH_MAX];
	if (set != NULL && set[0] != '\0') {
		snprintf(out, size, "%s", set);
		return;
	}
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	self[n > 0 ? n : 0] = '\0';
	for (int up = 0; up < 2; up++) { /* BIN/hallwatt: two levels up */
		char *slash = strrchr(self, '/');
		if (slash != NULL)
			*slash = '\0';
	}
	snprintf(out, size, "%s/share/hallwatt/%s", self, what);
	if (access(out, R_OK | X_OK) < 0)
		snprintf(out, size, "/usr/share/hallwatt/%s", what);
}
