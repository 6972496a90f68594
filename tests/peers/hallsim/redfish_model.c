/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "redfish_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "redfish_page.h"
#include "redfish_telemetry.h"

#define SENSORS 8

/* A captured resource: its file, whole. */
static char *read_file(const char *tree, const char *path)
{
	char name[1024];
	if (strstr(path, "..") != NULL ||
	    (size_t)snprintf(name, sizeof(name), "%s%s/index.json", tree, path) >= sizeof(name))
		return NULL;
	FILE *file = fopen(name, "re");
	if (file == NULL)
		return NULL;
	char *body = malloc(REDFISH_BODY);
	size_t length = body != NULL ? fread(body, 1, REDFISH_BODY - 1, file) : 0;
	fclose(file);
	if (body != NULL)
		body[length] = '\0';
	return body;
}

static void root(struct redfish_page *page, const struct redfish_service *s)
{
	redfish_head(page, "/redfish/v1/", "ServiceRoot.v1_15_0.ServiceRoot", "RootService");
	redfish_put(page,
	    ",\"RedfishVersion\":\"1.17.0\",\"Vendor\":\"Hallsim\",\"Product\":\"Simulated BMC %u\",\"ProtocolFeaturesSupported\":"
	    "{\"ExpandQuery\":{\"NoLinks\":%s,\"ExpandAll\":false,\"Levels\":true,\"Links\":false,\"MaxLevels\":1}},"
	    "\"Chassis\":{\"@odata.id\":\"/redfish/v1/Chassis\"},\"Systems\":{\"@odata.id\":\"/redfish/v1/Systems\"},"
	    "\"Managers\":{\"@odata.id\":\"/redfish/v1/Managers\"},%s\"SessionService\":{\"@odata.id\":\"/redfish/v1/SessionService\"},"
	    "\"Links\":{\"Sessions\":{\"@odata.id\":\"/redfish/v1/SessionService/Sessions\"}}}",
	    s->number, s->modern ? "true" : "false", s->reporting ? "\"TelemetryService\":{\"@odata.id\":\"/redfish/v1/TelemetryService\"}," : "");
}

static void collection(struct redfish_page *page, const char *path, const char *type, const char *member)
{
	redfish_head(page, path, type, "Collection");
	redfish_put(page, ",\"Members@odata.count\":1,\"Members\":[{\"@odata.id\":\"%s\"}]}", member);
}

static void chassis(struct redfish_page *page, const struct redfish_service *s)
{
	redfish_head(page, "/redfish/v1/Chassis/1", "Chassis.v1_22_0.Chassis", "1");
	redfish_put(page, ",\"ChassisType\":\"RackMount\",\"Manufacturer\":\"Hallsim\",\"Model\":\"SIM-1U\",\"SerialNumber\":\"SIM%06u\","
	          "\"PowerState\":\"On\",\"Status\":{\"State\":\"Enabled\",\"Health\":\"OK\"}", s->number);
	if (s->reporting)
		redfish_put(page, ",\"PowerSubsystem\":{\"@odata.id\":\"/redfish/v1/Chassis/1/PowerSubsystem\"}");
	if (s->modern)
		redfish_put(page, ",\"EnvironmentMetrics\":{\"@odata.id\":\"/redfish/v1/Chassis/1/EnvironmentMetrics\"},"
		          "\"Sensors\":{\"@odata.id\":\"/redfish/v1/Chassis/1/Sensors\"}}");
	else
		redfish_put(page, ",\"Power\":{\"@odata.id\":\"/redfish/v1/Chassis/1/Power\"},\"Thermal\":{\"@odata.id\":\"/redfish/v1/Chassis/1/Thermal\"}}");
}

static void system_(struct redfish_page *page, const struct redfish_service *s)
{
	redfish_head(page, "/redfish/v1/Systems/1", "ComputerSystem.v1_20_0.ComputerSystem", "1");
	redfish_put(page, ",\"Manufacturer\":\"Hallsim\",\"Model\":\"SIM-1U\",\"SerialNumber\":\"SIM%06u\",\"PowerState\":\"On\","
	          "\"MemorySummary\":{\"TotalSystemMemoryGiB\":256},\"ProcessorSummary\":{\"Count\":2}%s}", s->number,
	    s->reporting ? ",\"Processors\":{\"@odata.id\":\"/redfish/v1/Systems/1/Processors\"}" : "");
}

/* A supply takes half of what the machine draws, or what its cord gives in a hall; 94 % of it comes out. */
static void power(struct redfish_page *page, const struct redfish_service *s, int64_t now_ms)
{
	struct bmc_power p = redfish_power(s, now_ms);
	int64_t twice[2] = {p.watts, p.watts}; /* what each takes, doubled */
	if (s->power != NULL) {
		twice[0] = 2 * p.first;
		twice[1] = 2 * (p.watts - p.first);
	}
	redfish_head(page, "/redfish/v1/Chassis/1/Power", "Power.v1_7_1.Power", "Power");
	redfish_put(page, ",\"PowerControl\":[{\"@odata.id\":\"/redfish/v1/Chassis/1/Power#/PowerControl/0\",\"MemberId\":\"0\",\"Name\":"
	          "\"System Power Control\",\"PowerConsumedWatts\":%" PRId64 ",\"PowerMetrics\":{\"IntervalInMin\":%" PRId64
	          ",\"MinConsumedWatts\":%" PRId64 ",\"MaxConsumedWatts\":%" PRId64 ",\"AverageConsumedWatts\":%" PRId64 "}}],\"PowerSupplies\":[",
	    p.watts, p.period_ms / 60000, p.low, p.high, p.mean);
	for (int i = 0; i < 2; i++) {
		if (s->pulled == i + 1) {
			redfish_put(page, "%s{\"@odata.id\":\"/redfish/v1/Chassis/1/Power#/PowerSupplies/%d\",\"MemberId\":\"%d\",\"Name\":\"PSU%d\","
			          "\"Status\":{\"State\":\"Absent\"}}", i > 0 ? "," : "", i, i, i + 1);
			continue;
		}
		redfish_put(page, "%s{\"@odata.id\":\"/redfish/v1/Chassis/1/Power#/PowerSupplies/%d\",\"MemberId\":\"%d\",\"Name\":\"PSU%d\","
		          "\"PowerCapacityWatts\":800,\"LineInputVoltage\":230,\"PowerInputWatts\":%" PRId64 ".%d,\"PowerOutputWatts\":%" PRId64
		          ".%02d,\"SerialNumber\":\"SIMPSU%06u%d%s\",\"Status\":{\"State\":\"Enabled\",\"Health\":\"OK\"}}",
		    i > 0 ? "," : "", i, i, i + 1, twice[i] / 2, twice[i] % 2 ? 5 : 0, twice[i] * 47 / 100, (int)(twice[i] * 47 % 100), s->number, i,
		    s->exchanged == i + 1 ? "X" : "");
	}
	redfish_put(page, "]}");
}

static void thermal(struct redfish_page *page, const struct redfish_service *s)
{
	redfish_head(page, "/redfish/v1/Chassis/1/Thermal", "Thermal.v1_7_1.Thermal", "Thermal");
	redfish_put(page, ",\"Temperatures\":[{\"MemberId\":\"0\",\"Name\":\"Inlet\",\"ReadingCelsius\":%u,\"Status\":{\"State\":\"Enabled\"}},"
	          "{\"MemberId\":\"1\",\"Name\":\"Riser\",\"ReadingCelsius\":0,\"Status\":{\"State\":\"Absent\"}}],\"Fans\":[{\"MemberId\":\"0\","
	          "\"Name\":\"Fan 1\",\"Reading\":6480,\"ReadingUnits\":\"RPM\",\"Status\":{\"State\":\"Enabled\"}}]}", 20 + s->number % 8);
}

static void environment(struct redfish_page *page, const struct redfish_service *s, int64_t now_ms)
{
	redfish_head(page, "/redfish/v1/Chassis/1/EnvironmentMetrics", "EnvironmentMetrics.v1_3_0.EnvironmentMetrics", "EnvironmentMetrics");
	redfish_put(page, ",\"PowerWatts\":{\"DataSourceUri\":\"/redfish/v1/Chassis/1/Sensors/S0\",\"Reading\":%" PRId64 "}}",
	    redfish_power(s, now_ms).watts);
}

static void sensor(struct redfish_page *page, const struct redfish_service *s, int n, int64_t now_ms)
{
	char path[64], id[8];
	snprintf(path, sizeof(path), "/redfish/v1/Chassis/1/Sensors/S%d", n);
	snprintf(id, sizeof(id), "S%d", n);
	redfish_head(page, path, "Sensor.v1_7_0.Sensor", id);
	if (n == 0)
		redfish_put(page, ",\"ReadingType\":\"Power\",\"ReadingUnits\":\"W\",\"Reading\":%" PRId64 "}", redfish_power(s, now_ms).watts);
	else
		redfish_put(page, ",\"ReadingType\":\"Temperature\",\"ReadingUnits\":\"Cel\",\"Reading\":%d.25}", 20 + n);
}

static void sensors(struct redfish_page *page, const struct redfish_service *s, bool whole, int64_t now_ms)
{
	redfish_head(page, "/redfish/v1/Chassis/1/Sensors", "SensorCollection.SensorCollection", "Sensors");
	redfish_put(page, ",\"Members@odata.count\":%d,\"Members\":[", SENSORS);
	for (int i = 0; i < SENSORS; i++) {
		redfish_put(page, "%s", i > 0 ? "," : "");
		if (whole)
			sensor(page, s, i, now_ms);
		else
			redfish_put(page, "{\"@odata.id\":\"/redfish/v1/Chassis/1/Sensors/S%d\"}", i);
	}
	redfish_put(page, "]}");
}

static bool made_up(struct redfish_page *page, const struct redfish_service *s, const char *path, const char *query, int64_t now_ms)
{
	static const char sensor_prefix[] = "/redfish/v1/Chassis/1/Sensors/S";
	if (strcmp(path, "/redfish/v1") == 0)
		root(page, s);
	else if (strcmp(path, "/redfish/v1/Chassis") == 0)
		collection(page, path, "ChassisCollection.ChassisCollection", "/redfish/v1/Chassis/1");
	else if (strcmp(path, "/redfish/v1/Systems") == 0)
		collection(page, path, "ComputerSystemCollection.ComputerSystemCollection", "/redfish/v1/Systems/1");
	else if (strcmp(path, "/redfish/v1/Managers") == 0)
		collection(page, path, "ManagerCollection.ManagerCollection", "/redfish/v1/Managers/1");
	else if (strcmp(path, "/redfish/v1/Managers/1") == 0) {
		redfish_head(page, path, "Manager.v1_19_0.Manager", "1");
		redfish_put(page, ",\"ManagerType\":\"BMC\",\"FirmwareVersion\":\"1.0\"}");
	} else if (strcmp(path, "/redfish/v1/Chassis/1") == 0)
		chassis(page, s);
	else if (strcmp(path, "/redfish/v1/Systems/1") == 0)
		system_(page, s);
	else if (!s->modern && strcmp(path, "/redfish/v1/Chassis/1/Power") == 0)
		power(page, s, now_ms);
	else if (!s->modern && strcmp(path, "/redfish/v1/Chassis/1/Thermal") == 0)
		thermal(page, s);
	else if (s->modern && strcmp(path, "/redfish/v1/Chassis/1/EnvironmentMetrics") == 0)
		environment(page, s, now_ms);
	else if (s->modern && strcmp(path, "/redfish/v1/Chassis/1/Sensors") == 0)
		sensors(page, s, strstr(query, "$expand") != NULL, now_ms);
	else if (s->modern && strncmp(path, sensor_prefix, sizeof(sensor_prefix) - 1) == 0 &&
	         strlen(path) == sizeof(sensor_prefix) && path[sizeof(sensor_prefix) - 1] >= '0' && path[sizeof(sensor_prefix) - 1] < '0' + SENSORS)
		sensor(page, s, path[sizeof(sensor_prefix) - 1] - '0', now_ms);
	else
		return s->reporting && redfish_telemetry(page, s, path, now_ms);
	return true;
}

char *redfish_model(const struct redfish_service *s, const char *path, const char *query, int64_t now_ms)
{
	if (s->tree != NULL)
		return read_file(s->tree, path);
	struct redfish_page page = {.text = malloc(16384), .room = 16384};
	if (page.text == NULL || !made_up(&page, s, path, query, now_ms)) {
		free(page.text);
		return NULL;
	}
	return page.text;
}
