/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The state of a meter: two octets of length, that many octets of state, then samples. What decodes encodes to the same
 * octets, and goes on metering without harm. */
#include "meter.h"
#include <hallwatt/wire.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void nobody(void *arg, const struct interval *interval)
{
	size_t *emitted = arg;
	if (interval->covered_ms > QUARTER_MS || interval->start_s % QUARTER_S != 0 || ++*emitted > 100000)
		abort();
}

static int64_t varying(struct hwatt_wire *in, int64_t around)
{
	uint8_t width = hwatt_wire_u8(in);
	int64_t value = (int64_t)hwatt_wire_le(in, (size_t)(width % 8) + 1);
	return width & 0x80 ? value : (int64_t)((uint64_t)around + (uint64_t)value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hwatt_wire in = hwatt_wire_from(data, size);
	size_t length = (size_t)hwatt_wire_le(&in, 2);
	const uint8_t *octets = hwatt_wire_take(&in, length);
	struct meter meter;
	struct hwatt_error err;
	if (octets == NULL || meter_decode(&meter, octets, length, &err) < 0)
		return 0;
	uint8_t again[METER_ENCODED_MAX];
	if (meter_encode(&meter, again) != length || memcmp(again, octets, length) != 0)
		abort();
	int64_t wall = INT64_C(1764547200000), mono = 0;
	size_t emitted = 0;
	for (int i = 0; i < 64 && hwatt_wire_left(&in) > 0; i++) {
		uint8_t flags = hwatt_wire_u8(&in), kind = hwatt_wire_u8(&in);
		struct meter_settings settings = {
			.kind = (enum interval_kind)(kind % 3), .max_gap_ms = 90000, .max_level = 22000000,
			.register_step = kind & 4 ? 3600000 : kind & 8 ? 1 : 0,
			.register_modulus = kind & 16 ? UINT64_C(1) << 32 : 0, .averages = kind & 32, .may_export = kind & 64,
		};
		wall = varying(&in, wall);
		mono = varying(&in, mono);
		struct meter_sample sample = {
			.wall_ms = wall, .mono_ms = mono, .has_level = flags & 1, .has_count = flags & 2, .restarted = flags & 4,
			.exchanged = flags & 8, .has_stamp = flags & 16, .stamp = flags & 32,
			.level = varying(&in, 0), .count = (uint64_t)varying(&in, 0),
		};
		if (flags & 64)
			meter_resume(&meter);
		if (flags & 128)
			meter_close(&meter, &settings, wall, nobody, &emitted);
		emitted = 0;
		meter_feed(&meter, &settings, &sample, nobody, &emitted, NULL);
		emitted = 0;
	}
	length = meter_encode(&meter, again);
	if (meter_decode(&meter, again, length, &err) < 0)
		abort();
	return 0;
}
