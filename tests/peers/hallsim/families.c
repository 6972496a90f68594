/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "families.h"

void families_build(struct mib *mib, int index)
{
	const struct hall_device *device = &hall_devices[index];

	if (device->kind == HALL_BMC || device->kind == HALL_REDFISH_SERVER)
		return; /* they do not speak SNMP */
	system_add(mib, device);
	if_mib_add(mib, device);
	switch (device->kind) {
	case HALL_PDU:
		apc_rpdu2_add(mib, device);
		apc_rpdu_add(mib, device);
		break;
	case HALL_OLD_PDU:
		apc_rpdu_add(mib, device);
		break;
	case HALL_UPS:
		ups_mib_add(mib, device);
		break;
	case HALL_SERVER:
		host_resources_add(mib, device);
		ucd_add(mib, device);
		break;
	case HALL_GRID:
	case HALL_COOLER:
	case HALL_SWITCH:
	case HALL_ROOM:
		entity_sensor_add(mib, device);
		break;
	case HALL_METERS:
		hwg_pwr_add(mib, device);
		break;
	case HALL_BMC:
	case HALL_REDFISH_SERVER:
		break;
	}
	mib_sort(mib);
}

void families_get_uptime(const struct mib_row *row, const struct mib_moment *moment,
                         struct mib_value *value)
{
	(void)row;
	int64_t up_ms = moment->course->at_ms - moment->started_s * 1000;
	value->number = up_ms / 10 & 0xffffffff; /* TimeTicks wrap after 497 days */
}

void families_get_current(const struct mib_row *row, const struct mib_moment *moment,
                          struct mib_value *value)
{
	int64_t power_mw = course_value(moment->course, row->channel);
	int64_t step_mw = course_value(moment->course, row->part) * FAMILY_PF_PERCENT / 1000;
	value->number = (power_mw + step_mw / 2) / step_mw; /* what flows per tenth of an ampere */
}
