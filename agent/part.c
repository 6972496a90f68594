/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <hallwatt/part.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char *const words[HWATT_PART_KINDS] = { "enclosure", "board", "psu", "processor", "memory", "drive",
						      "module", "fan", "battery" };

const char *hwatt_part_word(enum hwatt_part_kind kind)
{
	return words[kind];
}

bool hwatt_part_is_subject(const char *subject)
{
	size_t length = strcspn(subject, " ");
	for (size_t i = 0; i < HWATT_PART_KINDS; i++)
		if (strlen(words[i]) == length && strncmp(subject, words[i], length) == 0)
			return true;
	return false;
}

bool hwatt_serial_identifies(const char *serial)
{
	static const char *const fillers[] = { "n/a", "na", "nil", "none", "null", "unknown", "not specified", "not available",
		"default string", "default", "to be filled by o.e.m.", "to be filled by oem", "system serial number",
		"chassis serial number", "serial number", "serial", "empty", "invalid", "0123456789", "1234567890", "123456789",
		"not present", "no serial", "oem", "absent", "builtin", "built-in", "4294967295" };
	for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++)
		if (strcasecmp(serial, fillers[i]) == 0)
			return false;
	for (const char *p = serial; *p != '\0'; p++)
		if (isalnum((unsigned char)*p) && *p != serial[0])
			return true; /* at least two different characters: not "0000", "XXXX", "----" */
	return false;
}
