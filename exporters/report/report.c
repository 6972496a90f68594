/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A report as a page, JSON or CSV: the follow-up of a contract, of many side by side, or the
 * yearly one of a data centre. */
#include "views.h"
#include <hallwatt/exporter.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static int put_json(json_t *json, struct hwatt_answer *answer, struct hwatt_error *err)
{
	char *bytes = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(json);
	if (bytes == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "the report cannot be written as JSON");
	hwatt_text_puts(answer->body, bytes);
	hwatt_text_putc(answer->body, '\n');
	free(bytes);
	answer->content_type = "application/json";
	return 0;
}

static json_t *json_of(const struct hwatt_view *view)
{
	return view->followup != NULL ? followup_json(view->followup) : view->joint != NULL ? joint_json(view->joint) : eu_json(view->eu_report);
}

static void put_csv(const struct hwatt_view *view, enum hwatt_language language, struct hwatt_text *out)
{
	if (view->followup != NULL)
		followup_csv(view->followup, language, out);
	else if (view->joint != NULL)
		joint_csv(view->joint, language, out);
	else
		eu_csv(view->eu_report, out);
}

static int put_page(const struct hwatt_view *view, enum hwatt_language language, struct hwatt_text *out, struct hwatt_error *err)
{
	if (view->followup != NULL)
		return followup_page(view->followup, language, out, err);
	return view->joint != NULL ? joint_page(view->joint, language, out, err) : eu_page(view->eu_report, language, out, err);
}

static int render(const struct hwatt_view *view, const struct hwatt_request *request, struct hwatt_answer *answer,
		  struct hwatt_error *err)
{
	const char *format = request->query(request, "format"), *name = request->query(request, "lang");
	int language = name != NULL ? hwatt_language_by_name(name) : HWATT_EN;
	format = format != NULL ? format : "html";
	if (language < 0)
		return hwatt_fail(err, HWATT_EINVAL, "no language \"%.20s\"; there are sv, nb and en", name);
	if (view->followup == NULL && view->joint == NULL && view->eu_report == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "no report was asked for");
	if (strcmp(format, "json") == 0)
		return put_json(json_of(view), answer, err);
	if (strcmp(format, "csv") == 0) {
		put_csv(view, (enum hwatt_language)language, answer->body);
		answer->content_type = "text/csv; charset=utf-8; header=present";
		return 0;
	}
	if (strcmp(format, "html") != 0)
		return hwatt_fail(err, HWATT_EINVAL, "no format \"%.20s\"; there are html, json and csv", format);
	answer->content_type = "text/html; charset=utf-8";
	return put_page(view, (enum hwatt_language)language, answer->body, err);
}

const struct hwatt_exporter report_exporter = {
	.name = "report",
	.render = render,
};
