/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "account.h"
#include <ctype.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SECRET 256u

struct account {
	struct rakp_account is;
	unsigned users;
	struct account *next;
};

static int take_password(const struct ipmi_settings *settings, uint8_t out[SUITE_KEY], struct hwatt_error *err)
{
	char secret[MAX_SECRET];
	if (settings->password.kind == HWATT_SECRET_NONE)
		return 0; /* an empty one: that exists */
	if (hwatt_secret_read(&settings->password, secret, sizeof(secret), err) < 0)
		return hwatt_within(err, "password");
	size_t length = strlen(secret);
	if (length <= SUITE_KEY)
		memcpy(out, secret, length);
	explicit_bzero(secret, sizeof(secret));
	if (length > SUITE_KEY)
		return hwatt_fail(err, HWATT_EINVAL, "the password has %zu octets: IPMI takes at most %u", length, SUITE_KEY);
	return 0;
}

static int nibble(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* As text of up to 20 octets, or 0x and hexadecimal digits, since half of all keys cannot be typed. */
static int take_kg(const struct ipmi_settings *settings, struct rakp_account *out, struct hwatt_error *err)
{
	char secret[MAX_SECRET];
	int rc = 0;
	if (settings->k_g.kind == HWATT_SECRET_NONE)
		return 0;
	if (hwatt_secret_read(&settings->k_g, secret, sizeof(secret), err) < 0)
		return hwatt_within(err, "k_g");
	size_t length = strlen(secret);
	bool hex = length > 2 && secret[0] == '0' && (secret[1] == 'x' || secret[1] == 'X');
	if (hex) {
		size_t digits = length - 2;
		if (digits % 2 != 0 || digits > 2 * SUITE_KEY || strspn(secret + 2, "0123456789abcdefABCDEF") != digits)
			rc = hwatt_fail(err, HWATT_EINVAL, "k_g: behind 0x stand an even number of hexadecimal digits, at most %u",
					2 * SUITE_KEY);
		for (size_t i = 0; rc == 0 && i < digits / 2; i++)
			out->kg[i] = (uint8_t)(nibble(secret[2 + 2 * i]) << 4 | nibble(secret[3 + 2 * i]));
	} else if (length > SUITE_KEY) {
		rc = hwatt_fail(err, HWATT_EINVAL, "k_g has %zu octets: IPMI takes at most %u; write others as 0x and hexadecimal "
				"digits", length, SUITE_KEY);
	} else {
		memcpy(out->kg, secret, length);
	}
	explicit_bzero(secret, sizeof(secret));
	for (size_t i = 0; i < SUITE_KEY; i++) /* K_g of zeros means: none */
		out->has_kg = out->has_kg || out->kg[i] != 0;
	return rc;
}

int account_take(struct account_book *book, const struct ipmi_settings *settings, struct account **out, struct hwatt_error *err)
{
	struct rakp_account is = { .has_kg = false };
	if (strlen(settings->user) > RAKP_MAX_USER)
		return hwatt_fail(err, HWATT_EINVAL, "the user's name is longer than %u octets", RAKP_MAX_USER);
	memcpy(is.user, settings->user, strlen(settings->user));
	int rc = take_password(settings, is.key, err);
	if (rc == 0)
		rc = take_kg(settings, &is, err);
	struct account *found = book->first;
	while (rc == 0 && found != NULL && memcmp(&found->is, &is, sizeof(is)) != 0)
		found = found->next;
	if (rc == 0 && found == NULL) {
		found = hwatt_alloc(sizeof(*found));
		memcpy(&found->is, &is, sizeof(is));
		found->next = book->first;
		book->first = found;
	}
	explicit_bzero(&is, sizeof(is));
	if (rc < 0)
		return -1;
	found->users++;
	*out = found;
	return 0;
}

void account_release(struct account_book *book, struct account *account)
{
	if (account == NULL || --account->users > 0)
		return;
	struct account **at = &book->first;
	while (*at != account)
		at = &(*at)->next;
	*at = account->next;
	explicit_bzero(account, sizeof(*account));
	free(account);
}

const struct rakp_account *account_of(const struct account *account)
{
	return &account->is;
}

unsigned account_mark(struct sealer *sealer, const struct account *account)
{
	uint8_t mac[SUITE_MAX_MAC];
	const struct sealer_part parts[] = { { account->is.user, sizeof(account->is.user) }, { account->is.kg, SUITE_KEY } };
	sealer_mac(sealer, suite_find(17), account->is.key, SUITE_KEY, parts, 2, mac);
	unsigned mark = (unsigned)mac[0] << 8 | mac[1];
	explicit_bzero(mac, sizeof(mac));
	return mark;
}
