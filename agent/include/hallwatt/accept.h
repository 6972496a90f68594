/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* accept.h - what a client would rather have: the elements of Accept, Accept-Encoding and Accept-Language.
 *
 * Pure and bounded; the header may be anything. Source: RFC 9110, 5.6 and 12.4.2. */
#ifndef HALLWATT_ACCEPT_H
#define HALLWATT_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>

#define HWATT_ACCEPT_PARAMS 8
#define HWATT_ACCEPT_MOST 1000 /* q=1 */

struct hwatt_accept_item {
	char value[96]; /* in lower case: "text/plain", "gzip", "*" */
	int q;          /* thousandths, 0 (never) to HWATT_ACCEPT_MOST; that when none is given */
	size_t param_count;
	struct {
		char name[24]; /* in lower case; never "q" */
		char value[48];
	} params[HWATT_ACCEPT_PARAMS];
};

/* Reads the element at *header into `out` and moves on; false at the end. Elements that are malformed or
 * beyond the bounds are passed over. */
bool hwatt_accept_next(const char **header, struct hwatt_accept_item *out);
/* The parameter `name` (in lower case), NULL when absent. */
const char *hwatt_accept_param(const struct hwatt_accept_item *item, const char *name);

#endif
