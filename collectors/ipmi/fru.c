/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "fru.h"
#include <hallwatt/wire.h>
#include <string.h>
#include <strings.h>

#define FORMAT_VERSION 1
#define END_OF_FIELDS 0xc1
#define FIELD_LENGTH 0x3f
#define ENGLISH 25
#define RECORD_VERSION 2
#define LAST_RECORD 0x80
#define RECORD_HEADER 5
#define MAX_RECORDS 64
#define SUPPLY_RECORD 0
#define MADE_EPOCH_MS INT64_C(820454400000) /* 1996-01-01 */

/* --- reading it piece by piece ------------------------------------------------------------------------------------- */

int fru_read_space(const void *bytes, size_t length, struct fru_space *out, struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	uint32_t size = (uint32_t)hwatt_wire_le(&in, 2);
	uint8_t flags = hwatt_wire_u8(&in);
	if (!hwatt_wire_ok(&in))
		return hwatt_fail(err, HWATT_EPROTO, "FRU facts of %zu octets, 3 are due", length);
	*out = (struct fru_space){ .size = size < FRU_MAX_OCTETS ? size : FRU_MAX_OCTETS, .words = (flags & 0x01u) != 0 };
	return 0;
}

size_t fru_ask(const struct fru_space *space, uint8_t device, size_t at, size_t octets, uint8_t out[4])
{
	if (at >= space->size)
		return 0;
	if (octets > space->size - at)
		octets = space->size - at;
	size_t unit = space->words ? 2 : 1;
	if (octets < unit)
		return 0; /* an odd octet at the end cannot be had by words */
	octets -= octets % unit;
	size_t offset = at / unit;
	out[0] = device;
	out[1] = (uint8_t)offset;
	out[2] = (uint8_t)(offset >> 8);
	out[3] = (uint8_t)(octets / unit);
	return octets;
}

const uint8_t *fru_piece(const struct fru_space *space, const void *bytes, size_t length, size_t asked, size_t *got,
			 struct hwatt_error *err)
{
	struct hwatt_wire in = hwatt_wire_from(bytes, length);
	size_t count = hwatt_wire_u8(&in) * (space->words ? (size_t)2 : (size_t)1);
	/* Some count in octets in spite of words; what came decides. */
	if (count > hwatt_wire_left(&in) && space->words)
		count /= 2;
	if (count > asked)
		count = asked;
	const uint8_t *piece = hwatt_wire_take(&in, count);
	if (piece == NULL || count == 0) {
		hwatt_fail(err, HWATT_EPROTO, "a piece of FRU data says %zu octets, %zu came", count,
			   length > 0 ? length - 1 : 0);
		return NULL;
	}
	*got = count;
	return piece;
}

size_t fru_extent(const struct fru_space *space, const uint8_t header[FRU_HEADER_OCTETS])
{
	bool any = false;
	for (size_t i = 2; i <= 5; i++)
		any = any || header[i] != 0;
	return any ? space->size : 0;
}

/* --- what it says -------------------------------------------------------------------------------------------------- */

static uint8_t sum_of(const uint8_t *bytes, size_t length)
{
	unsigned sum = 0;
	for (size_t i = 0; i < length; i++)
		sum += bytes[i];
	return (uint8_t)sum;
}

struct area { /* a part of the inventory, cut at its end */
	struct hwatt_wire in;
	bool foreign; /* its language is not English */
};

/* Opens the area at octet `at`, past its version and length; false when there is none that can be read. A length of 0, or
 * beyond the end, means up to the end. */
static bool open_area(const uint8_t *bytes, size_t length, size_t at, unsigned sum_note, struct area *out, struct fru *fru)
{
	if (at == 0)
		return false;
	if (at + 2 > length) {
		fru->notes |= FRU_LENGTH;
		return false;
	}
	if ((bytes[at] & 0x0f) != FORMAT_VERSION) {
		fru->notes |= FRU_VERSION;
		return false;
	}
	size_t said = (size_t)bytes[at + 1] * 8, left = length - at;
	bool lies = said == 0 || said > left;
	if (lies)
		fru->notes |= FRU_LENGTH;
	else if (sum_of(bytes + at, said) != 0)
		fru->notes |= sum_note;
	*out = (struct area){ .in = hwatt_wire_from(bytes + at, lies ? left : said) };
	hwatt_wire_take(&out->in, 2);
	return true;
}

/* The next field into `out`, NULL to pass it over; false at the end mark or where the area ends. */
static bool take_field(struct area *area, char *out, struct fru *fru)
{
	if (hwatt_wire_left(&area->in) == 0)
		return false;
	uint8_t type_length = hwatt_wire_u8(&area->in);
	if (type_length == END_OF_FIELDS)
		return false;
	size_t length = type_length & FIELD_LENGTH, left = hwatt_wire_left(&area->in);
	if (length > left) {
		fru->notes |= FRU_LENGTH;
		length = left;
	}
	const uint8_t *field = hwatt_wire_take(&area->in, length);
	if (out != NULL)
		idstring_field(idstring_encoding(type_length), area->foreign, field, length, out);
	return true;
}

static void read_fields(struct area *area, char *const *fields, size_t count, struct fru *fru)
{
	for (size_t i = 0; i < count; i++)
		if (!take_field(area, fields[i], fru))
			return;
}

static void read_chassis(struct area *area, struct fru *fru)
{
	char *const fields[] = { fru->chassis_part, fru->chassis_serial };
	fru->chassis_type = hwatt_wire_u8(&area->in);
	read_fields(area, fields, 2, fru);
}

static void read_language(struct area *area)
{
	uint8_t language = hwatt_wire_u8(&area->in);
	area->foreign = language != 0 && language != ENGLISH;
}

static void read_board(struct area *area, struct fru *fru)
{
	char *const fields[] = { fru->board_maker, fru->board_name, fru->board_serial, fru->board_part };
	read_language(area);
	uint64_t minutes = hwatt_wire_le(&area->in, 3);
	if (minutes != 0 && minutes != 0xffffff)
		fru->board_made_ms = MADE_EPOCH_MS + (int64_t)minutes * 60000;
	read_fields(area, fields, 4, fru);
}

static void read_product(struct area *area, struct fru *fru)
{
	char *const fields[] = { fru->product_maker, fru->product_name, fru->product_part, fru->product_version,
				 fru->product_serial, fru->product_asset };
	read_language(area);
	read_fields(area, fields, 6, fru);
}

/* Twelve bits of watts; what stands in the four reserved ones makes the rating doubtful. */
static uint32_t milli_of(uint64_t watts)
{
	return watts > 0x0fff || watts == 0 ? 0 : (uint32_t)watts * 1000;
}

static void read_supply(struct hwatt_wire in, struct fru *fru)
{
	struct fru_supply s = { .found = true };
	s.rated_mw = milli_of(hwatt_wire_le(&in, 2));
	uint64_t peak = hwatt_wire_le(&in, 2);
	s.peak_mva = peak == 0xffff ? 0 : (uint32_t)peak * 1000;
	hwatt_wire_take(&in, 2); /* inrush current and its interval */
	s.low_mv = (uint32_t)hwatt_wire_le(&in, 2) * 10;
	s.high_mv = (uint32_t)hwatt_wire_le(&in, 2) * 10;
	if (hwatt_wire_ok(&in))
		fru->supply = s;
	else
		fru->notes |= FRU_LENGTH;
}

static void read_records(const uint8_t *bytes, size_t length, size_t at, struct fru *fru)
{
	for (size_t n = 0; at != 0 && n < MAX_RECORDS; n++) {
		if (length < RECORD_HEADER || at > length - RECORD_HEADER) {
			fru->notes |= FRU_LENGTH;
			return;
		}
		const uint8_t *head = bytes + at;
		size_t body = head[2];
		if (sum_of(head, RECORD_HEADER) != 0) {
			fru->notes |= FRU_RECORD_SUM;
			if ((head[1] & 0x0f) != RECORD_VERSION)
				return; /* neither the sum nor the version: this is no record */
		}
		at += RECORD_HEADER;
		if (body > length - at) {
			fru->notes |= FRU_LENGTH;
			body = length - at;
		} else if ((uint8_t)(sum_of(bytes + at, body) + head[3]) != 0) {
			fru->notes |= FRU_RECORD_SUM;
		}
		if (head[0] == SUPPLY_RECORD && !fru->supply.found)
			read_supply(hwatt_wire_from(bytes + at, body), fru);
		if ((head[1] & LAST_RECORD) != 0)
			return;
		at += body;
	}
}

static bool is_blank(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != bytes[0])
			return false;
	return bytes[0] == 0 || bytes[0] == 0xff;
}

int fru_read(const void *inventory, size_t length, struct fru *out, struct hwatt_error *err)
{
	const uint8_t *bytes = inventory;
	if (length < FRU_HEADER_OCTETS)
		return hwatt_fail(err, HWATT_EPROTO, "an inventory of %zu octets has no header", length);
	if (is_blank(bytes, FRU_HEADER_OCTETS))
		return hwatt_fail(err, HWATT_ENODATA, "the inventory is blank");
	if ((bytes[0] & 0x0f) != FORMAT_VERSION)
		return hwatt_fail(err, HWATT_EPROTO, "inventory format %u, 1 is known", bytes[0] & 0x0fu);
	struct fru fru = { .notes = sum_of(bytes, FRU_HEADER_OCTETS) != 0 ? FRU_HEADER_SUM : 0 };
	struct area area;
	if (open_area(bytes, length, (size_t)bytes[2] * 8, FRU_CHASSIS_SUM, &area, &fru))
		read_chassis(&area, &fru);
	if (open_area(bytes, length, (size_t)bytes[3] * 8, FRU_BOARD_SUM, &area, &fru))
		read_board(&area, &fru);
	if (open_area(bytes, length, (size_t)bytes[4] * 8, FRU_PRODUCT_SUM, &area, &fru))
		read_product(&area, &fru);
	read_records(bytes, length, (size_t)bytes[5] * 8, &fru);
	*out = fru;
	return 0;
}

const char *fru_note_text(unsigned notes)
{
	static const struct {
		enum fru_note note;
		const char *text;
	} texts[] = {
		{ FRU_HEADER_SUM, "the header's checksum is wrong" },
		{ FRU_CHASSIS_SUM, "the chassis area's checksum is wrong" },
		{ FRU_BOARD_SUM, "the board area's checksum is wrong" },
		{ FRU_PRODUCT_SUM, "the product area's checksum is wrong" },
		{ FRU_RECORD_SUM, "a multirecord's checksum is wrong" },
		{ FRU_LENGTH, "an area or a field is said to be longer than it can be" },
		{ FRU_VERSION, "an area has a format that is not known" },
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if ((notes & (unsigned)texts[i].note) != 0)
			return texts[i].text;
	return NULL;
}
