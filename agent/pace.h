/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* pace.h - so many packets a second, and no burst to speak of: a bucket of tokens that may owe some. */
#ifndef HALLWATT_PACE_H
#define HALLWATT_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct pace { /* owned by the caller */
	int64_t rate;    /* a second */
	int64_t tokens;  /* thousandths; below 0: owed */
	int64_t last_ms;
};

/* `now_ms`: of any clock that goes forward. */
static inline void pace_start(struct pace *p, int64_t rate, int64_t now_ms)
{
	*p = (struct pace){ .rate = rate, .last_ms = now_ms };
}

/* Whether one more may go now; what was saved up is at most a twentieth of a second's worth. */
static inline bool pace_ready(struct pace *p, int64_t now_ms)
{
	int64_t most = p->rate * 50 > 1000 ? p->rate * 50 : 1000;
	p->tokens += (now_ms - p->last_ms) * p->rate;
	p->last_ms = now_ms;
	p->tokens = p->tokens < most ? p->tokens : most;
	return p->tokens >= 1000;
}

/* `count` were sent. */
static inline void pace_spend(struct pace *p, int64_t count)
{
	p->tokens -= count * 1000;
}

#endif
