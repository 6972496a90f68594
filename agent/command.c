/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmd.h"
#include <stdio.h>
#include <string.h>

#define MISTAKES_MAX_OCTETS (16u << 20)

int cmd_misuse(const char *command, const char *what, const char *value)
{
	fprintf(stderr, "hallwatt %s: %s%s%s\nTry: hallwatt %s --help\n", command, what, value != NULL ? " " : "",
		value != NULL ? value : "", command);
	return CMD_MISUSE;
}

int cmd_mistakes(const struct hwatt_report *report)
{
	struct hwatt_text text;
	hwatt_text_init(&text, MISTAKES_MAX_OCTETS);
	report_print(report, &text);
	fputs(hwatt_text_string(&text), stderr);
	hwatt_text_free(&text);
	return CMD_MISUSE;
}

int cmd_log_level(const char *word, enum hwatt_level *level)
{
	static const char *const words[] = { "debug", "info", "warn", "error" };
	for (int i = 0; i < 4; i++)
		if (strcmp(words[i], word) == 0) {
			*level = (enum hwatt_level)i;
			return 0;
		}
	return -1;
}

int cmd_log_format(const char *word, enum hwatt_log_format *format)
{
	*format = strcmp(word, "json") == 0 ? HWATT_LOG_JSON : HWATT_LOGFMT;
	return *format == HWATT_LOG_JSON || strcmp(word, "logfmt") == 0 ? 0 : -1;
}
