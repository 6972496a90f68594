/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* report_out.h - how subcommands that report choose form and language, and where the report goes. */
#ifndef HALLWATT_REPORT_OUT_H
#define HALLWATT_REPORT_OUT_H

#include <hallwatt/exporter.h>

struct report_out {
	const char *format;   /* "html", "json" or "csv" */
	const char *language; /* "sv", "nb" or "en" */
	const char *file;     /* NULL: standard output */
};

/* HTML in the language of the caller's locale (LC_ALL, LC_MESSAGES, LANG), else in English, to standard output. */
struct report_out report_out_default(void);
/* Takes the word of an option: 'f' format, 'l' language, 'o' file. -1 after naming what would be right on stderr. */
int report_out_option(struct report_out *out, const char *command, int option, char *word);
/* Renders `view` by the exporter "report" and writes it. A file is replaced at once, or not at all. */
int report_out_write(const struct report_out *out, const struct hwatt_view *view, struct hwatt_error *err);

/* For the help texts. */
#define REPORT_OUT_HELP \
	"      --format FORMAT     html (default), json or csv\n" \
	"      --lang LANGUAGE     sv, nb or en; unless stated, that of the environment\n" \
	"  -o, --output FILE       write to FILE instead of standard output\n"

#endif
