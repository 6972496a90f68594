/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "recording.h"
#include <arpa/inet.h>
#include <hallwatt/arena.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_MESSAGE 1472u

static _Noreturn void die(const char *what, const char *which)
{
	fprintf(stderr, "%s: %s\n", which, what);
	exit(2);
}

static struct ber_oid oid_of(const struct row *row)
{
	return (struct ber_oid){ row->oid, row->oid_length };
}

/* The first row at or above `oid`. */
static size_t lower(const struct recording *r, struct ber_oid oid)
{
	size_t low = 0, high = r->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (ber_oid_compare(oid_of(&r->rows[middle]), oid) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct row *place(struct recording *r, const char *text)
{
	uint8_t oid[BER_MAX_OID];
	size_t length = ber_oid_parse(text, oid, sizeof(oid));
	if (length == 0)
		die("no OID", text);
	size_t at = lower(r, (struct ber_oid){ oid, length });
	if (at < r->count && ber_oid_compare(oid_of(&r->rows[at]), (struct ber_oid){ oid, length }) == 0)
		return &r->rows[at];
	if ((r->count & (r->count - 1)) == 0)
		r->rows = hwatt_realloc(r->rows, (r->count > 0 ? r->count * 2 : 1) * sizeof(*r->rows));
	memmove(&r->rows[at + 1], &r->rows[at], (r->count++ - at) * sizeof(*r->rows));
	memset(&r->rows[at], 0, sizeof(r->rows[at]));
	memcpy(r->rows[at].oid, oid, length);
	r->rows[at].oid_length = length;
	return &r->rows[at];
}

static void set_octets(struct row *row, int type, const void *bytes, size_t length)
{
	uint8_t *copy = hwatt_alloc(length + 1);
	if (length > 0)
		memcpy(copy, bytes, length);
	free(row->value);
	row->type = type;
	row->value = copy;
	row->length = length;
}

static void set_number(struct row *row, int type, int64_t number)
{
	uint8_t octets[9];
	size_t n = 0, at = sizeof(octets);
	bool positive = type != BER_INTEGER; /* unsigned: a leading zero keeps it so */
	do {
		octets[--at] = (uint8_t)number;
		number >>= 8;
		n++;
	} while (n < 8 && !((number == 0 && (octets[at] & 0x80u) == 0) ||
			    (!positive && number == -1 && (octets[at] & 0x80u) != 0)));
	if (positive && (octets[at] & 0x80u) != 0) {
		octets[--at] = 0;
		n++;
	}
	set_octets(row, type, octets + at, n);
}

void recording_set(struct recording *r, const char *oid, int type, int64_t number)
{
	set_number(place(r, oid), type, number);
}

void recording_set_text(struct recording *r, const char *oid, const char *text)
{
	set_octets(place(r, oid), BER_STRING, text, strlen(text));
}

struct row *recording_row(struct recording *r, const char *oid)
{
	uint8_t bytes[BER_MAX_OID];
	struct ber_oid key = { bytes, ber_oid_parse(oid, bytes, sizeof(bytes)) };
	size_t at = lower(r, key);
	return at < r->count && ber_oid_compare(oid_of(&r->rows[at]), key) == 0 ? &r->rows[at] : NULL;
}

void recording_remove(struct recording *r, const char *oid)
{
	struct row *row = recording_row(r, oid);
	if (row == NULL)
		return;
	size_t at = (size_t)(row - r->rows);
	free(row->value);
	memmove(row, row + 1, (--r->count - at) * sizeof(*row));
}

static size_t unhex(char *text)
{
	size_t n = 0;
	for (; text[2 * n] != '\0' && text[2 * n + 1] != '\0'; n++) {
		unsigned octet;
		if (sscanf(text + 2 * n, "%2x", &octet) != 1)
			break;
		text[n] = (char)octet;
	}
	return n;
}

static void read_line(struct recording *r, char *line)
{
	char *type = strchr(line, '|'), *value = type != NULL ? strchr(type + 1, '|') : NULL;
	if (value == NULL)
		die("no recording line", line);
	*type++ = '\0';
	*value++ = '\0';
	value[strcspn(value, "\r\n")] = '\0';
	struct row *row = place(r, line);
	int tag = atoi(type);
	bool hex = strchr(type, 'x') != NULL;
	uint8_t oid[BER_MAX_OID];
	struct in_addr address;
	switch (tag) {
	case BER_STRING:
	case BER_OPAQUE:
		set_octets(row, tag, value, hex ? unhex(value) : strlen(value));
		break;
	case BER_NULL:
		set_octets(row, tag, "", 0);
		break;
	case BER_OID:
		set_octets(row, tag, oid, ber_oid_parse(value, oid, sizeof(oid)));
		break;
	case BER_IPADDRESS:
		if (hex || inet_pton(AF_INET, value, &address) != 1)
			memset(&address, 0, sizeof(address));
		set_octets(row, tag, &address, 4);
		break;
	default:
		set_number(row, tag, (int64_t)strtoull(value, NULL, 10));
		if (value[0] == '-')
			set_number(row, tag, strtoll(value, NULL, 10));
	}
}

static void load(struct recording *r, const char *path)
{
	char *line = NULL;
	size_t size = 0;
	FILE *in = fopen(path, "r");
	if (in == NULL)
		die("cannot be read", path);
	while (getline(&line, &size, in) > 0)
		if (line[0] != '#' && line[0] != '\n')
			read_line(r, line);
	free(line);
	fclose(in);
}

/* Answers: written forwards, with two octets for every outer length. */
struct out {
	uint8_t bytes[8192];
	size_t length;
};

static void put(struct out *o, const void *bytes, size_t length)
{
	if (length > sizeof(o->bytes) - o->length)
		die("too large", "answer");
	if (length > 0)
		memcpy(o->bytes + o->length, bytes, length);
	o->length += length;
}

static size_t begin(struct out *o, uint8_t tag)
{
	uint8_t head[4] = { tag, 0x82 };
	put(o, head, 4);
	return o->length;
}

static void end(struct out *o, size_t from)
{
	size_t n = o->length - from;
	o->bytes[from - 2] = (uint8_t)(n >> 8);
	o->bytes[from - 1] = (uint8_t)n;
}

static void put_value(struct out *o, int type, const void *bytes, size_t length)
{
	size_t at = begin(o, (uint8_t)type);
	put(o, bytes, length);
	end(o, at);
}

static void put_integer(struct out *o, int64_t value)
{
	struct row row = { .oid_length = 0 };
	set_number(&row, BER_INTEGER, value);
	put_value(o, BER_INTEGER, row.value, row.length);
	free(row.value);
}

static void put_varbind(struct out *o, struct ber_oid oid, int type, const void *bytes, size_t length)
{
	size_t at = begin(o, BER_SEQUENCE);
	put_value(o, BER_OID, oid.bytes, oid.length);
	put_value(o, type, bytes, length);
	end(o, at);
}

static void head(struct out *o, const struct ber_message *m, int64_t id, int status, int64_t index, size_t at[3])
{
	o->length = 0;
	at[0] = begin(o, BER_SEQUENCE);
	put_integer(o, m->version);
	put_value(o, BER_STRING, m->community, m->community_length);
	at[1] = begin(o, BER_RESPONSE);
	put_integer(o, id);
	put_integer(o, status);
	put_integer(o, index);
	at[2] = begin(o, BER_SEQUENCE);
}

static void tail(struct out *o, const size_t at[3])
{
	for (int i = 2; i >= 0; i--)
		end(o, at[i]);
}

static void refuse(struct out *o, const struct ber_message *m, int status, int64_t index)
{
	size_t at[3];
	head(o, m, m->request_id, status, index, at);
	for (size_t i = 0; i < m->count; i++)
		put_varbind(o, m->varbinds[i].oid, BER_NULL, "", 0);
	tail(o, at);
}

/* The row after `oid`, one that v1 can see; NULL at the end. */
static const struct row *after(const struct recording *r, struct ber_oid oid, bool v1)
{
	size_t at = lower(r, oid);
	while (at < r->count && (ber_oid_compare(oid_of(&r->rows[at]), oid) == 0 || (v1 && r->rows[at].type == BER_COUNTER64)))
		at++;
	return at < r->count ? &r->rows[at] : NULL;
}

static void put_row(const struct recording *r, struct out *o, const struct row *row, int64_t stranger)
{
	uint8_t lie[2] = { 0x30, (uint8_t)stranger };
	if (r->fault == FAULT_NULLS)
		put_varbind(o, oid_of(row), BER_NULL, "", 0);
	else if (stranger != 0 && row->type == BER_INTEGER)
		put_varbind(o, oid_of(row), BER_INTEGER, lie, 2);
	else
		put_varbind(o, oid_of(row), row->type, row->value, row->length);
}

static bool answer_get(const struct recording *r, struct out *o, const struct ber_message *m, int64_t id, int64_t stranger)
{
	size_t at[3];
	head(o, m, id, 0, 0, at);
	for (size_t i = 0; i < m->count; i++) {
		struct ber_oid oid = m->varbinds[i].oid;
		size_t n = lower(r, oid);
		if (r->fault == FAULT_GET_SHORT && m->count > r->most && i == r->most)
			break;
		if (r->fault == FAULT_GET_ASTRAY && m->count > r->most && i >= r->most) {
			n += n + 1 < r->count;
			oid = oid_of(&r->rows[n]);
		}
		bool there = n < r->count && ber_oid_compare(oid_of(&r->rows[n]), oid) == 0;
		if (m->version == BER_V1 && (!there || r->rows[n].type == BER_COUNTER64)) {
			refuse(o, m, BER_NO_SUCH_NAME, (int64_t)i + 1);
			return true;
		}
		if (there)
			put_row(r, o, &r->rows[n], stranger);
		else
			put_varbind(o, oid, BER_NO_INSTANCE, "", 0);
	}
	tail(o, at);
	return true;
}

static bool answer_next(const struct recording *r, struct out *o, const struct ber_message *m, int64_t repetitions)
{
	size_t at[3];
	struct ber_oid cursor[BER_MAX_VARBINDS];
	bool v1 = m->version == BER_V1;
	head(o, m, m->request_id, 0, 0, at);
	for (size_t i = 0; i < m->count; i++)
		cursor[i] = m->varbinds[i].oid;
	for (int64_t k = 0; k < repetitions; k++) {
		for (size_t i = 0; i < m->count && o->length + 100 < MAX_MESSAGE; i++) {
			const struct row *row = after(r, cursor[i], v1);
			if (r->fault == FAULT_LOOP && row != NULL)
				row = after(r, (struct ber_oid){ row->oid, row->oid_length - 1 }, v1);
			if (row == NULL && v1) {
				refuse(o, m, BER_NO_SUCH_NAME, (int64_t)i + 1);
				return true;
			}
			if (row == NULL) {
				put_varbind(o, cursor[i], BER_END_OF_VIEW, "", 0);
				continue;
			}
			put_row(r, o, row, 0);
			cursor[i] = oid_of(row);
		}
	}
	tail(o, at);
	return true;
}

static size_t asked_for(const struct ber_message *m)
{
	return m->pdu == BER_GETBULK ? m->count * (size_t)m->error_index : m->count;
}

/* Builds the answer; false: none. */
static bool answer(struct recording *r, struct out *o, const struct ber_message *m)
{
	r->requests++;
	r->gets += m->pdu == BER_GET;
	r->nexts += m->pdu == BER_GETNEXT;
	r->bulks += m->pdu == BER_GETBULK;
	if (strlen(r->community) != m->community_length || memcmp(r->community, m->community, m->community_length) != 0)
		return false;
	if (r->fault == FAULT_STALLS && r->requests % 8 >= 5)
		return false;
	if (r->fault == FAULT_SILENT || (r->fault == FAULT_DEAF && asked_for(m) > r->most))
		return false;
	if ((r->fault == FAULT_TOO_BIG || r->fault == FAULT_GEN_ERR) && asked_for(m) > r->most) {
		refuse(o, m, r->fault == FAULT_TOO_BIG ? BER_TOO_BIG : BER_GEN_ERR, 0);
		return true;
	}
	if (r->fault == FAULT_BULK_DEAF && m->pdu == BER_GETBULK)
		return false;
	if (m->pdu == BER_GET && m->count > r->most && r->fault >= FAULT_GET_TOO_BIG && r->fault <= FAULT_GET_DEAF) {
		if (r->fault != FAULT_GET_DEAF)
			refuse(o, m, r->fault == FAULT_GET_TOO_BIG ? BER_TOO_BIG : BER_GEN_ERR, 0);
		return r->fault != FAULT_GET_DEAF;
	}
	if (m->pdu == BER_GET)
		return answer_get(r, o, m, m->request_id, 0);
	if (m->pdu == BER_GETNEXT)
		return answer_next(r, o, m, 1);
	if (m->pdu == BER_GETBULK && m->version == BER_V2C)
		return answer_next(r, o, m, r->fault == FAULT_SHORT ? 1 : m->error_index);
	return false;
}

static void deliver(int fd, const void *bytes, size_t length, const struct sockaddr_storage *to, socklen_t size)
{
	if (sendto(fd, bytes, length, 0, (const struct sockaddr *)to, size) < 0)
		die("cannot answer", "recording");
}

struct held {
	struct held *next;
	int64_t due_ms;
	struct sockaddr_storage to;
	socklen_t size;
	size_t length;
	uint8_t bytes[];
};

static void on_late(uv_timer_t *timer)
{
	struct recording *r = timer->data;
	int64_t now_ms = (int64_t)uv_now(timer->loop);
	while (r->first != NULL && r->first->due_ms <= now_ms) {
		struct held *h = r->first;
		r->first = h->next;
		deliver(r->fd, h->bytes, h->length, &h->to, h->size);
		free(h);
	}
	if (r->first == NULL)
		r->last = &r->first;
	else
		uv_timer_start(timer, on_late, (uint64_t)(r->first->due_ms - now_ms), 0);
}

static void hold(struct recording *r, const struct out *o, const struct sockaddr_storage *to, socklen_t size)
{
	struct held *h = hwatt_alloc(sizeof(*h) + o->length);
	h->due_ms = (int64_t)uv_now(r->late.loop) + r->delay_ms;
	h->to = *to;
	h->size = size;
	h->length = o->length;
	memcpy(h->bytes, o->bytes, o->length);
	*r->last = h;
	r->last = &h->next;
	if (!uv_is_active((uv_handle_t *)&r->late))
		uv_timer_start(&r->late, on_late, (uint64_t)r->delay_ms, 0);
}

static bool is_deaf_to(const struct recording *r, const struct ber_message *m)
{
	uint8_t bytes[BER_MAX_OID];
	if (r->deaf_to == NULL)
		return false;
	struct ber_oid below = { bytes, ber_oid_parse(r->deaf_to, bytes, sizeof(bytes)) };
	for (size_t i = 0; i < m->count; i++)
		if (ber_oid_below(m->varbinds[i].oid, below))
			return true;
	return false;
}

static void on_request(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	struct recording *r = poll->data;
	static const uint8_t garbage[] = { 0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x02, 0x01 };
	uint8_t packet[4096];
	struct ber_message *m = hwatt_alloc(sizeof(*m));
	struct out *o = hwatt_alloc(sizeof(*o));
	struct sockaddr_storage from;
	socklen_t size = sizeof(from);
	ssize_t n;
	while ((n = recvfrom(r->fd, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&from, &size)) >= 0) {
		if (ber_decode(packet, (size_t)n, m, NULL) < 0)
			die("malformed request", "recording");
		if (is_deaf_to(r, m) || !answer(r, o, m))
			continue;
		if (r->delay_ms > 0) {
			hold(r, o, &from, size);
			continue;
		}
		if (r->fault == FAULT_GARBAGE || r->fault == FAULT_BABBLE)
			deliver(r->fd, garbage, sizeof(garbage), &from, size);
		if (r->fault == FAULT_BABBLE)
			continue;
		if (r->fault == FAULT_TRUNCATED)
			deliver(r->fd, o->bytes, o->length / 2, &from, size);
		if (r->fault == FAULT_STRANGER || r->fault == FAULT_OTHER_ID) {
			struct out *lie = hwatt_alloc(sizeof(*lie));
			if (m->pdu == BER_GET) {
				answer_get(r, lie, m, r->fault == FAULT_OTHER_ID ? m->request_id ^ 0x10000 : m->request_id, 57);
				deliver(r->fault == FAULT_STRANGER ? r->stranger : r->fd, lie->bytes, lie->length, &from, size);
			}
			free(lie);
		}
		deliver(r->fd, o->bytes, o->length, &from, size);
		if (r->fault == FAULT_TWICE)
			deliver(r->fd, o->bytes, o->length, &from, size);
	}
	free(m);
	free(o);
}

static int bound(int family, uint16_t *port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr *address = family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6;
	socklen_t size = family == AF_INET ? sizeof(v4) : sizeof(v6);
	int fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, address, size) < 0 || getsockname(fd, address, &size) < 0)
		die("no socket", "recording");
	*port = ntohs(family == AF_INET ? v4.sin_port : v6.sin6_port);
	return fd;
}

void recording_open(struct recording *r, uv_loop_t *loop, const char *path, int family)
{
	uint16_t other;
	*r = (struct recording){ .community = "public" };
	load(r, path);
	r->fd = bound(family, &r->port);
	r->stranger = bound(family, &other);
	uv_poll_init(loop, &r->poll, r->fd);
	r->poll.data = r;
	uv_poll_start(&r->poll, UV_READABLE, on_request);
	uv_timer_init(loop, &r->late);
	r->late.data = r;
	r->last = &r->first;
}

static void on_closed(uv_handle_t *handle)
{
	struct recording *r = handle->data;
	close(r->fd);
	close(r->stranger);
	while (r->first != NULL) {
		struct held *h = r->first;
		r->first = h->next;
		free(h);
	}
	for (size_t i = 0; i < r->count; i++)
		free(r->rows[i].value);
	free(r->rows);
	r->rows = NULL;
	r->count = 0;
}

void recording_close(struct recording *r)
{
	uv_close((uv_handle_t *)&r->late, NULL);
	uv_close((uv_handle_t *)&r->poll, on_closed);
}
