/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* collectors.h - two protocols that only exist as tables, for tests of what reads a configuration. */
#ifndef HALLWATT_TEST_COLLECTORS_H
#define HALLWATT_TEST_COLLECTORS_H

#include <hallwatt/collector.h>

struct fake_settings {
	int version;
	const char *user;
	struct hwatt_secret password;
};

static const char *const fake_versions[] = { "1", "2c", "3", NULL };
static const struct hwatt_option fake_snmp_rows[] = {
	{ .name = "version", .type = HWATT_ENUM, .offset = offsetof(struct fake_settings, version), .words = fake_versions,
	  .fallback = "2c", .help = "version of the protocol" },
	{ .name = "community", .type = HWATT_STRING, .offset = offsetof(struct fake_settings, user), .fallback = "public" },
	{ .name = "auth_secret", .type = HWATT_SECRET, .offset = offsetof(struct fake_settings, password) },
};
static const struct hwatt_option fake_ipmi_rows[] = {
	{ .name = "user", .type = HWATT_STRING, .offset = offsetof(struct fake_settings, user), .flags = HWATT_REQUIRED,
	  .help = "user of the BMC" },
	{ .name = "password", .type = HWATT_SECRET, .offset = offsetof(struct fake_settings, password) },
};
static const struct hwatt_collector fake_snmp = {
	.name = "snmp", .default_port = 161,
	.settings = { .name = "snmp", .help = "SNMP", .size = sizeof(struct fake_settings), .options = fake_snmp_rows, .count = 3 },
};
static const struct hwatt_collector fake_ipmi = {
	.name = "ipmi", .default_port = 623,
	.settings = { .name = "ipmi", .help = "IPMI", .size = sizeof(struct fake_settings), .options = fake_ipmi_rows, .count = 2 },
};
const struct hwatt_collector *const hallwatt_collectors[] = { &fake_snmp, &fake_ipmi, NULL };

#endif
