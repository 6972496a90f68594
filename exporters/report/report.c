/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* A report as a page, JSON or CSV: the follow-up of a contract, or of many side by side. */
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

static int render(const struct hwatt_view *view, const struct hwatt_request *request, struct hwatt_answer *answer,
		  struct hwatt_error *err)
{
	const char *format = request->query(request, "format"), *name = request->query(request, "lang");
	int language = name != NULL ? hwatt_language_by_name(name) : HWATT_EN;
	format = format != NULL ? format : "html";
	if (language < 0)
		return hwatt_fail(err, HWATT_EINVAL, "no language \"%.20s\"; there are sv, nb and en", name);
	const struct hwatt_followup *f = view->followup;
	const struct hwatt_joint *j = view->joint;
	if (f == NULL && j == NULL)
		return hwatt_fail(err, HWATT_EINVAL, "no report was asked for");
	if (strcmp(format, "json") == 0)
		return put_json(f != NULL ? followup_json(f) : joint_json(j), answer, err);
	if (strcmp(format, "csv") == 0) {
		if (f != NULL)
			followup_csv(f, (enum hwatt_language)language, answer->body);
		else
			joint_csv(j, (enum hwatt_language)language, answer->body);
		answer->content_type = "text/csv; charset=utf-8; header=present";
		return 0;
	}
	if (strcmp(format, "html") != 0)
		return hwatt_fail(err, HWATT_EINVAL, "no format \"%.20s\"; there are html, json and csv", format);
	answer->content_type = "text/html; charset=utf-8";
	return f != NULL ? followup_page(f, (enum hwatt_language)language, answer->body, err)
			 : joint_page(j, (enum hwatt_language)language, answer->body, err);
}

const struct hwatt_exporter report_exporter = {
	.name = "report",
	.render = render,
};
