/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "progress.h"
#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REDRAW_MS 100
#define SETTLE_MS 200 /* before that, how long it will take is a guess */

void progress_start(struct progress *p, FILE *out, const char *label, int64_t total, int64_t now_ms)
{
	*p = (struct progress){ .out = out, .label = label, .total = total, .start_ms = now_ms, .drawn_ms = now_ms,
				.shown = isatty(fileno(out)) && total > 0 };
}

static int columns(FILE *out)
{
	struct winsize size;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 80;
	return size.ws_col < 100 ? size.ws_col : 100;
}

/* Milliseconds that it will take in all, at the pace so far. */
static int64_t estimate_ms(const struct progress *p, int64_t done, int64_t elapsed_ms)
{
	return done > 0 ? (int64_t)((double)elapsed_ms / (double)done * (double)p->total) : INT64_MAX;
}

static void draw(struct progress *p, int64_t done, int64_t left_ms)
{
	char tail[48] = "", bar[101];
	int percent = (int)((double)done / (double)p->total * 100);
	if (left_ms != INT64_MAX)
		snprintf(tail, sizeof(tail), "  %" PRId64 " s left", (left_ms + 999) / 1000);
	/* The bar takes what the rest leaves; the last column stays free, as some terminals wrap there. */
	int room = columns(p->out) - 1 - (int)strlen(p->label) - 4 - 7 - 16;
	room = room > (int)sizeof(bar) - 1 ? (int)sizeof(bar) - 1 : room;
	if (room < 4) {
		fprintf(p->out, "\r\033[K%3d %%", percent);
	} else {
		int full = (int)((double)done / (double)p->total * room);
		memset(bar, '#', (size_t)full);
		memset(bar + full, '.', (size_t)(room - full));
		fprintf(p->out, "\r\033[K%s  [%.*s] %3d %%%s", p->label, room, bar, percent, tail);
	}
	fflush(p->out);
	p->drawn = true;
}

void progress_update(struct progress *p, int64_t done, int64_t now_ms)
{
	int64_t elapsed_ms = now_ms - p->start_ms;
	if (!p->shown || now_ms - p->drawn_ms < REDRAW_MS || elapsed_ms < SETTLE_MS)
		return;
	done = done < 0 ? 0 : done > p->total ? p->total : done;
	int64_t whole_ms = estimate_ms(p, done, elapsed_ms);
	if (!p->drawn && whole_ms <= PROGRESS_WORTH_MS)
		return;
	p->drawn_ms = now_ms;
	draw(p, done, whole_ms == INT64_MAX ? INT64_MAX : whole_ms - elapsed_ms);
}

void progress_end(struct progress *p)
{
	if (p->drawn) {
		fputs("\r\033[K", p->out);
		fflush(p->out);
	}
	p->drawn = false;
}
