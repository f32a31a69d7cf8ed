#include "sink_fixture.h"

#include "sink/junit.h"

static void each_file_is_a_case(void **state)
{
    (void)state;
    struct buf kept;
    struct writer writer = writer_into(&kept);
    struct junit *junit = junit_new();
    assert_non_null(junit);
    const struct shoal_event start = {
        .kind = SHOAL_EVENT_START, .start = {.method = "POST", .url = "http://h/?a&b"}};
    struct shoal_event left = failed_event();
    struct shoal_event bad = failed_event();
    left.file.reason = SHOAL_REASON_NOT_ATTEMPTED;
    bad.file.path = TEXT("a<\x1b\"");
    bad.file.error = "it > \x01 stalled";
    const struct shoal_event sent = sent_event();
    const struct shoal_event end = {.kind = SHOAL_EVENT_END, .at_us = 2500000};
    junit_event(junit, &start);
    junit_event(junit, &sent);
    junit_event(junit, &bad);
    junit_event(junit, &left);
    junit_event(junit, &end);
    assert_true(junit_write(junit, &writer));
    assert_written(&kept,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<testsuite name=\"shoal POST http://h/?a&amp;b\" tests=\"3\" failures=\"1\" errors=\"0\" "
        "skipped=\"1\" time=\"2.500\">\n"
        "  <testcase classname=\"shoal\" name=\"a/b.js\" time=\"0.012\"/>\n"
        "  <testcase classname=\"shoal\" name=\"a&lt;\\x1b&quot;\" time=\"0.000\">\n"
        "    <failure type=\"stall\" message=\"it &gt; \\x01 stalled\"/>\n"
        "  </testcase>\n"
        "  <testcase classname=\"shoal\" name=\"b\" time=\"0.000\">\n"
        "    <skipped message=\"never attempted\"/>\n"
        "  </testcase>\n"
        "</testsuite>\n");
    junit_free(junit);
    junit_free(NULL);
    buf_free(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_is_a_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
