/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "place.h"
#include "calendar.h"
#include "nearest.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ZONE_TABLE "/usr/share/zoneinfo/zone.tab"

/* ISO 3166-1 alpha-2, two letters each. */
static const char countries[] =
	"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCR"
	"CUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHU"
	"IDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQ"
	"MRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSI"
	"SJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";

int place_country(const char *code, struct hwatt_error *err)
{
	for (size_t i = 0; countries[i] != '\0' && strlen(code) == 2; i += 2)
		if (memcmp(countries + i, code, 2) == 0)
			return 0;
	if (strlen(code) == 2 && islower((unsigned char)code[0]) && islower((unsigned char)code[1]))
		return hwatt_fail(err, HWATT_EINVAL, "\"%s\" is not a country; write %c%c, in capitals", code,
				  toupper((unsigned char)code[0]), toupper((unsigned char)code[1]));
	return hwatt_fail(err, HWATT_EINVAL, "\"%.40s\" is not a country of ISO 3166-1; write two capitals, like SE", code);
}

/* Offers every zone of the system's table to `near`; the best is copied to `best`. */
static void offer_zones(struct nearest *near, char best[64])
{
	char line[512], zone[64];
	FILE *table = fopen(ZONE_TABLE, "re");
	while (table != NULL && fgets(line, sizeof(line), table) != NULL) {
		if (line[0] == '#' || sscanf(line, "%*s %*s %63s", zone) != 1)
			continue;
		const char *before = near->best;
		nearest_offer(near, zone);
		if (near->best != before || near->best == zone) {
			memcpy(best, zone, sizeof(zone));
			near->best = best;
		}
	}
	if (table != NULL)
		fclose(table);
}

int place_timezone(const char *name, struct hwatt_error *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-";
	struct zone *zone;
	bool sane = name[0] != '\0' && name[0] != '/' && strspn(name, allowed) == strlen(name) && strlen(name) < 64;
	if (sane && zone_load(name, &zone, NULL) == 0) {
		zone_free(zone);
		return 0;
	}
	char best[64];
	struct nearest near = { .wanted = name };
	offer_zones(&near, best);
	if (near.best != NULL)
		return hwatt_fail(err, HWATT_EINVAL, "there is no time zone \"%.40s\"; did you mean \"%s\"?", name, best);
	return hwatt_fail(err, HWATT_EINVAL, "there is no time zone \"%.40s\"; write one like Europe/Stockholm", name);
}
