/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "lookup.h"
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

struct lookup {
	uv_getaddrinfo_t request;
	uint16_t port;
	unsigned turn;
	lookup_done *done; /* NULL: nobody waits any more */
	void *arg;
	char host[];
};

static bool set_address(const struct sockaddr *address, uint16_t port, union hwatt_udp_address *out)
{
	*out = (union hwatt_udp_address){ 0 };
	if (address->sa_family == AF_INET) {
		memcpy(&out->v4, address, sizeof(out->v4));
		out->v4.sin_port = htons(port);
		return true;
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&out->v6, address, sizeof(out->v6));
		out->v6.sin6_port = htons(port);
		return true;
	}
	return false;
}

bool lookup_numeric(const char *host, uint16_t port, union hwatt_udp_address *out)
{
	*out = (union hwatt_udp_address){ 0 };
	return uv_ip4_addr(host, port, &out->v4) == 0 || uv_ip6_addr(host, port, &out->v6) == 0;
}

static void on_found(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
	struct lookup *l = request->data;
	union hwatt_udp_address address;
	struct hwatt_error err;
	unsigned count = 0, at = 0;
	for (struct addrinfo *a = found; status == 0 && a != NULL; a = a->ai_next)
		count += set_address(a->ai_addr, l->port, &address);
	for (struct addrinfo *a = found; count > 0 && at <= l->turn % count; a = a->ai_next)
		at += set_address(a->ai_addr, l->port, &address);
	bool any = count > 0;
	uv_freeaddrinfo(found);
	if (!any)
		hwatt_fail(&err, HWATT_ETIMEOUT, "cannot find the address of %s: %s", l->host,
			   status != 0 ? uv_strerror(status) : "it has none");
	if (l->done != NULL)
		l->done(l->arg, any ? &address : NULL, any ? NULL : &err);
	free(l);
}

struct lookup *lookup_start(struct uv_loop_s *loop, const char *host, uint16_t port, unsigned turn, lookup_done *done, void *arg,
			    struct hwatt_error *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	size_t length = strlen(host) + 1;
	struct lookup *l = hwatt_alloc(sizeof(*l) + length);
	memcpy(l->host, host, length);
	l->port = port;
	l->turn = turn;
	l->done = done;
	l->arg = arg;
	l->request.data = l;
	int rc = uv_getaddrinfo(loop, &l->request, on_found, host, NULL, &hints);
	if (rc == 0)
		return l;
	free(l);
	hwatt_fail(err, HWATT_EIO, "cannot look up %s: %s", host, uv_strerror(rc));
	return NULL;
}

void lookup_forget(struct lookup *l)
{
	if (l == NULL)
		return;
	l->done = NULL;
	uv_cancel((uv_req_t *)&l->request);
}
