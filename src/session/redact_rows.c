/* redact_rows.c - what is withheld by its place in an entry, whatever it says. To withhold more, add a row. */
#include "config.h"

#include "session/redact_parts.h"

#include <string.h>

#define IS(rule, kind, token) {rule, kind, NULL, NULL, NULL, token}
#define HOST IS("host name", RA_SCRUB_HOST, "host-")
#define USER IS("user", RA_SCRUB_USER, "user-")
#define SERIAL IS("serial number", RA_SCRUB_WORD, "SERIAL000")

static const struct ra_redact_row members[] = {
    {"host", HOST, "hostName"},
    {"operator", USER, "userName"},
    {"user", USER, "userName"},
    {"vcenter_user", USER, "userName"},
    {"vcenter", IS("vCenter", RA_SCRUB_WORD, "vcenter-"), "url"},
    {"bmc_user", USER, "userName"},
    {"bmc", IS("BMC", RA_SCRUB_WORD, "bmc-"), "url"},
    {"peer", IS("key", RA_SCRUB_WORD, "key-"), "fingerprint"},
    {"change", IS("change", RA_SCRUB_WORD, "change-"), "change"},
    {"case", IS("case", RA_SCRUB_WORD, "case-"), "case"},
    {"file", IS("file", RA_SCRUB_WORD, "file-"), "file"},
    {"taken_from", IS("person", RA_SCRUB_WORD, "person-"), "person"},
    {"taken_by", IS("person", RA_SCRUB_WORD, "person-"), "person"},
    {"recovery_id", IS("recovery key id", RA_SCRUB_WORD, "recovery-id-"), "uuid"},
};
/* Names, numbers and addresses. None of them says by itself how a host is: they are only held against each other. */
static const struct ra_redact_row facts[] = {
    {"time.servers", IS("other host", RA_SCRUB_WORD, "name-"), "value"},
    {"network.dns", IS("other host", RA_SCRUB_WORD, "name-"), "value"},
    {"host.managed_by", IS("vCenter", RA_SCRUB_WORD, "vcenter-"), "address"},
    {"host.vcenter_name", HOST, "hostName"},
    {"network.host_name", HOST, "hostName"},
    {"host.matches", HOST, "hostName"},
    {"siblings.names", HOST, "hostName"},
    {"siblings.failed", HOST, "hostName"},
    {"siblings.passed", HOST, "hostName"},
    {"host.serial", SERIAL, "serial"},
    {"bmc.serial", SERIAL, "serial"},
    {"bmc.sku", SERIAL, "serial"},
    {"recovery.id", IS("recovery key id", RA_SCRUB_WORD, "recovery-id-"), "uuid"},
    {"cluster.name", IS("cluster or folder", RA_SCRUB_WORD, "cluster-"), "cluster"},
    {"vcenter.address", IS("vCenter", RA_SCRUB_WORD, "vcenter-"), "address"},
    {"vcenter.cert_subject", IS("certificate name", RA_SCRUB_WORD, "certificate-name-"), "subject"},
    {"vcenter.cert_sha256", IS("digest", RA_SCRUB_WORD, "digest-"), "fingerprint"},
    {"certificate.subject", IS("certificate name", RA_SCRUB_WORD, "certificate-name-"), "subject"},
    {"certificate.sha256", IS("digest", RA_SCRUB_WORD, "digest-"), "fingerprint"},
    {"vm.serving", IS("virtual machine", RA_SCRUB_WORD, "vm-"), "vm"},
    {"vm.silent", IS("virtual machine", RA_SCRUB_WORD, "vm-"), "vm"},
    {"vm.ft", IS("virtual machine", RA_SCRUB_WORD, "vm-"), "vm"},
    {"keyprovider.ids", IS("key provider", RA_SCRUB_WORD, "provider-"), "provider"},
    {"keyprovider.native", IS("key provider", RA_SCRUB_WORD, "provider-"), "provider"},
    {"keyprovider.without_backup", IS("key provider", RA_SCRUB_WORD, "provider-"), "provider"},
    {"keyprovider.tpm_only", IS("key provider", RA_SCRUB_WORD, "provider-"), "provider"},
};

static const struct ra_redact_row *row_of(const struct ra_redact_row *rows, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(rows[i].name, name))
			return &rows[i];
	return NULL;
}

const struct ra_redact_row *ra_redact_row(const struct ra_redact_part *part)
{
	const char *fact = cJSON_IsObject(part->within) ? ra_json_str(part->within, "name", NULL) : NULL;

	if (!strcmp(part->key, "value") && fact) /* an observation */
		return row_of(facts, RA_LEN(facts), fact);
	return row_of(members, RA_LEN(members), part->key);
}

bool ra_redact_names(const char *fact)
{
	return row_of(facts, RA_LEN(facts), fact) != NULL;
}
