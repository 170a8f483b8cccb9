/* Each allocation refused in turn on the way from three bodies to the settings of a firmware, as the BMC link goes it: it is no memory or the
 * right answer, never another one; what was begun can be begun again, and (under a sanitizer) nothing leaks. */
#include "unit.h"

#include "link/redfish_book.h"
#include "tests/unit/refuse.h"

#include <string.h>

static const struct {
	enum ra_rf_what what;
	const char *body;
} bodies[] = {
    {RA_RF_SYSTEM, "{\"@odata.id\":\"/s\",\"BiosVersion\":\"1.0\"}"},
    {RA_RF_BIOS, "{\"@odata.id\":\"/b\",\"AttributeRegistry\":\"BiosAttributeRegistry.v1_0_3\",\"Attributes\":{\"TpmSecurity\":\"Off\",\"Tpm2Algorithm\":\"SHA1\"}}"},
    {RA_RF_PENDING, "{\"@odata.id\":\"/p\",\"Attributes\":{\"TpmSecurity\":\"On\"}}"},
    {RA_RF_REGISTRIES, "{\"Members\":[{\"@odata.id\":\"/r/Base.1.0\"}],\"Members@odata.nextLink\":\"/r2\"}"},
    {RA_RF_PLACE, "{\"Members\":[{\"@odata.id\":\"/r/BiosAttributeRegistry.v1_0_0\"}]}"},
    {RA_RF_PLACE, "{\"Location\":[{\"Language\":\"en\",\"Uri\":\"/body\"}]}"},
    {RA_RF_PLACE,
     "{\"Id\":\"R\",\"RegistryEntries\":{\"Attributes\":[{\"AttributeName\":\"TpmSecurity\",\"DisplayName\":\"TPM Security\",\"MenuPath\":\"./A\",\"Value\":"
     "[{\"ValueName\":\"Off\"},{\"ValueName\":\"On\"}]},{\"AttributeName\":\"Tpm2Algorithm\",\"DisplayName\":\"Algorithm\",\"HelpText\":\"h\",\"ReadOnly\":false}],"
     "\"Menus\":[{\"MenuPath\":\"./A\",\"DisplayName\":\"Page\"}],\"Dependencies\":[{\"DependencyFor\":\"Tpm2Algorithm\",\"Type\":\"Map\",\"Dependency\":{\"MapFrom\":"
     "[{\"MapFromAttribute\":\"TpmSecurity\",\"MapFromProperty\":\"CurrentValue\",\"MapFromCondition\":\"EQU\",\"MapFromValue\":\"Off\"}],"
     "\"MapToAttribute\":\"Tpm2Algorithm\",\"MapToProperty\":\"ReadOnly\",\"MapToValue\":true}}]}}"},
};
static const char answer[] =
    "{\"registry\":{\"id\":\"R\"},\"pending\":\"waiting\",\"settings\":{\"tpm\":{\"attribute\":\"TpmSecurity\",\"value\":\"Off\",\"word\":\"off\",\"next\":\"On\","
    "\"next_word\":\"on\",\"label\":\"TPM Security\",\"place\":\"Page\",\"values\":[\"Off\",\"On\"],\"options\":{\"off\":\"Off\",\"on\":\"On\"},\"locked\":false,"
    "\"starts\":1},\"algorithm\":{\"attribute\":\"Tpm2Algorithm\",\"value\":\"SHA1\",\"word\":\"sha1\",\"label\":\"Algorithm\",\"help\":\"h\",\"locked\":true,"
    "\"needs\":[\"TPM Security: On\"],\"starts\":2}}}";

/* The whole way, or to where memory ends. known: the registry is known from before, and not read again. Out: how it ended. */
static enum ra_rf_book_then go(struct ra_rf *rf, int refuse, bool known, char **out)
{
	enum ra_rf_book_then then = RA_RF_BOOK_CUT;
	int count = known ? 3 : (int)RA_LEN(bodies);

	*out = NULL;
	allocations = 0;
	fail_at = refuse;
	if (!ra_rf_book_begin(rf))
		return then;
	for (int i = 0; i < count; i++) {
		struct ra_json *json = NULL;
		int so_far = allocations;

		fail_at = -1;
		assert_int_equal(ra_json_parse("body", bodies[i].body, strlen(bodies[i].body), NULL, &json, NULL), RA_OK);
		allocations = so_far;
		fail_at = refuse;
		assert_true(ra_rf_book_reads(rf));
		assert_int_equal(rf->aim, bodies[i].what);
		then = ra_rf_book_take(rf, json, "", false, out);
		if (then != RA_RF_BOOK_MORE) /* done, too, where memory ended behind a registry that is known since */
			assert_true(then == RA_RF_BOOK_CUT || i == count - 1 || (then == RA_RF_BOOK_DONE && i == 2));
		if (then != RA_RF_BOOK_MORE)
			break;
	}
	ra_rf_book_stop(rf);
	return then;
}

static void every_allocation_may_fail(void **state)
{
	cJSON_Hooks hooks = {.malloc_fn = __wrap_malloc, .free_fn = free};
	static struct ra_rf rf = {.place = "bmc.example:443", .url = {.host = "bmc.example", .port = 443}};
	char *out = NULL;
	int refused_count = 0;
	bool ended = false;

	(void)state;
	cJSON_InitHooks(&hooks);
	for (int i = 0; !ended; i++) {
		assert_true(i < 2000);
		ended = go(&rf, i, false, &out) == RA_RF_BOOK_DONE;
		refused_count += !ended;
		if (ended)
			assert_string_equal(out, answer);
		else
			assert_null(out);
		free(out);
		/* What failed left nothing half known: the whole way goes again. */
		if (!ended && i % 7 == 0) {
			assert_int_equal(go(&rf, -1, false, &out), RA_RF_BOOK_DONE);
			assert_string_equal(out, answer);
			free(out);
		}
		rf.book = ended ? rf.book : ra_rf_book_free(rf.book);
	}
	assert_true(refused_count > 50);
	ended = false;
	for (int i = 0; !ended; i++) {
		assert_true(i < 2000);
		ended = go(&rf, i, true, &out) == RA_RF_BOOK_DONE;
		if (ended)
			assert_string_equal(out, answer);
		free(out);
	}
	rf.book = ra_rf_book_free(rf.book);
	fail_at = -1;
	cJSON_InitHooks(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_may_fail)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
