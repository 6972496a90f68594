/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* fuzz_hallsim_bmc.c - any octets at all, sent to a BMC in each state that it can be in.
 *
 * The first octet says how the rest gets in: as a packet; as a login payload of that type for a
 * session that is there; as a message inside of a live session, which only somebody with the keys
 * could send; as the words of a fault. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bmc_farm.h"

#define INSTANT_MS INT64_C(1790000000000)
#define TARGETS 3
#define SESSION_LOGIN 4711 /* ids */
#define SESSION_LIVE 4712

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum way { PACKET, LOGIN, MESSAGE, WORDS, WAYS };

/* A BMC with nothing done yet, one in the middle of a login, one with a session. */
static struct bmc *make_bmc(struct bmc_farm *farm, uint32_t number)
{
	struct bmc *bmc = calloc(1, sizeof(*bmc));
	if (bmc == NULL)
		abort();
	bmc_init(bmc, &farm->world, number, bmc_farm_profile(farm, number));
	for (int i = 0; i < 2; i++) {
		struct bmc_session *session = calloc(1, sizeof(*session));
		if (session == NULL)
			abort();
		session->id = i == 0 ? SESSION_LOGIN : SESSION_LIVE;
		session->state = i == 0 ? BMC_SESSION_OPEN : BMC_SESSION_LIVE;
		session->limit = session->privilege = BMC_ADMINISTRATOR;
		session->user = &bmc->profile->users[0];
		session->keys.suite = number % 2 == 0 ? 3 : 17;
		bmc->slots[i] = session;
	}
	farm->bmcs[number] = bmc;
	return bmc;
}

/* Sends `data` the way that was asked for. */
static void attack(struct bmc_farm *farm, struct bmc *bmc, enum way way, const uint8_t *data,
                   size_t size, struct bmc_answer *answer)
{
	uint8_t packet[RMCPP_PACKET_MAX];
	struct octets_writer out = octets_writer(packet, sizeof(packet));
	if (way == PACKET) {
		bmc_receive(&farm->world, bmc, 1, data, size, answer);
		return;
	}
	if (size < 1 || size > 300)
		return;
	if (way == LOGIN) {
		uint8_t payload[RMCPP_PACKET_MAX];
		memcpy(payload, data, size);
		if (size >= 8) {
			uint32_t id = (data[0] & 1) != 0 ? SESSION_LOGIN : SESSION_LIVE;
			memcpy(payload + 4, &id, sizeof(id));
		}
		rmcpp_plain(0x10 + data[0] % 6, payload, size, &out);
	} else {
		struct bmc_session *session = bmc_session_find(bmc, SESSION_LIVE);
		uint8_t message[RMCPP_PACKET_MAX];
		struct octets_writer in = octets_writer(message, sizeof(message));
		if (session == NULL || size < 2)
			return;
		octets_put_u8(&in, 0x20);
		octets_put_u8(&in, data[0]);
		octets_put_u8(&in, octets_checksum(message, 2));
		octets_put_u8(&in, 0x81);
		octets_put_u8(&in, 4);
		octets_put(&in, data + 1, size - 1);
		octets_put_u8(&in, octets_checksum(message + 3, in.length - 3));
		rmcpp_seal(farm->world.crypto, &session->keys, SESSION_LIVE, session->in_high + 1,
		           message, in.length, data[0] % 2 == 0 ? session->nonce : session->sik, &out);
	}
	bmc_receive(&farm->world, bmc, 1, packet, out.length, answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bmc_farm farm; /* made once: libcrypto takes its time */
	struct sim_fault fault = {{0}};
	struct bmc_answer answer;
	if (farm.bmcs == NULL && (bmc_farm_open(&farm, 16, 1, NULL, &fault) < 0 ||
	                          bmc_farm_assign(&farm, "each", &fault) < 0))
		abort();
	if (size < 1)
		return 0;
	enum way way = data[0] % WAYS;
	farm.world.faults.count = 0;
	bmc_farm_set_time(&farm, 0, INSTANT_MS);
	if (way == WORDS) {
		char words[64] = {0};
		memcpy(words, data + 1, size - 1 < sizeof(words) - 1 ? size - 1 : sizeof(words) - 1);
		if (bmc_fault_add(&farm.world.faults, words, &fault) == 0 && farm.world.faults.count != 1)
			abort();
		return 0;
	}
	for (uint32_t i = 0; i < TARGETS; i++) {
		struct bmc *bmc = make_bmc(&farm, i * 4); /* rack, standby, laboratory */
		answer.length = 0;
		attack(&farm, bmc, way, data + 1, size - 1, &answer);
		if (answer.length > RMCPP_PACKET_MAX)
			abort();
		bmc_free(bmc);
		free(bmc);
		farm.bmcs[i * 4] = NULL;
	}
	bmc_count_free(&farm.world.total);
	return 0;
}
