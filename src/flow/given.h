/* given.h - what the site itself gives a walk beside the machines: its dated list of versions, and a template of wanted facts.
 *
 * Both are strict JSON, held against the flow set when read. They stand in the record as an entry of their own (kind `given`), and what
 * they say about this host becomes facts by the fold alone: site.* and template.* (derive.c). Nobody here knows what is newest: a host
 * is compared with the site's list of its date, and what nobody told is never in order.
 * Room flow/. */
#ifndef RA_FLOW_GIVEN_H
#define RA_FLOW_GIVEN_H

#include "flow/flowset.h"

enum ra_given_kind { RA_GIVEN_SITE_LIST, RA_GIVEN_TEMPLATE };
/* "site-list", "template". Never NULL. */
const char *ra_given_name(enum ra_given_kind kind);

#define RA_GIVEN_MODELS_MAX 512
#define RA_GIVEN_WANTED_MAX 64   /* facts, and firmware settings of a maker */
#define RA_GIVEN_MAKERS_MAX 32   /* makers, or generations of their servers, with firmware settings */

/* Read a file into the body of the entry that gives it to a walk (entries.h).
 * Shape: a file of at most 1 MiB, as flows/schema/site-list.schema.json or template.schema.json has it.
 * Owner: caller frees *out.
 * Errors: RA_E_NOTFOUND, RA_E_IO, RA_E_INVALID with file:line:col (an unknown key, a fact no check gives, a value of another type,
 *         a maker or generation without a file of its own, the name of a password). */
RA_MUST_USE ra_err ra_given_load(const struct ra_flowset *set, enum ra_given_kind kind, const char *path, cJSON **out,
				 struct ra_errs *errs);
/* The same from bytes. Shape: name stands in sentences. */
RA_MUST_USE ra_err ra_given_read(const struct ra_flowset *set, enum ra_given_kind kind, const char *name, const struct ra_buf *bytes,
				 cJSON **out, struct ra_errs *errs);

#endif
