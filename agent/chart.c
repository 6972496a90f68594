/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
#include <hallwatt/chart.h>
#include <hallwatt/template.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WIDTH = 680, HEIGHT = 220, LEFT = 64, RIGHT = 12, TOP = 26, BOTTOM = 26, MAX_TICKS = 12 };

struct scale { /* of the upright axis */
	double low, high, step;
	int decimals;
};

/* 1, 2 or 5 times a power of ten: about five of them make `range`. */
static double step_for(double range)
{
	double rough = range / 5, power = pow(10, floor(log10(rough))), times = rough / power;
	return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

static struct scale scale_for(const struct hwatt_chart *c)
{
	double low = INFINITY, high = -INFINITY;
	for (size_t i = 0; i < c->count; i++) {
		if (!c->points[i].known)
			continue;
		low = fmin(low, c->points[i].value);
		high = fmax(high, c->points[i].value);
	}
	if (c->limited) {
		low = fmin(low, c->limit);
		high = fmax(high, c->limit);
	}
	if (c->bars)
		low = fmin(low, 0);
	if (high - low < 1e-9 * fmax(fabs(high), 1e-300)) {
		high += high > 0 ? high * 0.05 : 1;
		low -= c->bars ? 0 : fabs(low) * 0.05;
	}
	struct scale s = { .step = step_for(high - low) };
	s.low = floor(low / s.step) * s.step;
	s.high = ceil(high / s.step) * s.step;
	double digits = -floor(log10(s.step));
	s.decimals = digits > 0 ? (int)fmin(digits, 9) : 0;
	return s;
}

static double up(const struct scale *s, double value)
{
	return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - s->low) / (s->high - s->low));
}

static double along(const struct hwatt_chart *c, size_t i)
{
	return LEFT + (WIDTH - LEFT - RIGHT) * ((double)i + 0.5) / (double)c->count;
}

static void put_axis(const struct hwatt_chart *c, const struct scale *s, struct hwatt_text *out)
{
	int ticks = (int)lround((s->high - s->low) / s->step);
	for (int i = 0; i <= ticks && i < MAX_TICKS; i++) {
		double value = s->low + i * s->step, y = up(s, value);
		char digits[48];
		snprintf(digits, sizeof(digits), "%.*f", s->decimals, fabs(value) < s->step / 1e6 ? 0.0 : value);
		char *point = strchr(digits, '.');
		if (point != NULL && c->language != HWATT_EN)
			*point = ',';
		hwatt_text_printf(out, "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
				  "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
				  LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, digits);
	}
	hwatt_text_printf(out, "<text class=\"tick\" x=\"%d\" y=\"12\">", 2);
	hwatt_text_html(out, c->unit);
	hwatt_text_puts(out, "</text>");
	size_t every = c->count > 16 ? (c->count + 15) / 16 : 1;
	for (size_t i = 0; i < c->count; i += every) {
		hwatt_text_printf(out, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">", along(c, i), HEIGHT - 8);
		hwatt_text_html(out, c->points[i].label);
		hwatt_text_puts(out, "</text>");
	}
}

static void put_tip(const struct hwatt_chart_point *p, struct hwatt_text *out)
{
	hwatt_text_puts(out, "<title>");
	hwatt_text_html(out, p->label);
	hwatt_text_puts(out, ": ");
	hwatt_text_html(out, p->shown);
	hwatt_text_puts(out, "</title>");
}

static void put_bars(const struct hwatt_chart *c, const struct scale *s, struct hwatt_text *out)
{
	double width = (WIDTH - LEFT - RIGHT) / (double)c->count * 0.66;
	for (size_t i = 0; i < c->count; i++) {
		const struct hwatt_chart_point *p = &c->points[i];
		if (!p->known)
			continue;
		double y = up(s, fmax(p->value, 0)), foot = up(s, fmin(p->value, 0));
		hwatt_text_printf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\">",
				  p->partial ? "bar partial" : "bar", along(c, i) - width / 2, y, width, foot - y);
		put_tip(p, out);
		hwatt_text_puts(out, "</rect>");
	}
}

static void put_line(const struct hwatt_chart *c, const struct scale *s, struct hwatt_text *out)
{
	bool drawing = false;
	hwatt_text_puts(out, "<path class=\"line\" d=\"");
	for (size_t i = 0; i < c->count; i++) {
		if (c->points[i].known)
			hwatt_text_printf(out, "%c%.1f %.1f", drawing ? 'L' : 'M', along(c, i), up(s, c->points[i].value));
		drawing = c->points[i].known; /* a month without data is a gap */
	}
	hwatt_text_puts(out, "\"/>");
	for (size_t i = 0; i < c->count; i++) {
		const struct hwatt_chart_point *p = &c->points[i];
		if (!p->known)
			continue;
		hwatt_text_printf(out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\">", p->partial ? "dot partial" : "dot",
				  along(c, i), up(s, p->value));
		put_tip(p, out);
		hwatt_text_puts(out, "</circle>");
	}
}

static void put_limit(const struct hwatt_chart *c, const struct scale *s, struct hwatt_text *out)
{
	double y = up(s, c->limit);
	hwatt_text_printf(out, "<line class=\"limit\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
			  "<text class=\"limit-label\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT, WIDTH - RIGHT, y, y,
			  WIDTH - RIGHT - 2, y > TOP + 16 ? y - 4 : y + 14);
	hwatt_text_html(out, c->limit_label);
	hwatt_text_puts(out, "</text>");
}

void hwatt_chart_put(const struct hwatt_chart *c, struct hwatt_text *out)
{
	bool any = false;
	for (size_t i = 0; i < c->count; i++)
		any |= c->points[i].known;
	if (!any)
		return;
	struct scale s = scale_for(c);
	hwatt_text_printf(out, "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"%s-t %s-d\"><title id=\"%s-t\">",
			  WIDTH, HEIGHT, c->id, c->id, c->id);
	hwatt_text_html(out, c->title);
	hwatt_text_printf(out, "</title><desc id=\"%s-d\">", c->id);
	hwatt_text_html(out, c->description);
	hwatt_text_puts(out, "</desc>");
	put_axis(c, &s, out);
	if (c->bars)
		put_bars(c, &s, out);
	else
		put_line(c, &s, out);
	if (c->limited)
		put_limit(c, &s, out);
	hwatt_text_puts(out, "</svg>");
}
