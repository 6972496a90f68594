/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "writing.h"
#include <hallwatt/arena.h>
#include <stdlib.h>

static const struct group *const groups[] = {
	&devices_group, &readings_group, &duplicates_group, &powers_group, &kpis_group, &contracts_group, &requirements_group, &own_group,
};
#define GROUPS (sizeof(groups) / sizeof(groups[0]))

struct writing *writing_new(const struct hwatt_snapshot *snap, const struct format *format)
{
	struct writing *w = hwatt_alloc(sizeof(*w));
	w->snap = snap;
	w->process = process_read();
	exposition_init(&w->x, NULL, format);
	readings_look(w);
	hall_sort(w);
	return w;
}

void writing_free(struct writing *w)
{
	if (w == NULL)
		return;
	free(w->powers.items);
	free(w->kpis.items);
	free(w->contracts.items);
	free(w->requirements.items);
	free(w);
}

void writing_again(struct writing *w)
{
	exposition_init(&w->x, NULL, w->x.format);
	w->duplicates = 0;
	w->group = w->at_family = w->at_item = 0;
	w->begun = false;
}

/* Goes on to the next family, of the next group when it was the last one. */
static void next_family(struct writing *w)
{
	w->begun = false;
	w->at_item = 0;
	if (++w->at_family < groups[w->group]->families)
		return;
	w->at_family = 0;
	w->group++;
}

bool writing_more(struct writing *w, struct hwatt_text *out, size_t octets)
{
	w->x.out = out;
	while (w->group < GROUPS && out->length < octets && hwatt_text_ok(out)) {
		const struct group *group = groups[w->group];
		size_t items = group->items(w);
		if (!w->begun && !(w->begun = group->begin(w, w->at_family)))
			w->at_item = items;
		while (w->at_item < items && out->length < octets)
			group->put(w, w->at_family, w->at_item++);
		if (w->at_item >= items)
			next_family(w);
	}
	bool more = w->group < GROUPS;
	if (!more)
		exposition_end(&w->x);
	w->x.out = NULL;
	return more;
}
