/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* FRU inventories: whatever reads gives clean texts; pieces never reach beyond what came. */
#include "fru.h"
#include <hallwatt/part.h>
#include <hallwatt/text.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_clean(const char *text)
{
	size_t left = strlen(text);
	for (const unsigned char *p = (const unsigned char *)text; left > 0;) {
		size_t n = hwatt_utf8_length(p, left);
		if (n == 0 || *p < 0x20)
			abort();
		p += n;
		left -= n;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fru_space space;
	struct hwatt_error err;
	if (fru_read_space(data, size, &space, &err) == 0) {
		uint8_t ask[4];
		size_t got = 0, asked = fru_ask(&space, 0, size & ~(size_t)1, 32, ask);
		const uint8_t *piece = fru_piece(&space, data, size, 32, &got, &err);
		if (asked > 32 || (piece != NULL && (got > 32 || got == 0 || piece + got > data + size)))
			abort();
	}
	struct fru f;
	if (fru_read(data, size, &f, &err) < 0)
		return 0;
	const char *const texts[] = { f.chassis_part, f.chassis_serial, f.board_maker, f.board_name, f.board_serial, f.board_part,
				      f.product_maker, f.product_name, f.product_part, f.product_version, f.product_serial,
				      f.product_asset };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		must_be_clean(texts[i]);
		hwatt_serial_identifies(texts[i]);
	}
	if (f.supply.rated_mw > 4095000 || (fru_note_text(f.notes) == NULL) != (f.notes == 0))
		abort();
	return 0;
}
