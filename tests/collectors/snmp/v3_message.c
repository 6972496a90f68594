/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "v3_message.h"
#include <string.h>

/* Written from the end to the start. */
struct back {
	uint8_t *bytes;
	size_t at;
	int failed;
};

static void put(struct back *w, const void *bytes, size_t length)
{
	if (w->failed || length > w->at) {
		w->failed = 1;
		return;
	}
	w->at -= length;
	if (length > 0)
		memcpy(w->bytes + w->at, bytes, length);
}

static void put_head(struct back *w, uint8_t tag, size_t length)
{
	uint8_t head[4] = { tag, 0x82, (uint8_t)(length >> 8), (uint8_t)length };
	put(w, head, sizeof(head));
}

static void put_octets(struct back *w, uint8_t tag, const void *bytes, size_t length)
{
	put(w, bytes, length);
	put_head(w, tag, length);
}

static void put_number(struct back *w, int64_t value)
{
	uint8_t octets[8];
	for (int i = 0; i < 8; i++)
		octets[i] = (uint8_t)(value >> (56 - 8 * i));
	put_octets(w, 2, octets, 8);
}

static size_t finish(struct back *w, size_t size, uint8_t *out)
{
	if (w->failed)
		return 0;
	memmove(out, out + w->at, size - w->at);
	return size - w->at;
}

size_t v3_write(const struct v3_message *m, uint8_t *out, size_t size)
{
	static const uint8_t zeros[64];
	struct back w = { out, size, 0 };
	if ((m->flags & 2u) != 0) {
		put_octets(&w, 4, m->pdu, m->pdu_length);
	} else {
		put(&w, m->pdu, m->pdu_length);
		put_octets(&w, 4, NULL, 0);
		put_octets(&w, 4, m->engine, strlen(m->engine));
		put_head(&w, 0x30, size - w.at);
	}
	size_t end = w.at;
	put_octets(&w, 4, zeros, (m->flags & 2u) != 0 ? 8 : 0);
	put_octets(&w, 4, zeros, m->digest_length);
	put_octets(&w, 4, m->user, strlen(m->user));
	put_number(&w, m->time);
	put_number(&w, m->boots);
	put_octets(&w, 4, m->engine, strlen(m->engine));
	put_head(&w, 0x30, end - w.at);
	put_head(&w, 4, end - w.at);
	end = w.at;
	put_number(&w, 3);
	put_octets(&w, 4, &m->flags, 1);
	put_number(&w, 65507);
	put_number(&w, m->id);
	put_head(&w, 0x30, end - w.at);
	put_number(&w, 3);
	put_head(&w, 0x30, size - w.at);
	return finish(&w, size, out);
}

size_t v3_write_report(uint32_t id, const uint8_t *oid, size_t length, uint8_t *out, size_t size)
{
	static const uint8_t count[] = { 0x41, 1, 7 };
	struct back w = { out, size, 0 };
	put(&w, count, sizeof(count));
	put_octets(&w, 6, oid, length);
	put_head(&w, 0x30, size - w.at);
	put_head(&w, 0x30, size - w.at);
	put_number(&w, 0);
	put_number(&w, 0);
	put_number(&w, id);
	put_head(&w, 0xa8, size - w.at);
	return finish(&w, size, out);
}
