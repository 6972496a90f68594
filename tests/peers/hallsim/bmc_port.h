/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* bmc_port.h - one UDP socket on loopback behind which all BMCs of a farm are.
 *
 * The address that a packet was sent to says which BMC is meant, and the answer leaves from there.
 * All of 127.0.0.0/8 is local, so no address needs to be set up.  BMC 0 is at [::1], too, where there
 * is IPv6 and the port is free there. */
#ifndef HALLSIM_BMC_PORT_H
#define HALLSIM_BMC_PORT_H

#include "bmc_farm.h"

struct bmc_port;

/* Opens the socket; BMC 0 has the address `base`, host order.  Port 0: any free one. */
struct bmc_port *bmc_port_open(struct bmc_farm *farm, uint32_t base, uint16_t port,
                               struct sim_fault *fault);
void bmc_port_close(struct bmc_port *port);

/* What to poll for input, and which UDP port it is. */
int bmc_port_fd(const struct bmc_port *port);
uint16_t bmc_port_number(const struct bmc_port *port);

/* Answers what has come (when `readable`) and sends what is due.  Set the farm's clocks before. */
void bmc_port_turn(struct bmc_port *port, bool readable);

/* Milliseconds of run time until something is due, -1 for never. */
int bmc_port_patience_ms(const struct bmc_port *port);

#endif
