/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* source.h - what configuration and profiles may say about SNMP: the collector's option tables.
 *
 * An object is named by its OID: one that ends in .0 is a scalar; another is a column, to which the row of the reading's own
 * column is added; with a template behind it ("1.3.6.1.4.1.534.6.6.7.1.2.1.9.{1}") the template gives the row. */
#ifndef SNMP_SOURCE_H
#define SNMP_SOURCE_H

#include <hallwatt/option.h>
#include <hallwatt/profile.h>

#define SNMP_UNBOUNDED INT64_C(900000000000000000) /* a condition without a bound on this side */

enum snmp_version { SNMP_V1, SNMP_V2C, SNMP_V3 };

struct snmp_settings {
	int version;
	const char *community;
	struct hwatt_secret community_secret;
	const char *user, *context, *engine_id;
	int auth, priv; /* enum seal_auth, enum seal_priv */
	struct hwatt_secret auth_secret, priv_secret;
	int64_t timeout_ms, retries, max_repetitions, refresh_ms;
};

struct snmp_match {
	struct hwatt_list object_ids; /* const char *: prefixes of sysObjectID */
	const char *description;      /* regular expression on sysDescr */
	struct hwatt_list probe;      /* const char *: one of them must answer */
};

struct snmp_condition { /* on the value of an object; every key given must hold */
	const char *oid;
	struct hwatt_list is, is_not; /* int64_t */
	int64_t min, max;
	struct hwatt_list text;       /* const char *: the value as text, OIDs dotted */
	const char *matches, *matches_not;
	bool missing;                 /* holds where there is no such object */
};

struct snmp_exponent { /* raw x 10^(value x times + plus) */
	const char *oid;
	int64_t times, plus;
};

struct snmp_unit {
	int64_t is;
	const char *text;
	bool missing; /* meant where the object is not there at all */
	int64_t scale_micro;
	int unit; /* enum hwatt_profile_unit */
};

struct snmp_source {
	const char *oid;
	struct hwatt_list names;      /* const char *: objects that name the row, the first that is not empty */
	const char *index_oid;        /* object whose value is the index, or goes where the index template says {value} */
	const char *index_match;      /* regular expression on that value, of which the first group counts */
	const char *unit_oid;
	struct hwatt_list units;      /* struct snmp_unit: what unit_oid's values mean; others: left out */
	struct hwatt_list exponents;  /* struct snmp_exponent */
	const char *times_oid, *divide_oid;
	const char *signed_oid;       /* positive: multiply, negative: divide by its magnitude */
	struct hwatt_list plus, minus; /* const char * */
	struct hwatt_list counted;    /* const char *: columns beside oid; the reading is the number of their rows */
	struct hwatt_list where;      /* struct snmp_condition: which rows; read with the names */
	struct hwatt_list when;       /* struct snmp_condition: whether the value counts; read with the values */
	const char *zero_with;        /* a raw 0 counts only while this object is 0, too */
	const char *lines_oid;        /* rows whose last sub-identifier is above this object's value are not there */
	struct hwatt_list rows;       /* int64_t: last sub-identifiers of the rows that count */
	const char *row_matches;      /* regular expression on a row's dotted index */
	const char *stamp_oid;        /* a text that changes when the register is reset */
};

struct snmp_part {
	struct snmp_source at;        /* the serial number; of its keys those that choose rows and name places */
	struct hwatt_list models, firmwares; /* const char *: the first that is not empty */
	struct hwatt_list empty;      /* struct snmp_condition: all hold: nothing is at the place */
};

#endif
