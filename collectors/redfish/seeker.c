/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "seeker.h"
#include "tree.h"
#include <hallwatt/arena.h>
#include <hallwatt/text.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROOT 65536u

struct finding { /* one question that is out */
	struct curl_loop_job job;
	struct hwatt_text body;
	hwatt_find_done *done;
	void *arg;
};

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct finding *f = arg;
	hwatt_text_put(&f->body, bytes, size * n);
	return hwatt_text_ok(&f->body) ? size * n : 0;
}

static void on_done(void *arg, CURLcode code)
{
	struct finding *f = arg;
	struct hwatt_error err;
	char name[256] = "";
	bool there = false;
	if (code == CURLE_OK) {
		json_t *json = tree_parse(hwatt_text_string(&f->body), f->body.length, &err);
		there = json != NULL && (tree_string(json, "/RedfishVersion")[0] != '\0' || tree_at(json, "/Chassis") != NULL);
		const char *says = there ? tree_string(json, "/Product") : "";
		if (there && says[0] == '\0')
			says = tree_string(json, "/Vendor");
		hwatt_text_clean(name, sizeof(name), says, strlen(says));
		json_decref(json);
	}
	struct hwatt_found found = { .name = name };
	hwatt_find_done *done = f->done;
	void *done_arg = f->arg;
	curl_easy_cleanup(f->job.easy);
	hwatt_text_free(&f->body);
	free(f);
	done(done_arg, there ? &found : NULL);
}

int seeker_ask(struct curl_loop *loop, const struct sockaddr *to, int64_t timeout_ms, hwatt_find_done *done, void *arg,
	       struct hwatt_error *err)
{
	char host[64], url[120];
	bool six = to->sa_family == AF_INET6;
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)to;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)to;
	if ((six ? uv_ip6_name(v6, host, sizeof(host)) : uv_ip4_name(v4, host, sizeof(host))) < 0)
		return hwatt_fail(err, HWATT_EINVAL, "this is no address");
	snprintf(url, sizeof(url), "https://%s%s%s:%u/redfish/v1/", six ? "[" : "", host, six ? "]" : "",
		 ntohs(six ? v6->sin6_port : v4->sin_port));
	struct finding *f = hwatt_alloc(sizeof(*f));
	CURL *easy = curl_easy_init();
	if (easy == NULL) {
		free(f);
		return hwatt_fail(err, HWATT_EIO, "libcurl gives no handle");
	}
	f->job = (struct curl_loop_job){ .easy = easy, .fresh = true, .done = on_done, .arg = f };
	f->done = done;
	f->arg = arg;
	hwatt_text_init(&f->body, MAX_ROOT);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L); /* see the header */
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "hallwatt");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_loop_start(loop, &f->job);
	return 0;
}
