/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Short answers of BMCs: DCMI, and who they are. A power that is taken is one that was sent. */
#include "dcmi.h"
#include "devid.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hwatt_error err;
	struct dcmi_power power;
	struct dcmi_capabilities capabilities = { 0 };
	if (dcmi_read_power(data, size, &power, &err) == 0 &&
	    (size < 18 || data[0] != DCMI_GROUP || (data[17] & 0x40) == 0 || power.now_mw < 0 || power.now_mw > 65534000))
		abort();
	for (int parameter = DCMI_SUPPORTED; parameter <= DCMI_STATISTICS; parameter++)
		if (dcmi_read_capabilities((enum dcmi_parameter)parameter, data, size, &capabilities, &err) == 0 &&
		    capabilities.period_count > DCMI_MAX_PERIODS)
			abort();
	struct devid id;
	struct devid_chassis chassis;
	struct devid_repository repository;
	char guid[DEVID_TEXT];
	if (devid_read(data, size, &id, &err) == 0 && strlen(id.firmware) < 3)
		abort();
	if (devid_read_guid(data, size, guid, &err) == 0 && strlen(guid) != 36)
		abort();
	devid_read_chassis(data, size, &chassis, &err);
	devid_read_repository(false, data, size, &repository, &err);
	devid_read_repository(true, data, size, &repository, &err);
	return 0;
}
