/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* seal.h - SNMPv3's user-based security: messages signed, encrypted, checked and opened by Net-SNMP.
 *
 * The library keeps users and engine times in lists of the process, which are slow with many and wrong where two devices have
 * one engine id.  So both are kept here, put into its lists for one message and taken out again.  Nothing blocks; the library
 * opens no session, reads no file and writes none.  Main loop only: it is not safe in threads.  Source: RFC 3414, RFC 3826, RFC 7860. */
#ifndef SNMP_SEAL_H
#define SNMP_SEAL_H

#include "ber.h"
#include "head.h"

#define SEAL_MAX_SECRET 256u
#define SEAL_MIN_SECRET 8u /* RFC 3414 11.2 */
#define SEAL_MAX_KEY 64u

/* In the order of the words in the collector's option table. */
enum seal_auth { SEAL_NO_AUTH, SEAL_MD5, SEAL_SHA, SEAL_SHA1, SEAL_SHA224, SEAL_SHA256, SEAL_SHA384, SEAL_SHA512, SEAL_AUTHS };
enum seal_priv { SEAL_NO_PRIV, SEAL_DES, SEAL_AES, SEAL_AES128, SEAL_AES192, SEAL_AES256, SEAL_AES192C, SEAL_AES256C,
		 SEAL_PRIVS };

struct seal;     /* the library, and what all devices share */
struct seal_key; /* what a secret gives before it is bound to an engine; shared by all who have the secret */

struct seal_user { /* a user on one engine */
	const char *name, *context; /* borrowed */
	enum seal_auth auth;
	enum seal_priv priv;
	struct seal_key *auth_key, *priv_key; /* NULL: none */
	uint8_t engine[HEAD_MAX_ENGINE];
	size_t engine_length;
	uint8_t auth_local[SEAL_MAX_KEY], priv_local[SEAL_MAX_KEY]; /* bound to the engine */
	size_t auth_length, priv_length;
};

struct seal_clock { /* of an engine, now */
	uint32_t boots, time;
	bool authentic; /* false: only heard of */
};

enum seal_result {
	SEAL_OPENED,
	SEAL_FORGED,     /* the digest is not of this user's key */
	SEAL_STALE,      /* rightly signed, but before the clock */
	SEAL_UNREADABLE, /* malformed, or nonsense when decrypted */
};

/* Readies the library, once in a process. HWATT_EIO when it cannot be. */
int seal_open(struct seal **out, struct hwatt_error *err);
/* All keys must have been released. */
void seal_close(struct seal *seal);

/* The key of a secret under a digest; made once, as it takes milliseconds. HWATT_EINVAL: too short a secret, or a digest that the
 * library was built without. */
int seal_key_take(struct seal *seal, enum seal_auth auth, const char *secret, struct seal_key **out, struct hwatt_error *err);
void seal_key_release(struct seal *seal, struct seal_key *key); /* NULL is fine */

/* Binds a user's keys to the engine id in `user`. HWATT_EINVAL when the library lacks what is asked. */
int seal_bind(struct seal *seal, struct seal_user *user, struct hwatt_error *err);
/* Forgets the bound keys. */
void seal_unbind(struct seal_user *user);

/* Writes the message `id` with the PDU of `packet`, a finished v2c request whose request id stands in it; its length, 0 when the
 * library failed. */
size_t seal_write(struct seal *seal, const struct seal_user *user, struct seal_clock clock, uint32_t id,
		  const uint8_t *packet, size_t length, uint8_t *out, size_t size);
/* Writes the message that asks an agent for its engine id; `seal` may be NULL while any is open. */
size_t seal_write_discovery(struct seal *seal, uint32_t id, uint8_t *out, size_t size);
/* Opens a message whose head was read and names this user and engine. `out` is valid until the next call on `seal`. */
enum seal_result seal_read(struct seal *seal, const struct seal_user *user, struct seal_clock clock, const uint8_t *packet,
			   size_t length, struct ber_message *out);

#endif
