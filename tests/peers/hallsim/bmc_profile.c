/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc_profile.h"

#include <string.h>

#define USUAL_USERS                                                                                \
	{                                                                                          \
		{"hallwatt", "poll-me-gently", BMC_USER}, {"operator", "turn-it-off", BMC_OPERATOR}, \
			{"admin", "all-is-mine", BMC_ADMINISTRATOR},                               \
	}

static const struct bmc_profile profiles[] = {
	{
		.name = "rack",
		.about = "suites 3 and 17, DCMI power, a total and two PSU input sensors",
		.suite3 = true,
		.suite17 = true,
		.users = USUAL_USERS,
		.slots = 4,
		.idle_s = 60,
		.handshake_s = 10,
		.power_privilege = BMC_USER,
		.sensors = &bmc_sensors_rack,
		.product = 0x0101,
		.firmware_major = 2,
		.firmware_minor = 0x14,
		.model = "HS-R1",
	},
	{
		.name = "keyed",
		.about = "as rack, with K_g and a password of 20 octets",
		.suite3 = true,
		.suite17 = true,
		.users = {{"hallwatt", "twenty-octets-secret", BMC_USER},
	                  {"operator", "turn-it-off", BMC_OPERATOR},
	                  {"admin", "all-is-mine", BMC_ADMINISTRATOR}},
		.kg = "bmc-key-of-20-octets",
		.slots = 4,
		.idle_s = 60,
		.handshake_s = 10,
		.power_privilege = BMC_USER,
		.sensors = &bmc_sensors_rack,
		.product = 0x0101,
		.firmware_major = 2,
		.firmware_minor = 0x14,
		.model = "HS-R1",
	},
	{
		.name = "early",
		.about = "suite 3 alone, no DCMI, power from two PSU input sensors, slow",
		.suite3 = true,
		.users = USUAL_USERS,
		.slots = 4,
		.idle_s = 30,
		.handshake_s = 10,
		.dcmi = BMC_DCMI_NO,
		.power_privilege = BMC_USER,
		.sensors = &bmc_sensors_supplies,
		.latency_low_ms = 2,
		.latency_high_ms = 8,
		.product = 0x0201,
		.firmware_major = 1,
		.firmware_minor = 0x52,
		.model = "HS-E1",
	},
	{
		.name = "modern",
		.about = "suite 17 alone, DCMI power, eight session slots",
		.suite17 = true,
		.users = USUAL_USERS,
		.slots = 8,
		.idle_s = 60,
		.handshake_s = 10,
		.power_privilege = BMC_USER,
		.sensors = &bmc_sensors_rack,
		.product = 0x0301,
		.firmware_major = 9,
		.firmware_minor = 0x03,
		.model = "HS-M1",
	},
	{
		.name = "standby",
		.about = "as rack, the host is off and DCMI says that it measures nothing",
		.suite3 = true,
		.suite17 = true,
		.users = USUAL_USERS,
		.slots = 4,
		.idle_s = 60,
		.handshake_s = 10,
		.dcmi = BMC_DCMI_INACTIVE,
		.power_privilege = BMC_USER,
		.sensors = &bmc_sensors_standby,
		.off = true,
		.product = 0x0102,
		.firmware_major = 2,
		.firmware_minor = 0x14,
		.model = "HS-R2",
	},
	{
		.name = "guarded",
		.about = "as rack, but Get Power Reading wants an operator (D4h)",
		.suite3 = true,
		.suite17 = true,
		.users = USUAL_USERS,
		.slots = 4,
		.idle_s = 60,
		.handshake_s = 10,
		.power_privilege = BMC_OPERATOR,
		.sensors = &bmc_sensors_rack,
		.product = 0x0103,
		.firmware_major = 2,
		.firmware_minor = 0x20,
		.model = "HS-R3",
	},
	{
		.name = "total",
		.about = "no DCMI, one sensor \"Pwr Consumption\" beside the PSU inputs",
		.suite3 = true,
		.suite17 = true,
		.users = USUAL_USERS,
		.slots = 4,
		.idle_s = 60,
		.handshake_s = 10,
		.dcmi = BMC_DCMI_NO,
		.power_privilege = BMC_USER,
		.sensors = &bmc_sensors_total,
		.product = 0x0401,
		.firmware_major = 4,
		.firmware_minor = 0x10,
		.model = "HS-T1",
	},
	{
		.name = "quarrel",
		.about = "DCMI power is right, the PSU input sensors say a quarter more",
		.suite3 = true,
		.suite17 = true,
		.users = USUAL_USERS,
		.slots = 4,
		.idle_s = 60,
		.handshake_s = 10,
		.power_privilege = BMC_USER,
		.sensors = &bmc_sensors_quarrel,
		.product = 0x0501,
		.firmware_major = 1,
		.firmware_minor = 0x07,
		.model = "HS-Q1",
	},
	{
		.name = "laboratory",
		.about = "every linearisation and number format, terse FRU, DCMI power is D5h",
		.suite3 = true,
		.suite17 = true,
		.users = USUAL_USERS,
		.slots = 4,
		.idle_s = 60,
		.handshake_s = 10,
		.dcmi = BMC_DCMI_CODE,
		.dcmi_code = 0xd5,
		.power_privilege = BMC_USER,
		.sensors = &bmc_sensors_laboratory,
		.terse_fru = true,
		.product = 0x0601,
		.firmware_major = 0,
		.firmware_minor = 0x99,
		.model = "HS-L1",
	},
	{
		.name = "device-sdrs",
		.about = "as rack, without an SDR repository: the sensor device has the records",
		.suite3 = true,
		.suite17 = true,
		.users = USUAL_USERS,
		.slots = 4,
		.idle_s = 60,
		.handshake_s = 10,
		.power_privilege = BMC_USER,
		.sensors = &bmc_sensors_rack,
		.device_sdrs = true,
		.product = 0x0701,
		.firmware_major = 3,
		.firmware_minor = 0x01,
		.model = "HS-D1",
	},
};

#define PROFILES (sizeof(profiles) / sizeof(*profiles))

const struct bmc_profile *bmc_profile_at(size_t index)
{
	return index < PROFILES ? &profiles[index] : NULL;
}

const struct bmc_profile *bmc_profile_find(const char *name)
{
	for (size_t i = 0; i < PROFILES; i++)
		if (strcmp(profiles[i].name, name) == 0)
			return &profiles[i];
	return NULL;
}
