/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_fault.h - what goes wrong on request: at which BMCs, when, how badly.
 *
 *   RANGE:NAME[=VALUE][@FROM-UNTIL]     RANGE is *, N or N-M; FROM and UNTIL are seconds of run time
 *
 *   silent            answers nothing              drop=P            P % of packets are lost, each way
 *   delay=LOW[/HIGH]  ms before each answer        duplicate=P       P % of answers come twice
 *   reorder=P         P % leave 50 ms later          truncate=P        P % are cut short
 *   flip=P            one bit of P % of answers in a session is turned over after they are sealed
 *   flip-login=P      the same for the codes of RAKP2 and RAKP4
 *   forget=S          all sessions are forgotten every S seconds
 *   full              no session slot is free      wrong-password    the users have other passwords
 *   no-suite-17       refuses suite 17             suite-lie         agrees to 3 when asked for 17
 *   short-errors      refusals to open a session are two octets long
 *   deaf              a repeated RAKP1 or RAKP3 is not answered
 *   restless          a repeated RAKP1 is answered with another random number
 *   busy=N/M          of M commands the first N are answered with C0h
 *   lost-reservation  every second read of an SDR is answered with C5h
 *   read-limit[=N]    reads of more than N (16) octets are answered with CAh
 *   sdr-loop          the last record names the first as the next
 *   unavailable       no sensor has a reading      replaced          serial numbers are other ones
 *   supply-replaced[=N]  supply N (1) has another serial number   supply-mute[=N]  its inventory is not there (CBh)
 *   lockout[=N/S]     after N (3) bad logins all are refused for S (60) seconds
 *   late=P            P % of answers are held back until the next request has come
 *   code=HEX          Get Power Reading is answered with this completion code
 *
 * and what old firmware gets wrong, always:
 *   role-nibble       hashes only the privilege, without the bit for lookup by name
 *   padded-user       hashes the name as if it were filled up to 16 octets
 *   short-rakp2       the code of RAKP2 lacks its last octet
 *   bad-checksums     the second checksum of messages is wrong
 *   scanning-off      sensors have readings and are said not to be scanned
 *
 * Chance comes from the seed and from what the same BMC was sent before, so a run can be repeated. */
#ifndef HALLSIM_BMC_FAULT_H
#define HALLSIM_BMC_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

#define BMC_RULES_MAX 64

enum bmc_fault_kind {
	BMC_FAULT_SILENT,
	BMC_FAULT_DROP,
	BMC_FAULT_DELAY,
	BMC_FAULT_DUPLICATE,
	BMC_FAULT_REORDER,
	BMC_FAULT_TRUNCATE,
	BMC_FAULT_FLIP,
	BMC_FAULT_FLIP_LOGIN,
	BMC_FAULT_FORGET,
	BMC_FAULT_FULL,
	BMC_FAULT_PASSWORD,
	BMC_FAULT_NO_SUITE_17,
	BMC_FAULT_SUITE_LIE,
	BMC_FAULT_SHORT_ERRORS,
	BMC_FAULT_DEAF,
	BMC_FAULT_RESTLESS,
	BMC_FAULT_BUSY,
	BMC_FAULT_LOST_RESERVATION,
	BMC_FAULT_READ_LIMIT,
	BMC_FAULT_SDR_LOOP,
	BMC_FAULT_UNAVAILABLE,
	BMC_FAULT_REPLACED,
	BMC_FAULT_SUPPLY_REPLACED,
	BMC_FAULT_SUPPLY_MUTE,
	BMC_FAULT_LOCKOUT,
	BMC_FAULT_LATE,
	BMC_FAULT_CODE,
	BMC_FAULT_ROLE_NIBBLE,
	BMC_FAULT_PADDED_USER,
	BMC_FAULT_SHORT_RAKP2,
	BMC_FAULT_BAD_CHECKSUMS,
	BMC_FAULT_SCANNING_OFF,
	BMC_FAULT_KINDS,
};

struct bmc_rule {
	uint32_t first, last; /* BMCs */
	enum bmc_fault_kind kind;
	int64_t value, other;       /* shares in millionths */
	int64_t from_ms, until_ms; /* run time */
};

struct bmc_faults {
	struct bmc_rule rules[BMC_RULES_MAX];
	size_t count;
};

/* Reads one rule and adds it. */
int bmc_fault_add(struct bmc_faults *faults, const char *text, struct sim_fault *fault);

/* The rule of `kind` that holds for BMC `number` at run time `at_ms`, the last one said; NULL when
 * there is none. */
const struct bmc_rule *bmc_fault_find(const struct bmc_faults *faults, enum bmc_fault_kind kind,
                                      uint32_t number, int64_t at_ms);

#endif
