/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "notes.h"
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

static int set_up(void **state)
{
	char *folder = strdup("/tmp/hallwatt-notes-XXXXXX");
	assert_non_null(mkdtemp(folder));
	*state = folder;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st, (void)type, (void)walk;
	return remove(path);
}

static int tear_down(void **state)
{
	nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return 0;
}

static struct store *open_store(void **state)
{
	struct store *store = NULL;
	struct hwatt_error err = { 0 };
	if (store_open(*state, NULL, &store, &err) < 0)
		fail_msg("%s", err.text);
	return store;
}

static void assert_recalled(struct notes *n, const char *device, const char *key, const char *expected)
{
	struct target_memory m = notes_memory(n);
	char *value = m.recall(m.arg, device, key);
	if (expected == NULL)
		assert_null(value);
	else
		assert_string_equal(value, expected);
	free(value);
}

static void note(struct notes *n, const char *device, const char *value)
{
	struct target_memory m = notes_memory(n);
	m.remember(m.arg, device, "engine", value);
}

static void what_is_noted_is_there_at_once_and_after_a_restart(void **state)
{
	struct store *store = open_store(state);
	struct notes *n = notes_open(store, NULL);
	assert_recalled(n, "pdu-a1", "engine", NULL);
	note(n, "pdu-a1", "8000");
	note(n, "pdu-a2", "8001");
	note(n, "pdu-a1", "8002");
	assert_recalled(n, "pdu-a1", "engine", "8002");
	assert_recalled(n, "pdu-a1", "other", NULL);
	notes_close(n);
	store_close(store);

	struct hwatt_error err = { 0 };
	store = open_store(state);
	n = notes_open(store, NULL);
	assert_recalled(n, "pdu-a1", "engine", "8002");
	assert_recalled(n, "pdu-a2", "engine", "8001");
	note(n, "pdu-a2", NULL);
	assert_recalled(n, "pdu-a2", "engine", NULL);
	assert_int_equal(notes_write(n, &err), 0);
	assert_recalled(n, "pdu-a2", "engine", NULL);
	notes_close(n);
	store_close(store);
}

static void what_cannot_be_written_waits(void **state)
{
	struct store *store = open_store(state), *reader = NULL;
	struct hwatt_error err = { 0 };
	assert_int_equal(store_open_reader(*state, &reader, &err), 0);
	struct notes *n = notes_open(reader, NULL); /* cannot write */
	note(n, "pdu-a1", "8000");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(notes_write(n, &err), -1);
		assert_recalled(n, "pdu-a1", "engine", "8000");
	}
	notes_close(n);
	store_close(reader);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_noted_is_there_at_once_and_after_a_restart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_waits, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
