/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* standard.c - the standard's links and properties as tables. Source: DMTF DSP0266 and the schema bundle DSP8010, by the names
 * of their resources. */
#include "decode.h"
#include <stddef.h>

const char *const kind_words[KINDS + 1] = {
	"root", "chassis", "system", "manager", "power_equipment", "power", "environment", "power_subsystem", "power_supply",
	"power_supply_metrics", "sensor", "pdu", "pdu_metrics", "mains", "branch", "outlet", "thermal", "thermal_subsystem",
	"thermal_metrics", "fan", "processor", "processor_metrics", "processor_environment", "memory", "memory_environment", "storage", "drive", "telemetry",
	"report", NULL
};

static const struct link_rule links[] = {
	{ KIND_ROOT, "/Chassis", KIND_CHASSIS, true },
	{ KIND_ROOT, "/Systems", KIND_SYSTEM, true },
	{ KIND_ROOT, "/Managers", KIND_MANAGER, true },
	{ KIND_ROOT, "/PowerEquipment", KIND_POWER_EQUIPMENT, false },
	{ KIND_POWER_EQUIPMENT, "/RackPDUs", KIND_PDU, true },
	{ KIND_POWER_EQUIPMENT, "/FloorPDUs", KIND_PDU, true },
	{ KIND_POWER_EQUIPMENT, "/TransferSwitches", KIND_PDU, true },
	{ KIND_POWER_EQUIPMENT, "/Switchgear", KIND_PDU, true },
	{ KIND_POWER_EQUIPMENT, "/PowerShelves", KIND_PDU, true },
	{ KIND_PDU, "/Metrics", KIND_PDU_METRICS, false },
	{ KIND_PDU, "/Mains", KIND_MAINS, true },
	{ KIND_PDU, "/Branches", KIND_BRANCH, true },
	{ KIND_PDU, "/Subfeeds", KIND_BRANCH, true },
	{ KIND_PDU, "/Feeders", KIND_BRANCH, true },
	{ KIND_PDU, "/Outlets", KIND_OUTLET, true },
	{ KIND_PDU, "/PowerSupplies", KIND_SUPPLY, true },
	{ KIND_PDU, "/Sensors", KIND_SENSOR, true },
	{ KIND_CHASSIS, "/Power", KIND_POWER, false },
	{ KIND_CHASSIS, "/EnvironmentMetrics", KIND_ENVIRONMENT, false },
	{ KIND_CHASSIS, "/PowerSubsystem", KIND_POWER_SUBSYSTEM, false },
	{ KIND_CHASSIS, "/Sensors", KIND_SENSOR, true },
	{ KIND_CHASSIS, "/Thermal", KIND_THERMAL, false },
	{ KIND_CHASSIS, "/ThermalSubsystem", KIND_THERMAL_SUBSYSTEM, false },
	{ KIND_POWER_SUBSYSTEM, "/PowerSupplies", KIND_SUPPLY, true },
	{ KIND_SUPPLY, "/Metrics", KIND_SUPPLY_METRICS, false },
	{ KIND_THERMAL_SUBSYSTEM, "/ThermalMetrics", KIND_THERMAL_METRICS, false },
	{ KIND_THERMAL_SUBSYSTEM, "/Fans", KIND_FAN, true },
	{ KIND_SYSTEM, "/Processors", KIND_PROCESSOR, true },
	{ KIND_SYSTEM, "/ProcessorSummary/Metrics", KIND_PROCESSOR_METRICS, false },
	{ KIND_SYSTEM, "/Memory", KIND_MEMORY, true },
	{ KIND_SYSTEM, "/Storage", KIND_STORAGE, true },
	{ KIND_PROCESSOR, "/Metrics", KIND_PROCESSOR_METRICS, false },
	{ KIND_PROCESSOR, "/EnvironmentMetrics", KIND_PROCESSOR_ENVIRONMENT, false },
	{ KIND_MEMORY, "/EnvironmentMetrics", KIND_MEMORY_ENVIRONMENT, false },
	{ KIND_STORAGE, "/Drives/*", KIND_DRIVE, false },
};
const struct link_list standard_links = { sizeof(links) / sizeof(links[0]), links };

#define R(kind_, pointer_, role_, quantity_, ...) \
	{ .kind = KIND_##kind_, .pointer = pointer_, .role = HWATT_##role_, .quantity = HWATT_##quantity_, __VA_ARGS__ }

/* A circuit, an outlet: its sensors stand as excerpts under fixed names. */
#define CIRCUIT(kind, role, power_how) \
	R(kind, "/PowerWatts/Reading", role, ACTIVE_POWER, .how = power_how), \
	R(kind, "/PowerWatts/ApparentVA", role, APPARENT_POWER, .how = HOW_PLAIN), \
	R(kind, "/PowerWatts/ReactiveVAR", role, REACTIVE_POWER, .how = HOW_PLAIN), \
	R(kind, "/PowerWatts/PowerFactor", role, POWER_FACTOR, .how = HOW_PLAIN), \
	R(kind, "/EnergykWh/Reading", role, ENERGY, .measure = MEASURE_KWH, .how = power_how), \
	R(kind, "/CurrentAmps/Reading", role, CURRENT, .how = HOW_PLAIN), \
	R(kind, "/Voltage/Reading", role, VOLTAGE, .how = HOW_PLAIN), \
	R(kind, "/FrequencyHz/Reading", role, FREQUENCY, .how = HOW_PLAIN), \
	R(kind, "/PolyPhasePowerWatts/*/Reading", PHASE, ACTIVE_POWER, .how = HOW_COMPONENT), \
	R(kind, "/PolyPhaseCurrentAmps/*/Reading", PHASE, CURRENT, .how = HOW_PLAIN), \
	R(kind, "/PolyPhaseVoltage/*/Reading", PHASE, VOLTAGE, .how = HOW_PLAIN), \
	R(kind, "/PolyPhaseEnergykWh/*/Reading", PHASE, ENERGY, .measure = MEASURE_KWH, .how = HOW_COMPONENT)

static const struct rule rules[] = {
	R(POWER, "/PowerControl/*/PowerConsumedWatts", CHASSIS, ACTIVE_POWER, .how = HOW_TOTAL_CONTROL, .no_zero = true),
	R(POWER, "/PowerSupplies/*/PowerInputWatts", PSU, ACTIVE_POWER, .how = HOW_SUPPLY_INPUT),
	R(POWER, "/PowerSupplies/*/PowerOutputWatts", PSU, ACTIVE_POWER, .how = HOW_SUPPLY_OUTPUT),
	R(POWER, "/PowerSupplies/*/LastPowerOutputWatts", PSU, ACTIVE_POWER, .how = HOW_SUPPLY_OUTPUT),
	R(POWER, "/PowerSupplies/*/LineInputVoltage", PSU, VOLTAGE, .how = HOW_PLAIN),
	R(POWER, "/PowerSupplies/*/PowerCapacityWatts", PSU, RATED_POWER, .fixed = true, .no_zero = true),
	R(POWER, "/Voltages/*/ReadingVolts", SENSOR, VOLTAGE, .prefix = "volt."),
	R(THERMAL, "/Temperatures/*/ReadingCelsius", SENSOR, TEMPERATURE, .prefix = "temp."),
	R(THERMAL, "/Fans/*/Reading", SENSOR, FAN_SPEED, .measure = MEASURE_RPM, .prefix = "fan."),
	R(THERMAL, "/Fans/*/ReadingRPM", SENSOR, FAN_SPEED, .measure = MEASURE_RPM, .prefix = "fan."),
	R(ENVIRONMENT, "/PowerWatts/Reading", CHASSIS, ACTIVE_POWER, .how = HOW_TOTAL_ENVIRONMENT, .no_zero = true),
	R(ENVIRONMENT, "/PowerWatts/ApparentVA", CHASSIS, APPARENT_POWER, .how = HOW_PLAIN),
	R(ENVIRONMENT, "/PowerWatts/PowerFactor", CHASSIS, POWER_FACTOR, .how = HOW_PLAIN),
	R(ENVIRONMENT, "/EnergyJoules/Reading", CHASSIS, ENERGY, .measure = MEASURE_JOULE, .how = HOW_TOTAL_ENVIRONMENT),
	R(ENVIRONMENT, "/EnergykWh/Reading", CHASSIS, ENERGY, .measure = MEASURE_KWH, .how = HOW_TOTAL_ENVIRONMENT),
	R(ENVIRONMENT, "/TemperatureCelsius/Reading", SENSOR, TEMPERATURE, .prefix = "environment"),
	R(ENVIRONMENT, "/HumidityPercent/Reading", SENSOR, HUMIDITY, .measure = MEASURE_PERCENT, .prefix = "environment"),
	R(ENVIRONMENT, "/FanSpeedsPercent/*/SpeedRPM", SENSOR, FAN_SPEED, .measure = MEASURE_RPM, .prefix = "fan."),
	R(SUPPLY, "/PowerCapacityWatts", PSU, RATED_POWER, .fixed = true, .no_zero = true),
	R(SUPPLY_METRICS, "/InputPowerWatts/Reading", PSU, ACTIVE_POWER, .how = HOW_SUPPLY_INPUT),
	R(SUPPLY_METRICS, "/OutputPowerWatts/Reading", PSU, ACTIVE_POWER, .how = HOW_SUPPLY_OUTPUT),
	R(SUPPLY_METRICS, "/EnergykWh/Reading", PSU, ENERGY, .measure = MEASURE_KWH, .how = HOW_SUPPLY_INPUT),
	R(SUPPLY_METRICS, "/InputVoltage/Reading", PSU, VOLTAGE, .how = HOW_PLAIN),
	R(SUPPLY_METRICS, "/InputCurrentAmps/Reading", PSU, CURRENT, .how = HOW_PLAIN),
	R(SUPPLY_METRICS, "/FrequencyHz/Reading", PSU, FREQUENCY, .how = HOW_PLAIN),
	R(SUPPLY_METRICS, "/TemperatureCelsius/Reading", SENSOR, TEMPERATURE, .prefix = "psu."),
	R(SUPPLY_METRICS, "/RailPowerWatts/*/Reading", PSU, ACTIVE_POWER, .how = HOW_COMPONENT, .prefix = "rail"),
	R(SUPPLY_METRICS, "/RailVoltage/*/Reading", PSU, VOLTAGE, .prefix = "rail"),
	R(SUPPLY_METRICS, "/RailCurrentAmps/*/Reading", PSU, CURRENT, .prefix = "rail"),
	R(THERMAL_METRICS, "/TemperatureReadingsCelsius/*/Reading", SENSOR, TEMPERATURE, .prefix = "temp."),
	R(FAN, "/SpeedPercent/SpeedRPM", SENSOR, FAN_SPEED, .measure = MEASURE_RPM, .prefix = "fan."),
	R(PROCESSOR_METRICS, "/BandwidthPercent", CPU, CPU_UTILISATION, .measure = MEASURE_PERCENT),
	R(PROCESSOR_METRICS, "/ConsumedPowerWatt", CPU, ACTIVE_POWER, .how = HOW_PLAIN),
	R(PROCESSOR_METRICS, "/TemperatureCelsius", SENSOR, TEMPERATURE, .prefix = "processor."),
	R(PROCESSOR_ENVIRONMENT, "/PowerWatts/Reading", SENSOR, ACTIVE_POWER, .prefix = "processor."),
	R(PROCESSOR_ENVIRONMENT, "/EnergyJoules/Reading", SENSOR, ENERGY, .measure = MEASURE_JOULE, .prefix = "processor."),
	R(PROCESSOR_ENVIRONMENT, "/EnergykWh/Reading", SENSOR, ENERGY, .measure = MEASURE_KWH, .prefix = "processor."),
	R(PROCESSOR_ENVIRONMENT, "/TemperatureCelsius/Reading", SENSOR, TEMPERATURE, .prefix = "processor."),
	R(MEMORY_ENVIRONMENT, "/PowerWatts/Reading", SENSOR, ACTIVE_POWER, .how = HOW_COMPONENT, .prefix = "memory."),
	R(MEMORY_ENVIRONMENT, "/TemperatureCelsius/Reading", SENSOR, TEMPERATURE, .prefix = "memory."),
	R(SYSTEM, "/MemorySummary/TotalSystemMemoryGiB", MEMORY, MEMORY_SIZE, .measure = MEASURE_GIB, .fixed = true, .no_zero = true),
	R(DRIVE, "/CapacityBytes", STORAGE, STORAGE_SIZE, .fixed = true, .no_zero = true),
	CIRCUIT(MAINS, INLET, HOW_MAINS),
	CIRCUIT(BRANCH, BANK, HOW_PLAIN),
	CIRCUIT(OUTLET, OUTLET, HOW_PLAIN),
	R(PDU_METRICS, "/PowerWatts/Reading", INLET, ACTIVE_POWER, .how = HOW_TOTAL_ENVIRONMENT),
	R(PDU_METRICS, "/PowerWatts/ApparentVA", INLET, APPARENT_POWER, .how = HOW_PLAIN),
	R(PDU_METRICS, "/PowerWatts/PowerFactor", INLET, POWER_FACTOR, .how = HOW_PLAIN),
	R(PDU_METRICS, "/EnergykWh/Reading", INLET, ENERGY, .measure = MEASURE_KWH, .how = HOW_TOTAL_ENVIRONMENT),
	R(PDU_METRICS, "/TemperatureCelsius/Reading", SENSOR, TEMPERATURE, .prefix = "environment"),
	R(PDU_METRICS, "/HumidityPercent/Reading", SENSOR, HUMIDITY, .measure = MEASURE_PERCENT, .prefix = "environment"),
};
const struct rule_list standard_rules = { sizeof(rules) / sizeof(rules[0]), rules };
