/* wayin.c - the way in to a vCenter: what the operator said, else what the record holds, else what the environment offers. A user or
 * a password found in the environment belongs to the vCenter and the user it names there, and goes nowhere else. */
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

/* The user vCenter let in last; one that was typed is in no start entry. NULL: none is recorded. */
static const char *kept_user(const struct ra_session *s, const cJSON *kept)
{
	for (size_t i = s->entry_count; i-- > 0 && s->entries[i].body != kept;) {
		const cJSON *body = s->entries[i].body;

		if (!strcmp(s->entries[i].kind, "plane") && !strcmp(ra_json_str(body, "plane", ""), ra_plane_name(RA_PLANE_VCENTER)) &&
		    ra_json_get(body, "user"))
			return ra_json_str(body, "user", NULL);
	}
	return ra_json_str(kept, "vcenter_user", NULL);
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
		settle_user(o, kept_url ? kept_user(s, kept) : NULL, some(o->govc.url) ? &found_at : NULL,
			    !kept_url || !was_taken(s), way);
	return err;
}

ra_err ra_way_in_take(struct ra_session *s, const struct ra_session_options *o, const cJSON *kept, struct ra_errs *errs)
{
	struct ra_way_in *in = &s->vcenter;
	struct settled way;
	struct ra_vsphere_url was;
	ra_err err = settle(s, o, kept, &way, errs);

	if (err)
		return err;
	if (!set(&in->url, way.url) || !set(&in->user, way.user) || !set(&in->ca_files, o->ca_files) ||
	    !set(&in->known_hosts, o->tls_known_hosts) || !set(&in->proxy, o->proxy) ||
	    !set_secret(&in->password, way.url ? way.password : NULL))
		return ra_fail(errs, RA_E_NOMEM, "no memory");
	in->insecure = o->insecure;
	in->no_esxcli = o->no_esxcli;
	in->ambient = way.ambient;
	in->place[0] = in->key[0] = in->before[0] = '\0';
	if (way.url && ra_json_get(kept, "vcenter") && ra_vsphere_url_parse(ra_json_str(kept, "vcenter", ""), &was, NULL) == RA_OK &&
	    !same_place(&was, &way.at))
		place_of(&was, in->before, sizeof(in->before));
	if (way.url) {
		place_of(&way.at, in->place, sizeof(in->place));
		snprintf(in->key, sizeof(in->key), "vcenter %.127s@%s:%d", way.user ? way.user : "", way.at.host, way.at.port);
	}
	s->planes[RA_PLANE_VCENTER].given = !s->recording && in->url && some(s->host);
	return RA_OK;
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
	const struct ra_way_in *in = &s->vcenter;

	if (!put_sensitive(body, "user", s->user) || (s->port && !cJSON_AddNumberToObject(body, "port", s->port)))
		return false;
	if (!s->planes[RA_PLANE_VCENTER].given || s->recording)
		return true;
	return put_sensitive(body, "vcenter", in->url) && put_sensitive(body, "vcenter_user", in->user) &&
	       (!in->insecure || cJSON_AddTrueToObject(body, "insecure"));
}

ra_err ra_way_in_user(struct ra_session *s, const char *typed)
{
	return set(&s->vcenter.user, typed) ? RA_OK : RA_E_NOMEM;
}

bool ra_way_in_put_user(const struct ra_session *s, enum ra_plane plane, cJSON *body)
{
	return s->recording || plane != RA_PLANE_VCENTER || put_sensitive(body, "user", s->vcenter.user);
}

const cJSON *ra_way_in_kept(const struct ra_session *s)
{
	for (size_t i = s->entry_count; i-- > 0;)
		if ((!strcmp(s->entries[i].kind, "start") || !strcmp(s->entries[i].kind, "resume")) &&
		    ra_json_get(s->entries[i].body, "vcenter"))
			return s->entries[i].body;
	return NULL;
}

bool ra_way_in_unchecked(const struct ra_session *s)
{
	for (size_t i = 0; i < s->entry_count; i++)
		if (ra_json_bool(s->entries[i].body, "insecure", false) &&
		    (!strcmp(s->entries[i].kind, "start") || !strcmp(s->entries[i].kind, "resume")))
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
