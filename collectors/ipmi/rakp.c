/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "rakp.h"
#include <hallwatt/wire.h>
#include <string.h>

#define CONSTANT 20u /* octets of the constants that K1 and K2 are made from, for SHA-256 too */

static uint8_t *put_le(uint8_t *out, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		*out++ = (uint8_t)(value >> (8 * i));
	return out;
}

static uint8_t *put_algorithm(uint8_t *out, uint8_t kind, uint8_t algorithm)
{
	const uint8_t payload[] = { kind, 0, 0, 8, algorithm, 0, 0, 0 };
	memcpy(out, payload, sizeof(payload));
	return out + sizeof(payload);
}

size_t rakp_open_request(const struct rakp *r, uint8_t out[RMCPP_MAX_OUT])
{
	const uint8_t start[] = { r->tag, r->privilege, 0, 0 };
	memcpy(out, start, sizeof(start));
	uint8_t *at = put_le(out + sizeof(start), r->console);
	at = put_algorithm(at, 0, r->suite->authentication);
	at = put_algorithm(at, 1, r->suite->integrity);
	at = put_algorithm(at, 2, r->suite->confidentiality);
	return (size_t)(at - out);
}

enum rakp_result rakp_open_response(struct rakp *r, const uint8_t *payload, size_t length, uint8_t *status)
{
	struct hwatt_wire in = hwatt_wire_from(payload, length);
	uint8_t tag = hwatt_wire_u8(&in);
	*status = hwatt_wire_u8(&in);
	if (!hwatt_wire_ok(&in) || tag != r->tag)
		return RAKP_DROP;
	if (*status != 0) /* what follows may be missing */
		return RAKP_REFUSED;
	hwatt_wire_take(&in, 2); /* the most privilege: some say 0 for "highest" */
	uint32_t console = (uint32_t)hwatt_wire_le(&in, 4), bmc = (uint32_t)hwatt_wire_le(&in, 4);
	const uint8_t asked[3] = { r->suite->authentication, r->suite->integrity, r->suite->confidentiality };
	bool same = true;
	for (size_t i = 0; i < 3; i++) {
		const uint8_t *algorithm = hwatt_wire_take(&in, 8);
		same = same && algorithm != NULL && algorithm[0] == i && (algorithm[4] & 0x3f) == asked[i];
	}
	if (!hwatt_wire_ok(&in) || console != r->console || bmc == 0)
		return RAKP_DROP;
	r->bmc = bmc;
	return same ? RAKP_DONE : RAKP_OTHER_SUITE;
}

/* The name as it goes over the wire. */
static size_t user_length(const struct rakp *r)
{
	return (r->quirks & RAKP_QUIRK_PADDED_USER) != 0 ? RAKP_MAX_USER : strlen(r->account->user);
}

static uint8_t role(const struct rakp *r)
{
	return (uint8_t)(r->privilege | RAKP_ROLE_NAME_ONLY);
}

/* The role's octet, the name's length and the name, as hashes take them. */
static size_t put_who(const struct rakp *r, uint8_t out[2 + RAKP_MAX_USER])
{
	size_t length = user_length(r);
	out[0] = (r->quirks & RAKP_QUIRK_ROLE_NIBBLE) != 0 ? r->privilege : role(r);
	out[1] = (uint8_t)length;
	memset(out + 2, 0, RAKP_MAX_USER);
	memcpy(out + 2, r->account->user, strlen(r->account->user));
	return 2 + length;
}

size_t rakp_1(const struct rakp *r, uint8_t out[RMCPP_MAX_OUT])
{
	uint8_t who[2 + RAKP_MAX_USER];
	size_t length = put_who(r, who) - 2;
	const uint8_t start[] = { r->tag, 0, 0, 0 };
	memcpy(out, start, sizeof(start));
	uint8_t *at = put_le(out + sizeof(start), r->bmc);
	memcpy(at, r->console_random, RAKP_RANDOM);
	at += RAKP_RANDOM;
	*at++ = role(r);
	*at++ = 0;
	*at++ = 0;
	*at++ = (uint8_t)length;
	memcpy(at, who + 2, length);
	return (size_t)(at - out) + length;
}

static void mac_of_rakp_2(struct sealer *sealer, const struct rakp *r, uint8_t out[SUITE_MAX_MAC])
{
	uint8_t ids[8], who[2 + RAKP_MAX_USER];
	put_le(put_le(ids, r->console), r->bmc);
	const struct sealer_part parts[] = { { ids, sizeof(ids) }, { r->console_random, RAKP_RANDOM }, { r->bmc_random, RAKP_RANDOM },
					     { r->guid, sizeof(r->guid) }, { who, put_who(r, who) } };
	sealer_mac(sealer, r->suite, r->account->key, SUITE_KEY, parts, 5, out);
}

static void make_sik(struct sealer *sealer, struct rakp *r)
{
	uint8_t who[2 + RAKP_MAX_USER];
	const struct sealer_part parts[] = { { r->console_random, RAKP_RANDOM }, { r->bmc_random, RAKP_RANDOM },
					     { who, put_who(r, who) } };
	sealer_mac(sealer, r->suite, r->account->has_kg ? r->account->kg : r->account->key, SUITE_KEY, parts, 3, r->sik);
}

/* How the controller's answers of both kinds begin; of a refusal the rest may be missing. RAKP_DONE: it goes on. */
static enum rakp_result take_head(struct hwatt_wire *in, const struct rakp *r, uint8_t *status)
{
	size_t length = hwatt_wire_left(in);
	uint8_t tag = hwatt_wire_u8(in);
	*status = hwatt_wire_u8(in);
	hwatt_wire_take(in, 2);
	uint32_t console = (uint32_t)hwatt_wire_le(in, 4);
	if (length < 2 || tag != r->tag || (length >= 8 && console != r->console))
		return RAKP_DROP;
	return *status != 0 ? RAKP_REFUSED : RAKP_DONE;
}

enum rakp_result rakp_2(struct sealer *sealer, struct rakp *r, const uint8_t *payload, size_t length, uint8_t *status)
{
	struct hwatt_wire in = hwatt_wire_from(payload, length);
	uint8_t mac[SUITE_MAX_MAC];
	enum rakp_result head = take_head(&in, r, status);
	if (head != RAKP_DONE)
		return head;
	const uint8_t *bmc_random = hwatt_wire_take(&in, RAKP_RANDOM), *guid = hwatt_wire_take(&in, sizeof(r->guid));
	size_t code = hwatt_wire_left(&in), wanted = r->suite->mac;
	bool near = code + 1 == wanted || code == wanted + 1;
	if (!hwatt_wire_ok(&in) || (code != wanted && !near))
		return RAKP_DROP;
	if (code != wanted && (r->quirks & RAKP_QUIRK_SHORT_RAKP2) == 0)
		return RAKP_LENGTH;
	memcpy(r->bmc_random, bmc_random, RAKP_RANDOM);
	memcpy(r->guid, guid, sizeof(r->guid));
	size_t compared = code < wanted ? code : wanted;
	const uint8_t *theirs = hwatt_wire_take(&in, compared);
	mac_of_rakp_2(sealer, r, mac);
	bool right = sealer_equal(mac, theirs, compared);
	explicit_bzero(mac, sizeof(mac));
	if (!right)
		return RAKP_FORGED;
	make_sik(sealer, r);
	return RAKP_DONE;
}

size_t rakp_3(struct sealer *sealer, const struct rakp *r, uint8_t status, uint8_t out[RMCPP_MAX_OUT])
{
	const uint8_t start[] = { r->tag, status, 0, 0 };
	memcpy(out, start, sizeof(start));
	uint8_t *at = put_le(out + sizeof(start), r->bmc);
	if (status != 0) /* no code: what failed says nothing of the key */
		return (size_t)(at - out);
	uint8_t id[4], who[2 + RAKP_MAX_USER], mac[SUITE_MAX_MAC];
	put_le(id, r->console);
	const struct sealer_part parts[] = { { r->bmc_random, RAKP_RANDOM }, { id, sizeof(id) }, { who, put_who(r, who) } };
	sealer_mac(sealer, r->suite, r->account->key, SUITE_KEY, parts, 3, mac);
	memcpy(at, mac, r->suite->mac);
	return (size_t)(at - out) + r->suite->mac;
}

enum rakp_result rakp_4(struct sealer *sealer, const struct rakp *r, const uint8_t *payload, size_t length, uint8_t *status)
{
	struct hwatt_wire in = hwatt_wire_from(payload, length);
	uint8_t id[4], mac[SUITE_MAX_MAC];
	enum rakp_result head = take_head(&in, r, status);
	if (head != RAKP_DONE)
		return head;
	const uint8_t *theirs = hwatt_wire_take(&in, r->suite->code);
	if (theirs == NULL)
		return RAKP_DROP;
	put_le(id, r->bmc);
	const struct sealer_part parts[] = { { r->console_random, RAKP_RANDOM }, { id, sizeof(id) }, { r->guid, sizeof(r->guid) } };
	sealer_mac(sealer, r->suite, r->sik, r->suite->mac, parts, 3, mac);
	return sealer_equal(mac, theirs, r->suite->code) ? RAKP_DONE : RAKP_FORGED;
}

void rakp_keys(struct sealer *sealer, const struct rakp *r, struct rmcpp_keys *out)
{
	uint8_t constant[CONSTANT], mac[SUITE_MAX_MAC];
	const struct sealer_part part = { constant, sizeof(constant) };
	*out = (struct rmcpp_keys){ .suite = r->suite };
	memset(constant, 0x01, sizeof(constant));
	sealer_mac(sealer, r->suite, r->sik, r->suite->mac, &part, 1, out->k1);
	memset(constant, 0x02, sizeof(constant));
	sealer_mac(sealer, r->suite, r->sik, r->suite->mac, &part, 1, mac);
	memcpy(out->k2, mac, SUITE_AES_KEY);
	explicit_bzero(mac, sizeof(mac));
}
