/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "message.h"

#include <string.h>

#define VARBINDS_MAX 256 /* more could not be answered in MESSAGE_MAX octets anyway */
#define NO_ROW SIZE_MAX

enum version { VERSION_1 = 0, VERSION_2C = 1 };

enum pdu {
	PDU_GET = 0xa0,
	PDU_GET_NEXT = 0xa1,
	PDU_RESPONSE = 0xa2,
	PDU_SET = 0xa3,
	PDU_GET_BULK = 0xa5,
};

enum status {
	STATUS_OK = 0,
	STATUS_TOO_BIG = 1,
	STATUS_NO_SUCH_NAME = 2,
	STATUS_NOT_WRITABLE = 17,
};

/* An octet string inside the request. */
struct slice {
	const uint8_t *at;
	size_t length;
};

struct request {
	int32_t version, id, first,
		second; /* error-status and -index, or the two numbers of GETBULK */
	struct slice community;
	int pdu;
	struct slice varbinds;            /* the content of the list, as it came */
	struct slice names[VARBINDS_MAX]; /* content of each OBJECT IDENTIFIER */
	size_t count;
	bool too_many;
};

/* An answer in the making. */
struct answer {
	const struct request *request;
	const struct mib *mib;
	const struct mib_moment *moment;
	struct ber_writer varbinds;
	enum status status;
	size_t index; /* of the varbind in error, from 1 */
};

/* The octets of `in` that are left. */
static struct slice rest_of(const struct ber_reader *in)
{
	return (struct slice){.at = in->at, .length = (size_t)(in->end - in->at)};
}

/* Reads the varbind list into `request`.  False when a varbind is malformed. */
static bool read_varbinds(struct ber_reader *list, struct request *request)
{
	request->varbinds = rest_of(list);
	while (ber_peek(list) >= 0) {
		uint32_t oid[BER_OID_MAX];
		struct ber_reader pair = ber_enter(list, BER_SEQUENCE);
		struct ber_reader name = ber_enter(&pair, BER_OID);
		ber_skip(&pair);
		struct slice bytes = rest_of(&name);
		if (pair.bad || pair.at != pair.end || name.bad ||
		    ber_oid_decode(bytes.at, bytes.length, oid) == 0)
			return false;
		if (request->count == VARBINDS_MAX)
			request->too_many = true;
		else
			request->names[request->count++] = bytes;
	}
	return !list->bad;
}

/* Takes the message apart, as far as it can be judged without the MIB. */
static enum message_fate read_request(const uint8_t *bytes, size_t length, struct request *request)
{
	struct ber_reader in = ber_reader(bytes, length);
	struct ber_reader message = ber_enter(&in, BER_SEQUENCE);
	request->version = ber_read_int32(&message);
	if (message.bad)
		return MESSAGE_MALFORMED;
	if (request->version != VERSION_1 && request->version != VERSION_2C)
		return MESSAGE_BAD_VERSION;
	struct ber_reader community = ber_enter(&message, BER_OCTETS);
	request->community = rest_of(&community);
	request->pdu = ber_peek(&message);
	struct ber_reader pdu = ber_enter(&message, request->pdu);
	if (message.bad || message.at != message.end)
		return MESSAGE_MALFORMED;
	if (request->pdu != PDU_GET && request->pdu != PDU_GET_NEXT && request->pdu != PDU_SET &&
	    (request->pdu != PDU_GET_BULK || request->version == VERSION_1))
		return MESSAGE_NOT_A_REQUEST;
	request->id = ber_read_int32(&pdu);
	request->first = ber_read_int32(&pdu);
	request->second = ber_read_int32(&pdu);
	struct ber_reader list = ber_enter(&pdu, BER_SEQUENCE);
	if (pdu.bad || pdu.at != pdu.end || !read_varbinds(&list, request))
		return MESSAGE_MALFORMED;
	return MESSAGE_ANSWERED;
}

/* Writes `value` as the second half of a varbind. */
static void put_value(struct ber_writer *out, const struct mib_value *value)
{
	switch (value->tag) {
	case BER_INTEGER:
		ber_put_int(out, value->number);
		break;
	case BER_OID:
		ber_put_oid(out, value->oid, value->length);
		break;
	case BER_OCTETS:
	case BER_IP_ADDRESS:
		ber_put(out, value->tag, (const uint8_t *)value->text, value->length);
		break;
	case BER_COUNTER32:
	case BER_GAUGE32:
	case BER_TIME_TICKS:
	case BER_COUNTER64:
		ber_put_unsigned(out, value->tag, (uint64_t)value->number);
		break;
	default: /* the exceptions of v2: empty */
		ber_put(out, value->tag, NULL, 0);
	}
}

/* Adds the varbind `name` (an encoded OBJECT IDENTIFIER of `length` octets) = `value`.  False, with
 * nothing added, when it does not fit. */
static bool put_pair(struct answer *answer, const uint8_t *name, size_t length,
                     const struct mib_value *value)
{
	uint8_t scratch[MESSAGE_MAX];
	struct ber_writer pair = ber_writer(scratch, sizeof(scratch));
	ber_put(&pair, BER_OID, name, length);
	put_value(&pair, value);
	if (pair.full)
		return false;
	ber_put(&answer->varbinds, BER_SEQUENCE, scratch, pair.length);
	bool fits = !answer->varbinds.full;
	answer->varbinds.full = false;
	return fits;
}

/* Adds row `row` of the MIB with its present value. */
static bool put_row(struct answer *answer, size_t row)
{
	uint8_t name[MIB_OID_MAX * 5 + 4];
	struct mib_value value;
	const struct mib_row *at = &answer->mib->rows[row];
	struct ber_writer out = ber_writer(name, sizeof(name));
	ber_put_oid(&out, at->oid, at->length);
	mib_read(at, answer->moment, &value);
	return put_pair(answer, name + 2, out.length - 2, &value); /* the OID is below 128 octets */
}

/* Adds the request's own name `index` with one of v2's exceptions. */
static bool put_exception(struct answer *answer, size_t index, int tag)
{
	const struct slice *name = &answer->request->names[index];
	struct mib_value value = {.tag = tag};
	return put_pair(answer, name->at, name->length, &value);
}

/* Notes that the answer is an error about varbind `index`, from 0.  Always false. */
static bool fail_at(struct answer *answer, enum status status, size_t index)
{
	answer->status = status;
	answer->index = index + 1;
	return false;
}

/* What to do when a varbind has not fitted: tooBig, which names no varbind. */
static bool fits_or_too_big(struct answer *answer, bool fits)
{
	if (!fits) {
		answer->status = STATUS_TOO_BIG;
		answer->index = 0;
	}
	return fits;
}

/* Answers name `index` of a GET.  False on error. */
static bool answer_get(struct answer *answer, size_t index)
{
	uint32_t oid[BER_OID_MAX];
	const struct slice *name = &answer->request->names[index];
	size_t length = ber_oid_decode(name->at, name->length, oid);
	size_t row = mib_find(answer->mib, oid, length, false);
	bool v1 = answer->request->version == VERSION_1;

	bool found = row < answer->mib->count &&
	             mib_compare(answer->mib->rows[row].oid, answer->mib->rows[row].length, oid,
	                         length) == 0;
	if (found && !(v1 && answer->mib->rows[row].tag == BER_COUNTER64))
		return fits_or_too_big(answer, put_row(answer, row));
	if (v1)
		return fail_at(answer, STATUS_NO_SUCH_NAME, index);
	int tag = mib_has_object(answer->mib, oid, length) ? BER_NO_SUCH_INSTANCE
	                                                   : BER_NO_SUCH_OBJECT;
	return fits_or_too_big(answer, put_exception(answer, index, tag));
}

/* The row after name `index`, or NO_ROW; v1 has no Counter64 and steps over them (RFC
 * 3584 4.2.2.1). */
static size_t next_row(const struct answer *answer, size_t index)
{
	uint32_t oid[BER_OID_MAX];
	const struct slice *name = &answer->request->names[index];
	size_t length = ber_oid_decode(name->at, name->length, oid);
	size_t row = mib_find(answer->mib, oid, length, true);
	if (answer->request->version == VERSION_1)
		while (row < answer->mib->count && answer->mib->rows[row].tag == BER_COUNTER64)
			row++;
	return row < answer->mib->count ? row : NO_ROW;
}

/* Answers name `index` of a GETNEXT.  False on error. */
static bool answer_next(struct answer *answer, size_t index)
{
	size_t row = next_row(answer, index);
	if (row != NO_ROW)
		return fits_or_too_big(answer, put_row(answer, row));
	if (answer->request->version == VERSION_1)
		return fail_at(answer, STATUS_NO_SUCH_NAME, index);
	return fits_or_too_big(answer, put_exception(answer, index, BER_END_OF_MIB_VIEW));
}

/* Adds the end of the view to repeater `index`, whose last row was `row` (NO_ROW: it never had
 * one). */
static bool put_end(struct answer *answer, size_t index, size_t row)
{
	uint8_t name[MIB_OID_MAX * 5 + 4];
	struct mib_value value = {.tag = BER_END_OF_MIB_VIEW};
	if (row == NO_ROW)
		return put_exception(answer, index, BER_END_OF_MIB_VIEW);
	struct ber_writer out = ber_writer(name, sizeof(name));
	ber_put_oid(&out, answer->mib->rows[row].oid, answer->mib->rows[row].length);
	return put_pair(answer, name + 2, out.length - 2, &value);
}

/* The repetitions of a GETBULK: as many whole or part rounds as fit. */
static void answer_repeaters(struct answer *answer, size_t first, int32_t rounds)
{
	size_t next[VARBINDS_MAX], last[VARBINDS_MAX];
	size_t count = answer->request->count;
	for (size_t i = first; i < count; i++) {
		next[i] = next_row(answer, i);
		last[i] = NO_ROW;
	}
	for (int32_t round = 0; round < rounds; round++) {
		bool alive = false;
		for (size_t i = first; i < count; i++) {
			bool ended = next[i] == NO_ROW;
			if (!(ended ? put_end(answer, i, last[i]) : put_row(answer, next[i])))
				return; /* the answer is full: RFC 3416 lets us stop here */
			if (ended)
				continue;
			alive = true;
			last[i] = next[i];
			next[i] = next[i] + 1 < answer->mib->count ? next[i] + 1 : NO_ROW;
		}
		if (!alive)
			return;
	}
}

/* Answers a GETBULK. */
static void answer_bulk(struct answer *answer)
{
	const struct request *request = answer->request;
	size_t singles = request->first < 0 ? 0 : (size_t)request->first;
	if (singles > request->count)
		singles = request->count;
	for (size_t i = 0; i < singles; i++) {
		if (!answer_next(answer, i)) {
			answer->status = STATUS_OK; /* full: RFC 3416 4.2.3 answers with fewer */
			return;
		}
	}
	if (singles < request->count)
		answer_repeaters(answer, singles, request->second);
}

/* Answers everything into answer->varbinds, or finds the error that stands in its place. */
static void answer_all(struct answer *answer)
{
	const struct request *request = answer->request;
	if (request->too_many) {
		fits_or_too_big(answer, false);
		return;
	}
	if (request->pdu == PDU_GET_BULK) {
		answer_bulk(answer);
		return;
	}
	if (request->pdu == PDU_SET) {
		bool v1 = request->version == VERSION_1;
		if (request->count > 0)
			fail_at(answer, v1 ? STATUS_NO_SUCH_NAME : STATUS_NOT_WRITABLE, 0);
		return;
	}
	for (size_t i = 0; i < request->count; i++)
		if (!(request->pdu == PDU_GET ? answer_get(answer, i) : answer_next(answer, i)))
			return;
}

/* Octets that an INTEGER of 32 bits takes with its header. */
static size_t int_size(int64_t value)
{
	uint8_t scratch[12];
	struct ber_writer out = ber_writer(scratch, sizeof(scratch));
	ber_put_int(&out, value);
	return out.length;
}

/* Writes the whole message around `varbinds`.  Returns its length, 0 when it does not fit. */
static size_t put_message(const struct answer *answer, struct slice varbinds, uint8_t *bytes)
{
	const struct request *request = answer->request;
	size_t list = ber_header_size(varbinds.length) + varbinds.length;
	size_t pdu = int_size(request->id) + int_size((int64_t)answer->status) +
	             int_size((int64_t)answer->index) + list;
	size_t message = int_size(request->version) + ber_header_size(request->community.length) +
	                 request->community.length + ber_header_size(pdu) + pdu;
	struct ber_writer out = ber_writer(bytes, MESSAGE_MAX);

	ber_put_header(&out, BER_SEQUENCE, message);
	ber_put_int(&out, request->version);
	ber_put(&out, BER_OCTETS, request->community.at, request->community.length);
	ber_put_header(&out, PDU_RESPONSE, pdu);
	ber_put_int(&out, request->id);
	ber_put_int(&out, (int64_t)answer->status);
	ber_put_int(&out, (int64_t)answer->index);
	ber_put(&out, BER_SEQUENCE, varbinds.at, varbinds.length);
	return out.full ? 0 : out.length;
}

/* Whether the community of `request` is `community`. */
static bool is_welcome(const struct request *request, const char *community)
{
	size_t length = strlen(community);
	return request->community.length == length &&
	       memcmp(request->community.at, community, length) == 0;
}

enum message_fate message_answer(const struct mib *mib, const struct mib_moment *moment,
                                 const char *community, const uint8_t *bytes, size_t length,
                                 uint8_t *out, size_t *out_length)
{
	struct request request = {0};
	uint8_t varbinds[MESSAGE_MAX];
	/* Around the list: four headers of up to 4 octets, four integers of up to 6, the community.
	 */
	size_t frame = 4 * 4 + 4 * 6 + strlen(community);
	struct answer answer = {.request = &request, .mib = mib, .moment = moment};

	*out_length = 0;
	enum message_fate fate = read_request(bytes, length, &request);
	if (fate != MESSAGE_ANSWERED)
		return fate;
	if (!is_welcome(&request, community))
		return MESSAGE_BAD_COMMUNITY;
	if (frame >= MESSAGE_MAX)
		return MESSAGE_NO_ROOM;
	answer.varbinds = ber_writer(varbinds, MESSAGE_MAX - frame);
	answer_all(&answer);

	struct slice list = {.at = varbinds, .length = answer.varbinds.length};
	if (answer.status == STATUS_TOO_BIG && request.version == VERSION_2C)
		list.length = 0; /* RFC 3416 4.2.1: tooBig has no varbinds */
	else if (answer.status != STATUS_OK)
		list = request.varbinds;
	*out_length = put_message(&answer, list, out);
	return *out_length == 0 ? MESSAGE_NO_ROOM : MESSAGE_ANSWERED;
}
