/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "host_resources.h"

#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "families.h"

#define HR "1.3.6.1.2.1.25"
#define STORAGE HR ".2.3.1"
#define DEVICE HR ".3.2.1"
#define PROCESSOR HR ".3.3.1"
#define TYPE_OTHER HR ".2.1.1"
#define TYPE_RAM HR ".2.1.2"
#define TYPE_VIRTUAL HR ".2.1.3"
#define TYPE_FIXED_DISK HR ".2.1.4"
#define TYPE_RAM_DISK HR ".2.1.8"
#define TYPE_NETWORK_DISK HR ".2.1.10"
#define FIRST_PROCESSOR 196608
#define NETWORK_DISK_UNITS INT64_C(1073741824) /* 4 TiB of 4 KiB */

enum store { STORE_DISK, STORE_RAM, STORE_SWAP, STORE_BUFFERS, STORE_TMPFS, STORE_NETWORK };

/* hrStorageUsed in allocation units: `channel` is the server, `part` the store. */
static void get_used(const struct mib_row *row, const struct mib_moment *moment,
                     struct mib_value *value)
{
	const struct course *course = moment->course;
	int64_t at_s = course->at_ms / 1000;
	switch ((enum store)row->part) {
	case STORE_DISK:
		value->number = load_disk_used_by(course->seed, row->channel, at_s) / 4096;
		break;
	case STORE_RAM:
		value->number = load_ram_used_by(course->seed, row->channel, at_s) / 1024;
		break;
	case STORE_BUFFERS:
		value->number = load_ram_used_by(course->seed, row->channel, at_s) / 65536;
		break;
	case STORE_TMPFS:
		value->number = 430 + at_s / 60 % 40;
		break;
	case STORE_NETWORK:
		value->number = NETWORK_DISK_UNITS / 2 + at_s / 60 % 100000;
		break;
	case STORE_SWAP:
		break;
	}
}

/* hrProcessorLoad: `channel` is the server, `part` the core. */
static void get_core(const struct mib_row *row, const struct mib_moment *moment,
                     struct mib_value *value)
{
	const struct course *course = moment->course;
	value->number = load_core_percent(course->seed, row->channel, row->part, course->minute_s,
	                                  course->from[LOAD_USE_PPM + row->channel]);
}

/* hrSystemDate, DateAndTime with UTC's offset: 11 octets. */
static void get_date(const struct mib_row *row, const struct mib_moment *moment,
                     struct mib_value *value)
{
	(void)row;
	struct calendar_date date = calendar_date(moment->course->at_ms / 1000);
	const int octets[11] = {date.year >> 8,
	                        date.year & 0xff,
	                        date.month,
	                        date.day,
	                        date.second / 3600,
	                        date.second / 60 % 60,
	                        date.second % 60,
	                        0,
	                        '+',
	                        0,
	                        0};
	for (int i = 0; i < 11; i++)
		value->text[i] = (char)octets[i];
	value->length = 11;
}

/* A row of hrStorageTable. */
static void add_store(struct mib *mib, int server, uint32_t index, const char *name,
                      const char *type, int64_t unit_by, int64_t size_by, enum store store)
{
	mib_number(mib, STORAGE ".1", index, BER_INTEGER, index);
	mib_oid(mib, STORAGE ".2", index, type);
	mib_text(mib, STORAGE ".3", index, name);
	mib_number(mib, STORAGE ".4", index, BER_INTEGER, unit_by);
	mib_number(mib, STORAGE ".5", index, BER_INTEGER, size_by / unit_by);
	mib_live(mib, STORAGE ".6", index, BER_INTEGER, get_used, server, (int)store);
	mib_number(mib, STORAGE ".7", index, BER_COUNTER32, 0);
}

/* The storage rows: one disk that counts, and the noise a Linux server has around it. */
static void add_storage(struct mib *mib, const struct hall_device *device)
{
	const struct hall_server *server = &hall_servers[device->unit];
	int i = device->unit;

	add_store(mib, i, 1, "Physical memory", TYPE_RAM, 1024, server->ram_by, STORE_RAM);
	add_store(mib, i, 3, "Virtual memory", TYPE_VIRTUAL, 1024, server->ram_by, STORE_RAM);
	add_store(mib, i, 6, "Memory buffers", TYPE_OTHER, 1024, server->ram_by, STORE_BUFFERS);
	add_store(mib, i, 10, "Swap space", TYPE_VIRTUAL, 1024, INT64_C(8) << 30, STORE_SWAP);
	add_store(mib, i, HOST_RESOURCES_DISK_INDEX, "/", TYPE_FIXED_DISK, 4096, server->disk_by,
	          STORE_DISK);
	add_store(mib, i, 36, "/run", TYPE_RAM_DISK, 4096, server->ram_by / 10, STORE_TMPFS);
	add_store(mib, i, 40, "/srv/archive", TYPE_NETWORK_DISK, 4096, NETWORK_DISK_UNITS * 4096,
	          STORE_NETWORK);
	mib_number(mib, HR ".2.2", 0, BER_INTEGER, server->ram_by / 1024);
}

/* Processors, with their rows in hrDeviceTable. */
static void add_processors(struct mib *mib, const struct hall_device *device)
{
	for (int core = 0; core < hall_servers[device->unit].cores; core++) {
		uint32_t index = FIRST_PROCESSOR + (uint32_t)core;
		mib_number(mib, DEVICE ".1", index, BER_INTEGER, index);
		mib_oid(mib, DEVICE ".2", index, HR ".3.1.3");
		mib_text(mib, DEVICE ".3", index, "Example: 64-bit CPU @ 2.60GHz");
		mib_oid(mib, DEVICE ".4", index, "0.0");
		mib_number(mib, DEVICE ".5", index, BER_INTEGER, 2);
		mib_oid(mib, PROCESSOR ".1", index, "0.0");
		mib_live(mib, PROCESSOR ".2", index, BER_INTEGER, get_core, device->unit, core);
	}
}

void host_resources_add(struct mib *mib, const struct hall_device *device)
{
	mib_live(mib, HR ".1.1", 0, BER_TIME_TICKS, families_get_uptime, 0, 0);
	mib_live(mib, HR ".1.2", 0, BER_OCTETS, get_date, 0, 0);
	mib_number(mib, HR ".1.5", 0, BER_GAUGE32, 1);
	mib_number(mib, HR ".1.6", 0, BER_GAUGE32, 214);
	mib_number(mib, HR ".1.7", 0, BER_INTEGER, 0);
	add_storage(mib, device);
	add_processors(mib, device);
}
