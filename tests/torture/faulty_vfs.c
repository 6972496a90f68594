/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "faulty_vfs.h"
#include "../unit/random.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512
#define MAX_PATHS 8

struct image { /* octets of a file in memory */
	unsigned char *bytes;
	int64_t size, room;
};

struct change { /* made, but not synced; `bytes` NULL: a truncation to `at` */
	struct change *next;
	unsigned char *bytes;
	int64_t at, length;
};

struct path { /* what the disk would hold if the power went now */
	char *name;
	bool exists;
	struct image durable;
	struct change *first, **end;
};

struct faulty_file {
	sqlite3_file base;
	struct path *path; /* NULL: not tracked */
	sqlite3_file *real;
};

static struct disk {
	sqlite3_vfs vfs, *real;
	long countdown, cut;
	int code;
	bool lasting, armed, reached, tracking, dead;
	uint64_t random;
	struct path paths[MAX_PATHS];
	size_t path_count;
} disk;

static void *grab(size_t size)
{
	void *p = calloc(1, size > 0 ? size : 1);
	if (p == NULL)
		abort();
	return p;
}

/* ---- when to fail ---- */

enum what { WRITE, OTHER };

/* SQLITE_OK, or what the change is to fail with. */
static int judge(enum what what)
{
	if (disk.dead)
		return SQLITE_IOERR;
	if (disk.cut > 0 && --disk.cut == 0) {
		disk.dead = true;
		return SQLITE_IOERR;
	}
	if (!disk.armed || (disk.code == SQLITE_FULL && what != WRITE))
		return SQLITE_OK;
	if (disk.countdown > 0)
		disk.countdown--;
	if (disk.countdown > 0)
		return SQLITE_OK;
	disk.reached = true;
	if (!disk.lasting)
		disk.armed = false;
	return disk.code;
}

void faulty_vfs_fail(long n, int code, bool lasting)
{
	disk.armed = n > 0;
	if (n > 0)
		disk.reached = false;
	disk.countdown = n;
	disk.code = code;
	disk.lasting = lasting;
}

bool faulty_vfs_reached(void)
{
	return disk.reached;
}

/* ---- what is on the disk for good ---- */

static void put(struct image *image, const unsigned char *bytes, int64_t at, int64_t length)
{
	if (at + length > image->room) {
		int64_t room = (at + length) * 2;
		unsigned char *grown = grab((size_t)room);
		if (image->size > 0)
			memcpy(grown, image->bytes, (size_t)image->size);
		free(image->bytes);
		image->bytes = grown;
		image->room = room;
	}
	if (at > image->size)
		memset(image->bytes + image->size, 0, (size_t)(at - image->size));
	memcpy(image->bytes + at, bytes, (size_t)length);
	if (at + length > image->size)
		image->size = at + length;
}

static void apply(struct image *image, const struct change *change)
{
	if (change->bytes != NULL)
		put(image, change->bytes, change->at, change->length);
	else if (change->at < image->size)
		image->size = change->at;
}

static void note(struct path *path, const void *bytes, int64_t at, int64_t length)
{
	if (path == NULL || !disk.tracking)
		return;
	struct change *change = grab(sizeof(*change));
	*change = (struct change){ .at = at, .length = length };
	if (bytes != NULL) {
		change->bytes = grab((size_t)length);
		memcpy(change->bytes, bytes, (size_t)length);
	}
	*path->end = change;
	path->end = &change->next;
}

static void forget_changes(struct path *path)
{
	while (path->first != NULL) {
		struct change *next = path->first->next;
		free(path->first->bytes);
		free(path->first);
		path->first = next;
	}
	path->end = &path->first;
}

static void settle(struct path *path)
{
	if (path == NULL || !disk.tracking)
		return;
	for (const struct change *change = path->first; change != NULL; change = change->next)
		apply(&path->durable, change);
	forget_changes(path);
}

static void drop(struct path *path)
{
	forget_changes(path);
	path->durable.size = 0;
	path->exists = false;
}

/* The record of the file called `name`; NULL when there is no name (a temporary file). */
static struct path *path_of(const char *name, bool make)
{
	if (name == NULL)
		return NULL;
	for (size_t i = 0; i < disk.path_count; i++)
		if (strcmp(disk.paths[i].name, name) == 0)
			return &disk.paths[i];
	if (!make)
		return NULL;
	if (disk.path_count == MAX_PATHS)
		abort();
	struct path *path = &disk.paths[disk.path_count++];
	*path = (struct path){ .name = strdup(name) };
	path->end = &path->first;
	return path;
}

/* ---- the power ---- */

void faulty_vfs_cut_after(long n, uint64_t seed)
{
	disk.cut = n;
	disk.random = seed;
}

/* Some of a change's sectors reach the disk. */
static void apply_torn(struct image *image, const struct change *change)
{
	if (change->bytes == NULL) {
		if (random_next(&disk.random) % 2 == 0)
			apply(image, change);
		return;
	}
	for (int64_t done = 0; done < change->length;) {
		int64_t part = SECTOR - (change->at + done) % SECTOR;
		if (part > change->length - done)
			part = change->length - done;
		if (random_next(&disk.random) % 2 == 0)
			put(image, change->bytes + done, change->at + done, part);
		done += part;
	}
}

static void restore(struct path *path, unsigned mode)
{
	for (const struct change *change = path->first; change != NULL; change = change->next) {
		if (mode == 1)
			apply(&path->durable, change);
		else if (mode == 2)
			apply_torn(&path->durable, change);
	}
	if (!path->exists) {
		unlink(path->name);
		return;
	}
	FILE *out = fopen(path->name, "wb");
	if (out == NULL)
		abort();
	size_t size = (size_t)path->durable.size;
	if (size > 0 && fwrite(path->durable.bytes, 1, size, out) != size)
		abort();
	if (fclose(out) != 0)
		abort();
}

void faulty_vfs_lose_unsynced(void)
{
	unsigned mode = (unsigned)(random_next(&disk.random) % 3);
	for (size_t i = 0; i < disk.path_count; i++) {
		char shm[512];
		if (disk.dead)
			restore(&disk.paths[i], mode);
		snprintf(shm, sizeof(shm), "%s-shm", disk.paths[i].name);
		unlink(shm);
	}
	faulty_vfs_forget();
	disk.dead = false;
	disk.cut = 0;
}

void faulty_vfs_forget(void)
{
	for (size_t i = 0; i < disk.path_count; i++) {
		forget_changes(&disk.paths[i]);
		free(disk.paths[i].durable.bytes);
		free(disk.paths[i].name);
	}
	disk.path_count = 0;
}

/* ---- the file methods ---- */

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct faulty_file *)file)->real;
}

static struct path *path_in(sqlite3_file *file)
{
	return ((struct faulty_file *)file)->path;
}

static int f_close(sqlite3_file *file)
{
	int rc = real_of(file)->pMethods->xClose(real_of(file));
	free(real_of(file));
	return rc;
}

static int f_read(sqlite3_file *file, void *out, int length, sqlite3_int64 at)
{
	return disk.dead ? SQLITE_IOERR_READ : real_of(file)->pMethods->xRead(real_of(file), out, length, at);
}

static int f_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 at)
{
	int fault = judge(WRITE);
	if (fault != SQLITE_OK)
		return fault == SQLITE_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
	int rc = real_of(file)->pMethods->xWrite(real_of(file), bytes, length, at);
	if (rc == SQLITE_OK)
		note(path_in(file), bytes, at, length);
	return rc;
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	if (judge(OTHER) != SQLITE_OK)
		return SQLITE_IOERR_TRUNCATE;
	int rc = real_of(file)->pMethods->xTruncate(real_of(file), size);
	if (rc == SQLITE_OK)
		note(path_in(file), NULL, size, 0);
	return rc;
}

/* The system's own sync is left out: what counts is what is kept here, and thousands of them would take minutes. */
static int f_sync(sqlite3_file *file, int flags)
{
	(void)flags;
	if (judge(OTHER) != SQLITE_OK)
		return SQLITE_IOERR_FSYNC;
	settle(path_in(file));
	return SQLITE_OK;
}

static int f_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int f_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int f_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int f_reserved(sqlite3_file *file, int *out)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int f_control(sqlite3_file *file, int op, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int f_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int f_characteristics(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int f_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int f_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int f_shm_unmap(sqlite3_file *file, int delete_it)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), delete_it);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = f_close, .xRead = f_read, .xWrite = f_write, .xTruncate = f_truncate, .xSync = f_sync,
	.xFileSize = f_size, .xLock = f_lock, .xUnlock = f_unlock, .xCheckReservedLock = f_reserved,
	.xFileControl = f_control, .xSectorSize = f_sector, .xDeviceCharacteristics = f_characteristics,
	.xShmMap = f_shm_map, .xShmLock = f_shm_lock, .xShmBarrier = f_shm_barrier, .xShmUnmap = f_shm_unmap,
};

static int v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	(void)vfs;
	struct faulty_file *ours = (struct faulty_file *)file;
	*ours = (struct faulty_file){ 0 };
	if (disk.dead)
		return SQLITE_CANTOPEN;
	sqlite3_file *real = grab((size_t)disk.real->szOsFile);
	int rc = disk.real->xOpen(disk.real, name, real, flags, out_flags);
	if (rc != SQLITE_OK) {
		free(real);
		return rc;
	}
	ours->base.pMethods = &methods;
	ours->real = real;
	ours->path = path_of(name, true);
	if (ours->path != NULL)
		ours->path->exists = true;
	return SQLITE_OK;
}

static int v_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
	(void)vfs;
	if (judge(OTHER) != SQLITE_OK)
		return SQLITE_IOERR_DELETE;
	int rc = disk.real->xDelete(disk.real, name, sync_folder);
	struct path *path = path_of(name, false);
	if (rc == SQLITE_OK && path != NULL)
		drop(path);
	return rc;
}

void faulty_vfs_install(void)
{
	if (disk.real != NULL)
		return;
	disk.real = sqlite3_vfs_find(NULL);
	disk.vfs = *disk.real;
	disk.vfs.zName = "faulty";
	disk.vfs.pNext = NULL;
	disk.vfs.szOsFile = (int)sizeof(struct faulty_file);
	disk.vfs.xOpen = v_open;
	disk.vfs.xDelete = v_delete;
	disk.tracking = true;
	if (sqlite3_vfs_register(&disk.vfs, 1) != SQLITE_OK)
		abort();
}
