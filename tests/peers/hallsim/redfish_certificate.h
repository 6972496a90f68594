/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* redfish_certificate.h - a key and a certificate for loopback addresses, made at the start and signed by itself. */
#ifndef HALLSIM_REDFISH_CERTIFICATE_H
#define HALLSIM_REDFISH_CERTIFICATE_H

#include <stdint.h>

#include "fault.h"

#define REDFISH_NAMED 64 /* addresses that stand in it */
#define REDFISH_PIN 64   /* room for sha256// and a digest */

/* For `count` addresses from `base`, and the name "hallsim". The key is made from `phrase`, so that a client that keeps
 * the key it saw first finds it again; NULL: a new key. Both texts are PEM, malloc'ed. */
int redfish_certificate(uint32_t base, uint32_t count, const char *phrase, char **key_pem, char **certificate_pem, struct sim_fault *fault);

/* The public key that `phrase` makes, as clients pin it. */
int redfish_pin(const char *phrase, char out[REDFISH_PIN], struct sim_fault *fault);

#endif
