/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* pin.h - the key of a certificate as curl and RFC 7469 write it: "sha256//" and the digest in base64. */
#ifndef REDFISH_PIN_H
#define REDFISH_PIN_H

#define PIN_SIZE 56

/* The pin of the first certificate in `pem`; -1 when there is none. */
int pin_of_pem(const char *pem, char out[PIN_SIZE]);

#endif
