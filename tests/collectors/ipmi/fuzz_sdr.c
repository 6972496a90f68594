/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Sensor data records: whatever reads gives clean names and only values that the quantity can have. */
#include "sensor.h"
#include <hallwatt/text.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_clean(const char *name)
{
	size_t left = strlen(name);
	for (const unsigned char *p = (const unsigned char *)name; left > 0;) {
		size_t n = hwatt_utf8_length(p, left);
		if (n == 0 || *p < 0x20)
			abort();
		p += n;
		left -= n;
	}
}

static void must_be_in_range(const struct sensor *s)
{
	const struct hwatt_quantity_info *info = hwatt_quantity_info((enum hwatt_quantity)s->quantity);
	for (unsigned raw = 0; raw < 256; raw++) {
		int64_t value;
		struct hwatt_error err;
		if (sensor_value(s, (uint8_t)raw, &value, &err) == 0 && (value < info->min || value > info->max))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sdr_record record;
	struct hwatt_error err;
	struct sensor sensors[2];
	char why[160];
	if (sdr_read(data, size, &record, &err) < 0)
		return 0;
	must_be_clean(record.name);
	if (!sensor_from(&record, true, &sensors[0]))
		return 0;
	if (size > 7)
		sdr_read_factors(data + 7, size - 7, &sensors[0].analog.factors, &err);
	must_be_in_range(&sensors[0]);
	sensors[1] = sensors[0];
	sensors[1].number++;
	sensor_settle(sensors, 2, size % 2 == 0, why);
	if (strcmp(sensors[0].index, sensors[1].index) == 0)
		abort();
	return 0;
}
