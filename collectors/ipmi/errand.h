/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* errand.h - one command and what its completion code asks of us: a higher privilege, or the same again as the controller is
 * busy. */
#ifndef IPMI_ERRAND_H
#define IPMI_ERRAND_H

#include "transport.h"

#define ERRAND_BUSY_TRIES 4u /* for the same command */
#define ERRAND_BUSY_MS 20u   /* before the second, three times as long before each further one: where the code does mean "busy" */

enum errand_code {
	ERRAND_BUSY = 0xc0, ERRAND_INVALID_COMMAND = 0xc1, ERRAND_INVALID_LUN = 0xc2, ERRAND_TIMEOUT = 0xc3, ERRAND_NO_RESERVATION = 0xc5,
	ERRAND_WRONG_LENGTH = 0xc7, ERRAND_TOO_LONG = 0xc8, ERRAND_OUT_OF_RANGE = 0xc9, ERRAND_CANNOT_RETURN = 0xca,
	ERRAND_NOT_PRESENT = 0xcb, ERRAND_DUPLICATED = 0xdf, ERRAND_PRIVILEGE = 0xd4, ERRAND_UNSPECIFIED = 0xff
};

struct errand { /* owned by the caller, {0} */
	struct transport *transport;
	struct transport_command command;
	uint8_t data[TRANSPORT_MAX_REQUEST];
	transport_done *done;
	void *arg;
	uint8_t busy;
};

/* Sends it; `done` follows once, later, with the last answer, or why there is none. */
void errand_run(struct errand *e, struct transport *transport, uint8_t netfn, uint8_t lun, uint8_t command, const void *data,
		size_t length, transport_done *done, void *arg);

static inline bool errand_busy(uint8_t code)
{
	return code == ERRAND_BUSY || code == ERRAND_TIMEOUT || code == ERRAND_DUPLICATED || code == ERRAND_UNSPECIFIED;
}

#endif
