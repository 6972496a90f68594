/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "scrub.h"
#include <arpa/inet.h>
#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_SECRETS 4096u /* rows with more of them are left out */
#define MAX_TRIES 1000u

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

struct secret {
	const uint8_t *bytes;
	uint8_t *made;        /* as long */
	size_t length;
	bool text, anywhere;  /* else only where it stands alone */
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
	struct secret *secrets;
	size_t count, capacity;
	struct tree texts, octets, trees;
	uint64_t made;        /* how many values were made up: the seed of the next */
	size_t replaced;
	bool full;            /* one could not be learnt */
};

/* A number that looks random and depends on nothing that was scrubbed (splitmix64). */
static uint64_t mixed(uint64_t seed)
{
	seed += UINT64_C(0x9e3779b97f4a7c15);
	seed = (seed ^ seed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	seed = (seed ^ seed >> 27) * UINT64_C(0x94d049bb133111eb);
	return seed ^ seed >> 31;
}

static uint8_t like(uint8_t c, uint64_t random)
{
	if (isdigit(c))
		return (uint8_t)('0' + random % 10);
	if (isupper(c))
		return (uint8_t)('A' + random % 26);
	if (islower(c))
		return (uint8_t)('a' + random % 26);
	return c;
}

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

static const struct secret *known(const struct scrubber *s, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->secrets[i].length == length && memcmp(s->secrets[i].bytes, bytes, length) == 0)
			return &s->secrets[i];
	return NULL;
}

static bool taken(const struct scrubber *s, const uint8_t *made, size_t length)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->secrets[i].length == length && (memcmp(s->secrets[i].made, made, length) == 0 ||
						       memcmp(s->secrets[i].bytes, made, length) == 0))
			return true;
	return false;
}

/* An IPv6 address as long in text and in OIDs: what is zero stays it, and so does the prefix of a link. */
static void make_up_six(uint8_t *made, const uint8_t *was, uint64_t seed)
{
	for (size_t i = 0; i < 16; i++) {
		uint64_t random = mixed(seed + i);
		bool inner = i % 2 == 1 && was[i - 1] != 0;
		made[i] = (uint8_t)(was[i] >= 0x80 ? 0x80 | (random & 0x7fu) : inner ? random & 0x7fu : was[i] == 0 ? 0 :
				    was[i] < 0x10 ? 1 + random % 15 : 0x10 + random % 0x70);
	}
	if (was[0] == 0xfe)
		memcpy(made, was, 2);
	else if (was[0] >= 0x10)
		made[0] = was[0] < 0x80 ? 0x3f : 0xfd; /* of documentation, and of nobody */
}

/* Octets: each keeps its high bit, so that it takes as much room in an OID; the first says "made up by hand". */
static void make_up(struct scrubber *s, struct secret *secret)
{
	bool four = secret->length == 4 && !secret->text, six = secret->length == 16 && !secret->text;
	for (unsigned try = 0; try < MAX_TRIES; try++) {
		uint64_t seed = mixed(++s->made);
		for (size_t i = 0; i < secret->length; i++) {
			uint8_t was = secret->bytes[i];
			uint64_t random = mixed(seed + i);
			if (secret->text)
				secret->made[i] = like(was, random);
			else if (four) /* as many digits as before */
				secret->made[i] = (uint8_t)(was >= 100 ? 100 + random % 100 : was >= 10 ? 10 + random % 90 : 1 + random % 9);
			else
				secret->made[i] = (uint8_t)((was & 0x80u) | (i == 0 ? 2u : random & 0x7fu));
		}
		if (six)
			make_up_six(secret->made, secret->bytes, seed);
		if (four)
			secret->made[0] = secret->bytes[0] >= 100 ? 198 : secret->bytes[0] >= 10 ? 10 : 9;
		if (!taken(s, secret->made, secret->length))
			return;
	}
}

static const struct secret *learn(struct scrubber *s, const uint8_t *bytes, size_t length, bool text, bool anywhere)
{
	const struct secret *old = known(s, bytes, length);
	if (old != NULL || s->count >= MAX_SECRETS) {
		s->full = s->full || old == NULL;
		return old;
	}
	if (s->count == s->capacity) {
		s->capacity = s->capacity > 0 ? s->capacity * 2 : 64;
		s->secrets = hwatt_realloc(s->secrets, s->capacity * sizeof(*s->secrets));
	}
	uint8_t *copy = hwatt_arena_alloc(s->rec->arena, length * 2);
	memcpy(copy, bytes, length);
	struct secret secret = { .bytes = copy, .made = copy + length, .length = length, .text = text, .anywhere = anywhere };
	make_up(s, &secret);
	s->secrets[s->count] = secret;
	return &s->secrets[s->count++];
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
			learn(s, bytes, length, true, true);
		if (own && dot != NULL && telling(bytes, label) && !tells_nobody(bytes, label))
			learn(s, bytes, label, true, true);
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
		learn(s, bytes, length, false, length >= 6);
		return;
	}
	learn(s, bytes, length, true, telling(bytes, length));
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
			learn(s, piece, n, true, true);
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
			learn(s, b + at, n, true, true);
			size_t from = (size_t)(mark + 1 - b), local = (size_t)(mark - b) - at;
			if (memchr(b + at, '.', local) != NULL && telling(b + at, local)) /* "first.last"; others are words, such as "support" */
				learn(s, b + at, local, true, true);
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

static bool keeps_address(const uint8_t *b)
{
	return b[0] == 0 || b[0] == 127 || b[0] >= 224;
}

/* "1.0.0.1" is a version: networks of people begin higher. */
static bool like_version(const uint8_t *b)
{
	return b[0] < 10 && b[1] < 100 && b[2] < 100 && b[3] < 100;
}

static bool looks_like_hardware_address(const struct snmprec_row *row)
{
	static const uint8_t zeros[8], ones[8] = { 255, 255, 255, 255, 255, 255, 255, 255 };
	const uint8_t *b = row->bytes;
	if ((row->length != 6 && row->length != 8) || printable(b, row->length) ||
	    memcmp(b, zeros, row->length) == 0 || memcmp(b, ones, row->length) == 0)
		return false;
	return row->length == 6 ||
	       b[0] == 0x10 || b[0] == 0x20 || b[0] == 0x21 || b[0] == 0x50 || b[0] == 0x60; /* a WWN's kinds */
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

/* Sixteen octets: an IPv6 address, or the number of a thing in all the world. */
static bool is_six(const struct snmprec_row *row)
{
	static const uint8_t zeros[12];
	return row->type == BER_STRING && row->length == 16 && !printable(row->bytes, 16) && row->bytes[0] != 0xff &&
	       memcmp(row->bytes, zeros, 12) != 0 && memcmp(row->bytes, zeros, 10) != 0;
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

static void learn_row(struct scrubber *s, const struct scrub_places *places, const struct snmprec_row *row)
{
	size_t part_length = 0;
	const uint8_t *part = host_in_description(row, &part_length);
	if (part != NULL && !tells_nobody(part, part_length)) {
		learn(s, part, part_length, true, telling(part, part_length));
		learn_host(s, part, part_length, true);
	}
	part = engine_tail(row, &part_length);
	if (part != NULL)
		learn(s, part, part_length, row->bytes[4] == 4, part_length >= 6);
	if (is_six(row))
		learn(s, row->bytes, 16, false, true);
	if (row->type == BER_STRING && printable(row->bytes, row->length) && host_in_description(row, &part_length) == NULL)
		learn_names_in(s, row->bytes, row->length);
	bool serial = below_any(row, places->serials, places->serial_count);
	if (row->type == BER_IPADDRESS && row->length == 4 && !keeps_address(row->bytes)) {
		learn(s, row->bytes, 4, false, false);
	} else if (row->type == BER_STRING && row->length > 0) {
		if (BELOW(row, s->octets) ? !printable(row->bytes, row->length) || row->length == 6 :
		    looks_like_hardware_address(row)) {
			static const uint8_t zeros[64];
			if (row->length > sizeof(zeros) || memcmp(row->bytes, zeros, row->length) != 0)
				learn(s, row->bytes, row->length, false, row->length >= 6);
		} else if (serial || (BELOW(row, s->texts) && !of_maker(s, row)) ||
			   (below_any(row, places->names, places->name_count) && !factory_name(row))) {
			learn_text(s, row->bytes, row->length, !serial);
		}
	} else if (serial && row->bytes != NULL && row->length == 0 && row->type != BER_NULL && row->number > 9) {
		char text[24];
		int n = snprintf(text, sizeof(text), "%" PRId64, row->number);
		const struct secret *number = learn(s, (uint8_t *)text, (size_t)n, true, n >= 6);
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
static bool unmistakable(const struct secret *secret)
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
	const struct secret *whole = known(s, bytes, length);
	if (whole != NULL && length > 0) {
		memcpy(row->bytes + (bytes - row->bytes), whole->made, length);
		return true;
	}
	for (size_t i = 0; i < s->count; i++) {
		const struct secret *secret = &s->secrets[i];
		if (secret->anywhere && put(row->bytes, row->length, secret->bytes, secret->made, secret->length,
					    !unmistakable(secret), secret->text))
			changed = true;
	}
	return changed;
}

/* The length of an IPv4 address that begins here, 0 when none does; versions and OIDs look alike. */
static size_t ip_length(const uint8_t *bytes, size_t length, uint8_t out[4])
{
	size_t at = 0;
	for (int part = 0; part < 4; part++) {
		unsigned value = 0, digits = 0;
		while (at < length && isdigit(bytes[at]) && digits < 4) {
			value = value * 10 + (unsigned)(bytes[at++] - '0');
			digits++;
		}
		if (digits == 0 || digits > 3 || value > 255)
			return 0;
		out[part] = (uint8_t)value;
		if (part < 3 && (at == length || bytes[at++] != '.'))
			return 0;
	}
	if (at < length && (isalnum(bytes[at]) || (bytes[at] == '.' && at + 1 < length && isdigit(bytes[at + 1]))))
		return 0;
	return at;
}

static bool version_before(const uint8_t *bytes, size_t at)
{
	static const char word[] = "ersion";
	while (at > 0 && (bytes[at - 1] == ' ' || bytes[at - 1] == ':'))
		at--;
	return at >= sizeof(word) - 1 && memcmp(bytes + at - (sizeof(word) - 1), word, sizeof(word) - 1) == 0;
}

static bool put_ips(struct scrubber *s, struct snmprec_row *row)
{
	bool changed = false;
	for (size_t at = 0; at < row->length; at++) {
		uint8_t address[4];
		char text[16];
		if (at > 0 && (isalnum(row->bytes[at - 1]) || row->bytes[at - 1] == '.'))
			continue;
		size_t n = ip_length(row->bytes + at, row->length - at, address);
		if (n == 0 || keeps_address(address) || version_before(row->bytes, at) ||
		    (like_version(address) && known(s, address, 4) == NULL))
			continue;
		const struct secret *secret = learn(s, address, 4, false, false);
		if (secret == NULL)
			continue;
		int m = snprintf(text, sizeof(text), "%u.%u.%u.%u", secret->made[0], secret->made[1], secret->made[2],
				 secret->made[3]);
		if ((size_t)m != n)
			continue; /* with leading zeros: no address that anybody writes */
		memcpy(row->bytes + at, text, n);
		changed = true;
	}
	return changed;
}

static int hex(uint8_t c)
{
	return isdigit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Reads six pairs of hexadecimal digits, with `gap` between them (0: none). */
static bool pairs(const uint8_t *p, size_t left, uint8_t gap, uint8_t out[6])
{
	size_t width = gap != 0 ? 3 : 2;
	if (left < 5 * width + 2)
		return false;
	for (size_t i = 0; i < 6; i++) {
		int high = hex(p[i * width]), low = hex(p[i * width + 1]);
		if (high < 0 || low < 0 || (gap != 0 && i < 5 && p[i * width + 2] != gap))
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return left == 5 * width + 2 || hex(p[5 * width + 2]) < 0;
}

static void put_pairs(uint8_t *p, uint8_t gap, const uint8_t made[6])
{
	bool upper = false;
	size_t width = gap != 0 ? 3 : 2;
	for (size_t i = 0; i < 5 * width + 2; i++)
		upper = upper || (p[i] >= 'A' && p[i] <= 'F');
	for (size_t i = 0; i < 6; i++) {
		char text[3];
		snprintf(text, sizeof(text), upper ? "%02X" : "%02x", made[i]);
		memcpy(p + i * width, text, 2);
	}
}

/* "00c0.b74a.1122", as Cisco writes them. */
static bool put_dotted_mac(struct scrubber *s, uint8_t *p, size_t left)
{
	uint8_t plain[12], mac[6];
	if (left < 14 || p[4] != '.' || p[9] != '.' || (left > 14 && (isalnum(p[14]) || p[14] == '.')))
		return false;
	for (size_t i = 0; i < 12; i++)
		plain[i] = p[i + i / 4];
	if (!pairs(plain, 12, 0, mac))
		return false;
	const struct secret *secret = learn(s, mac, 6, false, true);
	if (secret == NULL)
		return false;
	put_pairs(plain, 0, secret->made);
	for (size_t i = 0; i < 12; i++)
		p[i + i / 4] = plain[i];
	return true;
}

/* MAC addresses as text: with gaps whenever they look so, without only those that are known. */
static bool put_macs(struct scrubber *s, struct snmprec_row *row)
{
	static const uint8_t gaps[] = { ':', '-', ' ', 0 };
	bool changed = false;
	for (size_t at = 0; at < row->length; at++) {
		if (at > 0 && isalnum(row->bytes[at - 1]))
			continue;
		changed = put_dotted_mac(s, row->bytes + at, row->length - at) || changed;
		for (size_t g = 0; g < sizeof(gaps); g++) {
			uint8_t mac[6];
			if (!pairs(row->bytes + at, row->length - at, gaps[g], mac))
				continue;
			const struct secret *secret = gaps[g] == ':' || gaps[g] == '-' ? learn(s, mac, 6, false, true) :
											 known(s, mac, 6);
			if (secret == NULL)
				continue;
			put_pairs(row->bytes + at, gaps[g], secret->made);
			changed = true;
			break;
		}
	}
	return changed;
}

/* "6ba7b810-9dad-11d1-80b4-00c04fd430c8": digits for digits, the same for the same. */
static bool put_uuids(struct scrubber *s, struct snmprec_row *row)
{
	bool changed = false;
	for (size_t at = 0; at + 36 <= row->length; at++) {
		uint8_t *p = row->bytes + at, octets[16];
		size_t digits = 0;
		for (size_t i = 0; i < 36; i++) {
			bool gap = i == 8 || i == 13 || i == 18 || i == 23;
			if (gap ? p[i] != '-' : hex(p[i]) < 0)
				break;
			digits += !gap;
			if (!gap)
				octets[(digits - 1) / 2] = (uint8_t)(digits % 2 == 1 ? hex(p[i]) << 4 : octets[(digits - 1) / 2] | hex(p[i]));
		}
		const struct secret *secret = digits == 32 ? learn(s, octets, 16, false, true) : NULL;
		if (secret == NULL)
			continue;
		for (size_t i = 0, n = 0; i < 36; i++) {
			if (p[i] == '-')
				continue;
			unsigned half = n % 2 == 0 ? secret->made[n / 2] >> 4 : secret->made[n / 2] & 15u;
			p[i] = (uint8_t)(isupper(p[i]) ? "0123456789ABCDEF" : "0123456789abcdef")[half];
			n++;
		}
		at += 35;
		changed = true;
	}
	return changed;
}

/* Writes the made-up address in the shape of the text: as many digits in each group, "::" where it was. */
static void put_six(uint8_t *text, size_t length, const uint8_t made[16])
{
	size_t groups = 0;
	for (size_t i = 0; i < length; i++)
		groups += text[i] != ':' && (i == 0 || text[i - 1] == ':');
	for (size_t i = 0, group = 0, end; i < length; i = end + 1, group++) {
		for (end = i; end < length && text[end] != ':';)
			end++;
		if (end == i && i > 0 && text[i - 1] == ':') {
			group += 8 - groups - 1; /* what "::" stands for */
			continue;
		}
		if (end == i) { /* a leading colon */
			group--;
			continue;
		}
		char digits[8];
		snprintf(digits, sizeof(digits), "%02x%02x", made[2 * (group & 7)], made[2 * (group & 7) + 1]);
		memcpy(text + i, digits + 4 - (end - i), end - i);
	}
}

static bool is_six_text(const uint8_t *run, size_t length, uint8_t out[16])
{
	char text[40];
	if (length < 4 || length >= sizeof(text))
		return false;
	memcpy(text, run, length);
	text[length] = '\0';
	return inet_pton(AF_INET6, text, out) == 1 && out[0] != 0 && out[0] != 0xff;
}

/* IPv6 addresses as text, and mail addresses that were not learnt. */
static bool put_runs(struct scrubber *s, struct snmprec_row *row)
{
	bool changed = false;
	uint8_t *b = row->bytes;
	for (size_t at = 0, end; at < row->length; at = end > at ? end : at + 1) {
		uint8_t octets[16];
		for (end = at; end < row->length && (hex(b[end]) >= 0 || b[end] == ':');)
			end++;
		if ((at > 0 && isalnum(b[at - 1])) || (end < row->length && isalnum(b[end])) || !is_six_text(b + at, end - at, octets))
			continue;
		const struct secret *secret = learn(s, octets, 16, false, true);
		if (secret != NULL)
			put_six(b + at, end - at, secret->made);
		changed = changed || secret != NULL;
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
	for (size_t i = 0; i < s->count; i++) {
		const struct secret *secret = &s->secrets[i];
		if (!secret->anywhere || secret->length > 64 || secret->length < 6)
			continue;
		size_t n = as_arcs(secret->bytes, secret->length, old, sizeof(old));
		size_t m = as_arcs(secret->made, secret->length, made, sizeof(made));
		if (n == m && put(row->oid, row->oid_length, old, made, n, false, false))
			changed = true;
	}
	return changed;
}

static bool octet_arcs(const uint32_t *arcs, size_t count, uint8_t *out)
{
	for (size_t i = 0; i < count; i++) {
		if (arcs[i] > 255)
			return false;
		out[i] = (uint8_t)arcs[i];
	}
	return true;
}

/* Which address stands in `arcs` from `at` on, if it is none by chance: in ipAddrTable, behind its type and length (RFC 4001), or, of those
 * that are known, at the end. NULL: none. */
static const struct secret *address_in_arcs(struct scrubber *s, const uint32_t *arcs, size_t count, size_t at)
{
	static const uint32_t table[] = { 43, 6, 1, 2, 1, 4, 20, 1 };
	uint8_t octets[16];
	size_t left = count - at;
	if (left >= 16 && at >= 2 && arcs[at - 2] == 2 && arcs[at - 1] == 16 && octet_arcs(arcs + at, 16, octets) && octets[0] != 0 &&
	    octets[0] != 0xff)
		return learn(s, octets, 16, false, true);
	if (left < 4 || !octet_arcs(arcs + at, 4, octets) || keeps_address(octets))
		return NULL;
	if (at == 9 && left == 4 && memcmp(arcs, table, sizeof(table)) == 0)
		return learn(s, octets, 4, false, false);
	bool typed = at >= 2 && arcs[at - 2] == 1 && arcs[at - 1] == 4;
	bool no_chance = left == 4 && octets[0] >= 10 && (octets[1] > 20 || octets[2] > 20 || octets[3] > 20);
	return typed || no_chance ? known(s, octets, 4) : NULL;
}

/* IP addresses that rows of tables are known by, or that an OID as a value holds. */
static bool put_in_oid(struct scrubber *s, uint8_t **oid, size_t *oid_length)
{
	uint32_t arcs[BER_MAX_SUBIDS];
	uint8_t bytes[BER_MAX_OID];
	size_t count = ber_oid_arcs((struct ber_oid){ *oid, *oid_length }, arcs, BER_MAX_SUBIDS), length = 0;
	bool changed = false;
	for (size_t at = 1; at < count; at++) {
		const struct secret *secret = address_in_arcs(s, arcs, count, at);
		for (size_t i = 0; secret != NULL && i < secret->length; i++)
			arcs[at + i] = secret->made[i];
		at += secret != NULL ? secret->length - 1 : 0;
		changed = changed || secret != NULL;
	}
	for (size_t i = 0; i < count && changed; i++)
		length = ber_oid_append(bytes, length, sizeof(bytes), arcs[i]);
	if (!changed || length == 0)
		return false;
	*oid = hwatt_arena_alloc(s->rec->arena, length);
	memcpy(*oid, bytes, length);
	*oid_length = length;
	return true;
}

static bool scrub_number(struct scrubber *s, const struct scrub_places *places, struct snmprec_row *row)
{
	char text[24];
	if (!below_any(row, places->serials, places->serial_count))
		return false;
	int n = snprintf(text, sizeof(text), "%" PRId64, row->number);
	const struct secret *secret = known(s, (uint8_t *)text, (size_t)n);
	if (secret == NULL)
		return false;
	memcpy(text, secret->made, secret->length);
	row->number = strtoll(text, NULL, 10);
	return true;
}

/* A part of a value that was learnt as such. */
static bool put_part(const struct scrubber *s, uint8_t *part, size_t length)
{
	const struct secret *secret = part != NULL ? known(s, part, length) : NULL;
	if (secret != NULL)
		memcpy(part, secret->made, length);
	return secret != NULL;
}

static void scrub_row(struct scrubber *s, const struct scrub_places *places, struct snmprec_row *row)
{
	size_t part_length = 0;
	uint8_t *part = host_in_description(row, &part_length);
	bool changed = put_in_oid(s, &row->oid, &row->oid_length);
	if (put_index(s, row))
		changed = true;
	changed = put_part(s, part, part_length) || changed;
	part = engine_tail(row, &part_length);
	changed = put_part(s, part, part_length) || changed;
	if (row->type == BER_IPADDRESS || (row->type == BER_STRING && row->length == 4)) {
		const struct secret *secret = known(s, row->bytes, row->length);
		if (secret != NULL && row->length == 4) {
			memcpy(row->bytes, secret->made, 4);
			changed = true;
		}
	} else if (row->type == BER_STRING) {
		bool text = printable(row->bytes, row->length);
		if (put_secrets(s, row))
			changed = true;
		if (text) {
			changed = put_ips(s, row) || changed;
			changed = put_macs(s, row) || changed;
			changed = put_uuids(s, row) || changed;
			changed = put_runs(s, row) || changed;
		}
	} else if (row->type == BER_OID) {
		changed = put_in_oid(s, &row->bytes, &row->length) || changed;
	} else if (row->type != BER_OPAQUE && row->type != BER_NULL) {
		changed = scrub_number(s, places, row) || changed;
	}
	s->replaced += changed;
}

static int longest_first(const void *a, const void *b)
{
	const struct secret *x = a, *y = b;
	return x->length > y->length ? -1 : x->length < y->length;
}

struct scrub_result scrub_rows(struct snmprec *rec, const struct scrub_places *places, const char *community)
{
	struct scrubber s = { .rec = rec };
	size_t kept = 0, all = rec->count, count;
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
	count = kept;
	kept = 0;
	for (size_t i = 0; i < count; i++) {
		s.full = false;
		learn_row(&s, places, &rec->rows[i]);
		if (!s.full)
			rec->rows[kept++] = rec->rows[i];
	}
	if (s.count > 1)
		qsort(s.secrets, s.count, sizeof(*s.secrets), longest_first);
	count = kept;
	kept = 0;
	for (size_t i = 0; i < count; i++) {
		s.full = false;
		scrub_row(&s, places, &rec->rows[i]);
		if (!s.full)
			rec->rows[kept++] = rec->rows[i];
	}
	rec->count = kept;
	free(s.secrets);
	return (struct scrub_result){ .replaced = s.replaced, .left_out = all - kept, .full = s.count >= MAX_SECRETS };
}
