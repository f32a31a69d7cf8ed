#include "check.h"

#include <string.h>

#include "text/proxy.h"

static struct http_url split(const char *url)
{
    struct http_url parts;
    struct error error;
    assert_true(http_url_split(url, &parts, &error));
    return parts;
}

static void one_function_decides_which_proxy_a_url_takes(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        struct proxy_rules rules;
        const char *proxy; /* NULL: none */
    } rows[] = {
        {"http://a/", {0}, NULL},
        {"http://a/", {.http = "http://p:1"}, "http://p:1"},
        {"https://a/", {.http = "http://p:1"}, NULL},
        {"https://a/", {.https = "http://p:2"}, "http://p:2"},
        {"http://a/", {.https = "http://p:2"}, NULL},
        {"http://a/", {.all = "socks5://p:3"}, "socks5://p:3"},
        {"https://a/", {.all = "socks5://p:3"}, "socks5://p:3"},
        {"https://a/", {.all = "socks5://p:3", .https = "http://p:2"}, "http://p:2"},
        {"http://a/", {.http = "", .all = "p:3"}, "p:3"},
        {"http://a/", {.http = ""}, NULL},
        {"http://a/", {.option = "o:1", .http = "http://p:1"}, "o:1"},
        {"https://a/", {.option = "o:1"}, "o:1"},
        {"http://a/", {.none = true, .http = "http://p:1"}, NULL},
        {"http://a/", {.none = true, .option = "o:1"}, NULL},
        {"http://a/", {.http = "p:1", .except = "a"}, NULL},
        {"http://a/", {.option = "o:1", .except = "a"}, NULL},
        {"http://a/", {.http = "p:1", .except = "b"}, "p:1"},
        {"http://a/", {.http = "p:1", .except = ""}, "p:1"},
        {"https://[::1]:8443/", {.https = "p:1", .except = "::1"}, NULL},
        {"https://[::1]:8443/", {.https = "p:1", .except = "::2"}, "p:1"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_url url = split(rows[i].url);
        const char *proxy = proxy_choose(&rows[i].rules, &url);
        if (rows[i].proxy == NULL)
            assert_null(proxy);
        else
            assert_string_equal(proxy, rows[i].proxy);
    }
}

static void exceptions_are_names_addresses_and_networks(void **state)
{
    (void)state;
    static const struct {
        const char *list;
        const char *host;
        bool excepted;
    } rows[] = {
        {"*", "anything", true},
        {"a,*", "b", true},
        {"site.test", "site.test", true},
        {".site.test", "site.test", true},
        {"site.test", "up.site.test", true},
        {".site.test", "up.site.test", true},
        {"SITE.test", "up.Site.TEST", true},
        {"site.test", "other.test", false},
        {"te.test", "site.test", false},
        {"site.test", "site.test.", true},
        {"site.test.", "site.test", true},
        {"up.site.test", "site.test", false},
        {"other.test, site.test", "site.test", true},
        {"other.test site.test", "site.test", true},
        {"other.test\tsite.test", "site.test", true},
        {",,", "site.test", false},
        {".", "site.test", false},
        {"127.0.0.1", "127.0.0.1", true},
        {"27.0.0.1", "127.0.0.1", false},
        {"0.0.1", "127.0.0.1", false},
        {"192.168.0.0/16", "192.168.200.3", true},
        {"192.168.0.0/16", "192.169.0.3", false},
        {"192.168.0.0/17", "192.168.127.3", true},
        {"192.168.0.0/17", "192.168.128.3", false},
        {"192.168.1.1/32", "192.168.1.1", true},
        {"0.0.0.0/0", "8.8.8.8", true},
        {"10.0.0.0/33", "10.0.0.1", false},
        {"10.0.0.0/x", "10.0.0.1", false},
        {"10.0.0.0/", "10.0.0.1", false},
        {"10.0.0.0/1234", "10.0.0.1", false},
        {"10.0.0.0/8", "::1", false},
        {"10.0.0.0/8", "ten.example", false},
        {"::1", "[::1]", true},
        {"[::1]", "[::1]", true},
        {"0:0::1", "[::1]", true},
        {"::1", "[::2]", false},
        {"fd00::/8", "[fd12::1]", true},
        {"fd00::/8", "[fe80::1]", false},
        {"fe80::/10", "[fe80::1%25eth0]", true},
        {"2001:db8::/33", "[2001:db8:7fff::1]", true},
        {"2001:db8::/33", "[2001:db8:8000::1]", false},
        {"::/0", "[2001:db8::1]", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct http_slice host = {rows[i].host, strlen(rows[i].host)};
        if (proxy_is_excepted(rows[i].list, host) != rows[i].excepted)
            fail_msg("no_proxy '%s', host '%s'", rows[i].list, rows[i].host);
    }
}

static void the_scheme_says_what_kind_a_proxy_is(void **state)
{
    (void)state;
    assert_int_equal(proxy_kind("proxy:3128"), PROXY_HTTP);
    assert_int_equal(proxy_kind("http://proxy"), PROXY_HTTP);
    assert_int_equal(proxy_kind("HTTPS://proxy"), PROXY_HTTPS);
    assert_int_equal(proxy_kind("socks4a://proxy"), PROXY_SOCKS);
    assert_int_equal(proxy_kind("SOCKS5h://proxy"), PROXY_SOCKS);
    assert_int_equal(proxy_kind("socks.example.com:3128"), PROXY_HTTP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_function_decides_which_proxy_a_url_takes),
        cmocka_unit_test(exceptions_are_names_addresses_and_networks),
        cmocka_unit_test(the_scheme_says_what_kind_a_proxy_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
