/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "bmc_fru.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "octets.h"

#define FORMAT_VERSION 1
#define LANGUAGE_ENGLISH 25
#define END_OF_FIELDS 0xc1
#define RACK_MOUNT 0x17
#define UNIT 8 /* areas are counted in these */
#define MAKER "Hallsim Works"

enum encoding { EIGHT_BIT = 0xc0, SIX_BIT = 0x80, BCD_PLUS = 0x40 };

/* A serial number, kept apart by letter, number of the BMC and whether it is the second part. */
static void write_serial(const struct bmc_fru_subject *subject, const char *letters,
                         char out[BMC_FRU_SERIAL])
{
	snprintf(out, BMC_FRU_SERIAL, "%s%06" PRIu32 "%s", letters, subject->number,
	         subject->replaced ? "B" : "A");
}

void bmc_fru_serial(const struct bmc_fru_subject *subject, char out[BMC_FRU_SERIAL])
{
	static const char *const letters[BMC_FRU_DEVICES] = {"SRV", "PSA", "PSB"};
	write_serial(subject, letters[subject->device], out);
}

void bmc_fru_chassis_serial(const struct bmc_fru_subject *subject, char out[BMC_FRU_SERIAL])
{
	write_serial(subject, "CHS", out);
}

void bmc_fru_board_serial(const struct bmc_fru_subject *subject, char out[BMC_FRU_SERIAL])
{
	write_serial(subject, "BRD", out);
}

/* The value of a digit of BCD plus. */
static unsigned bcd_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return c == ' ' ? 10 : c == '-' ? 11 : 12;
}

/* One field of an area.  Six bits hold the characters from space to underscore. */
static void put_field(struct octets_writer *out, enum encoding encoding, const char *text)
{
	size_t length = strlen(text);
	if (encoding == EIGHT_BIT) {
		octets_put_u8(out, (unsigned)(EIGHT_BIT | length));
		octets_put_text(out, text);
	} else if (encoding == BCD_PLUS) {
		octets_put_u8(out, (unsigned)(BCD_PLUS | (length + 1) / 2));
		for (size_t i = 0; i < length; i += 2)
			octets_put_u8(out,
			              bcd_digit(text[i]) << 4 |
			                      bcd_digit(i + 1 < length ? text[i + 1] : ' '));
	} else {
		size_t size = (length * 6 + 7) / 8;
		unsigned bits = 0, held = 0;
		octets_put_u8(out, (unsigned)(SIX_BIT | size));
		for (size_t i = 0; i < length; i++) {
			bits |= ((unsigned)text[i] - 0x20) << held;
			for (held += 6; held >= 8; held -= 8, bits >>= 8)
				octets_put_u8(out, bits & 0xff);
		}
		if (held > 0)
			octets_put_u8(out, bits);
	}
}

/* Begins an area; its length is written by end_area. */
static size_t begin_area(struct octets_writer *out)
{
	size_t start = out->length;
	octets_put_u8(out, FORMAT_VERSION);
	octets_put_u8(out, 0);
	return start;
}

/* Ends the area that began at `start`: marker, zeros up to the unit, checksum. */
static void end_area(struct octets_writer *out, size_t start)
{
	octets_put_u8(out, END_OF_FIELDS);
	while ((out->length - start + 1) % UNIT != 0)
		octets_put_u8(out, 0);
	out->data[start + 1] = (uint8_t)((out->length - start + 1) / UNIT);
	octets_put_u8(out, octets_checksum(out->data + start, out->length - start));
}

/* The chassis: kind, part number, serial number. */
static void put_chassis(struct octets_writer *out, const struct bmc_fru_subject *subject)
{
	char serial[BMC_FRU_SERIAL];
	bool terse = subject->profile->terse_fru;
	size_t start = begin_area(out);
	bmc_fru_chassis_serial(subject, serial);
	octets_put_u8(out, RACK_MOUNT);
	put_field(out, terse ? BCD_PLUS : EIGHT_BIT, "410-7.25");
	put_field(out, terse ? SIX_BIT : EIGHT_BIT, serial);
	end_area(out, start);
}

/* The board: date, maker, name, serial number, part number, file. */
static void put_board(struct octets_writer *out, const struct bmc_fru_subject *subject)
{
	char serial[BMC_FRU_SERIAL];
	size_t start = begin_area(out);
	bmc_fru_board_serial(subject, serial);
	octets_put_u8(out, LANGUAGE_ENGLISH);
	octets_put_u8(out, 0x20); /* minutes since 1996 */
	octets_put_u8(out, 0x4b);
	octets_put_u8(out, 0xe8);
	put_field(out, EIGHT_BIT, MAKER);
	put_field(out, EIGHT_BIT, "Main Board");
	put_field(out, subject->profile->terse_fru ? SIX_BIT : EIGHT_BIT, serial);
	put_field(out, EIGHT_BIT, "MB-77");
	octets_put_u8(out, EIGHT_BIT); /* no file */
	end_area(out, start);
}

/* The product: maker, name, part number, version, serial number, asset tag, file. */
static void put_product(struct octets_writer *out, const struct bmc_fru_subject *subject)
{
	char serial[BMC_FRU_SERIAL];
	bool server = subject->device == 0;
	size_t start = begin_area(out);
	bmc_fru_serial(subject, serial);
	octets_put_u8(out, LANGUAGE_ENGLISH);
	put_field(out, EIGHT_BIT, MAKER);
	put_field(out, EIGHT_BIT, server ? subject->profile->model : "PSU 800 W");
	put_field(out, EIGHT_BIT, server ? "PN-1000" : "PN-0800");
	put_field(out, EIGHT_BIT, "02");
	put_field(out, EIGHT_BIT, serial);
	put_field(out, EIGHT_BIT, server ? "asset-1" : "");
	octets_put_u8(out, EIGHT_BIT);
	end_area(out, start);
}

size_t bmc_fru_write(const struct bmc_fru_subject *subject, uint8_t area[BMC_FRU_MAX])
{
	struct octets_writer out = octets_writer(area, BMC_FRU_MAX);
	octets_put_u8(&out, FORMAT_VERSION);
	octets_put_many(&out, 0, UNIT - 1);
	if (subject->device == 0) {
		area[2] = (uint8_t)(out.length / UNIT);
		put_chassis(&out, subject);
		area[3] = (uint8_t)(out.length / UNIT);
		put_board(&out, subject);
	}
	area[4] = (uint8_t)(out.length / UNIT);
	put_product(&out, subject);
	if (subject->profile->terse_fru) /* as found in the field */
		area[out.length - 1]++;
	area[7] = octets_checksum(area, UNIT - 1);
	return out.length;
}
