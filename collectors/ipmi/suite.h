/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* suite.h - the cipher suites that RMCP+ sessions are sealed with, and the one place that knows OpenSSL.
 *
 * One set of contexts serves all sessions of a loop and is given the key for each message, so that a session
 * holds nothing but its keys.  Source: IPMI 2.0 revision 1.1, 13.28 and 22.15.2; DCMI 1.5 for suite 17. */
#ifndef IPMI_SUITE_H
#define IPMI_SUITE_H

#include <hallwatt/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUITE_KEY 20u       /* octets of a user's key and of K_g */
#define SUITE_MAX_MAC 32u
#define SUITE_AES_KEY 16u
#define SUITE_BLOCK 16u

struct suite {
	uint8_t number;         /* 3, 17 */
	uint8_t authentication, integrity, confidentiality; /* algorithm numbers on the wire */
	const char *digest;
	size_t mac;             /* octets of its whole MAC, and of K1 */
	size_t code;            /* octets of a cut one: RAKP 4 and behind packets */
};

/* NULL: not spoken here; suites without both integrity and encryption never are. */
const struct suite *suite_find(int number);

struct sealer;

struct sealer_part { /* a MAC is over several parts, one behind the other */
	const void *bytes;
	size_t length;
};

int sealer_open(struct sealer **out, struct hwatt_error *err);
void sealer_close(struct sealer *sealer); /* NULL is fine */

/* The whole MAC of `parts` into `out`: suite->mac octets. */
void sealer_mac(struct sealer *sealer, const struct suite *suite, const uint8_t *key, size_t key_length,
		const struct sealer_part *parts, size_t count, uint8_t out[SUITE_MAX_MAC]);
/* AES-128-CBC without padding; `length` is a multiple of SUITE_BLOCK and `out` may be `in`. */
void sealer_encrypt(struct sealer *sealer, const uint8_t key[SUITE_AES_KEY], const uint8_t iv[SUITE_BLOCK], const uint8_t *in,
		    size_t length, uint8_t *out);
void sealer_decrypt(struct sealer *sealer, const uint8_t key[SUITE_AES_KEY], const uint8_t iv[SUITE_BLOCK], const uint8_t *in,
		    size_t length, uint8_t *out);
/* Octets nobody can foresee. */
void sealer_random(struct sealer *sealer, void *out, size_t length);
/* In a time that does not tell where they differ. */
bool sealer_equal(const uint8_t *a, const uint8_t *b, size_t length);

#endif
