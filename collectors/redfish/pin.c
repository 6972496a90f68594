/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "pin.h"
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>

int pin_of_pem(const char *pem, char out[PIN_SIZE])
{
	unsigned char digest[SHA256_DIGEST_LENGTH], *der = NULL;
	unsigned length = sizeof(digest);
	int rc = -1;
	BIO *in = BIO_new_mem_buf(pem, (int)strnlen(pem, 1 << 20));
	X509 *certificate = in != NULL ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;
	int n = certificate != NULL ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der) : 0;
	if (n > 0 && EVP_Digest(der, (size_t)n, digest, &length, EVP_sha256(), NULL) == 1) {
		memcpy(out, "sha256//", 8);
		EVP_EncodeBlock((unsigned char *)out + 8, digest, (int)length); /* 44 characters and the NUL */
		rc = 0;
	}
	OPENSSL_free(der);
	X509_free(certificate);
	BIO_free(in);
	return rc;
}
