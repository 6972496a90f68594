/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <curl/curl.h>
#include <dlfcn.h>
#include <hallwatt/curl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LIBRARY "libcurl.so.4"
#define OLDEST 0x075500u /* 7.85 has CURLOPT_PROTOCOLS_STR */
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* What is looked for in the library: all that is called below. */
#define FUNCTIONS(F) \
	F(curl_easy_cleanup) F(curl_easy_getinfo) F(curl_easy_init) F(curl_easy_perform) F(curl_easy_setopt) F(curl_easy_strerror) \
	F(curl_getdate) F(curl_global_cleanup) F(curl_global_init) F(curl_multi_add_handle) F(curl_multi_assign) \
	F(curl_multi_cleanup) F(curl_multi_info_read) F(curl_multi_init) F(curl_multi_remove_handle) F(curl_multi_setopt) \
	F(curl_multi_socket_action) F(curl_slist_append) F(curl_slist_free_all) F(curl_version_info)

#define MEMBER(name) __typeof__(name) *name;
#define ROW(name) { #name, offsetof(struct functions, name) },

struct functions {
	FUNCTIONS(MEMBER)
};

struct library {
	pthread_mutex_t lock; /* held while it is loaded and started */
	bool loaded;
	struct functions functions; /* never changed once it is loaded */
};

/* The only one, as the linker's own table would be: the functions that it stands for know no other place. */
static struct library *library(void)
{
	static struct library only = { .lock = PTHREAD_MUTEX_INITIALIZER };
	return &only;
}

static int find_functions(void *handle, const char *name, struct functions *out, struct hwatt_error *err)
{
	static const struct { const char *name; size_t offset; } rows[] = { FUNCTIONS(ROW) };
	_Static_assert(sizeof(void *) == sizeof(out->curl_easy_init), "POSIX says so, for dlsym");
	for (size_t i = 0; i < COUNT(rows); i++) {
		void *at = dlsym(handle, rows[i].name);
		if (at == NULL)
			return hwatt_fail(err, HWATT_EIO, "%.100s has no %s; install libcurl4", name, rows[i].name);
		memcpy((char *)out + rows[i].offset, &at, sizeof(at));
	}
	return 0;
}

static int load(struct library *l, const char *name, unsigned oldest, struct hwatt_error *err)
{
	if (l->loaded)
		return 0;
	void *handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (handle == NULL)
		return hwatt_fail(err, HWATT_EIO, "libcurl cannot be loaded, install libcurl4: %.160s", dlerror());
	int rc = find_functions(handle, name, &l->functions, err);
	const curl_version_info_data *version = rc == 0 ? l->functions.curl_version_info(CURLVERSION_NOW) : NULL;
	if (version != NULL && version->version_num < oldest)
		rc = hwatt_fail(err, HWATT_EIO, "%.100s is libcurl %.20s, which is too old: %u.%u or later is needed", name, version->version,
				oldest >> 16, oldest >> 8 & 0xff);
	l->loaded = rc == 0;
	if (rc < 0)
		dlclose(handle);
	return rc;
}

int hwatt_curl_load(const char *name, unsigned oldest, struct hwatt_error *err)
{
	struct library *l = library();
	pthread_mutex_lock(&l->lock);
	int rc = load(l, name, oldest, err);
	pthread_mutex_unlock(&l->lock);
	return rc;
}

int hwatt_curl_start(struct hwatt_error *err)
{
	struct library *l = library();
	pthread_mutex_lock(&l->lock);
	int rc = load(l, LIBRARY, OLDEST, err);
	CURLcode code = rc == 0 ? l->functions.curl_global_init(CURL_GLOBAL_DEFAULT) : CURLE_OK;
	if (code != CURLE_OK)
		rc = hwatt_fail(err, HWATT_EIO, "libcurl does not start: %.100s", l->functions.curl_easy_strerror(code));
	pthread_mutex_unlock(&l->lock);
	return rc;
}

static const struct functions *functions(void)
{
	const struct library *l = library();
	assert(l->loaded);
	return &l->functions;
}

void hwatt_curl_end(void)
{
	functions()->curl_global_cleanup();
}

/* --- libcurl's names ------------------------------------------------------------------------------------------------ */

/* Seen by this program alone: the library calls its own functions, too, and must find them. */
#pragma GCC visibility push(hidden)

/* The option's number tells the type of its argument; functions go as objects do, as POSIX has them alike. */
#define SET(set, handle, option, in) \
	((int)(option) < CURLOPTTYPE_OBJECTPOINT ? (set)(handle, option, va_arg(in, long)) \
	 : (int)(option) / 10000 == CURLOPTTYPE_OFF_T / 10000 ? (set)(handle, option, va_arg(in, curl_off_t)) \
							       : (set)(handle, option, va_arg(in, void *)))

CURL *curl_easy_init(void)
{
	return functions()->curl_easy_init();
}

CURLcode (curl_easy_setopt)(CURL *easy, CURLoption option, ...)
{
	va_list in;
	va_start(in, option);
	CURLcode code = SET(functions()->curl_easy_setopt, easy, option, in);
	va_end(in);
	return code;
}

CURLcode (curl_easy_getinfo)(CURL *easy, CURLINFO info, ...)
{
	va_list in;
	va_start(in, info);
	CURLcode code = (functions()->curl_easy_getinfo)(easy, info, va_arg(in, void *)); /* always where to put it */
	va_end(in);
	return code;
}

CURLcode curl_easy_perform(CURL *easy)
{
	return functions()->curl_easy_perform(easy);
}

void curl_easy_cleanup(CURL *easy)
{
	functions()->curl_easy_cleanup(easy);
}

const char *curl_easy_strerror(CURLcode code)
{
	return functions()->curl_easy_strerror(code);
}

CURLM *curl_multi_init(void)
{
	return functions()->curl_multi_init();
}

CURLMcode (curl_multi_setopt)(CURLM *multi, CURLMoption option, ...)
{
	va_list in;
	va_start(in, option);
	CURLMcode code = SET(functions()->curl_multi_setopt, multi, option, in);
	va_end(in);
	return code;
}

CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
	return functions()->curl_multi_add_handle(multi, easy);
}

CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
	return functions()->curl_multi_remove_handle(multi, easy);
}

CURLMcode curl_multi_assign(CURLM *multi, curl_socket_t socket, void *arg)
{
	return functions()->curl_multi_assign(multi, socket, arg);
}

CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t socket, int events, int *running)
{
	return functions()->curl_multi_socket_action(multi, socket, events, running);
}

CURLMsg *curl_multi_info_read(CURLM *multi, int *left)
{
	return functions()->curl_multi_info_read(multi, left);
}

CURLMcode curl_multi_cleanup(CURLM *multi)
{
	return functions()->curl_multi_cleanup(multi);
}

struct curl_slist *curl_slist_append(struct curl_slist *list, const char *text)
{
	return functions()->curl_slist_append(list, text);
}

void curl_slist_free_all(struct curl_slist *list)
{
	functions()->curl_slist_free_all(list);
}

time_t curl_getdate(const char *text, const time_t *unused)
{
	return functions()->curl_getdate(text, unused);
}

#pragma GCC visibility pop
