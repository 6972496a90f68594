/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lan.c - one controller: the commands in its session, and its end.
 *
 * Packets, deadlines and orders from above move the state; everything that is sent leaves through transmit().  A step of
 * the handshake (login.c) that is not answered is sent again as it was; a command in the session with a new sequence number. */
#include "lan_private.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define NETFN_APP 0x06
#define SET_PRIVILEGE 0x3b
#define CLOSE_SESSION 0x3c
#define TRIES 4u            /* of a packet */
#define KEPT_TRIES 3u       /* of a command in a session that was idle: perhaps the controller has forgotten it */
#define LAST_TRIES 2u       /* when we are leaving */
#define CLOSE_TRIES 4u
#define CLOSE_MS 400

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

/* Endings. */
static void wipe(struct lan *l)
{
	explicit_bzero(&l->keys, sizeof(l->keys));
	l->console = l->bmc = l->sequence = 0;
	l->window = (struct window){ 0 };
	l->proven = false;
}

static void finish_leaving(struct lan *l)
{
	void (*closed)(void *arg) = l->closed;
	void *arg = l->closed_arg;
	hub_leave(l->module->hub, &l->peer);
	lookup_forget(l->lookup);
	login_drop(l);
	login_end(l);
	hold_release(&l->module->holds, l->hold);
	account_release(&l->module->accounts, l->account);
	explicit_bzero(l, sizeof(*l));
	free(l);
	closed(arg);
}

/* The exchange is over without an answer. What there was of a session is gone. */
void lan_fail_with(struct lan *l, const struct hwatt_error *err)
{
	transport_done *done = l->done;
	void *arg = l->arg;
	login_drop(l);
	login_end(l);
	wipe(l);
	l->state = LAN_IDLE;
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

void lan_fail(struct lan *l, enum lan_verdict verdict)
{
	struct hwatt_error err;
	l->verdict = (uint8_t)verdict;
	if (verdict == LAN_SILENT) {
		lan_counters(l)->timeouts++;
		l->resolved = l->numeric; /* perhaps the name has another address by now, or has two */
		l->turn++;
	}
	lan_explain(l, &err);
	lan_fail_with(l, &err);
}

/* Sending. */
void lan_wait(struct lan *l, int64_t ms)
{
	hub_set_due(l->module->hub, &l->peer, lan_now(l) + ms);
}

void lan_send_packet(struct lan *l, const uint8_t *packet, size_t length)
{
	static const int16_t waits_ms[TRIES] = { 500, 1000, 2000, 2000 };
	hub_send(l->module->hub, &l->peer, packet, length);
	hwatt_target_count_request(l->target);
	if (l->tries > 0)
		lan_counters(l)->retries++;
	unsigned turn = l->tries + (l->patient && l->shake != NULL ? 1u : 0u);
	lan_wait(l, l->state == LAN_CLOSING ? CLOSE_MS : waits_ms[turn < TRIES ? turn : TRIES - 1]);
	l->tries++;
}

static void send_sealed(struct lan *l, uint8_t netfn, uint8_t lun, uint8_t command, const uint8_t *data, size_t length)
{
	uint8_t packet[RMCPP_MAX_SEALED];
	const struct rmcpp_request request = { .netfn = netfn, .lun = lun, .sequence = l->rq, .command = command, .data = data,
					       .length = length };
	if (++l->sequence == 0)
		l->sequence = 1;
	lan_send_packet(l, packet, rmcpp_seal(hub_sealer(l->module->hub), &l->keys, l->bmc, l->sequence, &request, packet));
}

/* Sends what the state is waiting for an answer to. */
static void transmit(struct lan *l)
{
	uint8_t id[4];
	switch ((enum lan_state)l->state) {
	case LAN_OPEN:
	case LAN_RAKP_1:
	case LAN_RAKP_3:
		login_repeat(l);
		break;
	case LAN_PRIVILEGE:
		send_sealed(l, NETFN_APP, 0, SET_PRIVILEGE, &l->privilege, 1);
		break;
	case LAN_COMMAND:
		send_sealed(l, l->netfn, l->lun, l->command, l->data, l->length);
		break;
	case LAN_CLOSING:
		for (size_t i = 0; i < sizeof(id); i++)
			id[i] = (uint8_t)(l->bmc >> (8 * i));
		send_sealed(l, NETFN_APP, 0, CLOSE_SESSION, id, sizeof(id));
		break;
	default:
		break;
	}
}

void lan_enter(struct lan *l, enum lan_state state)
{
	l->state = (uint8_t)state;
	l->tries = 0;
	l->rq = (uint8_t)((l->rq + 1) & 0x3f);
	transmit(l);
}

/* Ends a session that is perhaps none any more: one packet, unanswered. */
static void drop_session(struct lan *l)
{
	l->state = LAN_CLOSING;
	l->rq = (uint8_t)((l->rq + 1) & 0x3f);
	l->tries = 0;
	transmit(l);
	lan_counters(l)->lost++;
	wipe(l);
	l->state = LAN_IDLE;
}

static void take_privilege(struct lan *l, uint8_t code)
{
	if (code != 0 && l->raised) { /* the session is there, but not for what we want: end it, begin lower */
		login_unraise(l);
		lan_counters(l)->opened++;
		lan_enter(l, LAN_CLOSING);
		return;
	}
	if (code != 0 && l->privilege > LAN_USER) {
		drop_session(l);
		login_refuse(l, RAKP_NO_ROLE);
		return;
	}
	login_done(l);
}

/* In the session, or before it: what is to be done next? */
void lan_proceed(struct lan *l)
{
	if (l->state == LAN_READY && l->closed != NULL) {
		lan_enter(l, LAN_CLOSING);
	} else if (l->state == LAN_READY && l->done != NULL) {
		lan_enter(l, LAN_COMMAND);
	} else if (l->state == LAN_READY && (!l->keep || ciphers_due(&l->ciphers, login_today()))) {
		lan_enter(l, LAN_CLOSING);
	} else if (l->state == LAN_IDLE && l->closed != NULL) {
		finish_leaving(l);
	} else if (l->state == LAN_IDLE && l->done != NULL) {
		login_begin(l);
	} else {
		hub_exit(l->module->hub, &l->peer);
	}
}

static void session_ended(struct lan *l)
{
	lan_counters(l)->closed++;
	wipe(l);
	l->state = LAN_IDLE;
	login_end(l);
	hub_clear_due(l->module->hub, &l->peer);
	lan_proceed(l);
}

static void answered(struct lan *l, const struct rmcpp_response *r)
{
	transport_done *done = l->done;
	void *arg = l->arg;
	struct transport_answer answer = { .code = r->code, .data = r->data, .length = r->length };
	l->state = LAN_READY;
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
	bool waiting = l->state == LAN_PRIVILEGE || l->state == LAN_COMMAND || l->state == LAN_CLOSING;
	if ((!waiting && l->state != LAN_READY) || p->session != l->console)
		return false;
	int length = rmcpp_open(hub_sealer(l->module->hub), &l->keys, p, plain, NULL);
	if (length < 0 || rmcpp_message(plain, (size_t)length, &r, NULL) < 0 ||
	    (r.checksums_wrong && (l->quirks & IPMI_QUIRK_IGNORE_CHECKSUMS) == 0)) {
		lan_counters(l)->malformed++;
		return true;
	}
	const uint8_t netfn = l->state == LAN_COMMAND ? l->netfn : NETFN_APP;
	const uint8_t command = l->state == LAN_COMMAND ? l->command : l->state == LAN_PRIVILEGE ? SET_PRIVILEGE : CLOSE_SESSION;
	if (!window_take(&l->window, p->sequence) || !waiting || r.sequence != l->rq || r.netfn != netfn + 1 || r.command != command) {
		lan_counters(l)->unknown++; /* replayed, or late: to an earlier try */
		return true;
	}
	if (l->state == LAN_PRIVILEGE)
		take_privilege(l, r.code);
	else if (l->state == LAN_CLOSING)
		session_ended(l);
	else
		answered(l, &r);
	return true;
}

static bool on_packet(struct hub_peer *peer, const struct rmcpp_packet *p)
{
	struct lan *l = lan_of(peer);
	switch (p->type) {
	case RMCPP_OPEN_RESPONSE:
	case RMCPP_RAKP2:
	case RMCPP_RAKP4: return login_packet(l, p);
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
		lan_fail(l, LAN_SILENT);
		return;
	}
	l->restarts++;
	login_begin(l);
}

static unsigned most_tries(const struct lan *l)
{
	if (l->state == LAN_CLOSING)
		return CLOSE_TRIES;
	if (l->closed != NULL)
		return LAST_TRIES;
	return l->state == LAN_COMMAND && l->proven && l->restarts == 0 ? KEPT_TRIES : TRIES;
}

static void on_due(struct hub_peer *peer)
{
	struct lan *l = lan_of(peer);
	if (l->late) { /* a verdict that was clear at once */
		struct hwatt_error err;
		l->late = false;
		lan_explain(l, &err);
		lan_fail_with(l, &err);
	} else if (l->waits) {
		l->waits = false;
		hub_enter(l->module->hub, &l->peer);
	} else if (l->tries < most_tries(l)) {
		transmit(l);
	} else if (l->state == LAN_CLOSING) {
		session_ended(l);
	} else if (l->state == LAN_COMMAND || l->state == LAN_PRIVILEGE) {
		session_lost(l);
	} else {
		login_silent(l);
	}
}

static void on_go(struct hub_peer *peer)
{
	lan_proceed(lan_of(peer));
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
	bool idle = l->state == LAN_IDLE || l->state == LAN_READY;
	if (idle && c->after_ms > 0) {
		l->waits = true;
		lan_wait(l, c->after_ms);
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
	if (l->state == LAN_COMMAND) {
		l->state = LAN_READY;
		if (l->tries > 1) /* asked twice, no answer: it may have forgotten us */
			drop_session(l);
		hub_clear_due(l->module->hub, &l->peer);
		hub_exit(l->module->hub, &l->peer);
	} else if (l->state == LAN_IDLE || l->state == LAN_READY) {
		hub_exit(l->module->hub, &l->peer); /* it waited for leave */
	} /* else a handshake: it goes on to its end, which the next poll finds */
}

static void lan_rest(struct transport *t)
{
	struct lan *l = (struct lan *)t;
	if (l->state == LAN_READY && (!l->keep || ciphers_due(&l->ciphers, login_today())))
		hub_enter(l->module->hub, &l->peer);
}

static bool lan_raise(struct transport *t)
{
	struct lan *l = (struct lan *)t;
	if (l->privilege != LAN_USER || l->no_raise || l->state != LAN_READY)
		return false;
	if (!l->set_user) { /* perhaps its sessions begin below that */
		l->set_user = true;
	} else {
		l->privilege = LAN_OPERATOR;
		l->raised = true;
		hwatt_target_remember(l->target, LAN_MEMORY_PRIVILEGE, "operator");
	}
	l->state = LAN_CLOSING; /* the role is the session's: a new one, when this one has ended */
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
	if (l->state == LAN_IDLE || l->state == LAN_LOOKUP) {
		finish_leaving(l);
	} else if (l->state == LAN_READY) {
		hub_enter(l->module->hub, &l->peer);
	} else if (l->state != LAN_CLOSING && l->tries >= LAST_TRIES) { /* it does not answer */
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
	l->privilege = (uint8_t)(LAN_USER + (unsigned)settings->privilege);
	l->mark = account_mark(hub_sealer(m->hub), account) | (unsigned)settings->privilege << 16;
	l->ciphers.only = settings->cipher_suite == IPMI_SUITE_17 ? 17 : settings->cipher_suite == IPMI_SUITE_3 ? 3 : 0;
	l->keep = settings->session == IPMI_SESSION_KEEP ||
		  (settings->session == IPMI_SESSION_AUTO && device->interval_ms <= LAN_KEEP_MS);
	l->peer.packet = on_packet;
	l->peer.due = on_due;
	l->peer.go = on_go;
	if (lookup_numeric(device->host, device->port != 0 ? device->port : LAN_DEFAULT_PORT, &l->peer.to)) {
		l->resolved = l->numeric = true;
		hub_join(m->hub, &l->peer);
		login_take_hold(l);
	}
	login_recall(l);
	*out = &l->transport;
	return 0;
}
