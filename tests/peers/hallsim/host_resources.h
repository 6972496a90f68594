/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* host_resources.h - which storage row of a server is its disk. */
#ifndef HALLSIM_HOST_RESOURCES_H
#define HALLSIM_HOST_RESOURCES_H

/* hrStorageIndex of "/", the only fixed disk of each server. */
#define HOST_RESOURCES_DISK_INDEX 31

#endif
