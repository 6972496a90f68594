/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* redfish_page.h - a resource being written. */
#ifndef HALLSIM_REDFISH_PAGE_H
#define HALLSIM_REDFISH_PAGE_H

#include <stddef.h>

#include "redfish_service.h"

struct redfish_page {
	char *text;
	size_t length, room; /* what does not fit is left out */
};

void redfish_put(struct redfish_page *page, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The object's beginning: what it is. */
void redfish_head(struct redfish_page *page, const char *path, const char *type, const char *id);
/* What the machine draws. */
struct bmc_power redfish_power(const struct redfish_service *s, int64_t now_ms);

#endif
