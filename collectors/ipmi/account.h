/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* account.h - users and their secrets, each kept once however many controllers take it. */
#ifndef IPMI_ACCOUNT_H
#define IPMI_ACCOUNT_H

#include "rakp.h"
#include "settings.h"

struct account;
struct account_book { /* {0} is empty */
	struct account *first;
};

/* Reads the secrets of `settings`; HWATT_EINVAL. */
int account_take(struct account_book *book, const struct ipmi_settings *settings, struct account **out, struct hwatt_error *err);
void account_release(struct account_book *book, struct account *account); /* NULL is fine */
const struct rakp_account *account_of(const struct account *account);
/* Tells accounts apart without telling anything of use about their secrets: 16 bits. */
unsigned account_mark(struct sealer *sealer, const struct account *account);

#endif
