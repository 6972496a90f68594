/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* address.c - where a device is, and where we listen: the parts of "snmp://[::1]:161", or of "ipmi-local:". */
#include "config.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ADDRESS_MAX 300
#define LOCAL "ipmi-local:"

/* Digits of a port, 1 to 65535. */
static int read_port(const char *text, uint16_t *port, struct hwatt_error *err)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long value = digits > 0 && digits <= 5 && text[digits] == '\0' ? strtoul(text, NULL, 10) : 0;
	if (value < 1 || value > 65535)
		return hwatt_fail(err, HWATT_EINVAL, "\"%.20s\" is not a port; write a number from 1 to 65535", text);
	*port = (uint16_t)value;
	return 0;
}

static int check_ipv6(const char *host, struct hwatt_error *err)
{
	char bare[64];
	unsigned char octets[16];
	size_t length = strcspn(host, "%"); /* fe80::1%eth0: the zone is the system's to judge */
	if (length < sizeof(bare)) {
		memcpy(bare, host, length);
		bare[length] = '\0';
		if (inet_pton(AF_INET6, bare, octets) == 1 && (host[length] == '\0' || host[length + 1] != '\0'))
			return 0;
	}
	return hwatt_fail(err, HWATT_EINVAL, "[%.60s] is not an IPv6 address", host);
}

/* An IPv4 address, or a name of the DNS. */
static int check_host(const char *host, struct hwatt_error *err)
{
	unsigned char octets[4];
	size_t length = strlen(host), label = 0;
	if (inet_pton(AF_INET, host, octets) == 1)
		return 0;
	if (length == 0)
		return hwatt_fail(err, HWATT_EINVAL, "the address names no host; write it like snmp://192.0.2.7");
	if (strspn(host, "0123456789.") == length)
		return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\" is not an IPv4 address; it has four numbers from 0 to 255", host);
	for (const char *at = host; *at != '\0'; at++) {
		bool word = isalnum((unsigned char)*at) || *at == '_';
		label = *at == '.' ? 0 : label + 1;
		bool edge = label <= 1 || at[1] == '.' || at[1] == '\0';
		if ((!word && *at != '.' && *at != '-') || (*at == '-' && edge) || label > 63 ||
		    (*at == '.' && (at == host || at[1] == '.')) || length > 253)
			return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\" is neither an IP address nor the name of a host", host);
	}
	return 0;
}

/* Splits "host:port", "host", "[v6]:port"; port 0 when there is none. */
static int split_host(const char *text, struct hwatt_arena *arena, const char **host, uint16_t *port,
		      struct hwatt_error *err)
{
	*port = 0;
	if (text[0] == '[') {
		const char *close = strchr(text, ']');
		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\": an IPv6 address stands in brackets, like [2001:db8::7]", text);
		*host = hwatt_arena_strndup(arena, text + 1, (size_t)(close - text) - 1);
		if (check_ipv6(*host, err) < 0)
			return -1;
		return close[1] == ':' ? read_port(close + 2, port, err) : 0;
	}
	const char *colon = strchr(text, ':');
	if (colon != NULL && strchr(colon + 1, ':') != NULL)
		return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\": an IPv6 address stands in brackets, like [2001:db8::7]", text);
	*host = hwatt_arena_strndup(arena, text, colon != NULL ? (size_t)(colon - text) : strlen(text));
	return colon != NULL ? read_port(colon + 1, port, err) : 0;
}

/* "ipmi-local:" and "ipmi-local:1": this machine's own BMC, which the kernel reaches; no host, the driver's number as port. */
static int split_local(const char *text, struct hwatt_arena *arena, const char **scheme, uint16_t *port,
		       struct hwatt_error *err)
{
	const char *number = text + strlen(LOCAL);
	size_t digits = strspn(number, "0123456789");
	unsigned long value = digits > 0 && digits <= 3 ? strtoul(number, NULL, 10) : 0;
	if (number[digits] != '\0' || digits > 3 || value > 255)
		return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\": what may follow is the driver's number, as in ipmi-local:0 for /dev/ipmi0",
				  text);
	*scheme = hwatt_arena_strdup(arena, "ipmi");
	*port = (uint16_t)value;
	return 0;
}

int config_address(const char *text, struct hwatt_arena *arena, const char **scheme, const char **host,
		   uint16_t *port, struct hwatt_error *err)
{
	size_t length = strlen(text);
	size_t letters = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789");
	*scheme = *host = "";
	*port = 0;
	if (length > ADDRESS_MAX)
		return hwatt_fail(err, HWATT_EINVAL, "the address is longer than %d octets", ADDRESS_MAX);
	if (strchr(text, '@') != NULL)
		return hwatt_fail(err, HWATT_EINVAL, "a user does not belong in an address; name credentials instead");
	if (strncmp(text, LOCAL, strlen(LOCAL)) == 0)
		return split_local(text, arena, scheme, port, err);
	if (letters == 0 || strncmp(text + letters, "://", 3) != 0) {
		if (strstr(text, "://") != NULL)
			return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\" begins with no protocol; write it in small letters, like snmp://", text);
		if (letters > 0 && text[letters] == ':' && strspn(text + letters + 1, "0123456789") < strlen(text + letters + 1))
			return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\" lacks the slashes behind the protocol; write %.*s://%.60s", text,
					  (int)letters, text, text + letters + 1);
		return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\" does not say the protocol; write snmp://%.60s", text, text);
	}
	const char *rest = text + letters + 3;
	if (strpbrk(rest, "/?# \t") != NULL)
		return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\": an address ends after host and port", text);
	if (split_host(rest, arena, host, port, err) < 0 || (rest[0] != '[' && check_host(*host, err) < 0))
		return -1;
	*scheme = hwatt_arena_strndup(arena, text, letters);
	return 0;
}

int config_listen(const char *text, struct hwatt_arena *arena, const char **host, uint16_t *port,
		  struct hwatt_error *err)
{
	*host = "";
	if (strlen(text) > ADDRESS_MAX)
		return hwatt_fail(err, HWATT_EINVAL, "the address is longer than %d octets", ADDRESS_MAX);
	if (split_host(text, arena, host, port, err) < 0)
		return -1;
	if (*port == 0)
		return hwatt_fail(err, HWATT_EINVAL, "\"%.60s\" has no port; write host:port, like 127.0.0.1:9890", text);
	return text[0] == '[' || text[0] == ':' ? 0 : check_host(*host, err);
}
