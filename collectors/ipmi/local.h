/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* local.h - the way to this machine's own management controller, through the kernel's driver.
 *
 * Needs no root: the group that /dev/ipmi0 belongs to is enough.  The kernel repeats what gets lost and gives the completion
 * code C3h when the controller stays silent.  A controller without an interrupt keeps a kernel thread busy for as long as a
 * command is out, so nothing is sent at the pace of a network's polls.
 * Source: <linux/ipmi.h>; Documentation/driver-api/ipmi.rst. */
#ifndef IPMI_LOCAL_H
#define IPMI_LOCAL_H

#include "transport.h"

#define LOCAL_MIN_INTERVAL_MS 10000 /* polls closer to one another than this are not wanted: see above */
#define LOCAL_TIMEOUT_MS 15000      /* beyond all the kernel's own tries */

struct uv_loop_s;

struct local_kernel { /* the three calls that reach the driver; each as the system call: -1 and errno */
	void *arg;
	int (*open)(void *arg, const char *path);
	int (*control)(void *arg, int fd, unsigned long request, void *data);
	int (*close)(void *arg, int fd);
};

/* The real ones. */
extern const struct local_kernel local_linux;

/* Opens the driver's device `number`: /dev/ipmi0, /dev/ipmi/0 or /dev/ipmidev/0. HWATT_EIO: not there, or not permitted; the
 * sentence says what to do. A device that fails later is opened anew with the next command. `kernel` outlives the transport, which
 * is freed by its own close. */
int local_open(struct uv_loop_s *loop, unsigned number, const struct local_kernel *kernel, struct transport **out,
	       struct hwatt_error *err);

#endif
