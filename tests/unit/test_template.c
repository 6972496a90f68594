/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include <hallwatt/template.h>

static void becomes(const char *template, enum hwatt_language language, const char *json, const char *page)
{
	struct hwatt_template *t;
	struct hwatt_error err = {0};
	struct hwatt_text out;
	json_t *data = json_loads(json, 0, NULL);
	hwatt_text_init(&out, 4096);
	if (hwatt_template_read("page", template, &t, &err) < 0 || hwatt_template_fill(t, data, language, &out, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(hwatt_text_string(&out), page);
	hwatt_template_free(t);
	hwatt_text_free(&out);
	json_decref(data);
}

static void is_refused(const char *template, const char *message)
{
	struct hwatt_template *t;
	struct hwatt_error err = {0};
	assert_int_equal(hwatt_template_read("page", template, &t, &err), -1);
	assert_int_equal(err.code, HWATT_EINVAL);
	assert_string_equal(err.text, message);
}

static void lacks(const char *template, const char *json, const char *message)
{
	struct hwatt_template *t;
	struct hwatt_error err = {0};
	struct hwatt_text out;
	json_t *data = json_loads(json, 0, NULL);
	hwatt_text_init(&out, 40);
	assert_int_equal(hwatt_template_read("page", template, &t, &err), 0);
	assert_int_equal(hwatt_template_fill(t, data, HWATT_EN, &out, &err), -1);
	assert_string_equal(err.text, message);
	hwatt_template_free(t);
	hwatt_text_free(&out);
	json_decref(data);
}

static void values_are_escaped(void **state)
{
	(void)state;
	becomes("<p title=\"{{a}}\">{{n}}</p>", HWATT_EN, "{\"a\": \"<b> & \\\"c\\\" 'd'\", \"n\": -7}",
		"<p title=\"&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;\">-7</p>");
	becomes("{{svg drawing}}", HWATT_EN, "{\"drawing\": \"<svg/>\"}", "<svg/>");
}

static void sections_repeat_and_choose(void **state)
{
	(void)state;
	becomes("{{#rows}}<{{x}}{{y}}>{{else}}none{{/rows}}.", HWATT_EN, "{\"y\": \"!\", \"rows\": [{\"x\": 1}, {\"x\": 2, \"y\": \"?\"}]}",
		"<1!><2?>.");
	becomes("{{#rows}}<{{x}}>{{else}}none{{/rows}}.", HWATT_EN, "{\"rows\": []}", "none.");
	becomes("{{#a}}{{b}}{{/a}}{{#no}}x{{/no}}{{#empty}}x{{/empty}}{{#off}}x{{/off}}{{#on}}y{{/on}}", HWATT_EN,
		"{\"a\": {\"b\": \"in\"}, \"empty\": \"\", \"off\": false, \"on\": true}", "iny");
	becomes("{{#words}}{{.}} {{/words}}", HWATT_EN, "{\"words\": [\"a\", \"<\"]}", "a &lt; ");
	becomes("{{#a}}{{#b}}1{{else}}2{{/b}}{{else}}{{#b}}3{{else}}4{{/b}}{{/a}}5", HWATT_EN, "{\"b\": 1}", "35");
	becomes("{{! nothing of\nthis }}x", HWATT_EN, "{}", "x");
}

static void texts_are_translated_with_their_holes(void **state)
{
	(void)state;
	becomes("{{_ The requirement\n\t is met.}}", HWATT_SV, "{}", "Kravet är uppfyllt.");
	becomes("{{_ Measured on {t}: {v}}} {{_ Measured on {t}: {v}.}}", HWATT_NB, "{\"t\": \"<i>\", \"v\": 3}",
		"Measured on &lt;i&gt;: 3 Målt &lt;i&gt;: 3.");
}

static void mistakes_are_told_with_their_line(void **state)
{
	(void)state;
	is_refused("a\n{{#x}}\n", "page:3: the page ends within the section x");
	is_refused("{{#x}}{{/y}}", "page:1: this ends no open section: y");
	is_refused("\n{{else}}", "page:2: an {{else}} without its section");
	is_refused("{{#a}}{{else}}{{else}}{{/a}}", "page:1: an {{else}} without its section");
	is_refused("{{a", "page:1: a {{ without its }}");
	is_refused("{{A b}}", "page:1: this is no name: A b");
	lacks("x\n{{a}}", "{\"b\": 1}", "page:2: there is no \"a\"");
	lacks("{{a}}", "{\"a\": 1.5}", "page:1: no text and no whole number: \"a\"");
	lacks("{{a}}{{a}}", "{\"a\": \"123456789012345678901234567890\"}", "page: the page is too long");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_escaped),
		cmocka_unit_test(sections_repeat_and_choose),
		cmocka_unit_test(texts_are_translated_with_their_holes),
		cmocka_unit_test(mistakes_are_told_with_their_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
