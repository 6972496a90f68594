/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "vectors.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

size_t vector_get(const char *set, const char *name, uint8_t out[VECTOR_MAX])
{
	char line[2 * VECTOR_MAX + 64], wanted[64];
	size_t length = 0;
	int at = snprintf(wanted, sizeof(wanted), "%s.%s ", set, name);
	FILE *in = fopen(TEST_SOURCE_DIR "/vectors.txt", "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in) != NULL && strncmp(line, wanted, (size_t)at) != 0)
		line[0] = '\0';
	fclose(in);
	if (line[0] == '\0')
		fail_msg("no vector %s", wanted);
	for (const char *p = line + at; length < VECTOR_MAX && p[0] > ' ' && p[1] > ' '; p += 2)
		out[length++] = (uint8_t)strtoul((char[]){ p[0], p[1], '\0' }, NULL, 16);
	return length;
}
