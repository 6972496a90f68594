/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* folder.h - a folder of its own for a test that needs files. */
#ifndef HALLWATT_TEST_FOLDER_H
#define HALLWATT_TEST_FOLDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct folder {
	char path[40];
};

static inline struct folder folder_new(void)
{
	struct folder f = { "/tmp/hallwatt-test-XXXXXX" };
	assert_non_null(mkdtemp(f.path));
	return f;
}

static inline int folder_remove(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void folder_gone(struct folder *f)
{
	nftw(f->path, folder_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* Writes `text` to the file `name`, whose folder (one level at most) is made when missing. */
static inline void folder_write(const struct folder *f, const char *name, const char *text)
{
	char path[200];
	const char *slash = strchr(name, '/');
	if (slash != NULL) {
		snprintf(path, sizeof(path), "%s/%.*s", f->path, (int)(slash - name), name);
		mkdir(path, 0700);
	}
	snprintf(path, sizeof(path), "%s/%s", f->path, name);
	FILE *out = fopen(path, "we");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

/* `text` without every occurrence of the folder's own name and the slash after it; freed by the caller. */
static inline char *folder_strip(const struct folder *f, const char *text)
{
	char prefix[48];
	int length = snprintf(prefix, sizeof(prefix), "%s/", f->path);
	char *out = malloc(strlen(text) + 1), *to = out;
	assert_non_null(out);
	while (*text != '\0') {
		if (strncmp(text, prefix, (size_t)length) == 0)
			text += length;
		else
			*to++ = *text++;
	}
	*to = '\0';
	return out;
}

#endif
