/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_hall.h - what the management cards of the hall's servers say: what their outlets give, less
 * the loss of the cords. */
#ifndef HALLSIM_BMC_HALL_H
#define HALLSIM_BMC_HALL_H

#include "bmc_farm.h"
#include "course.h"

#define HALL_BMC_USER "hallwatt"
#define HALL_BMC_PASSWORD "poll-me-gently" /* bmc_profile.c */
#define HALL_REDFISH_PHRASE "the hall's servers" /* their key is made from it */

/* What the card of load `load` says at the present instant of `course`. */
struct bmc_power bmc_hall_power(const struct course *course, int load);

/* Makes `farm` the BMCs of the hall: number i is the device HALL_BMC_FIRST + i. */
int bmc_hall_open(struct bmc_farm *farm, const struct course *course, uint64_t seed,
                  struct sim_fault *fault);

/* The power of the servers that speak Redfish: number i is the device HALL_REDFISH_FIRST + i. */
struct bmc_power_source bmc_hall_redfish_power(const struct course *course);

#endif
