/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */

#include "load.h"

#include <math.h>

#include "calendar.h"

#define PI 3.14159265358979323846
#define CARD_MW 9000          /* what a PDU's own card draws */
#define UPS_TEST_INPUT_MW 150 /* the rectifier is off: control power per line */
#define CHARGING_MW 2100000

/* Numbers that keep one kind of noise apart from another. */
enum noise {
	NOISE_WEATHER = 1000,
	NOISE_USE = 2000,
	NOISE_NET = 3000,
	NOISE_LOAD = 4000,
	NOISE_VOLT = 5000,
	NOISE_AIR = 6000,
	NOISE_CORE = 7000,
	NOISE_DISK = 8000,
	NOISE_HERTZ = 9000,
};

/* What all loads of the hall share at one instant. */
struct sky {
	double daily;   /* 0 at four in the morning, 1 at four in the afternoon, local time */
	double working; /* 1 on working days, less on the others */
	double year;    /* -1 in mid January, 1 in mid July */
	double outdoor_c;
};

/* splitmix64's finaliser: every bit of the argument touches every bit of the result. */
static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* White noise in -1..1, the same for the same seed, id and slot. */
static double jitter(uint64_t seed, int id, int64_t slot)
{
	uint64_t bits = mix(seed ^ mix((uint64_t)slot * 131071 + (uint64_t)id));
	return (double)(bits >> 11) / 4503599627370496.0 - 1.0;
}

/* Smooth noise in -1..1 that wanders over about `period_s`. */
static double drift(uint64_t seed, int id, int64_t at_s, int64_t period_s)
{
	int64_t slot = at_s / period_s;
	double x = (double)(at_s - slot * period_s) / (double)period_s;
	double weight = x * x * (3.0 - 2.0 * x);
	double from = jitter(seed, id, slot * 16 + period_s);
	double to = jitter(seed, id, (slot + 1) * 16 + period_s);
	return from + (to - from) * weight;
}

/* `value` held between `low` and `high`. */
static double clamp(double value, double low, double high)
{
	return value < low ? low : value > high ? high : value;
}

/* The hour, the weekday and the weather of Luleå at `at_s`. */
static struct sky look_up(uint64_t seed, int64_t at_s)
{
	int64_t local_s = at_s + calendar_stockholm_offset_s(at_s);
	struct calendar_date date = calendar_date(local_s);
	double hour = (double)date.second / 3600.0;
	struct sky sky = {
		.daily = 0.5 - 0.5 * cos(2.0 * PI * (hour - 4.0) / 24.0),
		.working = date.weekday < 5 ? 1.0 : 0.45,
		.year = -cos(2.0 * PI * ((double)date.year_day - 15.0) / 365.25),
	};
	sky.outdoor_c = 2.6 + 13.4 * sky.year +
	                (2.0 + 2.0 * (sky.year + 1.0) / 2.0) * (2.0 * sky.daily - 1.0) +
	                5.5 * drift(seed, NOISE_WEATHER, at_s, 172800) +
	                1.5 * drift(seed, NOISE_WEATHER + 1, at_s, 21600);
	return sky;
}

/* Utilisation of each server and what it sends and receives. */
static void compute_servers(uint64_t seed, const struct sky *sky, int64_t at_s, int64_t *out)
{
	for (int i = 0; i < HALL_SERVERS; i++) {
		const struct hall_server *server = &hall_servers[i];
		double use = server->base_permille / 1000.0 +
		             server->swing_permille / 1000.0 * sky->daily * sky->working -
		             0.02 * sky->year + 0.04 * drift(seed, NOISE_USE + i, at_s, 86400) +
		             0.05 * drift(seed, NOISE_USE + 100 + i, at_s, 5400) +
		             0.04 * drift(seed, NOISE_USE + 200 + i, at_s, 600) +
		             0.03 * jitter(seed, NOISE_USE + 300 + i, at_s / LOAD_MINUTE_S);
		use = clamp(use, 0.02, 0.97);
		double wave = 1.0 + 0.3 * drift(seed, NOISE_NET + i, at_s, 1200);
		out[LOAD_USE_PPM + i] = llround(use * 1e6);
		out[LOAD_IN_BPS + i] = llround(use * wave * server->cores * 9e6);
		out[LOAD_OUT_BPS + i] = llround(use * wave * server->cores * 17e6);
	}
}

/* Power of one load in mW: a server follows its utilisation, concave as servers are. */
static int64_t load_mw(uint64_t seed, int i, const struct sky *sky, int64_t at_s,
                       const int64_t *out)
{
	const struct hall_load *load = &hall_loads[i];
	if (load->server >= 0) {
		const struct hall_server *server = &hall_servers[load->server];
		double use = (double)out[LOAD_USE_PPM + load->server] / 1e6;
		double span_w = server->peak_w - server->idle_w;
		return llround(1e3 * (server->idle_w + span_w * use * (1.4 - 0.4 * use)));
	}
	double activity = 0.75 * sky->daily * sky->working +
	                  0.25 * (1.0 + drift(seed, NOISE_LOAD + i, at_s, 2700)) / 2.0;
	double ripple = 1.0 + 0.004 * jitter(seed, NOISE_LOAD + 100 + i, at_s / LOAD_MINUTE_S);
	return llround(1e3 * (load->base_w + load->swing_w * activity) * ripple);
}

/* The two cords of each load, the phases and inlets of the PDUs, the lines behind the UPS. */
static void compute_cords(uint64_t seed, const struct sky *sky, int64_t at_s, int64_t *out)
{
	for (int i = 0; i < HALL_LOADS; i++) {
		const struct hall_load *load = &hall_loads[i];
		int64_t total_mw = load_mw(seed, i, sky, at_s, out);
		int64_t cord_mw[2];
		cord_mw[0] = total_mw * load->share_a_permille / 1000;
		cord_mw[1] = total_mw - cord_mw[0];
		out[LOAD_CORD_A_MW + i] = cord_mw[0];
		out[LOAD_CORD_B_MW + i] = cord_mw[1];
		for (int side = 0; side < 2; side++) {
			int pdu = hall_pdu(load->rack, side);
			int phase = hall_outlet_phase(pdu, load->outlet);
			out[LOAD_PHASE_MW + pdu * HALL_LINES + phase] += cord_mw[side];
		}
	}
	for (int pdu = 0; pdu < HALL_PDUS; pdu++) {
		int64_t *phase_mw = &out[LOAD_PHASE_MW + pdu * HALL_LINES];
		for (int phase = 0; phase < HALL_LINES; phase++) {
			phase_mw[phase] += phase_mw[phase] * 3 / 1000 + (phase == 0 ? CARD_MW : 0);
			out[LOAD_PDU_MW + pdu] += phase_mw[phase];
			out[LOAD_UPS_OUT_MW + hall_pdu_line(pdu, phase)] += phase_mw[phase];
		}
	}
}

/* The input of the UPS, and the heat it leaves in the room, in W. */
static double compute_ups(int64_t at_s, int64_t *out)
{
	double out_w = 0;
	for (int line = 0; line < HALL_LINES; line++)
		out_w += (double)out[LOAD_UPS_OUT_MW + line] / 1e3;
	double loss_w = 520.0 + 0.018 * out_w + 0.03 * out_w * out_w / HALL_UPS_RATED_W;
	int64_t extra_mw = llround(loss_w * 1e3);

	enum event_battery battery = event_battery(at_s, &out[LOAD_BATTERY_PPM]);
	if (battery == EVENT_BATTERY_CHARGING)
		extra_mw += CHARGING_MW;
	for (int line = 0; line < HALL_LINES; line++) {
		out[LOAD_UPS_IN_MW + line] = out[LOAD_UPS_OUT_MW + line] + extra_mw / HALL_LINES +
		                             (line == 0 ? extra_mw % HALL_LINES : 0);
		if (battery == EVENT_BATTERY_TEST)
			out[LOAD_UPS_IN_MW + line] = UPS_TEST_INPUT_MW;
	}
	return out_w + loss_w;
}

/* Cooling for `heat_w`: free cooling below about 8 Cel outside, a compressor above.  A unit whose
 * fan stands still hands its heat to the other, which pays with the cube of its fan speed. */
static void compute_cooling(uint64_t seed, const struct event_plan *plan, const struct sky *sky,
                            int64_t at_s, double heat_w, int64_t *out)
{
	double warmth = clamp((sky->outdoor_c - 2.0) / 22.0, 0.0, 1.0);
	double per_watt = 0.055 + 0.155 * warmth; /* compressor and pumps per watt of heat */
	bool failed = event_fan_failed(plan, at_s);

	for (int unit = 0; unit < HALL_COOLERS; unit++) {
		double share = !failed ? 0.5 : unit == 0 ? 0.78 : 0.22;
		double rpm = !failed ? 1850.0 : unit == 0 ? 2300.0 : 620.0;
		rpm += 12.0 * jitter(seed, NOISE_AIR + unit, at_s / LOAD_MINUTE_S);
		double fan_w = 330.0 * (rpm / 1850.0) * (rpm / 1850.0) * (rpm / 1850.0);
		double hunt = 1.0 + 0.02 * drift(seed, NOISE_AIR + 10 + unit, at_s, 900);
		double supply_c = 19.5 + 0.5 * drift(seed, NOISE_AIR + 20 + unit, at_s, 1800) +
		                  (failed && unit == 1 ? 4.0 : 0.0);
		out[LOAD_COOLER_MW + unit] =
			llround(1e3 * (fan_w + heat_w * share * per_watt * hunt));
		out[LOAD_FAN_MRPM + unit] = llround(1e3 * rpm);
		out[LOAD_SUPPLY_MC + unit] = llround(1e3 * supply_c);
		out[LOAD_RETURN_MC + unit] =
			llround(1e3 * (supply_c + heat_w * share / (rpm / 1850.0) / 1100.0));
	}
	out[LOAD_OUTDOOR_MC] = llround(1e3 * sky->outdoor_c);
	out[LOAD_ROOM_MC] = llround(1e3 * (22.4 + 0.6 * drift(seed, NOISE_AIR + 30, at_s, 3600) +
	                                   (failed ? 0.9 : 0.0)));
	out[LOAD_HUMIDITY_MPCT] = llround(
		1e3 * (38.0 + 8.0 * sky->year + 4.0 * drift(seed, NOISE_AIR + 31, at_s, 40000)));
}

/* What the meters of water and heat see: all heat leaves with the chilled water, a part of it warms
 * the neighbours, more of it in winter; warm days take water. */
static void compute_flows(const struct sky *sky, double heat_w, int64_t *out)
{
	double winter = (1.0 - sky->year) / 2.0;
	out[LOAD_REMOVED_MW] = llround(1e3 * heat_w);
	out[LOAD_REUSED_MW] = llround(1e3 * heat_w * (0.11 + 0.27 * winter));
	out[LOAD_WATER_UL_S] =
		llround((1220.0 + 2440.0 * (1.0 - winter)) * (0.85 + 0.3 * sky->daily));
}

/* The rest of the house, the voltages, and the meter in front of it all. */
static void compute_grid(uint64_t seed, const struct sky *sky, int64_t at_s, int64_t *out)
{
	double other_w = 340.0 + 180.0 * (1.0 - sky->year) / 2.0 +
	                 (sky->working > 0.9 ? 260.0 * sky->daily : 0.0);
	out[LOAD_OTHER_MW] = llround(1e3 * other_w);
	int64_t rest_mw = out[LOAD_OTHER_MW];
	for (int unit = 0; unit < HALL_COOLERS; unit++)
		rest_mw += out[LOAD_COOLER_MW + unit];

	for (int line = 0; line < HALL_LINES; line++) {
		out[LOAD_GRID_LINE_MW + line] = out[LOAD_UPS_IN_MW + line] + rest_mw / HALL_LINES +
		                                (line == 0 ? rest_mw % HALL_LINES : 0);
		out[LOAD_GRID_MW] += out[LOAD_GRID_LINE_MW + line];
		out[LOAD_OUT_MV + line] =
			llround(1e3 * (230.0 + 0.4 * drift(seed, NOISE_VOLT + line, at_s, 600)));
		out[LOAD_IN_MV + line] = llround(
			1e3 * (231.5 + 2.5 * drift(seed, NOISE_VOLT + 10 + line, at_s, 1500)));
	}
	out[LOAD_GRID_MHZ] = llround(50000.0 + 60.0 * drift(seed, NOISE_HERTZ, at_s, 240));
}

void load_compute(uint64_t seed, const struct event_plan *plan, int64_t at_s, int64_t *out)
{
	for (int i = 0; i < LOAD_CHANNELS; i++)
		out[i] = 0;
	struct sky sky = look_up(seed, at_s);
	compute_servers(seed, &sky, at_s, out);
	compute_cords(seed, &sky, at_s, out);
	double heat_w = compute_ups(at_s, out);
	compute_cooling(seed, plan, &sky, at_s, heat_w, out);
	compute_flows(&sky, heat_w, out);
	compute_grid(seed, &sky, at_s, out);
}

int load_core_percent(uint64_t seed, int server, int core, int64_t at_s, int64_t use_ppm)
{
	double noise = 9.0 * jitter(seed, NOISE_CORE + server * 64 + core, at_s / LOAD_MINUTE_S);
	return (int)lround(clamp((double)use_ppm / 1e4 + noise, 0.0, 100.0));
}

int64_t load_disk_used_by(uint64_t seed, int server, int64_t at_s)
{
	const struct hall_server *s = &hall_servers[server];
	int64_t quarter_s = INT64_C(91) * CALENDAR_DAY_S;
	double grown = (double)((at_s + server * quarter_s / HALL_SERVERS) % quarter_s) /
	               (double)quarter_s;
	double share = s->disk_permille / 1000.0 + 0.10 * (grown - 0.5) +
	               0.004 * drift(seed, NOISE_DISK + server, at_s, 21600);
	return (int64_t)(share * (double)s->disk_by) / 4096 * 4096;
}

int64_t load_ram_used_by(uint64_t seed, int server, int64_t at_s)
{
	const struct hall_server *s = &hall_servers[server];
	double share = 0.62 + 0.08 * drift(seed, NOISE_DISK + 100 + server, at_s, 7200);
	return (int64_t)(share * (double)s->ram_by) / 1024 * 1024;
}
