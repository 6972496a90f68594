/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_table.c - what a BMC must be found to say: the table that the honesty test compares with. */
#include "bmc_serve.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bmc_farm.h"
#include "bmc_fru.h"

void bmc_profiles_write(void)
{
	for (size_t i = 0; bmc_profile_at(i) != NULL; i++)
		printf("%-12s %s\n", bmc_profile_at(i)->name, bmc_profile_at(i)->about);
}

static void write_sensors(const struct bmc_profile *profile, const struct bmc_power *power)
{
	char value[64];
	const char *comma = "";
	printf("\"sensors\":{");
	for (size_t i = 0; i < profile->sensors->count; i++) {
		const struct bmc_sensor *sensor = &profile->sensors->sensors[i];
		if (sensor->owner != 0 || sensor->source == BMC_SENSOR_DISCRETE)
			continue;
		if (bmc_sensor_value(sensor, power, value, sizeof(value)))
			printf("%s\"%s\":%s", comma, sensor->name, value);
		else
			printf("%s\"%s\":null", comma, sensor->name);
		comma = ",";
	}
	printf("},");
}

static void write_frus(const struct bmc_profile *profile, uint32_t number)
{
	char serial[BMC_FRU_SERIAL];
	struct bmc_fru_subject subject = {.profile = profile, .number = number};
	bmc_fru_chassis_serial(&subject, serial);
	printf("\"chassis_serial\":\"%s\",", serial);
	bmc_fru_board_serial(&subject, serial);
	printf("\"board_serial\":\"%s\",\"serials\":[", serial);
	for (int i = 0; i < BMC_FRU_DEVICES; i++) {
		subject.device = i;
		bmc_fru_serial(&subject, serial);
		printf("%s\"%s\"", i > 0 ? "," : "", serial);
	}
	printf("],");
}

static void write_access(const struct bmc_profile *profile)
{
	printf("\"suites\":[%s%s%s],\"slots\":%d,\"idle_s\":%d,", profile->suite3 ? "3" : "",
	       profile->suite3 && profile->suite17 ? "," : "", profile->suite17 ? "17" : "",
	       profile->slots, profile->idle_s);
	printf("\"users\":{");
	for (int i = 0; i < BMC_USERS_MAX && profile->users[i].name != NULL; i++)
		printf("%s\"%s\":\"%s\"", i > 0 ? "," : "", profile->users[i].name,
		       profile->users[i].password);
	if (profile->kg != NULL)
		printf("},\"kg\":\"%s\",", profile->kg);
	else
		printf("},\"kg\":null,");
}

int bmc_table_write(const struct bmc_serve_options *options, uint32_t number,
                    struct sim_fault *fault)
{
	struct bmc_farm farm;
	if (bmc_farm_open(&farm, options->count, options->seed, NULL, fault) < 0)
		return -1;
	for (int i = 0; options->profiles[i] != NULL; i++) {
		if (bmc_farm_assign(&farm, options->profiles[i], fault) < 0) {
			bmc_farm_close(&farm);
			return -1;
		}
	}
	const struct bmc_profile *profile = bmc_farm_profile(&farm, number);
	struct bmc_power power = bmc_power_at(options->seed, number, options->now_ms);
	printf("{\"bmc\":%" PRIu32 ",\"profile\":\"%s\",\"model\":\"%s\",\"firmware\":\"%u.%02x\",",
	       number, profile->name, profile->model, profile->firmware_major,
	       profile->firmware_minor);
	write_access(profile);
	write_sensors(profile, &power);
	write_frus(profile, number);
	printf("\"on\":%s,\"watts\":%" PRId64 ",\"dcmi\":", profile->off ? "false" : "true",
	       power.watts);
	if (profile->dcmi == BMC_DCMI_YES)
		printf("{\"watts\":%" PRId64 ",\"low\":%" PRId64 ",\"high\":%" PRId64
		       ",\"mean\":%" PRId64 ",\"period_ms\":%" PRId64 "}",
		       power.watts, power.low, power.high, power.mean, power.period_ms);
	else
		fputs(profile->dcmi == BMC_DCMI_INACTIVE ? "\"inactive\"" : "null", stdout);
	printf("}\n");
	bmc_farm_close(&farm);
	return 0;
}
