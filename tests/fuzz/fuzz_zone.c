/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* TZif files: whatever decodes must also answer every question about any time. */
#include "calendar.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t times[] = { INT64_MIN, -1, 0, INT64_C(1774742400), INT64_C(4102444800), INT64_C(253402300799),
					 INT64_MAX };
	struct zone *zone = NULL;
	struct hwatt_error err;
	if (zone_parse(data, size, &zone, &err) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		int64_t at = times[i];
		struct civil c = zone_civil(zone, at);
		if (c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31)
			abort();
		int64_t day = zone_day(zone, at);
		int64_t start = zone_day_start(zone, day), next = zone_day_start(zone, day + 1);
		if (i > 0 && i < 6 && (start > at || next <= at))
			abort();
		for (int kind = 0; kind < WINDOW_KINDS; kind++) {
			struct window in = window_containing(zone, (enum window_kind)kind, at, 20000, 20100);
			struct window before = window_before(zone, (enum window_kind)kind, at, 1, 0);
			if (in.from_s > in.to_s || in.from_s % QUARTER_S != 0 || before.to_s % QUARTER_S != 0)
				abort();
		}
	}
	zone_free(zone);
	return 0;
}
