/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* rakp.h - how a session begins: the payloads of Open Session and RAKP 1 to 4, and the keys that come out of them.
 *
 * Pure: octets in, octets out; what is random is put in by the caller.
 * Source: IPMI 2.0 revision 1.1, 13.17 to 13.24, 13.31 and 13.32. */
#ifndef IPMI_RAKP_H
#define IPMI_RAKP_H

#include "rmcpp.h"

#define RAKP_MAX_USER 16u
#define RAKP_RANDOM 16u
#define RAKP_ROLE_NAME_ONLY 0x10u /* look the user up by name alone: else some take another user with the same privilege */

/* Departures of old firmware. */
#define RAKP_QUIRK_ROLE_NIBBLE 1u   /* hashes only the privilege, without the name-only bit */
#define RAKP_QUIRK_SHORT_RAKP2 2u   /* RAKP 2 is an octet too short or too long */
#define RAKP_QUIRK_PADDED_USER 4u   /* the name is padded to 16 octets */

/* Status codes of IPMI 2.0, table 13-15. */
enum rakp_status {
	RAKP_NO_RESOURCES = 0x01, RAKP_INVALID_SESSION = 0x02, RAKP_BAD_AUTHENTICATION = 0x04, RAKP_BAD_INTEGRITY = 0x05,
	RAKP_NO_AUTHENTICATION = 0x06, RAKP_NO_INTEGRITY = 0x07, RAKP_INACTIVE_SESSION = 0x08, RAKP_NO_ROLE = 0x09,
	RAKP_INACTIVE_ROLE = 0x0a, RAKP_NO_RESOURCES_FOR_ROLE = 0x0b, RAKP_NO_USER = 0x0d, RAKP_BAD_CODE = 0x0f,
	RAKP_BAD_CONFIDENTIALITY = 0x10, RAKP_NO_SUITE = 0x11, RAKP_BAD_PARAMETER = 0x12,
	RAKP_NOT_SIGNED = 0xff /* none of theirs: RAKP 4 is not signed with the session's key */
};

struct rakp_account { /* who asks */
	char user[RAKP_MAX_USER + 1];
	uint8_t key[SUITE_KEY]; /* the password, padded with zeros */
	uint8_t kg[SUITE_KEY];
	bool has_kg;
};

struct rakp { /* one handshake; wiped by who owns it */
	const struct rakp_account *account;
	const struct suite *suite;
	unsigned quirks;
	uint8_t tag, privilege;
	uint32_t console;              /* our session id, chosen before */
	uint32_t bmc;                  /* theirs, from the Open Session response */
	uint8_t console_random[RAKP_RANDOM]; /* chosen before */
	uint8_t bmc_random[RAKP_RANDOM], guid[16];
	uint8_t sik[SUITE_MAX_MAC];
};

enum rakp_result {
	RAKP_DONE,    /* read, and right */
	RAKP_DROP,    /* not to this handshake, or not sound: as if it had not come */
	RAKP_REFUSED, /* a status other than 0 */
	RAKP_FORGED,  /* the code in it is wrong: they do not have our key */
	RAKP_OTHER_SUITE, /* they agree to something else than was asked */
	RAKP_LENGTH,  /* their code has an octet too few or too many: RAKP_QUIRK_SHORT_RAKP2 is for them */
};

/* Each writes a payload of at most RMCPP_MAX_OUT octets and gives its length. */
size_t rakp_open_request(const struct rakp *r, uint8_t out[RMCPP_MAX_OUT]);
size_t rakp_1(const struct rakp *r, uint8_t out[RMCPP_MAX_OUT]);
/* `status` other than 0: the handshake is given up, and the controller can free its slot. */
size_t rakp_3(struct sealer *sealer, const struct rakp *r, uint8_t status, uint8_t out[RMCPP_MAX_OUT]);

/* Each reads a payload; `status` is what it says, 0 when it says nothing. */
enum rakp_result rakp_open_response(struct rakp *r, const uint8_t *payload, size_t length, uint8_t *status);
enum rakp_result rakp_2(struct sealer *sealer, struct rakp *r, const uint8_t *payload, size_t length, uint8_t *status);
enum rakp_result rakp_4(struct sealer *sealer, const struct rakp *r, const uint8_t *payload, size_t length, uint8_t *status);

/* The session's keys, after RAKP 2. */
void rakp_keys(struct sealer *sealer, const struct rakp *r, struct rmcpp_keys *out);

#endif
