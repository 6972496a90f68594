/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lan.c - one controller: the handshake, the commands in the session, and its end.
 *
 * Packets, deadlines and orders from above move the state; everything that is sent leaves through transmit().  A step of
 * the handshake that is not answered is sent again as it was; a command in the session with a new sequence number. */
#include "lan.h"
#include "account.h"
#include "ciphers.h"
#include "hold.h"
#include "lookup.h"
#include "window.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NETFN_APP 0x06
#define SET_PRIVILEGE 0x3b
#define CLOSE_SESSION 0x3c
#define TRIES 4u            /* of a packet */
#define KEPT_TRIES 3u       /* of a command in a session that was idle: perhaps the controller has forgotten it */
#define LAST_TRIES 2u       /* when we are leaving */
#define CLOSE_TRIES 4u
#define CLOSE_MS 400
#define USER 2u
#define OPERATOR 3u
#define MEMORY_SUITE "cipher_suite"
#define MEMORY_PRIVILEGE "privilege"
#define MEMORY_REFUSED "refused"
#define DEFAULT_PORT 623
#define OTHERS_MS 100       /* then a login that waits for others of the same user looks again */

enum state { IDLE, LOOKUP, OPEN, RAKP_1, RAKP_3, PRIVILEGE, READY, COMMAND, CLOSING };

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
enum verdict { NO_VERDICT, SILENT, REFUSED, FULL, NO_COMMON_SUITE, OTHER_SUITE, STATUS, LENGTH };

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

static void begin(struct lan *l);
static void proceed(struct lan *l);

int lan_start(struct uv_loop_s *loop, struct hwatt_log *log, struct lan_module **out, struct hwatt_error *err)
{
	struct lan_module *m = hwatt_alloc(sizeof(*m));
	m->log = log;
	if (hub_open(loop, log, &m->hub, err) < 0) {
		free(m);
		return -1;
	}
	*out = m;
	return 0;
}

void lan_stop(struct lan_module *m)
{
	assert(m->accounts.first == NULL);
	hold_book_free(&m->holds);
	for (struct handshake *s = m->spare, *next; s != NULL; s = next) {
		next = s->next;
		free(s);
	}
	hub_close(m->hub);
	free(m);
}

struct hub *lan_hub(struct lan_module *m)
{
	return m->hub;
}

size_t lan_octets(void)
{
	return sizeof(struct lan) + hold_octets();
}

static struct lan *lan_of(struct hub_peer *peer)
{
	return (struct lan *)((char *)peer - offsetof(struct lan, peer));
}

static struct hub_counters *counters(const struct lan *l)
{
	return hub_counters(l->module->hub);
}

static int64_t now_ms(const struct lan *l)
{
	return hub_now(l->module->hub);
}

/* What is known over restarts. */
static void note_refusals(struct lan *l)
{
	char text[HOLD_TEXT];
	bool any = hold_note(l->hold, l->mark, now_ms(l), (int64_t)time(NULL), text);
	unsigned refusals = any ? hold_refusals(l->hold) : 0;
	if (refusals == l->noted)
		return;
	l->noted = refusals;
	hwatt_target_remember(l->target, MEMORY_REFUSED, any ? text : NULL);
}

/* The address is known: what was refused there before? */
static void take_hold(struct lan *l)
{
	struct hold *before = l->hold;
	l->hold = hold_take(&l->module->holds, &l->peer.to, account_of(l->account)->user);
	if (l->hold != before) {
		char *note = hwatt_target_recall(l->target, MEMORY_REFUSED);
		hold_recall(l->hold, l->mark, note, now_ms(l), (int64_t)time(NULL));
		l->noted = note == NULL ? 0 : hold_is_of(l->hold, l->mark) ? hold_refusals(l->hold) : UINT_MAX;
		free(note);
	}
	hold_release(&l->module->holds, before);
}

static int64_t today(void)
{
	return (int64_t)time(NULL) / 86400;
}

static void recall(struct lan *l)
{
	char *suite = hwatt_target_recall(l->target, MEMORY_SUITE), *privilege = hwatt_target_recall(l->target, MEMORY_PRIVILEGE);
	ciphers_recall(&l->ciphers, suite, today());
	if (privilege != NULL && strcmp(privilege, "operator") == 0 && l->privilege == USER) {
		l->privilege = OPERATOR;
		l->raised = true;
	}
	free(suite);
	free(privilege);
}

/* The handshake's memory. */
static struct handshake *shake_take(struct lan_module *m)
{
	struct handshake *s = m->spare;
	if (s == NULL)
		return hwatt_alloc(sizeof(*s));
	m->spare = s->next;
	s->next = NULL;
	return s;
}

static void drop_shake(struct lan *l)
{
	struct handshake *s = l->shake;
	if (s == NULL)
		return;
	explicit_bzero(s, sizeof(*s));
	s->next = l->module->spare;
	l->module->spare = s;
	l->shake = NULL;
}

/* Endings. */
static void wipe(struct lan *l)
{
	explicit_bzero(&l->keys, sizeof(l->keys));
	l->console = l->bmc = l->sequence = 0;
	l->window = (struct window){ 0 };
	l->proven = false;
}

/* The login that was begun is over. */
static void end_try(struct lan *l)
{
	if (l->trying)
		hold_end(l->hold);
	l->trying = false;
}

static void finish_leaving(struct lan *l)
{
	void (*closed)(void *arg) = l->closed;
	void *arg = l->closed_arg;
	hub_leave(l->module->hub, &l->peer);
	lookup_forget(l->lookup);
	drop_shake(l);
	end_try(l);
	hold_release(&l->module->holds, l->hold);
	account_release(&l->module->accounts, l->account);
	explicit_bzero(l, sizeof(*l));
	free(l);
	closed(arg);
}

static void explain_refusal(const struct lan *l, const char *user, struct hwatt_error *err)
{
	uint8_t status = hold_status(l->hold);
	if (!hold_is_of(l->hold, l->mark))
		hwatt_fail(err, HWATT_EAUTH, "the BMC refused user \"%s\" with the credentials of another device: check both", user);
	else if (status == RAKP_NO_USER)
		hwatt_fail(err, HWATT_EAUTH, "the BMC has no user \"%s\", or not for IPMI over LAN: check \"user\"", user);
	else if (status == RAKP_NO_ROLE || status == RAKP_INACTIVE_ROLE)
		hwatt_fail(err, HWATT_EAUTH, "the BMC does not give user \"%s\" the privilege that is asked for: check \"privilege\"",
			   user);
	else if (status == RAKP_NOT_SIGNED)
		hwatt_fail(err, HWATT_EAUTH, "the BMC takes the password of user \"%s\", but its last answer is not signed with the session's "
			   "key: check \"k_g\"", user);
	else
		hwatt_fail(err, HWATT_EAUTH, "the BMC and user \"%s\" do not agree on the password: check \"user\", \"password\"%s",
			   user, account_of(l->account)->has_kg ? " and \"k_g\"" : "");
	int64_t left_ms = hold_left_ms(l->hold, now_ms(l));
	size_t at = strlen(err->text);
	if (left_ms > 0)
		snprintf(err->text + at, sizeof(err->text) - at, "; not tried again for %" PRId64 " min", (left_ms + 59999) / 60000);
}

static void explain(const struct lan *l, struct hwatt_error *err)
{
	const char *user = account_of(l->account)->user;
	switch ((enum verdict)l->verdict) {
	case REFUSED:
		explain_refusal(l, user, err);
		break;
	case FULL:
		hwatt_fail(err, HWATT_ENODATA, "the BMC has no session free: others hold them all; asked again in a minute");
		break;
	case NO_COMMON_SUITE:
		if (l->settings->cipher_suite != IPMI_SUITE_AUTO)
			hwatt_fail(err, HWATT_EAUTH, "the BMC does not take cipher suite %u: check \"cipher_suite\", and its settings", l->suite);
		else if (l->ciphers.known == 17)
			hwatt_fail(err, HWATT_EAUTH, "the BMC took cipher suite 17 and does not any more; it is not asked for less: check its "
				   "settings, or set \"cipher_suite\"");
		else
			hwatt_fail(err, HWATT_EAUTH, "the BMC takes neither cipher suite 17 nor 3: allow one of them there");
		break;
	case OTHER_SUITE:
		hwatt_fail(err, HWATT_EPROTO, "the BMC agrees to another cipher suite than %u, which was asked for", l->suite);
		break;
	case STATUS:
		hwatt_fail(err, HWATT_EPROTO, "the BMC refuses a session, with status %02xh", l->status);
		break;
	case LENGTH:
		hwatt_fail(err, HWATT_EPROTO, "the BMC's answer in the login (RAKP 2) has an octet too few or too many: \"quirks: short_rakp2\" "
			   "takes it");
		break;
	default:
		hwatt_fail(err, HWATT_ETIMEOUT, "no answer from the BMC, asked %u times", l->tries > 0 ? l->tries : 1);
		break;
	}
}

/* The exchange is over without an answer. What there was of a session is gone. */
static void fail_with(struct lan *l, const struct hwatt_error *err)
{
	transport_done *done = l->done;
	void *arg = l->arg;
	drop_shake(l);
	end_try(l);
	wipe(l);
	l->state = IDLE;
	l->done = NULL;
	hub_clear_due(l->module->hub, &l->peer);
	if (l->closed != NULL) {
		finish_leaving(l);
		return;
	}
	hub_exit(l->module->hub, &l->peer);
	if (done != NULL)
		done(arg, NULL, err);
}

static void fail(struct lan *l, enum verdict verdict)
{
	struct hwatt_error err;
	l->verdict = (uint8_t)verdict;
	if (verdict == SILENT) {
		counters(l)->timeouts++;
		l->resolved = l->numeric; /* perhaps the name has another address by now, or has two */
		l->turn++;
	}
	explain(l, &err);
	fail_with(l, &err);
}

static void refuse(struct lan *l, uint8_t status)
{
	counters(l)->refused++;
	hold_refuse(l->hold, l->mark, status, now_ms(l));
	note_refusals(l);
	fail(l, REFUSED);
}

static void no_session_free(struct lan *l)
{
	uint16_t random;
	sealer_random(hub_sealer(l->module->hub), &random, sizeof(random));
	hold_fill(l->hold, random, now_ms(l));
	counters(l)->full++;
	if (!l->was_full)
		hwatt_log(hwatt_target_log(l->target), HWATT_INFO, "the BMC has no session free; waiting until one is");
	l->was_full = true;
	fail(l, FULL);
}

/* Sending. */
static void wait_for(struct lan *l, int64_t ms)
{
	hub_set_due(l->module->hub, &l->peer, now_ms(l) + ms);
}

static void send_packet(struct lan *l, const uint8_t *packet, size_t length)
{
	static const int16_t waits_ms[TRIES] = { 500, 1000, 2000, 2000 };
	hub_send(l->module->hub, &l->peer, packet, length);
	hwatt_target_count_request(l->target);
	if (l->tries > 0)
		counters(l)->retries++;
	unsigned turn = l->tries + (l->patient && l->shake != NULL ? 1u : 0u);
	wait_for(l, l->state == CLOSING ? CLOSE_MS : waits_ms[turn < TRIES ? turn : TRIES - 1]);
	l->tries++;
}

static void send_shake(struct lan *l)
{
	send_packet(l, l->shake->packet, l->shake->length);
}

static void put_shake(struct lan *l, enum state state, uint8_t type, const uint8_t *payload, size_t length)
{
	l->shake->length = rmcpp_plain(type, payload, length, l->shake->packet);
	l->state = (uint8_t)state;
	l->tries = 0;
	send_shake(l);
}

static void send_sealed(struct lan *l, uint8_t netfn, uint8_t lun, uint8_t command, const uint8_t *data, size_t length)
{
	uint8_t packet[RMCPP_MAX_SEALED];
	const struct rmcpp_request request = { .netfn = netfn, .lun = lun, .sequence = l->rq, .command = command, .data = data,
					       .length = length };
	if (++l->sequence == 0)
		l->sequence = 1;
	send_packet(l, packet, rmcpp_seal(hub_sealer(l->module->hub), &l->keys, l->bmc, l->sequence, &request, packet));
}

/* Sends what the state is waiting for an answer to. */
static void transmit(struct lan *l)
{
	uint8_t id[4];
	switch ((enum state)l->state) {
	case OPEN:
	case RAKP_1:
	case RAKP_3:
		send_shake(l);
		break;
	case PRIVILEGE:
		send_sealed(l, NETFN_APP, 0, SET_PRIVILEGE, &l->privilege, 1);
		break;
	case COMMAND:
		send_sealed(l, l->netfn, l->lun, l->command, l->data, l->length);
		break;
	case CLOSING:
		for (size_t i = 0; i < sizeof(id); i++)
			id[i] = (uint8_t)(l->bmc >> (8 * i));
		send_sealed(l, NETFN_APP, 0, CLOSE_SESSION, id, sizeof(id));
		break;
	default:
		break;
	}
}

static void enter(struct lan *l, enum state state)
{
	l->state = (uint8_t)state;
	l->tries = 0;
	l->rq = (uint8_t)((l->rq + 1) & 0x3f);
	transmit(l);
}

/* The handshake. */
static void open_session(struct lan *l)
{
	struct sealer *sealer = hub_sealer(l->module->hub);
	uint8_t payload[RMCPP_MAX_OUT];
	drop_shake(l);
	l->shake = shake_take(l->module);
	struct rakp *r = &l->shake->rakp;
	*r = (struct rakp){ .account = account_of(l->account), .suite = suite_find(l->suite), .quirks = l->quirks,
			    .privilege = l->privilege };
	do
		sealer_random(sealer, &r->console, sizeof(r->console));
	while (r->console == 0);
	sealer_random(sealer, &r->tag, sizeof(r->tag));
	sealer_random(sealer, r->console_random, sizeof(r->console_random));
	put_shake(l, OPEN, RMCPP_OPEN_REQUEST, payload, rakp_open_request(r, payload));
}

static void on_lookup(void *arg, const union hub_address *address, const struct hwatt_error *err)
{
	struct lan *l = arg;
	l->lookup = NULL;
	if (err != NULL) {
		fail_with(l, err);
		return;
	}
	hub_leave(l->module->hub, &l->peer); /* from the address before */
	l->peer.to = *address;
	hub_join(l->module->hub, &l->peer);
	l->resolved = true;
	take_hold(l);
	l->state = IDLE;
	hub_enter(l->module->hub, &l->peer);
}

static void look_up(struct lan *l)
{
	const struct hwatt_device *device = hwatt_target_device(l->target);
	struct hwatt_error err;
	l->state = LOOKUP;
	hub_exit(l->module->hub, &l->peer);
	l->lookup = lookup_start(hub_loop(l->module->hub), device->host, device->port != 0 ? device->port : DEFAULT_PORT, l->turn,
				 on_lookup, l, &err);
	if (l->lookup == NULL)
		fail_with(l, &err);
}

/* No login now: told from the clock, as orders are not answered before they have returned. */
static void put_off(struct lan *l, enum verdict verdict)
{
	l->state = IDLE;
	l->verdict = (uint8_t)verdict;
	l->late = true;
	hub_exit(l->module->hub, &l->peer);
	wait_for(l, 0);
}

/* Begins a session. */
static void begin(struct lan *l)
{
	if (!l->resolved) {
		look_up(l);
		return;
	}
	switch (l->trying ? HOLD_GO : hold_ask(l->hold, l->mark, now_ms(l))) {
	case HOLD_GO:
		break;
	case HOLD_REFUSED:
		note_refusals(l); /* those of another device count after a restart, too */
		put_off(l, REFUSED);
		return;
	case HOLD_FULL:
		put_off(l, FULL);
		return;
	case HOLD_OTHERS:
		l->state = IDLE;
		l->waits = true;
		hub_exit(l->module->hub, &l->peer);
		wait_for(l, OTHERS_MS);
		return;
	}
	if (!l->trying)
		hold_begin(l->hold);
	l->trying = true;
	l->suite = ciphers_first(&l->ciphers, today());
	open_session(l);
}

/* What failed may only want another beginning. */
static void restart(struct lan *l, enum verdict otherwise)
{
	if (l->closed != NULL || l->restarts > 0) {
		fail(l, otherwise);
		return;
	}
	l->restarts++;
	open_session(l);
}

/* The suite was not taken. Never down from 17 once it was seen, whoever says no. */
static void other_suite(struct lan *l, enum verdict verdict)
{
	uint8_t other = ciphers_refuse(&l->ciphers, l->suite);
	if (other == 0) {
		fail(l, verdict);
		return;
	}
	l->suite = other;
	open_session(l);
}

/* The account may not have the higher privilege that a command asked for: it is not tried again. */
static void lower(struct lan *l)
{
	l->privilege = USER;
	l->raised = false;
	l->no_raise = true;
	hwatt_target_remember(l->target, MEMORY_PRIVILEGE, NULL);
	open_session(l);
}

/* Its code for us was right, ours for it is not. Some (OpenBMC) make a new random number for each RAKP 1 that comes: when that was sent
 * again too early, ours was of the answer before. That says nothing of the password. */
static void take_bad_code(struct lan *l)
{
	if (l->state != RAKP_3 || !l->shake->doubled || l->patient) {
		refuse(l, RAKP_BAD_CODE);
		return;
	}
	l->patient = true;
	if (l->closed != NULL)
		fail(l, STATUS);
	else
		open_session(l);
}

static void take_status(struct lan *l, uint8_t status)
{
	l->status = status;
	switch (status) {
	case RAKP_NO_RESOURCES:
	case RAKP_NO_RESOURCES_FOR_ROLE:
		no_session_free(l);
		break;
	case RAKP_BAD_AUTHENTICATION:
	case RAKP_BAD_INTEGRITY:
	case RAKP_NO_AUTHENTICATION:
	case RAKP_NO_INTEGRITY:
	case RAKP_BAD_CONFIDENTIALITY:
	case RAKP_NO_SUITE:
		other_suite(l, NO_COMMON_SUITE);
		break;
	case RAKP_INVALID_SESSION:
	case RAKP_INACTIVE_SESSION:
		restart(l, STATUS);
		break;
	case RAKP_BAD_PARAMETER: /* so do some say that they do not know an algorithm */
		if (l->state == OPEN)
			other_suite(l, STATUS);
		else
			fail(l, STATUS);
		break;
	case RAKP_NO_ROLE:
	case RAKP_INACTIVE_ROLE:
		if (l->raised)
			lower(l);
		else
			refuse(l, status);
		break;
	case RAKP_BAD_CODE:
		take_bad_code(l);
		break;
	case RAKP_NO_USER:
		refuse(l, status);
		break;
	default:
		fail(l, STATUS);
		break;
	}
}

/* Gives the controller's slot back before it notices itself. */
static void give_up_shake(struct lan *l)
{
	uint8_t payload[RMCPP_MAX_OUT], packet[RMCPP_MAX_PLAIN];
	size_t length = rakp_3(hub_sealer(l->module->hub), &l->shake->rakp, RAKP_BAD_CODE, payload);
	hub_send(l->module->hub, &l->peer, packet, rmcpp_plain(RMCPP_RAKP3, payload, length, packet));
}

static bool take_open_response(struct lan *l, const struct rmcpp_packet *p)
{
	uint8_t status, payload[RMCPP_MAX_OUT];
	if (l->state != OPEN)
		return false;
	switch (rakp_open_response(&l->shake->rakp, p->payload, p->length, &status)) {
	case RAKP_DONE:
		put_shake(l, RAKP_1, RMCPP_RAKP1, payload, rakp_1(&l->shake->rakp, payload));
		return true;
	case RAKP_REFUSED:
		take_status(l, status);
		return true;
	case RAKP_OTHER_SUITE:
		give_up_shake(l);
		other_suite(l, OTHER_SUITE);
		return true;
	default:
		return false;
	}
}

static bool take_rakp_2(struct lan *l, const struct rmcpp_packet *p)
{
	struct sealer *sealer = hub_sealer(l->module->hub);
	uint8_t status, payload[RMCPP_MAX_OUT];
	if (l->state != RAKP_1)
		return false;
	switch (rakp_2(sealer, &l->shake->rakp, p->payload, p->length, &status)) {
	case RAKP_DONE:
		l->shake->doubled = l->tries > 1;
		put_shake(l, RAKP_3, RMCPP_RAKP3, payload, rakp_3(sealer, &l->shake->rakp, 0, payload));
		explicit_bzero(payload, sizeof(payload));
		return true;
	case RAKP_REFUSED:
		take_status(l, status);
		return true;
	case RAKP_FORGED: /* its key is not ours: what we would send next must not leave */
		give_up_shake(l);
		refuse(l, RAKP_BAD_CODE);
		return true;
	case RAKP_LENGTH:
		give_up_shake(l);
		fail(l, LENGTH);
		return true;
	default:
		return false;
	}
}

/* The session stands: what is known of the controller from now on. */
static void learn(struct lan *l)
{
	char text[CIPHERS_TEXT];
	if (ciphers_done(&l->ciphers, l->suite, today()))
		hwatt_target_remember(l->target, MEMORY_SUITE, ciphers_note(&l->ciphers, text) ? text : NULL);
	hold_accept(l->hold, l->mark);
	note_refusals(l);
	end_try(l);
	if (l->was_full)
		hwatt_log(hwatt_target_log(l->target), HWATT_INFO, "the BMC has a session free again");
	l->was_full = false;
}

static void established(struct lan *l)
{
	counters(l)->opened++;
	learn(l);
	l->state = READY;
	hub_clear_due(l->module->hub, &l->peer);
	proceed(l);
}

static bool take_rakp_4(struct lan *l, const struct rmcpp_packet *p)
{
	struct sealer *sealer = hub_sealer(l->module->hub);
	uint8_t status;
	if (l->state != RAKP_3)
		return false;
	switch (rakp_4(sealer, &l->shake->rakp, p->payload, p->length, &status)) {
	case RAKP_DONE:
		rakp_keys(sealer, &l->shake->rakp, &l->keys);
		l->console = l->shake->rakp.console;
		l->bmc = l->shake->rakp.bmc;
		l->sequence = 0;
		l->window = (struct window){ 0 };
		l->proven = false;
		drop_shake(l);
		if (l->privilege > USER || l->set_user)
			enter(l, PRIVILEGE);
		else
			established(l); /* sessions begin there: a packet less */
		return true;
	case RAKP_REFUSED:
		take_status(l, status);
		return true;
	case RAKP_FORGED: /* the session stands over there, and cannot be closed: not again and again until none is left */
		refuse(l, RAKP_NOT_SIGNED);
		return true;
	default:
		return false;
	}
}

/* Ends a session that is perhaps none any more: one packet, unanswered. */
static void drop_session(struct lan *l)
{
	l->state = CLOSING;
	l->rq = (uint8_t)((l->rq + 1) & 0x3f);
	l->tries = 0;
	transmit(l);
	counters(l)->lost++;
	wipe(l);
	l->state = IDLE;
}

static void take_privilege(struct lan *l, uint8_t code)
{
	if (code != 0 && l->raised) { /* the session is there, but not for what we want: end it, begin lower */
		l->privilege = USER;
		l->raised = false;
		l->no_raise = true;
		hwatt_target_remember(l->target, MEMORY_PRIVILEGE, NULL);
		counters(l)->opened++;
		enter(l, CLOSING);
		return;
	}
	if (code != 0 && l->privilege > USER) {
		drop_session(l);
		refuse(l, RAKP_NO_ROLE);
		return;
	}
	established(l);
}

/* In the session, or before it: what is to be done next? */
static void proceed(struct lan *l)
{
	if (l->state == READY && l->closed != NULL) {
		enter(l, CLOSING);
	} else if (l->state == READY && l->done != NULL) {
		enter(l, COMMAND);
	} else if (l->state == READY && (!l->keep || ciphers_due(&l->ciphers, today()))) {
		enter(l, CLOSING);
	} else if (l->state == IDLE && l->closed != NULL) {
		finish_leaving(l);
	} else if (l->state == IDLE && l->done != NULL) {
		begin(l);
	} else {
		hub_exit(l->module->hub, &l->peer);
	}
}

static void session_ended(struct lan *l)
{
	counters(l)->closed++;
	wipe(l);
	l->state = IDLE;
	end_try(l);
	hub_clear_due(l->module->hub, &l->peer);
	proceed(l);
}

static void answered(struct lan *l, const struct rmcpp_response *r)
{
	transport_done *done = l->done;
	void *arg = l->arg;
	struct transport_answer answer = { .code = r->code, .data = r->data, .length = r->length };
	l->state = READY;
	l->proven = true;
	l->restarts = 0;
	l->done = NULL;
	hub_clear_due(l->module->hub, &l->peer);
	hub_exit(l->module->hub, &l->peer);
	if (done != NULL)
		done(arg, &answer, NULL); /* it may send, rest or close */
}

static bool take_message(struct lan *l, const struct rmcpp_packet *p)
{
	uint8_t plain[RMCPP_MAX_PACKET];
	struct rmcpp_response r;
	bool waiting = l->state == PRIVILEGE || l->state == COMMAND || l->state == CLOSING;
	if ((!waiting && l->state != READY) || p->session != l->console)
		return false;
	int length = rmcpp_open(hub_sealer(l->module->hub), &l->keys, p, plain, NULL);
	if (length < 0 || rmcpp_message(plain, (size_t)length, &r, NULL) < 0 ||
	    (r.checksums_wrong && (l->quirks & IPMI_QUIRK_IGNORE_CHECKSUMS) == 0)) {
		counters(l)->malformed++;
		return true;
	}
	const uint8_t netfn = l->state == COMMAND ? l->netfn : NETFN_APP;
	const uint8_t command = l->state == COMMAND ? l->command : l->state == PRIVILEGE ? SET_PRIVILEGE : CLOSE_SESSION;
	if (!window_take(&l->window, p->sequence) || !waiting || r.sequence != l->rq || r.netfn != netfn + 1 || r.command != command) {
		counters(l)->unknown++; /* replayed, or late: to an earlier try */
		return true;
	}
	if (l->state == PRIVILEGE)
		take_privilege(l, r.code);
	else if (l->state == CLOSING)
		session_ended(l);
	else
		answered(l, &r);
	return true;
}

static bool on_packet(struct hub_peer *peer, const struct rmcpp_packet *p)
{
	struct lan *l = lan_of(peer);
	switch (p->type) {
	case RMCPP_OPEN_RESPONSE: return take_open_response(l, p);
	case RMCPP_RAKP2: return take_rakp_2(l, p);
	case RMCPP_RAKP4: return take_rakp_4(l, p);
	case RMCPP_IPMI: return take_message(l, p);
	default: return false;
	}
}

/* Silence. */
static void session_lost(struct lan *l)
{
	bool again = l->proven && l->restarts == 0 && l->closed == NULL && l->done != NULL;
	uint8_t tries = l->tries;
	drop_session(l);
	l->tries = tries;
	if (!again) {
		fail(l, SILENT);
		return;
	}
	l->restarts++;
	begin(l);
}

static void shake_silent(struct lan *l)
{
	if (l->state != OPEN) {
		restart(l, SILENT);
		return;
	}
	ciphers_silent(&l->ciphers);
	fail(l, SILENT);
}

static unsigned most_tries(const struct lan *l)
{
	if (l->state == CLOSING)
		return CLOSE_TRIES;
	if (l->closed != NULL)
		return LAST_TRIES;
	return l->state == COMMAND && l->proven && l->restarts == 0 ? KEPT_TRIES : TRIES;
}

static void on_due(struct hub_peer *peer)
{
	struct lan *l = lan_of(peer);
	if (l->late) { /* a verdict that was clear at once */
		struct hwatt_error err;
		l->late = false;
		explain(l, &err);
		fail_with(l, &err);
	} else if (l->waits) {
		l->waits = false;
		hub_enter(l->module->hub, &l->peer);
	} else if (l->tries < most_tries(l)) {
		transmit(l);
	} else if (l->state == CLOSING) {
		session_ended(l);
	} else if (l->state == COMMAND || l->state == PRIVILEGE) {
		session_lost(l);
	} else {
		shake_silent(l);
	}
}

static void on_go(struct hub_peer *peer)
{
	proceed(lan_of(peer));
}

/* Orders. */
static void lan_send(struct transport *t, const struct transport_command *c, transport_done *done, void *arg)
{
	struct lan *l = (struct lan *)t;
	assert(l->done == NULL && c->length <= TRANSPORT_MAX_REQUEST && l->closed == NULL);
	l->done = done;
	l->arg = arg;
	l->netfn = c->netfn;
	l->lun = c->lun;
	l->command = c->command;
	l->length = (uint8_t)c->length;
	if (c->length > 0)
		memcpy(l->data, c->data, c->length);
	l->restarts = 0;
	bool idle = l->state == IDLE || l->state == READY;
	if (idle && c->after_ms > 0) {
		l->waits = true;
		wait_for(l, c->after_ms);
	} else if (idle) {
		hub_enter(l->module->hub, &l->peer);
	} /* else: when what goes on is over */
}

static void lan_cancel(struct transport *t)
{
	struct lan *l = (struct lan *)t;
	if (l->done == NULL)
		return;
	l->done = NULL;
	if (l->late || l->waits) {
		l->late = l->waits = false;
		hub_clear_due(l->module->hub, &l->peer);
	}
	if (l->state == COMMAND) {
		l->state = READY;
		if (l->tries > 1) /* asked twice, no answer: it may have forgotten us */
			drop_session(l);
		hub_clear_due(l->module->hub, &l->peer);
		hub_exit(l->module->hub, &l->peer);
	} else if (l->state == IDLE || l->state == READY) {
		hub_exit(l->module->hub, &l->peer); /* it waited for leave */
	} /* else a handshake: it goes on to its end, which the next poll finds */
}

static void lan_rest(struct transport *t)
{
	struct lan *l = (struct lan *)t;
	if (l->state == READY && (!l->keep || ciphers_due(&l->ciphers, today())))
		hub_enter(l->module->hub, &l->peer);
}

static bool lan_raise(struct transport *t)
{
	struct lan *l = (struct lan *)t;
	if (l->privilege != USER || l->no_raise || l->state != READY)
		return false;
	if (!l->set_user) { /* perhaps its sessions begin below that */
		l->set_user = true;
	} else {
		l->privilege = OPERATOR;
		l->raised = true;
		hwatt_target_remember(l->target, MEMORY_PRIVILEGE, "operator");
	}
	l->state = CLOSING; /* the role is the session's: a new one, when this one has ended */
	l->tries = 0;
	l->rq = (uint8_t)((l->rq + 1) & 0x3f);
	transmit(l);
	return true;
}

static void lan_close(struct transport *t, void (*closed)(void *arg), void *arg)
{
	struct lan *l = (struct lan *)t;
	lan_cancel(t);
	l->closed = closed;
	l->closed_arg = arg;
	if (l->state == IDLE || l->state == LOOKUP) {
		finish_leaving(l);
	} else if (l->state == READY) {
		hub_enter(l->module->hub, &l->peer);
	} else if (l->state != CLOSING && l->tries >= LAST_TRIES) { /* it does not answer */
		hub_clear_due(l->module->hub, &l->peer);
		finish_leaving(l);
	} /* else the handshake goes on, so that the session can be ended: a half-open one holds a slot, too */
}

static const struct transport_kind lan_kind = { .send = lan_send, .cancel = lan_cancel, .rest = lan_rest, .raise = lan_raise,
						.close = lan_close };

int lan_open(struct lan_module *m, struct hwatt_target *target, struct transport **out, struct hwatt_error *err)
{
	const struct hwatt_device *device = hwatt_target_device(target);
	const struct ipmi_settings *settings = hwatt_target_settings(target);
	struct account *account;
	if (account_take(&m->accounts, settings, &account, err) < 0)
		return -1;
	struct lan *l = hwatt_alloc(sizeof(*l));
	l->transport.kind = &lan_kind;
	l->module = m;
	l->target = target;
	l->settings = settings;
	l->account = account;
	l->quirks = ipmi_quirks(settings);
	l->privilege = (uint8_t)(USER + (unsigned)settings->privilege);
	l->mark = account_mark(hub_sealer(m->hub), account) | (unsigned)settings->privilege << 16;
	l->ciphers.only = settings->cipher_suite == IPMI_SUITE_17 ? 17 : settings->cipher_suite == IPMI_SUITE_3 ? 3 : 0;
	l->keep = settings->session == IPMI_SESSION_KEEP ||
		  (settings->session == IPMI_SESSION_AUTO && device->interval_ms <= LAN_KEEP_MS);
	l->peer.packet = on_packet;
	l->peer.due = on_due;
	l->peer.go = on_go;
	if (lookup_numeric(device->host, device->port != 0 ? device->port : DEFAULT_PORT, &l->peer.to)) {
		l->resolved = l->numeric = true;
		hub_join(m->hub, &l->peer);
		take_hold(l);
	}
	recall(l);
	*out = &l->transport;
	return 0;
}
