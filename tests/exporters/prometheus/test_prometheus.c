/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include "block.h"
#include "synthetic.h"
#include "writing.h"
#include <hallwatt/exporter.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern const struct hwatt_exporter prometheus_exporter;

#define OPENMETRICS "application/openmetrics-text;version=1.0.0"

struct page { struct hwatt_text body; char type[160]; };

static void render_to(struct page *page, const struct hwatt_snapshot *snap, const char *accept)
{
	struct hwatt_answer answer = { .body = &page->body, .status = 200 };
	struct hwatt_error err;
	hwatt_text_init(&page->body, 4u << 20);
	if (synthetic_render(snap, accept, &answer, &err) < 0)
		fail_msg("%s", err.text);
	snprintf(page->type, sizeof(page->type), "%s", answer.content_type);
}

static int setup(void **state)
{
	static struct page pages[2];
	struct hwatt_snapshot *snap = synthetic_snapshot();
	render_to(&pages[0], snap, "");
	render_to(&pages[1], snap, OPENMETRICS);
	snapshot_release(snap);
	*state = pages;
	return 0;
}

static int teardown(void **state)
{
	struct page *pages = *state;
	hwatt_text_free(&pages[0].body);
	hwatt_text_free(&pages[1].body);
	return 0;
}

/* How often the whole line `line` is there. */
static int count_line(const struct page *page, const char *line)
{
	int count = 0;
	size_t length = strlen(line);
	for (const char *at = page->body.bytes; at != NULL; at = strchr(at, '\n')) {
		at += *at == '\n';
		count += strncmp(at, line, length) == 0 && at[length] == '\n';
	}
	return count;
}

static void assert_line(const struct page *page, const char *line)
{
	if (count_line(page, line) != 1)
		fail_msg("%d times: %s", count_line(page, line), line);
}

static void assert_absent(const struct page *page, const char *part)
{
	const char *found = strstr(page->body.bytes, part);
	if (found != NULL)
		fail_msg("is there: %.80s", found);
}

static void the_polling_is_described(void **state)
{
	const struct page *text = *state;
	assert_line(text, "hallwatt_device_up{device=\"pdu-a1\"} 1");
	assert_line(text, "hallwatt_device_up{device=\"srv-17\"} 0");
	assert_line(text, "hallwatt_device_last_success_timestamp_seconds{device=\"pdu-a1\"} 1792922399.25");
	assert_line(text, "hallwatt_device_poll_duration_seconds{device=\"pdu-a1\"} 0.012345");
	assert_line(text, "hallwatt_device_polls_total{device=\"pdu-a1\"} 100");
	assert_line(text, "hallwatt_device_poll_errors_total{device=\"pdu-a1\",reason=\"timeout\"} 3");
	assert_line(text, "hallwatt_device_poll_errors_total{device=\"pdu-a1\",reason=\"range\"} 1");
	assert_line(text, "hallwatt_device_poll_errors_total{device=\"srv-17\",reason=\"auth\"} 0");
	assert_absent(text, "{device=\"srv-17\",reason=\"range\"}");
	assert_line(text, "hallwatt_device_values_dropped_total{device=\"pdu-a1\"} 2");
	assert_line(text, "hallwatt_device_info{device=\"pdu-a1\",vendor=\"APC\",model=\"AP8932\",serial=\"ZA1\","
			  "firmware=\"6.8.2\",profile=\"apc-rpdu2\",site=\"lulea-1\",rack=\"A1\"} 1");
}

static void what_is_not_known_yet_is_absent(void **state)
{
	const struct page *text = *state;
	assert_absent(text, "device_up{device=\"new-1\"}");
	assert_absent(text, "device_last_success_timestamp_seconds{device=\"new-1\"}");
	assert_absent(text, "device_poll_duration_seconds{device=\"new-1\"}");
	assert_line(text, "hallwatt_device_polls_total{device=\"new-1\"} 0");
}

static void readings_are_in_base_units(void **state)
{
	const struct page *text = *state;
	assert_line(text, "hallwatt_power_watts{device=\"pdu-a1\",role=\"inlet\",index=\"1\"} 1480.5");
	assert_line(text, "hallwatt_power_watts{device=\"pdu-a1\",role=\"outlet\",index=\"1\"} -0.005");
	assert_line(text, "hallwatt_current_amperes{device=\"pdu-a1\",role=\"outlet\",index=\"1\"} 6.43");
	assert_line(text, "hallwatt_temperature_celsius{device=\"srv-17\",role=\"sensor\",index=\"2\"} -1.5");
	assert_line(text, "hallwatt_utilization_ratio{device=\"srv-17\",role=\"cpu\",index=\"0\"} 0.425");
	assert_line(text, "hallwatt_memory_size_bytes{device=\"srv-17\",role=\"memory\",index=\"1\"} 68719476736");
	assert_line(text, "hallwatt_fan_speed_hertz{device=\"srv-17\",role=\"sensor\",index=\"1\"} 120");
	assert_line(text, "hallwatt_interface_speed_bytes_per_second{device=\"srv-17\",role=\"interface\",index=\"eth0\"} "
			  "125000000.125");
	assert_line(text, "hallwatt_interface_receive_bytes_total{device=\"srv-17\",role=\"interface\",index=\"eth0\"} 4711");
	assert_line(text, "hallwatt_water_cubic_meters_total{device=\"srv-17\",role=\"sensor\",index=\"w\"} 12.345");
}

static void a_silent_point_loses_its_gauge_and_keeps_its_energy(void **state)
{
	const struct page *text = *state;
	assert_absent(text, "hallwatt_power_watts{device=\"pdu-a1\",role=\"outlet\",index=\"2\"}");
	assert_line(text, "hallwatt_energy_joules_total{device=\"pdu-a1\",role=\"outlet\",index=\"2\"} 12");
}

static void energy_is_exact_beyond_what_a_double_holds(void **state)
{
	const struct page *text = *state;
	assert_line(text, "hallwatt_energy_joules_total{device=\"pdu-a1\",role=\"inlet\",index=\"1\"} 9007199254740993.25");
	assert_line(text, "hallwatt_energy_joules_total{device=\"pdu-a1\",role=\"outlet\",index=\"1\"} 7.000001");
	assert_line(text, "hallwatt_thermal_energy_joules_total{device=\"srv-17\",role=\"sensor\",index=\"h\"} 555");
}

static void an_alternative_source_never_mixes_with_the_chosen_one(void **state)
{
	const struct page *text = *state;
	assert_line(text, "hallwatt_power_watts{device=\"srv-17\",role=\"chassis\",index=\"1\"} 310");
	assert_line(text, "hallwatt_alternative_power_watts{device=\"srv-17\",role=\"chassis\",index=\"1\",source=\"psu sum\"} 318");
	assert_line(text, "hallwatt_energy_joules_total{device=\"srv-17\",role=\"chassis\",index=\"1\"} 1000");
	assert_line(text, "hallwatt_alternative_energy_joules_total{device=\"srv-17\",role=\"chassis\",index=\"1\","
			  "source=\"psu sum\"} 1010");
}

static void the_same_labels_are_there_once(void **state)
{
	const struct page *text = *state;
	assert_absent(text, "hallwatt_power_watts{device=\"pdu-a1\",role=\"outlet\",index=\"1\"} 77");
	assert_line(text, "hallwatt_duplicate_points 1");
}

static void alternatives_are_told_apart_by_their_source(void **state)
{
	(void)state;
	struct hwatt_view_point points[3];
	for (int i = 0; i < 3; i++)
		points[i] = (struct hwatt_view_point){ .role = HWATT_CHASSIS, .quantity = HWATT_ACTIVE_POWER, .index = "1", .present = true,
						       .alternative = true, .metered = true, .value = 1000 * (i + 1), .total_j = i + 1,
						       .source = i == 1 ? "b" : "a" };
	struct hwatt_view_device *device = block_build(&(struct hwatt_view_device){ .id = "d" }, points, 3);
	struct hwatt_snapshot *snap = snapshot_build(&(struct hwatt_snapshot){ .device_count = 1, .devices = &device });
	struct page page;
	render_to(&page, snap, "");
	assert_line(&page, "hallwatt_alternative_power_watts{device=\"d\",role=\"chassis\",index=\"1\",source=\"a\"} 1");
	assert_line(&page, "hallwatt_alternative_power_watts{device=\"d\",role=\"chassis\",index=\"1\",source=\"b\"} 2");
	assert_line(&page, "hallwatt_alternative_energy_joules_total{device=\"d\",role=\"chassis\",index=\"1\",source=\"b\"} 2");
	assert_line(&page, "hallwatt_duplicate_points 2");
	snapshot_release(snap);
	block_release(device);
	hwatt_text_free(&page.body);
}

static void names_go_to_an_info_series_and_are_escaped(void **state)
{
	const struct page *text = *state;
	assert_line(text, "hallwatt_point_info{device=\"pdu-a1\",role=\"outlet\",index=\"1\",name=\"web \\\"1\\\"\\\\\\n2\"} 1");
	assert_line(text, "hallwatt_point_info{device=\"pdu-a1\",role=\"outlet\",index=\"2\",name=\"Sk\xef\xbf\xbdp\"} 1");
	assert_line(text, "hallwatt_point_info{device=\"srv-17\",role=\"sensor\",index=\"1\",name=\"Fan 1\"} 1");
}

static void sites_and_kpis_are_there(void **state)
{
	const struct page *text = *state;
	assert_line(text, "hallwatt_site_power_watts{site=\"lulea-1\",power_role=\"grid\"} 150000.001");
	assert_line(text, "hallwatt_kpi_ratio{site=\"lulea-1\",kpi=\"pue2\",window=\"month\"} 1.3");
	assert_absent(text, "hallwatt_kpi_ratio{site=\"lulea-1\",kpi=\"pue2\",window=\"12_months\"}");
	assert_line(text, "hallwatt_kpi_ratio{site=\"lulea-1\",kpi=\"ppue\",room=\"a\",window=\"month\"} 1.1");
	assert_line(text, "hallwatt_requirement_forecast_value{contract=\"hosting-2023\",requirement=\"util\"} 0.39");
	assert_line(text, "hallwatt_requirement_forecast_status{contract=\"hosting-2023\",requirement=\"util\",status=\"met\"} 0");
	assert_line(text, "hallwatt_requirement_forecast_status{contract=\"hosting-2023\",requirement=\"util\",status=\"not_met\"} 1");
	assert_line(text, "hallwatt_requirement_forecast_crossing_timestamp_seconds{contract=\"hosting-2023\",requirement=\"util\"} 1789000000");
	assert_line(text, "hallwatt_requirement_status{contract=\"hosting-2023\",requirement=\"util\",status=\"met\"} 1");
	assert_absent(text, "hallwatt_requirement_forecast_value{contract=\"hosting-2023\",requirement=\"pue\"}");
	assert_line(text, "hallwatt_kpi_ratio{site=\"lulea-1\",kpi=\"ppue\",room=\"b\",window=\"month\"} 1.2");
	assert_line(text, "hallwatt_kpi_coverage_ratio{site=\"lulea-1\",kpi=\"pue2\",window=\"12_months\"} 0.12");
	assert_line(text, "hallwatt_kpi_energy_joules{contract=\"hosting-2023\",kpi=\"energy_it\",window=\"month\"} "
			  "9007199254740993");
	assert_line(text, "hallwatt_kpi_energy_joules{contract=\"hosting-2023\",kpi=\"energy_it\",window=\"day\"} "
			  "3.3333333333333335");
}

static void requirements_show_value_limit_margin_and_verdict(void **state)
{
	const struct page *text = *state;
	assert_line(text, "hallwatt_contract_info{contract=\"hosting-2023\",buyer=\"Region Norr\","
			  "supplier=\"Exempelhall AB\",valid_from=\"2023-07-01\",valid_to=\"2027-06-30\"} 1");
	assert_line(text, "hallwatt_requirement_value{contract=\"hosting-2023\",requirement=\"pue\"} 1.56");
	assert_line(text, "hallwatt_requirement_limit{contract=\"hosting-2023\",requirement=\"pue\"} 1.3");
	assert_line(text, "hallwatt_requirement_margin_ratio{contract=\"hosting-2023\",requirement=\"pue\"} -0.2");
	assert_line(text, "hallwatt_requirement_margin_ratio{contract=\"hosting-2023\",requirement=\"util\"} 0.25");
	assert_line(text, "hallwatt_requirement_status{contract=\"hosting-2023\",requirement=\"pue\",status=\"not_met\"} 1");
	assert_line(text, "hallwatt_requirement_status{contract=\"hosting-2023\",requirement=\"pue\",status=\"met\"} 0");
	assert_line(text, "hallwatt_requirement_coverage_ratio{contract=\"hosting-2023\",requirement=\"util\"} 0.97");
	assert_absent(text, "hallwatt_requirement_value{contract=\"hosting-2023\",requirement=\"zero\"}");
	assert_absent(text, "hallwatt_requirement_margin_ratio{contract=\"hosting-2023\",requirement=\"zero");
}

static void the_daemon_tells_of_itself(void **state)
{
	const struct page *text = *state;
	assert_line(text, "hallwatt_snmp_requests_total 12345678");
	assert_line(text, "# TYPE hallwatt_snmp_requests_total counter");
	assert_line(text, "# TYPE hallwatt_queue_depth gauge");
	assert_line(text, "hallwatt_queue_depth{queue=\"resolve\"} 2");
	assert_line(text, "hallwatt_queue_depth{queue=\"store\"} 0.1");
	assert_line(text, "hallwatt_snapshot_timestamp_seconds 1792922400.25");
	assert_non_null(strstr(text->body.bytes, "\nhallwatt_build_info{version=\""));
	assert_line(text, "process_threads 1");
	assert_line(text, "# TYPE process_cpu_seconds_total counter");
	assert_non_null(strstr(text->body.bytes, "\nprocess_resident_memory_bytes "));
}

static void each_format_describes_families_in_its_way(void **state)
{
	const struct page *text = *state, *open = text + 1;
	assert_string_equal(text->type, "text/plain; version=0.0.4; charset=utf-8");
	assert_line(text, "# TYPE hallwatt_energy_joules_total counter");
	assert_line(text, "# TYPE hallwatt_device_info gauge");
	assert_line(text, "# HELP hallwatt_queue_depth How many wait, by \"queue\".");
	assert_absent(text, "# UNIT");
	assert_absent(text, "# EOF");

	assert_string_equal(open->type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
	assert_line(open, "# TYPE hallwatt_energy_joules counter");
	assert_line(open, "# UNIT hallwatt_energy_joules joules");
	assert_line(open, "# TYPE hallwatt_device info");
	assert_line(open, "# UNIT hallwatt_reactive_power_voltamperes_reactive voltamperes_reactive");
	assert_line(open, "# HELP hallwatt_queue_depth How many wait, by \\\"queue\\\".");
	assert_line(open, "hallwatt_energy_joules_total{device=\"pdu-a1\",role=\"outlet\",index=\"2\"} 12");
	assert_string_equal(open->body.bytes + open->body.length - 7, "\n# EOF\n");
	assert_absent(open, "# TYPE hallwatt_energy_joules_total");
	assert_absent(open, "# UNIT hallwatt_device ");
}

static void an_empty_snapshot_gives_no_empty_families(void **state)
{
	(void)state;
	struct page page;
	struct hwatt_snapshot *snap = snapshot_build(&(struct hwatt_snapshot){ .ready = true });
	render_to(&page, snap, "");
	assert_absent(&page, "hallwatt_device_up");
	assert_absent(&page, "hallwatt_kpi");
	assert_line(&page, "hallwatt_duplicate_points 0");
	snapshot_release(snap);
	hwatt_text_free(&page.body);
}

static void what_is_published_twice_is_written_once(void **state)
{
	(void)state;
	const struct hwatt_view_site_power power = { .site = "a", .role = HWATT_POWER_IT, .mw = 1 };
	const struct hwatt_view_counter counter = { .name = "polls_total", .help = "Polls.", .value = 1 };
	const struct hwatt_view_counter labelled = { .name = "waits_total", .help = "Waits.", .label = "queue",
						     .label_value = "q", .value = 1 };
	const struct hwatt_view_kpi kpi = { .subject_kind = "site", .subject = "a", .kpi = "pue1", .window = "day" };
	struct hwatt_view_hall *hall = snapshot_hall_build(
		&(struct hwatt_view_hall){ .kpi_count = 2, .kpis = (struct hwatt_view_kpi[]){ kpi, kpi } });
	struct hwatt_snapshot draft = {
		.site_power_count = 2, .site_power = (struct hwatt_view_site_power[]){ power, power },
		.counter_count = 4, .counters = (struct hwatt_view_counter[]){ counter, labelled, counter, labelled },
		.hall = hall,
	};
	struct hwatt_snapshot *snap = snapshot_build(&draft);
	struct page page;
	render_to(&page, snap, "");
	assert_line(&page, "hallwatt_site_power_watts{site=\"a\",power_role=\"it\"} 0.001");
	assert_line(&page, "hallwatt_polls_total 1");
	assert_line(&page, "hallwatt_waits_total{queue=\"q\"} 1");
	assert_line(&page, "hallwatt_kpi_coverage_ratio{site=\"a\",kpi=\"pue1\",window=\"day\"} 0");
	snapshot_release(snap);
	snapshot_hall_release(hall);
	hwatt_text_free(&page.body);
}

static void an_info_has_no_unit(void **state)
{
	(void)state;
	struct hwatt_text out;
	struct exposition x;
	struct family family = { "power_watts_info", FAMILY_INFO, "Help.", false };
	hwatt_text_init(&out, 1000);
	exposition_init(&x, &out, format_choose(OPENMETRICS).format);
	exposition_family(&x, &family);
	exposition_sample(&x);
	exposition_int(&x, 1);
	assert_string_equal(out.bytes, "# HELP hallwatt_power_watts Help.\n# TYPE hallwatt_power_watts info\n"
				       "hallwatt_power_watts_info 1\n");
	hwatt_text_free(&out);
}

static void what_does_not_fit_is_an_error(void **state)
{
	(void)state;
	struct hwatt_snapshot *snap = synthetic_snapshot();
	struct hwatt_text body;
	struct hwatt_error err;
	hwatt_text_init(&body, 1000);
	struct hwatt_answer answer = { .body = &body };
	assert_int_equal(synthetic_render(snap, "", &answer, &err), -1);
	assert_non_null(strstr(err.text, "does not fit into 1000 octets"));
	snapshot_release(snap);
	hwatt_text_free(&body);
}

/* Adds piece after piece, each written into an empty text, and looks how large they are. */
static size_t put_pieces(void *pieces, struct hwatt_text *all)
{
	struct hwatt_text piece;
	struct hwatt_error err;
	size_t count = 0;
	hwatt_text_init(&piece, 1u << 20);
	for (int rc = 1; rc > 0; count++) {
		hwatt_text_reset(&piece);
		rc = prometheus_exporter.more(pieces, &piece, &err);
		assert_true(rc >= 0);
		assert_true(piece.length < HWATT_PIECE_OCTETS + 8192 && (rc == 0 || piece.length >= HWATT_PIECE_OCTETS));
		hwatt_text_put(all, piece.bytes, piece.length);
	}
	hwatt_text_free(&piece);
	return count;
}

static void assert_same_again(bool many)
{
	struct page whole;
	struct hwatt_text all, twice;
	struct hwatt_error err;
	struct hwatt_snapshot *snap = many ? synthetic_hall(200, 30) : synthetic_snapshot();
	struct hwatt_view view = { .snapshot = snap };
	struct hwatt_request request = { .path = "/metrics", .accept = OPENMETRICS };
	struct hwatt_answer answer = { .status = 200 };
	void *pieces;
	render_to(&whole, snap, OPENMETRICS);
	hwatt_text_init(&all, 4u << 20);
	hwatt_text_init(&twice, 4u << 20);
	assert_int_equal(prometheus_exporter.begin(&view, &request, &answer, &pieces, &err), 0);
	assert_int_equal(put_pieces(pieces, &all) > 10, many);
	prometheus_exporter.again(pieces);
	put_pieces(pieces, &twice);
	prometheus_exporter.end(pieces);
	assert_int_equal(twice.length, all.length);
	assert_memory_equal(twice.bytes, all.bytes, all.length);
	size_t same = (size_t)(strstr(all.bytes, "# HELP process_cpu") - all.bytes); /* what follows is of its moment */
	assert_memory_equal(whole.body.bytes, all.bytes, same);
	snapshot_release(snap);
	hwatt_text_free(&whole.body);
	hwatt_text_free(&all);
	hwatt_text_free(&twice);
}

static void a_page_is_the_same_in_pieces_and_again(void **state)
{
	(void)state;
	assert_same_again(false);
	assert_same_again(true);
}

static void a_large_device_with_many_duplicates_is_written_once(void **state)
{
	(void)state;
	enum { POINTS = 20000 };
	static struct hwatt_view_point points[POINTS];
	static char indices[POINTS / 2][8];
	for (int i = 0; i < POINTS; i++) {
		snprintf(indices[i % (POINTS / 2)], sizeof(indices[0]), "%d", i % (POINTS / 2));
		points[i] = (struct hwatt_view_point){ .role = HWATT_OUTLET, .quantity = HWATT_ACTIVE_POWER, .present = true,
						       .index = indices[i % (POINTS / 2)], .value = i };
	}
	struct hwatt_view_device *device = block_build(&(struct hwatt_view_device){ .id = "big" }, points, POINTS);
	struct hwatt_snapshot *snap = snapshot_build(&(struct hwatt_snapshot){ .device_count = 1, .devices = &device });
	struct page page;
	render_to(&page, snap, "");
	size_t series = 0;
	for (const char *at = page.body.bytes; (at = strstr(at, "\nhallwatt_power_watts{")) != NULL; at++)
		series++;
	assert_int_equal(series, POINTS / 2);
	assert_line(&page, "hallwatt_duplicate_points 10000");
	assert_line(&page, "hallwatt_power_watts{device=\"big\",role=\"outlet\",index=\"9999\"} 9.999");
	snapshot_release(snap);
	block_release(device);
	hwatt_text_free(&page.body);
}

static void doubles_are_as_short_as_can_be(void **state)
{
	(void)state;
	static const struct { double value; const char *text; } cases[] = {
		{ 0.1, " 0.1\n" }, { 1.0 / 3, " 0.3333333333333333\n" }, { 1e-300, " 1e-300\n" },
		{ 1792922400.25, " 1792922400.25\n" }, { 9007199254740992.0, " 9007199254740992\n" }, { 1e300, " 1e+300\n" },
		{ -0.5, " -0.5\n" }, { 0, " 0\n" }, { (double)__builtin_inff(), " +Inf\n" }, { (double)-__builtin_inff(), " -Inf\n" },
		{ (double)__builtin_nanf(""), " NaN\n" }, { 0.30000000000000004, " 0.30000000000000004\n" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hwatt_text out;
		struct exposition x;
		hwatt_text_init(&out, 100);
		exposition_init(&x, &out, &formats[0]);
		exposition_double(&x, cases[i].value);
		assert_string_equal(out.bytes, cases[i].text);
		hwatt_text_free(&out);
	}
}

static void a_unit_is_the_longest_that_the_name_ends_in(void **state)
{
	(void)state;
	static const struct { const char *name, *unit; } cases[] = {
		{ "hallwatt_power_watts", "watts" }, { "hallwatt_interface_speed_bytes_per_second", "bytes_per_second" },
		{ "hallwatt_reactive_power_voltamperes_reactive", "voltamperes_reactive" },
		{ "hallwatt_apparent_power_voltamperes", "voltamperes" }, { "hallwatt_water_cubic_meters", "cubic_meters" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(exposition_unit(cases[i].name, strlen(cases[i].name)), cases[i].unit);
	assert_null(exposition_unit("hallwatt_megawatts", 18));
	assert_null(exposition_unit("watts", 5));
}

static void the_system_s_files_are_read(void **state)
{
	(void)state;
	struct process_stat stat;
	assert_true(process_parse_stat("42 (a ) b) S 1 42 42 0 -1 4194560 900 0 0 0 150 25 0 0 20 0 3 0 8123 123456789 321 18 1 1",
				       &stat));
	assert_int_equal(stat.cpu_ticks, 175);
	assert_int_equal(stat.threads, 3);
	assert_int_equal(stat.start_ticks, 8123);
	assert_int_equal(stat.virtual_octets, 123456789);
	assert_int_equal(stat.resident_pages, 321);
	assert_false(process_parse_stat("", &stat));
	assert_false(process_parse_stat("42 (a) S 1 2 3", &stat));
	assert_int_equal(process_parse_boot("cpu 1 2 3\nbtime 1700000000\nprocesses 5\n"), 1700000000);
	assert_int_equal(process_parse_boot("btime 7\n"), 7);
	assert_int_equal(process_parse_boot("cpu 1\nnobtime 3\n"), -1);
	assert_int_equal(process_parse_boot(""), -1);
}

static void an_open_file_counts(void **state)
{
	(void)state;
	struct process before = process_read();
	int fd = dup(0);
	struct process after = process_read();
	close(fd);
	assert_int_equal(after.open_fds, before.open_fds + 1);
	assert_true(after.resident_octets > 100000 && after.start_s > 1.6e9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_polling_is_described),
		cmocka_unit_test(what_is_not_known_yet_is_absent),
		cmocka_unit_test(readings_are_in_base_units),
		cmocka_unit_test(a_silent_point_loses_its_gauge_and_keeps_its_energy),
		cmocka_unit_test(energy_is_exact_beyond_what_a_double_holds),
		cmocka_unit_test(an_alternative_source_never_mixes_with_the_chosen_one),
		cmocka_unit_test(the_same_labels_are_there_once),
		cmocka_unit_test(alternatives_are_told_apart_by_their_source),
		cmocka_unit_test(names_go_to_an_info_series_and_are_escaped),
		cmocka_unit_test(sites_and_kpis_are_there),
		cmocka_unit_test(requirements_show_value_limit_margin_and_verdict),
		cmocka_unit_test(the_daemon_tells_of_itself),
		cmocka_unit_test(each_format_describes_families_in_its_way),
		cmocka_unit_test(an_empty_snapshot_gives_no_empty_families),
		cmocka_unit_test(what_is_published_twice_is_written_once),
		cmocka_unit_test(an_info_has_no_unit),
		cmocka_unit_test(what_does_not_fit_is_an_error),
		cmocka_unit_test(a_page_is_the_same_in_pieces_and_again),
		cmocka_unit_test(a_large_device_with_many_duplicates_is_written_once),
		cmocka_unit_test(doubles_are_as_short_as_can_be),
		cmocka_unit_test(a_unit_is_the_longest_that_the_name_ends_in),
		cmocka_unit_test(the_system_s_files_are_read),
		cmocka_unit_test(an_open_file_counts),
	};
	return cmocka_run_group_tests_name("prometheus", tests, setup, teardown);
}
