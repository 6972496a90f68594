/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc.h - one BMC: its logins, its sessions, its commands.
 *
 * It is strict: what the specification does not allow is counted and not answered. */
#ifndef HALLSIM_BMC_H
#define HALLSIM_BMC_H

#include "bmc_count.h"
#include "bmc_fault.h"
#include "bmc_power.h"
#include "bmc_profile.h"
#include "rmcpp.h"

#define BMC_NAME_MAX 16
#define BMC_NONCE 16
#define BMC_KEY 20 /* passwords and K_g, filled up with zeros */

/* What all BMCs share: the clocks are set before each packet. */
struct bmc_world {
	struct rmcpp_crypto *crypto;
	uint64_t seed;
	struct bmc_faults faults;
	struct bmc_power_source power;
	struct bmc_counts total;
	int64_t run_ms; /* since the start, monotonic */
	int64_t at_ms;  /* UTC, where power stands */
};

enum bmc_session_state {
	BMC_SESSION_OPEN,  /* has ids and a suite */
	BMC_SESSION_RAKP,  /* has a user, RAKP2 is out */
	BMC_SESSION_LIVE,
};

struct bmc_session {
	enum bmc_session_state state;
	uint32_t console_id, id;
	uint64_t peer; /* address and port it was opened from */
	uint8_t open_tag, role, name_length;
	bool used, closing;
	char name[BMC_NAME_MAX];
	const struct bmc_user *user;
	enum bmc_privilege limit, privilege;
	uint8_t console_nonce[BMC_NONCE], nonce[BMC_NONCE];
	uint8_t sik[RMCPP_CODE_MAX];
	struct rmcpp_keys keys;
	uint32_t in_high, in_seen, out_sequence; /* in_seen: bit n is in_high - n */
	int64_t last_ms;
};

struct bmc {
	uint32_t number;
	const struct bmc_profile *profile;
	struct bmc_session *slots[BMC_SLOTS_MAX];
	struct bmc_counts counts;
	uint64_t chance; /* state of the random numbers */
	uint16_t reservation;
	uint32_t record_reads, busy_turn;
	uint32_t bad_logins;
	int64_t locked_until_ms;
	int64_t forget_turn;
	struct bmc_held *held; /* a packet that goes when the next request has come */
};

struct bmc_held {
	uint64_t peer;
	size_t length;
	uint8_t data[];
};

/* What goes back, if anything. */
struct bmc_answer {
	uint8_t data[RMCPP_PACKET_MAX];
	size_t length;    /* 0: nothing */
	bool in_session;  /* sealed */
	bool login;       /* RAKP2 or RAKP4 */
};

/* A BMC that nobody has talked to. */
void bmc_init(struct bmc *bmc, const struct bmc_world *world, uint32_t number,
              const struct bmc_profile *profile);
void bmc_free(struct bmc *bmc);

/* Takes a packet from `peer` (any number that tells peers apart) and answers it or not. */
void bmc_receive(struct bmc_world *world, struct bmc *bmc, uint64_t peer, const uint8_t *data,
                 size_t size, struct bmc_answer *answer);

/* Starts the BMC anew: nobody is logged in or locked out.  Its counters stay. */
void bmc_restart(struct bmc *bmc);

/* Forgets sessions that are due; how many are live after that. */
void bmc_age(struct bmc_world *world, struct bmc *bmc);
int bmc_live_sessions(const struct bmc *bmc);

/* The following are for the parts of a BMC. */

/* Counts, here and in total. */
void bmc_count(struct bmc_world *world, struct bmc *bmc, enum bmc_counter counter);

/* The rule of `kind` that holds for this BMC now, NULL when there is none. */
const struct bmc_rule *bmc_rule(const struct bmc_world *world, const struct bmc *bmc,
                                enum bmc_fault_kind kind);

/* Random numbers, repeatable: they depend on seed, BMC and how often it was asked. */
uint64_t bmc_chance(struct bmc *bmc);
void bmc_chance_fill(struct bmc *bmc, uint8_t *out, size_t length);

/* The id of the system behind the BMC. */
void bmc_guid(const struct bmc_world *world, const struct bmc *bmc, uint8_t out[BMC_NONCE]);

/* The session `id`, NULL when there is none; ends the one in `slot`. */
struct bmc_session *bmc_session_find(const struct bmc *bmc, uint32_t id);
void bmc_session_end(struct bmc *bmc, const struct bmc_session *session);

/* Answers Open Session, RAKP1 and RAKP3 (bmc_login.c). */
void bmc_login(struct bmc_world *world, struct bmc *bmc, uint64_t peer,
               const struct rmcpp_packet *packet, struct bmc_answer *answer);

/* Runs a command, in `session` or outside of any (NULL); `out` gets the completion code and the
 * data (bmc_command.c). */
void bmc_command(struct bmc_world *world, struct bmc *bmc, struct bmc_session *session,
                 const struct rmcpp_message *message, struct octets_writer *out);

/* What a command works with, and the commands that have a file of their own: each reads the rest of
 * `in`, writes to `out`, and returns the completion code. */
struct bmc_call {
	struct bmc_world *world;
	struct bmc *bmc;
	struct bmc_session *session; /* NULL: none */
	struct octets_reader in;
	struct octets_writer *out;
};

uint8_t bmc_dcmi_capabilities(struct bmc_call *call);
uint8_t bmc_dcmi_power(struct bmc_call *call);
uint8_t bmc_storage_fru_info(struct bmc_call *call);
uint8_t bmc_storage_fru_read(struct bmc_call *call);
uint8_t bmc_storage_sdr_info(struct bmc_call *call);
uint8_t bmc_storage_sdr_reserve(struct bmc_call *call);
uint8_t bmc_storage_sdr_read(struct bmc_call *call);
uint8_t bmc_sensor_device_info(struct bmc_call *call);
uint8_t bmc_sensor_reading(struct bmc_call *call);
uint8_t bmc_sensor_factors(struct bmc_call *call);
uint8_t bmc_sensor_thresholds(struct bmc_call *call);

#endif
