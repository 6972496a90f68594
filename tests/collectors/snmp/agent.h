/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* agent.h - a real snmpd on loopback with a folder of its own: made, started, stopped and removed by the test. */
#ifndef SNMP_AGENT_H
#define SNMP_AGENT_H

#include "fake_target.h"
#include <stdint.h>
#include <sys/types.h>

struct agent {
	char folder[64], config[96], state[96], address[64];
	uint16_t port;
	pid_t pid;
};

/* Where snmpd is; NULL: not installed. */
const char *agent_program(void);
/* A folder and a free port; `lines` are its configuration. */
void agent_make(struct agent *agent, const char *lines);
/* Writes the configuration anew. */
void agent_configure(struct agent *agent, const char *lines);
void agent_start(struct agent *agent);
void agent_stop(struct agent *agent);
/* While it is stopped: takes from it what it knows of its engine; or has it believe that it started so often with
 * this engine id. */
void agent_forget(struct agent *agent);
void agent_boots(struct agent *agent, const char *engine, unsigned boots);
/* Kills it, so that it cannot write what it knows. */
void agent_kill(struct agent *agent);
/* Stops it and removes its folder. */
void agent_remove(struct agent *agent);
/* Asks without a session of ours, until the agent answers a discovery of its engine id. */
void agent_await(const struct agent *agent);

#endif
