/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* device_file.h - writes what was found as a device file: YAML to be edited and included, or JSON. */
#ifndef HALLWATT_DEVICE_FILE_H
#define HALLWATT_DEVICE_FILE_H

#include "introduce.h"
#include <hallwatt/text.h>

#define DEVICE_ID_SIZE 80

struct device_file_access { /* what the file says of an access */
	const char *credentials; /* name of the configuration's, NULL: those below are made */
	const char *said;        /* the text of the settings, NULL: of a community */
	const char *community;
	bool version_1;
};

struct device_file {
	const struct introduction *items;
	size_t count;
	const struct sweep_host *hosts; /* all that were asked; those that are only known to be there are told of */
	size_t host_count;
	const struct sweep_access *accesses;
	const struct device_file_access *words; /* of each access */
	size_t access_count;
	const char *site;               /* NULL: to be filled in */
};

/* Makes a device's id of its name: a host's first label, in small letters, what is not allowed as a hyphen; of `address` when
 * nothing is left; with -2, -3 ... behind it as long as it is one of the `count` in `others`. */
void device_file_id(const char *name, const char *address, char (*others)[DEVICE_ID_SIZE], size_t count,
		    char out[DEVICE_ID_SIZE]);

void device_file_yaml(const struct device_file *file, struct hwatt_text *out);
void device_file_json(const struct device_file *file, struct hwatt_text *out);

#endif
