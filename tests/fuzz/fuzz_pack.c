/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A packed day: whatever is read from octets is packed to octets that read the same. */
#include "interval.h"
#include "pack.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct day {
	int64_t amount[PACK_QUARTERS];
	int32_t covered_ms[PACK_QUARTERS];
	char quality[PACK_QUARTERS];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct day first, second;
	uint8_t octets[PACK_MAX_OCTETS];
	if (pack_decode(data, size, first.amount, first.covered_ms, first.quality) < 0)
		return 0;
	size_t length = pack_encode(first.amount, first.covered_ms, first.quality, octets);
	if (length > size || pack_decode(octets, length, second.amount, second.covered_ms, second.quality) < 0)
		abort();
	if (memcmp(first.amount, second.amount, sizeof(first.amount)) != 0 ||
	    memcmp(first.covered_ms, second.covered_ms, sizeof(first.covered_ms)) != 0 ||
	    memcmp(first.quality, second.quality, sizeof(first.quality)) != 0)
		abort();
	return 0;
}
