/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "snmprec.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Net-SNMP's numbers of floating point stand in Opaque: tag, length, the bits, most significant octet first. */
static size_t opaque(const struct ber_varbind *v, uint8_t *out)
{
	size_t width = v->type == BER_FLOAT ? 4 : 8;
	out[0] = 0x9f;
	out[1] = (uint8_t)(v->type & 0xffu);
	out[2] = (uint8_t)width;
	for (size_t i = 0; i < width; i++)
		out[3 + i] = (uint8_t)((uint64_t)v->number >> (8 * (width - 1 - i)));
	return 3 + width;
}

void snmprec_add(struct snmprec *rec, const struct ber_varbind *v)
{
	uint8_t wrapped[16];
	struct snmprec_row row = { .type = v->type, .number = v->number };
	const uint8_t *bytes = v->bytes;
	size_t length = 0;
	if (ber_is_exception(v->type))
		return;
	if (v->type == BER_FLOAT || v->type == BER_DOUBLE) {
		row.type = BER_OPAQUE;
		length = opaque(v, wrapped);
		bytes = wrapped;
	} else if (v->type == BER_STRING || v->type == BER_OID || v->type == BER_IPADDRESS || v->type == BER_OPAQUE) {
		length = v->length;
	}
	if (rec->arena == NULL)
		rec->arena = hwatt_arena_new();
	if (rec->count == rec->capacity) {
		rec->capacity = rec->capacity > 0 ? rec->capacity * 2 : 256;
		rec->rows = hwatt_realloc(rec->rows, rec->capacity * sizeof(*rec->rows));
	}
	row.oid = hwatt_arena_alloc(rec->arena, v->oid.length + length + 1);
	row.oid_length = v->oid.length;
	memcpy(row.oid, v->oid.bytes, v->oid.length);
	row.bytes = row.oid + v->oid.length;
	row.length = length;
	if (length > 0)
		memcpy(row.bytes, bytes, length);
	rec->octets += v->oid.length + length + sizeof(row);
	rec->rows[rec->count++] = row;
}

void snmprec_free(struct snmprec *rec)
{
	if (rec->arena != NULL)
		hwatt_arena_free(rec->arena);
	free(rec->rows);
	*rec = (struct snmprec){ 0 };
}

static int by_oid(const void *a, const void *b)
{
	const struct snmprec_row *x = a, *y = b;
	return ber_oid_compare((struct ber_oid){ x->oid, x->oid_length }, (struct ber_oid){ y->oid, y->oid_length });
}

void snmprec_sort(struct snmprec *rec)
{
	size_t kept = 0;
	if (rec->count == 0)
		return;
	qsort(rec->rows, rec->count, sizeof(*rec->rows), by_oid);
	for (size_t i = 1; i < rec->count; i++)
		if (by_oid(&rec->rows[kept], &rec->rows[i]) != 0)
			rec->rows[++kept] = rec->rows[i];
	rec->count = kept + 1;
}

static bool plain(const struct snmprec_row *row)
{
	for (size_t i = 0; i < row->length; i++)
		if (row->bytes[i] < 0x20 || row->bytes[i] > 0x7e)
			return false;
	return row->length == 0 || (row->bytes[0] != ' ' && row->bytes[row->length - 1] != ' ');
}

static void put_hex(const struct snmprec_row *row, struct hwatt_text *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < row->length; i++) {
		hwatt_text_putc(out, digits[row->bytes[i] >> 4]);
		hwatt_text_putc(out, digits[row->bytes[i] & 15]);
	}
}

static void put_value(const struct snmprec_row *row, struct hwatt_text *out)
{
	char text[BER_MAX_SUBIDS * 11];
	switch (row->type) {
	case BER_STRING:
		hwatt_text_puts(out, plain(row) ? "|" : "x|");
		if (plain(row))
			hwatt_text_put(out, (const char *)row->bytes, row->length);
		else
			put_hex(row, out);
		break;
	case BER_OPAQUE:
		hwatt_text_puts(out, "x|");
		put_hex(row, out);
		break;
	case BER_OID:
		ber_oid_format((struct ber_oid){ row->bytes, row->length }, text, sizeof(text));
		hwatt_text_printf(out, "|%s", text);
		break;
	case BER_IPADDRESS:
		hwatt_text_putc(out, '|');
		for (size_t i = 0; i < row->length; i++)
			hwatt_text_printf(out, "%s%u", i > 0 ? "." : "", row->bytes[i]);
		break;
	case BER_NULL:
		hwatt_text_putc(out, '|');
		break;
	case BER_COUNTER64:
		hwatt_text_printf(out, "|%" PRIu64, (uint64_t)row->number);
		break;
	default:
		hwatt_text_printf(out, "|%" PRId64, row->number);
	}
}

void snmprec_write(const struct snmprec *rec, struct hwatt_text *out)
{
	char oid[BER_MAX_SUBIDS * 11];
	for (size_t i = 0; i < rec->count; i++) {
		const struct snmprec_row *row = &rec->rows[i];
		ber_oid_format((struct ber_oid){ row->oid, row->oid_length }, oid, sizeof(oid));
		hwatt_text_printf(out, "%s|%u", oid, (unsigned)row->type);
		put_value(row, out);
		hwatt_text_putc(out, '\n');
	}
}
