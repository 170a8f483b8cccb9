/* vsphere_xml.h - what a vCenter sends, read: SOAP to nodes, nodes to canonical JSON. Private to link/. No I/O.
 * Invariants: bytes become nodes in base/xml alone; text is capped; xsi:type is found by its namespace, whatever its prefix.
 * Source: SOAP 1.1; vim25 as vcenter-side types publish it (HostTpmAttestationReport and others); byte[] is one signed element a byte. */
#ifndef RA_LINK_VSPHERE_XML_H
#define RA_LINK_VSPHERE_XML_H

#include "base/json.h"
#include "base/xml.h"

#include <libxml/tree.h>

#define RA_VS_NAME_MAX 80
#define RA_VS_REF_TYPE_MAX 48

/* A managed object: "HostSystem", "host-37". Foreign text. */
struct ra_vs_ref {
	char type[RA_VS_REF_TYPE_MAX], id[RA_VS_NAME_MAX];
};
/* What a fault says. */
struct ra_vs_fault {
	char name[RA_VS_NAME_MAX]; /* "InvalidLogin"; "" when there is no fault */
	char text[256];            /* the server's sentence */
	char detail[160];          /* InvalidProperty: the path; NoPermission: the privilege; else "" */
};

/* The first element inside the SOAP body; NULL when there is none. */
xmlNode *ra_vs_body(xmlDoc *doc);
/* The first child element of this local name (NULL: of any), and the next sibling element of the same rule. */
xmlNode *ra_vs_kid(const xmlNode *node, const char *name);
/* As ra_vs_kid. */
xmlNode *ra_vs_next(const xmlNode *node, const char *name);
/* True for an element of this local name. */
bool ra_vs_is(const xmlNode *node, const char *name);
/* The text of an element without child elements. Out: out[cap]; false (and "") when it does not fit or node is NULL. */
bool ra_vs_text(const xmlNode *node, char *out, size_t cap);
/* The text of a child element, as ra_vs_text. */
bool ra_vs_kid_text(const xmlNode *node, const char *name, char *out, size_t cap);
/* The local part of xsi:type, "" without one. Out: out[cap]. */
void ra_vs_xsi_type(const xmlNode *node, char *out, size_t cap);
/* True for an element that says it has no value (xsi:nil). */
bool ra_vs_is_nil(const xmlNode *node);
/* A ManagedObjectReference. Out: false when it is none. */
bool ra_vs_ref_of(const xmlNode *node, struct ra_vs_ref *out);
/* Read a fault: a SOAP Fault element, or a LocalizedMethodFault (`error` of a task, `fault` of a missingSet). */
void ra_vs_fault_of(const xmlNode *node, struct ra_vs_fault *out);
/* An element as canonical JSON: objects, arrays, texts, numbers and bools by xsi:type, byte[] as hex,
 * dateTime as it stands; an object's own xsi:type as "_type" below the first level.
 * Shape:  text_bytes: a byte[] is a text (a certificate in PEM).
 * Owner:  caller, ra_cjson_free. Errors: RA_E_INVALID (a byte that is none, too deep), RA_E_NOMEM. */
RA_MUST_USE ra_err ra_vs_json(const xmlNode *node, bool text_bytes, cJSON **out);
/* Put a copy of a value (NULL: none, and nothing is put) under a key. Out: false without memory. */
bool ra_vs_put_copy(cJSON *object, const char *key, const cJSON *value);

#endif
