/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* error.h - what can fail returns a sentence.
 *
 * A function that can fail returns 0 or -1 and takes a `struct hwatt_error *` last, which it
 * fills when it fails.  An error is either returned or logged, never both. */
#ifndef HALLWATT_ERROR_H
#define HALLWATT_ERROR_H

enum hwatt_code {       /* sorted by what the caller does next */
	HWATT_OK = 0,
	HWATT_EINVAL,   /* configuration, contract or profile is wrong: a human edits it */
	HWATT_ERANGE,   /* the peer's value is impossible: drop it, count it */
	HWATT_EPROTO,   /* the peer's answer is malformed: drop it, count it */
	HWATT_ETIMEOUT, /* the peer is silent: try again later */
	HWATT_EAUTH,    /* the peer refused us: slow down, tell a human */
	HWATT_ENODATA,  /* too little is covered: say so, never a guess */
	HWATT_EIO,      /* our own disk, socket or database failed */
	HWATT_CODES
};

struct hwatt_error {
	enum hwatt_code code;
	char text[240]; /* one sentence for a human, UTF-8, cut at a character's border */
};

/* Fills `err` (which may be NULL) with code and sentence; returns -1. */
int hwatt_fail(struct hwatt_error *err, enum hwatt_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts a formatted "where: " in front of the sentence in `err`, keeping its code; returns -1. */
int hwatt_within(struct hwatt_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The code's short name in metrics labels and JSON: "timeout", "auth" ...; never NULL. */
const char *hwatt_code_name(enum hwatt_code code);

#endif
