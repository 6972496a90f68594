/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* ask.h - what a verdict that is not good gives to raise with the supplier, for readers who are no engineers. */
#ifndef HALLWATT_ASK_H
#define HALLWATT_ASK_H

#include <hallwatt/option.h>
#include <hallwatt/view.h>

/* What to ask for; constant strings, empty when there is nothing to ask for: met, not applicable, or the period is not over. */
struct hwatt_texts ask_about(const struct hwatt_view_requirement *verdict);

#endif
