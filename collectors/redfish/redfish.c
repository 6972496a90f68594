/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* redfish.c - the collector: its option tables, and the functions of service.c. */
#include "decode.h"
#include "service.h"
#include "source.h"
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define AT(type, field) .offset = offsetof(struct type, field)

static const char *const tls_words[] = { "modern", "old", NULL };
static const char *const auth_words[] = { "session", "basic", NULL };


static const struct hwatt_option settings_options[] = {
	{ .name = "user", .type = HWATT_STRING, AT(redfish_settings, user), .pattern = "^.{0,64}$",
	  .help = "the account: one that may log in and read is enough" },
	{ .name = "password", .type = HWATT_SECRET, AT(redfish_settings, password),
	  .help = "its password: {file: PATH}, {env: NAME} or {credential: NAME}" },
	{ .name = "ca", .type = HWATT_STRING, AT(redfish_settings, ca), .pattern = "^(system|/.+)?$",
	  .help = "absolute path of a file of certificates that sign those of the BMCs, or system; without it the key seen first is recorded and no other one accepted" },
	{ .name = "pin", .type = HWATT_STRING, AT(redfish_settings, pin), .pattern = "^(sha256//[A-Za-z0-9+/]{43}=)?$",
	  .help = "the only key that is accepted: sha256// and its digest, as `hallwatt probe` shows it" },
	{ .name = "server_name", .type = HWATT_STRING, AT(redfish_settings, server_name), .pattern = "^[A-Za-z0-9._-]*$",
	  .help = "the name in the certificate, where the address is not in it" },
	{ .name = "tls", .type = HWATT_ENUM, AT(redfish_settings, old_tls), .fallback = "modern", .words = tls_words,
	  .help = "old: also TLS 1.0 and the weak ciphers of firmware that has no others" },
	{ .name = "auth", .type = HWATT_ENUM, AT(redfish_settings, basic), .fallback = "session", .words = auth_words,
	  .help = "basic: user and password with every request, where sessions do not work" },
	{ .name = "timeout", .type = HWATT_DURATION, AT(redfish_settings, timeout_ms), .fallback = "10s", .min = 500, .max = 120000,
	  .help = "how long to wait for one answer; BMCs are slow" },
	{ .name = "detail", .type = HWATT_DURATION, AT(redfish_settings, detail_ms), .fallback = "60s", .min = 1000, .max = 86400000,
	  .help = "how often temperatures, fans, use, and readings that do not count are read; power and energy come with every poll" },
	{ .name = "refresh", .type = HWATT_DURATION, AT(redfish_settings, refresh_ms), .fallback = "6h", .min = 60000, .max = 604800000,
	  .help = "how often all links are followed anew; a new firmware or a restart of the BMC does it, too" },
};

static void mistake(const struct hwatt_node *at, const char *key, struct hwatt_report *report, const char *sentence)
{
	struct hwatt_mark mark = hwatt_node_mark(at, key);
	hwatt_report_add(report, &mark, "%s", sentence);
}

static void check_settings(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct redfish_settings *s = object;
	if (s->user[0] != '\0' && s->password.kind == HWATT_SECRET_NONE)
		mistake(at, "user", report, "\"user\" needs \"password\"");
	if (s->user[0] == '\0' && s->password.kind != HWATT_SECRET_NONE)
		mistake(at, "password", report, "\"password\" needs \"user\"");
	if (s->server_name[0] != '\0' && s->ca[0] == '\0')
		mistake(at, "server_name", report, "\"server_name\" needs \"ca\": without one the name is not looked at");
}

static const struct hwatt_option match_options[] = {
	{ .name = "vendor", .type = HWATT_STRING, AT(redfish_match, vendor),
	  .help = "regular expression on the vendor: the service root's, else the maker of system, chassis or manager" },
	{ .name = "model", .type = HWATT_STRING, AT(redfish_match, model), .help = "regular expression on the model" },
	{ .name = "firmware", .type = HWATT_STRING, AT(redfish_match, firmware), .help = "regular expression on the manager's firmware" },
	{ .name = "path", .type = HWATT_STRING, AT(redfish_match, path),
	  .help = "regular expression on the path of one of its chassis, systems or managers" },
};

static void check_match(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct redfish_match *m = object;
	const struct { const char *key, *text; } parts[] = {
		{ "vendor", m->vendor }, { "model", m->model }, { "firmware", m->firmware }, { "path", m->path },
	};
	for (size_t i = 0; i < COUNT(parts); i++)
		if (!hwatt_expression_sound(parts[i].text))
			mistake(at, parts[i].key, report, "this is no regular expression");
}

static const struct hwatt_option source_options[] = {
	{ .name = "resource", .type = HWATT_ENUM, AT(redfish_source, resource), .flags = HWATT_REQUIRED, .words = kind_words,
	  .help = "the resource, by the link that leads to it" },
	{ .name = "pointer", .type = HWATT_STRING, AT(redfish_source, pointer), .flags = HWATT_REQUIRED, .pattern = "^(/[^/~]+)+$",
	  .help = "JSON pointer to the value in it; a * stands for every member" },
	{ .name = "id", .type = HWATT_STRING, AT(redfish_source, id),
	  .help = "regular expression on Id, MemberId or Name of the object around the value; others are read as the standard says" },
	{ .name = "unless_below", .type = HWATT_STRING, AT(redfish_source, unless_below), .pattern = "^(/[^/~]+)*$",
	  .help = "with ignore: only values that are not below the number at this pointer, such as a rating, are left out" },
	{ .name = "ignore", .type = HWATT_BOOL, AT(redfish_source, ignore),
	  .help = "what stands there is no measurement, whatever the standard says" },
	{ .name = "total", .type = HWATT_BOOL, AT(redfish_source, total), .help = "it is the total of its chassis" },
	{ .name = "component", .type = HWATT_BOOL, AT(redfish_source, component),
	  .help = "it is part of what another reading measures: shown, not counted" },
};

static void check_source(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct redfish_source *s = object;
	if (!hwatt_expression_sound(s->id))
		mistake(at, "id", report, "this is no regular expression");
	if (s->unless_below != NULL && s->unless_below[0] != '\0' && !s->ignore)
		mistake(at, "unless_below", report, "\"unless_below\" goes with \"ignore\"");
}

extern const struct hwatt_collector redfish_collector;
const struct hwatt_collector redfish_collector = {
	.name = "redfish",
	.default_port = 443,
	.settings = {
		.name = "redfish", .help = "Credentials and habits of Redfish services.", .size = sizeof(struct redfish_settings),
		.options = settings_options, .count = COUNT(settings_options), .check = check_settings,
	},
	.match = {
		.name = "match", .help = "Which devices a profile is for.", .size = sizeof(struct redfish_match),
		.options = match_options, .count = COUNT(match_options), .check = check_match,
	},
	.source = {
		.name = "source", .help = "Where a reading stands in Redfish.", .size = sizeof(struct redfish_source),
		.options = source_options, .count = COUNT(source_options), .check = check_source,
	},
	.start = service_start,
	.stop = service_stop,
	.open = service_open,
	.poll = service_poll,
	.abort = service_abort,
	.close = service_close,
	.counters = service_counters,
	.find = service_find,
};
