/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "suite.h"
#include <assert.h>
#include <hallwatt/arena.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define SUITES 2u
#define POOL 4096u /* octets asked of the kernel at once */

static const struct suite suites[SUITES] = {
	{ .number = 3, .authentication = 1, .integrity = 1, .confidentiality = 1, .digest = "SHA1", .mac = 20, .code = 12 },
	{ .number = 17, .authentication = 3, .integrity = 4, .confidentiality = 1, .digest = "SHA256", .mac = 32, .code = 16 },
};

#define HASHED 64u /* octets that both digests take at a time, which no key of ours is longer than */
#define INNER 0x36
#define OUTER 0x5c

struct sealer {
	EVP_MD_CTX *digests[SUITES];
	EVP_CIPHER_CTX *encrypt, *decrypt;
	uint8_t pool[POOL];
	size_t pool_at;
};

const struct suite *suite_find(int number)
{
	for (size_t i = 0; i < SUITES; i++)
		if (suites[i].number == number)
			return &suites[i];
	return NULL;
}

/* The digest is fetched once; to begin anew costs next to nothing then. */
static EVP_MD_CTX *new_digest(const char *name)
{
	EVP_MD *digest = EVP_MD_fetch(NULL, name, NULL);
	EVP_MD_CTX *ctx = digest != NULL ? EVP_MD_CTX_new() : NULL;
	if (ctx != NULL && EVP_DigestInit_ex2(ctx, digest, NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_MD_free(digest);
	return ctx;
}

/* With a key of its own for each message; the cipher itself is fetched once. */
static EVP_CIPHER_CTX *new_cipher(int encrypt)
{
	EVP_CIPHER *aes = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL);
	EVP_CIPHER_CTX *ctx = aes != NULL ? EVP_CIPHER_CTX_new() : NULL;
	if (ctx != NULL && (EVP_CipherInit_ex2(ctx, aes, NULL, NULL, encrypt, NULL) != 1 || EVP_CIPHER_CTX_set_padding(ctx, 0) != 1)) {
		EVP_CIPHER_CTX_free(ctx);
		ctx = NULL;
	}
	EVP_CIPHER_free(aes);
	return ctx;
}

int sealer_open(struct sealer **out, struct hwatt_error *err)
{
	struct sealer *s = hwatt_alloc(sizeof(*s));
	bool whole = true;
	s->pool_at = POOL;
	for (size_t i = 0; i < SUITES; i++)
		whole = (s->digests[i] = new_digest(suites[i].digest)) != NULL && whole;
	s->encrypt = new_cipher(1);
	s->decrypt = new_cipher(0);
	if (!whole || s->encrypt == NULL || s->decrypt == NULL) {
		sealer_close(s);
		return hwatt_fail(err, HWATT_EIO, "the library of ciphers has no SHA-1, SHA-256 or AES-128");
	}
	*out = s;
	return 0;
}

void sealer_close(struct sealer *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < SUITES; i++)
		EVP_MD_CTX_free(s->digests[i]);
	EVP_CIPHER_CTX_free(s->encrypt);
	EVP_CIPHER_CTX_free(s->decrypt);
	explicit_bzero(s, sizeof(*s));
	free(s);
}

/* None of these can fail but for want of memory, which ends the process anyway: a packet with a wrong seal must not leave. */
static void must(int done)
{
	if (done != 1)
		abort();
}

static void digest(EVP_MD_CTX *ctx, const uint8_t start[HASHED], const struct sealer_part *parts, size_t count,
		   uint8_t out[SUITE_MAX_MAC])
{
	unsigned length = 0;
	must(EVP_DigestInit_ex2(ctx, NULL, NULL));
	must(EVP_DigestUpdate(ctx, start, HASHED));
	for (size_t i = 0; i < count; i++)
		must(EVP_DigestUpdate(ctx, parts[i].bytes, parts[i].length));
	must(EVP_DigestFinal_ex(ctx, out, &length));
	assert(length <= SUITE_MAX_MAC);
}

/* HMAC out of two digests, as the library's own costs half as much again for each new key. Source: RFC 2104 2. */
void sealer_mac(struct sealer *s, const struct suite *suite, const uint8_t *key, size_t key_length,
		const struct sealer_part *parts, size_t count, uint8_t out[SUITE_MAX_MAC])
{
	EVP_MD_CTX *ctx = s->digests[suite - suites];
	const struct sealer_part inner = { out, suite->mac };
	uint8_t pad[HASHED] = { 0 };
	assert(key_length <= HASHED);
	memcpy(pad, key, key_length);
	for (size_t i = 0; i < HASHED; i++)
		pad[i] ^= INNER;
	digest(ctx, pad, parts, count, out);
	for (size_t i = 0; i < HASHED; i++)
		pad[i] ^= INNER ^ OUTER;
	digest(ctx, pad, &inner, 1, out);
	explicit_bzero(pad, sizeof(pad));
}

static void crypt_blocks(EVP_CIPHER_CTX *ctx, const uint8_t *key, const uint8_t *iv, const uint8_t *in, size_t length,
			 uint8_t *out)
{
	int done = 0;
	assert(length % SUITE_BLOCK == 0 && length <= INT32_MAX);
	must(EVP_CipherInit_ex2(ctx, NULL, key, iv, -1, NULL));
	must(EVP_CipherUpdate(ctx, out, &done, in, (int)length));
	assert(done == (int)length);
}

void sealer_encrypt(struct sealer *s, const uint8_t key[SUITE_AES_KEY], const uint8_t iv[SUITE_BLOCK], const uint8_t *in,
		    size_t length, uint8_t *out)
{
	crypt_blocks(s->encrypt, key, iv, in, length, out);
}

void sealer_decrypt(struct sealer *s, const uint8_t key[SUITE_AES_KEY], const uint8_t iv[SUITE_BLOCK], const uint8_t *in,
		    size_t length, uint8_t *out)
{
	crypt_blocks(s->decrypt, key, iv, in, length, out);
}

void sealer_random(struct sealer *s, void *out, size_t length)
{
	assert(length <= POOL);
	if (length > POOL - s->pool_at) {
		for (size_t got = 0; got < POOL;) {
			ssize_t n = getrandom(s->pool + got, POOL - got, 0);
			got += n > 0 ? (size_t)n : 0; /* a signal came between: once more */
		}
		s->pool_at = 0;
	}
	memcpy(out, s->pool + s->pool_at, length);
	explicit_bzero(s->pool + s->pool_at, length);
	s->pool_at += length;
}

bool sealer_equal(const uint8_t *a, const uint8_t *b, size_t length)
{
	return CRYPTO_memcmp(a, b, length) == 0;
}
