/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

/* entity_sensor.h - where a device's total power stands among its sensors, for those who describe
 * the past in the same words. */
#ifndef HALLSIM_ENTITY_SENSOR_H
#define HALLSIM_ENTITY_SENSOR_H

/* entPhysicalIndex of the one sensor of type watts(6) of grid meter, cooler and switch. */
#define ENTITY_SENSOR_POWER_INDEX 1001

#endif
