/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "report_out.h"
#include <errno.h>
#include <hallwatt/arena.h>
#include <hallwatt/language.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REPORT_MAX_OCTETS (256u << 20)

struct report_out report_out_default(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	struct report_out out = { .format = "html", .language = "en" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);
		if (value == NULL || value[0] == '\0')
			continue;
		int language = hwatt_language_by_name(value);
		if (language >= 0)
			out.language = hwatt_language_name((enum hwatt_language)language);
		break;
	}
	return out;
}

int report_out_option(struct report_out *out, const char *command, int option, char *word)
{
	switch (option) {
	case 'f':
		out->format = word;
		if (strcmp(word, "html") == 0 || strcmp(word, "json") == 0 || strcmp(word, "csv") == 0)
			return 0;
		fprintf(stderr, "hallwatt %s: --format is html, json or csv, not %s\n", command, word);
		return -1;
	case 'l':
		out->language = word;
		if (hwatt_language_by_name(word) >= 0)
			return 0;
		fprintf(stderr, "hallwatt %s: --lang is sv, nb or en, not %s\n", command, word);
		return -1;
	default:
		out->file = word;
		return 0;
	}
}

static const char *query(const struct hwatt_request *request, const char *key)
{
	const struct report_out *out = request->server;
	return strcmp(key, "format") == 0 ? out->format : strcmp(key, "lang") == 0 ? out->language : NULL;
}

static int write_all(FILE *file, const struct hwatt_text *text)
{
	return fwrite(hwatt_text_string(text), 1, text->length, file) == text->length && fflush(file) == 0 ? 0 : -1;
}

/* A half-written report must never stand under the name that was asked for. */
static int write_file(const char *name, const struct hwatt_text *text, struct hwatt_error *err)
{
	struct hwatt_arena *arena = hwatt_arena_new();
	const char *draft = hwatt_arena_printf(arena, "%s.%ld.tmp", name, (long)getpid());
	FILE *file = fopen(draft, "wx");
	int result = 0;
	if (file == NULL) {
		result = hwatt_fail(err, HWATT_EIO, "%s: %s", name, strerror(errno));
	} else {
		bool good = write_all(file, text) == 0 && fsync(fileno(file)) == 0;
		good = fclose(file) == 0 && good && rename(draft, name) == 0;
		if (!good) {
			result = hwatt_fail(err, HWATT_EIO, "%s: %s", name, strerror(errno));
			remove(draft);
		}
	}
	hwatt_arena_free(arena);
	return result;
}

int report_out_write(const struct report_out *out, const struct hwatt_view *view, struct hwatt_error *err)
{
	const struct hwatt_exporter *exporter = NULL;
	struct hwatt_text body;
	struct hwatt_request request = { .path = "", .accept = "", .query = query, .server = (void *)out };
	struct hwatt_answer answer = { .body = &body };
	for (size_t i = 0; hallwatt_exporters[i] != NULL; i++)
		if (strcmp(hallwatt_exporters[i]->name, "report") == 0)
			exporter = hallwatt_exporters[i];
	if (exporter == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "this build has no reports");
	hwatt_text_init(&body, REPORT_MAX_OCTETS);
	int result = exporter->render(view, &request, &answer, err);
	if (result == 0 && !hwatt_text_ok(&body))
		result = hwatt_fail(err, HWATT_EINVAL, "the report is too long");
	if (result == 0 && out->file != NULL)
		result = write_file(out->file, &body, err);
	else if (result == 0 && write_all(stdout, &body) < 0)
		result = hwatt_fail(err, HWATT_EIO, "cannot write the report: %s", strerror(errno));
	hwatt_text_free(&body);
	return result;
}
