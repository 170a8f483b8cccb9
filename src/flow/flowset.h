/* flowset.h - everything a flow author wrote, loaded and cross-checked: the product's knowledge, read-only.
 * Invariants: what is loaded obeys reattest-flow(5); a file or directory writable by group or others is refused; a check outside the
 * read-only table, or an action outside the table of changes, does not load. Shared by sessions. Room flow/, above check/. */
#ifndef RA_FLOW_FLOWSET_H
#define RA_FLOW_FLOWSET_H

#include "check/check.h"
#include "flow/cond.h"

enum ra_step_kind { RA_STEP_CHECK, RA_STEP_QUESTION, RA_STEP_GATE, RA_STEP_ACTION, RA_STEP_CALL, RA_STEP_END };
enum ra_danger { RA_READONLY, RA_REVERSIBLE, RA_DISRUPTIVE, RA_IRREVERSIBLE };
enum ra_outcome {
	RA_OUT_NONE,
	RA_OUT_RESOLVED,
	RA_OUT_NOT_A_FAULT,
	RA_OUT_ESCALATED,
	RA_OUT_SECURITY_REVIEW,
	RA_OUT_REBUILD,
	RA_OUT_STOPPED
};
/* The words of the flow file: "resolved", "readonly", ... Never NULL. */
const char *ra_outcome_name(enum ra_outcome outcome);
const char *ra_danger_name(enum ra_danger danger);

struct ra_edge {
	struct ra_cond *when;
	const char *go;
	const char *because; /* NULL */
};

/* A closed answer: what it sets. */
struct ra_choice {
	const char *id, *say;
	const cJSON *set;         /* {fact: value} */
	const char *not_checked; /* what stays unseen when this is chosen, for the list of what was not checked; NULL */
};
/* A question, of a step or of a check's manual form. */
struct ra_question {
	const char *ask, *look; /* look NULL in steps */
	bool many, lasting;
	bool without_links; /* of a form: asked only in a walk that no plane is given */
	struct ra_choice *choices;
	size_t count;
};

struct ra_gate {
	const char *id, *title, *why;
	struct ra_cond *open_if; /* NULL: never by itself */
	bool needs_key;          /* proof: recovery-key */
	const cJSON *fresh;      /* check ids, NULL */
	const cJSON *statements; /* [{id, say}] */
	const char *type;        /* text to type, with {facts}; NULL */
	int64_t max_age_ms;
};
struct ra_class {
	const char *id, *title, *why; /* why: NULL */
	enum ra_danger danger;
	const cJSON *gate; /* ids, NULL: none needed */
	bool restarts;
	bool beside_host; /* nothing of the host is touched: what was read of it still counts after */
};

struct ra_action {
	bool by_human;
	enum ra_plane plane;  /* when not by_human */
	char *request;        /* canonical text, when not by_human */
	enum ra_danger danger;
	const cJSON *touches, *gate, *only_for; /* arrays or NULL */
	bool restore;         /* toward: restore */
	bool restarts;        /* some class it touches restarts the host */
	bool beside_host;     /* it touches classes, and each stays beside the host; so does what only waits */
	bool waits;           /* what it does waits for the next start, and until then can be taken back */
	bool temporary;       /* for the walk only: it owes its undo step */
	struct ra_cond *guard, *until;
	const cJSON *confirm_type; /* fact name to type, NULL: yes */
	const cJSON *verify_checks;
	int64_t every_ms, for_ms;
	const char *ok, *fail, *skip, *blocked; /* blocked is never NULL */
	bool undoes;                            /* what follows is its undo; else where it cannot be undone and what to do then */
	const char *undo_text, *undo_step;      /* from undo or recovery */
};

struct ra_step {
	const char *id, *title;
	enum ra_step_kind kind;
	const cJSON *say, *text, *guide, *help; /* borrowed; help: ids of topics */
	const cJSON *node;
	const cJSON *checks;             /* check steps: ids */
	struct ra_edge *edges;
	size_t edge_count;
	const char *go_else, *go_unknown, *go_error;
	struct ra_question question;
	struct ra_action action;
	const cJSON *gates;              /* gate steps: ids */
	const char *go_open, *go_closed;
	const char *call_flow;
	const cJSON *returns;            /* {outcome: step} */
	enum ra_outcome outcome;
	const cJSON *next;               /* end: texts */
};
struct ra_flow {
	const char *id, *version, *title, *start;
	const cJSON *entries, *required, *tests;
	const cJSON *covers; /* sections of the guide it claims, NULL */
	struct ra_step *steps;
	size_t step_count;
	struct ra_json *doc;
	bool shipped; /* false: from outside the installed set */
};

/* One way out of a step. Borrowed. */
struct ra_way {
	const char *go, *label; /* label: "edge 2", "else", "ok", "resolved", ... */
	const char *because;    /* NULL */
	const cJSON *node;      /* where it is written */
	bool opens;             /* the way of a gate that was opened */
};
typedef void (*ra_way_fn)(void *payload, const struct ra_step *step, const struct ra_way *way);
/* Visit every way out of a step in the order it is written: edges, else, unknown, error, open, closed, ok, fail, skip, blocked, undo or
 * recovery that are steps, returns of a call. */
void ra_step_ways(const struct ra_step *step, ra_way_fn fn, void *payload);

struct ra_rule {
	struct ra_cond *when;
	enum { RA_RULE_FOR, RA_RULE_AGAINST, RA_RULE_OUT } kind;
	int confidence; /* 1 low, 2 medium, 3 high */
	const char *because, *source;
};
struct ra_cause {
	const char *id, *title, *why, *impact, *resolution, *fix_by;
	int rank;
	bool hint; /* worth knowing, and no cause by itself: never likely, whatever speaks for it */
	const cJSON *guide, *references;
	struct ra_rule *rules;
	size_t rule_count;
	struct ra_json *doc;
};

/* What is known about servers of a maker beside its directions. Borrowed. */
struct ra_quirk {
	const char *id, *title, *source;
	const cJSON *say;       /* text or list */
	const cJSON *texts;     /* ids of the directions it is shown with */
	const char *generation; /* NULL: all */
};
struct ra_vendor;
struct ra_generation;
/* Whose directions fit a host. Borrowed from the set. */
struct ra_maker {
	const struct ra_vendor *own, *other;    /* own is other where no maker's file fits; both NULL in a set without */
	const struct ra_generation *generation; /* NULL: the model does not tell */
};

/* A page of help: what an operator may want to know beside the step. */
struct ra_topic {
	const char *id, *title;
	int rank;             /* in the list, 1 first */
	const cJSON *text;    /* paragraphs */
	const cJSON *sources; /* where it is from */
};

struct ra_flowset;
/* Where to load from. Borrowed. */
struct ra_flow_sources {
	const char *const *dirs; /* in order, NULL-terminated; the first is the installed set; missing later ones are skipped */
	const char *file;        /* --flow FILE, or NULL */
	bool trust_anyone;       /* do not look at file modes (a source tree under test) */
	bool foreign;            /* the first is not the installed set either: it came from elsewhere, and is examined */
	bool unproven;           /* load what the linter finds fault with too (verb flow, which shows the findings) */
};
/* Load the whole set. A set that holds anything from outside the installed directory is examined by the linter as well: what is
 * installed was, when it was built.
 * Errors: RA_E_NOTFOUND (no directory), RA_E_DENIED (modes; a shipped id reused without --flow), RA_E_INVALID file:line:col. */
RA_MUST_USE ra_err ra_flowset_load(const struct ra_flow_sources *sources, struct ra_flowset **out, struct ra_errs *errs);
struct ra_flowset *ra_flowset_free(struct ra_flowset *set);
RA_DEFINE_AUTO(struct ra_flowset, ra_flowset_free);
/* True for a relative name a set reads a file by: "danger.json", "x.flow.json", "causes/x.json". */
bool ra_flowset_has_place(const char *name);
/* SHA-256 over the sorted relative names and digests of all files loaded. */
const char *ra_flowset_sha256(const struct ra_flowset *set);
/* The files of the set, sorted by name. Out: false past the last; name is relative to the directory it was in, borrowed. */
struct ra_flow_part {
	const char *name, *path, *sha256;
};
bool ra_flowset_part(const struct ra_flowset *set, size_t index, struct ra_flow_part *out);
/* The first directory that was used (where demo/ lies). */
const char *ra_flowset_dir(const struct ra_flowset *set);

/* By id; NULL when absent. */
const struct ra_flow *ra_flowset_flow(const struct ra_flowset *set, const char *id);
const struct ra_step *ra_flow_step(const struct ra_flow *flow, const char *id);
const struct ra_check *ra_flowset_check(const struct ra_flowset *set, const char *id);
const struct ra_cause *ra_flowset_cause(const struct ra_flowset *set, const char *id);
const struct ra_gate *ra_flowset_gate(const struct ra_flowset *set, const char *id);
const struct ra_class *ra_flowset_class(const struct ra_flowset *set, const char *id);
/* All, in a fixed order (causes by rank then id, checks by id). */
size_t ra_flowset_flows(const struct ra_flowset *set, const struct ra_flow *const **out);
size_t ra_flowset_checks(const struct ra_flowset *set, const struct ra_check *const **out);
size_t ra_flowset_causes(const struct ra_flowset *set, const struct ra_cause *const **out);
/* Help by rank, then id. Borrowed. */
size_t ra_flowset_topics(const struct ra_flowset *set, const struct ra_topic **out);
const struct ra_signatures *ra_flowset_signatures(const struct ra_flowset *set);
/* A place or a weight of a known line as flow files write it ("console", "fail"); static. */
const char *ra_line_place_word(enum ra_line_place place);
const char *ra_line_weight_word(enum ra_line_weight weight);
/* VMware's word for an API value of a fact ("attestation.status", "accepted" -> "Passed"); the value itself when there is none. */
const char *ra_flowset_word(const struct ra_flowset *set, const char *fact, const char *value);
/* What is written about a maker, by its id; or the makers one after another (NULL: no more). For those who read the set. NULL when absent. */
const cJSON *ra_flowset_vendor(const struct ra_flowset *set, const char *id);
const cJSON *ra_flowset_vendor_at(const struct ra_flowset *set, size_t index);
/* The maker of a server by what the host says of itself (NULL: not known). A vendor whose "models" a known model does not fit is not
 * meant; where none fits it is `other`. */
struct ra_maker ra_flowset_maker(const struct ra_flowset *set, const char *vendor, const char *model);
/* Its text (text or list) for an id: the generation's, else its own, else that of `other`. NULL when none has it. */
const cJSON *ra_maker_text(const struct ra_maker *maker, const char *text_id);
/* The word {bmc} in texts stands for this name. */
#define RA_FILL_BMC "bmc"
/* {resume} in what is next at an end stands for how this walk is gone on with; a fold does not know, and leaves it as it is. */
#define RA_FILL_RESUME "resume"
/* What its management controller is called ("iDRAC"), else what `other` calls it. NULL when nobody says. */
const char *ra_maker_bmc(const struct ra_maker *maker);
/* The id of its file; NULL where none but `other` fits. */
const char *ra_maker_id(const struct ra_maker *maker);
/* "Dell PowerEdge 15G", or without the generation where the model does not tell it. NULL: no file about any maker. */
const char *ra_maker_title(const struct ra_maker *maker);
/* Its next quirk after this one (NULL: the first) that belongs to a text. One of another generation is left out, one of a generation
 * that the model does not tell is not: unknown is never no. NULL: no more. */
const struct ra_quirk *ra_maker_quirk(const struct ra_maker *maker, const char *text_id, const struct ra_quirk *after);
/* The by-hand form of a check as a question; NULL when it has none. Lives as long as the set. */
const struct ra_question *ra_flowset_manual(const struct ra_flowset *set, const struct ra_check *check);
/* The type a fact has in this set (checks, plane.*, sig.*, answers that set it). Out: -1 for a fact nobody produces. */
int ra_flowset_fact_type(const struct ra_flowset *set, const char *fact);
/* True for a fact made of what the site gave (site.*, template.*): no check and no answer may give it. */
bool ra_fact_is_given(const char *name);
/* The plane that wins when planes disagree on a fact (the `prefer` of its check), RA_PLANE_ANY when none does.
 * Shape: set is a struct ra_flowset; fits ra_cond_env.prefer. */
int ra_flowset_prefer(const void *set, const char *fact);
/* The verdict of a check run alone (judge), with why (borrowed, may be ""). */
enum ra_check_verdict { RA_V_PASS, RA_V_FAIL, RA_V_WARN, RA_V_INFO, RA_V_UNKNOWN, RA_V_ERROR, RA_V_NOT_APPLICABLE };
const char *ra_check_verdict_name(enum ra_check_verdict verdict);
enum ra_check_verdict ra_flowset_judge(const struct ra_flowset *set, const struct ra_check *check,
				       const struct ra_cond_env *env, const char **why);

#endif
