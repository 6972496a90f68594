/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "writing.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static void put_build(struct exposition *x)
{
	static const struct family family = { "build_info", FAMILY_INFO, "What is running; always 1.", false };
	exposition_family(x, &family);
	exposition_sample(x);
	exposition_label(x, "version", HALLWATT_VERSION);
	exposition_label(x, "revision", HALLWATT_REVISION);
	exposition_label(x, "compiler", COMPILER);
	exposition_int(x, 1);
}

static int compare_counters(const void *left, const void *right)
{
	const struct hwatt_view_counter *a = *(const struct hwatt_view_counter *const *)left;
	const struct hwatt_view_counter *b = *(const struct hwatt_view_counter *const *)right;
	int c = strcmp(a->name, b->name);
	if (c == 0)
		c = strcmp(a->label != NULL ? a->label : "", b->label != NULL ? b->label : "");
	return c != 0 || a->label == NULL ? c : strcmp(a->label_value, b->label_value);
}

static bool ends_in_total(const char *name)
{
	size_t length = strlen(name);
	return length > 6 && strcmp(name + length - 6, "_total") == 0;
}

static void put_counters(struct exposition *x, const struct hwatt_snapshot *snap)
{
	size_t count = snap->counter_count;
	const struct hwatt_view_counter **sorted = hwatt_alloc(count * sizeof(sorted[0]));
	struct family family = { .name = "" };
	for (size_t i = 0; i < count; i++)
		sorted[i] = &snap->counters[i];
	if (count > 0)
		qsort(sorted, count, sizeof(sorted[0]), compare_counters);
	for (size_t i = 0; i < count; i++) {
		const struct hwatt_view_counter *counter = sorted[i];
		if (i > 0 && compare_counters(&sorted[i - 1], &sorted[i]) == 0)
			continue; /* the same series again */
		if (strcmp(family.name, counter->name) != 0) {
			family = (struct family){ .name = counter->name, .help = counter->help,
						  .type = ends_in_total(counter->name) ? FAMILY_COUNTER : FAMILY_GAUGE };
			exposition_family(x, &family);
		}
		exposition_sample(x);
		if (counter->label != NULL)
			exposition_label(x, counter->label, counter->label_value);
		exposition_double(x, counter->value);
	}
	free(sorted);
}

static void put_process(struct exposition *x, struct process p)
{
	const struct {
		struct family family;
		double value;
	} rows[] = {
		{ { "process_cpu_seconds_total", FAMILY_COUNTER, "Total user and system CPU time spent in seconds.", true },
		  p.cpu_s },
		{ { "process_open_fds", FAMILY_GAUGE, "Number of open file descriptors.", true }, (double)p.open_fds },
		{ { "process_max_fds", FAMILY_GAUGE, "Maximum number of open file descriptors.", true }, (double)p.max_fds },
		{ { "process_virtual_memory_bytes", FAMILY_GAUGE, "Virtual memory size in bytes.", true },
		  (double)p.virtual_octets },
		{ { "process_virtual_memory_max_bytes", FAMILY_GAUGE,
		    "Maximum amount of virtual memory available in bytes.", true }, (double)p.max_virtual_octets },
		{ { "process_resident_memory_bytes", FAMILY_GAUGE, "Resident memory size in bytes.", true },
		  (double)p.resident_octets },
		{ { "process_start_time_seconds", FAMILY_GAUGE,
		    "Start time of the process since unix epoch in seconds.", true }, p.start_s },
		{ { "process_threads", FAMILY_GAUGE, "Number of OS threads in the process.", true }, (double)p.threads },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].value < 0)
			continue;
		exposition_family(x, &rows[i].family);
		exposition_sample(x);
		exposition_double(x, rows[i].value);
	}
}

static size_t one(const struct writing *w)
{
	(void)w;
	return 1;
}

static bool begin(struct writing *w, size_t family)
{
	(void)w;
	(void)family;
	return true;
}

/* All at once: these are few. */
static void put(struct writing *w, size_t family, size_t item)
{
	static const struct family taken = { "snapshot_timestamp_seconds", FAMILY_GAUGE,
					     "When the values on this page were published, in Unix time.", false };
	static const struct family series = { "series", FAMILY_GAUGE, "Series on this page.", false };
	struct exposition *x = &w->x;
	(void)family;
	(void)item;
	put_build(x);
	put_counters(x, w->snap);
	exposition_family(x, &taken);
	exposition_sample(x);
	exposition_fixed(x, w->snap->taken_ms, 3);
	put_process(x, w->process);
	exposition_family(x, &series);
	exposition_sample(x);
	exposition_int(x, (int64_t)x->series);
}

const struct group own_group = { 1, one, begin, put };
