/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Anything as a packet, as the payload of a handshake, and as what was encrypted with the right keys. */
#include "rakp.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A packet of ours with `message` in it, so that the fuzzer gets behind the seal. */
static void open_sealed(struct sealer *sealer, const struct rmcpp_keys *keys, const uint8_t *message, size_t length)
{
	uint8_t packet[RMCPP_MAX_SEALED], plain[RMCPP_MAX_PACKET];
	const struct rmcpp_request r = { .netfn = 7, .command = 1, .data = message, .length = length < 50 ? length : 50 };
	struct rmcpp_packet p;
	size_t octets = rmcpp_seal(sealer, keys, 1, 1, &r, packet);
	assert(rmcpp_head(packet, octets, &p, NULL) == 0);
	assert(rmcpp_open(sealer, keys, &p, plain, NULL) == (int)(7 + r.length));
	assert(memcmp(plain + 6, message, r.length) == 0);
}

static void shake(struct sealer *sealer, const struct suite *suite, const uint8_t *data, size_t size)
{
	struct rakp_account account = { .user = "hallwatt", .key = { 1 } };
	uint8_t status, out[RMCPP_MAX_OUT];
	for (unsigned quirks = 0; quirks < 8; quirks++) {
		struct rakp r = { .account = &account, .suite = suite, .quirks = quirks, .tag = size > 0 ? data[0] : 0, .privilege = 2,
				  .console = 0x01020304 };
		rakp_open_response(&r, data, size, &status);
		rakp_2(sealer, &r, data, size, &status);
		rakp_4(sealer, &r, data, size, &status);
		assert(rakp_1(&r, out) <= sizeof(out) && rakp_3(sealer, &r, 0, out) <= sizeof(out));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sealer *sealer;
	struct rmcpp_packet p;
	struct rmcpp_response r;
	uint8_t plain[RMCPP_MAX_PACKET];
	if (size > RMCPP_MAX_PACKET || sealer_open(&sealer, NULL) < 0)
		return 0;
	uint8_t *exact = malloc(size + 1); /* so that reading behind it is seen */
	memcpy(exact, data, size);
	for (int number = 3; number <= 17; number += 14) {
		struct rmcpp_keys keys = { .suite = suite_find(number), .k1 = { 1 }, .k2 = { 2 } };
		if (rmcpp_head(exact, size, &p, NULL) == 0) {
			int length = rmcpp_open(sealer, &keys, &p, plain, NULL);
			if (length >= 0)
				rmcpp_message(plain, (size_t)length, &r, NULL);
		}
		shake(sealer, keys.suite, exact, size);
		open_sealed(sealer, &keys, exact, size);
	}
	if (rmcpp_message(exact, size, &r, NULL) == 0)
		assert(r.data >= exact && r.data + r.length <= exact + size);
	free(exact);
	sealer_close(sealer);
	return 0;
}
