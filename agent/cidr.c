/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "cidr.h"
#include <arpa/inet.h>
#include <hallwatt/arena.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HOST_BITS 16

static int parse(const char *text, union cidr_address *address, int *host_bits, struct hwatt_error *err)
{
	char head[64];
	size_t n = strcspn(text, "/");
	int width, prefix;
	if (n >= sizeof(head))
		return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\" is no address range; write 192.0.2.0/24", text);
	memcpy(head, text, n);
	head[n] = '\0';
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, head, &address->v4.sin_addr) == 1) {
		address->any.sa_family = AF_INET;
		width = 32;
	} else if (inet_pton(AF_INET6, head, &address->v6.sin6_addr) == 1) {
		address->any.sa_family = AF_INET6;
		width = 128;
	} else {
		return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\" is no address range; write 192.0.2.0/24", text);
	}
	prefix = width;
	if (text[n] == '/') {
		char *end;
		long value = strtol(text + n + 1, &end, 10);
		if (end == text + n + 1 || *end != '\0' || text[n + 1] < '0' || text[n + 1] > '9' || value > width)
			return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\": the prefix is a number from 0 to %d", text, width);
		prefix = (int)value;
	}
	*host_bits = width - prefix;
	if (*host_bits > MAX_HOST_BITS)
		return hwatt_fail(err, HWATT_EINVAL, "%s is more than the %u addresses that one call looks at; name smaller ranges",
				  text, CIDR_MAX_ADDRESSES);
	return 0;
}

/* The lowest 16 bits, all that may differ within a range. */
static void set_host(union cidr_address *address, int host_bits, uint32_t host)
{
	uint8_t *low = address->any.sa_family == AF_INET ? (uint8_t *)&address->v4.sin_addr + 2 :
							   address->v6.sin6_addr.s6_addr + 14;
	uint32_t mask = (UINT32_C(1) << host_bits) - 1;
	uint32_t value = ((uint32_t)low[0] << 8 | low[1]) & ~mask;
	value |= host;
	low[0] = (uint8_t)(value >> 8);
	low[1] = (uint8_t)value;
}

int cidr_add(struct cidr_list *list, const char *text, struct hwatt_error *err)
{
	union cidr_address address;
	int host_bits = 0;
	if (parse(text, &address, &host_bits, err) < 0)
		return -1;
	uint32_t first = 0, count = UINT32_C(1) << host_bits;
	if (address.any.sa_family == AF_INET && host_bits > 1) {
		first = 1;
		count -= 2;
	}
	if (list->count + count > CIDR_MAX_ADDRESSES)
		return hwatt_fail(err, HWATT_EINVAL, "with %s it is more than the %u addresses that one call looks at", text,
				  CIDR_MAX_ADDRESSES);
	list->items = hwatt_realloc(list->items, (list->count + count) * sizeof(*list->items));
	for (uint32_t i = 0; i < count; i++) {
		set_host(&address, host_bits, first + i);
		list->items[list->count++] = address;
	}
	return 0;
}

int cidr_compare(const union cidr_address *a, const union cidr_address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return a->any.sa_family == AF_INET ? -1 : 1;
	return a->any.sa_family == AF_INET ?
		       memcmp(&a->v4.sin_addr, &b->v4.sin_addr, sizeof(a->v4.sin_addr)) :
		       memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr));
}

static int compare(const void *a, const void *b)
{
	return cidr_compare(a, b);
}

void cidr_settle(struct cidr_list *list)
{
	size_t kept = 0;
	if (list->count == 0)
		return;
	qsort(list->items, list->count, sizeof(*list->items), compare);
	for (size_t i = 1; i < list->count; i++)
		if (cidr_compare(&list->items[kept], &list->items[i]) != 0)
			list->items[++kept] = list->items[i];
	list->count = kept + 1;
}

void cidr_free(struct cidr_list *list)
{
	free(list->items);
	*list = (struct cidr_list){ 0 };
}

void cidr_format(const union cidr_address *address, char out[CIDR_TEXT])
{
	char text[INET6_ADDRSTRLEN];
	bool six = address->any.sa_family == AF_INET6;
	const void *bytes = six ? (const void *)&address->v6.sin6_addr : &address->v4.sin_addr;
	inet_ntop(address->any.sa_family, bytes, text, sizeof(text));
	snprintf(out, CIDR_TEXT, six ? "[%s]" : "%s", text);
}
