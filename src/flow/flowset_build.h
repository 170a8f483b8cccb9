/* flowset_build.h - the inside of a flow set, for the files that fill it (load_*.c, flowset*.c) and those that examine
 * it (lint*.c). A set is filled document by document, then finished: sorted, and what one file says about another held
 * against it. Private to flow/. */
#ifndef RA_FLOW_FLOWSET_BUILD_H
#define RA_FLOW_FLOWSET_BUILD_H

#include "base/digest.h"
#include "flow/fleet.h"
#include "flow/flowset.h"

struct ra_judge_rule {
	struct ra_cond *when;
	enum ra_check_verdict verdict;
	const char *why; /* "" */
};
/* A check with what flow/ reads of it. */
struct ra_checked {
	struct ra_check *check;
	bool shipped; /* of the installed set */
	struct ra_judge_rule *rules;
	size_t rule_count;
	struct ra_question manual; /* count 0: no by-hand form */
};
/* What differs on some models of a maker. */
struct ra_generation {
	const char *id, *title;
	struct ra_pattern *match; /* on host.model */
	const cJSON *texts;       /* NULL: none of its own */
};
struct ra_vendor {
	const char *id, *title, *bmc; /* bmc: what its management controller is called, NULL */
	struct ra_pattern *match;     /* on host.vendor; NULL: other */
	struct ra_pattern *models;    /* on host.model; NULL: every model */
	const cJSON *texts, *settings, *node;
	const struct ra_json *doc;
	struct ra_generation *generations; /* in the order they are tried */
	size_t generation_count;
	struct ra_quirk *quirks;
	size_t quirk_count;
};
/* What is said about a fact, and where it is said first. name is borrowed. */
struct ra_fact_decl {
	const char *name;
	enum ra_type type;
	int prefer;
	bool by_check;             /* a check extracts it; else only answers set it */
	size_t order;              /* as it was read: what comes first is right, what differs is told */
	const struct ra_json *doc; /* NULL for the built-in ones */
	const cJSON *node;
};
struct ra_flow_file {
	char *name; /* relative to its directory */
	char *path;
	char digest[RA_SHA256_HEX_LEN];
};

/* A growing list; items is the array, each of its own size. */
struct ra_list {
	void *items;
	size_t count, room;
};

struct ra_flowset {
	char *dir;
	char sha256[RA_SHA256_HEX_LEN];
	bool foreign;             /* holds a file that is not of the installed set */
	struct ra_list flows;     /* struct ra_flow * */
	struct ra_list checked;   /* struct ra_checked */
	struct ra_list checks;    /* const struct ra_check *, same order */
	struct ra_list causes;    /* struct ra_cause * */
	struct ra_list sigs;      /* struct ra_signature */
	struct ra_list sig_nodes; /* const cJSON *, same order, for places */
	struct ra_list vendors;   /* struct ra_vendor */
	struct ra_list gates;     /* struct ra_gate */
	struct ra_list classes;   /* struct ra_class */
	struct ra_list facts;     /* struct ra_fact_decl, sorted after finish */
	struct ra_list topics;    /* struct ra_topic, sorted after finish */
	struct ra_list fleet;       /* struct ra_fleet_rule, sorted after finish */
	struct ra_list fleet_facts; /* const char *, what those tell hosts apart by */
	struct ra_list docs;      /* struct ra_json *, those no flow, check or cause owns */
	struct ra_list files;     /* struct ra_flow_file */
	struct ra_signatures signatures;
	const struct ra_json *danger;
	const cJSON *words; /* glossary */
};

/* The kinds of files. */
enum ra_flow_kind {
	RA_KIND_FLOW,
	RA_KIND_CHECK,
	RA_KIND_CAUSE,
	RA_KIND_SIGNATURES,
	RA_KIND_VENDOR,
	RA_KIND_DANGER,
	RA_KIND_GLOSSARY,
	RA_KIND_HELP,
	RA_KIND_FLEET
};
/* Where a document comes from. */
enum ra_flow_origin { RA_FROM_INSTALLED, RA_FROM_DIR, RA_FROM_FILE };

/* An empty set. Owner: ra_flowset_free. Out: NULL without memory. */
struct ra_flowset *ra_flowset_new(void);
/* Take a parsed document in (takes doc in every case).
 * Errors: RA_E_INVALID file:line:col; RA_E_DENIED for an id that is taken, or danger and glossary from outside the
 * installed set. */
RA_MUST_USE ra_err ra_flowset_take(struct ra_flowset *set, enum ra_flow_kind kind, enum ra_flow_origin origin,
				   struct ra_json *doc, struct ra_errs *errs);
/* Sort, and hold files against each other: types of facts, dangers of actions. Errors: RA_E_INVALID file:line:col. */
RA_MUST_USE ra_err ra_flowset_finish(struct ra_flowset *set, struct ra_errs *errs);

/* Append room for one item, zeroed. Out: NULL without memory (told to errs). */
void *ra_list_add(struct ra_list *list, size_t size, struct ra_errs *errs);

/* Read one document each. Owner: *out is the caller's and keeps doc; on error doc stays the caller's. */
RA_MUST_USE ra_err ra_flow_read(struct ra_json *doc, struct ra_flow **out, struct ra_errs *errs);
struct ra_flow *ra_flow_free(struct ra_flow *flow);
/* As ra_flow_read. */
RA_MUST_USE ra_err ra_cause_read(struct ra_json *doc, struct ra_cause **out, struct ra_errs *errs);
struct ra_cause *ra_cause_free(struct ra_cause *cause);
/* The facts an answer sets. Errors: RA_E_INVALID with file:line:col. */
RA_MUST_USE ra_err ra_set_read(const struct ra_json *doc, const cJSON *set, struct ra_errs *errs);
/* A word for how a walk ends. Out: *out (NULL: it is only examined). Errors: RA_E_INVALID with file:line:col. */
RA_MUST_USE ra_err ra_outcome_read(const struct ra_json *doc, const cJSON *node, enum ra_outcome *out,
				   struct ra_errs *errs);
/* The steps of a flow, one by one (load_step.c, load_action.c). */
RA_MUST_USE ra_err ra_step_read(const struct ra_json *doc, const cJSON *node, struct ra_step *step,
				struct ra_errs *errs);
/* The content of a step, freed. */
void ra_step_clear(struct ra_step *step);
/* The action of an action step. */
RA_MUST_USE ra_err ra_action_read(const struct ra_json *doc, const cJSON *node, struct ra_action *action,
				  struct ra_errs *errs);
/* Choices of a question or of a check's by-hand form: [{id, say, set}]. */
RA_MUST_USE ra_err ra_choices_read(const struct ra_json *doc, const cJSON *answers, struct ra_question *out,
				   struct ra_errs *errs);
/* The judge rules and the by-hand form of a check. */
RA_MUST_USE ra_err ra_checked_read(struct ra_checked *checked, struct ra_errs *errs);
/* What a checked holds, freed. */
void ra_checked_clear(struct ra_checked *checked);
/* Signatures, vendors, danger and glossary go straight into the set. */
RA_MUST_USE ra_err ra_flowset_read_signatures(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs);
/* A node that is a regular expression, compiled. Owner: *out is the caller's. Errors: RA_E_INVALID at the node, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_flowset_read_pattern(const struct ra_json *doc, const cJSON *node, struct ra_pattern **out,
					   struct ra_errs *errs);
/* What a vendor holds, freed. */
void ra_vendor_clear(struct ra_vendor *vendor);
/* As ra_flowset_read_signatures. */
RA_MUST_USE ra_err ra_flowset_read_vendor(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs);
/* As ra_flowset_read_signatures. */
RA_MUST_USE ra_err ra_flowset_read_danger(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs);
/* As ra_flowset_read_signatures. */
RA_MUST_USE ra_err ra_flowset_read_glossary(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs);
/* As ra_flowset_read_signatures. */
RA_MUST_USE ra_err ra_flowset_read_help(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs);
/* As ra_flowset_read_signatures. */
RA_MUST_USE ra_err ra_flowset_read_fleet(struct ra_flowset *set, const struct ra_json *doc, struct ra_errs *errs);
/* Collect what checks and answers say about facts. Errors: RA_E_INVALID when two say different types. */
RA_MUST_USE ra_err ra_decl_collect(struct ra_flowset *set, struct ra_errs *errs);
/* A fact's declaration; NULL for a fact nobody produces (sig.* and plane.* included in the collected). */
const struct ra_fact_decl *ra_decl_find(const struct ra_flowset *set, const char *name);
/* True for a fact that needs no check: host.name, plane.*. */
bool ra_fact_is_built_in(const char *name);
/* The type a value of an answer's `set` has by itself: -1 for {"unknown": ..}. {"time": ..} is a time. */
int ra_answer_type(const cJSON *value);

#endif
