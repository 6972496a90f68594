/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "device_file.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ID_ROOM 64u /* of which the number behind it takes its part */

/* Puts `length` octets of `text` as far as an id may have them. */
static size_t put_id(char out[DEVICE_ID_SIZE], const char *text, size_t length)
{
	size_t n = 0;
	for (size_t i = 0; i < length && n < ID_ROOM; i++) {
		unsigned char c = (unsigned char)text[i];
		char put = c < 0x80 && (isalnum(c) || c == '.' || c == '_') ? (char)tolower(c) : '-';
		if (put != '-' || (n > 0 && out[n - 1] != '-'))
			out[n++] = put;
	}
	while (n > 0 && (out[n - 1] == '-' || out[n - 1] == '.'))
		n--;
	out[n] = '\0';
	return n;
}

static bool taken(const char *id, char (*others)[DEVICE_ID_SIZE], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(others[i], id) == 0)
			return true;
	return false;
}

void device_file_id(const char *name, const char *address, char (*others)[DEVICE_ID_SIZE], size_t count,
		    char out[DEVICE_ID_SIZE])
{
	struct in_addr ignored;
	bool numeric = inet_pton(AF_INET, name, &ignored) == 1;
	size_t n = put_id(out, name, numeric || strchr(name, ' ') != NULL ? strlen(name) : strcspn(name, "."));
	if (n == 0)
		n = put_id(out, address, strlen(address));
	for (unsigned number = 2; taken(out, others, count); number++)
		snprintf(out + n, DEVICE_ID_SIZE - n, "-%u", number);
}

struct row { /* what both forms tell of a device */
	const struct introduction *is;
	const struct sweep_access *access;
	const struct device_file_access *words;
	char id[DEVICE_ID_SIZE], address[CIDR_TEXT + 24], credentials[80];
	const char *twin; /* id of an earlier device with the same serial, NULL: none */
};

static bool usual(const struct device_file_access *words)
{
	return words->credentials == NULL && words->said == NULL && !words->version_1 && strcmp(words->community, "public") == 0;
}

/* "snmp://192.0.2.7", with the port where it is not the protocol's own. */
static void put_address(char *out, size_t size, const char *scheme, const char *host, uint16_t port, uint16_t usual_port)
{
	if (port == usual_port)
		snprintf(out, size, "%s://%s", scheme, host);
	else
		snprintf(out, size, "%s://%s:%u", scheme, host, port);
}

static void fill(const struct device_file *file, struct row *rows, char (*ids)[DEVICE_ID_SIZE], size_t i)
{
	struct row *row = &rows[i];
	char host[CIDR_TEXT];
	row->is = &file->items[i];
	row->access = &file->accesses[row->is->access];
	row->words = &file->words[row->is->access];
	cidr_format(&row->is->host->at, host);
	put_address(row->address, sizeof(row->address), row->access->collector->name, host, row->access->port,
		    row->access->collector->default_port);
	device_file_id(row->is->host->name[row->access->protocol], host, ids, i, ids[i]);
	memcpy(row->id, ids[i], sizeof(row->id));
	if (row->words->credentials != NULL)
		snprintf(row->credentials, sizeof(row->credentials), "%s", row->words->credentials);
	else if (!usual(row->words))
		snprintf(row->credentials, sizeof(row->credentials), "found-%d", row->is->access + 1);
	for (size_t j = 0; j < i && row->twin == NULL; j++)
		if (row->is->serial[0] != '\0' && strcmp(rows[j].is->serial, row->is->serial) == 0 &&
		    strcmp(rows[j].is->model, row->is->model) == 0)
			row->twin = rows[j].id;
}

static struct row *make_rows(const struct device_file *file)
{
	struct row *rows = hwatt_alloc((file->count + 1) * sizeof(*rows));
	char (*ids)[DEVICE_ID_SIZE] = hwatt_alloc((file->count + 1) * sizeof(*ids));
	for (size_t i = 0; i < file->count; i++)
		fill(file, rows, ids, i);
	free(ids);
	return rows;
}

static bool used(const struct device_file *file, size_t access)
{
	for (size_t i = 0; i < file->count; i++)
		if (file->items[i].access == (int)access)
			return true;
	return false;
}

static void put_credentials(const struct device_file *file, struct hwatt_text *out)
{
	bool first = true;
	for (size_t i = 0; i < file->access_count; i++) {
		const struct device_file_access *words = &file->words[i];
		if (words->credentials != NULL || usual(words) || !used(file, i))
			continue;
		hwatt_text_printf(out, "%s  found-%zu: {%s: ", first ? "credentials:\n" : "", i + 1,
				  file->accesses[i].collector->name);
		if (words->said != NULL) {
			hwatt_text_printf(out, "%s}\n", words->said);
		} else {
			hwatt_text_printf(out, "{version: \"%s\", community: ", words->version_1 ? "1" : "2c");
			hwatt_text_json(out, words->community);
			hwatt_text_puts(out, "}}\n");
		}
		first = false;
	}
}

static void put_word(struct hwatt_text *out, const char *before, const char *word)
{
	if (word[0] != '\0')
		hwatt_text_printf(out, "%s%s", before, word);
}

static void put_comment(const struct row *row, struct hwatt_text *out)
{
	const struct introduction *is = row->is;
	hwatt_text_puts(out, "  #");
	if (strncasecmp(is->model, is->vendor, strlen(is->vendor)) != 0) /* some say both in one */
		put_word(out, " ", is->vendor);
	put_word(out, " ", is->model);
	put_word(out, ", serial ", is->serial);
	put_word(out, ", called ", is->host->name[row->access->protocol]);
	hwatt_text_putc(out, '\n');
	if (is->profile[0] != '\0')
		hwatt_text_printf(out, "  # profile %s: %s\n", is->profile, is->profile_reason);
	if (is->error[0] != '\0')
		hwatt_text_printf(out, "  # it did not tell all: %s\n", is->error);
	if (row->twin != NULL)
		hwatt_text_printf(out, "  # the same serial number as %s: perhaps the same device at another address\n", row->twin);
	if (is->power_role == HWATT_POWER_NONE)
		hwatt_text_puts(out, "  # power_role: grid, pdu, it, cooling ... where it measures power\n");
}

/* --- those that are only known to be there --------------------------------------------------------------------------- */

enum told { TOLD_SNMPV3, TOLD_IPMI, TOLD_REDFISH, TOLD_KINDS };

static const struct {
	enum sweep_protocol protocol;
	const char *heading, *id, *scheme, *credentials, *role;
	uint16_t port;
} kinds[TOLD_KINDS] = {
	[TOLD_SNMPV3] = { SWEEP_SNMP, "# These answer SNMPv3, and nothing else that was asked: give them the credentials of a user, then take\n"
			  "# the # away.\n", "snmp", "snmp", "USERS", "", 161 },
	[TOLD_IPMI] = { SWEEP_IPMI, "# These answer IPMI (BMCs of servers): give them credentials, then take the # away.\n", "bmc", "ipmi", "BMCS",
			", power_role: it", 623 },
	[TOLD_REDFISH] = { SWEEP_REDFISH, "# These answer Redfish: give them credentials, then take the # away. One that stands above for IPMI, too,\n"
			   "# is the same machine, to be polled by one of the two.\n", "bmc", "redfish", "BMCS", ", power_role: it",
			   443 },
};

static int told_access(enum told kind, const struct sweep_host *host)
{
	return host->access[kinds[kind].protocol];
}

static uint16_t told_port(const struct device_file *file, enum told kind, const struct sweep_host *host)
{
	return file->accesses[told_access(kind, host)].port;
}

static bool is_told(const struct device_file *file, enum told kind, const struct sweep_host *host)
{
	int access = told_access(kind, host);
	return access >= 0 && file->accesses[access].presence;
}

static void tell_line(const struct device_file *file, enum told kind, const struct sweep_host *at, struct hwatt_text *out)
{
	char host[CIDR_TEXT], address[CIDR_TEXT + 24], id[DEVICE_ID_SIZE], name[CIDR_TEXT + 8];
	cidr_format(&at->at, host);
	put_address(address, sizeof(address), kinds[kind].scheme, host, told_port(file, kind, at), kinds[kind].port);
	snprintf(name, sizeof(name), "%s %s", kinds[kind].id, host);
	device_file_id(name, host, NULL, 0, id);
	const char *trouble = at->trouble[kinds[kind].protocol];
	if (trouble[0] != '\0') {
		hwatt_text_printf(out, "#   %s %s\n", host, trouble);
		return;
	}
	hwatt_text_printf(out, "#   - {id: \"%s\", address: \"%s\", credentials: %s, site: ", id, address, kinds[kind].credentials);
	hwatt_text_json(out, file->site != NULL ? file->site : "SITE");
	hwatt_text_printf(out, "%s}\n", kinds[kind].role);
}

static void tell(const struct device_file *file, enum told kind, struct hwatt_text *out)
{
	bool first = true;
	for (size_t i = 0; i < file->host_count; i++) {
		if (!is_told(file, kind, &file->hosts[i]))
			continue;
		hwatt_text_puts(out, first ? kinds[kind].heading : "");
		tell_line(file, kind, &file->hosts[i], out);
		first = false;
	}
}

void device_file_yaml(const struct device_file *file, struct hwatt_text *out)
{
	struct row *rows = make_rows(file);
	hwatt_text_printf(out, "# Found by hallwatt discover: %zu of %zu addresses answer SNMP.\n", file->count,
			  file->host_count);
	hwatt_text_puts(out, "# To be edited, then taken in with `include:`; `hallwatt check` says what is still amiss.\n");
	if (file->site == NULL)
		hwatt_text_puts(out, "# Put the id of a site in place of SITE.\n");
	put_credentials(file, out);
	hwatt_text_puts(out, file->count > 0 ? "devices:\n" : "devices: []\n");
	for (size_t i = 0; i < file->count; i++) {
		const struct row *row = &rows[i];
		put_comment(row, out);
		hwatt_text_puts(out, "  - {id: ");
		hwatt_text_json(out, row->id);
		hwatt_text_puts(out, ", address: ");
		hwatt_text_json(out, row->address);
		if (row->credentials[0] != '\0') {
			hwatt_text_puts(out, ", credentials: ");
			hwatt_text_json(out, row->credentials);
		}
		hwatt_text_puts(out, ", site: ");
		hwatt_text_json(out, file->site != NULL ? file->site : "SITE");
		put_word(out, ", power_role: ", hwatt_power_role_name(row->is->power_role));
		hwatt_text_puts(out, "}\n");
	}
	for (int kind = 0; kind < TOLD_KINDS; kind++)
		tell(file, (enum told)kind, out);
	free(rows);
}

static void put_fact(struct hwatt_text *out, const char *key, const char *value)
{
	if (value[0] == '\0')
		return;
	hwatt_text_printf(out, ",\"%s\":", key);
	hwatt_text_json(out, value);
}

static void tell_json(const struct device_file *file, enum told kind, const char *key, struct hwatt_text *out)
{
	bool first = true;
	hwatt_text_printf(out, ",\n\"%s\":[", key);
	for (size_t i = 0; i < file->host_count; i++) {
		const struct sweep_host *at = &file->hosts[i];
		char host[CIDR_TEXT];
		if (!is_told(file, kind, at))
			continue;
		cidr_format(&at->at, host);
		hwatt_text_printf(out, "%s\n{\"address\":\"%s\",\"port\":%u", first ? "" : ",", host, told_port(file, kind, at));
		put_fact(out, "version", at->version[kinds[kind].protocol]);
		put_fact(out, "name", at->name[kinds[kind].protocol]);
		hwatt_text_putc(out, '}');
		first = false;
	}
	hwatt_text_putc(out, ']');
}

void device_file_json(const struct device_file *file, struct hwatt_text *out)
{
	struct row *rows = make_rows(file);
	hwatt_text_printf(out, "{\"schema\":1,\"addresses\":%zu,\"devices\":[", file->host_count);
	for (size_t i = 0; i < file->count; i++) {
		const struct row *row = &rows[i];
		hwatt_text_printf(out, "%s\n{\"id\":", i > 0 ? "," : "");
		hwatt_text_json(out, row->id);
		put_fact(out, "address", row->address);
		put_fact(out, "credentials", row->credentials);
		if (row->words->said != NULL) {
			put_fact(out, "version", "3");
		} else if (row->words->credentials == NULL) {
			put_fact(out, "version", row->words->version_1 ? "1" : "2c");
			put_fact(out, "community", row->words->community);
		}
		put_fact(out, "site", file->site != NULL ? file->site : "");
		put_fact(out, "name", row->is->host->name[row->access->protocol]);
		put_fact(out, "vendor", row->is->vendor);
		put_fact(out, "model", row->is->model);
		put_fact(out, "serial", row->is->serial);
		put_fact(out, "firmware", row->is->firmware);
		put_fact(out, "profile", row->is->profile);
		put_fact(out, "profile_reason", row->is->profile_reason);
		put_fact(out, "power_role", hwatt_power_role_name(row->is->power_role));
		put_fact(out, "same_serial_as", row->twin != NULL ? row->twin : "");
		put_fact(out, "error", row->is->error);
		hwatt_text_putc(out, '}');
	}
	hwatt_text_putc(out, ']');
	tell_json(file, TOLD_IPMI, "bmcs", out);
	tell_json(file, TOLD_REDFISH, "redfish", out);
	tell_json(file, TOLD_SNMPV3, "snmp_v3", out);
	hwatt_text_puts(out, "}\n");
	free(rows);
}
