/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "scrub.h"
#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_SECRETS 4096u
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

/* Octets: each keeps its high bit, so that it takes as much room in an OID; the first says "made up by hand". */
static void make_up(struct scrubber *s, struct secret *secret)
{
	bool four = secret->length == 4 && !secret->text;
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
		if (four)
			secret->made[0] = secret->bytes[0] >= 100 ? 198 : secret->bytes[0] >= 10 ? 10 : 9;
		if (!taken(s, secret->made, secret->length))
			return;
	}
}

static const struct secret *learn(struct scrubber *s, const uint8_t *bytes, size_t length, bool text, bool anywhere)
{
	const struct secret *old = known(s, bytes, length);
	if (old != NULL || s->count >= MAX_SECRETS)
		return old;
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

static void learn_text(struct scrubber *s, const uint8_t *bytes, size_t length)
{
	trim(&bytes, &length);
	if (length == 0 || tells_nobody(bytes, length))
		return;
	if (!printable(bytes, length)) {
		learn(s, bytes, length, false, length >= 6);
		return;
	}
	learn(s, bytes, length, true, telling(bytes, length));
	const uint8_t *dot = memchr(bytes, '.', length); /* the host of a host's whole name */
	size_t label = dot != NULL ? (size_t)(dot - bytes) : 0;
	if (label > 0 && memchr(bytes, ' ', length) == NULL && telling(bytes, label) && !isdigit(bytes[0]))
		learn(s, bytes, label, true, true);
}

/* "Outlet 7": the factory's own name. */
static bool factory_name(const struct snmprec_row *row)
{
	char text[64];
	size_t n = row->length < sizeof(text) - 1 ? row->length : sizeof(text) - 1;
	memcpy(text, row->bytes, n);
	text[n] = '\0';
	return strcasestr(text, "outlet") != NULL || strcasestr(text, "port") != NULL || n < 3;
}

static bool keeps_address(const uint8_t *b)
{
	return b[0] == 0 || b[0] == 127 || b[0] >= 224;
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

static void learn_row(struct scrubber *s, const struct scrub_places *places, const struct snmprec_row *row)
{
	bool serial = below_any(row, places->serials, places->serial_count);
	if (row->type == BER_IPADDRESS && row->length == 4 && !keeps_address(row->bytes)) {
		learn(s, row->bytes, 4, false, false);
	} else if (row->type == BER_STRING && row->length > 0) {
		if (BELOW(row, s->octets) ? !printable(row->bytes, row->length) || row->length == 6 :
		    looks_like_hardware_address(row)) {
			static const uint8_t zeros[64];
			if (row->length > sizeof(zeros) || memcmp(row->bytes, zeros, row->length) != 0)
				learn(s, row->bytes, row->length, false, row->length >= 6);
		} else if (serial || BELOW(row, s->texts) ||
			   (below_any(row, places->names, places->name_count) && !factory_name(row))) {
			learn_text(s, row->bytes, row->length);
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

/* Puts the made-up octets in place of the secret ones; true when there were any. */
static bool put(uint8_t *bytes, size_t length, const uint8_t *old, const uint8_t *made, size_t n, bool words)
{
	bool changed = false;
	for (size_t at = 0; n > 0 && at + n <= length;) {
		const uint8_t *found = memmem(bytes + at, length - at, old, n);
		if (found == NULL)
			break;
		at = (size_t)(found - bytes);
		if (!words || word_at(bytes, length, at, n)) {
			memcpy(bytes + at, made, n);
			changed = true;
			at += n;
		} else {
			at++;
		}
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
					    !unmistakable(secret)))
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
		if (n == 0 || keeps_address(address) || version_before(row->bytes, at))
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

/* MAC addresses as text: with gaps whenever they look so, without only those that are known. */
static bool put_macs(struct scrubber *s, struct snmprec_row *row)
{
	static const uint8_t gaps[] = { ':', '-', ' ', 0 };
	bool changed = false;
	for (size_t at = 0; at < row->length; at++) {
		if (at > 0 && isalnum(row->bytes[at - 1]))
			continue;
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

static bool in_mail(uint8_t c)
{
	return isalnum(c) || c == '.' || c == '_' || c == '-' || c == '+';
}

/* Mail addresses, and IPv6 addresses as text: runs of their characters, kind kept. */
static bool put_runs(struct scrubber *s, struct snmprec_row *row)
{
	bool changed = false;
	uint8_t *b = row->bytes;
	for (size_t at = 0; at < row->length;) {
		size_t end = at, marks = 0, colons = 0;
		bool doubled = false, all_hex = true;
		while (end < row->length && (in_mail(b[end]) || b[end] == '@' || b[end] == ':')) {
			marks += b[end] == '@' && end > at;
			colons += b[end] == ':';
			doubled = doubled || (b[end] == ':' && end > at && b[end - 1] == ':');
			all_hex = all_hex && (hex(b[end]) >= 0 || b[end] == ':');
			end++;
		}
		bool six = all_hex && end - at >= 4 && ((doubled && colons >= 2) || colons == 7);
		if ((marks == 1 && end - at > 4) || six) {
			for (size_t i = at; i < end; i++) {
				uint64_t random = mixed(++s->made);
				b[i] = !six ? like(b[i], random) :
				       b[i] == ':' ? b[i] : (uint8_t)"0123456789abcdef"[random % 16];
			}
			changed = true;
		}
		at = end > at ? end : at + 1;
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
		if (n == m && put(row->oid, row->oid_length, old, made, n, false))
			changed = true;
	}
	return changed;
}

/* ipAddrTable: its rows are known by their address. */
static bool put_own_address(struct scrubber *s, struct snmprec_row *row)
{
	static const uint8_t table[] = { 0x2b, 6, 1, 2, 1, 4, 20, 1 };
	uint8_t oid[BER_MAX_OID], address[4];
	uint32_t arcs[5];
	size_t length = sizeof(table) + 1;
	if (row->oid_length <= length || memcmp(row->oid, table, sizeof(table)) != 0)
		return false;
	if (ber_oid_arcs((struct ber_oid){ row->oid + length, row->oid_length - length }, arcs, 5) != 4)
		return false;
	for (size_t i = 0; i < 4; i++)
		address[i] = (uint8_t)arcs[i];
	if (keeps_address(address))
		return false;
	const struct secret *secret = learn(s, address, 4, false, false);
	memcpy(oid, row->oid, length);
	for (size_t i = 0; secret != NULL && i < 4; i++)
		length = ber_oid_append(oid, length, sizeof(oid), secret->made[i]);
	if (secret == NULL || length == 0)
		return false;
	row->oid = hwatt_arena_alloc(s->rec->arena, length);
	memcpy(row->oid, oid, length);
	row->oid_length = length;
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

static void scrub_row(struct scrubber *s, const struct scrub_places *places, struct snmprec_row *row)
{
	bool changed = put_own_address(s, row);
	if (put_index(s, row))
		changed = true;
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
			changed = put_runs(s, row) || changed;
		}
	} else if (row->type != BER_OID && row->type != BER_OPAQUE && row->type != BER_NULL) {
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
		learn_text(&s, (const uint8_t *)community, strlen(community));
	for (size_t i = 0; i < kept; i++)
		learn_row(&s, places, &rec->rows[i]);
	if (s.count > 1)
		qsort(s.secrets, s.count, sizeof(*s.secrets), longest_first);
	for (size_t i = 0; i < kept; i++)
		scrub_row(&s, places, &rec->rows[i]);
	free(s.secrets);
	return (struct scrub_result){ .replaced = s.replaced, .left_out = all - kept };
}
