/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* redfish_certificate.h - a key and a certificate for loopback addresses, made at the start and signed by itself. */
#ifndef HALLSIM_REDFISH_CERTIFICATE_H
#define HALLSIM_REDFISH_CERTIFICATE_H

#include <stdint.h>

#include "fault.h"

#define REDFISH_NAMED 64 /* addresses that stand in it */

/* For `count` addresses from `base`, and the name "hallsim". Both texts are PEM, malloc'ed. */
int redfish_certificate(uint32_t base, uint32_t count, char **key_pem, char **certificate_pem, struct sim_fault *fault);

#endif
