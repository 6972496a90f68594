/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* site_book.h - what people keep beside the meters of the hall: contracts, registers, readings, certificates, documents.
 *
 * The files lie in books/ and are compiled in.  They are dated from the day on which they are written, so that the hall is as true in
 * any other year:
 *
 *   @{d-20} @{d+90}  the day so many days before or after today
 *   @{m-3}           the first day of the month three months ago, @{e-3} its last, @{p-3} its name (2026-08), @{y-1} last year;
 *                    @{r-3} the eighth day of the month after it, when reports on it are handed in
 *   @{from} @{to}    first and last day of the contracts
 *   @{sha NAME}      SHA-256 of the document NAME
 *   @each N LINE     the line N times, for the months N to 1 ago: there m, e, r, p and y without a number; @{season LOW HIGH} is LOW in
 *                    January and HIGH in July
 *   @hours N LINE    the same for each hour of these months, in UTC: @{h} is its start, @{wind TOTAL} its part of the month's total
 *   @# ...           a comment on the book itself */
#ifndef HALLSIM_SITE_BOOK_H
#define HALLSIM_SITE_BOOK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "fault.h"

struct site_book { /* one file, as it lies in books/ */
	const char *folder, *name;
	const unsigned char *bytes;
	size_t length;
};

extern const struct site_book site_books[]; /* ends with a row without a name */

struct site_days { int64_t now_s, from_s, until_s; };

/* Writes all books into their folders under `directory`. */
int site_book_write_all(const char *directory, const struct site_days *days,
                        struct sim_fault *fault);
/* Writes `length` bytes of a book with its places filled in; for tests. */
int site_book_fill(const char *bytes, size_t length, const struct site_days *days, FILE *out,
                   struct sim_fault *fault);

#endif
