/* view.h - everything a person may see of a walk, in one plain structure. Front ends and reports read this and nothing else.
 *
 * Invariants: every text is clean (base/text.h) and owned by the view; nothing in it is secret; it says only what is in the journal
 * (and what is running now). A view is a snapshot: it does not change under its reader. Order everywhere is fixed.
 * Room session/. report/ includes this file of the session and no other. */
#ifndef RA_SESSION_VIEW_H
#define RA_SESSION_VIEW_H

#include "base/clock.h"
#include "base/own.h"

#include <stdbool.h>
#include <stddef.h>

#define RA_UNSEEN_REQUIRED "a fact this flow requires" /* how the reason of such an unseen fact begins */
#define RA_SOURCE_MANUAL "by hand" /* the source of a walk without any link, in its record and its views */

/* A list of clean texts. */
struct ra_texts {
	char **items;
	size_t count;
};

/* What a person was shown and what they said to it, in words. */
struct ra_view_shown {
	char *kind;              /* of the entry: "answer", "gate", "intent", "done", "edge" (left out), "outcome" (not waited for), "start";
				  * "end": what stood at the outcome, which nobody answers */
	char *title, *text;      /* text: the question, the directions, why the gate stands; paragraphs; "" */
	char *hint, *type;       /* type: what was to be typed to the letter; "" */
	char *danger;            /* "", or "irreversible", ... */
	struct ra_texts offered; /* the answers offered; of a gate the statements put */
	struct ra_texts said;    /* of them those chosen or affirmed; else "yes", "typed it", "left out" */
	ra_utc_ms at;
	int64_t seq;
	bool recorded;           /* the words are the record's; false: an older record, and `said` is in the words of this flow set */
};
enum ra_mark { RA_MARK_DONE, RA_MARK_NOW, RA_MARK_SKIP, RA_MARK_BACK };
/* A way out of a step. */
struct ra_view_turn {
	char *label, *because; /* by which ways: "2", "fail, skip"; why, "" */
	char *to, *title;      /* the step it leads to: id, title */
	bool taken, end;       /* the walk went there from here; that step ends the flow */
};
/* One step of the way. */
struct ra_view_step {
	char *flow, *id, *title, *because; /* because: why the walk went on from here, "" */
	char *left_by;                     /* "edge", "else", "unknown", "error", "answer", "ok", ... */
	enum ra_mark mark;
	ra_utc_ms at;
	struct ra_view_turn *turns; /* of a view with output; none of a step that was stepped back from */
	size_t turn_count;
	int depth;                  /* how many flows called each other to come here; 0 in the first */
	struct ra_view_shown *shown; /* in order of entry */
	size_t shown_count;
};
struct ra_view_plane {
	char *name, *state, *say, *peer; /* state: "up", "down", "connecting", "waiting", "not given" */
	bool unasked; /* down, because its password was not offered there */
};
/* The result of a check. */
struct ra_view_result {
	char *check, *title, *why;
	char *verdict;      /* for people: PASS FAIL WARN INFO UNKNOWN ERROR N/A */
	char *verdict_id;   /* for programs: pass fail warn info unknown error not_applicable */
	char *shown;        /* its facts in words: "Secure Boot: Disabled" */
	char *planes;       /* "SSH, vCenter" */
	ra_utc_ms at;
	bool running;
	bool in_step;       /* belongs to the step the walk is in */
	struct ra_texts disputed; /* what the sources say that do not agree on it: "source: what it says" */
};
/* A check that can be run alone: the palette. */
struct ra_view_check {
	char *check, *title, *why;
	char *planes;                /* whom it can ask: "SSH, vCenter" */
	char *verdict, *verdict_why; /* the last one, "" for never run */
	ra_utc_ms at;                /* of its last answer; RA_UTC_NONE */
	bool running;
};
/* A page of help. */
struct ra_view_topic {
	char *id, *title;
	char *text;      /* paragraphs separated by an empty line */
	struct ra_texts sources;
	bool in_step;    /* the step the walk is in names it */
};
struct ra_view_obs {
	char *plane, *value, *reason, *check; /* value NULL when unknown */
	ra_utc_ms at;
	int64_t seq;
	bool current;
	char *evidence;
};
struct ra_view_fact {
	char *name, *type, *value, *reason; /* value NULL when not known */
	char *json;                         /* the value as JSON, NULL when not known */
	bool known, required; /* required: by the flow */
	struct ra_view_obs *obs;
	size_t obs_count;
	struct ra_texts disputed; /* as of the check that gives it */
};
/* Evidence for or against a cause. */
struct ra_view_rule {
	char *kind; /* "for", "against", "rules out" */
	char *because, *source;
	char *value;      /* "true", "false", "unknown" */
	char *confidence; /* "high", "medium", "low"; "" where it rules out */
};
struct ra_view_cause {
	char *id, *title, *status, *why, *impact, *resolution, *fix_by;
	int rank;
	bool found; /* it was likely when an action began, whatever it is now */
	bool sign; /* neither likely nor ruled out, and a rule speaks for it */
	struct ra_texts guide, references;
	struct ra_view_rule *rules;
	size_t rule_count;
};
/* One request that was sent, verbatim, and what came back. */
struct ra_view_command {
	int64_t seq;
	char *plane, *check, *words, *why; /* why: "answered", "timeout", ... */
	int status;
	int64_t took_ms;
	ra_utc_ms at;
	char *out, *err; /* clean, lines kept; NULL in a view without output */
	bool truncated;
	bool change;     /* an action, not a check */
	bool running;
};
/* What was known of a fact on one side of an action. */
struct ra_view_side {
	char *value, *plane; /* value: in words, NULL when not known; plane: "ssh", "" */
	ra_utc_ms at;        /* RA_UTC_NONE when not known */
};
/* A fact held against itself across an action: as it stood when that began, and as it was read before the next one did. */
struct ra_view_change {
	char *fact, *title; /* title: what it is, for people */
	struct ra_view_side before, after;
	bool named;         /* the action's verification names it: it stands here even where it did not change; these come first */
};
struct ra_view_action {
	char *step, *title, *danger, *result; /* "verified", "unverified", "not done", "refused", "unknown" */
	struct ra_texts touches;
	ra_utc_ms began, ended; /* ended RA_UTC_NONE while open */
	char *said;             /* why the machine did not do it, in its own words; "" when it said nothing */
	char *undo;             /* whether and how it can be undone, a sentence: "To undo it: the step \"Leave maintenance mode\"." or
				 * "Cannot be undone. If it goes wrong: ..."; never "" */
	char *undo_step;        /* the step that undoes it, where the flow has one; "" */
	char *undone;           /* with undo_step: "open" (it can still be undone, and is offered), "undone" (that was verified),
				 * "nothing" (it was not done); else "" */
	struct ra_view_change *changes;
	size_t change_count;
};
struct ra_view_gate {
	char *gate, *step, *title, *why; /* title: of the step */
	bool opened;
	ra_utc_ms at;
};
/* What is known about servers of this maker and was shown with a step's directions. */
struct ra_view_quirk {
	char *id, *title, *say, *source; /* say: paragraphs separated by an empty line */
};
/* One line of the flow map: a flow's steps in reading order, what branches off deeper, and below a step where else it leads. */
enum ra_map_state {
	RA_MAP_GONE,  /* not taken, and it can no longer come */
	RA_MAP_AHEAD, /* not taken, and it can still come */
	RA_MAP_DONE, RA_MAP_SKIP, RA_MAP_BACK, RA_MAP_NOW
};
enum ra_map_kind {
	RA_MAP_FLOW,  /* a flow's title, where the walk went through several */
	RA_MAP_STEP,
	RA_MAP_ABOVE, /* leads to a step that is told above */
	RA_MAP_BELOW  /* ... below */
};
struct ra_view_map_row {
	enum ra_map_kind kind;
	enum ra_map_state state; /* ABOVE, BELOW: of the step it leads to */
	int depth;
	char *flow, *id, *title; /* ABOVE, BELOW: of the step it leads to */
	char *is;                /* STEP: "action by a human, irreversible: tpm_clear"; else "" */
	char *sign;              /* STEP: what must not be overlooked: "irreversible", "gate", "end", "" */
	char *taken;             /* STEP: when the walk was here, "3, 9"; else of the way itself; "" */
	char *label;             /* ABOVE, BELOW: by which ways: "fail, skip"; else "" */
	struct ra_texts say;     /* STEP: what it says and asks */
	struct ra_texts ways;    /* STEP: its ways out, a line each */
};
struct ra_view_unseen {
	char *what, *why;
};
/* One wanted fact, or setting of the firmware, of the template. */
struct ra_view_drift {
	char *name, *wanted, *is, *next; /* "": not told; next: another value waits for the next start */
	char *say;                       /* all of it as a sentence */
	const char *state;               /* "same", "differs", "unknown" */
	const char *reason;              /* why it is unknown; "" */
	bool firmware;
};

/* What the walk wants from the operator. One form for terminal and plain mode. */
enum ra_prompt_kind {
	RA_ASK_NOTHING, /* something is running; nothing to say */
	RA_ASK_GO_ON,   /* read, then go on */
	RA_ASK_CHOICE,  /* one of the options */
	RA_ASK_MANY,    /* any of the options */
	RA_ASK_YES_NO,  /* the safe choice is no */
	RA_ASK_TYPED,   /* a text, to the letter */
	RA_ASK_SECRET,  /* no echo, pasted or typed; goes into wiped memory */
	RA_ASK_WAIT,    /* waiting for a change to show; may be given up */
	RA_ASK_END      /* the walk is over */
};
/* What kind of screen the prompt belongs to. */
enum ra_scene { RA_SCENE_WALK, RA_SCENE_CONNECT, RA_SCENE_GATE, RA_SCENE_CONFIRM, RA_SCENE_ACT, RA_SCENE_WAIT, RA_SCENE_OUTCOME };
struct ra_view_option {
	char *id, *say;
	bool safe; /* has the focus at first */
};
/* What was last seen of a plane while a restart is waited for. */
struct ra_view_watch {
	char *plane, *say;   /* "ssh", "vcenter", or what the maker calls its controller; "On, in POST" */
	ra_utc_ms since, at; /* it is so since; last look. RA_UTC_NONE: not looked yet */
};
struct ra_view_prompt {
	uint64_t id; /* an answer names it; a changed prompt has another id */
	enum ra_prompt_kind kind;
	enum ra_scene scene;
	char *subject;      /* the step or check it is about, by id; "" for none */
	char *title, *text; /* text: paragraphs separated by an empty line */
	char *hint;         /* what to type or where to look, "" */
	char *danger;       /* "", or "irreversible", ... */
	struct ra_view_option *options;
	size_t option_count;
	ra_utc_ms since, deadline; /* WAIT, and since of a change that was sent: session clock */
	struct ra_view_watch *watch; /* WAIT for a restart: by plane given */
	size_t watch_count;
	ra_utc_ms woke;     /* WAIT, with slept_ms: this machine stood still until then */
	int64_t slept_ms;   /* 0: it did not */
	char *progress;     /* how far the change is that was sent, "42 %", "" or NULL */
	bool may_cancel;    /* the machine takes a cancel of it now (ra_session_cancel) */
	bool may_skip, may_back;
	bool skip_why;      /* leaving it (a skip, or a no) is asked a reason for, which goes into the record */
	bool may_again;     /* ra_session_again runs its checks, and tries planes that are down */
};

struct ra_view {
	char *flow, *flow_title, *flow_version, *flow_sha256, *program;
	char *named;                                      /* the host as the operator named it, user and port with it; else as host */
	char *host, *esxi_version, *attestation, *source; /* attestation: VMware's word and time, or "not known" */
	char *operator_name, *change_id, *case_id;
	char *until;                   /* no disruptive step begins after that time, RFC 3339; "" for no end */
	char *journal_path, *head;
	int64_t entry_count;
	bool redacted;                 /* a copy: names and addresses in it stand for others */
	int64_t withheld;              /* values that are not in it */
	ra_utc_ms started, now;
	struct ra_view_plane *planes;
	size_t plane_count;
	struct ra_view_step *steps;
	size_t step_count;
	struct ra_view_result *results;
	size_t result_count;
	struct ra_view_check *palette; /* and topics, and map: of a walk only; a check or a record that is read has none */
	size_t palette_count;
	struct ra_view_topic *topics;
	size_t topic_count;
	struct ra_view_fact *facts;
	size_t fact_count;
	struct ra_view_cause *causes;
	size_t cause_count;
	struct ra_view_command *commands;
	size_t command_count;
	struct ra_view_action *actions;
	size_t action_count;
	struct ra_view_gate *gates;
	size_t gate_count;
	struct ra_view_unseen *unseen; /* not_checked */
	size_t unseen_count;
	struct ra_view_drift *drift; /* the template's rows; none without a template */
	size_t drift_count;
	char *maker;                   /* "Dell PowerEdge 15G", "" when none of its quirks was shown */
	struct ra_view_quirk *quirks;
	size_t quirk_count;
	struct ra_view_map_row *map;   /* of a walk with somebody to see it; else none */
	size_t map_count;
	struct ra_texts notes;
	struct ra_texts since;         /* a walk that was just gone on with: for how long it was left, where, and what is owed; till a step is taken */
	struct ra_texts say;           /* the current step's own words */
	struct ra_view_prompt prompt;
	char *outcome;                 /* "" while walking; "resolved", "stopped", ... */
	char *outcome_title;
	struct ra_texts next;          /* what to do now */
	struct ra_texts owed;          /* what was changed for the walk alone and is not changed back, a short sentence each */
	char *end_reason;
	bool unchecked;                /* vCenter's certificate was not looked at in a part of this walk */
	bool fault;                    /* it could not go on; end_reason is the sentence */
	int exit_code;                 /* of cli.md, for a walk or a check as it was run */
	char *seen_words;              /* the sentence a result begins with ("nothing wrong found in what could be seen; not seen: ..."), "" */
};

struct ra_view *ra_view_free(struct ra_view *view);
RA_DEFINE_AUTO(struct ra_view, ra_view_free);

#endif
