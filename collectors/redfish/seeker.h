/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* seeker.h - asks one address whether a Redfish service is there: one GET of the service root, without credentials.
 *
 * For this question alone the certificate is not looked at: nothing is sent that is worth protecting, and nothing that comes back
 * is trusted. */
#ifndef REDFISH_SEEKER_H
#define REDFISH_SEEKER_H

#include "curl_loop.h"
#include <hallwatt/collector.h>

int seeker_ask(struct curl_loop *loop, const struct sockaddr *to, int64_t timeout_ms, hwatt_find_done *done, void *arg,
	       struct hwatt_error *err);

#endif
