/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Answers of BMCs: whatever is taken for one must at least hold a whole message. */
#include "presence.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct presence presence;
	struct hwatt_error err;
	if (presence_read(data, size, &presence, &err) == 0 && (size < 22 || data[0] != 0x06))
		abort();
	return 0;
}
