/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "dcmi.h"
#include <hallwatt/wire.h>

#define ACTIVE 0x40
#define NOT_GIVEN 0xffff
#define POWER_MANAGEMENT 0x01

static int read_group(struct hwatt_wire *in, struct hwatt_error *err)
{
	uint8_t group = hwatt_wire_u8(in);
	if (hwatt_wire_ok(in) && group != DCMI_GROUP)
		return hwatt_fail(err, HWATT_EPROTO, "the answer is of the group %02xh, not of DCMI", group);
	return 0;
}

static int64_t read_mw(struct hwatt_wire *in)
{
	uint64_t watts = hwatt_wire_le(in, 2);
	return watts == NOT_GIVEN ? -1 : (int64_t)watts * 1000;
}

int dcmi_read_power(const void *bytes, size_t length, struct dcmi_power *out, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	if (read_group(&in, err) < 0)
		return -1;
	struct dcmi_power p;
	p.now_mw = read_mw(&in);
	p.min_mw = read_mw(&in);
	p.max_mw = read_mw(&in);
	p.mean_mw = read_mw(&in);
	p.bmc_time_s = (uint32_t)hwatt_wire_le(&in, 4);
	p.period_ms = (int64_t)hwatt_wire_le(&in, 4);
	uint8_t state = hwatt_wire_u8(&in);
	if (!hwatt_wire_ok(&in))
		return hwatt_fail(err, HWATT_EPROTO, "a power reading of %zu octets, 18 are due", length);
	if ((state & ACTIVE) == 0)
		return hwatt_fail(err, HWATT_ENODATA, "power measurement is not active");
	if (p.now_mw < 0)
		return hwatt_fail(err, HWATT_ENODATA, "the present power is not given");
	/* A BMC that answers draws power itself. */
	if (p.now_mw == 0 && p.max_mw <= 0 && p.mean_mw <= 0)
		return hwatt_fail(err, HWATT_ENODATA, "present, mean and highest power are all 0 W: nothing is measured");
	*out = p;
	return 0;
}

/* A period of parameter 5: two bits of unit, six of duration. */
static int64_t period_of(uint8_t octet)
{
	static const int64_t unit_ms[] = { 1000, 60000, 3600000, 86400000 };
	return (int64_t)(octet & 0x3fu) * unit_ms[octet >> 6];
}

int dcmi_read_capabilities(enum dcmi_parameter parameter, const void *bytes, size_t length, struct dcmi_capabilities *out,
			   struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	if (read_group(&in, err) < 0)
		return -1;
	struct dcmi_capabilities c = *out;
	c.major = hwatt_wire_u8(&in);
	c.minor = hwatt_wire_u8(&in);
	c.revision = hwatt_wire_u8(&in);
	if (parameter == DCMI_SUPPORTED) {
		hwatt_wire_u8(&in); /* what all must have */
		c.power_management = (hwatt_wire_u8(&in) & POWER_MANAGEMENT) != 0;
	} else if (parameter == DCMI_STATISTICS) {
		size_t said = hwatt_wire_u8(&in);
		c.period_count = 0;
		for (size_t i = 0; i < said && i < DCMI_MAX_PERIODS && hwatt_wire_left(&in) > 0; i++)
			c.period_ms[c.period_count++] = period_of(hwatt_wire_u8(&in));
	}
	if (!hwatt_wire_ok(&in))
		return hwatt_fail(err, HWATT_EPROTO, "DCMI capabilities of %zu octets are too short", length);
	*out = c;
	return 0;
}
