/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc.h"

#include <stdlib.h>
#include <string.h>

#define ADDRESS_BMC 0x20
#define WINDOW_AHEAD 16
#define WINDOW_BEHIND 16
#define MESSAGE_ROOM 400

void bmc_init(struct bmc *bmc, const struct bmc_world *world, uint32_t number,
              const struct bmc_profile *profile)
{
	*bmc = (struct bmc){.number = number, .profile = profile};
	bmc->chance = octets_scatter(world->seed ^ octets_scatter(number));
	bmc->forget_turn = -1;
}

void bmc_restart(struct bmc *bmc)
{
	for (int i = 0; i < BMC_SLOTS_MAX; i++) {
		free(bmc->slots[i]);
		bmc->slots[i] = NULL;
	}
	free(bmc->held);
	bmc->held = NULL;
	bmc->bad_logins = 0;
	bmc->locked_until_ms = 0;
	bmc->reservation = 0;
}

void bmc_free(struct bmc *bmc)
{
	bmc_restart(bmc);
	bmc_count_free(&bmc->counts);
}

void bmc_count(struct bmc_world *world, struct bmc *bmc, enum bmc_counter counter)
{
	bmc->counts.values[counter]++;
	world->total.values[counter]++;
}

const struct bmc_rule *bmc_rule(const struct bmc_world *world, const struct bmc *bmc,
                                enum bmc_fault_kind kind)
{
	return bmc_fault_find(&world->faults, kind, bmc->number, world->run_ms);
}

uint64_t bmc_chance(struct bmc *bmc)
{
	return octets_scatter(bmc->chance++);
}

void bmc_chance_fill(struct bmc *bmc, uint8_t *out, size_t length)
{
	for (size_t i = 0; i < length; i += sizeof(uint64_t)) {
		uint64_t bits = bmc_chance(bmc);
		memcpy(out + i, &bits, length - i < sizeof(bits) ? length - i : sizeof(bits));
	}
}

void bmc_guid(const struct bmc_world *world, const struct bmc *bmc, uint8_t out[BMC_NONCE])
{
	uint64_t halves[2] = {octets_scatter(world->seed + 77), bmc->number};
	memcpy(out, halves, BMC_NONCE);
}

struct bmc_session *bmc_session_find(const struct bmc *bmc, uint32_t id)
{
	for (int i = 0; i < bmc->profile->slots; i++)
		if (bmc->slots[i] != NULL && bmc->slots[i]->id == id)
			return bmc->slots[i];
	return NULL;
}

void bmc_session_end(struct bmc *bmc, const struct bmc_session *session)
{
	for (int i = 0; i < BMC_SLOTS_MAX; i++) {
		if (bmc->slots[i] != NULL && bmc->slots[i] == session) {
			free(bmc->slots[i]);
			bmc->slots[i] = NULL;
			return;
		}
	}
}

/* Ends all live sessions when a fault says that it is time; BMCs do not all do so at once. */
static void forget(struct bmc_world *world, struct bmc *bmc)
{
	const struct bmc_rule *rule = bmc_rule(world, bmc, BMC_FAULT_FORGET);
	if (rule == NULL)
		return;
	int64_t period_ms = rule->value * 1000;
	int64_t phase_ms = (int64_t)(octets_scatter(bmc->number) % (uint64_t)period_ms);
	int64_t turn = (world->run_ms + phase_ms) / period_ms;
	bool first = bmc->forget_turn < 0;
	if (turn == bmc->forget_turn)
		return;
	bmc->forget_turn = turn;
	for (int i = 0; i < bmc->profile->slots && !first; i++) {
		if (bmc->slots[i] == NULL)
			continue;
		if (bmc->slots[i]->state == BMC_SESSION_LIVE)
			bmc_count(world, bmc, BMC_COUNT_FORGOTTEN);
		bmc_session_end(bmc, bmc->slots[i]);
	}
}

void bmc_age(struct bmc_world *world, struct bmc *bmc)
{
	forget(world, bmc);
	for (int i = 0; i < bmc->profile->slots; i++) {
		const struct bmc_session *session = bmc->slots[i];
		if (session == NULL)
			continue;
		bool live = session->state == BMC_SESSION_LIVE;
		int64_t patience_ms =
			INT64_C(1000) * (live ? bmc->profile->idle_s : bmc->profile->handshake_s);
		if (world->run_ms - session->last_ms < patience_ms)
			continue;
		bmc_count(world, bmc, live ? BMC_COUNT_IDLE : BMC_COUNT_ABANDONED);
		bmc_session_end(bmc, session);
	}
}

int bmc_live_sessions(const struct bmc *bmc)
{
	int live = 0;
	for (int i = 0; i < bmc->profile->slots; i++)
		live += bmc->slots[i] != NULL && bmc->slots[i]->state == BMC_SESSION_LIVE;
	return live;
}

/* Whether the sequence number is new and inside the window, which it then moves. */
static bool accept_sequence(struct bmc_world *world, struct bmc *bmc, struct bmc_session *session,
                            uint32_t sequence)
{
	uint32_t ahead = sequence - session->in_high;
	uint32_t behind = session->in_high - sequence;
	if (sequence != 0 && ahead != 0 && ahead <= WINDOW_AHEAD) {
		session->in_seen = session->in_seen << ahead | 1;
		session->in_high = sequence;
		return true;
	}
	if (sequence == 0 || behind >= WINDOW_BEHIND) {
		bmc_count(world, bmc, BMC_COUNT_OUTSIDE);
		return false;
	}
	if ((session->in_seen >> behind & 1) != 0) {
		bmc_count(world, bmc, BMC_COUNT_REPLAYED);
		return false;
	}
	session->in_seen |= UINT32_C(1) << behind;
	return true;
}

/* Checks protection and order of a packet in a session and decrypts it. */
static bool open_packet(struct bmc_world *world, struct bmc *bmc, struct bmc_session *session,
                        const struct rmcpp_packet *packet, uint8_t *plain, size_t *length)
{
	enum bmc_counter counter = BMC_COUNT_MALFORMED;
	if (!packet->encrypted || !packet->authenticated) {
		bmc_count(world, bmc, BMC_COUNT_UNPROTECTED);
		return false;
	}
	switch (rmcpp_open(world->crypto, &session->keys, packet, plain, length)) {
	case RMCPP_FINE: return accept_sequence(world, bmc, session, packet->sequence);
	case RMCPP_MALFORMED: break;
	case RMCPP_BAD_TRAILER: counter = BMC_COUNT_BAD_TRAILER; break;
	case RMCPP_BAD_CODE: counter = BMC_COUNT_BAD_CODE; break;
	case RMCPP_BAD_PADDING: counter = BMC_COUNT_BAD_PADDING; break;
	}
	bmc_count(world, bmc, counter);
	return false;
}

/* Runs the message in `data` and writes the answering message to `out`; false for none. */
static bool run_message(struct bmc_world *world, struct bmc *bmc, struct bmc_session *session,
                        const uint8_t *data, size_t length, struct octets_writer *out)
{
	uint8_t result[MESSAGE_ROOM];
	struct octets_writer body = octets_writer(result, sizeof(result));
	struct rmcpp_message message;
	if (!rmcpp_message_parse(data, length, &message)) {
		bmc_count(world, bmc, BMC_COUNT_BAD_CHECKSUM);
		return false;
	}
	if (message.responder != ADDRESS_BMC || (message.netfn & 1) != 0) {
		bmc_count(world, bmc, BMC_COUNT_MALFORMED);
		return false;
	}
	bmc_command(world, bmc, session, &message, &body);
	rmcpp_message_answer(&message, result, body.length, out);
	if (!out->full && bmc_rule(world, bmc, BMC_FAULT_BAD_CHECKSUMS) != NULL)
		out->data[out->length - 1] ^= 0xff;
	return !out->full;
}

/* A packet of a session. */
static void receive_session(struct bmc_world *world, struct bmc *bmc,
                            const struct rmcpp_packet *packet, struct bmc_answer *answer)
{
	uint8_t plain[RMCPP_PACKET_MAX], reply[MESSAGE_ROOM + 16], iv[RMCPP_BLOCK];
	size_t length = 0;
	struct octets_writer message = octets_writer(reply, sizeof(reply));
	struct octets_writer out = octets_writer(answer->data, sizeof(answer->data));
	struct bmc_session *session = bmc_session_find(bmc, packet->session_id);

	if (session == NULL || session->state != BMC_SESSION_LIVE ||
	    packet->payload_type != RMCPP_IPMI) {
		bmc_count(world, bmc, BMC_COUNT_STRANGE);
		return;
	}
	if (!open_packet(world, bmc, session, packet, plain, &length))
		return;
	session->last_ms = world->run_ms;
	session->used = true;
	if (!run_message(world, bmc, session, plain, length, &message))
		return;
	if (++session->out_sequence == 0)
		session->out_sequence = 1;
	bmc_chance_fill(bmc, iv, sizeof(iv));
	rmcpp_seal(world->crypto, &session->keys, session->console_id, session->out_sequence, reply,
	           message.length, iv, &out);
	answer->length = out.length;
	answer->in_session = true;
	if (session->closing) {
		bmc_count(world, bmc, BMC_COUNT_CLOSED);
		bmc_session_end(bmc, session);
	}
}

/* A message outside of any session, in either framing. */
static void receive_outside(struct bmc_world *world, struct bmc *bmc,
                            const struct rmcpp_packet *packet, struct bmc_answer *answer)
{
	uint8_t reply[MESSAGE_ROOM + 16];
	struct octets_writer message = octets_writer(reply, sizeof(reply));
	struct octets_writer out = octets_writer(answer->data, sizeof(answer->data));
	if (!run_message(world, bmc, NULL, packet->payload, packet->payload_length, &message))
		return;
	if (packet->kind == RMCPP_V15)
		rmcpp_plain15(reply, message.length, &out);
	else
		rmcpp_plain(RMCPP_IPMI, reply, message.length, &out);
	answer->length = out.length;
}

void bmc_receive(struct bmc_world *world, struct bmc *bmc, uint64_t peer, const uint8_t *data,
                 size_t size, struct bmc_answer *answer)
{
	struct rmcpp_packet packet;
	struct octets_writer out = octets_writer(answer->data, sizeof(answer->data));
	answer->length = 0;
	answer->in_session = answer->login = false;
	bmc_age(world, bmc);
	if (rmcpp_parse(data, size, &packet) != RMCPP_FINE) {
		bmc_count(world, bmc, BMC_COUNT_MALFORMED);
		return;
	}
	if (packet.kind == RMCPP_PING) {
		bmc_count(world, bmc, BMC_COUNT_PING);
		rmcpp_pong(packet.tag, &out);
		answer->length = out.length;
	} else if (packet.session_id != 0) {
		receive_session(world, bmc, &packet, answer);
	} else if (packet.encrypted || packet.authenticated) {
		bmc_count(world, bmc, BMC_COUNT_MALFORMED);
	} else if (packet.kind == RMCPP_V15 || packet.payload_type == RMCPP_IPMI) {
		receive_outside(world, bmc, &packet, answer);
	} else {
		bmc_login(world, bmc, peer, &packet, answer);
	}
}
