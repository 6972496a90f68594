/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "scrub_address.h"
#include "ber.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <hallwatt/arena.h>
#include <stdio.h>
#include <string.h>

bool scrub_address_of_four(const uint8_t *b)
{
	return b[0] != 0 && b[0] != 127 && b[0] < 224;
}

/* "1.0.0.1" is a version: networks of people begin higher. */
static bool like_version(const uint8_t *b)
{
	return b[0] < 10 && b[1] < 100 && b[2] < 100 && b[3] < 100;
}

bool scrub_address_of_link(const uint8_t *b, size_t length)
{
	static const uint8_t zeros[8], ones[8] = { 255, 255, 255, 255, 255, 255, 255, 255 };
	if ((length != 6 && length != 8) || memcmp(b, zeros, length) == 0 || memcmp(b, ones, length) == 0)
		return false;
	return length == 6 || b[0] == 0x10 || b[0] == 0x20 || b[0] == 0x21 || b[0] == 0x50 || b[0] == 0x60; /* a WWN's kinds */
}

bool scrub_address_of_six(const uint8_t *b, size_t length)
{
	static const uint8_t zeros[10];
	return length == 16 && b[0] != 0xff && memcmp(b, zeros, sizeof(zeros)) != 0;
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

static bool put_fours(struct disguises *d, struct snmprec_row *row)
{
	bool changed = false;
	for (size_t at = 0; at < row->length; at++) {
		uint8_t address[4];
		char text[16];
		if (at > 0 && (isalnum(row->bytes[at - 1]) || row->bytes[at - 1] == '.'))
			continue;
		size_t n = ip_length(row->bytes + at, row->length - at, address);
		if (n == 0 || !scrub_address_of_four(address) || version_before(row->bytes, at) ||
		    (like_version(address) && disguise_known(d, address, 4) == NULL))
			continue;
		const struct disguise *one = disguise_learn(d, address, 4, false, false);
		if (one == NULL)
			continue;
		int m = snprintf(text, sizeof(text), "%u.%u.%u.%u", one->made[0], one->made[1], one->made[2],
				 one->made[3]);
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
static bool put_dotted_mac(struct disguises *d, uint8_t *p, size_t left)
{
	uint8_t plain[12], mac[6];
	if (left < 14 || p[4] != '.' || p[9] != '.' || (left > 14 && (isalnum(p[14]) || p[14] == '.')))
		return false;
	for (size_t i = 0; i < 12; i++)
		plain[i] = p[i + i / 4];
	if (!pairs(plain, 12, 0, mac))
		return false;
	const struct disguise *one = disguise_learn(d, mac, 6, false, true);
	if (one == NULL)
		return false;
	put_pairs(plain, 0, one->made);
	for (size_t i = 0; i < 12; i++)
		p[i + i / 4] = plain[i];
	return true;
}

/* MAC addresses as text: with gaps whenever they look so, without only those that are known. */
static bool put_macs(struct disguises *d, struct snmprec_row *row)
{
	static const uint8_t gaps[] = { ':', '-', ' ', 0 };
	bool changed = false;
	for (size_t at = 0; at < row->length; at++) {
		if (at > 0 && isalnum(row->bytes[at - 1]))
			continue;
		changed = put_dotted_mac(d, row->bytes + at, row->length - at) || changed;
		for (size_t g = 0; g < sizeof(gaps); g++) {
			uint8_t mac[6];
			if (!pairs(row->bytes + at, row->length - at, gaps[g], mac))
				continue;
			const struct disguise *one = gaps[g] == ':' || gaps[g] == '-' ? disguise_learn(d, mac, 6, false, true) :
											 disguise_known(d, mac, 6);
			if (one == NULL)
				continue;
			put_pairs(row->bytes + at, gaps[g], one->made);
			changed = true;
			break;
		}
	}
	return changed;
}

/* "6ba7b810-9dad-11d1-80b4-00c04fd430c8": digits for digits, the same for the same. */
static bool put_uuids(struct disguises *d, struct snmprec_row *row)
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
		const struct disguise *one = digits == 32 ? disguise_learn(d, octets, 16, false, true) : NULL;
		if (one == NULL)
			continue;
		for (size_t i = 0, n = 0; i < 36; i++) {
			if (p[i] == '-')
				continue;
			unsigned half = n % 2 == 0 ? one->made[n / 2] >> 4 : one->made[n / 2] & 15u;
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

/* IPv6 addresses as text. */
static bool put_sixes(struct disguises *d, struct snmprec_row *row)
{
	bool changed = false;
	uint8_t *b = row->bytes;
	for (size_t at = 0, end; at < row->length; at = end > at ? end : at + 1) {
		uint8_t octets[16];
		for (end = at; end < row->length && (hex(b[end]) >= 0 || b[end] == ':');)
			end++;
		if ((at > 0 && isalnum(b[at - 1])) || (end < row->length && isalnum(b[end])) || !is_six_text(b + at, end - at, octets))
			continue;
		const struct disguise *one = disguise_learn(d, octets, 16, false, true);
		if (one != NULL)
			put_six(b + at, end - at, one->made);
		changed = changed || one != NULL;
	}
	return changed;
}

bool scrub_address_put_in_text(struct disguises *d, struct snmprec_row *row)
{
	bool changed = put_fours(d, row);
	changed = put_macs(d, row) || changed;
	changed = put_uuids(d, row) || changed;
	return put_sixes(d, row) || changed;
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
static const struct disguise *address_in_arcs(struct disguises *d, const uint32_t *arcs, size_t count, size_t at)
{
	static const uint32_t table[] = { 43, 6, 1, 2, 1, 4, 20, 1 };
	uint8_t octets[16];
	size_t left = count - at;
	if (left >= 16 && at >= 2 && arcs[at - 2] == 2 && arcs[at - 1] == 16 && octet_arcs(arcs + at, 16, octets) && octets[0] != 0 &&
	    octets[0] != 0xff)
		return disguise_learn(d, octets, 16, false, true);
	if (left < 4 || !octet_arcs(arcs + at, 4, octets) || !scrub_address_of_four(octets))
		return NULL;
	if (at == 9 && left == 4 && memcmp(arcs, table, sizeof(table)) == 0)
		return disguise_learn(d, octets, 4, false, false);
	bool typed = at >= 2 && arcs[at - 2] == 1 && arcs[at - 1] == 4;
	bool no_chance = left == 4 && octets[0] >= 10 && (octets[1] > 20 || octets[2] > 20 || octets[3] > 20);
	return typed || no_chance ? disguise_known(d, octets, 4) : NULL;
}

bool scrub_address_put_in_oid(struct disguises *d, uint8_t **oid, size_t *oid_length)
{
	uint32_t arcs[BER_MAX_SUBIDS];
	uint8_t bytes[BER_MAX_OID];
	size_t count = ber_oid_arcs((struct ber_oid){ *oid, *oid_length }, arcs, BER_MAX_SUBIDS), length = 0;
	bool changed = false;
	for (size_t at = 1; at < count; at++) {
		const struct disguise *one = address_in_arcs(d, arcs, count, at);
		for (size_t i = 0; one != NULL && i < one->length; i++)
			arcs[at + i] = one->made[i];
		at += one != NULL ? one->length - 1 : 0;
		changed = changed || one != NULL;
	}
	for (size_t i = 0; i < count && changed; i++)
		length = ber_oid_append(bytes, length, sizeof(bytes), arcs[i]);
	if (!changed || length == 0)
		return false;
	*oid = hwatt_arena_alloc(d->arena, length);
	memcpy(*oid, bytes, length);
	*oid_length = length;
	return true;
}
