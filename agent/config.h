/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* config.h - one validated configuration generation: what the files said, as structs.
 *
 * The option tables in config.c are the only place where a key exists. A load reports all mistakes at once. */
#ifndef HALLWATT_CONFIG_H
#define HALLWATT_CONFIG_H

#include "books.h"
#include "document.h"
#include "measure.h"
#include <hallwatt/collector.h>
#include <hallwatt/device.h>

struct contract;

struct config_refrigerant {
	const char *name;
	int64_t charge, gwp;        /* millionths of kg and of 1 */
	struct hwatt_mark mark;
};

struct config_data_centre { /* what the yearly report asks of a site and no meter tells; "" not stated */
	const char *owner, *owner_contact, *operator, *operator_contact, *lau, *nuts3;
	int type;                   /* 0: not stated; see config.c */
	const char *operation_start; /* "2019-06" */
	const char *elec_redundancy, *elec_redundancy_rack, *cool_redundancy, *cool_redundancy_rack;
	bool no_grid_functions;     /* stated that there are none */
	struct hwatt_list grid_functions; /* const char * */
	struct hwatt_list refrigerants;   /* struct config_refrigerant */
};

struct config_allocation { int rule; int64_t fixed_ppm, contracted_mw; }; /* enum allocation_rule */

struct config_site {
	const char *id, *name, *country, *bidding_zone, *timezone;
	int64_t rated_it_mw;
	const char *ruleset;        /* id: how its figures are computed */
	int onsite;                 /* what its own plant burns: enum certificate_technology; CERTIFICATE_UNKNOWN when not stated */
	struct config_allocation allocation;
	struct config_data_centre data_centre;
	struct hwatt_mark mark;
};

struct config_rack { /* usable power of one feed; optional */
	const char *id, *site;
	int64_t usable_mw;
	struct hwatt_mark mark;
};

struct config_credentials {
	const char *name;
	const struct hwatt_collector *collector; /* the protocol they are for */
	void *settings;                          /* read by the collector's table */
	struct hwatt_mark mark;
};

struct config_feed { /* what feeds a device: "ups-1", "pdu-a1/outlet/7" */
	const char *device;
	int role;                   /* enum hwatt_role, -1: the device as a whole */
	int index;                  /* of the role, from 1; 0: none */
	struct hwatt_mark mark;
};

struct config_details { /* of a device: what few say */
	struct hwatt_list fed_by;   /* struct config_feed */
	int64_t u;                  /* lowest rack unit that it fills, 0 not stated */
	enum config_points { CONFIG_POINTS_TOTAL, CONFIG_POINTS_ALL } points; /* which points get interval rows */
	const char *meter;          /* role whose points are the device's total ("inlet"); "" = the first that it has */
	int64_t accuracy_ppm;       /* MPE of its energy metering, 0 unknown */
	struct hwatt_list measures; /* struct measure: of water and heat */
	int64_t usable_mw;          /* rack PDUs: usable power of this feed, 0 unknown */
};

struct config_device { /* small: there are ten thousand of them */
	struct hwatt_device device; /* what collectors see */
	union {
		const void *settings;       /* of its credentials, or the collector's defaults; never NULL */
		const char *address;        /* while it is read: as written */
	};
	struct config_details *details; /* NULL: it says none of them; see config_details() */
	struct hwatt_mark mark;
};

_Static_assert(sizeof(struct config_device) <= 128, "there are ten thousand of them");

struct config {
	struct hwatt_arena *arena;  /* owns everything below */
	const char *file;
	char hash[65];              /* SHA-256 over all files read, hex */
	char own_hash[65];          /* over those that people write: all but the targets of device_discovery */
	const char *listen;         /* "127.0.0.1:9890" */
	const char *state;          /* folder, absolute */
	const char *web_config;     /* file of the web server's settings, absolute; "" when none */
	int64_t interval_ms, timeout_ms, stale_after_ms;
	int retries;
	bool enable_lifecycle;
	enum hwatt_level log_level;
	enum hwatt_log_format log_format;
	struct hwatt_list target_places; /* struct watch_place: where files of targets are looked for */
	struct hwatt_list target_urls;   /* struct fetch_order: lists of targets that servers have */
	struct hwatt_list profiles; /* const char *: further folders of profiles, absolute */
	size_t site_count, rack_count, credentials_count, device_count, contract_count;
	struct config_site *sites;
	struct config_rack *racks;
	struct config_credentials *credentials;
	struct config_device *devices;
	struct contract **contracts;
	struct books *books;        /* readings, certificates, factors ... */
	struct hwatt_report notes;  /* what is no mistake and should be known */
};

/* What the device says of them, or what is so when it says nothing. */
const struct config_details *config_details(const struct config_device *device);

/* The rules of a site's figures; NULL when there is no such site. */
const struct ruleset *config_ruleset(const struct config *config, const char *site);
/* "enterprise" ...; "" for 0. */
const char *config_data_centre_type(int type);

/* Reads `path` with its includes, discovered devices and contracts; every collector's settings are read by its table. NULL when `report` then holds mistakes. */
struct config *config_load(const char *path, struct hwatt_report *report);
void config_free(struct config *config);

/* Splits "snmp://[::1]:161" into scheme, host and port (0: none given), strings in the arena. "ipmi-local:1" is of the scheme
 * "ipmi", with the host "" and the driver's number as port. */
int config_address(const char *text, struct hwatt_arena *arena, const char **scheme, const char **host,
		   uint16_t *port, struct hwatt_error *err);

/* Splits "127.0.0.1:9890", "[::1]:9890" or ":9890" (host "") likewise. */
int config_listen(const char *text, struct hwatt_arena *arena, const char **host, uint16_t *port,
		  struct hwatt_error *err);

/* The schema of the main file, for the JSON Schema and the man page; made in the arena, as the collectors have their part in it. */
const struct hwatt_schema *config_schema(struct hwatt_arena *arena);

#endif
