/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_count.h - what a BMC, or all of them, have seen: load tests judge a client by these. */
#ifndef HALLSIM_BMC_COUNT_H
#define HALLSIM_BMC_COUNT_H

#include <stddef.h>
#include <stdint.h>

#define BMC_CODES_MAX 64 /* different commands counted apart; the rest is one more */

enum bmc_counter {
	BMC_COUNT_IN,             /* packets received */
	BMC_COUNT_OUT,            /* packets sent */
	BMC_COUNT_LOST,           /* dropped by a fault, received or to be sent */
	BMC_COUNT_PING,           /* ASF pings */
	BMC_COUNT_MALFORMED,      /* not taken apart */
	BMC_COUNT_STRANGE,        /* a session that does not exist (any more) */
	BMC_COUNT_BAD_CODE,       /* the authentication code differs */
	BMC_COUNT_BAD_TRAILER,    /* integrity pad, pad length or next header */
	BMC_COUNT_BAD_PADDING,    /* confidentiality pad */
	BMC_COUNT_UNPROTECTED,    /* in a session, not encrypted or not authenticated */
	BMC_COUNT_REPLAYED,       /* a session sequence number seen before */
	BMC_COUNT_OUTSIDE,        /* one outside of the window */
	BMC_COUNT_BAD_CHECKSUM,   /* of the message */
	BMC_COUNT_OPENS,          /* Open Session requests */
	BMC_COUNT_OPENS_REFUSED,  /* refused for any reason */
	BMC_COUNT_NO_SLOT,        /* refused for want of a slot */
	BMC_COUNT_LOGINS_BEGUN,   /* RAKP1, repetitions not counted */
	BMC_COUNT_LOGINS,         /* sessions that came about */
	BMC_COUNT_LOGINS_FAILED,  /* bad name or password, at either end */
	BMC_COUNT_LOGINS_REFUSED, /* refused while locked out */
	BMC_COUNT_LOCKOUTS,
	BMC_COUNT_ABANDONED, /* logins that did not go on */
	BMC_COUNT_CLOSED,    /* sessions closed by the client */
	BMC_COUNT_IDLE,      /* sessions forgotten because nobody used them */
	BMC_COUNT_FORGOTTEN, /* sessions forgotten by a fault */
	BMC_COUNT_COMMANDS,
	BMC_COUNT_REFUSED, /* commands answered with a completion code other than 00h */
	BMC_COUNTERS,
};

/* How often the command `code` (network function in the upper octet) came. */
struct bmc_code_count {
	uint16_t code;
	uint64_t times;
};

struct bmc_counts {
	uint64_t values[BMC_COUNTERS];
	struct bmc_code_count *codes; /* sorted by nothing */
	size_t code_count;
	uint64_t other_codes;
};

extern const char *const bmc_counter_names[BMC_COUNTERS];

/* Counts one command. */
void bmc_count_code(struct bmc_counts *counts, uint16_t code);

/* Writes the counters as the members of a JSON object, without braces; returns the length. */
size_t bmc_count_write(const struct bmc_counts *counts, char *out, size_t room);

void bmc_count_free(struct bmc_counts *counts);

#endif
