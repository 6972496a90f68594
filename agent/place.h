/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* place.h - countries and time zones that exist. */
#ifndef HALLWATT_PLACE_H
#define HALLWATT_PLACE_H

#include <hallwatt/arena.h>
#include <hallwatt/error.h>

/* Whether `code` is a country of ISO 3166-1: HWATT_EINVAL when not. */
int place_country(const char *code, struct hwatt_error *err);
/* Whether the system has the time zone `name`; else HWATT_EINVAL with the likest name. */
int place_timezone(const char *name, struct hwatt_error *err);

#endif
