/* wayin.c - the ways in to a vCenter and to a BMC: what the operator said, else what the record holds, else (vCenter's) what the environment
 * offers. A user or a password found in the environment belongs to the vCenter and the user it names there, and goes nowhere else. */
#include "config.h"

#include "session/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "vc.example", "vc.example:8443", "[2001:db8::1]:8443". */
static const char *place_of(const struct ra_vsphere_url *at, char *out, size_t cap)
{
	bool v6 = strchr(at->host, ':') && at->port != 443;
	char port[16] = "";

	if (at->port != 443)
		snprintf(port, sizeof(port), ":%d", at->port);
	snprintf(out, cap, "%s%s%s%s", v6 ? "[" : "", at->host, v6 ? "]" : "", port);
	return out;
}

ra_err ra_source_vcenter(const char *text, char *place, size_t cap, struct ra_errs *errs)
{
	struct ra_vsphere_url at;
	ra_err err = ra_vsphere_url_parse(text, &at, errs);

	if (!err)
		place_of(&at, place, cap);
	return err;
}

static bool same_place(const struct ra_vsphere_url *a, const struct ra_vsphere_url *b)
{
	return a->port == b->port && !strcasecmp(a->host, b->host);
}

static const char *some(const char *text)
{
	return text && *text ? text : NULL;
}

static bool set(char **at, const char *text)
{
	free(*at);
	*at = text ? strdup(text) : NULL;
	return *at || !text;
}

static bool set_secret(struct ra_secret **at, const struct ra_secret *from)
{
	size_t len = 0;
	const char *bytes = from ? ra_secret_bytes(from, &len) : NULL;

	*at = ra_secret_free(*at);
	if (!bytes)
		return true;
	*at = ra_secret_new();
	return *at && !ra_secret_set(*at, bytes, len);
}

/* Who goes in where, settled. Borrowed. */
struct settled {
	const char *url, *user;
	const struct ra_secret *password;
	struct ra_vsphere_url at;
	bool ambient;
};

/* Was the record handed over at any time? Then the place in it is the word of whoever handed it over. */
static bool was_taken(const struct ra_session *s)
{
	for (size_t i = 0; i < s->entry_count; i++)
		if (!strcmp(s->entries[i].kind, "resume") && ra_json_get(s->entries[i].body, "taken_at"))
			return true;
	return false;
}

/* The user, and the password that is theirs. found_at: where the environment points; NULL when it names no place, which is any place the
 * operator names. named: the place is of them. */
static void settle_user(const struct ra_session_options *o, const char *kept, const struct ra_vsphere_url *found_at, bool named,
			struct settled *way)
{
	bool theirs = found_at ? same_place(found_at, &way->at) : named;
	const char *found = some(o->govc.user) ? o->govc.user : found_at ? some(found_at->user) : NULL;

	way->password = o->vcenter.password;
	if (o->vcenter.user && !*o->vcenter.user) /* to be asked for */
		return;
	way->user = some(o->vcenter.user) ? o->vcenter.user : some(kept) ? kept : some(way->at.user);
	if (!way->user && theirs)
		way->user = found;
	if (!way->password && theirs && (!found || (way->user && !strcmp(found, way->user))))
		way->password = o->govc.password;
}

/* The user a plane let in last; one that was typed is in no start entry. member: of a start entry. NULL: none is recorded. */
static const char *kept_user(const struct ra_session *s, const cJSON *kept, enum ra_plane plane, const char *member)
{
	for (size_t i = s->entry_count; i-- > 0 && s->entries[i].body != kept;) {
		const cJSON *body = s->entries[i].body;

		if (!strcmp(s->entries[i].kind, "plane") && !strcmp(ra_json_str(body, "plane", ""), ra_plane_name(plane)) &&
		    ra_json_get(body, "user"))
			return ra_json_str(body, "user", NULL);
	}
	return ra_json_str(kept, member, NULL);
}

/* The newest entry that holds a way in (member: "vcenter", "bmc"); NULL. */
static const cJSON *kept_way(const struct ra_session *s, const char *member)
{
	for (size_t i = s->entry_count; i-- > 0;)
		if ((!strcmp(s->entries[i].kind, "start") || !strcmp(s->entries[i].kind, "resume")) && ra_json_get(s->entries[i].body, member))
			return s->entries[i].body;
	return NULL;
}

static ra_err settle(const struct ra_session *s, const struct ra_session_options *o, const cJSON *kept, struct settled *way,
		     struct ra_errs *errs)
{
	const char *kept_url = o->vcenter.url ? NULL : ra_json_str(kept, "vcenter", NULL);
	struct ra_vsphere_url found_at;

	*way = (struct settled){.url = o->vcenter.url ? o->vcenter.url : kept_url ? kept_url : o->govc.url};
	way->ambient = way->url && way->url == o->govc.url;
	if (!some(way->url)) {
		way->url = NULL;
		return RA_OK;
	}
	ra_err err = ra_vsphere_url_parse(way->url, &way->at, errs);

	if (!err && some(o->govc.url))
		err = ra_vsphere_url_parse(o->govc.url, &found_at, errs);
	if (!err)
		settle_user(o, kept_url ? kept_user(s, kept, RA_PLANE_VCENTER, "vcenter_user") : NULL, some(o->govc.url) ? &found_at : NULL,
			    !kept_url || !was_taken(s), way);
	return err;
}

/* Keep what was settled, and what goes for every server asked by HTTPS. */
static ra_err adopt(struct ra_way_in *in, const char *plane, const struct settled *way, const struct ra_session_options *o, struct ra_errs *errs)
{
	if (!set(&in->url, way->url) || !set(&in->user, way->user) || !set(&in->ca_files, o->ca_files) ||
	    !set(&in->known_hosts, o->tls_known_hosts) || !set_secret(&in->password, way->url ? way->password : NULL))
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	in->ambient = way->ambient;
	in->place[0] = in->key[0] = in->before[0] = '\0';
	if (way->url) {
		place_of(&way->at, in->place, sizeof(in->place));
		snprintf(in->key, sizeof(in->key), "%s %.127s@%s:%d", plane, way->user ? way->user : "", way->at.host, way->at.port);
	}
	return RA_OK;
}

static ra_err take_vcenter(struct ra_session *s, const struct ra_session_options *o, struct ra_errs *errs)
{
	const cJSON *kept = kept_way(s, "vcenter");
	struct ra_way_in *in = &s->vcenter;
	struct ra_vsphere_url was;
	struct settled way;
	ra_err err = settle(s, o, kept, &way, errs);

	err = err ? err : adopt(in, "vcenter", &way, o, errs);
	if (!err && !set(&in->proxy, o->proxy))
		err = ra_fail(errs, RA_E_NOMEM, "no memory");
	if (err)
		return err;
	in->insecure = o->insecure;
	in->no_esxcli = o->no_esxcli;
	if (way.url && kept && ra_vsphere_url_parse(ra_json_str(kept, "vcenter", ""), &was, NULL) == RA_OK && !same_place(&was, &way.at))
		place_of(&was, in->before, sizeof(in->before));
	s->planes[RA_PLANE_VCENTER].given = !s->recording && in->url && some(s->host);
	return RA_OK;
}

/* A BMC is one server's: nothing of the environment speaks of it, and no proxy of vCenter's leads to it. */
static ra_err take_bmc(struct ra_session *s, const struct ra_session_options *o, struct ra_errs *errs)
{
	const cJSON *kept = o->bmc.url ? NULL : kept_way(s, "bmc");
	struct settled way = {.url = some(o->bmc.url ? o->bmc.url : ra_json_str(kept, "bmc", NULL)), .password = o->bmc.password};
	ra_err err = way.url ? ra_bmc_url_parse(way.url, &way.at, errs) : RA_OK;
	const char *was = kept ? kept_user(s, kept, RA_PLANE_BMC, "bmc_user") : NULL;

	/* "": to be asked for */
	if (!err && way.url && !(o->bmc.user && !*o->bmc.user))
		way.user = o->bmc.user ? o->bmc.user : some(was) ? was : some(way.at.user);
	err = err ? err : adopt(&s->bmc, "bmc", &way, o, errs);
	if (!err)
		s->planes[RA_PLANE_BMC].given = !s->recording && s->bmc.url && some(s->host);
	return err;
}

ra_err ra_way_in_take(struct ra_session *s, const struct ra_session_options *o, struct ra_errs *errs)
{
	ra_err err = take_vcenter(s, o, errs);

	return err ? err : take_bmc(s, o, errs);
}

struct ra_way_in *ra_way_in_of(struct ra_session *s, enum ra_plane plane)
{
	return plane == RA_PLANE_VCENTER ? &s->vcenter : plane == RA_PLANE_BMC ? &s->bmc : NULL;
}

void ra_way_in_clear(struct ra_way_in *in)
{
	char *texts[] = {in->url, in->user, in->ca_files, in->known_hosts, in->proxy};

	for (size_t i = 0; i < RA_LEN(texts); i++)
		free(texts[i]);
	ra_secret_free(in->password);
	*in = (struct ra_way_in){0};
}

static bool put_sensitive(cJSON *body, const char *key, const char *text)
{
	cJSON *value = text ? ra_journal_sensitive(cJSON_CreateString(text)) : NULL;

	return !text || (value && cJSON_AddItemToObject(body, key, value));
}

bool ra_way_in_put(const struct ra_session *s, cJSON *body)
{
	bool vcenter = s->planes[RA_PLANE_VCENTER].given && !s->recording, bmc = s->planes[RA_PLANE_BMC].given && !s->recording;

	if (!put_sensitive(body, "user", s->user) || (s->port && !cJSON_AddNumberToObject(body, "port", s->port)))
		return false;
	if (vcenter && (!put_sensitive(body, "vcenter", s->vcenter.url) || !put_sensitive(body, "vcenter_user", s->vcenter.user) ||
			(s->vcenter.insecure && !cJSON_AddTrueToObject(body, "insecure"))))
		return false;
	return !bmc || (put_sensitive(body, "bmc", s->bmc.url) && put_sensitive(body, "bmc_user", s->bmc.user));
}

ra_err ra_way_in_user(struct ra_way_in *in, const char *typed)
{
	return set(&in->user, typed) ? RA_OK : RA_E_NOMEM;
}

bool ra_way_in_put_user(const struct ra_session *s, enum ra_plane plane, cJSON *body)
{
	const char *user = plane == RA_PLANE_VCENTER ? s->vcenter.user : plane == RA_PLANE_BMC ? s->bmc.user : NULL;

	return s->recording || put_sensitive(body, "user", user);
}

bool ra_way_in_unchecked(const struct ra_session *s)
{
	for (size_t i = 0; i < s->entry_count; i++)
		if ((!strcmp(s->entries[i].kind, "start") || !strcmp(s->entries[i].kind, "resume")) &&
		    ra_json_bool(s->entries[i].body, "insecure", false))
			return true;
	return false;
}

struct ra_vcenter_told ra_session_vcenter(const struct ra_session *s)
{
	bool given = s->planes[RA_PLANE_VCENTER].given && !s->recording;

	return (struct ra_vcenter_told){.place = given ? s->vcenter.place : NULL,
					.before = given && s->vcenter.before[0] ? s->vcenter.before : NULL,
					.ambient = given && s->vcenter.ambient,
					.unchecked = given && s->vcenter.insecure};
}
