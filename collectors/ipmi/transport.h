/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* transport.h - the way to one management controller: one command at a time, and its answer.
 *
 * The command layer (bmc.h) does not know whether its commands go over the network (lan.h) or through the kernel's driver
 * (local.h).  A transport is the first member of the struct that implements it. */
#ifndef IPMI_TRANSPORT_H
#define IPMI_TRANSPORT_H

#include <hallwatt/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRANSPORT_MAX_REQUEST 24u /* octets of data that a command may have */

struct transport_command {
	uint8_t netfn, lun, command; /* netfn of the request: even */
	const uint8_t *data;         /* copied */
	size_t length;
	unsigned after_ms;           /* not before: the controller was busy. Over the network alone: the kernel's driver waits by itself */
};

struct transport_answer { /* valid during the call */
	uint8_t code;                /* completion code, 0 done */
	const uint8_t *data;         /* behind the completion code */
	size_t length;
};

/* How a command ended: an answer with any completion code, or NULL and `err` says why there is none: HWATT_ETIMEOUT silence,
 * HWATT_EAUTH refused, HWATT_EPROTO, HWATT_EIO, HWATT_ENODATA the controller is there but has no session free. */
typedef void transport_done(void *arg, const struct transport_answer *answer, const struct hwatt_error *err);

struct transport;

struct transport_kind {
	/* Sends a command, of at most TRANSPORT_MAX_REQUEST octets; none may be out. `done` is called once, later, never from here. */
	void (*send)(struct transport *t, const struct transport_command *command, transport_done *done, void *arg);
	/* Forgets the command that is out, if any: its `done` is not called. */
	void (*cancel)(struct transport *t);
	/* The poll is over: what is only held while polling may go. */
	void (*rest)(struct transport *t);
	/* The controller said "insufficient privilege" (D4h). True: the next command goes out with a higher one. */
	bool (*raise)(struct transport *t);
	/* Cancels, ends the session and frees the transport; then `closed` is called, maybe before this returns. */
	void (*close)(struct transport *t, void (*closed)(void *arg), void *arg);
};

struct transport {
	const struct transport_kind *kind;
};

#endif
