/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fru.h - what a field replaceable unit says of itself: maker, model, serial numbers, a supply's rating.
 *
 * Pure.  Boards in the field carry wrong checksums and lengths: such an area is noted and read as far as it goes, so only a
 * header that is none fails.  Source: IPMI Platform Management FRU Information Storage Definition 1.0, revision 1.3;
 * IPMI 2.0, revision 1.1, 34.1 and 34.2. */
#ifndef IPMI_FRU_H
#define IPMI_FRU_H

#include "idstring.h"
#include <hallwatt/error.h>

#define FRU_NETFN 0x0a
#define FRU_GET_AREA 0x10
#define FRU_READ 0x11
#define FRU_HEADER_OCTETS 8
#define FRU_MAX_OCTETS 4096 /* more than that is not read: the areas of interest come first */

/* --- reading it piece by piece --- */

struct fru_space { /* answer to Get FRU Inventory Area Info */
	uint32_t size; /* octets, at most FRU_MAX_OCTETS; 0: nothing there */
	bool words;    /* offsets and counts go in words of two octets */
};

int fru_read_space(const void *bytes, size_t length, struct fru_space *out, struct hwatt_error *err);
/* The data of Read FRU Data for up to `octets` (even, 2 to 254) from octet `at` (even) on: less near the end. Gives the
 * octets asked for, 0 at the end. */
size_t fru_ask(const struct fru_space *space, uint8_t device, size_t at, size_t octets, uint8_t out[4]);
/* The octets in the answer, borrowed; their number, at most `asked`, in *got. HWATT_EPROTO: none, or more than were sent. */
const uint8_t *fru_piece(const struct fru_space *space, const void *bytes, size_t length, size_t asked, size_t *got,
			 struct hwatt_error *err);
/* How much of the inventory is worth reading, once its header is there: all of it, since the areas' lengths lie; nothing when
 * the header names none but the internal area. */
size_t fru_extent(const struct fru_space *space, const uint8_t header[FRU_HEADER_OCTETS]);

/* --- what it says --- */

enum fru_note { /* flags: what was wrong, though it was read on */
	FRU_HEADER_SUM = 1, FRU_CHASSIS_SUM = 2, FRU_BOARD_SUM = 4, FRU_PRODUCT_SUM = 8, FRU_RECORD_SUM = 16,
	FRU_LENGTH = 32,  /* an area or a field claims to be longer than there is room */
	FRU_VERSION = 64, /* an area of another format was passed over */
};

struct fru_supply { /* multirecord of type 0; 0: not stated */
	uint32_t rated_mw, peak_mva;
	uint32_t low_mv, high_mv; /* the first range of input voltage */
	bool found;
};

struct fru { /* strings are "" when not there */
	unsigned notes;
	uint8_t chassis_type;
	char chassis_part[IDSTRING_SIZE], chassis_serial[IDSTRING_SIZE];
	int64_t board_made_ms; /* UTC; 0: not stated */
	char board_maker[IDSTRING_SIZE], board_name[IDSTRING_SIZE], board_serial[IDSTRING_SIZE], board_part[IDSTRING_SIZE];
	char product_maker[IDSTRING_SIZE], product_name[IDSTRING_SIZE], product_part[IDSTRING_SIZE],
		product_version[IDSTRING_SIZE], product_serial[IDSTRING_SIZE], product_asset[IDSTRING_SIZE];
	struct fru_supply supply;
};

/* HWATT_EPROTO: no header; HWATT_ENODATA: blank (all FFh or all 0). */
int fru_read(const void *bytes, size_t length, struct fru *out, struct hwatt_error *err);
/* The first of the notes in words ("the board area's checksum is wrong"); NULL: nothing was wrong. */
const char *fru_note_text(unsigned notes);

#endif
