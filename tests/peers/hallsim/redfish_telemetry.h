/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* redfish_telemetry.h - the supplies and processors of a service with metric reports, and these reports.
 *
 * Machine: its power in EnvironmentMetrics; two supplies with Metrics, each half of it; two processors with a power that is always
 * 60 W and 1 W for each unit of number mod 8, and its energy register. Reports: Power (made every half second: all of these), Means
 * (the same, averaged over an hour), Hourly, Changes (when a value changes), Off (not enabled). In Power, the supplies are named by a
 * MetricId alone, and the machine's power by the sensor that EnvironmentMetrics quotes. */
#ifndef HALLSIM_REDFISH_TELEMETRY_H
#define HALLSIM_REDFISH_TELEMETRY_H

#include <stdbool.h>

#include "redfish_page.h"

/* false: there is no such resource. */
bool redfish_telemetry(struct redfish_page *page, const struct redfish_service *s, const char *path, int64_t now_ms);

#endif
