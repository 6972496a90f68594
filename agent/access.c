/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "access.h"
#include "nearest.h"
#include "prompt.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define TYPED_MAX 256
#define WORDS_MAX 8192
#define TYPED "/proc/self/fd/" /* where a typed secret stands; see typed_secret() */

enum form { PLAIN, SECRET, PATH };

static const struct {
	const char *option, *key;
	enum form form;
	const char *question; /* of a secret */
} words[ACCESS_WORDS] = {
	[ACCESS_COMMUNITY] = { "--community", "community", PLAIN, NULL },
	[ACCESS_USER] = { "--user", "user", PLAIN, NULL },
	[ACCESS_PASSWORD_FILE] = { "--password-file", "password", SECRET, "Password of --user" },
	[ACCESS_AUTH] = { "--auth", "auth", PLAIN, NULL },
	[ACCESS_AUTH_FILE] = { "--auth-file", "auth_secret", SECRET, "Pass phrase of --auth" },
	[ACCESS_PRIV] = { "--priv", "priv", PLAIN, NULL },
	[ACCESS_PRIV_FILE] = { "--priv-file", "priv_secret", SECRET, "Pass phrase of --priv" },
	[ACCESS_CONTEXT] = { "--context", "context", PLAIN, NULL },
	[ACCESS_CIPHER_SUITE] = { "--cipher-suite", "cipher_suite", PLAIN, NULL },
	[ACCESS_PRIVILEGE] = { "--privilege", "privilege", PLAIN, NULL },
	[ACCESS_CA] = { "--ca", "ca", PATH, NULL },
};

bool access_take(struct access *a, int option, const char *value)
{
	switch (option) {
	case 'c': a->config_file = value; return true;
	case ACCESS_OPTION_CREDENTIALS: a->credentials = value; return true;
	case ACCESS_OPTION_PROFILES: a->profiles = value; return true;
	case ACCESS_OPTION_VERSION_1: a->version_1 = true; return true;
	default: break;
	}
	if (option < ACCESS_OPTION || option >= ACCESS_OPTION + ACCESS_WORDS)
		return false;
	a->words[option - ACCESS_OPTION] = value;
	return true;
}

int access_open(struct access *a, const char *scheme, struct hwatt_report *report, struct hwatt_error *err)
{
	a->arena = hwatt_arena_new();
	report->arena = a->arena;
	a->collector = generation_collector(scheme);
	if (a->collector == NULL) {
		const char *known = "";
		for (size_t i = 0; hallwatt_collectors[i] != NULL; i++)
			known = hwatt_arena_printf(a->arena, "%s%s%s://", known, i > 0 ? ", " : "", hallwatt_collectors[i]->name);
		return hwatt_fail(err, HWATT_EINVAL, "no collector speaks %.60s; there are %s", scheme, known);
	}
	if (a->credentials != NULL && a->config_file == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "--credentials needs --config.file");
	if (a->config_file != NULL) {
		a->generation = generation_load(a->config_file, report);
		if (a->generation == NULL)
			return hwatt_fail(err, HWATT_EINVAL, "the configuration has mistakes");
	}
	if (a->generation != NULL && a->profiles == NULL) {
		a->profile_set = generation_profiles(a->generation, a->collector);
		return 0;
	}
	struct hwatt_list more = { .items = &a->profiles, .count = a->profiles != NULL ? 1 : 0 };
	if (generation_load_profiles(&more, &a->catalog, a->arena, report) < 0)
		return hwatt_fail(err, HWATT_EINVAL, "the profiles have mistakes");
	a->profile_set = profile_set(&a->catalog, hallwatt_collectors, a->collector);
	return 0;
}

void access_close(struct access *a)
{
	generation_release(a->generation);
	profile_catalog_free(&a->catalog);
	if (a->arena != NULL)
		hwatt_arena_free(a->arena);
}

static const void *named_credentials(const struct access *a, const struct hwatt_collector *collector, struct hwatt_error *err)
{
	const struct config *config = a->generation->config;
	for (size_t i = 0; i < config->credentials_count; i++) {
		const struct config_credentials *c = &config->credentials[i];
		if (strcmp(c->name, a->credentials) != 0)
			continue;
		if (c->collector == collector)
			return c->settings;
		hwatt_fail(err, HWATT_EINVAL, "these credentials are for another protocol: %s", a->credentials);
		return NULL;
	}
	struct nearest near = { .wanted = a->credentials };
	for (size_t i = 0; i < config->credentials_count; i++)
		if (config->credentials[i].collector == collector)
			nearest_offer(&near, config->credentials[i].name);
	hwatt_fail(err, HWATT_EINVAL, "the configuration has no credentials called %s%s", a->credentials, nearest_hint(&near, a->arena));
	return NULL;
}

/* --- words of the command line ------------------------------------------------------------------------------------- */

static bool has_key(const struct hwatt_collector *collector, const char *key)
{
	for (size_t i = 0; i < collector->settings.count; i++)
		if (strcmp(collector->settings.options[i].name, key) == 0)
			return true;
	return false;
}

bool access_knows(const struct hwatt_collector *collector, enum access_word word)
{
	return has_key(collector, words[word].key);
}

/* A digest or cipher and the file with its pass phrase, where the protocol has one. */
static int check_pair(const struct access *a, const struct hwatt_collector *collector, enum access_word word,
		      enum access_word file, struct hwatt_error *err)
{
	if (!access_knows(collector, file) || (a->words[word] == NULL) == (a->words[file] == NULL))
		return 0;
	return hwatt_fail(err, HWATT_EINVAL, "%s and %s need each other; %s - asks for the pass phrase", words[word].option,
			  words[file].option, words[file].option);
}

/* What the protocol's table cannot say, as it speaks of keys. */
static int check_words(const struct access *a, const struct hwatt_collector *collector, struct hwatt_error *err)
{
	bool versions = has_key(collector, "version"), user = a->words[ACCESS_USER] != NULL;
	for (int i = 0; i < ACCESS_WORDS; i++) {
		if (a->words[i] == NULL)
			continue;
		if (!access_knows(collector, (enum access_word)i))
			return hwatt_fail(err, HWATT_EINVAL, "%s is not for %s", words[i].option, collector->name);
		if (a->credentials != NULL)
			return hwatt_fail(err, HWATT_EINVAL, "%s stands in place of --credentials", words[i].option);
	}
	if (a->version_1 && !versions)
		return hwatt_fail(err, HWATT_EINVAL, "--version-1 is not for %s", collector->name);
	if (versions && user && a->version_1)
		return hwatt_fail(err, HWATT_EINVAL, "--user is for SNMPv3, in place of --version-1");
	if (versions && user && a->words[ACCESS_COMMUNITY] != NULL)
		return hwatt_fail(err, HWATT_EINVAL, "--user is for SNMPv3, in place of --community");
	if (versions && !user && (a->words[ACCESS_AUTH] != NULL || a->words[ACCESS_AUTH_FILE] != NULL ||
				  a->words[ACCESS_PRIV] != NULL || a->words[ACCESS_PRIV_FILE] != NULL ||
				  a->words[ACCESS_CONTEXT] != NULL))
		return hwatt_fail(err, HWATT_EINVAL, "--auth, --priv and --context need --user");
	if (check_pair(a, collector, ACCESS_AUTH, ACCESS_AUTH_FILE, err) < 0 ||
	    check_pair(a, collector, ACCESS_PRIV, ACCESS_PRIV_FILE, err) < 0)
		return -1;
	if (a->words[ACCESS_PRIV] != NULL && a->words[ACCESS_AUTH] == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "--priv needs --auth: SNMPv3 does not encrypt what it does not sign");
	if (user && access_knows(collector, ACCESS_PASSWORD_FILE) && a->words[ACCESS_PASSWORD_FILE] == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "--user needs --password-file; --password-file - asks for the password");
	return 0;
}

/* A secret typed at the terminal, in a file that only this process has: its path, NULL after a mistake. */
static const char *typed_secret(struct access *a, const char *question, struct hwatt_error *err)
{
	char secret[TYPED_MAX];
	if (prompt_secret(question, secret, sizeof(secret), err) < 0)
		return NULL;
	int fd = memfd_create("hallwatt-secret", MFD_CLOEXEC); /* stays open until the end: it may be read again */
	size_t length = strlen(secret);
	bool written = fd >= 0 && fchmod(fd, 0600) == 0 && write(fd, secret, length) == (ssize_t)length;
	explicit_bzero(secret, sizeof(secret));
	if (!written) {
		hwatt_fail(err, HWATT_EINVAL, "what was typed cannot be kept");
		return NULL;
	}
	return hwatt_arena_printf(a->arena, TYPED "%d", fd);
}

static const char *full_path(struct access *a, const char *file)
{
	char folder[PATH_MAX];
	if (file[0] == '/' || getcwd(folder, sizeof(folder)) == NULL)
		return file;
	return hwatt_arena_printf(a->arena, "%s/%s", folder, file);
}

/* Makes files of what was said: whole paths, and one of each secret that is typed. */
static int settle_words(struct access *a, struct hwatt_error *err)
{
	for (int i = 0; i < ACCESS_WORDS; i++) {
		const char *value = a->words[i];
		if (value == NULL || words[i].form == PLAIN || (words[i].form == PATH && strcmp(value, "system") == 0))
			continue;
		bool typed = words[i].form == SECRET && strcmp(value, "-") == 0;
		a->words[i] = typed ? typed_secret(a, words[i].question, err) : full_path(a, value);
		if (a->words[i] == NULL)
			return -1;
	}
	return 0;
}

static void put_word(enum access_word word, const char *value, struct hwatt_text *text)
{
	hwatt_text_printf(text, "%s%s: %s", text->length > 1 ? ", " : "", words[word].key,
			  words[word].form == SECRET ? "{file: " : "");
	hwatt_text_json(text, value);
	hwatt_text_puts(text, words[word].form == SECRET ? "}" : "");
}

static void put_words(const struct access *a, const struct hwatt_collector *collector, bool told, struct hwatt_text *text)
{
	hwatt_text_putc(text, '{');
	if (has_key(collector, "version"))
		hwatt_text_printf(text, "version: \"%s\"", a->words[ACCESS_USER] != NULL ? "3" : a->version_1 ? "1" : "2c");
	for (int i = 0; i < ACCESS_WORDS; i++) {
		const char *value = a->words[i];
		if (value != NULL)
			put_word((enum access_word)i, told && strncmp(value, TYPED, strlen(TYPED)) == 0 ? "FILE" : value, text);
	}
	hwatt_text_putc(text, '}');
}

void access_tell(const struct access *a, const struct hwatt_collector *collector, struct hwatt_text *out)
{
	struct hwatt_text text; /* apart, as the first word is told by its place */
	hwatt_text_init(&text, WORDS_MAX);
	put_words(a, collector, true, &text);
	hwatt_text_puts(out, hwatt_text_string(&text));
	hwatt_text_free(&text);
}

/* Reads the text as the collector's table would read a configuration that says the same. */
static const void *read_words(struct access *a, const struct hwatt_collector *collector, const struct hwatt_text *text,
			      struct hwatt_report *report)
{
	const struct hwatt_node *node = document_parse("(options)", hwatt_text_string(text), text->length, a->arena, report);
	void *settings = hwatt_arena_alloc(a->arena, collector->settings.size);
	if (node == NULL || hwatt_option_read(&collector->settings, node, settings, a->arena, report) < 0)
		return NULL;
	return settings;
}

const void *access_settings(struct access *a, const struct hwatt_collector *collector, struct hwatt_report *report,
			    struct hwatt_error *err)
{
	struct hwatt_text text;
	const void *settings = NULL;
	if (check_words(a, collector, err) < 0)
		return NULL;
	if (a->credentials != NULL)
		return named_credentials(a, collector, err);
	if (settle_words(a, err) < 0)
		return NULL;
	hwatt_text_init(&text, WORDS_MAX);
	put_words(a, collector, false, &text);
	if (!hwatt_text_ok(&text))
		hwatt_fail(err, HWATT_EINVAL, "what was said about the device is too long");
	else
		settings = read_words(a, collector, &text, report);
	hwatt_text_free(&text);
	return settings;
}

const void *access_bare(struct access *a, const struct hwatt_collector *collector, struct hwatt_report *report)
{
	struct hwatt_text text;
	hwatt_text_init(&text, WORDS_MAX);
	hwatt_text_puts(&text, has_key(collector, "version") ? "{version: \"3\", user: nobody}" : "{}");
	const void *settings = read_words(a, collector, &text, report);
	hwatt_text_free(&text);
	return settings;
}

const void *access_community(struct access *a, bool version_1, const char *community, struct hwatt_report *report)
{
	struct hwatt_text text;
	hwatt_text_init(&text, WORDS_MAX);
	hwatt_text_printf(&text, "{version: \"%s\", community: ", version_1 ? "1" : "2c");
	hwatt_text_json(&text, community);
	hwatt_text_puts(&text, "}");
	const void *settings = read_words(a, a->collector, &text, report);
	hwatt_text_free(&text);
	return settings;
}
