/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* fuzz_accept.c - Accept and Accept-Encoding headers: the elements stay in bounds, and a choice is always made. */
#include "encoding.h"
#include "format.h"
#include <assert.h>
#include <hallwatt/accept.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *header = malloc(size + 1);
	if (header == NULL)
		abort();
	memcpy(header, data, size);
	header[size] = '\0';

	const char *at = header;
	struct hwatt_accept_item item;
	while (hwatt_accept_next(&at, &item)) {
		assert(at > header && at <= header + size);
		assert(item.value[0] != '\0' && item.q >= 0 && item.q <= HWATT_ACCEPT_MOST);
		assert(item.param_count <= HWATT_ACCEPT_PARAMS);
		for (size_t i = 0; i < item.param_count; i++)
			assert(hwatt_accept_param(&item, item.params[i].name) != NULL);
	}

	char type[160];
	struct format_choice choice = format_choose(header);
	format_content_type(choice, type, sizeof(type));
	assert(choice.format >= formats && choice.format < formats + FORMAT_COUNT);
	/* What goes into a header of the answer is ours, never the client's. */
	assert(strncmp(type, choice.format->content_type, strlen(choice.format->content_type)) == 0);
	assert(strpbrk(type, "\r\n\"") == NULL);

	enum encoding small = encoding_choose(header, 10), large = encoding_choose(header, 1u << 20);
	assert(small <= ENCODING_NONE && large <= ENCODING_NONE);
	assert((small == ENCODING_NONE) == (large == ENCODING_NONE));
	free(header);
	return 0;
}
