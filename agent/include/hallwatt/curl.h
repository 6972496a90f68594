/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* curl.h - libcurl, loaded when it is first needed.
 *
 * It brings seventeen libraries along, for which a daemon that asks nobody by HTTP shall not pay. Between start and end its
 * functions are called by their own names, as <curl/curl.h> declares them; those that are not passed on yet stand in curl.c's list,
 * or the program does not link. */
#ifndef HALLWATT_CURL_H
#define HALLWATT_CURL_H

#include <hallwatt/error.h>

/* Loads libcurl, unless that was done, and starts it; any thread. When it is not there, or of no use, HWATT_EIO says what to
 * install; the next call tries again. */
int hwatt_curl_start(struct hwatt_error *err);
/* One for each start that did not fail. What was loaded stays. */
void hwatt_curl_end(void);

/* The first half of hwatt_curl_start(), with a library of any name, and the oldest version that will do (as in
 * LIBCURL_VERSION_NUM); for tests. */
int hwatt_curl_load(const char *library, unsigned oldest, struct hwatt_error *err);

#endif
