/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "benchmark.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROW(field, key, what) .name = key, .type = what, .offset = offsetof(struct benchmark, field)

static const struct hwatt_option keys[] = {
	{ ROW(vendor, "vendor", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "maker, as the server tells it" },
	{ ROW(model, "model", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "model, as the server tells it" },
	{ ROW(name, "benchmark", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "which benchmark, like SERT" },
	{ ROW(performance_micro, "performance", HWATT_DECIMAL), .flags = HWATT_REQUIRED, .min = 1, .max = INT64_MAX,
	  .help = "greatest performance, in units of the benchmark" },
	{ ROW(full_mw, "power", HWATT_POWER), .flags = HWATT_REQUIRED, .min = 1, .max = INT64_C(1000000000),
	  .help = "power at that performance" },
	{ ROW(idle_mw, "idle_power", HWATT_POWER), .min = 0, .max = INT64_C(1000000000), .help = "power without load" },
	{ ROW(active_efficiency_micro, "active_efficiency", HWATT_DECIMAL), .min = 0, .max = INT64_MAX,
	  .help = "active state efficiency of the test report" },
	{ ROW(devices, "devices", HWATT_LIST), .item = HWATT_STRING, .flags = HWATT_REQUIRED | HWATT_ONE_OR_LIST,
	  .help = "ids of the servers of this model" },
	{ ROW(source, "source", HWATT_STRING), .flags = HWATT_REQUIRED, .help = "test report that says so" },
};

static const struct hwatt_schema schema = {
	.name = "benchmark", .help = "what the maker declares of a server model", .size = sizeof(struct benchmark), .options = keys,
	.count = COUNT(keys), .mark_offset = offsetof(struct benchmark, mark),
};

const struct hwatt_schema *benchmark_schema(void)
{
	return &schema;
}
