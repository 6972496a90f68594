/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmd.h - the subcommands: each takes its own arguments, argv[0] being its name, and gives the exit code. */
#ifndef HALLWATT_CMD_H
#define HALLWATT_CMD_H

#include "document.h"
#include <hallwatt/log.h>

enum { CMD_DONE = 0, CMD_NO = 1, CMD_MISUSE = 2 };

int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_probe(int argc, char **argv);
int cmd_discover(int argc, char **argv);
int cmd_record(int argc, char **argv);
int cmd_demo(int argc, char **argv);
int cmd_followup(int argc, char **argv);
int cmd_report(int argc, char **argv);

/* What subcommands share. */

/* Says on stderr what is wrong with the command line of `command`, and where help is; gives CMD_MISUSE. `value` may be NULL. */
int cmd_misuse(const char *command, const char *what, const char *value);
/* Prints the mistakes of a load on stderr; gives CMD_MISUSE. */
int cmd_mistakes(const struct hwatt_report *report);
/* "debug", "info", "warn", "error"; -1 for another word. */
int cmd_log_level(const char *word, enum hwatt_level *level);
/* "logfmt", "json"; -1 for another word. */
int cmd_log_format(const char *word, enum hwatt_log_format *format);

#endif
