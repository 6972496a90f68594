/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fuzz_v3.c - an SNMPv3 packet from anywhere, to a device in any state. The first octet says which: with or without security,
 * engine known or not. What is taken must hold what ber.h promises, and be writable again. */
#include "fake_target.h"
#include "peer.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ber_message *m)
{
	assert(m->pdu == BER_RESPONSE && m->count <= BER_MAX_VARBINDS);
	for (size_t i = 0; i < m->count; i++) {
		const struct ber_varbind *v = &m->varbinds[i];
		char text[BER_MAX_SUBIDS * 11 + 1];
		volatile uint8_t sum = 0;
		assert(v->oid.length > 0);
		ber_oid_format(v->oid, text, sizeof(text));
		for (size_t j = 0; j < v->length; j++)
			sum = (uint8_t)(sum + v->bytes[j]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ber_message message;
	static struct roster *roster;
	static struct peer *anchor; /* keeps the keys, which take long to make */
	static const union hwatt_udp_address nowhere;
	static const uint8_t get[] = { 0x30, 0x15, 2, 1, 1, 4, 0, 0xa0, 0x0e, 2, 4, 0x40, 0, 0, 7, 2, 1, 0, 2, 1, 0, 0x30, 0 };
	struct hwatt_target target = { .device = { .id = "pdu-a1" } };
	struct hwatt_error err;
	struct peer *peer;
	uint8_t out[1500];
	if (size < 1 || size > BER_MAX_PACKET)
		return 0;
	int level = data[0] % 3;
	struct snmp_settings settings = {
		.version = SNMP_V3, .user = "u", .context = "", .engine_id = (data[0] & 0x40u) != 0 ? "8001020304" : "",
		.auth = level > 0 ? SEAL_SHA256 : SEAL_NO_AUTH, .priv = level > 1 ? SEAL_AES : SEAL_NO_PRIV,
		.auth_secret = { .kind = HWATT_SECRET_ENV, .where = "V3_SECRET" },
		.priv_secret = { .kind = HWATT_SECRET_ENV, .where = "V3_SECRET" },
	};
	if (anchor == NULL) {
		static struct hwatt_target nobody;
		struct snmp_settings most = settings;
		most.auth = SEAL_SHA256;
		most.priv = SEAL_AES;
		setenv("V3_SECRET", "correct horse", 1);
		if (roster_open(&roster, &err) < 0 || peer_new(roster, &nobody, &nowhere, &most, 0, &anchor, &err) < 0)
			abort();
	}
	if (peer_new(roster, &target, &nowhere, &settings, 0, &peer, &err) < 0)
		abort();
	for (int round = 0; round < 2; round++) {
		uint32_t id = 0x40000007, seen;
		bool peeked = head_peek_id(data + 1, size - 1, &seen);
		enum engine_verdict verdict = peer_security.unseal(peer, id, data + 1, size - 1, 1000, &message, &err);
		assert(peeked || verdict == ENGINE_DROP);
		if (verdict == ENGINE_ANSWER)
			check(&message);
		assert(peer_security.seal(peer, id, get, sizeof(get), 2000, out, sizeof(out)) > 0);
	}
	peer_free(peer);
	fake_forget(&target);
	return 0;
}
