/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* redfish_model.h - the resources of a service: of a captured tree, or made up, with the power of bmc_power.h. */
#ifndef HALLSIM_REDFISH_MODEL_H
#define HALLSIM_REDFISH_MODEL_H

#include "redfish_service.h"

/* The resource at `path` (without a slash at its end) as malloc'ed JSON; NULL: there is none. */
char *redfish_model(const struct redfish_service *service, const char *path, const char *query, int64_t now_ms);

#endif
