/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "devid.h"
#include <hallwatt/wire.h>
#include <stdio.h>
#include <string.h>

#define GUID_OCTETS 16

static bool is_bcd(uint8_t octet)
{
	return (octet & 0x0f) < 10 && octet >> 4 < 10;
}

int devid_read(const void *bytes, size_t length, struct devid *out, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	struct devid d = { 0 };
	d.device_id = hwatt_wire_u8(&in);
	uint8_t revision = hwatt_wire_u8(&in), major = hwatt_wire_u8(&in);
	d.minor = hwatt_wire_u8(&in);
	uint8_t version = hwatt_wire_u8(&in), support = hwatt_wire_u8(&in);
	d.manufacturer = (uint32_t)hwatt_wire_le(&in, 3) & 0xfffffu;
	d.product = (uint16_t)hwatt_wire_le(&in, 2);
	if (!hwatt_wire_ok(&in))
		return hwatt_fail(err, HWATT_EPROTO, "a device id of %zu octets, 11 are due", length);
	const uint8_t *auxiliary = hwatt_wire_take(&in, sizeof(d.auxiliary));
	if (auxiliary != NULL)
		memcpy(d.auxiliary, auxiliary, sizeof(d.auxiliary));
	d.own_sdrs = (revision & 0x80u) != 0;
	d.device_revision = revision & 0x0f;
	d.updating = (major & 0x80u) != 0;
	d.major = major & 0x7f;
	d.ipmi_major = version & 0x0f;
	d.ipmi_minor = version >> 4;
	d.has_sensors = (support & 0x01u) != 0;
	d.has_repository = (support & 0x02u) != 0;
	d.has_fru = (support & 0x08u) != 0;
	d.is_chassis = (support & 0x80u) != 0;
	if (d.manufacturer == 0xfffff)
		d.manufacturer = 0;
	snprintf(d.firmware, sizeof(d.firmware), is_bcd(d.minor) ? "%u.%02x" : "%u.%u", d.major, d.minor);
	*out = d;
	return 0;
}

const char *devid_maker(uint32_t manufacturer)
{
	static const struct {
		uint32_t number;
		const char *maker;
	} makers[] = { /* Source: IANA, private enterprise numbers */
		{ 2, "IBM" }, { 11, "HP" }, { 42, "Sun" }, { 111, "Oracle" }, { 119, "NEC" }, { 343, "Intel" }, { 674, "Dell" },
		{ 2011, "Huawei" }, { 2623, "ASUSTeK" }, { 5703, "NVIDIA" }, { 5771, "Cisco" }, { 6653, "Tyan" },
		{ 7244, "Quanta" }, { 10368, "Fujitsu" }, { 10876, "Supermicro" }, { 15370, "Gigabyte" }, { 19046, "Lenovo" },
		{ 20301, "IBM" }, { 25506, "H3C" }, { 37945, "Inspur" }, { 47196, "HPE" },
	};
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (makers[i].number == manufacturer)
			return makers[i].maker;
	return NULL;
}

int devid_read_guid(const void *bytes, size_t length, char out[DEVID_TEXT], struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	const uint8_t *guid = hwatt_wire_take(&in, GUID_OCTETS);
	if (guid == NULL)
		return hwatt_fail(err, HWATT_EPROTO, "a GUID of %zu octets, 16 are due", length);
	bool zeros = true, ones = true;
	for (size_t i = 0; i < GUID_OCTETS; i++) {
		zeros = zeros && guid[i] == 0;
		ones = ones && guid[i] == 0xff;
	}
	if (zeros || ones)
		return hwatt_fail(err, HWATT_ENODATA, "the GUID is not set");
	size_t used = 0;
	for (size_t i = GUID_OCTETS; i > 0; i--) { /* least significant octet first on the wire */
		used += (size_t)snprintf(out + used, DEVID_TEXT - used, "%02x", guid[i - 1]);
		if (i == 13 || i == 11 || i == 9 || i == 7)
			out[used++] = '-';
	}
	out[used] = '\0';
	return 0;
}

int devid_read_chassis(const void *bytes, size_t length, struct devid_chassis *out, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	uint8_t power = hwatt_wire_u8(&in);
	hwatt_wire_u8(&in); /* the last event */
	uint8_t rest = hwatt_wire_u8(&in);
	if (!hwatt_wire_ok(&in))
		return hwatt_fail(err, HWATT_EPROTO, "a chassis state of %zu octets, 3 are due", length);
	*out = (struct devid_chassis){
		.on = (power & 0x01u) != 0, .overload = (power & 0x02u) != 0, .interlock = (power & 0x04u) != 0,
		.fault = (power & 0x08u) != 0, .control_fault = (power & 0x10u) != 0, .intrusion = (rest & 0x01u) != 0,
		.drive_fault = (rest & 0x04u) != 0, .cooling_fault = (rest & 0x08u) != 0,
	};
	return 0;
}

int devid_read_repository(bool own, const void *bytes, size_t length, struct devid_repository *out, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	struct devid_repository r = { 0 };
	if (own) {
		r.records = hwatt_wire_u8(&in);
		uint8_t flags = hwatt_wire_u8(&in);
		r.changing = (flags & 0x80u) != 0;
		r.reserve = true;
		if (hwatt_wire_left(&in) >= 4) /* some say that sensors come and go, and do not say when */
			r.added = (uint32_t)hwatt_wire_le(&in, 4);
	} else {
		hwatt_wire_u8(&in); /* version */
		r.records = (uint16_t)hwatt_wire_le(&in, 2);
		hwatt_wire_take(&in, 2); /* free space */
		r.added = (uint32_t)hwatt_wire_le(&in, 4);
		r.erased = (uint32_t)hwatt_wire_le(&in, 4);
		r.reserve = (hwatt_wire_u8(&in) & 0x02u) != 0;
	}
	if (!hwatt_wire_ok(&in))
		return hwatt_fail(err, HWATT_EPROTO, "repository facts of %zu octets are too short", length);
	*out = r;
	return 0;
}
