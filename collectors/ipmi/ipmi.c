/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ipmi.c - the collector: its option tables, and the functions of bmc.c. */
#include "bmc.h"
#include "rakp.h"
#include "settings.h"
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define AT(type, field) .offset = offsetof(struct type, field)

static const char *const suite_words[] = { "auto", "17", "3", NULL };
static const char *const privilege_words[] = { "user", "operator", "administrator", NULL };
static const char *const sensors_words[] = { "all", "power", "none", NULL };
static const char *const session_words[] = { "auto", "keep", "close", NULL };

static const struct {
	const char *word;
	unsigned flag;
} quirk_words[] = {
	{ "role_nibble", RAKP_QUIRK_ROLE_NIBBLE },
	{ "short_rakp2", RAKP_QUIRK_SHORT_RAKP2 },
	{ "padded_user", RAKP_QUIRK_PADDED_USER },
	{ "ignore_checksums", IPMI_QUIRK_IGNORE_CHECKSUMS },
	{ "ignore_scanning", IPMI_QUIRK_IGNORE_SCANNING },
	{ "no_dcmi", IPMI_QUIRK_NO_DCMI },
};

static const struct hwatt_option settings_options[] = {
	{ .name = "user", .type = HWATT_STRING, AT(ipmi_settings, user), .pattern = "^.{0,16}$",
	  .help = "the user's name, of up to 16 octets; best one that may only read" },
	{ .name = "password", .type = HWATT_SECRET, AT(ipmi_settings, password),
	  .help = "its password, of up to 20 octets: {file: PATH}, {env: NAME} or {credential: NAME}" },
	{ .name = "k_g", .type = HWATT_SECRET, AT(ipmi_settings, k_g),
	  .help = "the BMC's own key, where one is set: text of up to 20 octets, or 0x and hexadecimal digits" },
	{ .name = "cipher_suite", .type = HWATT_ENUM, AT(ipmi_settings, cipher_suite), .fallback = "auto", .words = suite_words,
	  .help = "17 or 3; auto asks for 17, then for 3, and never for less than a BMC has done" },
	{ .name = "privilege", .type = HWATT_ENUM, AT(ipmi_settings, privilege), .fallback = "user", .words = privilege_words,
	  .help = "what to ask for; user becomes operator by itself where a BMC wants that" },
	{ .name = "sensors", .type = HWATT_ENUM, AT(ipmi_settings, sensors), .fallback = "all", .words = sensors_words,
	  .help = "which sensors are read besides the power reading of DCMI: all, those that tell power, or none" },
	{ .name = "session", .type = HWATT_ENUM, AT(ipmi_settings, session), .fallback = "auto", .words = session_words,
	  .help = "keep the session between polls, or close it after each; auto keeps it for intervals of up to 20s" },
	{ .name = "refresh", .type = HWATT_DURATION, AT(ipmi_settings, refresh_ms), .fallback = "10m", .min = 1000, .max = 86400000,
	  .help = "how often identity, sensors and the host's power state are looked at anew" },
	{ .name = "inventory", .type = HWATT_DURATION, AT(ipmi_settings, inventory_ms), .fallback = "24h", .min = 1000, .max = INT64_C(2592000000),
	  .help = "how often model and serial numbers are read anew, of the machine and of its power supplies and boards" },
	{ .name = "quirks", .type = HWATT_LIST, AT(ipmi_settings, quirks), .flags = HWATT_ONE_OR_LIST, .item = HWATT_STRING,
	  .pattern = "^(role_nibble|short_rakp2|padded_user|ignore_checksums|ignore_scanning|no_dcmi)$",
	  .help = "departures of old firmware: role_nibble, short_rakp2, padded_user, ignore_checksums, ignore_scanning, no_dcmi" },
};

unsigned ipmi_quirks(const struct ipmi_settings *settings)
{
	const char *const *words = settings->quirks.items;
	unsigned flags = 0;
	for (size_t i = 0; i < settings->quirks.count; i++)
		for (size_t j = 0; j < COUNT(quirk_words); j++)
			if (strcmp(words[i], quirk_words[j].word) == 0)
				flags |= quirk_words[j].flag;
	return flags;
}

static void check_settings(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct ipmi_settings *s = object;
	char secret[LAN_MAX_SECRET];
	struct hwatt_error ignored;
	if (s->password.kind == HWATT_SECRET_NONE)
		return;
	/* A password that cannot be read now is the start's to report; one that is too long is a mistake here. */
	if (hwatt_secret_read(&s->password, secret, sizeof(secret), &ignored) == 0 && strlen(secret) > SUITE_KEY) {
		struct hwatt_mark mark = hwatt_node_mark(at, "password");
		hwatt_report_add(report, &mark, "the password has %zu octets: IPMI takes at most %u", strlen(secret), SUITE_KEY);
	}
	explicit_bzero(secret, sizeof(secret));
}

extern const struct hwatt_collector ipmi_collector;
const struct hwatt_collector ipmi_collector = {
	.name = "ipmi",
	.default_port = 623,
	.settings = {
		.name = "ipmi", .help = "Credentials and habits of management controllers.", .size = sizeof(struct ipmi_settings),
		.options = settings_options, .count = COUNT(settings_options), .check = check_settings,
	},
	.match = { .name = "match", .help = "IPMI has no profiles." },
	.source = { .name = "source", .help = "IPMI has no profiles." },
	.start = bmc_start,
	.stop = bmc_stop,
	.open = bmc_open,
	.poll = bmc_poll,
	.abort = bmc_abort,
	.close = bmc_close,
	.counters = bmc_counters,
	.find = bmc_find,
};
