/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "lockout.h"
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define MOST 1000000u

unsigned lockout_mark(const char *user, const char *password)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(context, user, strlen(user) + 1) != 1 || EVP_DigestUpdate(context, password, strlen(password)) != 1 ||
	    EVP_DigestFinal_ex(context, digest, &length) != 1)
		length = 0;
	EVP_MD_CTX_free(context);
	return length < 2 ? 0 : (unsigned)digest[0] << 8 | digest[1];
}

static int64_t wait_ms(unsigned refusals)
{
	int64_t wait = LOCKOUT_MS;
	for (unsigned i = LOCKOUT_TRIES; i < refusals && wait < LOCKOUT_MAX_MS; i++)
		wait *= 2;
	return refusals < LOCKOUT_TRIES ? 0 : wait < LOCKOUT_MAX_MS ? wait : LOCKOUT_MAX_MS;
}

int64_t lockout_refused(struct lockout *l, int64_t now_ms)
{
	if (l->refusals < MOST)
		l->refusals++;
	l->until_ms = now_ms + wait_ms(l->refusals);
	return l->until_ms - now_ms;
}

void lockout_text(const struct lockout *l, int64_t now_ms, int64_t clock_s, char out[LOCKOUT_TEXT])
{
	int64_t left_ms = l->until_ms > now_ms ? l->until_ms - now_ms : 0;
	snprintf(out, LOCKOUT_TEXT, "%04x %u %" PRId64, l->mark, l->refusals, clock_s + left_ms / 1000);
}

void lockout_recall(struct lockout *l, const char *text, int64_t now_ms, int64_t clock_s)
{
	unsigned mark, refusals;
	int64_t until_s;
	if (sscanf(text, "%4x %7u %18" SCNd64, &mark, &refusals, &until_s) != 3 || mark != l->mark || refusals > MOST)
		return;
	/* A clock that was set back meanwhile must not make it longer than it ever was. */
	int64_t most_ms = wait_ms(refusals), left_s = until_s > clock_s ? until_s - clock_s : 0;
	int64_t left_ms = left_s < LOCKOUT_MAX_MS / 1000 ? left_s * 1000 : LOCKOUT_MAX_MS;
	l->refusals = refusals;
	l->until_ms = now_ms + (left_ms < most_ms ? left_ms : most_ms);
}
