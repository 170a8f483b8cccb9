/* entries.h - the kinds of journal entries and their members: the one list that engine, session, report and manual share.
 * Format 1. Sensitive members (s) are commitments in the file. Members not listed do not occur, members without a value are left out.
 *
 * An observation is what ra_obs_to_json writes ({name, plane, type, value(s) | unknown, at, ...}).
 * reply: out and err are the bytes cut at line feeds, in order: joined by line feeds they are the bytes again (a line that is no
 * printable UTF-8 stands as {"base64": ..}; very many lines stand several to an element). kept_len: only so many bytes of out are here.
 * Very large ones stand in the file beside the journal (the journal's own member `evidence` says where). sha256 is over all of out; a commitment, as a digest confirms a guess at a short answer. A reply without `request` was never asked (the host is too old for the check).
 * same: while a change is waited for, so many looks of this check by this plane before this one said what the entry before says, and have none of
 * their own.
 * gate: opened false with a gate says that it was not opened, or that its pass lapsed; without a gate that it was left closed.
 * edge: `call` enters a flow, `return` leaves it; `closed` also leaves an action whose gate stays closed; `owed` leads aside to the undo
 * of a temporary change, `undo` to one the operator chose, `paid` (it was verified) or `unpaid` back to where that was. end: `owed` are the changes still not undone.
 * why: in an edge by skip or unpaid, and in an outcome that was not waited for: the operator's reason.
 * given: what the site itself gives the walk, whole; the facts site.* and template.* follow from it and from what is known.
 * taken_from, taken_at, taken_by: the session was handed over then, from a person on a machine to another.
 * until: no disruptive step begins after that time; what a resume says of it, of change and case holds from there on.
 * words: what was shown to the person whose word the entry holds: {title, danger, text, hint, type, options[{id, text}]}, each left out where
 * there was none. options: the answers offered, of a gate the statements put. type: what was asked to be typed. Of an end: {title, text,
 * checks[{id, text}], causes[{id, text}], next[{id, text}]}. The fold does not read them: a record without them folds to the same.
 * Room flow/. */
#ifndef RA_FLOW_ENTRIES_H
#define RA_FLOW_ENTRIES_H

/* X(name, text, members) */
#define RA_ENTRY_KINDS(X)                                                                                             \
	X(START, "start", "program, program_sha256, flow, flow_version, flow_sha256, step, host(s), source, planes, operator(s), change(s), case(s), until, firmware_changes, mode walk|check, only[check], user(s), port, vcenter(s), vcenter_user(s), insecure, bmc(s), bmc_user(s), words(s)") \
	X(GIVEN, "given", "what site-list|template, file(s), sha256(s), content(s)")                                                 \
	X(PLANE, "plane", "plane, state up|down, why, say(s), peer(s), user(s)")                                                  \
	X(REPLY, "reply", "check, plane, request, why, status, complete, truncated, took_ms, sha256(s), kept_len, out[line(s)], err[line(s)], facts[observation], clock{offset_ms, margin_ms}, same") \
	X(ANSWER, "answer", "step, check, ids(s), facts[observation], words(s)")                                                    \
	X(GATE, "gate", "step, gate, opened, why, by condition|statements, key proven|partly proven, recovery_id(s), affirmed, words(s)")                    \
	X(INTENT, "intent", "step, danger, touches, by, request, gate, causes, words(s)")                                           \
	X(DONE, "done", "step, how done|not_done|refused|unknown, say(s), words(s)")                                                \
	X(OUTCOME, "outcome", "step, result verified|unverified|not_done|refused, because, why(s), words(s)")                               \
	X(EDGE, "edge", "flow, from, to, to_flow, by edge|else|unknown|error|ok|fail|skip|blocked|open|closed|call|return|owed|undo|paid|unpaid, index, fact, reason, because, why(s), words(s)") \
	X(BACK, "back", "from, to, to_flow")                                                                              \
	X(AGAIN, "again", "check")                                                                                        \
	X(NOTE, "note", "text(s)")                                                                                        \
	X(RESUME, "resume", "program, program_sha256, operator(s), change(s), case(s), until, firmware_changes, taken_from(s), taken_at, taken_by(s), user(s), port, vcenter(s), vcenter_user(s), insecure, bmc(s), bmc_user(s)")                   \
	X(TORN, "torn", "bytes, sha256")                                                                                  \
	X(END, "end", "reason, outcome, owed[step], words(s), count, head")

#define RA_ENTRY_ENUM(name, text, members) RA_ENTRY_##name,
enum ra_entry_kind { RA_ENTRY_KINDS(RA_ENTRY_ENUM) RA_ENTRY_COUNT };

/* "start", "plane", ... Never NULL; and back. Out: -1 for an unknown name. */
const char *ra_entry_name(enum ra_entry_kind kind);
int ra_entry_parse(const char *name);

#endif
