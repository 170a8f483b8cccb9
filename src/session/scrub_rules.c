/* scrub_rules.c - what is scrubbed, as a table. To scrub more, add a row. */
#include "config.h"

#include "session/scrub.h"

#include <string.h>
#include <strings.h>

#define HEX "[0-9A-Fa-f]"
#define NAME "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
#define FQDN NAME "(?:\\." NAME ")*\\.[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]"
#define SERIAL "[A-Za-z0-9][A-Za-z0-9._-]{2,}[A-Za-z0-9]"
/* `Label: value`, `"label": "value"`, label=value */
#define IS "[\"']?\\s*[:=]\\s*[\"']?"

static const struct ra_scrub_rule rules[] = {
    {"date", RA_SCRUB_DATE, "(?<![0-9A-Za-z.-])(20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))(?![0-9-])",
     NULL, NULL, NULL},

    {"UUID", RA_SCRUB_UUID, "(?<!" HEX ")(" HEX "{8}-" HEX "{4}-" HEX "{4}-" HEX "{4}-" HEX "{12})(?!" HEX ")", NULL,
     NULL, NULL},
    {"UUID", RA_SCRUB_UUID, "((?:0x" HEX "{1,2} ){15}0x" HEX "{1,2})\\b", NULL, NULL, NULL},
    {"UUID", RA_SCRUB_UUID, "(?i)uuid" IS "(" HEX "{32})(?!" HEX ")", NULL, NULL, NULL},
    /* a VMFS volume */
    {"volume", RA_SCRUB_UUID, "(?<!" HEX ")(" HEX "{8}-" HEX "{8}-" HEX "{4}-" HEX "{12})(?!" HEX ")", NULL, NULL,
     NULL},
    {"digest", RA_SCRUB_DIGEST, "(?<!" HEX ")((?:" HEX "{2}[:-]){15,63}" HEX "{2})(?!" HEX ")", NULL, NULL, NULL},
    {"MAC address", RA_SCRUB_MAC, "(?<![0-9A-Fa-f.])(" HEX "{4}\\." HEX "{4}\\." HEX "{4})(?![0-9A-Fa-f.])", NULL, NULL, NULL},
    {"MAC address", RA_SCRUB_MAC, "(?i)\\b(?:mac|hwaddr|ether)[\\w ]{0,20}(?:" IS "|\\s+)(" HEX "{12})(?!" HEX ")", NULL, NULL, NULL},
    {"MAC address", RA_SCRUB_MAC, "(?<![0-9A-Fa-f:-])((?:" HEX "{2}[:-]){5}" HEX "{2})(?![0-9A-Fa-f:-])", NULL, NULL,
     NULL},
    /* thumbprints; not the measurements of an attestation report, which a rule may hold against each other */
    {"digest", RA_SCRUB_DIGEST,
     "(?i)(?:thumbprint|fingerprint|sha-?(?:1|256|512))[\\w ]*" IS "(" HEX "{40,128})(?!" HEX ")", NULL, NULL, NULL},
    /* what a TPM's endorsement key is known by, its own digest and that of its certificate */
    {"endorsement key", RA_SCRUB_DIGEST,
     "(?i)\\b(?:ek|endorsement)[\\w ]{0,40}(?:" IS "|\\s+)(?:0x)?(" HEX "{32,128})(?!" HEX ")", NULL, NULL, NULL},
    {"key", RA_SCRUB_BLOB, "(?<![A-Za-z0-9+/])(?:SHA256:|AAAA)([A-Za-z0-9+/]{40,}={0,2})", NULL, NULL, NULL},
    {"key", RA_SCRUB_BLOB, "(?<![A-Za-z0-9+/.])([A-Za-z0-9+/]{160,}={0,2})", NULL, NULL, NULL},
    /* a line of one, where the marks around it are not in the same answer; a digest has hex digits alone */
    {"key", RA_SCRUB_LINE,
     "(?<![^\"'\\s])((?=[A-Za-z0-9+/]*[G-Z])(?=[A-Za-z0-9+/]*[g-z])(?=[A-Za-z+/]*[0-9])[A-Za-z0-9+/]{60,}={0,2})(?![^\"'\\s])", NULL, NULL, NULL},
    {"IPv6 address", RA_SCRUB_IP6,
     "(?<![0-9A-Za-z:.])((?:" HEX "{1,4}:){7}" HEX "{1,4}|(?:" HEX "{1,4}:){1,7}(?::" HEX "{1,4}){1,6}|(?:" HEX
     "{1,4}:){2,7}:|::(?:" HEX "{1,4}:){1,6}" HEX "{1,4}(?!\\.))(?![0-9A-Za-z:])",
     NULL, NULL, NULL},
    {"IPv4 address", RA_SCRUB_IP4,
     "(?<![0-9A-Za-z._-])((?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9]))(?![0-"
     "9A-Za-z_-]|\\.[0-9])",
     /* the number of a version; not where a word in between says that a machine follows */
     "(?i)(?:(?:version|firmware|bios|\\b(?:build|release|driver|api|revision)\\b)(?:(?!\\b(?:at|by|for|from|host|ip|of|on|server|to|via)\\b)[^;,]){0,24}"
     "|\\besxi?[ :=/-]{1,3})$", NULL, NULL},

    {"host name", RA_SCRUB_HOST,
     "(?i)(?:host[ _-]?name|network[ _-]?name|fqdn|fully qualified domain name|dns[ _-]?name)" IS "(" NAME "(?:\\." NAME
     ")*)",
     NULL, NULL, "host-"},
    {"other host", RA_SCRUB_FQDN, "\"(?:name|server|host|address|peer|searchDomain|value)\"\\s*:\\s*\"(" FQDN ")\"", NULL, NULL,
     "name-"},
    {"other host", RA_SCRUB_FQDN, "(?i)\\bfrom ['\"]?[\\w.-]+@(" FQDN ")", NULL, NULL, "name-"},
    {"host name", RA_SCRUB_HOST, "\"name\"\\s*:\\s*\"([A-Za-z][\\w.-]*)\"", NULL, "\"property\":\"siblings\"", "host-"},
    {"host name", RA_SCRUB_HOST, "\"name\"\\s*:\\s*\"([A-Za-z][\\w.-]*)\"", NULL, "\"property\":\"host\"", "host-"},
    {"other host", RA_SCRUB_FQDN, "(?i)\\b[a-z][a-z0-9+.-]*://(?:[^/@\\s\"']+@)?(?!(?:[\\w-]+\\.)*(?:vmware|broadcom|w3|dmtf)\\.(?:com|org))(" FQDN ")(?=[:/\\s\"',]|$)",
     "(?i)(?:xmlns|schemas?|namespace)[^,;]{0,24}$", NULL, "name-"},
    {"domain", RA_SCRUB_WORD, "(?i)(?:domain[ _-]?name|search[ _-]?domains?|realm)" IS "(" NAME "(?:\\." NAME ")+)",
     NULL, NULL, "domain-"},
    {"user", RA_SCRUB_USER,
     "(?i)\\b(?:(?:user(?:[ _-]?name)?|login|account|principal|owner)(?:[\"']\\s*:\\s*[\"']|\\s*=\\s*[\"']?)|user(?:[ _-]?name)?:\\s+[\"']?)"
     "([A-Za-z_][\\w.-]*(?:(?:\\\\{1,2}|@)[\\w.-]+)?)",
     NULL, NULL, "user-"},
    {"user", RA_SCRUB_USER, "(?i)(?:for|by) (?:user )?'?([A-Za-z_][\\w.-]*)@(?=[\\w.:]+)", NULL, NULL, "user-"},
    {"user", RA_SCRUB_USER, "\\b([A-Za-z][\\w.-]*@" FQDN ")\\b", NULL, NULL, "user-"},
    {"user", RA_SCRUB_USER, "://([A-Za-z_][\\w.-]*)(?::[^@/\\s\"']*)?@", NULL, NULL, "user-"},
    {"user", RA_SCRUB_USER, "\\b([A-Za-z_][\\w.-]*)@(?=[0-9]{1,3}\\.[0-9]|\\[)", NULL, NULL, "user-"},
    {"serial number", RA_SCRUB_WORD,
     "(?i)(?:serial|sku|(?:service|asset) ?tag|express service code)[\\w ]{0,20}(?:" IS "[./]?(" SERIAL ")|>(" SERIAL ")<)", NULL, NULL,
     "SERIAL000"},
    {"serial number", RA_SCRUB_WORD, "(?:\\bS/?N|(?i:(?:service|asset) tag))(?:\\s*[:=#])?\\s+((?=[A-Za-z-]*[0-9])[A-Za-z0-9-]{5,})", NULL, NULL, "SERIAL000"},
    {"serial number", RA_SCRUB_DIGEST, "(?i)VMware-((?:" HEX "{2}[ -]){15}" HEX "{2})\\b", NULL, NULL, NULL},
    {"datastore", RA_SCRUB_WORD, "/vmfs/volumes/([^/\\s'\",\\]]+)", NULL, NULL, "datastore-"},
    {"datastore", RA_SCRUB_WORD, "(?i)\\bvol(?:ume)? '([^']+)'", NULL, NULL, "datastore-"},
    {"virtual machine", RA_SCRUB_WORD, "/vmfs/volumes/[^/\\s]+/([^/\\s'\",]+)/", NULL, NULL, "vm-"},
    {"virtual machine", RA_SCRUB_WORD, "\"(?:name|guest|guestName|hostName)\"\\s*:\\s*\"([^\"]+)\"", NULL,
     "\"property\":\"vm\"", "vm-"},
    {"cluster or folder", RA_SCRUB_WORD, "\"name\"\\s*:\\s*\"([^\"]+)\"", NULL, "\"property\":\"parent\"", "cluster-"},
    {"key provider", RA_SCRUB_WORD, "\"(?:id|name|providerId|clusterId)\"\\s*:\\s*\"([^\"]+)\"", NULL,
     "\"property\":\"keyProviders\"", "provider-"},
};

_Static_assert(RA_LEN(rules) <= RA_SCRUB_PATTERNS_MAX, "every rule has a place for its pattern");

size_t ra_scrub_rules(const struct ra_scrub_rule **out)
{
	*out = rules;
	return RA_LEN(rules);
}

bool ra_scrub_is_common(const char *word)
{
	static const char *const common[] = {
	    "root",   "vpxuser", "dcui",       "daemon",      "nobody",   "nfsnobody", "vpxd",    "administrator",
	    "admin",  "system",  "localhost",  "localdomain", "local",    "localos",   "vsphere", "vsphere.local",
	    "host",   "hosts",   "esx",        "esxi",        "vcenter",  "server",    "vsan",    "vmkernel",
	    "vmware", "cluster", "datacenter", "datastore",   "default",  "none",      "null",    "unknown",
	    "true",   "false",   "yes",        "no",          "not",      "n/a",       "any",     "all",
	    "name",   "type",    "status",     "enabled",     "disabled", "specified", "filled",  "example",
	    "ssh",    "hostd",   "vobd",       "vpxa",        "ntpd",     "tpm",       "bios",    "user",
	    "login",  "serial", "number",
	};

	for (size_t i = 0; i < RA_LEN(common); i++)
		if (!strcasecmp(common[i], word))
			return true;
	return strlen(word) < 3;
}
