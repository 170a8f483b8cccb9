/* words.h - steps and conditions in words, for those who write flows: `flow show`, and what is drawn of a flow.
 * Invariants: what is appended is clean (base/text.h), however hostile the flow is. Room flow/. */
#ifndef RA_FLOW_WORDS_H
#define RA_FLOW_WORDS_H

#include "base/buf.h"
#include "flow/flowset.h"

/* "check", "question", "gate", "action", "call", "end". Never NULL. */
const char *ra_step_kind_name(enum ra_step_kind kind);
/* What a step is, in a few words: "action by a human, irreversible: tpm_clear", "gate: key-proven or rebuild", "call of tpm-recovery",
 * "end: stopped". Errors: as ra_buf_add. */
RA_MUST_USE ra_err ra_step_words(const struct ra_step *step, struct ra_buf *out);
/* The ids of a list, with a word between them. Errors: as ra_buf_add. */
RA_MUST_USE ra_err ra_words_list(const cJSON *list, const char *between, struct ra_buf *out);
/* A condition as a sentence's part: "secureboot.on is false and tpm.version is known". Errors: as ra_buf_add. */
RA_MUST_USE ra_err ra_cond_words(const struct ra_cond *cond, struct ra_buf *out);

#endif
