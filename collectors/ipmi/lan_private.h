/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lan_private.h - the inside of a session over the network, for its files: lan.c sends and takes commands and ends sessions,
 * login.c begins them, lan_words.c says why there is none. */
#ifndef IPMI_LAN_PRIVATE_H
#define IPMI_LAN_PRIVATE_H

#include "account.h"
#include "ciphers.h"
#include "hold.h"
#include "lan.h"
#include "lookup.h"
#include "window.h"
#include <stdbool.h>

#define LAN_USER 2u
#define LAN_OPERATOR 3u
#define LAN_DEFAULT_PORT 623
#define LAN_MEMORY_PRIVILEGE "privilege"

enum lan_state { LAN_IDLE, LAN_LOOKUP, LAN_OPEN, LAN_RAKP_1, LAN_RAKP_3, LAN_PRIVILEGE, LAN_READY, LAN_COMMAND, LAN_CLOSING };

struct handshake { /* what is only there until the session is: wiped after */
	struct rakp rakp;
	uint8_t packet[RMCPP_MAX_PLAIN];
	size_t length;
	bool doubled;           /* RAKP 1 left more than once before it was answered */
	struct handshake *next; /* spare ones */
};

struct lan_module {
	struct hub *hub;
	struct hwatt_log *log;
	struct account_book accounts;
	struct hold_book holds;
	struct handshake *spare;
};

/* What is said when there is nothing to wait for. */
enum lan_verdict { LAN_NO_VERDICT, LAN_SILENT, LAN_REFUSED, LAN_FULL, LAN_NO_COMMON_SUITE, LAN_OTHER_SUITE, LAN_STATUS, LAN_LENGTH };

struct lan {
	struct transport transport; /* first */
	struct hub_peer peer;
	struct lan_module *module;
	struct hwatt_target *target;
	const struct ipmi_settings *settings;
	struct account *account;
	struct hold *hold;          /* NULL: its address is not known yet */
	struct lookup *lookup;
	struct handshake *shake;
	transport_done *done;       /* NULL: no command is wanted */
	void *arg;
	void (*closed)(void *arg);  /* not NULL: leaving */
	void *closed_arg;
	struct rmcpp_keys keys;     /* while there is a session */
	uint32_t console, bmc, sequence;
	struct window window;       /* of sequence numbers that came */
	struct ciphers ciphers;
	unsigned quirks;
	unsigned mark;              /* of the credentials and the privilege: what a hold is told apart by */
	unsigned noted;             /* refusals that were written down; UINT_MAX: of other credentials */
	uint8_t state, tries, restarts;
	uint8_t verdict, status;    /* why the last exchange failed */
	uint8_t suite;              /* that is asked for, or that the session has */
	uint8_t privilege, rq;
	uint8_t turn;               /* of the addresses that its name has */
	bool numeric, resolved, keep, proven, set_user, raised, no_raise, was_full;
	bool patient;               /* answers to the handshake take longer than others': more time before it is asked again */
	bool late, waits, trying;   /* a verdict is told from the clock; nothing is done before it; a login is under way */
	uint8_t netfn, lun, command, length;
	uint8_t data[TRANSPORT_MAX_REQUEST];
};

static inline struct hub_counters *lan_counters(const struct lan *l)
{
	return hub_counters(l->module->hub);
}

static inline int64_t lan_now(const struct lan *l)
{
	return hub_now(l->module->hub);
}

/* lan.c: the exchange is over without an answer, and what there was of a session is gone; the verdict says why. */
void lan_fail(struct lan *l, enum lan_verdict verdict);
void lan_fail_with(struct lan *l, const struct hwatt_error *err);
/* Has `due` called then. */
void lan_wait(struct lan *l, int64_t ms);
/* One more try: sends it and waits for the answer. */
void lan_send_packet(struct lan *l, const uint8_t *packet, size_t length);
/* A state of the session: sends what goes with it. */
void lan_enter(struct lan *l, enum lan_state state);
/* In the session, or before it: does what is to be done next. */
void lan_proceed(struct lan *l);

/* login.c: begins a session: looks up the address, asks whether a login may be tried, goes through the handshake. */
void login_begin(struct lan *l);
/* A packet of the handshake; false: it is none that is waited for. */
bool login_packet(struct lan *l, const struct rmcpp_packet *packet);
/* Sends the step of the handshake that is not answered again, as it was. */
void login_repeat(struct lan *l);
/* None of its tries was answered. */
void login_silent(struct lan *l);
/* The session stands, with the privilege that it needs. */
void login_done(struct lan *l);
/* The login that was begun is over, whichever way. */
void login_end(struct lan *l);
/* The BMC refuses the account: it is held back, and the exchange fails. */
void login_refuse(struct lan *l, uint8_t status);
/* The account may not have the higher privilege that a command asked for: it is not tried again. */
void login_unraise(struct lan *l);
/* Wipes and gives back the handshake's memory. */
void login_drop(struct lan *l);
/* The address is known: what was refused there before? */
void login_take_hold(struct lan *l);
/* What is known of the controller over restarts. */
void login_recall(struct lan *l);
/* The day, as cipher suites count. */
int64_t login_today(void);

/* lan_words.c: the verdict in words. */
void lan_explain(const struct lan *l, struct hwatt_error *err);

#endif
