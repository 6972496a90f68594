/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_farm.h - many BMCs, each made when somebody first talks to it, and the net between. */
#ifndef HALLSIM_BMC_FARM_H
#define HALLSIM_BMC_FARM_H

#include "bmc.h"

#define BMC_FARM_MAX 65536
#define BMC_ASSIGNMENTS_MAX 32

/* Which BMCs have a profile: those from `first` to `last` whose number leaves `remainder`. */
struct bmc_assignment {
	uint32_t first, last, modulus, remainder;
	struct bmc_profile profile;
};

struct bmc_farm {
	struct bmc_world world;
	uint32_t count;
	struct bmc **bmcs;
	struct bmc_assignment assignments[BMC_ASSIGNMENTS_MAX];
	size_t assignment_count;
};

/* Takes a packet that leaves BMC `number` for `peer` after `delay_ms`. */
typedef void bmc_farm_emit(void *arg, uint32_t number, uint64_t peer, const uint8_t *data,
                           size_t length, int64_t delay_ms);

/* Makes `farm` one of `count` BMCs of the profile "rack", whose power comes from `source`, NULL for
 * bmc_power_at. */
int bmc_farm_open(struct bmc_farm *farm, uint32_t count, uint64_t seed,
                  const struct bmc_power_source *source, struct sim_fault *fault);
void bmc_farm_close(struct bmc_farm *farm);

/* Gives BMCs a profile: "NAME", "RANGE:NAME", or "each" for all profiles in turn. */
int bmc_farm_assign(struct bmc_farm *farm, const char *text, struct sim_fault *fault);

/* The profile of BMC `number`. */
const struct bmc_profile *bmc_farm_profile(const struct bmc_farm *farm, uint32_t number);

/* Sets the clocks: run time (monotonic) and UTC. */
void bmc_farm_set_time(struct bmc_farm *farm, int64_t run_ms, int64_t at_ms);

/* Takes a packet for BMC `number` and emits what comes of it. */
void bmc_farm_receive(struct bmc_farm *farm, uint32_t number, uint64_t peer, const uint8_t *data,
                      size_t size, bmc_farm_emit *emit, void *arg);

/* How many sessions live now, all together, and how many BMCs have been talked to. */
uint64_t bmc_farm_live_sessions(struct bmc_farm *farm);
uint32_t bmc_farm_known(const struct bmc_farm *farm);

#endif
