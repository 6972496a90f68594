/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "writing.h"

static void device_sample(struct exposition *x, const struct hwatt_view_device *device)
{
	exposition_sample(x);
	exposition_label(x, "device", device->id);
}

/* Absent until a poll has ended: before, nobody knows. */
static void put_up(struct exposition *x, const struct hwatt_view_device *device)
{
	if (!device->polled)
		return;
	device_sample(x, device);
	exposition_int(x, device->up);
}

static void put_last_success(struct exposition *x, const struct hwatt_view_device *device)
{
	if (device->last_success_ms == 0)
		return;
	device_sample(x, device);
	exposition_fixed(x, device->last_success_ms, 3);
}

static void put_duration(struct exposition *x, const struct hwatt_view_device *device)
{
	if (!device->polled)
		return;
	device_sample(x, device);
	exposition_fixed(x, device->poll_duration_us, 6);
}

static void put_polls(struct exposition *x, const struct hwatt_view_device *device)
{
	device_sample(x, device);
	exposition_int(x, device->polls);
}

/* The usual reasons are there from the start, so that rate() sees their first increase; others once they came up. */
static void put_errors(struct exposition *x, const struct hwatt_view_device *device)
{
	for (int code = HWATT_OK + 1; code < HWATT_CODES; code++) {
		bool usual = code == HWATT_ETIMEOUT || code == HWATT_EAUTH || code == HWATT_EPROTO;
		if (!usual && device->errors[code] == 0)
			continue;
		device_sample(x, device);
		exposition_label(x, "reason", hwatt_code_name((enum hwatt_code)code));
		exposition_int(x, device->errors[code]);
	}
}

static void put_dropped(struct exposition *x, const struct hwatt_view_device *device)
{
	device_sample(x, device);
	exposition_int(x, device->dropped);
}

static void put_info(struct exposition *x, const struct hwatt_view_device *device)
{
	device_sample(x, device);
	exposition_label(x, "vendor", device->vendor);
	exposition_label(x, "model", device->model);
	exposition_label(x, "serial", device->serial);
	exposition_label(x, "firmware", device->firmware);
	exposition_label(x, "profile", device->profile);
	exposition_label(x, "site", device->site);
	exposition_label(x, "rack", device->rack);
	exposition_int(x, 1);
}

static const struct {
	struct family family;
	void (*put)(struct exposition *x, const struct hwatt_view_device *device);
} rows[] = {
	{ { "device_up", FAMILY_GAUGE,
	    "Whether the last poll of the device succeeded. Devices are polled on hallwatt's own clock, not when "
	    "this page is read.", false }, put_up },
	{ { "device_last_success_timestamp_seconds", FAMILY_GAUGE,
	    "When the last poll succeeded, in Unix time; the age of the device's values follows from it.",
	    false }, put_last_success },
	{ { "device_poll_duration_seconds", FAMILY_GAUGE, "How long the last poll took.", false },
	  put_duration },
	{ { "device_polls_total", FAMILY_COUNTER, "Polls that have ended, well or not.", false }, put_polls },
	{ { "device_poll_errors_total", FAMILY_COUNTER, "Polls that failed, by reason.", false },
	  put_errors },
	{ { "device_values_dropped_total", FAMILY_COUNTER,
	    "Values left out because no real thing can have them.", false }, put_dropped },
	{ { "device_info", FAMILY_INFO, "What the device says it is, and where it stands; always 1.", false },
	  put_info },
};

static size_t count_devices(const struct writing *w)
{
	return w->snap->device_count;
}

static bool begin(struct writing *w, size_t row)
{
	exposition_family(&w->x, &rows[row].family);
	return true;
}

static void put(struct writing *w, size_t row, size_t device)
{
	rows[row].put(&w->x, w->snap->devices[device]);
}

const struct group devices_group = { sizeof(rows) / sizeof(rows[0]), count_devices, begin, put };
