/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "site_config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bmc_hall.h"
#include "hall.h"
#include "redfish_certificate.h"
#include "redfish_service.h"
#include "site_book.h"

#define PATH_MAX_OCTETS 4096
#define BMC_PASSWORD_FILE "bmc-password"
#define REDFISH_PASSWORD_FILE "redfish-password"

/* Makes the directory `path` unless it is there. */
static int make_directory(const char *path, struct sim_fault *fault)
{
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		return sim_fail(fault, "cannot make %s: %s", path, strerror(errno));
	return 0;
}

/* Closes `file`, written to `path`; any earlier error shows here too. */
static int finish(FILE *file, const char *path, struct sim_fault *fault)
{
	int bad = ferror(file);
	if (fclose(file) != 0 || bad != 0)
		return sim_fail(fault, "cannot write %s: %s", path, strerror(errno));
	return 0;
}

/* Opens `directory`/`name` for writing, NULL on error; `path` gets the whole name. */
static FILE *start(const char *directory, const char *name, char path[PATH_MAX_OCTETS],
                   struct sim_fault *fault)
{
	snprintf(path, PATH_MAX_OCTETS, "%s/%s", directory, name);
	FILE *file = fopen(path, "w");
	if (file == NULL)
		sim_fail(fault, "cannot write %s: %s", path, strerror(errno));
	return file;
}

/* Writes `text` as a YAML scalar that means just that text. */
static void write_quoted(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputc('\'', out);
		fputc(*text, out);
	}
	fputc('\'', out);
}

/* Where the device at `index` hangs in the power tree. */
static void write_feed(FILE *out, int index)
{
	const struct hall_device *device = &hall_devices[index];
	switch (device->kind) {
	case HALL_GRID:
		fputs(", power_role: grid, meter: sensor", out);
		return;
	case HALL_UPS:
		fputs(", power_role: ups_output, fed_by: [grid-1]", out);
		return;
	case HALL_PDU:
	case HALL_OLD_PDU:
		fputs(", power_role: pdu, fed_by: [ups-1]", out);
		return;
	case HALL_COOLER:
		fputs(", power_role: cooling, meter: sensor, fed_by: [grid-1]", out);
		return;
	case HALL_METERS:
		fputs(",\n     measures: [{quantity: water, index: \"1.1\", meter: vatten-1, accuracy: 2 %},\n"
		      "                {quantity: water_potable, index: \"1.1\", meter: vatten-1, accuracy: 2 %},\n"
		      "                {quantity: heat_reused, index: \"2.1\", meter: fjarrvarme-1, accuracy: 3 %},\n"
		      "                {quantity: heat_removed, index: \"3.1\", meter: kylvatten-1, accuracy: 3 %}]",
		      out);
		return;
	case HALL_ROOM:
		return;
	case HALL_SWITCH:
	case HALL_SERVER:
	case HALL_BMC:
	case HALL_REDFISH_SERVER:
		break;
	}
	int load = hall_device_load(index);
	if (device->kind == HALL_SWITCH)
		fputs(", meter: sensor", out);
	int outlet = hall_loads[load].outlet, rack = hall_loads[load].rack + 1;
	fprintf(out, ", power_role: it, fed_by: [pdu-a%d/outlet/%d, pdu-b%d/outlet/%d]", rack,
	        outlet, rack, outlet);
}

/* How a device is spoken to: the scheme of its address, and its credentials. */
static const char *scheme_of(const struct hall_device *device)
{
	return device->kind == HALL_BMC              ? "ipmi"
	       : device->kind == HALL_REDFISH_SERVER ? "redfish"
	                                             : "snmp";
}

static const char *credentials_of(const struct hall_device *device)
{
	return device->kind == HALL_BMC              ? "hall-bmcs"
	       : device->kind == HALL_REDFISH_SERVER ? "hall-redfish"
	                                             : "hall";
}

/* The line of device `index`. */
static void write_device(FILE *out, const struct site_config *config, int index)
{
	const struct hall_device *device = &hall_devices[index];
	uint32_t address = config->base + (uint32_t)index;
	fprintf(out, "  - {id: %s, address: \"%s://%u.%u.%u.%u:%u\", credentials: %s, site: %s",
	        device->id, scheme_of(device), (unsigned)(address >> 24),
	        (unsigned)(address >> 16 & 0xff), (unsigned)(address >> 8 & 0xff),
	        (unsigned)(address & 0xff), (unsigned)config->port, credentials_of(device),
	        HALL_SITE);
	if (device->rack != NULL)
		fprintf(out, ", rack: %s", device->rack);
	if (device->rack != NULL || device->kind == HALL_COOLER)
		fputs(", room: hall-1", out);
	write_feed(out, index);
	fputs(", accuracy: 1 %}\n", out);
}

/* The credentials of servers: a user, the file with the password, and the key of those that have one. */
static void write_account(FILE *out, const struct site_config *config, const char *name,
                          const char *protocol, const char *user, const char *file,
                          const char *pin)
{
	char folder[PATH_MAX_OCTETS], path[PATH_MAX_OCTETS + 32];
	/* whole, as hallwatt may be started elsewhere */
	const char *whole = realpath(config->directory, folder);
	snprintf(path, sizeof(path), "%s/%s", whole != NULL ? whole : config->directory, file);
	fprintf(out, "  %s: {%s: {user: %s, password: {file: ", name, protocol, user);
	write_quoted(out, path);
	fputc('}', out);
	if (pin != NULL)
		fprintf(out, ", pin: \"%s\"", pin);
	fputs("}}\n", out);
}

/* A file that only its owner may read. */
static int write_password(const struct site_config *config, const char *name, const char *password,
                          struct sim_fault *fault)
{
	char path[PATH_MAX_OCTETS];
	FILE *out = start(config->directory, name, path, fault);
	if (out == NULL)
		return -1;
	if (fchmod(fileno(out), 0600) < 0)
		fprintf(stderr, "hallsim: %s: %s\n", path, strerror(errno));
	fprintf(out, "%s\n", password);
	return finish(out, path, fault);
}

/* hallwatt.yaml. */
static int write_main(const struct site_config *config, struct sim_fault *fault)
{
	char path[PATH_MAX_OCTETS], pin[REDFISH_PIN];
	if (redfish_pin(HALL_REDFISH_PHRASE, pin, fault) < 0)
		return -1;
	FILE *out = start(config->directory, "hallwatt.yaml", path, fault);
	if (out == NULL)
		return -1;
	fputs("# A simulated data hall (hallsim): every device below answers on "
	      "loopback.\nlisten: ",
	      out);
	write_quoted(out, config->listen);
	if (config->state != NULL) {
		fputs("\nstate: ", out);
		write_quoted(out, config->state);
	}
	fputs("\ninterval: 5s\ncredentials:\n  hall: {snmp: {version: 2c, community: ", out);
	write_quoted(out, config->community);
	fputs("}}\n", out);
	write_account(out, config, "hall-bmcs", "ipmi", HALL_BMC_USER, BMC_PASSWORD_FILE, NULL);
	write_account(out, config, "hall-redfish", "redfish", REDFISH_USER, REDFISH_PASSWORD_FILE,
	              pin);
	fprintf(out,
	        "sites:\n"
	        "  - id: %s\n"
	        "    name: Demo 1 Luleå\n"
	        "    country: SE\n"
	        "    bidding_zone: SE1\n"
	        "    timezone: Europe/Stockholm\n"
	        "    rated_it_power: 60 kW\n"
	        "    data_centre:\n"
	        "      owner: Exempelhall AB\n"
	        "      owner_contact: drift@exempelhall.example\n"
	        "      operator: Exempelhall AB\n"
	        "      operator_contact: drift@exempelhall.example\n"
	        "      lau: \"2580\"\n"
	        "      nuts3: SE332\n"
	        "      type: colocation\n"
	        "      operation_start: \"2019-06\"\n"
	        "      electrical_redundancy: 2N\n"
	        "      electrical_redundancy_rack: 2N\n"
	        "      cooling_redundancy: N+1\n"
	        "      cooling_redundancy_rack: \"N\"\n"
	        "      no_grid_functions: true\n"
	        "      refrigerants:\n"
	        "        - {name: R-1234ze, charge_kg: 18, gwp: 7}\n"
	        "racks:\n",
	        HALL_SITE);
	for (int rack = 0; rack < HALL_RACKS; rack++)
		fprintf(out, "  - {id: %s, site: %s, usable_power: %s}\n", hall_racks[rack],
		        HALL_SITE, hall_rack_power[rack]);
	fputs("devices:\n", out);
	for (int i = 0; i < HALL_DEVICES; i++)
		write_device(out, config, i);
	fputs("contracts: [contracts.d/*.yaml]\n"
	      "readings: [books/readings.csv]\n"
	      "certificates: [books/certificates.csv]\n"
	      "production: [books/production.csv]\n"
	      "factors: [books/factors.csv]\n"
	      "benchmarks: [books/benchmarks.csv]\n"
	      "supplier_figures: [books/supplier-figures.csv]\n",
	      out);
	return finish(out, path, fault);
}

int site_config_write(const struct site_config *config, struct sim_fault *fault)
{
	struct site_days days = {config->now_s, config->from_s, config->until_s};
	if (make_directory(config->directory, fault) < 0 ||
	    write_password(config, BMC_PASSWORD_FILE, HALL_BMC_PASSWORD, fault) < 0 ||
	    write_password(config, REDFISH_PASSWORD_FILE, REDFISH_PASSWORD, fault) < 0 ||
	    write_main(config, fault) < 0)
		return -1;
	return site_book_write_all(config->directory, &days, fault);
}
