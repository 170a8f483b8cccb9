/* xml.h - XML of a machine as nodes, by libxml2, with what that library leaves open closed. Knows no domain.
 * Invariants: no network, no entity, no DTD: a DOCTYPE is an error before anything in it is looked at; UTF-8 only; depth, names,
 * attributes and elements are capped, because the library compares them each with each; what is freed was wiped (an answer may hold a
 * recovery key). */
#ifndef RA_BASE_XML_H
#define RA_BASE_XML_H

#include "base/err.h"
#include "base/own.h"

#include <libxml/tree.h>
#include <stddef.h>

/* Parse a whole document.
 * Owner:  xmlFreeDoc. Errors: RA_E_INVALID with what is wrong (torn, a DOCTYPE, another encoding than UTF-8, more of something than
 * any machine sends), RA_E_LIMIT past 2 GiB, RA_E_NOMEM. */
RA_MUST_USE ra_err ra_xml_parse(const char *bytes, size_t len, xmlDoc **out, struct ra_errs *errs);

#endif
