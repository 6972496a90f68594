/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "prompt.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* By single octets, as what follows the line is not ours. -1: the end came, or it does not fit. */
static int read_line(char *out, size_t size)
{
	size_t length = 0;
	for (;;) {
		char c;
		ssize_t n = read(STDIN_FILENO, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 && length == 0)
			return -1;
		if (n <= 0 || c == '\n')
			break;
		if (length + 1 >= size)
			return -1;
		out[length++] = c;
	}
	if (length > 0 && out[length - 1] == '\r')
		length--;
	out[length] = '\0';
	return 0;
}

int prompt_secret(const char *question, char *out, size_t size, struct hwatt_error *err)
{
	struct termios before, silent;
	bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	if (terminal) {
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent); /* before the question: what is typed after it counts */
		fprintf(stderr, "%s: ", question);
	}
	int rc = read_line(out, size);
	if (terminal) {
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
		fputc('\n', stderr);
	}
	if (rc < 0 || out[0] == '\0') {
		explicit_bzero(out, size);
		return hwatt_fail(err, HWATT_EINVAL, "no secret was given for \"%s\", or too long a one", question);
	}
	return 0;
}
