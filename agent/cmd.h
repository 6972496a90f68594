/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cmd.h - the subcommands: each takes its own arguments, argv[0] being its name, and gives the exit code. */
#ifndef HALLWATT_CMD_H
#define HALLWATT_CMD_H

enum { CMD_DONE = 0, CMD_NO = 1, CMD_MISUSE = 2 };

int cmd_run(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_probe(int argc, char **argv);
int cmd_demo(int argc, char **argv);

#endif
