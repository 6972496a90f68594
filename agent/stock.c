/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "stock.h"
#include <hallwatt/arena.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOWHERE SIZE_MAX

static void free_part(struct stock_part *part)
{
	free(part->index);
	free(part->model);
	free(part->serial);
	free(part->firmware);
}

void stock_free(struct stock *s)
{
	for (size_t i = 0; i < s->count; i++)
		free_part(&s->items[i]);
	free(s->items);
	*s = (struct stock){0};
}

static size_t at_place(const struct stock *s, enum hwatt_part_kind kind, const char *index)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].kind == kind && strcmp(s->items[i].index, index) == 0)
			return i;
	return NOWHERE;
}

static size_t with_serial(const struct stock *s, enum hwatt_part_kind kind, const char *serial)
{
	for (size_t i = 0; serial[0] != '\0' && i < s->count; i++)
		if (s->items[i].kind == kind && strcmp(s->items[i].serial, serial) == 0)
			return i;
	return NOWHERE;
}

static char *clean(const char *text)
{
	char out[STOCK_TEXT];
	hwatt_text_clean(out, sizeof(out), text != NULL ? text : "", text != NULL ? strlen(text) : 0);
	return hwatt_strdup(out);
}

/* Puts a copy of `p` at the place `index`, over what stood there. */
static void put(struct stock *s, const struct hwatt_part *p)
{
	struct stock_part part = { .kind = p->kind, .gone = p->empty, .index = clean(p->index), .model = clean(p->model),
				   .serial = clean(p->serial), .firmware = clean(p->firmware) };
	size_t at = at_place(s, p->kind, part.index);
	if (at == NOWHERE && s->count == STOCK_MAX_PARTS) {
		free_part(&part);
		return;
	}
	if (at == NOWHERE) {
		s->items = hwatt_realloc(s->items, (s->count + 1) * sizeof(*s->items));
		at = s->count++;
	} else {
		free_part(&s->items[at]);
	}
	s->items[at] = part;
}

void stock_put(struct stock *s, const struct hwatt_part *part)
{
	struct hwatt_part as = *part;
	if (part->empty)
		as.serial = as.firmware = "";
	put(s, &as);
}

/* A part as it is, at another place or in another state. */
static struct hwatt_part as_told(const struct stock_part *p, bool gone, const char *index)
{
	return (struct hwatt_part){ .kind = p->kind, .index = index, .model = p->model, .serial = p->serial, .firmware = p->firmware,
				    .empty = gone };
}

/* --- what a look means ------------------------------------------------------------------------------------------- */

struct look {
	const struct stock *kept, *told;
	bool *says;   /* by told: it has something to say */
	bool *paired; /* by kept: its successor is known */
	stock_changed *changed;
	void *arg;
};

static bool says_something(const struct stock *told, size_t n)
{
	const struct stock_part *t = &told->items[n];
	size_t alike = 0;
	if (t->gone)
		return true;
	for (size_t i = 0; i < told->count; i++)
		alike += told->items[i].kind == t->kind && strcmp(told->items[i].serial, t->serial) == 0;
	return alike == 1 && hwatt_serial_identifies(t->serial);
}

/* Where the kept part's serial number, or what is at its place, stands among what was told. */
static size_t told_serial(const struct look *look, const struct stock_part *k)
{
	size_t at = with_serial(look->told, k->kind, k->serial);
	return at != NOWHERE && look->says[at] ? at : NOWHERE;
}

static size_t told_place(const struct look *look, enum hwatt_part_kind kind, const char *index)
{
	size_t at = at_place(look->told, kind, index);
	return at != NOWHERE && look->says[at] ? at : NOWHERE;
}

static void change(const struct look *look, const char *event, const struct stock_part *part, const char *where, const char *before,
		   const char *after)
{
	struct stock_change c = { .kind = event, .before = before, .after = after };
	snprintf(c.subject, sizeof(c.subject), "%s%s%s", hwatt_part_word(part->kind), where[0] != '\0' ? " " : "", where);
	look->changed(look->arg, &c);
}

/* Its place is told to hold something else, and it is told nowhere. */
static bool leaves(const struct look *look, const struct stock_part *k)
{
	return k->serial[0] != '\0' && told_serial(look, k) == NOWHERE && told_place(look, k->kind, k->index) != NOWHERE;
}

/* Where a leaver went may be the place that its successor came from, which was not read now. */
static const struct stock_part *swapped_with(const struct look *look, const struct stock_part *k)
{
	size_t at = told_place(look, k->kind, k->index);
	if (at == NOWHERE || look->told->items[at].gone)
		return NULL;
	size_t origin = with_serial(look->kept, k->kind, look->told->items[at].serial);
	if (origin == NOWHERE || told_place(look, k->kind, look->kept->items[origin].index) != NOWHERE)
		return NULL;
	return &look->kept->items[origin];
}

static void see_known(struct look *look, const struct stock_part *t, const struct stock_part *here)
{
	const struct stock_part *k = &look->kept->items[with_serial(look->kept, t->kind, t->serial)];
	if (k != here)
		change(look, "part_moved", t, t->serial, k->index, t->index);
	else if (k->gone)
		change(look, "part_added", t, t->index, "", t->serial);
}

static void see_successor(struct look *look, const struct stock_part *t, size_t here)
{
	look->paired[here] = true;
	change(look, "device_replaced", t, t->index, look->kept->items[here].serial, t->serial);
}

/* One that comes to a known place where none was lost: for one that is lost elsewhere, or in addition. */
static void see_newcomer(struct look *look, const struct stock_part *t)
{
	for (size_t i = 0; i < look->kept->count; i++) {
		const struct stock_part *k = &look->kept->items[i];
		if (k->kind != t->kind || k->gone || look->paired[i] || !leaves(look, k) || swapped_with(look, k) != NULL)
			continue;
		see_successor(look, t, i);
		return;
	}
	change(look, "part_added", t, t->index, "", t->serial);
}

/* First those that follow at the same place, so that they are not given to another one. */
static void see_told(struct look *look, bool newcomers)
{
	for (size_t i = 0; i < look->told->count; i++) {
		const struct stock_part *t = &look->told->items[i];
		size_t here = at_place(look->kept, t->kind, t->index);
		if (!look->says[i] || t->gone)
			continue;
		if (with_serial(look->kept, t->kind, t->serial) != NOWHERE) {
			if (!newcomers)
				see_known(look, t, here != NOWHERE ? &look->kept->items[here] : NULL);
			continue;
		}
		bool follows = here != NOWHERE && leaves(look, &look->kept->items[here]);
		if (here != NOWHERE && follows && !newcomers)
			see_successor(look, t, here);
		else if (here != NOWHERE && !follows && newcomers)
			see_newcomer(look, t);
	}
}

static void see_leavers(struct look *look)
{
	for (size_t i = 0; i < look->kept->count; i++) {
		const struct stock_part *k = &look->kept->items[i];
		if (!k->gone && !look->paired[i] && leaves(look, k) && swapped_with(look, k) == NULL)
			change(look, "part_removed", k, k->index, k->serial, "");
	}
}

/* What is known afterwards. */
static struct stock merge(const struct look *look)
{
	struct stock next = {0};
	for (size_t i = 0; i < look->told->count; i++) {
		const struct stock_part *t = &look->told->items[i];
		size_t here = at_place(look->kept, t->kind, t->index);
		const struct stock_part *k = here != NOWHERE ? &look->kept->items[here] : NULL;
		if (!look->says[i])
			continue;
		bool last = t->gone && k != NULL && !look->paired[here] && told_serial(look, k) == NOWHERE;
		struct hwatt_part part = as_told(last ? k : t, t->gone, t->index);
		put(&next, &part);
	}
	for (size_t i = 0; i < look->kept->count; i++) {
		const struct stock_part *k = &look->kept->items[i], *other = !k->gone && leaves(look, k) ? swapped_with(look, k) : NULL;
		struct hwatt_part part = as_told(k, other == NULL && k->gone, other != NULL ? other->index : k->index);
		if (other != NULL)
			put(&next, &part);
		else if (told_place(look, k->kind, k->index) == NOWHERE && told_serial(look, k) == NOWHERE &&
			 at_place(&next, k->kind, k->index) == NOWHERE)
			put(&next, &part);
	}
	return next;
}

void stock_update(struct stock *kept, const struct stock *told, stock_changed *changed, void *arg)
{
	struct look look = { .kept = kept, .told = told, .says = hwatt_alloc(told->count + 1), .paired = hwatt_alloc(kept->count + 1),
			     .changed = changed, .arg = arg };
	for (size_t i = 0; i < told->count; i++)
		look.says[i] = says_something(told, i);
	see_told(&look, false);
	see_told(&look, true);
	see_leavers(&look);
	struct stock next = merge(&look);
	free(look.says);
	free(look.paired);
	stock_free(kept);
	*kept = next;
}

/* --- as a text --------------------------------------------------------------------------------------------------- */

void stock_write(const struct stock *s, struct hwatt_text *out)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct stock_part *p = &s->items[i];
		hwatt_text_printf(out, "%s%s\t%s\t%s\t%s%s%s\n", p->gone ? "-" : "", hwatt_part_word(p->kind), p->index, p->serial,
				  p->model, p->firmware[0] != '\0' ? "\t" : "", p->firmware);
	}
}

static void read_line(struct stock *s, char *line)
{
	char *fields[5] = { line };
	for (int i = 1; i < 5; i++) {
		char *tab = strchr(fields[i - 1], '\t');
		if (tab == NULL && i < 4)
			return;
		fields[i] = tab != NULL ? tab + 1 : NULL; /* the last is only there when it is known */
		if (tab != NULL)
			*tab = '\0';
	}
	bool gone = line[0] == '-';
	for (int kind = 0; kind < HWATT_PART_KINDS; kind++) {
		struct hwatt_part part = { .kind = (enum hwatt_part_kind)kind, .index = fields[1], .model = fields[3], .serial = fields[2],
					   .firmware = fields[4], .empty = gone };
		if (strcmp(line + gone, hwatt_part_word(part.kind)) == 0)
			put(s, &part);
	}
}

void stock_read(struct stock *s, const char *text)
{
	char *copy = hwatt_strdup(text), *rest = copy;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;)
		read_line(s, line);
	free(copy);
}
