/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "notes.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SPACE "notes"
#define MAX_NAME 200 /* "DEVICE KEY" */

struct note {
	struct note *next;
	char *value; /* NULL: forget */
	char name[];
};

struct notes {
	struct store *store;
	struct hwatt_log *log;
	struct note *waiting; /* the last one first */
};

struct notes *notes_open(struct store *store, struct hwatt_log *log)
{
	struct notes *n = hwatt_alloc(sizeof(*n));
	n->store = store;
	n->log = log;
	return n;
}

static void drop_waiting(struct notes *n)
{
	while (n->waiting != NULL) {
		struct note *note = n->waiting;
		n->waiting = note->next;
		free(note->value);
		free(note);
	}
}

void notes_close(struct notes *n)
{
	struct hwatt_error err;
	if (n == NULL)
		return;
	if (notes_write(n, &err) < 0)
		hwatt_log(n->log, HWATT_ERROR, "what was learnt of devices was not kept: %s", err.text);
	drop_waiting(n);
	free(n);
}

static struct note *find(const struct notes *n, const char *name)
{
	for (struct note *note = n->waiting; note != NULL; note = note->next)
		if (strcmp(note->name, name) == 0)
			return note;
	return NULL;
}

static void remember(void *arg, const char *device, const char *key, const char *value)
{
	struct notes *n = arg;
	char name[MAX_NAME];
	int length = snprintf(name, sizeof(name), "%s %s", device, key);
	if (length < 0 || length >= MAX_NAME)
		return;
	struct note *note = find(n, name);
	if (note == NULL) {
		note = hwatt_alloc(sizeof(*note) + (size_t)length + 1);
		memcpy(note->name, name, (size_t)length + 1);
		note->next = n->waiting;
		n->waiting = note;
	}
	free(note->value);
	note->value = value != NULL ? hwatt_strdup(value) : NULL;
}

static char *recall(void *arg, const char *device, const char *key)
{
	struct notes *n = arg;
	struct hwatt_error err;
	char name[MAX_NAME], *value = NULL;
	int length = snprintf(name, sizeof(name), "%s %s", device, key);
	if (length < 0 || length >= MAX_NAME)
		return NULL;
	const struct note *note = find(n, name);
	if (note != NULL)
		return note->value != NULL ? hwatt_strdup(note->value) : NULL;
	if (store_get(n->store, SPACE, name, &value, &err) == 0)
		return value;
	hwatt_log(n->log, HWATT_WARN, "%s: what was learnt of it cannot be read: %s", device, err.text);
	return NULL;
}

struct target_memory notes_memory(struct notes *n)
{
	return (struct target_memory){ .remember = remember, .recall = recall, .arg = n };
}

static int write_all(struct notes *n, struct hwatt_error *err)
{
	if (store_begin(n->store, err) < 0)
		return -1;
	for (const struct note *note = n->waiting; note != NULL; note = note->next) {
		if (store_put(n->store, SPACE, note->name, note->value, err) < 0) {
			store_rollback(n->store);
			return -1;
		}
	}
	return store_commit(n->store, err);
}

int notes_write(struct notes *n, struct hwatt_error *err)
{
	if (n->waiting == NULL)
		return 0;
	if (write_all(n, err) < 0)
		return -1;
	drop_waiting(n);
	return 0;
}
