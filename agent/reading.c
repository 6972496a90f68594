/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/device.h>
#include <hallwatt/reading.h>
#include <hallwatt/view.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MEGA INT64_C(1000000)
#define GIGA INT64_C(1000000000)
#define MW_MAX (100 * GIGA) /* 100 MW in mW, beyond any single point */
#define MJ_MAX (INT64_MAX / 2)

static const struct hwatt_quantity_info infos[HWATT_QUANTITIES] = {
	[HWATT_ACTIVE_POWER] = { "active_power", "W", 3, false, false, -MW_MAX, MW_MAX, "power_watts",
				 "Active power." },
	[HWATT_APPARENT_POWER] = { "apparent_power", "VA", 3, false, false, 0, MW_MAX,
				   "apparent_power_voltamperes", "Apparent power." },
	[HWATT_REACTIVE_POWER] = { "reactive_power", "var", 3, false, false, -MW_MAX, MW_MAX,
				   "reactive_power_voltamperes_reactive", "Reactive power." },
	[HWATT_ENERGY] = { "energy", "Wh", 0, true, true, 0, MJ_MAX, NULL, "Energy register." },
	[HWATT_CURRENT] = { "current", "A", 3, false, false, -100 * MEGA, 100 * MEGA, "current_amperes",
			    "Electric current." },
	[HWATT_VOLTAGE] = { "voltage", "V", 3, false, false, -GIGA, GIGA, "voltage_volts", "Voltage." },
	[HWATT_POWER_FACTOR] = { "power_factor", "1", 6, false, false, -MEGA, MEGA, "power_factor_ratio",
				 "Power factor." },
	[HWATT_FREQUENCY] = { "frequency", "Hz", 3, false, false, 0, 1000 * 1000, "frequency_hertz",
			      "Mains frequency." },
	[HWATT_TEMPERATURE] = { "temperature", "Cel", 3, false, false, -100 * 1000, 300 * 1000,
				"temperature_celsius", "Temperature." },
	[HWATT_HUMIDITY] = { "humidity", "1", 6, false, false, 0, MEGA, "humidity_ratio",
			     "Relative humidity." },
	[HWATT_UPS_LOAD] = { "ups_load", "1", 6, false, false, 0, 3 * MEGA, "ups_load_ratio",
			     "Load of the UPS as a share of its rating." },
	[HWATT_BATTERY_CHARGE] = { "battery_charge", "1", 6, false, false, 0, MEGA, "battery_charge_ratio",
				   "Charge of the battery." },
	[HWATT_FAN_SPEED] = { "fan_speed", "rpm", 3, false, false, 0, GIGA, "fan_speed_hertz",
			      "Speed of a fan in revolutions per second." },
	[HWATT_RATED_POWER] = { "rated_power", "W", 3, false, false, 0, MW_MAX, "rated_power_watts",
				"Power that the thing is made for." },
	[HWATT_POE_POWER] = { "poe_power", "W", 3, false, false, 0, GIGA, "poe_power_watts",
			      "Power given to other devices over Ethernet." },
	[HWATT_CPU_UTILISATION] = { "cpu_utilisation", "1", 6, false, false, 0, MEGA, "utilization_ratio",
				    "Share of a processor in use." },
	[HWATT_MEMORY_USED] = { "memory_used", "By", 0, false, false, 0, INT64_MAX, "memory_used_bytes",
				"Memory in use." },
	[HWATT_MEMORY_SIZE] = { "memory_size", "By", 0, false, false, 0, INT64_MAX, "memory_size_bytes",
				"Memory that is there." },
	[HWATT_STORAGE_USED] = { "storage_used", "By", 0, false, false, 0, INT64_MAX, "storage_used_bytes",
				 "Storage in use." },
	[HWATT_STORAGE_SIZE] = { "storage_size", "By", 0, false, false, 0, INT64_MAX, "storage_size_bytes",
				 "Storage that is there." },
	[HWATT_IF_IN_OCTETS] = { "if_in_octets", "By", 0, false, true, 0, INT64_MAX,
				 "interface_receive_bytes_total", "Octets received by an interface." },
	[HWATT_IF_OUT_OCTETS] = { "if_out_octets", "By", 0, false, true, 0, INT64_MAX,
				  "interface_transmit_bytes_total", "Octets sent by an interface." },
	[HWATT_IF_SPEED] = { "if_speed", "bit/s", 0, false, false, 0, INT64_C(1000000) * GIGA,
			     "interface_speed_bytes_per_second", "Speed of an interface." },
	[HWATT_WATER_VOLUME] = { "water_volume", "m3", 3, false, true, 0, INT64_MAX / 2,
				 NULL, "Water register." },
	[HWATT_THERMAL_ENERGY] = { "thermal_energy", "Wh", 0, true, true, 0, MJ_MAX, NULL,
				   "Thermal energy register." },
	[HWATT_UPTIME] = { "uptime", "s", 3, false, false, 0, INT64_MAX, "device_uptime_seconds",
			   "Time since the device started." },
	[HWATT_IF_COUNT] = { "if_count", "1", 0, false, false, 0, INT32_MAX, NULL, "Interfaces that a device has." },
};

static const char *const roles[HWATT_ROLES] = {
	[HWATT_INLET] = "inlet", [HWATT_PHASE] = "phase", [HWATT_BANK] = "bank",
	[HWATT_OUTLET] = "outlet", [HWATT_UPS_INPUT] = "ups_input", [HWATT_UPS_OUTPUT] = "ups_output",
	[HWATT_UPS_BATTERY] = "ups_battery", [HWATT_PSU] = "psu", [HWATT_CHASSIS] = "chassis",
	[HWATT_CPU] = "cpu", [HWATT_MEMORY] = "memory", [HWATT_STORAGE] = "storage",
	[HWATT_INTERFACE] = "interface", [HWATT_POE_PORT] = "poe_port", [HWATT_SENSOR] = "sensor",
};

static const char *const power_roles[HWATT_POWER_ROLES] = {
	[HWATT_POWER_NONE] = "", [HWATT_POWER_GRID] = "grid", [HWATT_POWER_ONSITE] = "onsite",
	[HWATT_POWER_GENERATOR] = "generator", [HWATT_POWER_UPS_INPUT] = "ups_input",
	[HWATT_POWER_UPS_OUTPUT] = "ups_output", [HWATT_POWER_PDU] = "pdu", [HWATT_POWER_IT] = "it",
	[HWATT_POWER_COOLING] = "cooling", [HWATT_POWER_OTHER] = "other",
};

static const char *const statuses[HWATT_STATUSES] = {
	[HWATT_MET] = "met", [HWATT_NOT_MET] = "not_met", [HWATT_NOT_ENOUGH_DATA] = "not_enough_data",
	[HWATT_EXPIRED] = "expired", [HWATT_NOT_APPLICABLE] = "not_applicable",
};

const struct hwatt_quantity_info *hwatt_quantity_info(enum hwatt_quantity quantity)
{
	return &infos[quantity];
}

int hwatt_quantity_by_name(const char *name)
{
	for (int i = 0; i < HWATT_QUANTITIES; i++)
		if (strcmp(infos[i].name, name) == 0)
			return i;
	return -1;
}

const char *hwatt_role_name(enum hwatt_role role)
{
	return roles[role];
}

int hwatt_role_by_name(const char *name)
{
	for (int i = 0; i < HWATT_ROLES; i++)
		if (strcmp(roles[i], name) == 0)
			return i;
	return -1;
}

const char *hwatt_power_role_name(enum hwatt_power_role role)
{
	return power_roles[role];
}

const char *hwatt_status_name(enum hwatt_status status)
{
	return statuses[status];
}

void hwatt_value_format(enum hwatt_quantity quantity, int64_t value, char out[40])
{
	const struct hwatt_quantity_info *info = &infos[quantity];
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
	uint64_t scale = 1;
	int decimals = info->decimals;
	for (int i = 0; i < decimals; i++)
		scale *= 10;
	if (info->energy) { /* mJ to Wh: 1 / 3 600 000, to the microwatt-hour */
		uint64_t whole = magnitude / (uint64_t)HWATT_MJ_PER_WH;
		uint64_t micro = magnitude % (uint64_t)HWATT_MJ_PER_WH * 1000000u / (uint64_t)HWATT_MJ_PER_WH;
		decimals = 6;
		scale = 1000000;
		while (decimals > 0 && micro % 10 == 0) {
			micro /= 10;
			decimals--;
		}
		snprintf(out, 40, decimals > 0 ? "%s%" PRIu64 ".%0*" PRIu64 : "%s%" PRIu64, value < 0 ? "-" : "",
			 whole, decimals, micro);
		return;
	}
	uint64_t rest = magnitude % scale;
	while (decimals > 0 && rest % 10 == 0) {
		rest /= 10;
		decimals--;
	}
	snprintf(out, 40, decimals > 0 ? "%s%" PRIu64 ".%0*" PRIu64 : "%s%" PRIu64, value < 0 ? "-" : "",
		 magnitude / scale, decimals, rest);
}
