/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "watch.h"
#include <fnmatch.h>
#include <hallwatt/arena.h>
#include <stdlib.h>
#include <string.h>

struct post { /* at one place; freed when its handle has closed */
	uv_fs_event_t event;
	struct watch *watch;
	char *folder, *name;
	struct post *next;
};

struct watch {
	uv_loop_t *loop;
	struct hwatt_log *log;
	void (*changed)(void *arg);
	void *arg;
	struct post *posts;
	size_t handles; /* that libuv has not closed yet */
	void (*closed)(void *arg);
	void *closed_arg;
};

struct watch *watch_new(uv_loop_t *loop, struct hwatt_log *log, void (*changed)(void *arg), void *arg)
{
	struct watch *w = hwatt_alloc(sizeof(*w));
	*w = (struct watch){ .loop = loop, .log = log, .changed = changed, .arg = arg };
	return w;
}

static void free_when_over(struct watch *w)
{
	if (w->closed == NULL || w->handles > 0)
		return;
	void (*closed)(void *) = w->closed;
	void *arg = w->closed_arg;
	free(w);
	closed(arg);
}

static void on_closed(uv_handle_t *handle)
{
	struct post *post = handle->data;
	struct watch *w = post->watch;
	free(post->folder);
	free(post->name);
	free(post);
	w->handles--;
	free_when_over(w);
}

static void on_event(uv_fs_event_t *event, const char *filename, int events, int status)
{
	const struct post *post = event->data;
	(void)events;
	if (status == 0 && (filename == NULL || fnmatch(post->name, filename, 0) == 0))
		post->watch->changed(post->watch->arg);
}

static void add(struct watch *w, const struct watch_place *place)
{
	struct post *post = hwatt_alloc(sizeof(*post));
	*post = (struct post){ .watch = w, .folder = hwatt_strdup(place->folder), .name = hwatt_strdup(place->name), .next = w->posts };
	w->posts = post;
	w->handles++;
	uv_fs_event_init(w->loop, &post->event);
	post->event.data = post;
	int rc = uv_fs_event_start(&post->event, on_event, place->folder, 0);
	if (rc < 0)
		hwatt_log(w->log, HWATT_WARN, "changes in %s are seen with the next reload only: %s", place->folder, uv_strerror(rc));
}

/* Takes the post at `place` out of the list at `from`; NULL: none is there. */
static struct post *take(struct post **from, const struct watch_place *place)
{
	for (; *from != NULL; from = &(*from)->next) {
		struct post *post = *from;
		if (strcmp(post->folder, place->folder) == 0 && strcmp(post->name, place->name) == 0 &&
		    uv_is_active((uv_handle_t *)&post->event)) {
			*from = post->next;
			return post;
		}
	}
	return NULL;
}

static void dismiss(struct post *posts)
{
	while (posts != NULL) {
		struct post *next = posts->next;
		uv_close((uv_handle_t *)&posts->event, on_closed);
		posts = next;
	}
}

void watch_set(struct watch *w, const struct watch_place *places, size_t count)
{
	struct post *before = w->posts; /* those that stay miss nothing meanwhile */
	w->posts = NULL;
	for (size_t i = 0; i < count; i++) {
		struct post *kept = take(&before, &places[i]);
		if (kept != NULL) {
			kept->next = w->posts;
			w->posts = kept;
		} else {
			add(w, &places[i]);
		}
	}
	dismiss(before);
}

void watch_close(struct watch *w, void (*closed)(void *arg), void *arg)
{
	w->closed = closed;
	w->closed_arg = arg;
	dismiss(w->posts);
	w->posts = NULL;
	free_when_over(w);
}
