/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/error.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Cuts a half UTF-8 character off the end, which a bounded printf may have left. */
static void trim_utf8(char *text)
{
	size_t n = strlen(text);
	size_t start = n;
	while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start == 0)
		return;
	unsigned char lead = (unsigned char)text[start - 1];
	size_t want = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
	if (n - start < want)
		text[start - 1] = '\0';
}

int hwatt_fail(struct hwatt_error *err, enum hwatt_code code, const char *fmt, ...)
{
	if (err == NULL)
		return -1;
	err->code = code;
	va_list args;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	trim_utf8(err->text);
	return -1;
}

int hwatt_within(struct hwatt_error *err, const char *fmt, ...)
{
	if (err == NULL)
		return -1;
	char where[sizeof(err->text)];
	va_list args;
	va_start(args, fmt);
	vsnprintf(where, sizeof(where), fmt, args);
	va_end(args);
	char whole[2 * sizeof(err->text) + 3];
	snprintf(whole, sizeof(whole), "%s: %s", where, err->text);
	memcpy(err->text, whole, sizeof(err->text) - 1);
	err->text[sizeof(err->text) - 1] = '\0';
	trim_utf8(err->text);
	return -1;
}

const char *hwatt_code_name(enum hwatt_code code)
{
	static const char *const names[HWATT_CODES] = {
		[HWATT_OK] = "ok",           [HWATT_EINVAL] = "invalid",
		[HWATT_ERANGE] = "range",    [HWATT_EPROTO] = "protocol",
		[HWATT_ETIMEOUT] = "timeout", [HWATT_EAUTH] = "auth",
		[HWATT_ENODATA] = "no_data", [HWATT_EIO] = "io",
	};
	return (unsigned)code < HWATT_CODES ? names[code] : "unknown";
}
