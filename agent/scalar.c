/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "scalar.h"
#include "calendar.h"
#include "nearest.h"
#include <hallwatt/number.h>
#include <hallwatt/reading.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 60 /* octets of a wrong value that a message repeats */

static bool one_of(const char *text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* How many of the first octets are in `set`. */
static size_t run(const char *text, const char *set)
{
	return strspn(text, set);
}

#define DIGITS "0123456789"

/* [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}: 0 when it is not, else how much of the text the day takes. */
static size_t day_length(const char *text)
{
	size_t at = run(text, DIGITS);
	if (at != 4)
		return 0;
	for (int part = 0; part < 2; part++) {
		if (text[at] != '-')
			return 0;
		size_t n = run(text + at + 1, DIGITS);
		if (n < 1 || n > 2)
			return 0;
		at += 1 + n;
	}
	return at;
}

static enum scalar_kind resolve_date(const char *text)
{
	size_t at = day_length(text);
	if (at == 0)
		return SCALAR_STRING;
	if (text[at] == '\0')
		return SCALAR_DATE;
	const char *rest = text + at + strcspn(text + at, DIGITS);
	bool separated = strchr("Tt \t", text[at]) != NULL && run(text + at + 1, " \t") == (size_t)(rest - text) - at - 1;
	return separated && run(rest, DIGITS) <= 2 && rest[run(rest, DIGITS)] == ':' ? SCALAR_TIMESTAMP : SCALAR_STRING;
}

/* Digits in groups of sixty: 1:20, 190:20:30, 1:20.5. */
static bool is_sixty(const char *text)
{
	size_t at = run(text, DIGITS "_");
	if (at == 0 || !isdigit((unsigned char)text[0]) || text[at] != ':')
		return false;
	while (text[at] == ':') {
		size_t n = run(text + at + 1, DIGITS);
		if (n < 1 || n > 2 || (n == 2 && text[at + 1] > '5'))
			return false;
		at += 1 + n;
	}
	return text[at] == '\0' || (text[at] == '.' && text[at + 1 + run(text + at + 1, DIGITS "_")] == '\0');
}

static bool is_float(const char *text)
{
	size_t whole = run(text, DIGITS "_");
	if (whole > 0 && text[0] == '_')
		return false;
	const char *at = text + whole;
	size_t parts = 0;
	if (*at == '.') {
		parts = run(at + 1, DIGITS "_");
		at += 1 + parts;
		if (whole == 0 && parts == 0)
			return false;
	}
	if (whole == 0 && parts == 0)
		return false;
	if (*at == 'e' || *at == 'E') {
		at += at[1] == '+' || at[1] == '-' ? 2 : 1;
		size_t n = run(at, DIGITS);
		if (n == 0)
			return false;
		at += n;
	}
	return *at == '\0';
}

static enum scalar_kind resolve_number(const char *text)
{
	static const char *const odd[] = { ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN", NULL };
	const char *digits = text + (text[0] == '-' || text[0] == '+' ? 1 : 0);
	size_t length = strlen(digits);
	if (one_of(digits, odd))
		return SCALAR_FLOAT;
	if (digits[0] == '0' && digits[1] == 'x' && length > 2 && run(digits + 2, DIGITS "abcdefABCDEF_") == length - 2)
		return SCALAR_HEX;
	if (digits[0] == '0' && digits[1] == 'b' && length > 2 && run(digits + 2, "01_") == length - 2)
		return SCALAR_BINARY;
	if (digits[0] == '0' && digits[1] == 'o' && length > 2 && run(digits + 2, "01234567") == length - 2)
		return SCALAR_OCTAL;
	if (is_sixty(digits))
		return SCALAR_SIXTY;
	if (!isdigit((unsigned char)digits[0]) && digits[0] != '.')
		return SCALAR_STRING;
	if (run(digits, DIGITS) == length)
		return digits[0] == '0' && length > 1 ? SCALAR_OCTAL : SCALAR_INTEGER;
	if (run(digits, DIGITS "_") == length)
		return SCALAR_GROUPED;
	return is_float(digits) ? SCALAR_FLOAT : resolve_date(text);
}

enum scalar_kind scalar_resolve(const char *text)
{
	static const char *const nothing[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const booleans[] = {
		"y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "true", "True", "TRUE",
		"false", "False", "FALSE", "on", "On", "ON", "off", "Off", "OFF", NULL,
	};
	if (one_of(text, nothing))
		return SCALAR_NULL;
	if (isalpha((unsigned char)text[0]))
		return one_of(text, booleans) ? SCALAR_BOOL : SCALAR_STRING;
	if (strcmp(text, "<<") == 0 || strcmp(text, "=") == 0)
		return SCALAR_MERGE;
	return resolve_number(text);
}

/* "is not a duration; write ..." with the value as it stands, cut when it is long. */
static int not_a(const struct hwatt_node *node, const char *what, const char *instead, struct hwatt_error *err)
{
	return hwatt_fail(err, HWATT_EINVAL, "\"%.*s\" is not %s; write %s", SHOWN, node->text, what, instead);
}

/* What an unquoted scalar of `kind` is to a reader of YAML 1.1. */
static const char *kind_name(enum scalar_kind kind)
{
	static const char *const names[] = {
		[SCALAR_STRING] = "a text",       [SCALAR_NULL] = "no value",     [SCALAR_BOOL] = "a boolean",
		[SCALAR_INTEGER] = "a number",    [SCALAR_OCTAL] = "an octal number", [SCALAR_HEX] = "a hexadecimal number",
		[SCALAR_BINARY] = "a binary number", [SCALAR_SIXTY] = "a number to base sixty",
		[SCALAR_GROUPED] = "a number",    [SCALAR_FLOAT] = "a number",    [SCALAR_DATE] = "a date",
		[SCALAR_TIMESTAMP] = "a time",    [SCALAR_MERGE] = "a merge key",
	};
	return names[kind];
}

static int read_string(const struct hwatt_node *node, void *out, struct hwatt_arena *arena, struct hwatt_error *err)
{
	enum scalar_kind kind = node->quoted ? SCALAR_STRING : scalar_resolve(node->text);
	if (kind != SCALAR_STRING)
		return hwatt_fail(err, HWATT_EINVAL, "unquoted %.*s is %s in YAML; write \"%.*s\" in quotes", SHOWN, node->text,
				  kind_name(kind), SHOWN, node->text);
	const char *copy = node->length > 0 ? hwatt_arena_strndup(arena, node->text, node->length) : "";
	memcpy(out, &copy, sizeof(copy));
	return 0;
}

static int read_bool(const struct hwatt_node *node, void *out, struct hwatt_error *err)
{
	bool yes = strcmp(node->text, "true") == 0, no = strcmp(node->text, "false") == 0;
	if (node->quoted && (yes || no))
		return hwatt_fail(err, HWATT_EINVAL, "\"%s\" in quotes is a text; write %s", node->text, node->text);
	if (!yes && !no)
		return hwatt_fail(err, HWATT_EINVAL, "%.*s is not a switch; write true or false", SHOWN, node->text);
	*(bool *)out = yes;
	return 0;
}

/* Numbers are written without quotes. */
static int refuse_quotes(const struct hwatt_node *node, struct hwatt_error *err)
{
	if (node->quoted && scalar_resolve(node->text) != SCALAR_STRING)
		return hwatt_fail(err, HWATT_EINVAL, "\"%.*s\" in quotes is a text; write it without", SHOWN, node->text);
	return 0;
}

/* The value that YAML 1.1 gives to an oddly written number, for the message. */
static int refuse_odd_number(const struct hwatt_node *node, enum scalar_kind kind, struct hwatt_error *err)
{
	const char *text = node->text + (node->text[0] == '-' || node->text[0] == '+' ? 1 : 0);
	const char *sign = node->text[0] == '-' ? "-" : "";
	const char *plain = text + strspn(text, "0");
	if (kind == SCALAR_OCTAL && strpbrk(text, "89o") == NULL && strlen(text) < 20)
		return hwatt_fail(err, HWATT_EINVAL, "%s is %s%" PRIu64 " in YAML 1.1 and %s%s in YAML 1.2; write %s%" PRIu64 " or %s%s",
				  node->text, sign, (uint64_t)strtoull(text, NULL, 8), sign, plain, sign,
				  (uint64_t)strtoull(text, NULL, 8), sign, plain);
	if (kind == SCALAR_HEX && strchr(text, '_') == NULL && strlen(text) < 18)
		return hwatt_fail(err, HWATT_EINVAL, "%s is hexadecimal; write %s%" PRIu64, node->text, sign,
				  (uint64_t)strtoull(text, NULL, 16));
	if (kind == SCALAR_SIXTY)
		return hwatt_fail(err, HWATT_EINVAL, "%.*s is a number to base sixty in YAML 1.1; write a decimal number", SHOWN,
				  node->text);
	if (kind == SCALAR_GROUPED)
		return hwatt_fail(err, HWATT_EINVAL, "%.*s groups its digits; write the number without _", SHOWN, node->text);
	if (kind == SCALAR_OCTAL || kind == SCALAR_HEX || kind == SCALAR_BINARY)
		return hwatt_fail(err, HWATT_EINVAL, "%.*s is %s; write a decimal number", SHOWN, node->text, kind_name(kind));
	return 0;
}

/* Decimal digits with at most `decimals` places after the point, times 10^decimals: exact, or false. Moves *text on. */
static bool read_fixed(const char **text, int decimals, hwatt_i128 *out)
{
	const char *at = *text;
	bool negative = *at == '-';
	if (negative)
		at++;
	size_t whole = run(at, DIGITS);
	if (whole == 0 || whole > 18)
		return false;
	hwatt_i128 value = 0;
	for (size_t i = 0; i < whole; i++)
		value = value * 10 + (*at++ - '0');
	int places = 0;
	if (*at == '.') {
		size_t n = run(++at, DIGITS);
		if (n == 0)
			return false;
		for (size_t i = 0; i < n; i++, at++) {
			if (places == decimals && *at != '0')
				return false;
			if (places < decimals) {
				value = value * 10 + (*at - '0');
				places++;
			}
		}
	}
	for (; places < decimals; places++)
		value *= 10;
	*out = negative ? -value : value;
	*text = at;
	return true;
}

static int read_integer(const struct hwatt_node *node, int64_t *out, struct hwatt_error *err)
{
	enum scalar_kind kind = scalar_resolve(node->text);
	if (refuse_quotes(node, err) < 0 || refuse_odd_number(node, kind, err) < 0)
		return -1;
	const char *at = node->text;
	hwatt_i128 value;
	if (!read_fixed(&at, 0, &value) || *at != '\0' || kind != SCALAR_INTEGER)
		return not_a(node, "a whole number", "digits only, like 12", err);
	*out = (int64_t)value; /* at most 18 digits */
	return 0;
}

/* "1 000,5" as it is to be written, 1000.5: how numbers stand in tables of many languages.  False: it is no such number. */
static bool as_written_elsewhere(const char *text, char out[SHOWN])
{
	size_t n = 0;
	bool comma = false;
	for (; *text != '\0'; text++) {
		bool nbsp = strncmp(text, "\xc2\xa0", 2) == 0;
		text += nbsp;
		if (*text == ' ' || nbsp)
			continue;
		if (n + 1 >= SHOWN || (*text == ',' ? comma || n == 0 : (*text < '0' || *text > '9') && (*text != '-' || n > 0)))
			return false;
		comma |= *text == ',';
		out[n++] = *text;
		if (*text == ',')
			out[n - 1] = '.';
	}
	out[n] = '\0';
	const char *point = strchr(out, '.');
	bool thousands = point != NULL && strlen(point) == 4 && point - out <= 3; /* 1,000: nobody knows which */
	return n > 0 && out[n - 1] != '.' && !thousands;
}

static int read_decimal(const struct hwatt_node *node, int64_t *out, struct hwatt_error *err)
{
	char number[SHOWN];
	enum scalar_kind kind = scalar_resolve(node->text);
	if (refuse_quotes(node, err) < 0 || refuse_odd_number(node, kind, err) < 0)
		return -1;
	const char *at = node->text;
	hwatt_i128 value;
	if (!read_fixed(&at, 6, &value) || *at != '\0') {
		if (as_written_elsewhere(node->text, number))
			return hwatt_fail(err, HWATT_EINVAL, "\"%.*s\" is not a number here; write it with a decimal point and no spaces: %s", SHOWN,
					  node->text, number);
		return not_a(node, "a number", "it with at most six decimals, like 1.25", err);
	}
	if (value > INT64_MAX || value < -INT64_MAX)
		return hwatt_fail(err, HWATT_EINVAL, "%.*s is too large", SHOWN, node->text);
	*out = (int64_t)value;
	return 0;
}

static int read_ratio(const struct hwatt_node *node, int64_t *out, struct hwatt_error *err)
{
	static const char instead[] = "0.95 or 95 %";
	const char *at = node->text;
	size_t length = strlen(at);
	hwatt_i128 value;
	if (length == 0 || at[length - 1] != '%') {
		if (refuse_quotes(node, err) < 0 || refuse_odd_number(node, scalar_resolve(at), err) < 0)
			return -1;
		if (!read_fixed(&at, 6, &value) || *at != '\0')
			return not_a(node, "a ratio", instead, err);
	} else {
		if (!read_fixed(&at, 4, &value))
			return not_a(node, "a ratio", instead, err);
		at += *at == ' ' ? 1 : 0;
		if (strcmp(at, "%") != 0)
			return not_a(node, "a ratio", instead, err);
	}
	if (value > INT64_MAX || value < -INT64_MAX)
		return hwatt_fail(err, HWATT_EINVAL, "%.*s is too large", SHOWN, node->text);
	*out = (int64_t)value;
	return 0;
}

struct unit {
	const char *name;
	int64_t factor; /* stored units in 10^-`decimals` of it */
};

/* A number and one of `units`, a blank between them or not. */
static int read_amount(const struct hwatt_node *node, const struct unit *units, int decimals, const char *what,
		       const char *instead, int64_t *out, struct hwatt_error *err)
{
	const char *at = node->text;
	hwatt_i128 value;
	if (!read_fixed(&at, decimals, &value))
		return not_a(node, what, instead, err);
	at += *at == ' ' ? 1 : 0;
	const struct unit *unit = units;
	while (unit->name != NULL && strcmp(unit->name, at) != 0)
		unit++;
	if (unit->name == NULL) {
		for (unit = units; unit->name != NULL && strcasecmp(unit->name, at) != 0; unit++)
			;
		return unit->name == NULL ? not_a(node, what, instead, err) :
		       hwatt_fail(err, HWATT_EINVAL, "\"%.*s\" has no such unit; write %s", SHOWN, node->text, unit->name);
	}
	value *= unit->factor; /* at most 10^18 x 10^6 x 10^15: no overflow of 128 bits */
	if (value > INT64_MAX || value < -INT64_MAX)
		return hwatt_fail(err, HWATT_EINVAL, "%.*s is too large", SHOWN, node->text);
	*out = (int64_t)value;
	return 0;
}

static int read_power(const struct hwatt_node *node, int64_t *out, struct hwatt_error *err)
{
	static const struct unit units[] = { { "W", 1 }, { "kW", 1000 }, { "MW", 1000000 }, { NULL, 0 } };
	return read_amount(node, units, 3, "a power", "400 kW, 5.5 kW or 1480 W", out, err);
}

static int read_energy(const struct hwatt_node *node, int64_t *out, struct hwatt_error *err)
{
	static const struct unit units[] = { { "Wh", 3600 }, { "kWh", 3600000 }, { "MWh", 3600000000 },
					     { "GWh", 3600000000000 }, { NULL, 0 } };
	return read_amount(node, units, 3, "an amount of energy", "100 MWh, 5 kWh or 20 Wh", out, err);
}

static int read_duration(const struct hwatt_node *node, int64_t *out, struct hwatt_error *err)
{
	static const struct unit units[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 },
					     { "ms", 1 }, { NULL, 0 } };
	static const char instead[] = "30s, 500ms or 5m";
	const char *at = node->text;
	hwatt_i128 total = 0;
	const struct unit *next = units; /* 1h30m: each unit below the one before */
	do {
		hwatt_i128 value;
		if (*at == '-' || !read_fixed(&at, 0, &value))
			return not_a(node, "a duration", instead, err);
		size_t length = run(at, "abcdefghijklmnopqrstuvwxyz");
		while (next->name != NULL && (strlen(next->name) != length || strncmp(next->name, at, length) != 0))
			next++;
		if (next->name == NULL)
			return not_a(node, "a duration", instead, err);
		total += value * next->factor;
		next++;
		at += length;
	} while (*at != '\0');
	if (total > INT64_MAX)
		return hwatt_fail(err, HWATT_EINVAL, "%.*s is too long", SHOWN, node->text);
	*out = (int64_t)total;
	return 0;
}

static int read_date(const struct hwatt_node *node, int64_t *out, struct hwatt_error *err)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const char *text = node->text;
	if (resolve_date(text) == SCALAR_TIMESTAMP)
		return hwatt_fail(err, HWATT_EINVAL, "\"%.*s\" is a time; write only the day: %.10s", SHOWN, text, text);
	if (day_length(text) != 10 || text[10] != '\0')
		return not_a(node, "a date", "year-month-day, like 2026-10-25", err);
	int year = atoi(text), month = atoi(text + 5), day = atoi(text + 8);
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (month < 1 || month > 12)
		return hwatt_fail(err, HWATT_EINVAL, "%s: there is no month %d", text, month);
	int last = lengths[month - 1] + (month == 2 && leap ? 1 : 0);
	if (day < 1 || day > last)
		return hwatt_fail(err, HWATT_EINVAL, "%s: that month has the days 1 to %d", text, last);
	if (year < 1970 || year > 2999)
		return hwatt_fail(err, HWATT_EINVAL, "%s: the year lies outside 1970 to 2999", text);
	*out = civil_day(year, month, day);
	return 0;
}

#define LIST_MAX 160u
#define TELLING 4u /* so many letters in common are no chance */

/* The words, or those that have `part` in them, as a list for a human: "a, b or c"; NULL when there are none, or it gets too long. */
static const char *listed(const char *const *words, const char *part, struct hwatt_arena *arena)
{
	const char *pending = NULL, *copy = NULL;
	bool first = true;
	struct hwatt_text list;
	hwatt_text_init(&list, LIST_MAX);
	for (size_t i = 0; words[i] != NULL; i++) {
		if (part != NULL && strcasestr(words[i], part) == NULL)
			continue;
		if (pending != NULL) {
			hwatt_text_printf(&list, "%s%s", first ? "" : ", ", pending);
			first = false;
		}
		pending = words[i];
	}
	if (pending != NULL)
		hwatt_text_printf(&list, "%s%s", first ? "" : " or ", pending);
	if (pending != NULL && hwatt_text_ok(&list))
		copy = hwatt_arena_strdup(arena, hwatt_text_string(&list));
	hwatt_text_free(&list);
	return copy;
}

/* What could be written instead of `wrong`, where nothing is spelled nearly like it. */
static const char *instead(const char *const *words, const char *wrong, struct hwatt_arena *arena)
{
	const char *list = listed(words, NULL, arena);
	if (list == NULL && strlen(wrong) >= TELLING)
		list = listed(words, wrong, arena);
	return list != NULL ? list : "one of the words that `hallwatt check --schema` or the profiles' README tell";
}

static int read_enum(const struct hwatt_option *option, const struct hwatt_node *node, int *out, struct hwatt_arena *arena,
		     struct hwatt_error *err)
{
	struct nearest near = { .wanted = node->text };
	enum scalar_kind kind = node->quoted ? SCALAR_STRING : scalar_resolve(node->text);
	for (int i = 0; option->words[i] != NULL; i++) {
		if (strcmp(option->words[i], node->text) == 0) {
			*out = i;
			if (kind == SCALAR_STRING || kind == SCALAR_INTEGER) /* version: 3 is the same in every YAML */
				return 0;
			return hwatt_fail(err, HWATT_EINVAL, "unquoted %s is %s in YAML; write \"%s\" in quotes", node->text,
					  kind_name(kind), node->text);
		}
		nearest_offer(&near, option->words[i]);
	}
	if (near.best != NULL)
		return hwatt_fail(err, HWATT_EINVAL, "\"%.*s\" is not known here%s", SHOWN, node->text, nearest_hint(&near, arena));
	return hwatt_fail(err, HWATT_EINVAL, "\"%.*s\" is not known here; write %s", SHOWN, node->text, instead(option->words, node->text, arena));
}

/* A stored number as it would be written, for "between X and Y". */
static const char *shown(enum hwatt_type type, int64_t value, struct hwatt_arena *arena)
{
	static const struct unit spans[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 } };
	struct hwatt_text text;
	hwatt_text_init(&text, 64);
	if (type == HWATT_DURATION) {
		size_t i = 0;
		while (i < 4 && value % spans[i].factor != 0)
			i++;
		i = value == 0 ? 3 : i;
		hwatt_text_printf(&text, "%" PRId64 "%s", value / spans[i].factor, spans[i].name);
	} else if (type == HWATT_POWER) {
		hwatt_text_fixed(&text, value, 6);
		hwatt_text_puts(&text, " kW");
	} else if (type == HWATT_ENERGY_AMOUNT) {
		hwatt_text_fixed(&text, value / 3600, 6);
		hwatt_text_puts(&text, " kWh");
	} else {
		hwatt_text_fixed(&text, value, type == HWATT_INTEGER ? 0 : 6);
	}
	const char *copy = hwatt_arena_strdup(arena, hwatt_text_string(&text));
	hwatt_text_free(&text);
	return copy;
}

static int check_bounds(const struct hwatt_option *option, enum hwatt_type type, const struct hwatt_node *node, int64_t value,
			struct hwatt_arena *arena, struct hwatt_error *err)
{
	if (option->max <= option->min || (value >= option->min && value <= option->max))
		return 0;
	if (type == HWATT_DATE)
		return hwatt_fail(err, HWATT_EINVAL, "%s is outside the days that make sense here", node->text);
	return hwatt_fail(err, HWATT_EINVAL, "%.*s is out of range; write a value from %s to %s", SHOWN, node->text,
			  shown(type, option->min, arena), shown(type, option->max, arena));
}

int scalar_read(const struct hwatt_option *option, enum hwatt_type type, const struct hwatt_node *node, void *out,
		struct hwatt_arena *arena, struct hwatt_error *err)
{
	static int (*const numbers[])(const struct hwatt_node *, int64_t *, struct hwatt_error *) = {
		[HWATT_INTEGER] = read_integer, [HWATT_DECIMAL] = read_decimal, [HWATT_DURATION] = read_duration,
		[HWATT_POWER] = read_power, [HWATT_ENERGY_AMOUNT] = read_energy, [HWATT_RATIO] = read_ratio,
		[HWATT_DATE] = read_date,
	};
	if (!node->quoted && scalar_resolve(node->text) == SCALAR_NULL)
		return hwatt_fail(err, HWATT_EINVAL, "\"%s\" has no value; give it one or leave it out", option->name);
	if (type == HWATT_STRING)
		return read_string(node, out, arena, err);
	if (type == HWATT_BOOL)
		return read_bool(node, out, err);
	if (type == HWATT_ENUM)
		return read_enum(option, node, out, arena, err);
	int64_t value;
	if (numbers[type](node, &value, err) < 0 || check_bounds(option, type, node, value, arena, err) < 0)
		return -1;
	memcpy(out, &value, sizeof(value));
	return 0;
}
