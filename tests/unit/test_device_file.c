/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "device_file.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char others[8][DEVICE_ID_SIZE];

static void expect_id(const char *name, const char *id)
{
	char got[DEVICE_ID_SIZE];
	device_file_id(name, "192.0.2.7", others, 0, got);
	assert_string_equal(got, id);
}

static void an_id_is_made_of_the_name(void **state)
{
	(void)state;
	expect_id("pdu-a1", "pdu-a1");
	expect_id("PDU_A1.hall.example.org", "pdu_a1");
	expect_id("Rack 7, left", "rack-7-left");
	expect_id("R\xc3\xa5" "ck", "r-ck");
	expect_id("10.0.0.5", "10.0.0.5"); /* no host with a domain */
	expect_id("", "192.0.2.7");
	expect_id(" - ", "192.0.2.7");
	expect_id("\"}]", "192.0.2.7");
}

static void ids_are_unique_and_not_too_long(void **state)
{
	(void)state;
	char long_name[301], got[DEVICE_ID_SIZE];
	memset(long_name, 'a', 300);
	long_name[300] = '\0';
	for (size_t i = 0; i < 3; i++)
		device_file_id("ups", "192.0.2.7", others, i, others[i]);
	assert_string_equal(others[1], "ups-2");
	assert_string_equal(others[2], "ups-3");
	device_file_id(long_name, "", others, 3, others[3]);
	device_file_id(long_name, "", others, 4, got);
	assert_int_equal(strlen(others[3]), 64);
	assert_string_equal(got + 62, "aa-2");
}

static const struct hwatt_collector protocol = { .name = "snmp", .default_port = 161 };

static struct sweep_host host_at(const char *address, int access, const char *name)
{
	union cidr_address at = { .any.sa_family = AF_INET };
	assert_int_equal(inet_pton(AF_INET, address, &at.v4.sin_addr), 1);
	struct sweep_host host = sweep_host_at(&at);
	host.access[SWEEP_SNMP] = access;
	host.name[SWEEP_SNMP] = name;
	return host;
}

static struct introduction one(const struct sweep_host *host, const char *serial, enum hwatt_power_role role)
{
	return (struct introduction){ .host = host, .access = host->access[SWEEP_SNMP], .vendor = "Maker", .model = "M1", .serial = serial, .firmware = "",
				      .profile = "p", .profile_reason = "it fits", .error = "", .power_role = role };
}

static void expect(const struct device_file *file, bool json, const char *wanted)
{
	struct hwatt_text out;
	hwatt_text_init(&out, 1 << 20);
	if (json)
		device_file_json(file, &out);
	else
		device_file_yaml(file, &out);
	assert_string_equal(hwatt_text_string(&out), wanted);
	hwatt_text_free(&out);
}

static void a_file_has_what_was_found(void **state)
{
	(void)state;
	struct sweep_host hosts[] = { host_at("192.0.2.1", 0, "pdu"), host_at("192.0.2.2", 1, "pdu"),
				      host_at("192.0.2.3", -1, ""), host_at("192.0.2.4", 2, ""), host_at("192.0.2.5", -1, "") };
	hosts[2].access[SWEEP_IPMI] = hosts[4].access[SWEEP_IPMI] = 4;
	hosts[2].version[SWEEP_IPMI] = "2.0";
	hosts[4].version[SWEEP_IPMI] = "1.5";
	hosts[4].trouble[SWEEP_IPMI] = "speaks only IPMI 1.5, which hallwatt does not";
	hosts[2].access[SWEEP_REDFISH] = 3;
	hosts[2].name[SWEEP_REDFISH] = "iRMC";
	struct introduction items[] = { one(&hosts[0], "S1", HWATT_POWER_PDU), one(&hosts[1], "S1", HWATT_POWER_NONE) };
	items[1].error = "no answer";
	items[0].model = items[1].model = "MAKER M1"; /* some say both in one */
	struct sweep_access accesses[] = { { .collector = &protocol, .port = 161 }, { .collector = &protocol, .port = 1161 },
					  { .collector = &protocol, .presence = true, .port = 161 },
					  { .protocol = SWEEP_REDFISH, .presence = true, .port = 8443 },
					  { .protocol = SWEEP_IPMI, .presence = true, .port = 623 } };
	struct device_file_access words[] = { { .community = "public" }, { .community = "se\"cret", .version_1 = true },
					  { .said = "" }, { .said = "" }, { .said = "" } };
	struct device_file file = { .items = items, .count = 2, .hosts = hosts, .host_count = 5, .accesses = accesses,
				    .words = words, .access_count = 5 };
	expect(&file, false,
	       "# Found by hallwatt discover: 2 of 5 addresses answer SNMP.\n"
	       "# To be edited, then taken in with `include:`; `hallwatt check` says what is still amiss.\n"
	       "# Put the id of a site in place of SITE.\n"
	       "credentials:\n"
	       "  found-2: {snmp: {version: \"1\", community: \"se\\\"cret\"}}\n"
	       "devices:\n"
	       "  # MAKER M1, serial S1, called pdu\n"
	       "  # profile p: it fits\n"
	       "  - {id: \"pdu\", address: \"snmp://192.0.2.1\", site: \"SITE\", power_role: pdu}\n"
	       "  # MAKER M1, serial S1, called pdu\n"
	       "  # profile p: it fits\n"
	       "  # it did not tell all: no answer\n"
	       "  # the same serial number as pdu: perhaps the same device at another address\n"
	       "  # power_role: grid, pdu, it, cooling ... where it measures power\n"
	       "  - {id: \"pdu-2\", address: \"snmp://192.0.2.2:1161\", credentials: \"found-2\", site: \"SITE\"}\n"
	       "# These answer SNMPv3, and nothing else that was asked: give them the credentials of a user, then take\n"
	       "# the # away.\n"
	       "#   - {id: \"snmp-192.0.2.4\", address: \"snmp://192.0.2.4\", credentials: USERS, site: \"SITE\"}\n"
	       "# These answer IPMI (BMCs of servers): give them credentials, then take the # away.\n"
	       "#   - {id: \"bmc-192.0.2.3\", address: \"ipmi://192.0.2.3\", credentials: BMCS, site: \"SITE\", power_role: it}\n"
	       "#   192.0.2.5 speaks only IPMI 1.5, which hallwatt does not\n"
	       "# These answer Redfish: give them credentials, then take the # away. One that stands above for IPMI, too,\n"
	       "# is the same machine, to be polled by one of the two.\n"
	       "#   - {id: \"bmc-192.0.2.3\", address: \"redfish://192.0.2.3:8443\", credentials: BMCS, site: \"SITE\", power_role: it}\n");
	items[0].model = "M1";
	file.site = "hall-1";
	file.count = 1;
	expect(&file, true,
	       "{\"schema\":1,\"addresses\":5,\"devices\":[\n"
	       "{\"id\":\"pdu\",\"address\":\"snmp://192.0.2.1\",\"version\":\"2c\",\"community\":\"public\",\"site\":\"hall-1\","
	       "\"name\":\"pdu\",\"vendor\":\"Maker\",\"model\":\"M1\",\"serial\":\"S1\",\"profile\":\"p\","
	       "\"profile_reason\":\"it fits\",\"power_role\":\"pdu\"}],\n"
	       "\"bmcs\":[\n{\"address\":\"192.0.2.3\",\"port\":623,\"version\":\"2.0\"},\n"
	       "{\"address\":\"192.0.2.5\",\"port\":623,\"version\":\"1.5\"}],\n"
	       "\"redfish\":[\n{\"address\":\"192.0.2.3\",\"port\":8443,\"name\":\"iRMC\"}],\n"
	       "\"snmp_v3\":[\n{\"address\":\"192.0.2.4\",\"port\":161}]}\n");
}

static void a_user_is_told_as_credentials_would_say_it(void **state)
{
	(void)state;
	struct sweep_host hosts[] = { host_at("192.0.2.1", 0, "") };
	struct introduction items[] = { one(&hosts[0], "", HWATT_POWER_PDU) };
	struct sweep_access accesses[] = { { .collector = &protocol, .port = 161 } };
	struct device_file_access words[] = { { .said = "{version: \"3\", user: \"fred\"}" } };
	struct device_file file = { .items = items, .count = 1, .hosts = hosts, .host_count = 1, .accesses = accesses,
				    .words = words, .access_count = 1, .site = "hall-1" };
	expect(&file, false,
	       "# Found by hallwatt discover: 1 of 1 addresses answer SNMP.\n"
	       "# To be edited, then taken in with `include:`; `hallwatt check` says what is still amiss.\n"
	       "credentials:\n"
	       "  found-1: {snmp: {version: \"3\", user: \"fred\"}}\n"
	       "devices:\n"
	       "  # Maker M1\n"
	       "  # profile p: it fits\n"
	       "  - {id: \"192.0.2.1\", address: \"snmp://192.0.2.1\", credentials: \"found-1\", site: \"hall-1\", power_role: pdu}\n");
}

static void a_power_role_is_given_where_the_family_has_it(void **state)
{
	(void)state;
	struct hwatt_profile_reading pdu[] = { { .role = HWATT_INLET }, { .role = HWATT_OUTLET } };
	struct hwatt_profile_reading ups[] = { { .role = HWATT_OUTLET }, { .role = HWATT_UPS_OUTPUT } };
	struct hwatt_profile_reading meter[] = { { .role = HWATT_INLET }, { .role = HWATT_PHASE } };
	struct hwatt_profile profiles[] = { { .name = "pdu", .readings = pdu, .reading_count = 2 },
					    { .name = "ups", .readings = ups, .reading_count = 2 },
					    { .name = "meter", .readings = meter, .reading_count = 2 } };
	struct hwatt_profile_set set = { .count = 3, .profiles = profiles };
	assert_int_equal(introduce_power_role(&set, "pdu"), HWATT_POWER_PDU);
	assert_int_equal(introduce_power_role(&set, "ups"), HWATT_POWER_UPS_OUTPUT);
	assert_int_equal(introduce_power_role(&set, "meter"), HWATT_POWER_NONE);
	assert_int_equal(introduce_power_role(&set, ""), HWATT_POWER_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_made_of_the_name),
		cmocka_unit_test(ids_are_unique_and_not_too_long),
		cmocka_unit_test(a_file_has_what_was_found),
		cmocka_unit_test(a_user_is_told_as_credentials_would_say_it),
		cmocka_unit_test(a_power_role_is_given_where_the_family_has_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
