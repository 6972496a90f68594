/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* rmcpp_crypto.c - the hashes and the cipher of suites 3 and 17, by libcrypto. */
#include "rmcpp_crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

#define CONSTANT_LENGTH 20 /* of the strings that K1 and K2 are made from, whatever the hash */

struct rmcpp_crypto {
	EVP_MAC *hmac;
	EVP_MAC_CTX *sha1, *sha256;
	EVP_CIPHER *aes;
	EVP_CIPHER_CTX *cipher;
};

/* A context for HMAC with `digest`, NULL when libcrypto has none. */
static EVP_MAC_CTX *new_mac(EVP_MAC *hmac, const char *digest)
{
	char name[16];
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(hmac);
	strncpy(name, digest, sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_utf8_string("digest", name, 0),
		OSSL_PARAM_construct_end(),
	};
	if (context != NULL && EVP_MAC_CTX_set_params(context, parameters) != 1) {
		EVP_MAC_CTX_free(context);
		context = NULL;
	}
	return context;
}

struct rmcpp_crypto *rmcpp_crypto_new(struct sim_fault *fault)
{
	struct rmcpp_crypto *crypto = calloc(1, sizeof(*crypto));
	if (crypto == NULL) {
		sim_fail(fault, "out of memory");
		return NULL;
	}
	crypto->hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	crypto->aes = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
	crypto->cipher = EVP_CIPHER_CTX_new();
	if (crypto->hmac != NULL) {
		crypto->sha1 = new_mac(crypto->hmac, "SHA1");
		crypto->sha256 = new_mac(crypto->hmac, "SHA256");
	}
	if (crypto->sha1 == NULL || crypto->sha256 == NULL || crypto->aes == NULL ||
	    crypto->cipher == NULL) {
		rmcpp_crypto_free(crypto);
		sim_fail(fault, "libcrypto offers no HMAC-SHA1, HMAC-SHA256 or AES-128-CBC");
		return NULL;
	}
	return crypto;
}

void rmcpp_crypto_free(struct rmcpp_crypto *crypto)
{
	if (crypto == NULL)
		return;
	EVP_MAC_CTX_free(crypto->sha1);
	EVP_MAC_CTX_free(crypto->sha256);
	EVP_MAC_free(crypto->hmac);
	EVP_CIPHER_CTX_free(crypto->cipher);
	EVP_CIPHER_free(crypto->aes);
	free(crypto);
}

bool rmcpp_suite_known(int suite)
{
	return suite == 3 || suite == 17;
}

size_t rmcpp_hash_length(int suite)
{
	return suite == 17 ? 32 : 20;
}

size_t rmcpp_code_length(int suite)
{
	return suite == 17 ? 16 : 12;
}

/* libcrypto failed at what cannot fail: there is nothing sensible to send. */
static void must(int done)
{
	if (done != 1)
		abort();
}

void rmcpp_hmac(struct rmcpp_crypto *crypto, int suite, const uint8_t *key, size_t key_length,
                const uint8_t *data, size_t length, uint8_t out[RMCPP_CODE_MAX])
{
	static const uint8_t none[1];
	EVP_MAC_CTX *context = suite == 17 ? crypto->sha256 : crypto->sha1;
	size_t written = 0;
	/* an empty key must not be NULL: that would mean the key before */
	must(EVP_MAC_init(context, key_length == 0 ? none : key, key_length, NULL));
	must(EVP_MAC_update(context, data, length));
	must(EVP_MAC_final(context, out, &written, RMCPP_CODE_MAX));
}

void rmcpp_derive(struct rmcpp_crypto *crypto, int suite, const uint8_t *sik,
                  struct rmcpp_keys *keys)
{
	uint8_t constant[CONSTANT_LENGTH], k2[RMCPP_CODE_MAX];
	size_t length = rmcpp_hash_length(suite);
	keys->suite = suite;
	memset(constant, 1, sizeof(constant));
	rmcpp_hmac(crypto, suite, sik, length, constant, sizeof(constant), keys->k1);
	memset(constant, 2, sizeof(constant));
	rmcpp_hmac(crypto, suite, sik, length, constant, sizeof(constant), k2);
	memcpy(keys->k2, k2, sizeof(keys->k2));
}

bool rmcpp_same(const uint8_t *a, const uint8_t *b, size_t length)
{
	return CRYPTO_memcmp(a, b, length) == 0;
}

void rmcpp_cipher(struct rmcpp_crypto *crypto, const uint8_t key[RMCPP_BLOCK],
                  const uint8_t iv[RMCPP_BLOCK], bool encrypt, const uint8_t *in, size_t length,
                  uint8_t *out)
{
	int written = 0;
	must(EVP_CipherInit_ex2(crypto->cipher, crypto->aes, key, iv, encrypt, NULL));
	must(EVP_CIPHER_CTX_set_padding(crypto->cipher, 0));
	must(EVP_CipherUpdate(crypto->cipher, out, &written, in, (int)length));
}
