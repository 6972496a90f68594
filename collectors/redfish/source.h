/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* source.h - what configuration and profiles may say about Redfish: the collector's option tables. */
#ifndef REDFISH_SOURCE_H
#define REDFISH_SOURCE_H

#include <hallwatt/option.h>
#include <hallwatt/profile.h>

struct redfish_settings {
	const char *user;
	struct hwatt_secret password;
	const char *ca;          /* file of certificates, "system", "" = pin */
	const char *pin;         /* sha256//..., "" = the key seen first */
	const char *server_name; /* what the certificate is for, "" = the address */
	int old_tls, basic; /* 1: yes */
	int64_t timeout_ms, detail_ms, refresh_ms;
};

struct redfish_match { /* regular expressions, "" = not asked; every one given must fit */
	const char *vendor, *model, *firmware, *path;
};

struct redfish_source {
	int resource;            /* enum kind of walk.h */
	const char *pointer;     /* JSON pointer in it; a * stands for every member of an array or object */
	const char *id;          /* regular expression on the Id, MemberId or Name of the object around the value */
	const char *unless_below; /* pointer, from the object around the value, to a number: greater values are left out */
	bool ignore;             /* this value is none */
	bool total;              /* the device's total */
	bool component;          /* a part of what another reading measures: shown, not summed */
};

#endif
