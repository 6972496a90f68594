/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* lan_words.c - why there is no session with a controller, and what to do about it. */
#include "lan_private.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void explain_refusal(const struct lan *l, const char *user, struct hwatt_error *err)
{
	uint8_t status = hold_status(l->hold);
	if (!hold_is_of(l->hold, l->mark))
		hwatt_fail(err, HWATT_EAUTH, "the BMC refused user \"%s\" with the credentials of another device: check both", user);
	else if (status == RAKP_NO_USER)
		hwatt_fail(err, HWATT_EAUTH, "the BMC has no user \"%s\", or not for IPMI over LAN: check \"user\"", user);
	else if (status == RAKP_NO_ROLE || status == RAKP_INACTIVE_ROLE)
		hwatt_fail(err, HWATT_EAUTH, "the BMC does not give user \"%s\" the privilege that is asked for: check \"privilege\"",
			   user);
	else if (status == RAKP_NOT_SIGNED)
		hwatt_fail(err, HWATT_EAUTH, "the BMC takes the password of user \"%s\", but its last answer is not signed with the session's "
			   "key: check \"k_g\"", user);
	else
		hwatt_fail(err, HWATT_EAUTH, "the BMC and user \"%s\" do not agree on the password: check \"user\", \"password\"%s",
			   user, account_of(l->account)->has_kg ? " and \"k_g\"" : "");
	int64_t left_ms = hold_left_ms(l->hold, lan_now(l));
	size_t at = strlen(err->text);
	if (left_ms > 0)
		snprintf(err->text + at, sizeof(err->text) - at, "; not tried again for %" PRId64 " min", (left_ms + 59999) / 60000);
}

void lan_explain(const struct lan *l, struct hwatt_error *err)
{
	const char *user = account_of(l->account)->user;
	switch ((enum lan_verdict)l->verdict) {
	case LAN_REFUSED:
		explain_refusal(l, user, err);
		break;
	case LAN_FULL:
		hwatt_fail(err, HWATT_ENODATA, "the BMC has no session free: others hold them all; asked again in a minute");
		break;
	case LAN_NO_COMMON_SUITE:
		if (l->settings->cipher_suite != IPMI_SUITE_AUTO)
			hwatt_fail(err, HWATT_EAUTH, "the BMC does not take cipher suite %u: check \"cipher_suite\", and its settings", l->suite);
		else if (l->ciphers.known == 17)
			hwatt_fail(err, HWATT_EAUTH, "the BMC took cipher suite 17 and does not any more; it is not asked for less: check its "
				   "settings, or set \"cipher_suite\"");
		else
			hwatt_fail(err, HWATT_EAUTH, "the BMC takes neither cipher suite 17 nor 3: allow one of them there");
		break;
	case LAN_OTHER_SUITE:
		hwatt_fail(err, HWATT_EPROTO, "the BMC agrees to another cipher suite than %u, which was asked for", l->suite);
		break;
	case LAN_STATUS:
		hwatt_fail(err, HWATT_EPROTO, "the BMC refuses a session, with status %02xh", l->status);
		break;
	case LAN_LENGTH:
		hwatt_fail(err, HWATT_EPROTO, "the BMC's answer in the login (RAKP 2) has an octet too few or too many: \"quirks: short_rakp2\" "
			   "takes it");
		break;
	default:
		hwatt_fail(err, HWATT_ETIMEOUT, "no answer from the BMC, asked %u times", l->tries > 0 ? l->tries : 1);
		break;
	}
}
