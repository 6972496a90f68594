/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "scrub.h"
#include "disguise.h"
#include "scrub_address.h"
#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Objects of the standards (and of widespread vendors) that hold what people typed in, or a serial. */
static const char *const text_places[] = {
	"1.3.6.1.2.1.1.4", "1.3.6.1.2.1.1.5", "1.3.6.1.2.1.1.6", /* sysContact, sysName, sysLocation */
	"1.3.6.1.2.1.31.1.1.1.18",                               /* ifAlias */
	"1.3.6.1.2.1.33.1.1.5", "1.3.6.1.2.1.33.1.1.6",          /* upsIdentName, upsIdentAttachedDevices */
	"1.3.6.1.2.1.43.5.1.1.16", "1.3.6.1.2.1.43.5.1.1.17",    /* prtGeneralPrinterName, prtGeneralSerialNumber */
	"1.3.6.1.2.1.47.1.1.1.1.11", "1.3.6.1.2.1.47.1.1.1.1.14", /* entPhysicalSerialNum, entPhysicalAlias */
	"1.3.6.1.2.1.47.1.1.1.1.15", "1.3.6.1.2.1.47.1.1.1.1.18", /* entPhysicalAssetID, entPhysicalUris */
	"1.0.8802.1.1.2.1.3.3",                                  /* lldpLocSysName */
	"1.3.6.1.4.1.318.1.1.1.1.1.2",                           /* upsBasicIdentName */
	"1.3.6.1.4.1.318.1.1.12.1.1",                            /* rPDUIdentName */
	"1.3.6.1.4.1.318.1.1.26.2.1.3", "1.3.6.1.4.1.318.1.1.26.2.1.4", /* rPDU2IdentName, rPDU2IdentLocation */
};

static const char *const octet_places[] = {
	"1.3.6.1.2.1.2.2.1.6",      /* ifPhysAddress */
	"1.3.6.1.2.1.17.1.1",       /* dot1dBaseBridgeAddress */
	"1.0.8802.1.1.2.1.3.2",     /* lldpLocChassisId */
};

/* Whole tables that tell of others, or of what runs on the device: no reading stands there. */
static const char *const private_trees[] = {
	"1.3.6.1.2.1.3",                                             /* at */
	"1.3.6.1.2.1.4.21", "1.3.6.1.2.1.4.22", "1.3.6.1.2.1.4.24",  /* routes, ARP */
	"1.3.6.1.2.1.4.28", "1.3.6.1.2.1.4.30", "1.3.6.1.2.1.4.32", "1.3.6.1.2.1.4.33", "1.3.6.1.2.1.4.34",
	"1.3.6.1.2.1.4.35", "1.3.6.1.2.1.4.37",
	"1.3.6.1.2.1.6.13", "1.3.6.1.2.1.6.16", "1.3.6.1.2.1.6.19", "1.3.6.1.2.1.6.20", /* TCP connections */
	"1.3.6.1.2.1.7.5", "1.3.6.1.2.1.7.6", "1.3.6.1.2.1.7.7",     /* UDP listeners */
	"1.3.6.1.2.1.8", "1.3.6.1.2.1.14", "1.3.6.1.2.1.15", "1.3.6.1.2.1.16", /* EGP, OSPF, BGP, RMON */
	"1.3.6.1.2.1.17.4", "1.3.6.1.2.1.17.7.1.2", "1.3.6.1.2.1.17.7.1.3", /* forwarding databases */
	"1.3.6.1.2.1.23", "1.3.6.1.2.1.25.4", "1.3.6.1.2.1.25.5", "1.3.6.1.2.1.25.6", /* RIP, programs */
	"1.3.6.1.2.1.31.1.4", "1.3.6.1.2.1.55", "1.3.6.1.2.1.67", "1.3.6.1.2.1.83", "1.3.6.1.2.1.92",
	"1.3.6.1.2.1.138", "1.3.6.1.2.1.191", "1.3.6.1.2.1.192",
	"1.3.6.1.6.3",                                               /* users, communities, views, receivers of traps */
	"1.0.8802.1.1.2.1.1", "1.0.8802.1.1.2.1.3.8", "1.0.8802.1.1.2.1.4", "1.0.8802.1.1.2.1.5", /* LLDP */
	"1.3.6.1.4.1.9.9.23",                                        /* CDP */
	"1.3.6.1.4.1.2021.2", "1.3.6.1.4.1.2021.8", "1.3.6.1.4.1.2021.15", "1.3.6.1.4.1.2021.16",
	"1.3.6.1.4.1.8072.1.3", "1.3.6.1.4.1.8072.1.9",              /* commands, views */
};

/* Words that tell of nobody. */
static const char *const plain_words[] = {
	"unknown", "none", "undefined", "default", "localhost", "public", "private", "admin", "administrator", "n/a",
	"not available", "not set", "not specified", "not applicable", "contact", "location", "system",
};

static void add_place(struct ber_oid **list, size_t *count, struct ber_oid oid)
{
	*list = hwatt_realloc(*list, (*count + 1) * sizeof(**list));
	(*list)[(*count)++] = oid;
}

void scrub_serial(struct scrub_places *places, struct ber_oid oid)
{
	add_place(&places->serials, &places->serial_count, oid);
}

void scrub_name(struct scrub_places *places, struct ber_oid oid)
{
	add_place(&places->names, &places->name_count, oid);
}

void scrub_places_free(struct scrub_places *places)
{
	free(places->serials);
	free(places->names);
	*places = (struct scrub_places){ 0 };
}

static struct ber_oid oid_of(const struct snmprec_row *row)
{
	return (struct ber_oid){ row->oid, row->oid_length };
}

static bool below_any(const struct snmprec_row *row, const struct ber_oid *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ber_oid_below(oid_of(row), places[i]))
			return true;
	return false;
}

struct tree { /* a list of places, encoded */
	struct ber_oid oids[64];
	uint8_t bytes[64][24];
	size_t count;
};

static void encode_tree(struct tree *tree, const char *const *places, size_t count)
{
	assert(count <= sizeof(tree->oids) / sizeof(tree->oids[0]));
	tree->count = count;
	for (size_t i = 0; i < count; i++) {
		size_t length = ber_oid_parse(places[i], tree->bytes[i], sizeof(tree->bytes[i]));
		assert(length > 0);
		tree->oids[i] = (struct ber_oid){ tree->bytes[i], length };
	}
}

#define ENCODE(tree, places) encode_tree(tree, places, sizeof(places) / sizeof((places)[0]))
#define BELOW(row, tree) below_any(row, (tree).oids, (tree).count)

struct scrubber {
	struct snmprec *rec;
	struct disguises learnt;
	struct tree texts, octets, trees;
	size_t replaced;
};

static bool printable(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((bytes[i] < 0x20 || bytes[i] == 0x7f) && bytes[i] != '\t' && bytes[i] != '\n' && bytes[i] != '\r')
			return false;
	for (size_t i = 0; i < length; i++)
		if (bytes[i] > 0x7f && hwatt_utf8_length(bytes + i, length - i) == 0 &&
		    (i == 0 || (bytes[i] & 0xc0u) != 0x80))
			return false;
	return true;
}

static void trim(const uint8_t **bytes, size_t *length)
{
	while (*length > 0 && ((*bytes)[0] == ' ' || (*bytes)[0] == '\0')) {
		(*bytes)++;
		(*length)--;
	}
	while (*length > 0 && ((*bytes)[*length - 1] == ' ' || (*bytes)[*length - 1] == '\0'))
		(*length)--;
}

static bool tells_nobody(const uint8_t *bytes, size_t length)
{
	bool any = false;
	for (size_t i = 0; i < sizeof(plain_words) / sizeof(plain_words[0]); i++)
		if (strlen(plain_words[i]) == length && strncasecmp(plain_words[i], (const char *)bytes, length) == 0)
			return true;
	for (size_t i = 0; i < length; i++)
		any = any || isalnum(bytes[i]) || bytes[i] > 0x7f;
	return !any;
}

/* Whether a text found elsewhere, too, is this one and not chance. */
static bool telling(const uint8_t *bytes, size_t length)
{
	bool digit = false, letter = false;
	for (size_t i = 0; i < length; i++) {
		digit = digit || isdigit(bytes[i]);
		letter = letter || isalpha(bytes[i]);
	}
	return length >= 6 || (length >= 4 && digit && letter);
}

static bool in_mail(uint8_t c)
{
	return isalnum(c) || c == '.' || c == '_' || c == '-' || c == '+';
}

/* A name of three labels or more that ends as names of hosts do; makers' own sites tell nothing. */
static bool is_host(const uint8_t *bytes, size_t length)
{
	static const char *const tops[] = { "se", "no", "dk", "fi", "is", "ee", "lv", "lt", "de", "nl", "be", "fr", "uk", "ch", "at", "pl", "it",
					    "es", "eu", "com", "net", "org", "edu", "gov", "info", "local", "lan", "intern", "internal", "corp",
					    "home", "intra", "cloud" };
	const uint8_t *dot = memrchr(bytes, '.', length);
	size_t n = dot != NULL ? (size_t)(bytes + length - dot) - 1 : 0;
	if (!isalpha(bytes[0]) || (length > 4 && strncasecmp((const char *)bytes, "www.", 4) == 0))
		return false;
	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
		if (strlen(tops[i]) == n && strncasecmp(tops[i], (const char *)dot + 1, n) == 0)
			return true;
	return false;
}

/* The name of a host and the domains that it is in; where `own`, their labels, too. */
static void learn_host(struct scrubber *s, const uint8_t *bytes, size_t length, bool own)
{
	while (length > 0) {
		const uint8_t *dot = memchr(bytes, '.', length);
		size_t label = dot != NULL ? (size_t)(dot - bytes) : length;
		if (dot != NULL && telling(bytes, length) && !tells_nobody(bytes, length))
			disguise_learn(&s->learnt, bytes, length, true, true);
		if (own && dot != NULL && telling(bytes, label) && !tells_nobody(bytes, label))
			disguise_learn(&s->learnt, bytes, label, true, true);
		bytes += label + (dot != NULL);
		length -= label + (dot != NULL);
	}
}

/* A text as a whole; of one that people wrote, the pieces too. */
static void learn_text(struct scrubber *s, const uint8_t *bytes, size_t length, bool written)
{
	trim(&bytes, &length);
	if (length == 0 || tells_nobody(bytes, length))
		return;
	if (!printable(bytes, length)) {
		disguise_learn(&s->learnt, bytes, length, false, length >= 6);
		return;
	}
	disguise_learn(&s->learnt, bytes, length, true, telling(bytes, length));
	if (!written)
		return;
	if (memchr(bytes, ' ', length) == NULL && memchr(bytes, '@', length) == NULL && !isdigit(bytes[0]))
		learn_host(s, bytes, length, true);
	for (size_t at = 0, end; at < length; at = end + 1) { /* street, hall, rack */
		for (end = at; end < length && strchr(",;/\n()<>", bytes[end]) == NULL;)
			end++;
		const uint8_t *piece = bytes + at;
		size_t n = end - at;
		trim(&piece, &n);
		if (n < length && telling(piece, n) && !tells_nobody(piece, n) && memchr(piece, '@', n) == NULL)
			disguise_learn(&s->learnt, piece, n, true, true);
	}
}

/* Words with an @ in them, and names of hosts below a top-level domain, wherever they stand. */
static void learn_names_in(struct scrubber *s, const uint8_t *b, size_t length)
{
	for (size_t at = 0, end; at < length; at = end + 1) {
		const uint8_t *mark = NULL;
		size_t dots = 0;
		for (end = at; end < length && (in_mail(b[end]) || b[end] == '@'); end++) {
			mark = b[end] == '@' ? b + end : mark;
			dots += b[end] == '.';
		}
		size_t n = end - at;
		while (n > 0 && b[at + n - 1] == '.')
			n--;
		if (mark != NULL && mark > b + at && mark + 1 < b + at + n) {
			disguise_learn(&s->learnt, b + at, n, true, true);
			size_t from = (size_t)(mark + 1 - b), local = (size_t)(mark - b) - at;
			if (memchr(b + at, '.', local) != NULL && telling(b + at, local)) /* "first.last"; others are words, such as "support" */
				disguise_learn(&s->learnt, b + at, local, true, true);
			learn_host(s, mark + 1, at + n - from, false);
		} else if (dots >= 2 && is_host(b + at, n)) {
			learn_host(s, b + at, n, false);
		}
	}
}

/* "Outlet 7", "Temp_Sensor_A1": the factory's own name, of words that any device has. */
static bool factory_name(const struct snmprec_row *row)
{
	static const char *const words[] = {
		"outlet", "port", "socket", "receptacle", "sensor", "probe", "temp", "temperature", "humid", "humidity", "hum", "dew", "dewpoint", "point",
		"phase", "line", "bank", "branch", "breaker", "circuit", "cb", "br", "inlet", "input", "output", "feed", "cord", "tower", "group",
		"master", "link", "slave", "unit", "module", "channel", "pdu", "ups", "ats", "rack", "fan", "door", "air", "flow", "airflow", "leak", "water",
		"smoke", "contact", "dry", "internal", "external", "supply", "return", "front", "rear", "top", "bottom", "ambient", "inside", "outside",
		"unplugged", "removed", "lost", "mm", "uio", "tower", "stage", "label", "name", "power", "current", "voltage", "load", "total", "th", "env",
		"environment", "battery", "server", "ipdu", "cabinet", "in", "out", "of", "to", "mains", "speed", "level", "pressure", "infeed",
	};
	for (size_t at = 0, n; at < row->length; at += n > 0 ? n : 1) {
		bool known_word = false;
		for (n = 0; at + n < row->length && (isalpha(row->bytes[at + n]) || row->bytes[at + n] > 0x7f);)
			n++;
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !known_word; i++)
			known_word = strlen(words[i]) <= n && strlen(words[i]) + 1 >= n &&
				     strncasecmp(words[i], (const char *)row->bytes + at, strlen(words[i])) == 0 &&
				     (strlen(words[i]) == n || tolower(row->bytes[at + n - 1]) == 's');
		if (n > 2 && !known_word)
			return false;
	}
	return true;
}

/* "Linux HOST 6.1.0 ...": the name of the host in sysDescr. */
static uint8_t *host_in_description(const struct snmprec_row *row, size_t *length)
{
	static const uint8_t description[] = { 0x2b, 6, 1, 2, 1, 1, 1, 0 };
	static const char *const systems[] = { "Linux ", "FreeBSD ", "OpenBSD ", "NetBSD ", "SunOS ", "Darwin " };
	if (row->type != BER_STRING || row->oid_length != sizeof(description) || memcmp(row->oid, description, sizeof(description)) != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
		size_t n = strlen(systems[i]);
		if (row->length <= n || memcmp(row->bytes, systems[i], n) != 0)
			continue;
		const uint8_t *end = memchr(row->bytes + n, ' ', row->length - n);
		if (end == NULL || end == row->bytes + n || end + 1 == row->bytes + row->length || !isdigit(end[1]))
			return NULL;
		*length = (size_t)(end - row->bytes) - n;
		return row->bytes + n;
	}
	return NULL;
}

/* The part of an SNMP engine id that tells of the device. Source: RFC 3411 5, SnmpEngineID. */
static uint8_t *engine_tail(const struct snmprec_row *row, size_t *length)
{
	if (row->type != BER_STRING || row->length < 9 || row->length > 32 || row->bytes[0] != 0x80 || row->bytes[1] != 0)
		return NULL;
	uint8_t format = row->bytes[4];
	*length = row->length - 5;
	bool sound = format == 1 ? *length == 4 : format == 2 ? *length == 16 : format == 3 ? *length == 6 : format == 4 || format == 5 ||
														  format >= 0x80;
	return sound ? row->bytes + 5 : NULL;
}

/* Whether the text is the maker's, as the same stands where he has written it: sysName in sysDescr, ifAlias in ifDescr or ifName. */
static bool of_maker(const struct scrubber *s, const struct snmprec_row *row)
{
	static const uint8_t name[] = { 0x2b, 6, 1, 2, 1, 1, 5, 0 }, description[] = { 0x2b, 6, 1, 2, 1, 1, 1, 0 },
			     alias[] = { 0x2b, 6, 1, 2, 1, 31, 1, 1, 1, 18 }, if_name[] = { 0x2b, 6, 1, 2, 1, 31, 1, 1, 1, 1 },
			     if_description[] = { 0x2b, 6, 1, 2, 1, 2, 2, 1, 2 };
	bool of_link = row->oid_length > sizeof(alias) && memcmp(row->oid, alias, sizeof(alias)) == 0;
	bool of_device = row->oid_length == sizeof(name) && memcmp(row->oid, name, sizeof(name)) == 0;
	size_t host;
	for (size_t i = 0; (of_link || of_device) && i < s->rec->count; i++) {
		const struct snmprec_row *other = &s->rec->rows[i];
		if (of_device && other->type == BER_STRING && other->oid_length == sizeof(description) &&
		    memcmp(other->oid, description, sizeof(description)) == 0 && host_in_description(other, &host) == NULL &&
		    memmem(other->bytes, other->length, row->bytes, row->length) != NULL)
			return true;
		if (of_link && other->length == row->length && memcmp(other->bytes, row->bytes, row->length) == 0 &&
		    (ber_oid_below(oid_of(other), (struct ber_oid){ if_name, sizeof(if_name) }) ||
		     ber_oid_below(oid_of(other), (struct ber_oid){ if_description, sizeof(if_description) })))
			return true;
	}
	return false;
}

static void learn_row(struct scrubber *s, const struct scrub_places *places, struct snmprec_row *row)
{
	size_t part_length = 0;
	const uint8_t *part = host_in_description(row, &part_length);
	if (part != NULL && !tells_nobody(part, part_length)) {
		disguise_learn(&s->learnt, part, part_length, true, telling(part, part_length));
		learn_host(s, part, part_length, true);
	}
	part = engine_tail(row, &part_length);
	if (part != NULL)
		disguise_learn(&s->learnt, part, part_length, row->bytes[4] == 4, part_length >= 6);
	bool text = row->type == BER_STRING && printable(row->bytes, row->length), octets = row->type == BER_STRING && !text;
	if (octets && scrub_address_of_six(row->bytes, row->length))
		disguise_learn(&s->learnt, row->bytes, 16, false, true);
	if (text && host_in_description(row, &part_length) == NULL)
		learn_names_in(s, row->bytes, row->length);
	bool serial = below_any(row, places->serials, places->serial_count);
	if (row->type == BER_IPADDRESS && row->length == 4 && scrub_address_of_four(row->bytes)) {
		disguise_learn(&s->learnt, row->bytes, 4, false, false);
	} else if (row->type == BER_STRING && row->length > 0) {
		if (BELOW(row, s->octets) ? octets || row->length == 6 : octets && scrub_address_of_link(row->bytes, row->length)) {
			static const uint8_t zeros[64];
			if (row->length > sizeof(zeros) || memcmp(row->bytes, zeros, row->length) != 0)
				disguise_learn(&s->learnt, row->bytes, row->length, false, row->length >= 6);
		} else if (serial || (BELOW(row, s->texts) && !of_maker(s, row)) ||
			   (below_any(row, places->names, places->name_count) && !factory_name(row))) {
			learn_text(s, row->bytes, row->length, !serial);
		}
	} else if (serial && row->bytes != NULL && row->length == 0 && row->type != BER_NULL && row->number > 9) {
		char digits[24];
		int n = snprintf(digits, sizeof(digits), "%" PRId64, row->number);
		const struct disguise *number = disguise_learn(&s->learnt, (uint8_t *)digits, (size_t)n, true, n >= 6);
		if (number != NULL && number->made[0] != '1')
			number->made[0] = '1'; /* no more than its type holds */
	}
}

/* Where it stands. */
static bool word_at(const uint8_t *bytes, size_t length, size_t at, size_t n)
{
	return (at == 0 || !isalnum(bytes[at - 1])) && (at + n == length || !isalnum(bytes[at + n]));
}

/* A text so long that it is no chance even inside a word, such as a serial with zeros in front. */
static bool unmistakable(const struct disguise *secret)
{
	bool digit = !secret->text;
	for (size_t i = 0; i < secret->length; i++)
		digit = digit || isdigit(secret->bytes[i]);
	return digit && secret->length >= (secret->text ? 8 : 6);
}

static bool same_octets(const uint8_t *a, const uint8_t *b, size_t n, bool fold)
{
	return fold ? strncasecmp((const char *)a, (const char *)b, n) == 0 && memchr(a, 0, n) == NULL : memcmp(a, b, n) == 0;
}

/* Puts the made-up octets in place of the secret ones, letters of either case where `fold`; true when there were any. */
static bool put(uint8_t *bytes, size_t length, const uint8_t *old, const uint8_t *made, size_t n, bool words, bool fold)
{
	bool changed = false;
	for (size_t at = 0; n > 0 && at + n <= length;) {
		if (!(fold ? tolower(bytes[at]) == tolower(old[0]) : bytes[at] == old[0]) || !same_octets(bytes + at, old, n, fold) ||
		    (words && !word_at(bytes, length, at, n))) {
			at++;
			continue;
		}
		for (size_t i = 0; i < n; i++)
			bytes[at + i] = bytes[at + i] == old[i] ? made[i] : (uint8_t)(isupper(bytes[at + i]) ? toupper(made[i]) : tolower(made[i]));
		changed = true;
		at += n;
	}
	return changed;
}

static bool put_secrets(struct scrubber *s, struct snmprec_row *row)
{
	const uint8_t *bytes = row->bytes;
	size_t length = row->length;
	bool changed = false;
	trim(&bytes, &length);
	const struct disguise *whole = disguise_known(&s->learnt, bytes, length);
	if (whole != NULL && length > 0) {
		memcpy(row->bytes + (bytes - row->bytes), whole->made, length);
		return true;
	}
	for (size_t i = 0; i < s->learnt.count; i++) {
		const struct disguise *secret = &s->learnt.all[i];
		if (secret->anywhere && put(row->bytes, row->length, secret->bytes, secret->made, secret->length,
					    !unmistakable(secret), secret->text))
			changed = true;
	}
	return changed;
}

/* As an OID has them: octets above 127 take two. */
static size_t as_arcs(const uint8_t *bytes, size_t length, uint8_t *out, size_t size)
{
	size_t n = 0;
	for (size_t i = 0; i < length && n + 2 <= size; i++) {
		if (bytes[i] > 0x7f)
			out[n++] = 0x81;
		out[n++] = bytes[i] & 0x7fu;
	}
	return n;
}

/* The same in the row of a table that is known by it. */
static bool put_index(struct scrubber *s, struct snmprec_row *row)
{
	uint8_t old[2 * 64], made[2 * 64];
	bool changed = false;
	for (size_t i = 0; i < s->learnt.count; i++) {
		const struct disguise *secret = &s->learnt.all[i];
		if (!secret->anywhere || secret->length > 64 || secret->length < 6)
			continue;
		size_t n = as_arcs(secret->bytes, secret->length, old, sizeof(old));
		size_t m = as_arcs(secret->made, secret->length, made, sizeof(made));
		if (n == m && put(row->oid, row->oid_length, old, made, n, false, false))
			changed = true;
	}
	return changed;
}

static bool scrub_number(struct scrubber *s, const struct scrub_places *places, struct snmprec_row *row)
{
	char text[24];
	if (!below_any(row, places->serials, places->serial_count))
		return false;
	int n = snprintf(text, sizeof(text), "%" PRId64, row->number);
	const struct disguise *secret = disguise_known(&s->learnt, (uint8_t *)text, (size_t)n);
	if (secret == NULL)
		return false;
	memcpy(text, secret->made, secret->length);
	row->number = strtoll(text, NULL, 10);
	return true;
}

/* A part of a value that was learnt as such. */
static bool put_part(const struct scrubber *s, uint8_t *part, size_t length)
{
	const struct disguise *secret = part != NULL ? disguise_known(&s->learnt, part, length) : NULL;
	if (secret != NULL)
		memcpy(part, secret->made, length);
	return secret != NULL;
}

static void scrub_row(struct scrubber *s, const struct scrub_places *places, struct snmprec_row *row)
{
	size_t part_length = 0;
	uint8_t *part = host_in_description(row, &part_length);
	bool changed = scrub_address_put_in_oid(&s->learnt, &row->oid, &row->oid_length);
	if (put_index(s, row))
		changed = true;
	changed = put_part(s, part, part_length) || changed;
	part = engine_tail(row, &part_length);
	changed = put_part(s, part, part_length) || changed;
	if (row->type == BER_IPADDRESS || (row->type == BER_STRING && row->length == 4)) {
		const struct disguise *secret = disguise_known(&s->learnt, row->bytes, row->length);
		if (secret != NULL && row->length == 4) {
			memcpy(row->bytes, secret->made, 4);
			changed = true;
		}
	} else if (row->type == BER_STRING) {
		bool text = printable(row->bytes, row->length);
		if (put_secrets(s, row))
			changed = true;
		changed = (text && scrub_address_put_in_text(&s->learnt, row)) || changed;
	} else if (row->type == BER_OID) {
		changed = scrub_address_put_in_oid(&s->learnt, &row->bytes, &row->length) || changed;
	} else if (row->type != BER_OPAQUE && row->type != BER_NULL) {
		changed = scrub_number(s, places, row) || changed;
	}
	s->replaced += changed;
}

/* Without those that hold what there is no room to learn. */
static void for_each_row(struct scrubber *s, const struct scrub_places *places,
			 void (*each)(struct scrubber *s, const struct scrub_places *places, struct snmprec_row *row))
{
	size_t kept = 0;
	for (size_t i = 0; i < s->rec->count; i++) {
		s->learnt.full = false;
		each(s, places, &s->rec->rows[i]);
		if (!s->learnt.full)
			s->rec->rows[kept++] = s->rec->rows[i];
	}
	s->rec->count = kept;
}

struct scrub_result scrub_rows(struct snmprec *rec, const struct scrub_places *places, const char *community)
{
	struct scrubber s = { .rec = rec, .learnt = { .arena = rec->arena } };
	size_t kept = 0, all = rec->count;
	if (all == 0)
		return (struct scrub_result){ 0 };
	ENCODE(&s.texts, text_places);
	ENCODE(&s.octets, octet_places);
	ENCODE(&s.trees, private_trees);
	for (size_t i = 0; i < all; i++)
		if (!BELOW(&rec->rows[i], s.trees))
			rec->rows[kept++] = rec->rows[i];
	rec->count = kept;
	if (community != NULL)
		learn_text(&s, (const uint8_t *)community, strlen(community), false);
	for_each_row(&s, places, learn_row);
	disguise_sort(&s.learnt);
	for_each_row(&s, places, scrub_row);
	disguise_free(&s.learnt);
	return (struct scrub_result){ .replaced = s.replaced, .left_out = all - rec->count, .full = s.learnt.count >= DISGUISE_MOST };
}
