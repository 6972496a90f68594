/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* The compiled catalogues of agent/po/, as gettext's msgfmt writes them: the texts sorted, so that one is found by halving.
 *
 * Not the C library's gettext, as that has one language for a process, and one daemon serves readers of three. */
#include <hallwatt/language.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern const unsigned char po_sv[], po_nb[];

static const char *const names[HWATT_LANGUAGES] = { "sv", "nb", "en" };

const char *hwatt_language_name(enum hwatt_language language)
{
	return names[language];
}

int hwatt_language_by_name(const char *name)
{
	size_t length = strcspn(name, "-_");
	if (length != 2)
		return -1;
	if (strncmp(name, "no", 2) == 0)
		return HWATT_NB;
	for (int i = 0; i < HWATT_LANGUAGES; i++)
		if (strncmp(name, names[i], 2) == 0)
			return i;
	return -1;
}

static uint32_t word(const unsigned char *catalogue, uint32_t at)
{
	uint32_t value;
	memcpy(&value, catalogue + at, sizeof(value));
	return value;
}

/* Words of the catalogue's head: 2 count of texts, 3 place of the table of originals, 4 that of translations; a row of a table is
 * length and place.  In the byte order of the machine, since the build writes it. */
static const char *find(const unsigned char *catalogue, const char *english)
{
	uint32_t low = 0, high = word(catalogue, 8), originals = word(catalogue, 12), translations = word(catalogue, 16);
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int c = strcmp(english, (const char *)catalogue + word(catalogue, originals + 8 * middle + 4));
		if (c == 0)
			return (const char *)catalogue + word(catalogue, translations + 8 * middle + 4);
		if (c < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return english;
}

const char *hwatt_tr(enum hwatt_language language, const char *english)
{
	if (language == HWATT_EN || english[0] == '\0')
		return english;
	return find(language == HWATT_SV ? po_sv : po_nb, english);
}
