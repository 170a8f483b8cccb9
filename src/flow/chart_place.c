/* chart_place.c - where the steps of a chart stand: order within the layers, then coordinates. Whole numbers only, so that the same flow
 * is drawn to the same bytes everywhere. */
#include "config.h"

#include "flow/chart.h"

#include <stdlib.h>
#include <string.h>

#define SWEEPS 12
#define SETTLES 24
#define LINES_MAX 2000       /* a flow with more arcs is drawn without lines: each step says where it leads in words */
#define STRAIGHT 1000000     /* how much the longest way weighs against all else */

bool ra_chart_is_line(const struct ra_chart *chart, const struct ra_chart_arc *arc)
{
	const struct ra_chart_node *to = &chart->nodes[arc->to];
	int span = to->layer - chart->nodes[arc->from].layer;

	return chart->arc_count <= LINES_MAX && !arc->back && to->beside == RA_CHART_NONE && span > 0 && span <= RA_CHART_SPAN_MAX;
}

/* A step, or a layer an arc passes through. */
struct item {
	size_t node, arc; /* node RA_CHART_NONE: it passes */
	int layer, left, right;
	int64_t rank;     /* in its layer, or what it is sorted by */
	int64_t x;
	bool main;
};
/* A piece of a line between two layers that follow each other. */
struct piece {
	size_t up, down;
	int weight;
};
struct placing {
	const struct ra_chart *chart;
	int gap;
	struct item *items;
	struct piece *pieces;
	size_t item_count, piece_count;
	size_t *order, *best;  /* items by layer, then from left to right */
	size_t *first;         /* of each layer in order; layers + 1 */
	int64_t *sum, *weight; /* of each item, for a mean */
	int64_t *block;        /* 3 for each item: see settle_layer */
};

static void placing_free(struct placing *p)
{
	free(p->items);
	free(p->pieces);
	free(p->order);
	free(p->first);
	free(p->sum);
}

static bool placing_begin(struct placing *p)
{
	size_t items = p->chart->count + 1, pieces = 1;

	for (size_t i = 0; i < p->chart->arc_count; i++) {
		const struct ra_chart_arc *arc = &p->chart->arcs[i];

		if (!ra_chart_is_line(p->chart, arc))
			continue;
		int span = p->chart->nodes[arc->to].layer - p->chart->nodes[arc->from].layer;

		items += (size_t)span - 1;
		pieces += (size_t)span;
	}
	p->items = calloc(items, sizeof(*p->items));
	p->pieces = calloc(pieces, sizeof(*p->pieces));
	p->order = calloc(2 * items, sizeof(*p->order));
	p->first = calloc((size_t)p->chart->layers + 2, sizeof(*p->first));
	p->sum = calloc(5 * items, sizeof(*p->sum));
	if (!p->items || !p->pieces || !p->order || !p->first || !p->sum)
		return false;
	p->best = p->order + items;
	p->weight = p->sum + items;
	p->block = p->weight + items;
	return true;
}

/* True for an arc of the longest way itself, not for one that passes some of it by. */
static bool is_main(const struct ra_chart *chart, const struct ra_chart_arc *arc)
{
	int from = chart->nodes[arc->from].layer, to = chart->nodes[arc->to].layer;
	bool main = chart->nodes[arc->from].main && chart->nodes[arc->to].main;

	for (size_t i = 0; i < chart->count && main; i++)
		main = !chart->nodes[i].main || chart->nodes[i].layer <= from || chart->nodes[i].layer >= to;
	return main;
}

static void add_pieces(struct placing *p, size_t arc, const size_t *item_of)
{
	const struct ra_chart *chart = p->chart;
	const struct ra_chart_arc *at = &chart->arcs[arc];
	bool main = is_main(chart, at);
	size_t up = item_of[at->from];

	for (int layer = chart->nodes[at->from].layer + 1; layer <= chart->nodes[at->to].layer; layer++) {
		size_t down = item_of[at->to];

		if (layer < chart->nodes[at->to].layer) {
			down = p->item_count++;
			p->items[down] = (struct item){.node = RA_CHART_NONE, .arc = arc, .layer = layer, .left = 6, .right = 6, .main = main};
		}
		p->pieces[p->piece_count++] = (struct piece){
		    .up = up, .down = down, .weight = p->items[up].node == RA_CHART_NONE || p->items[down].node == RA_CHART_NONE ? 4 : 1};
		up = down;
	}
}

/* Items and pieces, and a first order: as written. */
static bool make_items(struct placing *p, const struct ra_chart_size *sizes)
{
	const struct ra_chart *chart = p->chart;
	size_t *item_of = calloc(chart->count + 1, sizeof(*item_of)), done = 0;

	if (!item_of)
		return false;
	for (size_t i = 0; i < chart->count; i++) {
		if (chart->nodes[i].beside != RA_CHART_NONE)
			continue;
		item_of[i] = p->item_count++;
		p->items[item_of[i]] = (struct item){.node = i,
						     .arc = RA_CHART_NONE,
						     .layer = chart->nodes[i].layer,
						     .left = sizes[i].left,
						     .right = sizes[i].right,
						     .main = chart->nodes[i].main};
	}
	for (size_t i = 0; i < chart->arc_count; i++)
		if (ra_chart_is_line(chart, &chart->arcs[i]))
			add_pieces(p, i, item_of);
	free(item_of);
	for (int layer = 0; layer < chart->layers; layer++) {
		p->first[layer] = done;
		for (size_t i = 0; i < p->item_count; i++)
			if (p->items[i].layer == layer)
				p->order[done++] = i;
	}
	p->first[chart->layers] = done;
	return true;
}

static void rank_all(struct placing *p)
{
	for (int layer = 0; layer < p->chart->layers; layer++)
		for (size_t i = p->first[layer]; i < p->first[layer + 1]; i++)
			p->items[p->order[i]].rank = (int64_t)(i - p->first[layer]);
}

static int64_t crossings(const struct placing *p)
{
	int64_t count = 0;

	for (size_t a = 0; a < p->piece_count; a++) {
		for (size_t b = a + 1; b < p->piece_count; b++) {
			const struct item *items = p->items;

			if (items[p->pieces[a].up].layer != items[p->pieces[b].up].layer)
				continue;
			int64_t above = items[p->pieces[a].up].rank - items[p->pieces[b].up].rank;
			int64_t below = items[p->pieces[a].down].rank - items[p->pieces[b].down].rank;

			count += (above < 0 && below > 0) || (above > 0 && below < 0);
		}
	}
	return count;
}

static int by_mean(const void *a, const void *b, void *payload)
{
	const struct placing *p = payload;
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	int64_t l = p->sum[left], r = p->sum[right];

	if (l != r)
		return l < r ? -1 : 1;
	return p->items[left].rank < p->items[right].rank ? -1 : p->items[left].rank > p->items[right].rank;
}

/* Sort each layer by the mean place of what it is joined to in the layer before (or after, upwards). */
static void sweep(struct placing *p, bool down)
{
	int layers = p->chart->layers;

	for (int turn = 1; turn < layers; turn++) {
		int layer = down ? turn : layers - 1 - turn;

		memset(p->sum, 0, p->item_count * sizeof(*p->sum));
		memset(p->weight, 0, p->item_count * sizeof(*p->weight));
		for (size_t i = 0; i < p->piece_count; i++) {
			size_t own = down ? p->pieces[i].down : p->pieces[i].up, other = down ? p->pieces[i].up : p->pieces[i].down;

			p->sum[own] += p->items[other].rank * 1024;
			p->weight[own]++;
		}
		for (size_t i = 0; i < p->item_count; i++)
			p->sum[i] = p->weight[i] ? p->sum[i] / p->weight[i] : p->items[i].rank * 1024;
		qsort_r(p->order + p->first[layer], p->first[layer + 1] - p->first[layer], sizeof(*p->order), by_mean, p);
		for (size_t i = p->first[layer]; i < p->first[layer + 1]; i++)
			p->items[p->order[i]].rank = (int64_t)(i - p->first[layer]);
	}
}

/* The order with the fewest crossings of some sweeps. */
static void order_all(struct placing *p)
{
	int64_t fewest;

	rank_all(p);
	fewest = crossings(p);
	memcpy(p->best, p->order, p->item_count * sizeof(*p->best));
	for (int i = 0; i < SWEEPS && fewest > 0; i++) {
		sweep(p, i % 2 == 0);
		int64_t now = crossings(p);

		if (now >= fewest)
			continue;
		fewest = now;
		memcpy(p->best, p->order, p->item_count * sizeof(*p->best));
	}
	memcpy(p->order, p->best, p->item_count * sizeof(*p->order));
	rank_all(p);
}

/* The nearest whole number to a mean. */
static int64_t mean(int64_t total, int64_t heavy)
{
	int64_t twice = 2 * total + heavy, by = 2 * heavy;

	return twice / by - (twice % by < 0);
}

/* Put one layer as near to what it wants as its order and the gaps allow: neighbours that want to pass each other become a block that
 * stands at its weighted mean (pool adjacent violators). */
static void settle_layer(struct placing *p, int layer)
{
	size_t first = p->first[layer], count = p->first[layer + 1] - first, blocks = 0;
	int64_t *total = p->block, *heavy = p->block + p->item_count + 1, *size = p->block + 2 * (p->item_count + 1), offset = 0;

	for (size_t i = 0; i < count; i++) {
		const struct item *item = &p->items[p->order[first + i]];
		size_t id = p->order[first + i];

		offset += i ? p->items[p->order[first + i - 1]].right + p->gap + item->left : 0;
		total[blocks] = (p->sum[id] - offset) * p->weight[id];
		heavy[blocks] = p->weight[id];
		size[blocks++] = 1;
		while (blocks > 1 && mean(total[blocks - 2], heavy[blocks - 2]) > mean(total[blocks - 1], heavy[blocks - 1])) {
			total[blocks - 2] += total[blocks - 1];
			heavy[blocks - 2] += heavy[blocks - 1];
			size[blocks - 2] += size[blocks - 1];
			blocks--;
		}
	}
	offset = 0;
	for (size_t b = 0, i = 0; b < blocks; b++) {
		for (int64_t k = 0; k < size[b]; k++, i++) {
			struct item *item = &p->items[p->order[first + i]];

			offset += i ? p->items[p->order[first + i - 1]].right + p->gap + item->left : 0;
			item->x = mean(total[b], heavy[b]) + offset;
		}
	}
}

static void settle(struct placing *p, bool down)
{
	int layers = p->chart->layers;

	for (int turn = 0; turn < layers; turn++) {
		int layer = down ? turn : layers - 1 - turn;

		for (size_t i = p->first[layer]; i < p->first[layer + 1]; i++) {
			size_t id = p->order[i];

			p->sum[id] = p->weight[id] = 0;
		}
		for (size_t i = 0; i < p->piece_count; i++) {
			const struct piece *at = &p->pieces[i];
			bool lower = p->items[at->down].layer == layer;
			size_t own = lower ? at->down : at->up, other = lower ? at->up : at->down;

			if (p->items[own].layer != layer)
				continue;
			p->sum[own] += p->items[other].x * at->weight;
			p->weight[own] += at->weight;
		}
		for (size_t i = p->first[layer]; i < p->first[layer + 1]; i++) {
			size_t id = p->order[i];

			p->sum[id] = p->items[id].main ? 0 : p->weight[id] ? p->sum[id] / p->weight[id] : p->items[id].x;
			p->weight[id] = p->items[id].main ? STRAIGHT : p->weight[id] ? p->weight[id] : 1;
		}
		settle_layer(p, layer);
	}
}

static bool give(const struct placing *p, const struct ra_chart_size *sizes, int layer_gap, struct ra_chart_places *out)
{
	const struct ra_chart *chart = p->chart;
	int64_t left = 0, right = 0;
	int y = 0;

	out->x = calloc(chart->count + 1, sizeof(*out->x));
	out->layer_y = calloc((size_t)chart->layers + 1, sizeof(*out->layer_y));
	out->layer_high = calloc((size_t)chart->layers + 1, sizeof(*out->layer_high));
	out->bends = calloc(p->item_count + 1, sizeof(*out->bends));
	if (!out->x || !out->layer_y || !out->layer_high || !out->bends)
		return false;
	for (size_t i = 0; i < p->item_count; i++) {
		left = p->items[i].x - p->items[i].left < left ? p->items[i].x - p->items[i].left : left;
		right = p->items[i].x + p->items[i].right > right ? p->items[i].x + p->items[i].right : right;
	}
	for (size_t i = 0; i < p->item_count; i++) {
		const struct item *item = &p->items[i];
		int x = (int)(item->x - left);

		if (item->node == RA_CHART_NONE) {
			out->bends[out->bend_count++] = (struct ra_chart_bend){.arc = item->arc, .layer = item->layer, .x = x};
			continue;
		}
		out->x[item->node] = x;
		if (sizes[item->node].height > out->layer_high[item->layer])
			out->layer_high[item->layer] = sizes[item->node].height;
	}
	for (int layer = 0; layer < chart->layers; layer++) {
		out->layer_y[layer] = y;
		y += out->layer_high[layer] + layer_gap;
	}
	out->width = (int)(right - left);
	out->height = y ? y - layer_gap : 0;
	return true;
}

ra_err ra_chart_place(const struct ra_chart *chart, const struct ra_chart_size *sizes, int gap, int layer_gap,
		      struct ra_chart_places *out)
{
	struct placing p = {.chart = chart, .gap = gap};
	bool ok;

	*out = (struct ra_chart_places){0};
	ok = placing_begin(&p) && make_items(&p, sizes);
	if (ok) {
		order_all(&p);
		for (int i = 0; i < SETTLES; i++)
			settle(&p, i % 2 == 0);
		ok = give(&p, sizes, layer_gap, out);
	}
	placing_free(&p);
	if (!ok)
		ra_chart_places_free(out);
	return ok ? RA_OK : RA_E_NOMEM;
}

void ra_chart_places_free(struct ra_chart_places *places)
{
	free(places->x);
	free(places->layer_y);
	free(places->layer_high);
	free(places->bends);
	*places = (struct ra_chart_places){0};
}
