/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* cidr.h - the addresses of ranges such as 192.0.2.0/24, 2001:db8::/120 or 192.0.2.7, each once.
 *
 * An IPv4 range shorter than /31 is given without its first and last address, which no device has. */
#ifndef HALLWATT_CIDR_H
#define HALLWATT_CIDR_H

#include <hallwatt/error.h>
#include <netinet/in.h>
#include <stddef.h>

#define CIDR_MAX_ADDRESSES 65536u

union cidr_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct cidr_list { /* owned by the caller; {0} is empty */
	union cidr_address *items; /* ports are 0 */
	size_t count;
};

/* Adds the addresses of one range. HWATT_EINVAL: it is none, or the list would hold more than CIDR_MAX_ADDRESSES. */
int cidr_add(struct cidr_list *list, const char *text, struct hwatt_error *err);
/* Sorts, and drops what stands twice. */
void cidr_settle(struct cidr_list *list);
void cidr_free(struct cidr_list *list);

/* The address as an URL has it: 192.0.2.7 or [2001:db8::7]. */
#define CIDR_TEXT (INET6_ADDRSTRLEN + 2)
void cidr_format(const union cidr_address *address, char out[CIDR_TEXT]);
/* Same family and address, whatever the port. */
int cidr_compare(const union cidr_address *a, const union cidr_address *b);

#endif
