/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_command.h - completion codes. */
#ifndef HALLSIM_BMC_COMMAND_H
#define HALLSIM_BMC_COMMAND_H

enum bmc_code {
	CODE_DONE = 0x00,
	CODE_ABOVE_LIMIT = 0x81,     /* Set Session Privilege Level */
	CODE_NO_SUCH_SESSION = 0x87, /* Close Session */
	CODE_BUSY = 0xc0,
	CODE_UNKNOWN = 0xc1,
	CODE_NO_RESERVATION = 0xc5,
	CODE_LENGTH = 0xc7,
	CODE_OUT_OF_RANGE = 0xc9,
	CODE_TOO_MUCH = 0xca,
	CODE_NOT_THERE = 0xcb,
	CODE_BAD_FIELD = 0xcc,
	CODE_PRIVILEGE = 0xd4,
};

#endif
