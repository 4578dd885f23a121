/* Who holds which configuration, and when one is freed. A leak or a use after free is found by the
 * sanitizer. */
#include "consumer/config_share.h"

#include <criterion/criterion.h>
#include <string.h>

static struct config *make(const char *receiver)
{
    char text[100];
    struct config *config = NULL;
    struct error err = {0};

    snprintf(text, sizeof(text), "route: {receiver: %s}\nreceivers: [{name: %s}]\n", receiver,
             receiver);
    cr_assert_eq(config_parse("t.yaml", text, strlen(text), &config, &err), 0, "%s", err.text);
    return config;
}

Test(config_share, a_role_takes_the_newest_and_gives_back_what_it_had)
{
    struct config *first = make("a");
    struct config_share *share = NULL;
    struct error err = {0};

    cr_assert_eq(config_share_new(first, &share, &err), 0);
    const struct config *one = config_share_take(share, NULL), *two;
    cr_expect_eq(one, first);
    cr_expect_eq(config_share_take(share, one), one, "nothing newer");

    struct config *second = make("b"), *third = make("c");
    cr_assert_eq(config_share_offer(share, second, &err), 0);
    one = config_share_take(share, one);
    two = config_share_take(share, NULL);
    cr_expect_eq(one, second);
    cr_assert_eq(config_share_offer(share, third, &err), 0);
    one = config_share_take(share, one);
    config_share_give(share, second);
    cr_expect_str_eq(two->route->receiver, "b", "the other one still holds it");
    config_share_give(share, second);
    cr_expect_str_eq(one->route->receiver, "c");
    cr_expect_str_eq(first->route->receiver, "a", "the first is the caller's");
    config_share_free(share);
    config_free(first);
}

Test(config_share, one_that_nobody_took_is_freed_by_the_next)
{
    struct config *first = make("a");
    struct config_share *share = NULL;
    struct error err = {0};

    cr_assert_eq(config_share_new(first, &share, &err), 0);
    cr_assert_eq(config_share_offer(share, make("b"), &err), 0);
    cr_assert_eq(config_share_offer(share, make("c"), &err), 0);
    cr_expect_str_eq(config_share_take(share, first)->route->receiver, "c");
    config_share_free(share);
    config_share_free(NULL);
    config_free(first);
}
