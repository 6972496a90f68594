/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

int sim_fail(struct sim_fault *fault, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vsnprintf(fault->text, sizeof(fault->text), fmt, args);
	va_end(args);
	return -1;
}
