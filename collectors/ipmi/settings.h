/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* settings.h - what credentials may say about IPMI. */
#ifndef IPMI_SETTINGS_H
#define IPMI_SETTINGS_H

#include <hallwatt/option.h>

enum ipmi_suite_word { IPMI_SUITE_AUTO, IPMI_SUITE_17, IPMI_SUITE_3 };
enum ipmi_sensors_word { IPMI_SENSORS_ALL, IPMI_SENSORS_POWER, IPMI_SENSORS_NONE };
enum ipmi_session_word { IPMI_SESSION_AUTO, IPMI_SESSION_KEEP, IPMI_SESSION_CLOSE };

struct ipmi_settings {
	const char *user;
	struct hwatt_secret password, k_g;
	int cipher_suite;           /* enum ipmi_suite_word */
	int privilege;              /* 0 user, 1 operator, 2 administrator: to begin with */
	int sensors, session;
	int64_t refresh_ms, inventory_ms;
	struct hwatt_list quirks;   /* const char * */
};

/* What `quirks` says, as flags: those of rakp.h and these. */
#define IPMI_QUIRK_IGNORE_CHECKSUMS 0x100u  /* of LAN messages */
#define IPMI_QUIRK_IGNORE_SCANNING 0x200u   /* readings count though their sensor is said not to be scanned */
#define IPMI_QUIRK_NO_DCMI 0x400u           /* its power reading is not to be trusted */

/* The flags of `quirks`; `check` of the option table has seen to it that they are known. */
unsigned ipmi_quirks(const struct ipmi_settings *settings);

#endif
