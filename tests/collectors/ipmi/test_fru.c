/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "fru.h"
#include <hallwatt/part.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct image { /* an inventory being made */
	uint8_t bytes[512];
	size_t length;
};

static uint8_t balance(const uint8_t *bytes, size_t length)
{
	unsigned sum = 0;
	for (size_t i = 0; i < length; i++)
		sum += bytes[i];
	return (uint8_t)(0u - sum);
}

static void put(struct image *i, const void *bytes, size_t length)
{
	memcpy(i->bytes + i->length, bytes, length);
	i->length += length;
}

static void put_text(struct image *i, const char *text)
{
	uint8_t head = (uint8_t)(0xc0 | strlen(text));
	put(i, &head, 1);
	put(i, text, strlen(text));
}

static void end_area(struct image *i, size_t start)
{
	uint8_t end = 0xc1, zero = 0;
	put(i, &end, 1);
	while ((i->length - start) % 8 != 7)
		put(i, &zero, 1);
	i->bytes[start + 1] = (uint8_t)((i->length - start + 1) / 8);
	uint8_t sum = balance(i->bytes + start, i->length - start);
	put(i, &sum, 1);
}

static void end_header(struct image *i)
{
	i->bytes[7] = 0;
	i->bytes[7] = balance(i->bytes, 7);
}

/* Chassis, board, product and a supply of 750 W. */
static struct image whole(void)
{
	struct image i = { .bytes = { 1 }, .length = 8 };
	i.bytes[2] = 1;
	put(&i, (const uint8_t[]){ 1, 0, 23 }, 3);
	put_text(&i, "CH-PART");
	put_text(&i, "CH-0001");
	end_area(&i, 8);
	size_t board = i.length;
	i.bytes[3] = (uint8_t)(board / 8);
	put(&i, (const uint8_t[]){ 1, 0, 25, 0x20, 0x30, 0xc0 }, 6);
	put_text(&i, "Acme");
	put_text(&i, "Board 9");
	put_text(&i, "BRD00017");
	put(&i, (const uint8_t[]){ 0x83, 0x29, 0xdc, 0xa6 }, 4); /* packed: "IPMI" */
	end_area(&i, board);
	size_t product = i.length;
	i.bytes[4] = (uint8_t)(product / 8);
	put(&i, (const uint8_t[]){ 1, 0, 25 }, 3);
	put_text(&i, "Acme Computers, Makers of Servers");
	put_text(&i, "Server 1U");
	put_text(&i, "PN-12");
	put(&i, (const uint8_t[]){ 0x42, 0x12, 0xc3 }, 3); /* BCD plus: "12.3" */
	put_text(&i, "SRV00042");
	put(&i, (const uint8_t[]){ 0x02, 0xab, 0x01 }, 3); /* binary */
	end_area(&i, product);
	i.bytes[5] = (uint8_t)(i.length / 8);
	uint8_t record[5 + 24] = { 0, 0x82, 24, 0, 0, 0xee, 0x02, 0x20, 0x03, 0, 0, 0x28, 0x23, 0xf0, 0x3c };
	record[3] = balance(record + 5, 24);
	record[4] = balance(record, 4);
	put(&i, record, sizeof(record));
	end_header(&i);
	return i;
}

static struct fru read_image(const struct image *i)
{
	struct fru f;
	struct hwatt_error err = { 0 };
	if (fru_read(i->bytes, i->length, &f, &err) < 0)
		fail_msg("%s", err.text);
	return f;
}

static void all_areas_are_read(void **state)
{
	(void)state;
	struct image i = whole();
	struct fru f = read_image(&i);
	assert_int_equal(f.notes, 0);
	assert_null(fru_note_text(f.notes));
	assert_int_equal(f.chassis_type, 23);
	assert_string_equal(f.chassis_part, "CH-PART");
	assert_string_equal(f.chassis_serial, "CH-0001");
	assert_string_equal(f.board_maker, "Acme");
	assert_string_equal(f.board_name, "Board 9");
	assert_string_equal(f.board_serial, "BRD00017");
	assert_string_equal(f.board_part, "IPMI");
	assert_int_equal(f.board_made_ms, INT64_C(820454400000) + INT64_C(0xc03020) * 60000);
	assert_string_equal(f.product_maker, "Acme Computers, Makers of Servers");
	assert_string_equal(f.product_name, "Server 1U");
	assert_string_equal(f.product_part, "PN-12");
	assert_string_equal(f.product_version, "12.3");
	assert_string_equal(f.product_serial, "SRV00042");
	assert_string_equal(f.product_asset, "ab01");
	assert_true(f.supply.found);
	assert_int_equal(f.supply.rated_mw, 750000);
	assert_int_equal(f.supply.peak_mva, 800000);
	assert_int_equal(f.supply.low_mv, 90000);
	assert_int_equal(f.supply.high_mv, 156000);
}

static void a_wrong_checksum_is_noted_and_read_past(void **state)
{
	(void)state;
	static const struct {
		size_t header_at; /* 0: the header itself */
		unsigned note;
	} rows[] = { { 0, FRU_HEADER_SUM }, { 2, FRU_CHASSIS_SUM }, { 3, FRU_BOARD_SUM }, { 4, FRU_PRODUCT_SUM } };
	for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
		struct image i = whole();
		size_t start = (size_t)i.bytes[rows[n].header_at] * 8;
		if (rows[n].header_at == 0)
			i.bytes[7]++;
		else
			i.bytes[start + (size_t)i.bytes[start + 1] * 8 - 1]++;
		struct fru f = read_image(&i);
		assert_int_equal(f.notes, rows[n].note);
		assert_non_null(fru_note_text(f.notes));
		assert_string_equal(f.product_serial, "SRV00042");
		assert_string_equal(f.chassis_serial, "CH-0001");
	}
	struct image i = whole();
	i.bytes[i.length - 1]++; /* inside the supply's record */
	struct fru f = read_image(&i);
	assert_int_equal(f.notes, FRU_RECORD_SUM);
	assert_int_equal(f.supply.rated_mw, 750000);
}

static void areas_that_lie_about_their_length(void **state)
{
	(void)state;
	struct image i = whole();
	i.bytes[(size_t)i.bytes[4] * 8 + 1] = 0xff; /* the product area: beyond the end */
	struct fru f = read_image(&i);
	assert_int_equal(f.notes, FRU_LENGTH);
	assert_string_equal(f.product_serial, "SRV00042");
	i.bytes[(size_t)i.bytes[4] * 8 + 1] = 0;
	f = read_image(&i);
	assert_int_equal(f.notes, FRU_LENGTH);
	assert_string_equal(f.product_name, "Server 1U");
	/* A field longer than its area keeps what there is of it. */
	struct image cut = { .bytes = { 1, 0, 1 }, .length = 8 };
	put(&cut, (const uint8_t[]){ 1, 1, 23, 0xc2, 'A', 'B', 0xff, 'C' }, 8);
	end_header(&cut);
	f = read_image(&cut);
	assert_string_equal(f.chassis_part, "AB");
	assert_string_equal(f.chassis_serial, "C");
	assert_true((f.notes & FRU_LENGTH) != 0);
}

static void an_area_outside_the_inventory_or_of_another_format_is_passed_over(void **state)
{
	(void)state;
	struct image i = whole();
	i.bytes[3] = 0xf0;
	end_header(&i);
	struct fru f = read_image(&i);
	assert_int_equal(f.notes, FRU_LENGTH);
	assert_string_equal(f.board_name, "");
	assert_string_equal(f.product_serial, "SRV00042");
	i = whole();
	i.bytes[(size_t)i.bytes[3] * 8] = 2;
	f = read_image(&i);
	assert_int_equal(f.notes, FRU_VERSION);
	assert_string_equal(f.board_name, "");
}

static void every_cut_is_survived(void **state)
{
	(void)state;
	struct image i = whole();
	for (size_t length = 0; length < i.length; length++) {
		struct fru f;
		struct hwatt_error err = { 0 };
		int rc = fru_read(i.bytes, length, &f, &err);
		assert_int_equal(rc, length < 8 ? -1 : 0);
		if (rc == 0) {
			assert_true((f.notes & FRU_LENGTH) != 0);
			assert_memory_equal(f.chassis_serial, "CH-0001", strlen(f.chassis_serial));
		}
	}
}

static void blank_and_foreign_memory_is_no_inventory(void **state)
{
	(void)state;
	uint8_t blank[64];
	struct fru f;
	struct hwatt_error err = { 0 };
	memset(blank, 0xff, sizeof(blank));
	assert_int_equal(fru_read(blank, sizeof(blank), &f, &err), -1);
	assert_int_equal(err.code, HWATT_ENODATA);
	memset(blank, 0, sizeof(blank));
	assert_int_equal(fru_read(blank, sizeof(blank), &f, &err), -1);
	assert_int_equal(err.code, HWATT_ENODATA);
	blank[0] = 0x7f;
	assert_int_equal(fru_read(blank, sizeof(blank), &f, &err), -1);
	assert_int_equal(err.code, HWATT_EPROTO);
}

static void ratings_with_reserved_bits_are_doubted_and_records_chained(void **state)
{
	(void)state;
	struct image i = { .bytes = { 1, 0, 0, 0, 0, 1 }, .length = 8 };
	put(&i, (const uint8_t[]){ 0xc0, 0x02, 3, 0, 0, 1, 2, 3 }, 8); /* an OEM record before it */
	i.bytes[8 + 3] = balance(i.bytes + 13, 3);
	i.bytes[8 + 4] = balance(i.bytes + 8, 4);
	size_t at = i.length;
	uint8_t record[5 + 10] = { 0, 0x82, 10, 0, 0, 0xee, 0x12 };
	record[3] = balance(record + 5, 10);
	record[4] = balance(record, 4);
	put(&i, record, sizeof(record));
	end_header(&i);
	struct fru f = read_image(&i);
	assert_int_equal(f.notes, 0);
	assert_true(f.supply.found);
	assert_int_equal(f.supply.rated_mw, 0);
	i.bytes[8 + 4]++; /* the first record's head does not add up, but is one by its version */
	assert_int_equal(read_image(&i).notes, FRU_RECORD_SUM);
	assert_true(read_image(&i).supply.found);
	i.bytes[8 + 1] ^= 0x0f;
	assert_false(read_image(&i).supply.found);
	i.bytes[8 + 1] ^= 0x0f;
	i.bytes[8 + 4]--;
	i.bytes[at + 1] = 0x02; /* not the last one any more: the chain runs off the end */
	i.bytes[at + 4] = 0;
	i.bytes[at + 4] = balance(i.bytes + at, 4);
	assert_int_equal(read_image(&i).notes, FRU_LENGTH);
}

static void another_language_may_be_utf16(void **state)
{
	(void)state;
	char out[IDSTRING_SIZE];
	idstring_field(IDSTRING_LATIN1, true, "A\0\xe5\0", 4, out);
	assert_string_equal(out, "A\xc3\xa5");
	idstring_field(IDSTRING_LATIN1, false, "A\0\xe5\0", 4, out);
	assert_string_equal(out, "A");
	struct image i = { .bytes = { 1, 0, 0, 0, 1 }, .length = 8 };
	put(&i, (const uint8_t[]){ 1, 0, 0, 0xc4, 'A', 0, 'B', 0 }, 8); /* no language stated: English */
	end_area(&i, 8);
	end_header(&i);
	assert_string_equal(read_image(&i).product_maker, "A");
	idstring_field(IDSTRING_LATIN1, true, "ABCD", 4, out); /* says another language, and is ASCII all the same */
	assert_string_equal(out, "ABCD");
}

static void reading_by_octets_and_by_words(void **state)
{
	(void)state;
	struct fru_space s;
	struct hwatt_error err = { 0 };
	uint8_t ask[4];
	size_t got = 0;
	assert_int_equal(fru_read_space("\x15\x00\x00", 3, &s, &err), 0);
	assert_int_equal(s.size, 21);
	assert_int_equal(fru_ask(&s, 7, 16, 16, ask), 5);
	assert_memory_equal(ask, "\x07\x10\x00\x05", 4);
	assert_int_equal(fru_ask(&s, 7, 21, 16, ask), 0);
	assert_int_equal(fru_read_space("\x15\x04\x01", 3, &s, &err), 0);
	assert_true(s.words);
	assert_int_equal(fru_ask(&s, 7, 1040, 16, ask), 4); /* the odd octet cannot be had */
	assert_memory_equal(ask, "\x07\x08\x02\x02", 4);
	assert_int_equal(fru_ask(&s, 7, 1044, 16, ask), 0);
	const uint8_t *piece = fru_piece(&s, "\x02" "abcd", 5, 4, &got, &err);
	assert_non_null(piece);
	assert_int_equal(got, 4);
	assert_memory_equal(piece, "abcd", 4);
	assert_non_null(fru_piece(&s, "\x04" "abcd", 5, 4, &got, &err)); /* counts in octets though it should not */
	assert_int_equal(got, 4);
	assert_non_null(fru_piece(&s, "\x04" "abcd", 5, 16, &got, &err));
	assert_int_equal(got, 4);
	assert_null(fru_piece(&s, "\x0a" "abcd", 5, 20, &got, &err));
	s.words = false;
	assert_null(fru_piece(&s, "\x05" "abcd", 5, 5, &got, &err));
	assert_int_equal(err.code, HWATT_EPROTO);
	assert_null(fru_piece(&s, "\x00", 1, 5, &got, &err));
	assert_null(fru_piece(&s, "", 0, 5, &got, &err));
	assert_non_null(fru_piece(&s, "\x04" "abcd", 5, 2, &got, &err)); /* more than was asked for */
	assert_int_equal(got, 2);
	assert_int_equal(fru_read_space("\x00\x00\x00", 3, &s, &err), 0);
	assert_int_equal(fru_ask(&s, 0, 0, 16, ask), 0); /* size 0: nothing to ask */
	assert_int_equal(fru_read_space("\x00\x00", 2, &s, &err), -1);
	assert_int_equal(fru_read_space("\xff\xff\x00", 3, &s, &err), 0);
	assert_int_equal(s.size, FRU_MAX_OCTETS);
	assert_int_equal(fru_extent(&s, (const uint8_t[]){ 1, 1, 0, 0, 0, 0, 0, 0xfe }), 0);
	assert_int_equal(fru_extent(&s, (const uint8_t[]){ 1, 0, 0, 0, 0, 9, 0, 0xf6 }), FRU_MAX_OCTETS);
}

static void what_stands_where_a_serial_number_should(void **state)
{
	(void)state;
	static const char *const none[] = { "", "N/A", "To Be Filled By O.E.M.", "0000000", "xxxx", "....", "0123456789",
					    "Default string", "-" };
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (hwatt_serial_identifies(none[i]))
			fail_msg("\"%s\" identifies", none[i]);
	assert_true(hwatt_serial_identifies("SRV00042"));
	assert_true(hwatt_serial_identifies("10"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_areas_are_read),
		cmocka_unit_test(a_wrong_checksum_is_noted_and_read_past),
		cmocka_unit_test(areas_that_lie_about_their_length),
		cmocka_unit_test(an_area_outside_the_inventory_or_of_another_format_is_passed_over),
		cmocka_unit_test(every_cut_is_survived),
		cmocka_unit_test(blank_and_foreign_memory_is_no_inventory),
		cmocka_unit_test(ratings_with_reserved_bits_are_doubted_and_records_chained),
		cmocka_unit_test(another_language_may_be_utf16),
		cmocka_unit_test(reading_by_octets_and_by_words),
		cmocka_unit_test(what_stands_where_a_serial_number_should),
	};
	return cmocka_run_group_tests_name("fru", tests, NULL, NULL);
}
