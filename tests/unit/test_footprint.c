/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* test_footprint.c - what goes back to the system, and what stays as it was. */
#include "footprint.h"
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TABLE_OCTETS 1048576u

static const char table[TABLE_OCTETS] = "begins so"; /* in the file, in pages of its own */
static const char *const texts[] = { "a pointer that", "the linker", "writes when", "the program starts" };
static char written[TABLE_OCTETS] = "was";

/* Whether this process has the page mapped. Source: the kernel's admin-guide/mm/pagemap.rst, bit 63. */
static bool is_mapped(const char *at)
{
	uint64_t entry = 0;
	long page = sysconf(_SC_PAGESIZE);
	int fd = open("/proc/self/pagemap", O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)at / (uintptr_t)page * sizeof(entry))), sizeof(entry));
	close(fd);
	return entry >> 63 != 0;
}

static char read_at(const char *at)
{
	return *(const volatile char *)at;
}

/* A machine that is short of memory may take a page of a file away at once. */
static bool reading_maps(const char *at)
{
	for (int i = 0; i < 1000; i++)
		if (read_at(at) == 0 && is_mapped(at))
			return true;
	return false;
}

static void the_files_pages_go_and_come_back(void **state)
{
	(void)state;
	const char *middle = table + TABLE_OCTETS / 2;
	assert_true(reading_maps(middle));
	footprint_drop_files();
	assert_false(is_mapped(middle));
	assert_int_equal(read_at(table), 'b');
	assert_string_equal(table, "begins so");
}

static void what_was_written_stays(void **state)
{
	(void)state;
	char *heap = strdup("on the heap");
	strcpy(written, "is");
	written[TABLE_OCTETS / 2] = 'w';
	footprint_drop_files();
	footprint_trim();
	assert_string_equal(texts[(size_t)read_at("\3")], "the program starts");
	assert_string_equal(written, "is");
	assert_int_equal(written[TABLE_OCTETS / 2], 'w');
	assert_string_equal(heap, "on the heap");
	free(heap);
}

static void what_malloc_keeps_goes_back(void **state)
{
	(void)state;
	enum { PIECES = 2000, OCTETS = 4096 };
	char **pieces = calloc(PIECES, sizeof(*pieces));
	footprint_prepare();
	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = malloc(OCTETS);
		memset(pieces[i], 1, OCTETS);
	}
	char *hole = pieces[PIECES / 2] + OCTETS / 2, *last = pieces[PIECES - 1]; /* it stays, so that the heap does not shrink */
	for (size_t i = 0; i + 1 < PIECES; i++)
		free(pieces[i]);
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
	assert_true(is_mapped(hole));
	footprint_trim();
	assert_false(is_mapped(hole));
#else
	(void)hole;
	footprint_trim();
#endif
	assert_int_equal(last[OCTETS - 1], 1);
	free(last);
	free(pieces);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_files_pages_go_and_come_back),
		cmocka_unit_test(what_was_written_stays),
		cmocka_unit_test(what_malloc_keeps_goes_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
