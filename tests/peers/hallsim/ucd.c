/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "families.h"

#include <stdio.h>

#define UCD "1.3.6.1.4.1.2021"
#define MEMORY UCD ".4"
#define AVERAGES UCD ".10.1"
#define STATS UCD ".11"
#define TEMPERATURES UCD ".13.16.2.1"
#define SWAP_KIB (INT64_C(8) << 20)

/* memAvailReal, memTotalFree with `part` KiB of swap; `channel` is the server. */
static void get_free(const struct mib_row *row, const struct mib_moment *moment,
                     struct mib_value *value)
{
	const struct course *course = moment->course;
	int64_t used_by = load_ram_used_by(course->seed, row->channel, course->at_ms / 1000);
	value->number = (hall_servers[row->channel].ram_by - used_by) / 1024 + row->part;
}

/* ssCpuIdle and its sisters: `part` percent of the use, or what is left of 100 for part 0. */
static void get_cpu(const struct mib_row *row, const struct mib_moment *moment,
                    struct mib_value *value)
{
	int64_t use_percent = (course_cpu_ppm(moment->course, row->channel) + 5000) / 10000;
	value->number = row->part == 0 ? 100 - use_percent : use_percent * row->part / 100;
}

/* laLoad as text, "5.12": the cores that are busy. */
static void get_average(const struct mib_row *row, const struct mib_moment *moment,
                        struct mib_value *value)
{
	int64_t use_ppm = course_value(moment->course, LOAD_USE_PPM + row->channel);
	int64_t centi = use_ppm * hall_servers[row->channel].cores / 10000;
	if (row->tag == BER_INTEGER)
		value->number = centi;
	else
		value->length = (size_t)snprintf(value->text, sizeof(value->text), "%d.%02d",
		                                 (int)(centi / 100), (int)(centi % 100));
}

/* Temperature of core `part` in thousandths of Cel: warmer when busy. */
static void get_temperature(const struct mib_row *row, const struct mib_moment *moment,
                            struct mib_value *value)
{
	int64_t use_ppm = course_value(moment->course, LOAD_USE_PPM + row->channel);
	int64_t room_mc = course_value(moment->course, LOAD_ROOM_MC);
	value->number = (room_mc + 14000 + use_ppm * 38 / 1000 + row->part * 300) / 1000 * 1000;
}

/* Memory in KiB. */
static void add_memory(struct mib *mib, int server)
{
	mib_number(mib, MEMORY ".1", 0, BER_INTEGER, 0);
	mib_text(mib, MEMORY ".2", 0, "swap");
	mib_number(mib, MEMORY ".3", 0, BER_INTEGER, SWAP_KIB);
	mib_number(mib, MEMORY ".4", 0, BER_INTEGER, SWAP_KIB);
	mib_number(mib, MEMORY ".5", 0, BER_INTEGER, hall_servers[server].ram_by / 1024);
	mib_live(mib, MEMORY ".6", 0, BER_INTEGER, get_free, server, 0);
	mib_live(mib, MEMORY ".11", 0, BER_INTEGER, get_free, server, (int)SWAP_KIB);
}

void ucd_add(struct mib *mib, const struct hall_device *device)
{
	static const char *const names[] = {"Load-1", "Load-5", "Load-15"};
	int server = device->unit;

	add_memory(mib, server);
	for (uint32_t n = 1; n <= 3; n++) {
		mib_number(mib, AVERAGES ".1", n, BER_INTEGER, n);
		mib_text(mib, AVERAGES ".2", n, names[n - 1]);
		mib_live(mib, AVERAGES ".3", n, BER_OCTETS, get_average, server, 0);
		mib_live(mib, AVERAGES ".5", n, BER_INTEGER, get_average, server, 0);
	}
	mib_number(mib, STATS ".1", 0, BER_INTEGER, 1);
	mib_text(mib, STATS ".2", 0, "systemStats");
	mib_live(mib, STATS ".9", 0, BER_INTEGER, get_cpu, server, 80);
	mib_live(mib, STATS ".10", 0, BER_INTEGER, get_cpu, server, 20);
	mib_live(mib, STATS ".11", 0, BER_INTEGER, get_cpu, server, 0);
	for (uint32_t n = 1; n <= 2; n++) {
		char name[16];
		snprintf(name, sizeof(name), "Package %u", (unsigned)n - 1);
		mib_number(mib, TEMPERATURES ".1", n, BER_INTEGER, n);
		mib_text(mib, TEMPERATURES ".2", n, name);
		mib_live(mib, TEMPERATURES ".3", n, BER_GAUGE32, get_temperature, server, (int)n);
	}
}
