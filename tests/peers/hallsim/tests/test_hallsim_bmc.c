/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* test_hallsim_bmc.c - BMCs without a network: a whole conversation octet by octet, faults, power.
 *
 * The conversations in vectors/ were led by tests/rmcpp_client.py, which computes hashes and
 * ciphers by itself, with fixed nonces; `record-vectors` writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bmc_farm.h"
#include "bmc_fru.h"

#define INSTANT_MS INT64_C(1790000000000)
#define PEER UINT64_C(0x7f00000103e8)
#define PACKETS_MAX 8

/* What came out of a farm. */
struct catch {
	int count;
	size_t length[PACKETS_MAX];
	uint8_t data[PACKETS_MAX][RMCPP_PACKET_MAX];
	int64_t delay_ms[PACKETS_MAX];
};

static void take(void *arg, uint32_t number, uint64_t peer, const uint8_t *data, size_t length,
                 int64_t delay_ms)
{
	struct catch *caught = arg;
	(void)number;
	assert_true(peer == PEER);
	assert_true(caught->count < PACKETS_MAX && length <= RMCPP_PACKET_MAX);
	memcpy(caught->data[caught->count], data, length);
	caught->length[caught->count] = length;
	caught->delay_ms[caught->count++] = delay_ms;
}

/* A farm of seed 1 that stands at INSTANT_MS. */
static struct bmc_farm *farm_with(const char *profile)
{
	struct sim_fault fault = {{0}};
	struct bmc_farm *farm = malloc(sizeof(*farm));
	assert_non_null(farm);
	if (bmc_farm_open(farm, 16, 1, NULL, &fault) < 0 ||
	    bmc_farm_assign(farm, profile, &fault) < 0)
		fail_msg("%s", fault.text);
	bmc_farm_set_time(farm, 0, INSTANT_MS);
	return farm;
}

static void drop(struct bmc_farm *farm)
{
	bmc_farm_close(farm);
	free(farm);
}

/* Turns a line of hexadecimal digits into octets; returns how many. */
static size_t unhex(const char *text, uint8_t *out, size_t room)
{
	size_t length = 0;
	unsigned octet = 0;
	while (length < room && sscanf(text + 2 * length, "%2x", &octet) == 1)
		out[length++] = (uint8_t)octet;
	return length;
}

/* Plays `name`: lines "> hex" go to BMC 0, each is answered with the line "< hex" behind it. */
static void play(const char *name, const char *profile)
{
	char path[512], line[2 * RMCPP_PACKET_MAX + 4];
	uint8_t packet[RMCPP_PACKET_MAX];
	struct bmc_farm *farm = farm_with(profile);
	struct catch caught = {0};
	int answers = 0;
	snprintf(path, sizeof(path), "%s/vectors/%s", TEST_SOURCE_DIR, name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		size_t length = unhex(line + 2, packet, sizeof(packet));
		if (line[0] == '>') {
			caught = (struct catch){0};
			bmc_farm_receive(farm, 0, PEER, packet, length, take, &caught);
		} else if (line[0] == '<') {
			assert_int_equal(caught.count, 1);
			assert_int_equal(caught.length[0], length);
			assert_memory_equal(caught.data[0], packet, length);
			answers++;
		}
	}
	fclose(file);
	assert_true(answers >= 8);
	assert_int_equal(bmc_farm_live_sessions(farm), 0);
	drop(farm);
}

static void a_conversation_is_the_one_a_third_implementation_had(void **state)
{
	(void)state;
	play("suite-3", "rack");
	play("suite-17", "rack");
	play("suite-3-kg", "keyed");
	play("suite-17-kg", "keyed");
}

static void power_is_the_published_function(void **state)
{
	/* computed by check-bmcs' Python */
	static const struct {
		uint64_t seed;
		uint32_t number;
		int64_t at_s, watts;
	} cases[] = {
#include "vectors/power.inc"
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bmc_power power =
			bmc_power_at(cases[i].seed, cases[i].number, cases[i].at_s * 1000 + 999);
		assert_int_equal(power.watts, cases[i].watts);
		assert_true(power.low <= power.watts && power.watts <= power.high);
	}
}

static void power_runs_through_its_whole_range_and_back(void **state)
{
	(void)state;
	struct bmc_power at = bmc_power_at(3, 4, INSTANT_MS);
	int64_t low = INT64_MAX, high = 0, sum = 0;
	for (int64_t s = 0; s < 600; s++) {
		int64_t watts = bmc_power_at(3, 4, INSTANT_MS + s * 1000).watts;
		low = watts < low ? watts : low;
		high = watts > high ? watts : high;
		sum += watts;
	}
	assert_int_equal(low, at.low);
	assert_int_equal(high, at.high);
	assert_int_equal((sum + 300) / 600, at.mean);
	assert_int_equal(at.period_ms, 600000);
}

static void the_last_rule_that_holds_is_the_one(void **state)
{
	struct bmc_faults faults = {0};
	struct sim_fault fault = {{0}};
	(void)state;
	assert_int_equal(bmc_fault_add(&faults, "*:drop=1.5", &fault), 0);
	assert_int_equal(bmc_fault_add(&faults, "3-5:drop=50@10-20", &fault), 0);
	assert_int_equal(bmc_fault_add(&faults, "4:delay=5/9", &fault), 0);
	assert_int_equal(bmc_fault_find(&faults, BMC_FAULT_DROP, 4, 9999)->value, 15000);
	assert_int_equal(bmc_fault_find(&faults, BMC_FAULT_DROP, 4, 10000)->value, 500000);
	assert_int_equal(bmc_fault_find(&faults, BMC_FAULT_DROP, 5, 19999)->value, 500000);
	assert_int_equal(bmc_fault_find(&faults, BMC_FAULT_DROP, 5, 20000)->value, 15000);
	assert_int_equal(bmc_fault_find(&faults, BMC_FAULT_DROP, 6, 15000)->value, 15000);
	assert_int_equal(bmc_fault_find(&faults, BMC_FAULT_DELAY, 4, 0)->other, 9);
	assert_null(bmc_fault_find(&faults, BMC_FAULT_DELAY, 3, 0));
	while (faults.count < BMC_RULES_MAX)
		assert_int_equal(bmc_fault_add(&faults, "*:full", &fault), 0);
	assert_int_equal(bmc_fault_add(&faults, "*:full", &fault), -1);
}

static void profiles_go_to_ranges(void **state)
{
	struct sim_fault fault = {{0}};
	struct bmc_farm *farm = farm_with("each");
	(void)state;
	assert_string_equal(bmc_farm_profile(farm, 0)->name, "rack");
	assert_string_equal(bmc_farm_profile(farm, 12)->name, "early");
	assert_int_equal(bmc_farm_assign(farm, "2-3:modern", &fault), 0);
	assert_int_equal(bmc_farm_assign(farm, "7:total", &fault), 0);
	assert_string_equal(bmc_farm_profile(farm, 1)->name, "keyed");
	assert_string_equal(bmc_farm_profile(farm, 3)->name, "modern");
	assert_string_equal(bmc_farm_profile(farm, 7)->name, "total");
	assert_int_equal(bmc_farm_assign(farm, "7:", &fault), -1);
	assert_int_equal(bmc_farm_assign(farm, "x:rack", &fault), -1);
	drop(farm);
}

static void names_and_keys_fit_where_they_go(void **state)
{
	(void)state;
	for (size_t i = 0; bmc_profile_at(i) != NULL; i++) {
		const struct bmc_profile *profile = bmc_profile_at(i);
		uint8_t record[BMC_SDR_MAX], area[BMC_FRU_MAX];
		assert_true(profile->slots <= BMC_SLOTS_MAX && profile->slots > 0);
		assert_true(profile->kg == NULL || strlen(profile->kg) == BMC_KEY);
		for (int u = 0; u < BMC_USERS_MAX; u++) {
			assert_true(strlen(profile->users[u].name) <= BMC_NAME_MAX);
			assert_true(strlen(profile->users[u].password) <= BMC_KEY);
		}
		for (size_t s = 0; s < bmc_sdr_count(profile->sensors); s++) {
			size_t length = bmc_sdr_write(profile->sensors, s, record);
			assert_int_equal(length, (size_t)record[4] + BMC_SDR_HEADER);
			assert_int_equal(bmc_sdr_find(profile->sensors, bmc_sdr_id(s)), s);
		}
		for (size_t s = 0; s < profile->sensors->count; s++)
			assert_true(strlen(profile->sensors->sensors[s].name) <= 16);
		for (int d = 0; d < BMC_FRU_DEVICES; d++) {
			struct bmc_fru_subject subject = {profile, 65535, d, true};
			assert_int_equal(bmc_fru_write(&subject, area) % 8, 0);
		}
	}
}

static void a_bmc_exists_when_it_has_been_talked_to(void **state)
{
	static const uint8_t ping[] = {6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x80, 7, 0, 0};
	struct bmc_farm *farm = farm_with("rack");
	struct catch caught = {0};
	(void)state;
	bmc_farm_receive(farm, 3, PEER, ping, sizeof(ping), take, &caught);
	bmc_farm_receive(farm, 16, PEER, ping, sizeof(ping), take, &caught); /* is not there */
	assert_int_equal(bmc_farm_known(farm), 1);
	assert_int_equal(caught.count, 1);
	assert_int_equal(caught.data[0][9], 7); /* the tag comes back */
	drop(farm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conversation_is_the_one_a_third_implementation_had),
		cmocka_unit_test(power_is_the_published_function),
		cmocka_unit_test(power_runs_through_its_whole_range_and_back),
		cmocka_unit_test(the_last_rule_that_holds_is_the_one),
		cmocka_unit_test(profiles_go_to_ranges),
		cmocka_unit_test(names_and_keys_fit_where_they_go),
		cmocka_unit_test(a_bmc_exists_when_it_has_been_talked_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
