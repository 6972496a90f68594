/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "redfish_page.h"

#include <stdarg.h>
#include <stdio.h>

struct bmc_power redfish_power(const struct redfish_service *s, int64_t now_ms)
{
	struct bmc_power power;
	if (s->power == NULL)
		return bmc_power_at(s->seed, s->number, now_ms);
	s->power->read(s->power->arg, s->number, now_ms, &power);
	return power;
}

void redfish_put(struct redfish_page *page, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(page->text + page->length, page->room - page->length, fmt, args);
	va_end(args);
	page->length += n > 0 ? (size_t)n : 0;
	if (page->length >= page->room)
		page->length = page->room - 1;
}

void redfish_head(struct redfish_page *page, const char *path, const char *type, const char *id)
{
	redfish_put(page, "{\"@odata.id\":\"%s\",\"@odata.type\":\"#%s\",\"Id\":\"%s\",\"Name\":\"%s\"", path, type, id, id);
}
