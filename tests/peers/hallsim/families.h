/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* families.h - the MIBs the hall's devices speak; each adds its rows for one device. */
#ifndef HALLSIM_FAMILIES_H
#define HALLSIM_FAMILIES_H

#include "mib.h"

/* Power factor of all loads, in percent: what makes VA and A out of W. */
#define FAMILY_PF_PERCENT 97

/* Fills `mib` with all that the device at `index` of hall_devices can tell, in order. */
void families_build(struct mib *mib, int index);

/* SNMPv2-MIB: groups system and snmp. */
void system_add(struct mib *mib, const struct hall_device *device);

/* PowerNet-MIB rPDU2, with outlets metered one by one. */
void apc_rpdu2_add(struct mib *mib, const struct hall_device *device);

/* PowerNet-MIB rPDU, first generation: whole W and VA, phase current, no energy.  Cards of the
 * second generation still show its scalars. */
void apc_rpdu_add(struct mib *mib, const struct hall_device *device);

/* UPS-MIB, RFC 1628. */
void ups_mib_add(struct mib *mib, const struct hall_device *device);

/* ENTITY-MIB and ENTITY-SENSOR-MIB, RFC 6933 and 3433: grid meter, cooling, switch, room sensor. */
void entity_sensor_add(struct mib *mib, const struct hall_device *device);

/* IF-MIB, RFC 2863: the switch's ports, the servers' and the cards' interfaces. */
void if_mib_add(struct mib *mib, const struct hall_device *device);

/* HWG-PWR-MIB: the meters of water and heat behind an M-Bus. */
void hwg_pwr_add(struct mib *mib, const struct hall_device *device);

/* HOST-RESOURCES-MIB, RFC 2790: processors, storage, memory of a server. */
void host_resources_add(struct mib *mib, const struct hall_device *device);

/* UCD-SNMP-MIB and LM-SENSORS-MIB, as Net-SNMP shows them on a server. */
void ucd_add(struct mib *mib, const struct hall_device *device);

/* Getter of a current in tenths of an ampere: that of the power in the row's channel, at the
 * voltage in channel `part` and the common power factor. */
mib_getter families_get_current;

/* Getter of sysUpTime. */
mib_getter families_get_uptime;

#endif
