/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "ber.h"
#include <hallwatt/wire.h>
#include <stdio.h>
#include <string.h>

#define MAX_LENGTH 65535u

/* Length octets: definite, at most 64 KiB, possibly with more octets than needed. */
static size_t read_length(struct hwatt_wire *in)
{
	uint8_t first = hwatt_wire_u8(in);
	if (first < 0x80)
		return first;
	size_t octets = first & 0x7fu;
	if (octets == 0 || octets > 4) { /* indefinite, or longer than any packet could need */
		in->failed = true;
		return 0;
	}
	uint64_t length = hwatt_wire_be(in, octets);
	if (length > MAX_LENGTH) {
		in->failed = true;
		return 0;
	}
	return (size_t)length;
}

struct hwatt_wire ber_open(struct hwatt_wire *in, uint8_t tag)
{
	if (hwatt_wire_u8(in) != tag)
		in->failed = true;
	size_t length = read_length(in);
	const uint8_t *bytes = hwatt_wire_take(in, length);
	struct hwatt_wire inner = hwatt_wire_from(bytes, bytes != NULL ? length : 0);
	inner.failed = in->failed;
	return inner;
}

/* Two's complement of 1 to 8 octets. */
static int64_t signed_contents(struct hwatt_wire *in, const uint8_t *bytes, size_t length)
{
	if (bytes == NULL || length == 0 || length > 8) {
		in->failed = true;
		return 0;
	}
	uint64_t v = (bytes[0] & 0x80u) != 0 ? UINT64_MAX : 0;
	for (size_t i = 0; i < length; i++)
		v = v << 8 | bytes[i];
	return (int64_t)v;
}

/* Unsigned of 1 to 8 octets, or 9 with a leading zero. A 32 bit type that an agent sent with its sign extended is taken
 * as the 32 bits that it meant. */
static int64_t unsigned_contents(struct hwatt_wire *in, const uint8_t *bytes, size_t length, unsigned bits)
{
	if (bytes != NULL && length == 9 && bytes[0] == 0) {
		bytes++;
		length--;
	}
	if (bytes == NULL || length == 0 || length > 8) {
		in->failed = true;
		return 0;
	}
	uint64_t v = 0;
	for (size_t i = 0; i < length; i++)
		v = v << 8 | bytes[i];
	if (bits == 32 && v > UINT32_MAX) {
		uint64_t above = length == 8 ? v >> 32 : 0;
		if (above != UINT32_MAX)
			in->failed = true;
		v &= UINT32_MAX;
	}
	return (int64_t)v;
}

int64_t ber_integer(struct hwatt_wire *in)
{
	struct hwatt_wire value = ber_open(in, BER_INTEGER);
	return signed_contents(in, value.bytes, value.length);
}

/* The highest bits of eight octets, the first one's lowest. */
static inline uint64_t high_bits(const uint8_t *bytes)
{
	uint64_t word;
	memcpy(&word, bytes, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return (word & UINT64_C(0x8080808080808080)) * UINT64_C(0x0002040810204081) >> 56;
}

/* Whether it is one of most OIDs: not long, its last sub-identifier ends, and none has more than four octets. */
static inline bool oid_plain(const uint8_t *bytes, size_t length)
{
	uint64_t go_on = 0;
	if (length < 8 || length > 64 || (bytes[length - 1] & 0x80u) != 0)
		return false;
	for (size_t i = 0; i + 8 < length; i += 8)
		go_on |= high_bits(bytes + i) << i;
	go_on |= high_bits(bytes + length - 8) << (length - 8);
	return (go_on & go_on >> 1 & go_on >> 2 & go_on >> 3) == 0;
}

static bool oid_sound(const uint8_t *bytes, size_t length)
{
	if (oid_plain(bytes, length))
		return true;
	size_t arcs = 1;
	uint64_t arc = 0;
	for (size_t i = 0; i < length; i++) {
		arc = arc << 7 | (bytes[i] & 0x7fu);
		if (arc > UINT32_MAX)
			return false;
		if ((bytes[i] & 0x80u) == 0) {
			arcs++;
			arc = 0;
		} else if (i + 1 == length) {
			return false; /* ends in the middle of a sub-identifier */
		}
	}
	return arcs <= BER_MAX_SUBIDS;
}

/* Net-SNMP's float (9f 78 04 ....) and double (9f 79 08 ....) inside an Opaque. */
static void read_opaque(struct ber_varbind *out)
{
	const uint8_t *p = out->bytes;
	if (out->length == 7 && p[0] == 0x9f && p[1] == 0x78 && p[2] == 4) {
		struct hwatt_wire in = hwatt_wire_from(p + 3, 4);
		out->type = BER_FLOAT;
		out->number = (int64_t)hwatt_wire_be(&in, 4);
	} else if (out->length == 11 && p[0] == 0x9f && p[1] == 0x79 && p[2] == 8) {
		struct hwatt_wire in = hwatt_wire_from(p + 3, 8);
		out->type = BER_DOUBLE;
		out->number = (int64_t)hwatt_wire_be(&in, 8);
	}
}

static void read_value(struct hwatt_wire *in, struct ber_varbind *out)
{
	uint8_t tag = hwatt_wire_u8(in);
	out->length = read_length(in);
	out->bytes = hwatt_wire_take(in, out->length);
	out->type = tag;
	if (!hwatt_wire_ok(in))
		return;
	switch (tag) {
	case BER_INTEGER:
		out->number = signed_contents(in, out->bytes, out->length);
		break;
	case BER_COUNTER32:
	case BER_GAUGE32:
	case BER_TIMETICKS:
		out->number = unsigned_contents(in, out->bytes, out->length, 32);
		break;
	case BER_COUNTER64:
		out->number = unsigned_contents(in, out->bytes, out->length, 64);
		break;
	case BER_OID:
		if (!oid_sound(out->bytes, out->length))
			in->failed = true;
		break;
	case BER_OPAQUE:
		read_opaque(out);
		break;
	case BER_STRING:
	case BER_IPADDRESS:
		break;
	case BER_NULL:
	case BER_NO_OBJECT:
	case BER_NO_INSTANCE:
	case BER_END_OF_VIEW:
		if (out->length != 0)
			in->failed = true;
		break;
	default:
		in->failed = true;
	}
}

/* Reads a variable as most are: short, with a whole number or a text. False: it is not, and nothing was read. */
static inline bool short_varbind(struct hwatt_wire *list, struct ber_varbind *v)
{
	const uint8_t *p = list->bytes + list->at;
	size_t left = list->length - list->at;
	if (left < 6 || p[0] != BER_SEQUENCE || p[1] >= 0x80 || p[2] != BER_OID || 2u + p[1] > left)
		return false;
	size_t oid = p[3];
	if (oid + 4u > p[1] || !oid_plain(p + 4, oid))
		return false;
	const uint8_t *value = p + 4 + oid;
	uint8_t tag = value[0];
	size_t length = value[1];
	if (length >= 0x80 || oid + 4u + length != p[1])
		return false;
	bool is_unsigned = tag == BER_GAUGE32 || tag == BER_COUNTER32 || tag == BER_TIMETICKS;
	if (!((tag == BER_INTEGER || is_unsigned) && length > 0 && length <= 4) && tag != BER_STRING)
		return false;
	uint32_t number = tag == BER_INTEGER && (value[2] & 0x80u) != 0 ? UINT32_MAX : 0;
	for (size_t i = 0; tag != BER_STRING && i < length; i++)
		number = number << 8 | value[2 + i];
	*v = (struct ber_varbind){
		.oid = { p + 4, oid }, .type = tag, .bytes = value + 2, .length = length,
		.number = tag == BER_INTEGER ? (int32_t)number : tag == BER_STRING ? 0 : (int64_t)number,
	};
	list->at += 2u + p[1];
	return true;
}

static void read_varbinds(struct hwatt_wire *list, struct ber_message *out)
{
	while (hwatt_wire_ok(list) && hwatt_wire_left(list) > 0) {
		if (out->count == BER_MAX_VARBINDS) {
			list->failed = true;
			return;
		}
		struct ber_varbind *v = &out->varbinds[out->count];
		if (short_varbind(list, v)) {
			out->count++;
			continue;
		}
		*v = (struct ber_varbind){ 0 };
		struct hwatt_wire pair = ber_open(list, BER_SEQUENCE);
		struct hwatt_wire oid = ber_open(&pair, BER_OID);
		v->oid = (struct ber_oid){ oid.bytes, oid.length };
		if (hwatt_wire_ok(&pair) && (oid.length == 0 || !oid_sound(oid.bytes, oid.length)))
			pair.failed = true;
		read_value(&pair, v);
		if (!hwatt_wire_ok(&pair) || hwatt_wire_left(&pair) != 0)
			list->failed = true;
		else
			out->count++;
	}
}

/* The PDU that `in` stands at, and nothing after it. */
static int read_pdu(struct hwatt_wire *in, struct ber_message *out, struct hwatt_error *err)
{
	out->count = 0;
	out->pdu = hwatt_wire_left(in) > 0 ? in->bytes[in->at] : 0;
	struct hwatt_wire pdu = ber_open(in, out->pdu);
	out->request_id = ber_integer(&pdu);
	out->error_status = ber_integer(&pdu);
	out->error_index = ber_integer(&pdu);
	struct hwatt_wire list = ber_open(&pdu, BER_SEQUENCE);
	if (!hwatt_wire_ok(&pdu) || !hwatt_wire_ok(in))
		return hwatt_fail(err, HWATT_EPROTO, "malformed SNMP message of %zu octets", out->length);
	if (hwatt_wire_left(in) != 0 || hwatt_wire_left(&pdu) != 0)
		return hwatt_fail(err, HWATT_EPROTO, "octets after the end of an SNMP message");
	read_varbinds(&list, out);
	if (!hwatt_wire_ok(&list))
		return hwatt_fail(err, HWATT_EPROTO, "malformed variable %zu in an SNMP message", out->count + 1);
	return 0;
}

int ber_decode(const void *packet, size_t length, struct ber_message *out, struct hwatt_error *err)
{
	out->count = 0;
	out->length = length;
	struct hwatt_wire in = hwatt_wire_from(packet, length);
	struct hwatt_wire message = ber_open(&in, BER_SEQUENCE);
	out->version = ber_integer(&message);
	struct hwatt_wire community = ber_open(&message, BER_STRING);
	out->community = community.bytes;
	out->community_length = community.length;
	if (!hwatt_wire_ok(&message))
		return hwatt_fail(err, HWATT_EPROTO, "malformed SNMP message of %zu octets", length);
	if (out->version != BER_V1 && out->version != BER_V2C)
		return hwatt_fail(err, HWATT_EPROTO, "SNMP message of another version");
	if (hwatt_wire_left(&in) != 0)
		return hwatt_fail(err, HWATT_EPROTO, "octets after the end of an SNMP message");
	return read_pdu(&message, out, err);
}

int ber_decode_pdu(const void *pdu, size_t length, struct ber_message *out, struct hwatt_error *err)
{
	out->version = BER_V2C;
	out->community = NULL;
	out->community_length = 0;
	out->length = length;
	struct hwatt_wire in = hwatt_wire_from(pdu, length);
	return read_pdu(&in, out, err);
}

/* Steps over a tag and a length of one octet, or of the two after 0x82; how many octets follow, SIZE_MAX when it is another. */
static inline size_t step_in(const uint8_t **at, const uint8_t *end, uint8_t tag)
{
	const uint8_t *p = *at;
	if (end - p < 4 || p[0] != tag)
		return SIZE_MAX;
	bool wide = p[1] == 0x82;
	if (p[1] >= 0x80 && !wide)
		return SIZE_MAX;
	*at = p + (wide ? 4 : 2);
	return wide ? (size_t)p[2] << 8 | p[3] : p[1];
}

/* Reads a head as most are. False: it is not, and nothing was read. */
static inline bool short_head(const uint8_t *packet, size_t length, struct ber_head *out)
{
	const uint8_t *p = packet, *end = packet + length;
	if (step_in(&p, end, BER_SEQUENCE) != (size_t)(end - p) || end - p < 5 || p[0] != BER_INTEGER || p[1] != 1 || p[2] > BER_V2C)
		return false;
	p += 3;
	if (p[0] != BER_STRING || p[1] >= 0x80 || end - p < p[1] + 2)
		return false;
	p += p[1] + 2;
	if (step_in(&p, end, BER_RESPONSE) != (size_t)(end - p))
		return false;
	static const uint8_t no_error[] = { BER_INTEGER, 1, 0, BER_INTEGER, 1 }; /* its index may be anything */
	if (end - p < 12 || p[0] != BER_INTEGER || p[1] != 4 || p[2] >= 0x80 || memcmp(p + 6, no_error, sizeof(no_error)) != 0)
		return false;
	uint32_t id = (uint32_t)p[2] << 24 | (uint32_t)p[3] << 16 | (uint32_t)p[4] << 8 | p[5];
	p += 12;
	if (step_in(&p, end, BER_SEQUENCE) != (size_t)(end - p))
		return false;
	*out = (struct ber_head){ .id = id, .variables = p, .length = (size_t)(end - p) };
	return true;
}

bool ber_read_head(const void *packet, size_t length, struct ber_head *out)
{
	if (short_head(packet, length, out))
		return true;
	struct hwatt_wire in = hwatt_wire_from(packet, length);
	struct hwatt_wire message = ber_open(&in, BER_SEQUENCE);
	ber_integer(&message);
	ber_open(&message, BER_STRING);
	struct hwatt_wire pdu = ber_open(&message, BER_RESPONSE);
	int64_t value = ber_integer(&pdu);
	if (!hwatt_wire_ok(&pdu) || value < 0 || value > INT32_MAX)
		return false;
	*out = (struct ber_head){ .id = (uint32_t)value };
	return true;
}

/* A message is written from its end to its start, so that each length is known when it is put. */
struct back {
	uint8_t *bytes;
	size_t at; /* the first octet in use */
	bool failed;
};

static void put(struct back *w, const void *bytes, size_t length)
{
	if (w->failed || length > w->at) {
		w->failed = true;
		return;
	}
	w->at -= length;
	memcpy(w->bytes + w->at, bytes, length);
}

static void put_head(struct back *w, uint8_t tag, size_t length)
{
	uint8_t head[4] = { tag };
	size_t n = 1;
	if (length < 0x80) {
		head[n++] = (uint8_t)length;
	} else if (length < 0x100) {
		head[n++] = 0x81;
		head[n++] = (uint8_t)length;
	} else {
		head[n++] = 0x82;
		head[n++] = (uint8_t)(length >> 8);
		head[n++] = (uint8_t)length;
	}
	put(w, head, n);
}

static void put_small(struct back *w, unsigned value)
{
	uint8_t octets[4];
	size_t n = 0;
	do {
		octets[3 - n++] = (uint8_t)value;
		value >>= 8;
	} while (n < 4 && (value != 0 || (octets[4 - n] & 0x80u) != 0));
	put(w, octets + 4 - n, n);
	put_head(w, BER_INTEGER, n);
}

size_t ber_encode(const struct ber_request *request, uint8_t *out, size_t size, size_t *id_at)
{
	if (size > MAX_LENGTH)
		size = MAX_LENGTH;
	struct back w = { .bytes = out, .at = size };
	for (size_t i = request->count; i > 0; i--) {
		size_t end = w.at;
		static const uint8_t null[2] = { BER_NULL, 0 };
		put(&w, null, sizeof(null));
		put(&w, request->oids[i - 1].bytes, request->oids[i - 1].length);
		put_head(&w, BER_OID, request->oids[i - 1].length);
		put_head(&w, BER_SEQUENCE, end - w.at);
	}
	put_head(&w, BER_SEQUENCE, size - w.at);
	bool bulk = request->pdu == BER_GETBULK;
	put_small(&w, bulk ? request->max_repetitions : 0);
	put_small(&w, 0);
	static const uint8_t no_id[4] = { 0x40 };
	put(&w, no_id, sizeof(no_id));
	size_t id = w.at;
	put_head(&w, BER_INTEGER, sizeof(no_id));
	put_head(&w, (uint8_t)request->pdu, size - w.at);
	size_t community = strlen(request->community);
	put(&w, request->community, community);
	put_head(&w, BER_STRING, community);
	put_small(&w, (unsigned)request->version);
	put_head(&w, BER_SEQUENCE, size - w.at);
	if (w.failed)
		return 0;
	memmove(out, out + w.at, size - w.at);
	*id_at = id - w.at;
	return size - w.at;
}

void ber_put_id(uint8_t *packet, size_t id_at, uint32_t id)
{
	packet[id_at] = (uint8_t)(id >> 24);
	packet[id_at + 1] = (uint8_t)(id >> 16);
	packet[id_at + 2] = (uint8_t)(id >> 8);
	packet[id_at + 3] = (uint8_t)id;
}

size_t ber_oid_append(uint8_t *bytes, size_t length, size_t size, uint32_t arc)
{
	uint8_t octets[5];
	size_t n = 0;
	do {
		octets[4 - n] = (uint8_t)((arc & 0x7fu) | (n > 0 ? 0x80u : 0));
		n++;
		arc >>= 7;
	} while (arc != 0);
	if (n > size - length)
		return 0;
	memcpy(bytes + length, octets + 5 - n, n);
	return length + n;
}

/* One decimal arc; false when there is none or it is above 2^32-1. */
static bool parse_arc(const char **text, uint32_t *arc)
{
	const char *p = *text;
	uint64_t v = 0;
	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		v = v * 10 + (uint64_t)(*p - '0');
		if (v > UINT32_MAX)
			return false;
	}
	*arc = (uint32_t)v;
	*text = p;
	return true;
}

size_t ber_oid_parse(const char *text, uint8_t *out, size_t size)
{
	uint32_t first, second, arc;
	size_t arcs = 2;
	if (*text == '.')
		text++;
	if (!parse_arc(&text, &first) || first > 2 || *text++ != '.' || !parse_arc(&text, &second))
		return 0;
	if (first < 2 ? second > 39 : second > UINT32_MAX - 80)
		return 0;
	size_t length = ber_oid_append(out, 0, size, first * 40 + second);
	while (length > 0 && *text == '.') {
		text++;
		if (!parse_arc(&text, &arc) || ++arcs > BER_MAX_SUBIDS)
			return 0;
		length = ber_oid_append(out, length, size, arc);
	}
	return *text == '\0' ? length : 0;
}

size_t ber_oid_arcs(struct ber_oid suffix, uint32_t *arcs, size_t size)
{
	size_t n = 0;
	uint32_t arc = 0;
	for (size_t i = 0; i < suffix.length && n < size; i++) {
		arc = arc << 7 | (suffix.bytes[i] & 0x7fu);
		if ((suffix.bytes[i] & 0x80u) == 0) {
			arcs[n++] = arc;
			arc = 0;
		}
	}
	return n;
}

/* Puts one arc in decimal, with a dot before it unless it is the first. */
static size_t format_arc(char *out, size_t at, size_t size, uint32_t arc)
{
	char digits[12];
	int n = snprintf(digits, sizeof(digits), at > 0 ? ".%u" : "%u", arc);
	for (int i = 0; i < n && at + 1 < size; i++)
		out[at++] = digits[i];
	return at;
}

size_t ber_oid_format(struct ber_oid oid, char *out, size_t size)
{
	uint32_t arcs[BER_MAX_SUBIDS];
	size_t n = ber_oid_arcs(oid, arcs, BER_MAX_SUBIDS), at = 0;
	for (size_t i = 0; i < n; i++) {
		if (i == 0) {
			uint32_t top = arcs[0] < 80 ? arcs[0] / 40 : 2;
			at = format_arc(out, at, size, top);
			at = format_arc(out, at, size, arcs[0] - top * 40);
		} else {
			at = format_arc(out, at, size, arcs[i]);
		}
	}
	if (size > 0)
		out[at] = '\0';
	return at;
}

bool ber_oid_below(struct ber_oid oid, struct ber_oid prefix)
{
	return oid.length >= prefix.length && memcmp(oid.bytes, prefix.bytes, prefix.length) == 0;
}

int ber_oid_compare(struct ber_oid a, struct ber_oid b)
{
	size_t i = 0, j = 0;
	while (i < a.length && j < b.length) {
		uint32_t x = 0, y = 0;
		do
			x = x << 7 | (a.bytes[i] & 0x7fu);
		while ((a.bytes[i++] & 0x80u) != 0 && i < a.length);
		do
			y = y << 7 | (b.bytes[j] & 0x7fu);
		while ((b.bytes[j++] & 0x80u) != 0 && j < b.length);
		if (x != y)
			return x < y ? -1 : 1;
	}
	return i < a.length ? 1 : j < b.length ? -1 : 0;
}
