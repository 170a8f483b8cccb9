/* draw_svg_style.c - how an SVG drawing looks, by day and by night, and the legend that says so. */
#include "config.h"

#include "flow/draw_svg.h"

#define LEGEND_TOP 30
#define LEGEND_COLS 3
#define LEGEND_WIDTH 280
#define LEGEND_HEIGHT 34

const char *ra_svg_style(void)
{
	return "<style>\n"
	       "text{font-family:system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1b1f24}\n"
	       ".page{fill:#fff}\n"
	       ".c{fill:#fff;stroke:#57606a;stroke-width:1.4}\n"
	       ".question{fill:#f3f7ff}.end{fill:#f6f8fa}.call{fill:#f4f0ff}.gate{fill:#fff4d1;stroke:#8a6100;stroke-width:3}\n"
	       ".action{fill:#f1faf3}.bar{stroke:#57606a;stroke-width:5;fill:none}\n"
	       ".irreversible{fill:#fff0f0;stroke:#b00020;stroke-width:4}.hazard{fill:#b00020}\n"
	       ".taken{stroke:#0b5cad;stroke-width:3}.irreversible.taken{stroke:#b00020}\n"
	       ".twin{fill:none;stroke:#0b5cad;stroke-width:2.5}\n"
	       ".k{font-size:10.5px;fill:#57606a}.t{font-size:14.5px;font-weight:700}.i{font-size:10.5px;fill:#57606a;font-weight:400}\n"
	       ".w{font-size:11.5px}.l{font-weight:700}.o{font-size:11.5px;fill:#0b5cad}.e{font-size:12px;font-weight:700}\n"
	       ".b{font-size:11.5px;font-weight:700;fill:#116329}.n{font-size:13px;font-weight:700;fill:#0b5cad}\n"
	       ".g{font-size:12px}.x{font-size:13px;font-weight:800}.tk{font-weight:700}\n"
	       ".hazard~.k,.hazard~.x,.hazard~.n{fill:#fff}\n"
	       ".h1{font-size:22px;font-weight:700}.h2{font-size:18px;font-weight:700}.note{font-size:13px}\n"
	       ".f{fill:none;stroke:#57606a;stroke-width:1.4}.fd{stroke-dasharray:5 4}\n"
	       ".ft{stroke:#0b5cad;stroke-width:7}.fi{stroke:#fff;stroke-width:3}.fh{stroke:none}\n"
	       ".m{fill:#57606a}a:hover text{text-decoration:underline}\n"
	       "@media (prefers-color-scheme:dark){\n"
	       "text{fill:#e6edf3}.page{fill:#0d1117}.c{fill:#161b22;stroke:#8b949e}\n"
	       ".question{fill:#14213a}.end{fill:#1c2128}.call{fill:#231c3a}.gate{fill:#33290a;stroke:#e3b341}\n"
	       ".action{fill:#12261a}.bar{stroke:#8b949e}.irreversible{fill:#3a1114;stroke:#ff6b74}.hazard{fill:#a40e26}\n"
	       ".taken{stroke:#79c0ff}.irreversible.taken{stroke:#ff6b74}.twin{stroke:#79c0ff}\n"
	       ".k,.i{fill:#9aa4af}.o,.n{fill:#79c0ff}.b{fill:#7ee787}\n"
	       ".f{stroke:#8b949e}.ft{stroke:#79c0ff}.fi{stroke:#0d1117}.fh{stroke:none}.m{fill:#8b949e}}\n"
	       "</style>\n"
	       "<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" "
	       "orient=\"auto\"><path class=\"m\" d=\"M0 0L8 4L0 8Z\"/></marker></defs>\n";
}

/* A small card, and what it stands for. */
struct sample {
	const char *shape, *words;
};

int ra_svg_head(struct ra_pen *pen, const struct ra_drawing *drawing)
{
	static const struct sample samples[] = {
		{"<rect class=\"c check\" width=\"34\" height=\"20\"/>", "check: asks the host or vCenter"},
		{"<rect class=\"c question\" width=\"34\" height=\"20\" rx=\"8\"/>", "question: asks the operator"},
		{"<path class=\"c gate\" d=\"M6 0H28L34 6V14L28 20H6L0 14V6Z\"/>", "gate: must be opened"},
		{"<rect class=\"c action\" width=\"34\" height=\"20\"/><path class=\"bar\" d=\"M4 2V18\"/>", "action: changes something"},
		{"<rect class=\"c irreversible\" width=\"34\" height=\"20\"/><rect class=\"hazard\" x=\"2\" y=\"2\" width=\"30\" height=\"8\"/>",
		 "action that cannot be undone"},
		{"<rect class=\"c call\" width=\"34\" height=\"20\"/><path class=\"f\" d=\"M5 0V20M29 0V20\"/>", "call of another flow"},
		{"<rect class=\"c end\" width=\"34\" height=\"20\" rx=\"10\"/>", "end, beside its step"},
		{"<path class=\"f fd\" d=\"M0 10H32\" marker-end=\"url(#a)\"/>", "only when it fails or is not known"},
		{"<path class=\"f ft\" d=\"M0 10H32\"/><path class=\"f fi\" d=\"M0 10H32\"/>", "the way taken, #1, #2, ..."},
	};
	size_t count = RA_LEN(samples) - (drawing->note ? 0 : 1);
	int top = LEGEND_TOP;

	if (drawing->note) {
		ra_pen_printf(pen, "<text class=\"note\" x=\"30\" y=\"%d\">", top + 4);
		ra_pen_text(pen, &ra_pen_xml, drawing->note);
		ra_pen_printf(pen, "</text>\n");
		top += 24;
	}
	for (size_t i = 0; i < count; i++) {
		int x = 30 + (int)(i % LEGEND_COLS) * LEGEND_WIDTH, y = top + (int)(i / LEGEND_COLS) * LEGEND_HEIGHT;

		ra_pen_printf(pen, "<g transform=\"translate(%d %d)\">%s<text class=\"g\" x=\"44\" y=\"14\">%s</text></g>\n", x, y, samples[i].shape,
			      samples[i].words);
	}
	return top + (int)((count + LEGEND_COLS - 1) / LEGEND_COLS) * LEGEND_HEIGHT;
}
