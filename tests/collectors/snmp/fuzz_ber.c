/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fuzz_ber.c - a packet from anywhere: whatever is taken must hold what ber.h promises. */
#include "ber.h"
#include "scale.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ber_message m;
	uint32_t arcs[BER_MAX_SUBIDS + 1];
	struct ber_head head = { 0 };
	bool peeked = ber_read_head(data, size, &head);
	assert(head.variables == NULL || (head.variables > data && head.variables + head.length == data + size));
	if (ber_decode(data, size, &m, NULL) < 0)
		return 0;
	assert(!peeked || (m.pdu == BER_RESPONSE && m.request_id == (int64_t)head.id));
	assert(head.variables == NULL || (m.error_status == 0 && (m.version == BER_V1 || m.version == BER_V2C) &&
					  (m.count == 0 || (head.variables < m.varbinds[0].oid.bytes &&
							    head.variables + 8 > m.varbinds[0].oid.bytes - 1))));
	assert(m.count <= BER_MAX_VARBINDS);
	for (size_t i = 0; i < m.count; i++) {
		const struct ber_varbind *v = &m.varbinds[i];
		char text[BER_MAX_SUBIDS * 11 + 1];
		uint8_t again[BER_MAX_OID + 8];
		struct scale_raw raw;
		assert(v->oid.bytes >= data && v->oid.bytes + v->oid.length <= data + size);
		assert(v->bytes >= data && v->bytes + v->length <= data + size);
		assert(ber_oid_arcs(v->oid, arcs, BER_MAX_SUBIDS + 1) < BER_MAX_SUBIDS);
		ber_oid_format(v->oid, text, sizeof(text));
		size_t length = ber_oid_parse(text, again, sizeof(again));
		assert(length > 0);
		assert(ber_oid_compare((struct ber_oid){ again, length }, v->oid) == 0);
		assert(ber_oid_compare(v->oid, v->oid) == 0);
		scale_read(v->type, v->number, v->bytes, v->length, &raw);
	}
	return 0;
}
