/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fuzz_registers.c - any octets as a register or a requirement package: rows or mistakes, never a crash.  The first octet chooses. */
#include "package.h"
#include "registers.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "assets", "documents", "activities", "factories", "counters", "locations" };
	if (size == 0)
		return 0;
	struct hwatt_arena *arena = hwatt_arena_new();
	struct hwatt_report report = { .arena = arena };
	const char *bytes = (const char *)data + 1;
	unsigned which = data[0] % 13;
	if (which == 12) {
		const struct package *package = package_parse("fuzz.yaml", bytes, size - 1, arena, &report);
		if ((package == NULL) != (report.count > 0))
			abort();
	} else {
		struct registers registers = {0};
		registers_parse(names[which / 2], which % 2 != 0 ? "fuzz.csv" : "fuzz.yaml", bytes, size - 1, &registers, arena, &report);
	}
	hwatt_arena_free(arena);
	return 0;
}
