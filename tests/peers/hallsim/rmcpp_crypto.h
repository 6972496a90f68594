/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* rmcpp_crypto.h - the hashes and the cipher of cipher suites 3 and 17. */
#ifndef HALLSIM_RMCPP_CRYPTO_H
#define HALLSIM_RMCPP_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fault.h"

#define RMCPP_CODE_MAX 32
#define RMCPP_BLOCK 16

/* The keys of one session. */
struct rmcpp_keys {
	int suite; /* 3 or 17 */
	uint8_t k1[RMCPP_CODE_MAX];
	uint8_t k2[RMCPP_BLOCK];
};

/* Everything libcrypto keeps between calls: one for the whole process. */
struct rmcpp_crypto;
struct rmcpp_crypto *rmcpp_crypto_new(struct sim_fault *fault);
void rmcpp_crypto_free(struct rmcpp_crypto *crypto);

/* Whether `suite` is one we speak; the length of its hash, and of its codes on packets and RAKP4. */
bool rmcpp_suite_known(int suite);
size_t rmcpp_hash_length(int suite);
size_t rmcpp_code_length(int suite);

/* HMAC of `length` octets under `key`, with the hash of `suite`; rmcpp_hash_length octets to `out`. */
void rmcpp_hmac(struct rmcpp_crypto *crypto, int suite, const uint8_t *key, size_t key_length,
                const uint8_t *data, size_t length, uint8_t out[RMCPP_CODE_MAX]);

/* K1 and K2 of the session key `sik`.  Source: IPMI 2.0, 13.32. */
void rmcpp_derive(struct rmcpp_crypto *crypto, int suite, const uint8_t *sik,
                  struct rmcpp_keys *keys);

/* Whether `length` octets are the same, in a time that does not tell where they differ. */
bool rmcpp_same(const uint8_t *a, const uint8_t *b, size_t length);

/* AES-128-CBC over `length` octets, a multiple of RMCPP_BLOCK; no padding. */
void rmcpp_cipher(struct rmcpp_crypto *crypto, const uint8_t key[RMCPP_BLOCK],
                  const uint8_t iv[RMCPP_BLOCK], bool encrypt, const uint8_t *in, size_t length,
                  uint8_t *out);

#endif
