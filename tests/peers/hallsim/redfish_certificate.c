/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "redfish_certificate.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAYS 30

static int add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;
	X509V3_set_ctx_nodb(&context);
	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	int done = extension != NULL && X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	return done;
}

static void write_names(uint32_t base, uint32_t count, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "DNS:hallsim");
	for (uint32_t i = 0; i < count && i < REDFISH_NAMED && n < size; i++) {
		uint32_t a = base + i;
		n += (size_t)snprintf(out + n, size - n, ",IP:%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
	}
}

static char *text_of(BIO *bio)
{
	char *data;
	long length = BIO_get_mem_data(bio, &data);
	char *text = length > 0 ? malloc((size_t)length + 1) : NULL;
	if (text != NULL) {
		memcpy(text, data, (size_t)length);
		text[length] = '\0';
	}
	return text;
}

/* The private number is the hash of the phrase (which the order of P-256 hardly ever reaches), the public point what
 * follows from it. NULL when libcrypto cannot. */
static EVP_PKEY *key_from(const char *phrase)
{
	unsigned char secret[32], point[65];
	size_t length = 0;
	EVP_PKEY *key = NULL;
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *public = group != NULL ? EC_POINT_new(group) : NULL;
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	BIGNUM *number = EVP_Q_digest(NULL, "SHA256", NULL, phrase, strlen(phrase), secret, NULL) ? BN_bin2bn(secret, sizeof(secret), NULL) : NULL;
	if (public != NULL && number != NULL && EC_POINT_mul(group, public, number, NULL, NULL, NULL))
		length = EC_POINT_point2oct(group, public, POINT_CONVERSION_UNCOMPRESSED, point, sizeof(point), NULL);
	if (length > 0 && build != NULL && context != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, length) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number)) {
		OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
		if (parameters == NULL || EVP_PKEY_fromdata_init(context) <= 0 ||
		    EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, parameters) <= 0)
			key = NULL;
		OSSL_PARAM_free(parameters);
	}
	BN_free(number);
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_BLD_free(build);
	EC_POINT_free(public);
	EC_GROUP_free(group);
	return key;
}

int redfish_certificate(uint32_t base, uint32_t count, const char *phrase, char **key_pem, char **certificate_pem, struct sim_fault *fault)
{
	char names[REDFISH_NAMED * 24 + 32];
	EVP_PKEY *key = phrase != NULL ? key_from(phrase) : EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	BIO *key_out = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
	*key_pem = *certificate_pem = NULL;
	write_names(base, count, names, sizeof(names));
	if (key != NULL && certificate != NULL && key_out != NULL && out != NULL) {
		X509_set_version(certificate, 2);
		ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
		X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
		X509_gmtime_adj(X509_getm_notAfter(certificate), DAYS * 24 * 3600L);
		X509_NAME *name = X509_get_subject_name(certificate);
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"hallsim", -1, -1, 0);
		X509_set_issuer_name(certificate, name);
		if (X509_set_pubkey(certificate, key) && add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
		    add_extension(certificate, NID_subject_alt_name, names) && X509_sign(certificate, key, EVP_sha256()) > 0 &&
		    PEM_write_bio_PrivateKey(key_out, key, NULL, NULL, 0, NULL, NULL) && PEM_write_bio_X509(out, certificate)) {
			*key_pem = text_of(key_out);
			*certificate_pem = text_of(out);
		}
	}
	BIO_free(key_out);
	BIO_free(out);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return *key_pem != NULL && *certificate_pem != NULL ? 0 : sim_fail(fault, "no certificate could be made");
}

int redfish_pin(const char *phrase, char out[REDFISH_PIN], struct sim_fault *fault)
{
	unsigned char digest[32], text[48], *der = NULL;
	EVP_PKEY *key = key_from(phrase);
	int length = key != NULL ? i2d_PUBKEY(key, &der) : 0;
	bool done = length > 0 && EVP_Q_digest(NULL, "SHA256", NULL, der, (size_t)length, digest, NULL);
	if (done) {
		EVP_EncodeBlock(text, digest, sizeof(digest));
		snprintf(out, REDFISH_PIN, "sha256//%s", (const char *)text);
	}
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	return done ? 0 : sim_fail(fault, "no key could be made");
}
