/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc_farm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MILLION 1000000
#define OVERTAKEN_MS 50

/* Power that is a function of seed, number and time. */
static void read_power(void *arg, uint32_t number, int64_t at_ms, struct bmc_power *out)
{
	const struct bmc_farm *farm = arg;
	*out = bmc_power_at(farm->world.seed, number, at_ms);
}

int bmc_farm_open(struct bmc_farm *farm, uint32_t count, uint64_t seed,
                  const struct bmc_power_source *source, struct sim_fault *fault)
{
	*farm = (struct bmc_farm){.count = count};
	farm->world.seed = seed;
	farm->world.power = (struct bmc_power_source){.read = read_power, .arg = farm};
	if (source != NULL)
		farm->world.power = *source;
	farm->bmcs = calloc(count, sizeof(*farm->bmcs));
	if (farm->bmcs == NULL)
		return sim_fail(fault, "out of memory");
	farm->world.crypto = rmcpp_crypto_new(fault);
	if (farm->world.crypto == NULL || bmc_farm_assign(farm, "rack", fault) < 0) {
		bmc_farm_close(farm);
		return -1;
	}
	return 0;
}

void bmc_farm_close(struct bmc_farm *farm)
{
	for (uint32_t i = 0; i < farm->count && farm->bmcs != NULL; i++) {
		if (farm->bmcs[i] == NULL)
			continue;
		bmc_free(farm->bmcs[i]);
		free(farm->bmcs[i]);
	}
	free(farm->bmcs);
	farm->bmcs = NULL;
	rmcpp_crypto_free(farm->world.crypto);
	farm->world.crypto = NULL;
	bmc_count_free(&farm->world.total);
}

/* Adds one assignment. */
static int assign(struct bmc_farm *farm, const struct bmc_assignment *assignment,
                  struct sim_fault *fault)
{
	if (farm->assignment_count == BMC_ASSIGNMENTS_MAX)
		return sim_fail(fault, "more than %d profiles are assigned", BMC_ASSIGNMENTS_MAX);
	farm->assignments[farm->assignment_count++] = *assignment;
	return 0;
}

/* All profiles in turn. */
static int assign_each(struct bmc_farm *farm, struct sim_fault *fault)
{
	uint32_t profiles = 0;
	while (bmc_profile_at(profiles) != NULL)
		profiles++;
	for (uint32_t i = 0; i < profiles; i++) {
		struct bmc_assignment one = {.last = UINT32_MAX,
		                             .modulus = profiles,
		                             .remainder = i,
		                             .profile = *bmc_profile_at(i)};
		if (assign(farm, &one, fault) < 0)
			return -1;
	}
	return 0;
}

int bmc_farm_assign(struct bmc_farm *farm, const char *text, struct sim_fault *fault)
{
	struct bmc_assignment one = {.last = UINT32_MAX, .modulus = 1};
	const char *colon = strchr(text, ':'), *name = text;
	if (strcmp(text, "each") == 0)
		return assign_each(farm, fault);
	if (colon != NULL) {
		unsigned first = 0, last = 0;
		int used = 0;
		name = colon + 1;
		if (sscanf(text, "%9u-%9u:%n", &first, &last, &used) < 2 || used == 0) {
			used = 0;
			if (sscanf(text, "%9u:%n", &first, &used) < 1 || used == 0)
				return sim_fail(fault, "\"%s\": write 0-99:early", text);
			last = first;
		}
		if (text + used != name || last < first)
			return sim_fail(fault, "\"%s\": write 0-99:early", text);
		one.first = first;
		one.last = last;
	}
	const struct bmc_profile *profile = bmc_profile_find(name);
	if (profile == NULL)
		return sim_fail(fault, "there is no profile \"%s\"; see hallsim bmc-profiles", name);
	one.profile = *profile;
	return assign(farm, &one, fault);
}

const struct bmc_profile *bmc_farm_profile(const struct bmc_farm *farm, uint32_t number)
{
	for (size_t i = farm->assignment_count; i > 0; i--) { /* the last word counts */
		const struct bmc_assignment *one = &farm->assignments[i - 1];
		if (number >= one->first && number <= one->last &&
		    number % one->modulus == one->remainder)
			return &one->profile;
	}
	return NULL;
}

void bmc_farm_set_time(struct bmc_farm *farm, int64_t run_ms, int64_t at_ms)
{
	farm->world.run_ms = run_ms;
	farm->world.at_ms = at_ms;
}

/* The BMC `number`, made when it is new; NULL when there is no memory. */
static struct bmc *find(struct bmc_farm *farm, uint32_t number)
{
	struct bmc *bmc = farm->bmcs[number];
	if (bmc != NULL)
		return bmc;
	bmc = malloc(sizeof(*bmc));
	if (bmc != NULL)
		bmc_init(bmc, &farm->world, number, bmc_farm_profile(farm, number));
	farm->bmcs[number] = bmc;
	return bmc;
}

/* Whether a fault that strikes with some probability strikes now. */
static bool strikes(struct bmc_farm *farm, struct bmc *bmc, enum bmc_fault_kind kind)
{
	const struct bmc_rule *rule = bmc_rule(&farm->world, bmc, kind);
	return rule != NULL && (int64_t)(bmc_chance(bmc) % MILLION) < rule->value;
}

/* How long an answer takes: what the profile says and what a fault adds. */
static int64_t delay_of(struct bmc_farm *farm, struct bmc *bmc)
{
	const struct bmc_rule *rule = bmc_rule(&farm->world, bmc, BMC_FAULT_DELAY);
	int64_t low = bmc->profile->latency_low_ms, high = bmc->profile->latency_high_ms;
	if (rule != NULL) {
		low += rule->value;
		high += rule->other > rule->value ? rule->other : rule->value;
	}
	int64_t delay = low;
	if (high > low)
		delay += (int64_t)(bmc_chance(bmc) % (uint64_t)(high - low + 1));
	return strikes(farm, bmc, BMC_FAULT_REORDER) ? delay + OVERTAKEN_MS : delay;
}

/* Turns over a bit of the last part of the packet, which the authentication code covers or is. */
static void flip(struct bmc *bmc, struct bmc_answer *answer)
{
	size_t at = answer->length - 1 - bmc_chance(bmc) % 12;
	answer->data[at] ^= (uint8_t)(1u << bmc_chance(bmc) % 8);
}

/* Keeps an answer until the next request. */
static void hold(struct bmc *bmc, uint64_t peer, const struct bmc_answer *answer)
{
	struct bmc_held *held = malloc(sizeof(*held) + answer->length);
	if (held == NULL)
		return;
	held->peer = peer;
	held->length = answer->length;
	memcpy(held->data, answer->data, answer->length);
	free(bmc->held);
	bmc->held = held;
}

/* Sends an answer over a net that may be bad. */
static void send_answer(struct bmc_farm *farm, struct bmc *bmc, uint64_t peer,
                        struct bmc_answer *answer, bmc_farm_emit *emit, void *arg)
{
	if ((answer->in_session && strikes(farm, bmc, BMC_FAULT_FLIP)) ||
	    (answer->login && strikes(farm, bmc, BMC_FAULT_FLIP_LOGIN)))
		flip(bmc, answer);
	if (strikes(farm, bmc, BMC_FAULT_TRUNCATE))
		answer->length = bmc_chance(bmc) % answer->length;
	if (strikes(farm, bmc, BMC_FAULT_DROP)) {
		bmc_count(&farm->world, bmc, BMC_COUNT_LOST);
		return;
	}
	if (answer->in_session && strikes(farm, bmc, BMC_FAULT_LATE)) {
		hold(bmc, peer, answer);
		return;
	}
	int times = strikes(farm, bmc, BMC_FAULT_DUPLICATE) ? 2 : 1;
	for (int i = 0; i < times; i++) {
		bmc_count(&farm->world, bmc, BMC_COUNT_OUT);
		emit(arg, bmc->number, peer, answer->data, answer->length, delay_of(farm, bmc));
	}
}

void bmc_farm_receive(struct bmc_farm *farm, uint32_t number, uint64_t peer, const uint8_t *data,
                      size_t size, bmc_farm_emit *emit, void *arg)
{
	struct bmc_answer answer;
	if (number >= farm->count)
		return;
	struct bmc *bmc = find(farm, number);
	if (bmc == NULL)
		return;
	bmc_count(&farm->world, bmc, BMC_COUNT_IN);
	if (bmc_rule(&farm->world, bmc, BMC_FAULT_SILENT) != NULL ||
	    strikes(farm, bmc, BMC_FAULT_DROP)) {
		bmc_count(&farm->world, bmc, BMC_COUNT_LOST);
		return;
	}
	bmc_receive(&farm->world, bmc, peer, data, size, &answer);
	struct bmc_held *held = bmc->held;
	bmc->held = NULL;
	if (held != NULL) {
		bmc_count(&farm->world, bmc, BMC_COUNT_OUT);
		emit(arg, number, held->peer, held->data, held->length, 0);
		free(held);
	}
	if (answer.length > 0)
		send_answer(farm, bmc, peer, &answer, emit, arg);
}

uint64_t bmc_farm_live_sessions(struct bmc_farm *farm)
{
	uint64_t live = 0;
	for (uint32_t i = 0; i < farm->count; i++) {
		if (farm->bmcs[i] == NULL)
			continue;
		bmc_age(&farm->world, farm->bmcs[i]);
		live += (uint64_t)bmc_live_sessions(farm->bmcs[i]);
	}
	return live;
}

uint32_t bmc_farm_known(const struct bmc_farm *farm)
{
	uint32_t known = 0;
	for (uint32_t i = 0; i < farm->count; i++)
		known += farm->bmcs[i] != NULL;
	return known;
}
