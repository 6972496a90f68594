/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* login.c - the beginning of a session with one controller: its address, leave to try, the handshake.
 *
 * Open Session, RAKP 1 to 4; which cipher suite is asked for says ciphers.h, whether a login may be tried hold.h. */
#include "lan_private.h"
#include <hallwatt/arena.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MEMORY_SUITE "cipher_suite"
#define MEMORY_REFUSED "refused"
#define OTHERS_MS 100 /* then a login that waits for others of the same user looks again */

/* What is known over restarts. */
static void note_refusals(struct lan *l)
{
	char text[HOLD_TEXT];
	bool any = hold_note(l->hold, l->mark, lan_now(l), (int64_t)time(NULL), text);
	unsigned refusals = any ? hold_refusals(l->hold) : 0;
	if (refusals == l->noted)
		return;
	l->noted = refusals;
	hwatt_target_remember(l->target, MEMORY_REFUSED, any ? text : NULL);
}

void login_take_hold(struct lan *l)
{
	struct hold *before = l->hold;
	l->hold = hold_take(&l->module->holds, &l->peer.to, account_of(l->account)->user);
	if (l->hold != before) {
		char *note = hwatt_target_recall(l->target, MEMORY_REFUSED);
		hold_recall(l->hold, l->mark, note, lan_now(l), (int64_t)time(NULL));
		l->noted = note == NULL ? 0 : hold_is_of(l->hold, l->mark) ? hold_refusals(l->hold) : UINT_MAX;
		free(note);
	}
	hold_release(&l->module->holds, before);
}

int64_t login_today(void)
{
	return (int64_t)time(NULL) / 86400;
}

void login_recall(struct lan *l)
{
	char *suite = hwatt_target_recall(l->target, MEMORY_SUITE), *privilege = hwatt_target_recall(l->target, LAN_MEMORY_PRIVILEGE);
	ciphers_recall(&l->ciphers, suite, login_today());
	if (privilege != NULL && strcmp(privilege, "operator") == 0 && l->privilege == LAN_USER) {
		l->privilege = LAN_OPERATOR;
		l->raised = true;
	}
	free(suite);
	free(privilege);
}

static struct handshake *shake_take(struct lan_module *m)
{
	struct handshake *s = m->spare;
	if (s == NULL)
		return hwatt_alloc(sizeof(*s));
	m->spare = s->next;
	s->next = NULL;
	return s;
}

void login_drop(struct lan *l)
{
	struct handshake *s = l->shake;
	if (s == NULL)
		return;
	explicit_bzero(s, sizeof(*s));
	s->next = l->module->spare;
	l->module->spare = s;
	l->shake = NULL;
}

void login_end(struct lan *l)
{
	if (l->trying)
		hold_end(l->hold);
	l->trying = false;
}

void login_refuse(struct lan *l, uint8_t status)
{
	lan_counters(l)->refused++;
	hold_refuse(l->hold, l->mark, status, lan_now(l));
	note_refusals(l);
	lan_fail(l, LAN_REFUSED);
}

static void no_session_free(struct lan *l)
{
	uint16_t random;
	sealer_random(hub_sealer(l->module->hub), &random, sizeof(random));
	hold_fill(l->hold, random, lan_now(l));
	lan_counters(l)->full++;
	if (!l->was_full)
		hwatt_log(hwatt_target_log(l->target), HWATT_INFO, "the BMC has no session free; waiting until one is");
	l->was_full = true;
	lan_fail(l, LAN_FULL);
}

static void put_shake(struct lan *l, enum lan_state state, uint8_t type, const uint8_t *payload, size_t length)
{
	l->shake->length = rmcpp_plain(type, payload, length, l->shake->packet);
	l->state = (uint8_t)state;
	l->tries = 0;
	login_repeat(l);
}

void login_repeat(struct lan *l)
{
	lan_send_packet(l, l->shake->packet, l->shake->length);
}

/* The handshake. */
static void open_session(struct lan *l)
{
	struct sealer *sealer = hub_sealer(l->module->hub);
	uint8_t payload[RMCPP_MAX_OUT];
	login_drop(l);
	l->shake = shake_take(l->module);
	struct rakp *r = &l->shake->rakp;
	*r = (struct rakp){ .account = account_of(l->account), .suite = suite_find(l->suite), .quirks = l->quirks,
			    .privilege = l->privilege };
	do
		sealer_random(sealer, &r->console, sizeof(r->console));
	while (r->console == 0);
	sealer_random(sealer, &r->tag, sizeof(r->tag));
	sealer_random(sealer, r->console_random, sizeof(r->console_random));
	put_shake(l, LAN_OPEN, RMCPP_OPEN_REQUEST, payload, rakp_open_request(r, payload));
}

static void on_lookup(void *arg, const union hwatt_udp_address *address, const struct hwatt_error *err)
{
	struct lan *l = arg;
	l->lookup = NULL;
	if (err != NULL) {
		lan_fail_with(l, err);
		return;
	}
	hub_leave(l->module->hub, &l->peer); /* from the address before */
	l->peer.to = *address;
	hub_join(l->module->hub, &l->peer);
	l->resolved = true;
	login_take_hold(l);
	l->state = LAN_IDLE;
	hub_enter(l->module->hub, &l->peer);
}

static void look_up(struct lan *l)
{
	const struct hwatt_device *device = hwatt_target_device(l->target);
	struct hwatt_error err;
	l->state = LAN_LOOKUP;
	hub_exit(l->module->hub, &l->peer);
	l->lookup = lookup_start(hub_loop(l->module->hub), device->host, device->port != 0 ? device->port : LAN_DEFAULT_PORT, l->turn,
				 on_lookup, l, &err);
	if (l->lookup == NULL)
		lan_fail_with(l, &err);
}

/* No login now: told from the clock, as orders are not answered before they have returned. */
static void put_off(struct lan *l, enum lan_verdict verdict)
{
	l->state = LAN_IDLE;
	l->verdict = (uint8_t)verdict;
	l->late = true;
	hub_exit(l->module->hub, &l->peer);
	lan_wait(l, 0);
}

void login_begin(struct lan *l)
{
	if (!l->resolved) {
		look_up(l);
		return;
	}
	switch (l->trying ? HOLD_GO : hold_ask(l->hold, l->mark, lan_now(l))) {
	case HOLD_GO:
		break;
	case HOLD_REFUSED:
		note_refusals(l); /* those of another device count after a restart, too */
		put_off(l, LAN_REFUSED);
		return;
	case HOLD_FULL:
		put_off(l, LAN_FULL);
		return;
	case HOLD_OTHERS:
		l->state = LAN_IDLE;
		l->waits = true;
		hub_exit(l->module->hub, &l->peer);
		lan_wait(l, OTHERS_MS);
		return;
	}
	if (!l->trying)
		hold_begin(l->hold);
	l->trying = true;
	l->suite = ciphers_first(&l->ciphers, login_today());
	open_session(l);
}

/* What failed may only want another beginning. */
static void restart(struct lan *l, enum lan_verdict otherwise)
{
	if (l->closed != NULL || l->restarts > 0) {
		lan_fail(l, otherwise);
		return;
	}
	l->restarts++;
	open_session(l);
}

/* The suite was not taken. Never down from 17 once it was seen, whoever says no. */
static void other_suite(struct lan *l, enum lan_verdict verdict)
{
	uint8_t other = ciphers_refuse(&l->ciphers, l->suite);
	if (other == 0) {
		lan_fail(l, verdict);
		return;
	}
	l->suite = other;
	open_session(l);
}

void login_unraise(struct lan *l)
{
	l->privilege = LAN_USER;
	l->raised = false;
	l->no_raise = true;
	hwatt_target_remember(l->target, LAN_MEMORY_PRIVILEGE, NULL);
}

static void lower(struct lan *l)
{
	login_unraise(l);
	open_session(l);
}

/* Its code for us was right, ours for it is not. Some (OpenBMC) make a new random number for each RAKP 1 that comes: when that was sent
 * again too early, ours was of the answer before. That says nothing of the password. */
static void take_bad_code(struct lan *l)
{
	if (l->state != LAN_RAKP_3 || !l->shake->doubled || l->patient) {
		login_refuse(l, RAKP_BAD_CODE);
		return;
	}
	l->patient = true;
	if (l->closed != NULL)
		lan_fail(l, LAN_STATUS);
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
		other_suite(l, LAN_NO_COMMON_SUITE);
		break;
	case RAKP_INVALID_SESSION:
	case RAKP_INACTIVE_SESSION:
		restart(l, LAN_STATUS);
		break;
	case RAKP_BAD_PARAMETER: /* so do some say that they do not know an algorithm */
		if (l->state == LAN_OPEN)
			other_suite(l, LAN_STATUS);
		else
			lan_fail(l, LAN_STATUS);
		break;
	case RAKP_NO_ROLE:
	case RAKP_INACTIVE_ROLE:
		if (l->raised)
			lower(l);
		else
			login_refuse(l, status);
		break;
	case RAKP_BAD_CODE:
		take_bad_code(l);
		break;
	case RAKP_NO_USER:
		login_refuse(l, status);
		break;
	default:
		lan_fail(l, LAN_STATUS);
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
	if (l->state != LAN_OPEN)
		return false;
	switch (rakp_open_response(&l->shake->rakp, p->payload, p->length, &status)) {
	case RAKP_DONE:
		put_shake(l, LAN_RAKP_1, RMCPP_RAKP1, payload, rakp_1(&l->shake->rakp, payload));
		return true;
	case RAKP_REFUSED:
		take_status(l, status);
		return true;
	case RAKP_OTHER_SUITE:
		give_up_shake(l);
		other_suite(l, LAN_OTHER_SUITE);
		return true;
	default:
		return false;
	}
}

static bool take_rakp_2(struct lan *l, const struct rmcpp_packet *p)
{
	struct sealer *sealer = hub_sealer(l->module->hub);
	uint8_t status, payload[RMCPP_MAX_OUT];
	if (l->state != LAN_RAKP_1)
		return false;
	switch (rakp_2(sealer, &l->shake->rakp, p->payload, p->length, &status)) {
	case RAKP_DONE:
		l->shake->doubled = l->tries > 1;
		put_shake(l, LAN_RAKP_3, RMCPP_RAKP3, payload, rakp_3(sealer, &l->shake->rakp, 0, payload));
		explicit_bzero(payload, sizeof(payload));
		return true;
	case RAKP_REFUSED:
		take_status(l, status);
		return true;
	case RAKP_FORGED: /* its key is not ours: what we would send next must not leave */
		give_up_shake(l);
		login_refuse(l, RAKP_BAD_CODE);
		return true;
	case RAKP_LENGTH:
		give_up_shake(l);
		lan_fail(l, LAN_LENGTH);
		return true;
	default:
		return false;
	}
}

/* The session stands: what is known of the controller from now on. */
static void learn(struct lan *l)
{
	char text[CIPHERS_TEXT];
	if (ciphers_done(&l->ciphers, l->suite, login_today()))
		hwatt_target_remember(l->target, MEMORY_SUITE, ciphers_note(&l->ciphers, text) ? text : NULL);
	hold_accept(l->hold, l->mark);
	note_refusals(l);
	login_end(l);
	if (l->was_full)
		hwatt_log(hwatt_target_log(l->target), HWATT_INFO, "the BMC has a session free again");
	l->was_full = false;
}

void login_done(struct lan *l)
{
	lan_counters(l)->opened++;
	learn(l);
	l->state = LAN_READY;
	hub_clear_due(l->module->hub, &l->peer);
	lan_proceed(l);
}

static bool take_rakp_4(struct lan *l, const struct rmcpp_packet *p)
{
	struct sealer *sealer = hub_sealer(l->module->hub);
	uint8_t status;
	if (l->state != LAN_RAKP_3)
		return false;
	switch (rakp_4(sealer, &l->shake->rakp, p->payload, p->length, &status)) {
	case RAKP_DONE:
		rakp_keys(sealer, &l->shake->rakp, &l->keys);
		l->console = l->shake->rakp.console;
		l->bmc = l->shake->rakp.bmc;
		l->sequence = 0;
		l->window = (struct window){ 0 };
		l->proven = false;
		login_drop(l);
		if (l->privilege > LAN_USER || l->set_user)
			lan_enter(l, LAN_PRIVILEGE);
		else
			login_done(l); /* sessions begin there: a packet less */
		return true;
	case RAKP_REFUSED:
		take_status(l, status);
		return true;
	case RAKP_FORGED: /* the session stands over there, and cannot be closed: not again and again until none is left */
		login_refuse(l, RAKP_NOT_SIGNED);
		return true;
	default:
		return false;
	}
}

void login_silent(struct lan *l)
{
	if (l->state != LAN_OPEN) {
		restart(l, LAN_SILENT);
		return;
	}
	ciphers_silent(&l->ciphers);
	lan_fail(l, LAN_SILENT);
}

bool login_packet(struct lan *l, const struct rmcpp_packet *p)
{
	switch (p->type) {
	case RMCPP_OPEN_RESPONSE: return take_open_response(l, p);
	case RMCPP_RAKP2: return take_rakp_2(l, p);
	case RMCPP_RAKP4: return take_rakp_4(l, p);
	default: return false;
	}
}
