/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "window.h"

bool window_take(struct window *w, uint32_t number)
{
	int32_t ahead = (int32_t)(number - w->top);
	if (!w->any) {
		*w = (struct window){ .top = number, .seen = 1, .any = true };
		return true;
	}
	if (ahead > 0) {
		w->seen = ahead < (int32_t)WINDOW_WIDTH ? w->seen << ahead | 1u : 1u;
		w->top = number;
		return true;
	}
	uint32_t behind = 0u - (uint32_t)ahead;
	if (behind >= WINDOW_WIDTH || (w->seen >> behind & 1u) != 0)
		return false;
	w->seen |= 1u << behind;
	return true;
}
