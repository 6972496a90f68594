/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ber.h - SNMP v1 and v2c messages as octets: requests are written once as templates, answers are read in place.
 *
 * Nothing is allocated, and an OID stays in its BER form: a prefix of sub-identifiers is a prefix of octets, so that
 * walking and matching never decode one.  Source: RFC 1157, RFC 3416, X.690. */
#ifndef SNMP_BER_H
#define SNMP_BER_H

#include <hallwatt/error.h>
#include <hallwatt/wire.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ber_type {
	BER_INTEGER = 0x02, BER_STRING = 0x04, BER_NULL = 0x05, BER_OID = 0x06, BER_SEQUENCE = 0x30,
	BER_IPADDRESS = 0x40, BER_COUNTER32 = 0x41, BER_GAUGE32 = 0x42, BER_TIMETICKS = 0x43,
	BER_OPAQUE = 0x44, BER_COUNTER64 = 0x46,
	BER_NO_OBJECT = 0x80, BER_NO_INSTANCE = 0x81, BER_END_OF_VIEW = 0x82,
	BER_FLOAT = 0x9f78, BER_DOUBLE = 0x9f79, /* Net-SNMP's, wrapped in Opaque */
};

enum ber_pdu { BER_GET = 0xa0, BER_GETNEXT = 0xa1, BER_RESPONSE = 0xa2, BER_GETBULK = 0xa5, BER_REPORT = 0xa8 };
enum ber_version { BER_V1 = 0, BER_V2C = 1 };
enum ber_status { BER_TOO_BIG = 1, BER_NO_SUCH_NAME = 2, BER_GEN_ERR = 5, BER_NO_ACCESS = 6, BER_AUTHORIZATION = 16 };

#define BER_MAX_SUBIDS 128
#define BER_MAX_OID (BER_MAX_SUBIDS * 5)
#define BER_MAX_VARBINDS 512
#define BER_MAX_PACKET 4096

struct ber_oid { /* encoded contents, borrowed */
	const uint8_t *bytes;
	size_t length;
};

struct ber_varbind { /* points into the packet */
	struct ber_oid oid;
	enum ber_type type;
	int64_t number;       /* INTEGER, IpAddress not; unsigned types that fit; FLOAT and DOUBLE: their bits */
	const uint8_t *bytes; /* STRING, OID, IPADDRESS, OPAQUE: the contents */
	size_t length;
};

struct ber_message {
	int64_t version;
	const uint8_t *community;
	size_t community_length;
	uint8_t pdu;
	int64_t request_id, error_status, error_index;
	size_t length; /* of the packet */
	size_t count;
	struct ber_varbind varbinds[BER_MAX_VARBINDS];
};

/* Reads one whole packet; everything in `out` points into it. Rejects indefinite and over-long lengths, integers that do
 * not fit, OIDs of more than 128 sub-identifiers or with one above 2^32-1, trailing octets and more than BER_MAX_VARBINDS
 * variables; takes integers and lengths that are longer than they need be, as devices send them. HWATT_EPROTO. */
int ber_decode(const void *packet, size_t length, struct ber_message *out, struct hwatt_error *err);
/* Reads a PDU that stands alone, as in an SNMPv3 message; everything in `out` points into it. */
int ber_decode_pdu(const void *pdu, size_t length, struct ber_message *out, struct hwatt_error *err);

struct ber_head { /* of a v1 or v2c response */
	uint32_t id;
	const uint8_t *variables; /* the list's contents, up to the packet's end, when the answer is sound as far as it and has no
				   * error; else NULL */
	size_t length;
};

/* The head alone, for matching before decoding: false when the packet's is no SNMP v1 or v2c response. */
bool ber_read_head(const void *packet, size_t length, struct ber_head *out);

struct ber_request {
	enum ber_version version;
	const char *community;
	enum ber_pdu pdu;
	unsigned max_repetitions; /* GETBULK; non-repeaters is 0 */
	const struct ber_oid *oids;
	size_t count;
};

/* Writes a request into `out` and gives its length, 0 when it does not fit in `size`. The request id takes four octets at
 * `*id_at`, set with ber_put_id(). */
size_t ber_encode(const struct ber_request *request, uint8_t *out, size_t size, size_t *id_at);
void ber_put_id(uint8_t *packet, size_t id_at, uint32_t id);

/* "1.3.6.1.2.1" (a leading dot is taken) as encoded contents; the length, or 0 when it is no OID of at least two and
 * at most 128 arcs or does not fit. */
size_t ber_oid_parse(const char *text, uint8_t *out, size_t size);
/* The dotted form; returns the length written without NUL, cut at `size`. */
size_t ber_oid_format(struct ber_oid oid, char *out, size_t size);
/* Arcs of a suffix of an OID, which starts at a sub-identifier; returns how many, at most `size`. */
size_t ber_oid_arcs(struct ber_oid suffix, uint32_t *arcs, size_t size);
/* Appends one arc (not the first two); the new length, 0 when it does not fit. */
size_t ber_oid_append(uint8_t *bytes, size_t length, size_t size, uint32_t arc);
bool ber_oid_below(struct ber_oid oid, struct ber_oid prefix); /* `oid` is `prefix` or below it */
int ber_oid_compare(struct ber_oid a, struct ber_oid b);       /* in SNMP's order; <0, 0, >0 */

/* The contents of the value that stands next, which must have the tag `tag`, as a cursor of its own. */
struct hwatt_wire ber_open(struct hwatt_wire *in, uint8_t tag);
/* The INTEGER that stands next. */
int64_t ber_integer(struct hwatt_wire *in);

static inline bool ber_is_exception(enum ber_type type)
{
	return type == BER_NO_OBJECT || type == BER_NO_INSTANCE || type == BER_END_OF_VIEW;
}

#endif
