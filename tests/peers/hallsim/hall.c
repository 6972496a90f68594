/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "hall.h"

#include <string.h>

#define GIB (INT64_C(1) << 30)

const char *const hall_racks[HALL_RACKS] = {"A1", "A2", "A3", "A4"};
const char *const hall_rack_power[HALL_RACKS] = {"11 kW", "11 kW", "11 kW", "7360 W"};

const struct hall_device hall_devices[HALL_DEVICES] = {
	{"grid-1", HALL_GRID, 0, NULL, "GM-3", "GM3-26-0001", "2.4"},
	{"ups-1", HALL_UPS, 0, NULL, "TP-60", "TP60-26-0001", "1.12"},
	{"pdu-a1", HALL_PDU, 0, "A1", "AP8681", "HS2601A10001", "6.7.2"},
	{"pdu-b1", HALL_PDU, 1, "A1", "AP8681", "HS2601B10002", "6.7.2"},
	{"pdu-a2", HALL_PDU, 2, "A2", "AP8681", "HS2601A20003", "6.7.2"},
	{"pdu-b2", HALL_PDU, 3, "A2", "AP8681", "HS2601B20004", "6.7.2"},
	{"pdu-a3", HALL_PDU, 4, "A3", "AP8681", "HS2601A30005", "6.7.2"},
	{"pdu-b3", HALL_PDU, 5, "A3", "AP8681", "HS2601B30006", "6.7.2"},
	{"pdu-a4", HALL_OLD_PDU, 6, "A4", "AP7954", "HS1101A40007", "v3.9.2"},
	{"pdu-b4", HALL_OLD_PDU, 7, "A4", "AP7954", "HS1101B40008", "v3.9.2"},
	{"cooling-1", HALL_COOLER, 0, NULL, "RC-20", "RC20-26-0001", "4.1"},
	{"cooling-2", HALL_COOLER, 1, NULL, "RC-20", "RC20-26-0002", "4.1"},
	{"switch-1", HALL_SWITCH, 0, "A1", "CS-48X", "CS48-26-0001", "9.3.1"},
	{"srv-01", HALL_SERVER, 0, "A1", "R-2U", "R2U-26-0001", "6.1"},
	{"srv-02", HALL_SERVER, 1, "A1", "R-2U", "R2U-26-0002", "6.1"},
	{"srv-03", HALL_SERVER, 2, "A1", "R-2U", "R2U-26-0003", "6.1"},
	{"srv-04", HALL_SERVER, 3, "A2", "R-2U", "R2U-26-0004", "6.1"},
	{"srv-05", HALL_SERVER, 4, "A2", "R-2U", "R2U-26-0005", "6.1"},
	{"srv-06", HALL_SERVER, 5, "A2", "R-2U", "R2U-26-0006", "6.1"},
	{"srv-07", HALL_SERVER, 6, "A3", "R-1U", "R1U-26-0007", "6.1"},
	{"srv-08", HALL_SERVER, 7, "A3", "R-1U", "R1U-26-0008", "6.1"},
	{"srv-09", HALL_SERVER, 8, "A3", "R-1U", "R1U-26-0009", "6.1"},
	{"srv-10", HALL_SERVER, 9, "A4", "R-1U", "R1U-26-0010", "6.1"},
	{"srv-11", HALL_SERVER, 10, "A4", "R-1U", "R1U-26-0011", "6.1"},
	{"srv-12", HALL_SERVER, 11, "A4", "R-1U", "R1U-26-0012", "6.1"},
	{"room-1", HALL_ROOM, 0, NULL, "TH-1", "TH1-26-0001", "1.0"},
	{"blade-a1a", HALL_BMC, 0, "A1", "HS-R1", NULL, NULL},
	{"blade-a2a", HALL_BMC, 1, "A2", "HS-M1", NULL, NULL},
	{"blade-a3a", HALL_BMC, 2, "A3", "HS-E1", NULL, NULL},
	{"blade-a4a", HALL_BMC, 3, "A4", "HS-T1", NULL, NULL},
	{"blade-a1b", HALL_REDFISH_SERVER, 0, "A1", "SIM-1U", NULL, NULL},
	{"blade-a2b", HALL_REDFISH_SERVER, 1, "A2", "SIM-1U", NULL, NULL},
	{"blade-a3b", HALL_REDFISH_SERVER, 2, "A3", "SIM-1U", NULL, NULL},
	{"meters-1", HALL_METERS, 0, NULL, "HWg-PWR 3", "0A:59:03:26:00:01", "1.3"},
};

const struct hall_load hall_loads[HALL_LOADS] = {
	{"srv-01", 0, 2, 508, 0, 0, 0},           {"srv-02", 0, 7, 493, 1, 0, 0},
	{"srv-03", 0, 10, 515, 2, 0, 0},          {"switch-1", 0, 18, 500, -1, 172, 26},
	{"san-a1", 0, 14, 488, -1, 830, 70},      {"blade-a1a", 0, 22, 502, -1, 2150, 520},
	{"blade-a1b", 0, 5, 497, -1, 1350, 330},  {"kvm-a1", 0, 24, 1000, -1, 24, 0},
	{"srv-04", 1, 2, 496, 3, 0, 0},           {"srv-05", 1, 7, 511, 4, 0, 0},
	{"srv-06", 1, 10, 489, 5, 0, 0},          {"san-a2", 1, 14, 503, -1, 690, 60},
	{"blade-a2a", 1, 22, 498, -1, 1980, 500}, {"blade-a2b", 1, 5, 505, -1, 1420, 310},
	{"backup-a2", 1, 18, 500, -1, 380, 240},  {"srv-07", 2, 2, 520, 6, 0, 0},
	{"srv-08", 2, 7, 501, 7, 0, 0},           {"srv-09", 2, 10, 485, 8, 0, 0},
	{"blade-a3a", 2, 22, 499, -1, 1850, 380}, {"blade-a3b", 2, 5, 494, -1, 1240, 260},
	{"firewall-a3", 2, 18, 500, -1, 148, 20}, {"srv-10", 3, 2, 507, 9, 0, 0},
	{"srv-11", 3, 7, 492, 10, 0, 0},          {"srv-12", 3, 10, 500, 11, 0, 0},
	{"blade-a4a", 3, 22, 503, -1, 1600, 340}, {"tape-a4", 3, 18, 500, -1, 210, 80},
};

const struct hall_server hall_servers[HALL_SERVERS] = {
	{"srv-01", 16, 182, 548, 330, 260, 3600 * GIB, 256 * GIB, 560},
	{"srv-02", 16, 178, 540, 300, 240, 3600 * GIB, 256 * GIB, 480},
	{"srv-03", 12, 165, 470, 360, 220, 1800 * GIB, 128 * GIB, 610},
	{"srv-04", 16, 184, 552, 310, 280, 3600 * GIB, 256 * GIB, 520},
	{"srv-05", 16, 180, 545, 290, 250, 3600 * GIB, 256 * GIB, 450},
	{"srv-06", 12, 168, 476, 340, 230, 1800 * GIB, 128 * GIB, 570},
	{"srv-07", 8, 118, 350, 170, 160, 900 * GIB, 64 * GIB, 280},
	{"srv-08", 8, 121, 356, 150, 180, 900 * GIB, 64 * GIB, 240},
	{"srv-09", 8, 116, 344, 190, 150, 900 * GIB, 64 * GIB, 310},
	{"srv-10", 8, 119, 352, 160, 170, 900 * GIB, 64 * GIB, 220},
	{"srv-11", 8, 122, 358, 140, 160, 900 * GIB, 64 * GIB, 260},
	{"srv-12", 8, 117, 346, 180, 140, 900 * GIB, 64 * GIB, 230},
};

int hall_pdu(int rack, int side)
{
	return 2 * rack + side;
}

int hall_pdu_rack(int pdu)
{
	return pdu / 2;
}

int hall_pdu_side(int pdu)
{
	return pdu % 2;
}

int hall_pdu_is_old(int pdu)
{
	return hall_pdu_rack(pdu) == HALL_RACKS - 1;
}

int hall_outlet_phase(int pdu, int outlet)
{
	return hall_pdu_is_old(pdu) ? 0 : (outlet - 1) / (HALL_OUTLETS / HALL_LINES);
}

int hall_pdu_line(int pdu, int phase)
{
	return hall_pdu_is_old(pdu) ? hall_pdu_side(pdu) : phase;
}

int hall_load_at(int pdu, int outlet)
{
	for (int i = 0; i < HALL_LOADS; i++)
		if (hall_loads[i].rack == hall_pdu_rack(pdu) && hall_loads[i].outlet == outlet)
			return i;
	return -1;
}

int hall_server_load(int server)
{
	for (int i = 0; i < HALL_LOADS; i++)
		if (hall_loads[i].server == server)
			return i;
	return -1;
}

int hall_switch_load(void)
{
	for (int i = 0; i < HALL_LOADS; i++)
		if (strcmp(hall_loads[i].name, "switch-1") == 0)
			return i;
	return -1;
}

int hall_device_load(int index)
{
	for (int i = 0; i < HALL_LOADS; i++)
		if (strcmp(hall_loads[i].name, hall_devices[index].id) == 0)
			return i;
	return -1;
}

int hall_find(const char *id)
{
	for (int i = 0; i < HALL_DEVICES; i++)
		if (strcmp(hall_devices[i].id, id) == 0)
			return i;
	return -1;
}
