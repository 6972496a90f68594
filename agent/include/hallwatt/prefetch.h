/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* prefetch.h - what will soon be read and written, on its way into the processor's cache while others are waited for. */
#ifndef HALLWATT_PREFETCH_H
#define HALLWATT_PREFETCH_H

#include <stddef.h>

#define HWATT_CACHE_LINE 64u

/* `from` may be anything, NULL too: nothing is read that the program sees. */
static inline void hwatt_prefetch(const void *from, size_t octets)
{
	for (size_t at = 0; at < octets; at += HWATT_CACHE_LINE)
		__builtin_prefetch((const char *)from + at, 1);
}

#endif
