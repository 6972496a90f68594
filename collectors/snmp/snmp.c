/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* snmp.c - the collector: its option tables, and the functions of session.c. */
#include "ber.h"
#include "session.h"
#include "source.h"
#include <regex.h>
#include <string.h>

#define OID_PATTERN "^[0-2](\\.[0-9]+)+$"
#define ARCS "([1-9](-[1-9])?|row|last)"
#define OBJECT_PATTERN "^[0-2](\\.[0-9]+)+(\\.\\{" ARCS "\\}(\\.(\\{" ARCS "\\}|[0-9]+))*)?$"
#define OID_FORM "numbers with dots between them and none in front, like 1.3.6.1.4.1.318.1.1.26"
#define OBJECT_FORM OID_FORM ", and behind them {1} to {9}, {2-4}, {row} or {last} where the row is another"
#define INDEX_PATTERN "^([^{}]|\\{(text|last|value|(row|[1-9](-[1-9])?)( after [0-9]+(\\.[0-9]+)*)?)\\})*$"
#define INDEX_FORM "{row}, {last}, {1} to {9}, {2-4}, {text}, {value} or {row after 1.1} in braces, and anything between them"

static const char *const version_words[] = { "1", "2c", "3", NULL };
static const char *const auth_words[] = { "none", "md5", "sha", "sha1", "sha224", "sha256", "sha384", "sha512", NULL };
static const char *const priv_words[] = { "none", "des", "aes", "aes128", "aes192", "aes256", "aes192c", "aes256c", NULL };
static const char *const unit_words[] = { "base", "fahrenheit", "kelvin", NULL };

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define AT(type, field) .offset = offsetof(struct type, field)

static const struct hwatt_option settings_options[] = {
	{ .name = "version", .type = HWATT_ENUM, AT(snmp_settings, version), .fallback = "2c", .words = version_words,
	  .help = "protocol version: 1, 2c or 3" },
	{ .name = "community", .type = HWATT_STRING, AT(snmp_settings, community), .fallback = "public",
	  .help = "community, in the open as it is on the wire" },
	{ .name = "community_secret", .type = HWATT_SECRET, AT(snmp_settings, community_secret),
	  .help = "community kept out of the configuration: {file: PATH}, {env: NAME} or {credential: NAME}" },
	{ .name = "user", .type = HWATT_STRING, AT(snmp_settings, user), .pattern = "^.{1,32}$",
	  .help = "version 3: the user's name, of up to 32 octets" },
	{ .name = "auth", .type = HWATT_ENUM, AT(snmp_settings, auth), .fallback = "none", .words = auth_words,
	  .help = "version 3: the digest that signs messages; sha1 is sha; md5 and sha are old" },
	{ .name = "auth_secret", .type = HWATT_SECRET, AT(snmp_settings, auth_secret),
	  .help = "version 3: the pass phrase of auth, of 8 characters or more: {file: PATH}, {env: NAME} or {credential: NAME}" },
	{ .name = "priv", .type = HWATT_ENUM, AT(snmp_settings, priv), .fallback = "none", .words = priv_words,
	  .help = "version 3: the cipher; aes is aes128; aes192c and aes256c make their keys as Cisco does; des is broken" },
	{ .name = "priv_secret", .type = HWATT_SECRET, AT(snmp_settings, priv_secret),
	  .help = "version 3: the pass phrase of priv, of 8 characters or more" },
	{ .name = "context", .type = HWATT_STRING, AT(snmp_settings, context), .pattern = "^.{0,255}$",
	  .help = "version 3: the context to ask in; most devices have only the empty one" },
	{ .name = "engine_id", .type = HWATT_STRING, AT(snmp_settings, engine_id), .pattern = "^(0x)?([0-9a-fA-F]{2}){5,32}$",
	  .help = "version 3: the agent's engine id, 5 to 32 octets in hexadecimal digits, if it cannot be asked for" },
	{ .name = "timeout", .type = HWATT_DURATION, AT(snmp_settings, timeout_ms), .fallback = "2s", .min = 50, .max = 60000,
	  .help = "how long to wait for one answer" },
	{ .name = "retries", .type = HWATT_INTEGER, AT(snmp_settings, retries), .fallback = "2", .min = 0, .max = 10,
	  .help = "how often to ask again" },
	{ .name = "max_repetitions", .type = HWATT_INTEGER, AT(snmp_settings, max_repetitions), .fallback = "50", .min = 1,
	  .max = 200, .help = "most rows asked for at once; the size of the answer usually sets fewer" },
	{ .name = "refresh", .type = HWATT_DURATION, AT(snmp_settings, refresh_ms), .fallback = "10m", .min = 1000,
	  .max = 86400000, .help = "how often names, ratings and the set of rows are read anew" },
};

static void mistake(const struct hwatt_node *at, const char *key, struct hwatt_report *report, const char *sentence)
{
	struct hwatt_mark mark = hwatt_node_mark(at, key);
	hwatt_report_add(report, &mark, "%s", sentence);
}

static void check_settings(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct snmp_settings *s = object;
	bool auth_secret = s->auth_secret.kind != HWATT_SECRET_NONE, priv_secret = s->priv_secret.kind != HWATT_SECRET_NONE;
	bool asks = s->user[0] != '\0' || s->auth != 0 || s->priv != 0 || auth_secret || priv_secret ||
		    s->context[0] != '\0' || s->engine_id[0] != '\0';
	if (s->version != SNMP_V3) {
		if (asks)
			mistake(at, "version", report, "\"user\", \"auth\", \"priv\", \"context\" and \"engine_id\" need \"version: 3\"");
		return;
	}
	if (s->community_secret.kind != HWATT_SECRET_NONE)
		mistake(at, "community_secret", report, "version 3 has users, no community");
	if (s->user[0] == '\0')
		mistake(at, "version", report, "version 3 needs \"user\"");
	if (s->auth != 0 && !auth_secret)
		mistake(at, "auth", report, "\"auth\" needs \"auth_secret\"");
	if (s->auth == 0 && auth_secret)
		mistake(at, "auth_secret", report, "\"auth_secret\" needs \"auth\": which digest?");
	if (s->priv != 0 && !priv_secret)
		mistake(at, "priv", report, "\"priv\" needs \"priv_secret\"");
	if (s->priv == 0 && priv_secret)
		mistake(at, "priv_secret", report, "\"priv_secret\" needs \"priv\": which cipher?");
	if (s->priv != 0 && s->auth == 0)
		mistake(at, "priv", report, "\"priv\" needs \"auth\": SNMPv3 does not encrypt what it does not sign");
}

static const struct hwatt_option match_options[] = {
	{ .name = "sysObjectID", .type = HWATT_LIST, AT(snmp_match, object_ids), .flags = HWATT_ONE_OR_LIST,
	  .item = HWATT_STRING, .pattern = OID_PATTERN, .form = OID_FORM, .help = "prefixes of the device's sysObjectID" },
	{ .name = "sysDescr", .type = HWATT_STRING, AT(snmp_match, description), .help = "regular expression on sysDescr" },
	{ .name = "probe", .type = HWATT_LIST, AT(snmp_match, probe), .flags = HWATT_ONE_OR_LIST, .item = HWATT_STRING,
	  .pattern = OID_PATTERN, .form = OID_FORM, .help = "subtrees of which one must hold an object; decides alone where it is given" },
};

static void check_oid(const char *text, const char *key, const struct hwatt_node *at, struct hwatt_report *report)
{
	uint8_t bytes[BER_MAX_OID];
	char head[512];
	size_t n = strcspn(text, "{");
	if (text[0] == '\0')
		return;
	if (n >= sizeof(head))
		n = sizeof(head) - 1;
	memcpy(head, text, n);
	if (text[n] == '{' && n > 0)
		n--; /* the dot before the template */
	head[n] = '\0';
	if (ber_oid_parse(head, bytes, sizeof(bytes)) == 0) {
		struct hwatt_mark mark = hwatt_node_mark(at, key);
		hwatt_report_add(report, &mark, "\"%.60s\" is no OID: it has at most 128 numbers, none above 4294967295", text);
	}
}

static void check_oids(const struct hwatt_list *list, const char *key, const struct hwatt_node *at,
		       struct hwatt_report *report)
{
	for (size_t i = 0; i < list->count; i++)
		check_oid(((const char *const *)list->items)[i], key, at, report);
}

static void check_expression(const char *text, const char *key, const struct hwatt_node *at, struct hwatt_report *report)
{
	struct hwatt_mark mark = hwatt_node_mark(at, key);
	if (!hwatt_expression_sound(text))
		hwatt_report_add(report, &mark, "\"%.60s\" is no regular expression", text);
}

static void check_match(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct snmp_match *m = object;
	check_oids(&m->object_ids, "sysObjectID", at, report);
	check_oids(&m->probe, "probe", at, report);
	check_expression(m->description, "sysDescr", at, report);
}

static const struct hwatt_option condition_options[] = {
	{ .name = "oid", .type = HWATT_STRING, AT(snmp_condition, oid), .flags = HWATT_REQUIRED, .pattern = OBJECT_PATTERN, .form = OBJECT_FORM,
	  .help = "the object to look at" },
	{ .name = "is", .type = HWATT_LIST, AT(snmp_condition, is), .flags = HWATT_ONE_OR_LIST, .item = HWATT_INTEGER,
	  .help = "numbers of which it must be one" },
	{ .name = "is_not", .type = HWATT_LIST, AT(snmp_condition, is_not), .flags = HWATT_ONE_OR_LIST,
	  .item = HWATT_INTEGER, .help = "numbers that it must not be" },
	{ .name = "min", .type = HWATT_INTEGER, AT(snmp_condition, min), .fallback = "-900000000000000000",
	  .help = "least raw number" },
	{ .name = "max", .type = HWATT_INTEGER, AT(snmp_condition, max), .fallback = "900000000000000000",
	  .help = "greatest raw number" },
	{ .name = "text", .type = HWATT_LIST, AT(snmp_condition, text), .flags = HWATT_ONE_OR_LIST, .item = HWATT_STRING,
	  .help = "texts (OIDs in dots) of which it must be one" },
	{ .name = "matches", .type = HWATT_STRING, AT(snmp_condition, matches), .help = "regular expression that fits it" },
	{ .name = "matches_not", .type = HWATT_STRING, AT(snmp_condition, matches_not),
	  .help = "regular expression that must not fit it" },
	{ .name = "missing", .type = HWATT_BOOL, AT(snmp_condition, missing),
	  .help = "true: holds, too, where the device has no such object" },
};

static void check_condition(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct snmp_condition *c = object;
	check_oid(c->oid, "oid", at, report);
	check_expression(c->matches, "matches", at, report);
	check_expression(c->matches_not, "matches_not", at, report);
	if (c->min > c->max) {
		struct hwatt_mark mark = hwatt_node_mark(at, "min");
		hwatt_report_add(report, &mark, "\"min\" is above \"max\": it never holds");
	}
}

static const struct hwatt_schema condition_schema = {
	.name = "condition", .help = "What must hold of an object.", .size = sizeof(struct snmp_condition),
	.options = condition_options, .count = COUNT(condition_options), .check = check_condition,
};

static const struct hwatt_option exponent_options[] = {
	{ .name = "oid", .type = HWATT_STRING, AT(snmp_exponent, oid), .flags = HWATT_REQUIRED, .pattern = OBJECT_PATTERN, .form = OBJECT_FORM,
	  .help = "the object with the number of digits or the scale" },
	{ .name = "times", .type = HWATT_INTEGER, AT(snmp_exponent, times), .fallback = "1", .min = -30, .max = 30,
	  .help = "the power of ten is value x times + plus; -1 for a number of decimal digits" },
	{ .name = "plus", .type = HWATT_INTEGER, AT(snmp_exponent, plus), .fallback = "0", .min = -60, .max = 60,
	  .help = "added to the power of ten" },
};
static const struct hwatt_schema exponent_schema = {
	.name = "exponent", .help = "A power of ten that stands in another object.", .size = sizeof(struct snmp_exponent),
	.options = exponent_options, .count = COUNT(exponent_options),
};

static const struct hwatt_option unit_options[] = {
	{ .name = "is", .type = HWATT_INTEGER, AT(snmp_unit, is), .help = "the unit object's number" },
	{ .name = "text", .type = HWATT_STRING, AT(snmp_unit, text), .help = "or its text" },
	{ .name = "missing", .type = HWATT_BOOL, AT(snmp_unit, missing),
	  .help = "or, when true: where there is no such object" },
	{ .name = "scale", .type = HWATT_DECIMAL, AT(snmp_unit, scale_micro), .fallback = "1",
	  .help = "a further factor for this unit" },
	{ .name = "unit", .type = HWATT_ENUM, AT(snmp_unit, unit), .words = unit_words,
	  .help = "base, fahrenheit or kelvin" },
};
static const struct hwatt_schema unit_schema = {
	.name = "unit", .help = "What one value of the unit object means.", .size = sizeof(struct snmp_unit),
	.options = unit_options, .count = COUNT(unit_options),
};

#define OBJECT(key, field, text) \
	{ .name = key, .type = HWATT_STRING, AT(snmp_source, field), .pattern = OBJECT_PATTERN, .form = OBJECT_FORM, .help = text }
#define OBJECTS(key, field, text) \
	{ .name = key, .type = HWATT_LIST, AT(snmp_source, field), .flags = HWATT_ONE_OR_LIST, .item = HWATT_STRING, \
	  .pattern = OBJECT_PATTERN, .form = OBJECT_FORM, .help = text }
#define TABLE(key, field, rows, text) \
	{ .name = key, .type = HWATT_LIST, AT(snmp_source, field), .flags = HWATT_ONE_OR_LIST, .schema = rows, .help = text }

static const struct hwatt_option source_options[] = {
	{ .name = "oid", .type = HWATT_STRING, AT(snmp_source, oid), .flags = HWATT_REQUIRED, .pattern = OID_PATTERN, .form = OID_FORM,
	  .help = "the object: a column, or a scalar with its .0" },
	OBJECTS("name_oid", names, "objects that name the row; the first that is not empty"),
	OBJECT("index_oid", index_oid, "object whose value is the point's index, or its {value} where \"index\" has that"),
	{ .name = "index_match", .type = HWATT_STRING, AT(snmp_source, index_match),
	  .help = "regular expression on index_oid's value; only its first group counts, rows that it does not fit have "
		  "their index without it" },
	OBJECT("unit_oid", unit_oid, "object that says the row's unit"),
	TABLE("units", units, &unit_schema, "what the values of unit_oid mean; rows of other units are left out"),
	TABLE("exponents", exponents, &exponent_schema, "powers of ten that stand in other objects"),
	OBJECT("times_oid", times_oid, "object to multiply with, such as allocation units"),
	OBJECT("divide_oid", divide_oid, "object to divide by"),
	OBJECT("signed_oid", signed_oid, "object to multiply with when positive, to divide by its magnitude when negative"),
	OBJECTS("plus", plus, "objects added to the raw value"),
	OBJECTS("minus", minus, "objects subtracted from the raw value"),
	OBJECTS("count_oid", counted, "columns of one table: the reading is the number of its rows, by the longest of these and oid"),
	TABLE("where", where, &condition_schema, "which rows count; looked at with the names"),
	TABLE("when", when, &condition_schema, "when the value counts; looked at with every value"),
	OBJECT("zero_with", zero_with, "a raw 0 counts only while this object is 0, too"),
	OBJECT("lines_oid", lines_oid, "number of lines: rows above it are not there"),
	{ .name = "rows", .type = HWATT_LIST, AT(snmp_source, rows), .flags = HWATT_ONE_OR_LIST, .item = HWATT_INTEGER,
	  .help = "last sub-identifiers of the rows that count" },
	{ .name = "row_matches", .type = HWATT_STRING, AT(snmp_source, row_matches),
	  .help = "regular expression that fits the dotted index of the rows that count" },
	OBJECT("stamp_oid", stamp_oid, "text or time that changes when the register is reset or loses counts"),
};

static const struct hwatt_option part_options[] = {
	{ .name = "serial_oid", .type = HWATT_STRING, AT(snmp_part, at.oid), .flags = HWATT_REQUIRED, .pattern = OID_PATTERN, .form = OID_FORM,
	  .help = "the serial number: a column, or a scalar with its .0" },
	{ .name = "model_oid", .type = HWATT_LIST, AT(snmp_part, models), .flags = HWATT_ONE_OR_LIST, .item = HWATT_STRING,
	  .pattern = OBJECT_PATTERN, .form = OBJECT_FORM, .help = "objects with the model; the first that is not empty" },
	{ .name = "firmware_oid", .type = HWATT_LIST, AT(snmp_part, firmwares), .flags = HWATT_ONE_OR_LIST, .item = HWATT_STRING,
	  .pattern = OBJECT_PATTERN, .form = OBJECT_FORM, .help = "objects with the firmware; the first that is not empty" },
	{ .name = "name_oid", .type = HWATT_LIST, AT(snmp_part, at.names), .flags = HWATT_ONE_OR_LIST, .item = HWATT_STRING,
	  .pattern = OBJECT_PATTERN, .form = OBJECT_FORM, .help = "objects that name the place; the first that is not empty, where no other part has it" },
	{ .name = "index_oid", .type = HWATT_STRING, AT(snmp_part, at.index_oid), .pattern = OBJECT_PATTERN, .form = OBJECT_FORM,
	  .help = "object whose value is the place, or its {value} where \"index\" has that" },
	{ .name = "index_match", .type = HWATT_STRING, AT(snmp_part, at.index_match),
	  .help = "regular expression on index_oid's value, of which the first group counts" },
	{ .name = "where", .type = HWATT_LIST, AT(snmp_part, at.where), .flags = HWATT_ONE_OR_LIST, .schema = &condition_schema,
	  .help = "which rows count" },
	{ .name = "row_matches", .type = HWATT_STRING, AT(snmp_part, at.row_matches),
	  .help = "regular expression that fits the dotted index of the rows that count" },
	{ .name = "empty", .type = HWATT_LIST, AT(snmp_part, empty), .flags = HWATT_ONE_OR_LIST, .schema = &condition_schema,
	  .help = "when nothing is at the place" },
};

static bool has_group(const char *text)
{
	regex_t compiled;
	if (regcomp(&compiled, text, REG_EXTENDED) != 0)
		return false;
	bool some = compiled.re_nsub > 0;
	regfree(&compiled);
	return some;
}

static void check_index_match(const struct snmp_source *s, const struct hwatt_node *at, struct hwatt_report *report)
{
	if (s->index_match != NULL && s->index_match[0] != '\0' && (!has_group(s->index_match) || s->index_oid[0] == '\0')) {
		struct hwatt_mark mark = hwatt_node_mark(at, "index_match");
		hwatt_report_add(report, &mark, "\"index_match\" is a regular expression with a group, on \"index_oid\"");
	}
}

static bool fits(const char *text, const char *pattern)
{
	regex_t compiled;
	if (regcomp(&compiled, text != NULL ? pattern : ".", REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	bool yes = text == NULL || regexec(&compiled, text, 0, NULL, 0) == 0;
	regfree(&compiled);
	return yes;
}

/* A place that no row has would give all rows another index than is meant, and some the same. */
static void check_index(const struct snmp_source *s, const struct hwatt_node *at, struct hwatt_report *report)
{
	const char *index = hwatt_node_text(at, "index");
	struct hwatt_mark mark = hwatt_node_mark(at, "index");
	if (!fits(index, INDEX_PATTERN))
		hwatt_report_add(report, &mark, "\"%.60s\" has the wrong form; write %s", index, INDEX_FORM);
	else if (index != NULL && strstr(index, "{value}") != NULL && s->index_oid[0] == '\0')
		hwatt_report_add(report, &mark, "\"{value}\" is that of \"index_oid\", which is not given");
}

static void check_source(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct snmp_source *s = object;
	const struct { const char *key, *text; } single[] = {
		{ "oid", s->oid }, { "index_oid", s->index_oid }, { "unit_oid", s->unit_oid },
		{ "times_oid", s->times_oid }, { "divide_oid", s->divide_oid }, { "signed_oid", s->signed_oid },
		{ "zero_with", s->zero_with }, { "lines_oid", s->lines_oid }, { "stamp_oid", s->stamp_oid },
	};
	for (size_t i = 0; i < COUNT(single); i++)
		check_oid(single[i].text, single[i].key, at, report);
	check_oids(&s->names, "name_oid", at, report);
	check_oids(&s->plus, "plus", at, report);
	check_oids(&s->minus, "minus", at, report);
	check_oids(&s->counted, "count_oid", at, report);
	check_expression(s->row_matches, "row_matches", at, report);
	check_index(s, at, report);
	check_index_match(s, at, report);
	if ((s->unit_oid[0] != '\0') != (s->units.count > 0)) {
		struct hwatt_mark mark = hwatt_node_mark(at, "unit_oid");
		hwatt_report_add(report, &mark, "\"unit_oid\" and \"units\" need each other");
	}
}

static void check_part(const void *object, const struct hwatt_node *at, struct hwatt_report *report)
{
	const struct snmp_part *p = object;
	check_oid(p->at.oid, "serial_oid", at, report);
	check_oid(p->at.index_oid, "index_oid", at, report);
	check_oids(&p->models, "model_oid", at, report);
	check_oids(&p->firmwares, "firmware_oid", at, report);
	check_oids(&p->at.names, "name_oid", at, report);
	check_expression(p->at.row_matches, "row_matches", at, report);
	check_index(&p->at, at, report);
	check_index_match(&p->at, at, report);
}

extern const struct hwatt_collector snmp_collector;
const struct hwatt_collector snmp_collector = {
	.name = "snmp",
	.default_port = 161,
	.settings = {
		.name = "snmp", .help = "Credentials and habits of SNMP devices.", .size = sizeof(struct snmp_settings),
		.options = settings_options, .count = COUNT(settings_options),
		.check = check_settings,
	},
	.match = {
		.name = "match", .help = "Which devices a profile is for.", .size = sizeof(struct snmp_match),
		.options = match_options, .count = COUNT(match_options), .check = check_match,
	},
	.source = {
		.name = "source", .help = "Where a reading stands in SNMP.", .size = sizeof(struct snmp_source),
		.options = source_options, .count = COUNT(source_options), .check = check_source,
	},
	.part = {
		.name = "part", .help = "Where serial numbers of parts stand in SNMP.", .size = sizeof(struct snmp_part),
		.options = part_options, .count = COUNT(part_options), .check = check_part,
	},
	.start = session_start,
	.stop = session_stop,
	.open = session_open,
	.poll = session_poll,
	.abort = session_abort,
	.close = session_close,
	.counters = session_counters,
	.find = session_find,
	.record = session_record,
};
