/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* prompt.h - asks the person at the terminal for a secret, without showing it. */
#ifndef HALLWATT_PROMPT_H
#define HALLWATT_PROMPT_H

#include <hallwatt/error.h>
#include <stddef.h>

/* Reads one line of the standard input into `out`, without its newline. On a terminal `question` is asked and nothing is echoed.
 * The caller wipes `out`. HWATT_EINVAL: no line, an empty one, or one that does not fit. */
int prompt_secret(const char *question, char *out, size_t size, struct hwatt_error *err);

#endif
