/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* profile.h - what a device family can tell: a data file, so that a new family needs no code. */
#ifndef HALLWATT_PROFILE_H
#define HALLWATT_PROFILE_H

struct hwatt_profile_set;

#endif
