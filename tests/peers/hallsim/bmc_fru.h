/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_fru.h - FRU inventory: the server (device 0) and its two PSUs (devices 1 and 2). */
#ifndef HALLSIM_BMC_FRU_H
#define HALLSIM_BMC_FRU_H

#include "bmc_profile.h"

#define BMC_FRU_DEVICES 3
#define BMC_FRU_MAX 512
#define BMC_FRU_SERIAL 24

/* What is installed at this moment. */
struct bmc_fru_subject {
	const struct bmc_profile *profile;
	uint32_t number; /* the BMC */
	int device;      /* 0 .. BMC_FRU_DEVICES - 1 */
	bool replaced;   /* the parts have been exchanged: other serial numbers */
};

/* The serial number of the part: of the server's product area, or of the PSU. */
void bmc_fru_serial(const struct bmc_fru_subject *subject, char out[BMC_FRU_SERIAL]);

/* The serial numbers of the server's chassis and board. */
void bmc_fru_chassis_serial(const struct bmc_fru_subject *subject, char out[BMC_FRU_SERIAL]);
void bmc_fru_board_serial(const struct bmc_fru_subject *subject, char out[BMC_FRU_SERIAL]);

/* Writes the whole inventory area; returns its length, a multiple of 8. */
size_t bmc_fru_write(const struct bmc_fru_subject *subject, uint8_t out[BMC_FRU_MAX]);

#endif
