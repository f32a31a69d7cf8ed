#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/http/pool.h"

#define SECOND CLOCK_US_PER_SECOND

static unsigned closed; /* connections that the pool closed */

static void close_one(void *owner, struct connection *connection)
{
    closed++;
    (void)close(connection->watch.descriptor);
    pool_note_closed(owner);
    pool_origin_release(owner, connection->origin);
    free(connection);
}

static struct pool *begin(size_t most)
{
    static struct pool pool;
    closed = 0;
    pool_init(&pool, most, close_one, &pool);
    return &pool;
}

static struct pool_origin *origin_of(struct pool *pool, const char *key)
{
    struct pool_origin *origin = pool_origin_obtain(pool, key, strlen(key));
    assert_non_null(origin);
    return origin;
}

/* An open connection to the origin that has served `requests`; `*peer` is its other end. */
static struct connection *open_one(struct pool *pool, const char *key, unsigned requests, int *peer)
{
    struct connection *connection = calloc(1, sizeof *connection);
    int ends[2];
    assert_non_null(connection);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    pool_note_opening(pool);
    connection->ops = &connection_plain;
    connection->watch.descriptor = ends[0];
    connection->origin = origin_of(pool, key);
    connection->requests = requests;
    *peer = ends[1];
    return connection;
}

static void the_youngest_connection_of_an_origin_is_used_first(void **state)
{
    (void)state;
    struct pool *pool = begin(10);
    int peers[3];
    struct pool_origin *origin = origin_of(pool, "http://a:80");
    struct connection *first = open_one(pool, "http://a:80", 1, &peers[0]);
    struct connection *second = open_one(pool, "http://a:80", 1, &peers[1]);
    struct connection *other = open_one(pool, "http://b:80", 1, &peers[2]);
    pool_keep(pool, first, 1);
    pool_keep(pool, second, 2);
    pool_keep(pool, other, 3);
    assert_ptr_equal(pool_take(pool, origin, 4), second);
    assert_ptr_equal(pool_take(pool, origin, 4), first);
    assert_null(pool_take(pool, origin, 4));
    pool_keep(pool, first, 5);
    pool_keep(pool, second, 5);
    pool_origin_release(pool, origin);
    pool_free(pool);
    assert_int_equal(closed, 3);
    for (size_t i = 0; i < COUNT_OF(peers); i++)
        (void)close(peers[i]);
}

static void a_connection_over_four_seconds_old_is_not_used(void **state)
{
    (void)state;
    struct pool *pool = begin(10);
    int peer;
    struct pool_origin *origin = origin_of(pool, "http://a:80");
    struct connection *connection = open_one(pool, "http://a:80", 1, &peer);
    pool_keep(pool, connection, 0);
    assert_ptr_equal(pool_take(pool, origin, 4 * SECOND), connection);
    pool_keep(pool, connection, 0);
    assert_null(pool_take(pool, origin, 4 * SECOND + 1));
    assert_int_equal(closed, 1);
    pool_origin_release(pool, origin);
    pool_free(pool);
    (void)close(peer);
}

static void a_connection_that_its_peer_has_closed_is_not_used(void **state)
{
    (void)state;
    struct pool *pool = begin(10);
    int peer;
    struct pool_origin *origin = origin_of(pool, "http://a:80");
    pool_keep(pool, open_one(pool, "http://a:80", 1, &peer), 0);
    (void)close(peer);
    assert_null(pool_take(pool, origin, 1));
    assert_int_equal(closed, 1);
    pool_origin_release(pool, origin);
    pool_free(pool);
}

/* The look at the socket costs a system call: it is left out where it is not needed. */
static void an_origin_that_keeps_connections_is_trusted_for_ten_milliseconds(void **state)
{
    (void)state;
    struct pool *pool = begin(10);
    int peer;
    struct pool_origin *origin = origin_of(pool, "http://a:80");
    struct connection *connection = open_one(pool, "http://a:80", 2, &peer);
    (void)close(peer);
    pool_note_reuse(origin);
    pool_keep(pool, connection, 0);
    assert_ptr_equal(pool_take(pool, origin, 9 * CLOCK_US_PER_MS), connection);
    pool_keep(pool, connection, 0);
    assert_null(pool_take(pool, origin, 11 * CLOCK_US_PER_MS));
    pool_origin_release(pool, origin);
    pool_free(pool);
}

static void two_early_closes_and_connections_are_not_kept_any_more(void **state)
{
    (void)state;
    struct pool *pool = begin(10);
    struct pool_origin *origin = origin_of(pool, "http://a:80");
    for (unsigned i = 0; i < 2; i++) {
        int peer;
        pool_keep(pool, open_one(pool, "http://a:80", 1, &peer), 0);
        assert_int_equal(closed, i);
        (void)close(peer);
        assert_null(pool_take(pool, origin, SECOND / 2));
    }
    int peer;
    pool_keep(pool, open_one(pool, "http://a:80", 1, &peer), 0);
    assert_int_equal(closed, 3);
    pool_origin_release(pool, origin);
    /* It is remembered although nobody uses it. */
    origin = origin_of(pool, "http://a:80");
    assert_int_equal(origin->closed_early, 2);
    pool_origin_release(pool, origin);
    pool_free(pool);
    (void)close(peer);
}

static void closes_after_a_second_or_after_a_second_request_are_not_early(void **state)
{
    (void)state;
    struct pool *pool = begin(10);
    struct pool_origin *origin = origin_of(pool, "http://a:80");
    for (unsigned i = 0; i < 4; i++) {
        int peer;
        pool_keep(pool, open_one(pool, "http://a:80", 1, &peer), 0);
        (void)close(peer);
        assert_null(pool_take(pool, origin, SECOND));
    }
    assert_int_equal(origin->closed_early, 0);
    pool_note_reuse(origin);
    for (unsigned i = 0; i < 4; i++) {
        int peer;
        pool_keep(pool, open_one(pool, "http://a:80", 2, &peer), 0);
        (void)close(peer);
        assert_null(pool_take(pool, origin, SECOND / 2));
    }
    assert_int_equal(origin->closed_early, 0);
    pool_origin_release(pool, origin);
    pool_free(pool);
}

static void room_is_made_by_closing_the_oldest_whoevers_it_is(void **state)
{
    (void)state;
    struct pool *pool = begin(2);
    int peers[3];
    struct pool_origin *a = origin_of(pool, "http://a:80");
    struct pool_origin *b = origin_of(pool, "http://b:80");
    pool_keep(pool, open_one(pool, "http://a:80", 1, &peers[0]), 1);
    pool_keep(pool, open_one(pool, "http://b:80", 1, &peers[1]), 2);
    assert_int_equal(closed, 0);
    struct connection *third = open_one(pool, "http://b:80", 1, &peers[2]);
    assert_int_equal(closed, 1);
    assert_null(pool_take(pool, a, 3));
    pool_keep(pool, third, 3);
    pool_set_most(pool, 1);
    assert_int_equal(closed, 2);
    assert_ptr_equal(pool_take(pool, b, 3), third);
    pool_keep(pool, third, 3);
    pool_origin_release(pool, a);
    pool_origin_release(pool, b);
    pool_free(pool);
    for (size_t i = 0; i < COUNT_OF(peers); i++)
        (void)close(peers[i]);
}

static void an_origin_is_forgotten_with_its_last_user(void **state)
{
    (void)state;
    struct pool *pool = begin(10);
    for (unsigned i = 0; i < 2000; i++) {
        char key[32];
        int length = snprintf(key, sizeof key, "http://host-%u:80", i);
        struct pool_origin *origin = pool_origin_obtain(pool, key, (size_t)length);
        assert_non_null(origin);
        assert_ptr_equal(pool_origin_obtain(pool, key, (size_t)length), origin);
        pool_origin_release(pool, origin);
        pool_origin_release(pool, origin);
    }
    for (size_t i = 0; i < POOL_BUCKETS; i++)
        assert_null(pool->buckets[i]);
    pool_free(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_youngest_connection_of_an_origin_is_used_first),
        cmocka_unit_test(a_connection_over_four_seconds_old_is_not_used),
        cmocka_unit_test(a_connection_that_its_peer_has_closed_is_not_used),
        cmocka_unit_test(an_origin_that_keeps_connections_is_trusted_for_ten_milliseconds),
        cmocka_unit_test(two_early_closes_and_connections_are_not_kept_any_more),
        cmocka_unit_test(closes_after_a_second_or_after_a_second_request_are_not_early),
        cmocka_unit_test(room_is_made_by_closing_the_oldest_whoevers_it_is),
        cmocka_unit_test(an_origin_is_forgotten_with_its_last_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
