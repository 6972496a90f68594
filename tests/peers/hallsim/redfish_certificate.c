/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "redfish_certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
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

int redfish_certificate(uint32_t base, uint32_t count, char **key_pem, char **certificate_pem, struct sim_fault *fault)
{
	char names[REDFISH_NAMED * 24 + 32];
	EVP_PKEY *key = EVP_EC_gen("P-256");
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
