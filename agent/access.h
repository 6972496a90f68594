/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* access.h - what a command needs to talk to devices: a collector, its settings, the profiles.
 *
 * The settings are those of credentials in a configuration, or what the collector's table makes of the words of a command
 * line.  Which words a protocol knows is what its table has keys for; secrets come from files or from the terminal. */
#ifndef HALLWATT_ACCESS_H
#define HALLWATT_ACCESS_H

#include "generation.h"
#include <getopt.h>
#include <hallwatt/text.h>

enum access_word {
	ACCESS_COMMUNITY, ACCESS_USER, ACCESS_PASSWORD_FILE, ACCESS_AUTH, ACCESS_AUTH_FILE, ACCESS_PRIV, ACCESS_PRIV_FILE,
	ACCESS_CONTEXT, ACCESS_CIPHER_SUITE, ACCESS_PRIVILEGE, ACCESS_CA, ACCESS_WORDS
};

/* What getopt gives for those options that all commands share; -c is 'c'. */
#define ACCESS_OPTION 512
#define ACCESS_OPTION_CREDENTIALS (ACCESS_OPTION + ACCESS_WORDS)
#define ACCESS_OPTION_PROFILES (ACCESS_OPTION + ACCESS_WORDS + 1)
#define ACCESS_OPTION_VERSION_1 (ACCESS_OPTION + ACCESS_WORDS + 2)

#define ACCESS_OPTIONS \
	{ "config.file", required_argument, NULL, 'c' }, \
	{ "credentials", required_argument, NULL, ACCESS_OPTION_CREDENTIALS }, \
	{ "profiles", required_argument, NULL, ACCESS_OPTION_PROFILES }, \
	{ "version-1", no_argument, NULL, ACCESS_OPTION_VERSION_1 }, \
	{ "community", required_argument, NULL, ACCESS_OPTION + ACCESS_COMMUNITY }, \
	{ "user", required_argument, NULL, ACCESS_OPTION + ACCESS_USER }, \
	{ "password-file", required_argument, NULL, ACCESS_OPTION + ACCESS_PASSWORD_FILE }, \
	{ "auth", required_argument, NULL, ACCESS_OPTION + ACCESS_AUTH }, \
	{ "auth-file", required_argument, NULL, ACCESS_OPTION + ACCESS_AUTH_FILE }, \
	{ "priv", required_argument, NULL, ACCESS_OPTION + ACCESS_PRIV }, \
	{ "priv-file", required_argument, NULL, ACCESS_OPTION + ACCESS_PRIV_FILE }, \
	{ "context", required_argument, NULL, ACCESS_OPTION + ACCESS_CONTEXT }, \
	{ "cipher-suite", required_argument, NULL, ACCESS_OPTION + ACCESS_CIPHER_SUITE }, \
	{ "privilege", required_argument, NULL, ACCESS_OPTION + ACCESS_PRIVILEGE }, \
	{ "ca", required_argument, NULL, ACCESS_OPTION + ACCESS_CA }

#define ACCESS_HELP_CONFIG \
	"  -c, --config.file FILE   take credentials from this configuration\n" \
	"      --credentials NAME   which of them\n"
#define ACCESS_HELP_VERSION_1 \
	"      --version-1          SNMP v1 instead of v2c\n"
#define ACCESS_HELP_SNMP_USER \
	"      --user NAME          SNMP v3, IPMI, Redfish: the user\n" \
	"      --auth NAME          SNMP v3: its digest: md5, sha, sha224, sha256, sha384, sha512\n" \
	"      --auth-file FILE     the file with its pass phrase; - asks for it\n" \
	"      --priv NAME          its cipher: des, aes128, aes192, aes256, aes192c, aes256c\n" \
	"      --priv-file FILE     the file with that pass phrase; - asks for it\n" \
	"      --context NAME       the context, where the device has several\n"
#define ACCESS_HELP_BMC_USER \
	"      --password-file FILE IPMI, Redfish: the file with the user's password; - asks for it\n" \
	"      --cipher-suite N     IPMI: 17 or 3 instead of the better one that the BMC can\n" \
	"      --privilege NAME     IPMI: user (default), operator, administrator\n" \
	"      --ca FILE            Redfish: the certificates that sign the BMC's; without it the key that it shows is taken\n"
#define ACCESS_HELP_PROFILES \
	"      --profiles DIR       look for further profiles here\n"

struct access { /* {0}, then what was said; closed by access_close() */
	const char *config_file, *credentials, *profiles; /* NULL: not said */
	const char *words[ACCESS_WORDS];                  /* as said; NULL: not said */
	bool version_1;
	struct hwatt_arena *arena;
	struct generation *generation; /* with a configuration */
	const struct hwatt_collector *collector;
	struct profile_catalog catalog; /* when they are not the generation's */
	const struct hwatt_profile_set *profile_set;
};

/* Takes one of ACCESS_OPTIONS as getopt_long() gave it; false when it is none of them. */
bool access_take(struct access *a, int option, const char *value);

/* Loads configuration and profiles for the collector of `scheme`. HWATT_EINVAL: `err` says what, or `report` has mistakes. */
int access_open(struct access *a, const char *scheme, struct hwatt_report *report, struct hwatt_error *err);
void access_close(struct access *a);

/* Whether the table of `collector` has what the word is for. */
bool access_knows(const struct hwatt_collector *collector, enum access_word word);
/* The settings for `collector`: the named credentials, else what was said, else the table's defaults. NULL: `err` says what, or
 * `report` has mistakes. A secret "-" is asked for at the terminal, once each. */
const void *access_settings(struct access *a, const struct hwatt_collector *collector, struct hwatt_report *report,
			    struct hwatt_error *err);
/* What was said, as credentials in a configuration would say it: {version: "3", user: ...}; for what was typed, "FILE". */
void access_tell(const struct access *a, const struct hwatt_collector *collector, struct hwatt_text *out);
/* Settings that name nobody, for asking whether somebody is there: of SNMP those of version 3. NULL when `report` has mistakes. */
const void *access_bare(struct access *a, const struct hwatt_collector *collector, struct hwatt_report *report);
/* SNMP v1 or v2c with a community, whatever else was said. NULL when `report` has mistakes. */
const void *access_community(struct access *a, bool version_1, const char *community, struct hwatt_report *report);

#endif
