/*
 * test_words.c - what a message says: news, times, durations, headlines.
 */
#include "tests/unit/channels/sample.h"

#include "consumer/channels/text.h"
#include "consumer/channels/words.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

Test(words, times_are_utc_and_unknown_ones_are_silent)
{
    char words[WORDS_BYTES_MAX];

    words_time(SAMPLE_OPENED_MS, words);
    cr_expect_str_eq(words, "2026-11-23 08:04 UTC");
    words_time(0, words);
    cr_expect_str_eq(words, "");
    words_time(INT64_MAX, words);
    words_time_ago(SAMPLE_OPENED_MS, SAMPLE_OPENED_MS + 3 * DAY, words);
    cr_expect_str_eq(words, "2026-11-23 08:04 UTC, 3 d ago");
    words_time_ago(SAMPLE_OPENED_MS, SAMPLE_OPENED_MS - 1, words);
    cr_expect_str_eq(words, "2026-11-23 08:04 UTC");
    words_time_ago(0, SAMPLE_OPENED_MS, words);
    cr_expect_str_eq(words, "");
}

Test(words, durations_change_their_unit_at_its_edge)
{
    static const struct {
        int64_t ms;
        const char *words;
    } rows[] = {
        {-5, "0 s"},          {0, "0 s"},        {999, "0 s"},         {1000, "1 s"},
        {MINUTE - 1, "59 s"}, {MINUTE, "1 min"}, {HOUR - 1, "59 min"}, {HOUR, "1 h"},
        {DAY - 1, "23 h"},    {DAY, "1 d"},      {30 * DAY, "30 d"},
    };
    char words[WORDS_BYTES_MAX];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        words_duration(rows[i].ms, words);
        cr_expect_str_eq(words, rows[i].words, "row %zu", i);
    }
}

static const struct {
    int news, status, reason;
    bool changed, repeat;
    const char *words;
} news_rows[] = {
    {NEWS_OPENED, ALERT_OPEN, 0, true, false, "NEW"},
    {NEWS_ESCALATED, ALERT_OPEN, 0, true, false, "ESCALATED"},
    {NEWS_REOPENED, ALERT_OPEN, 0, true, false, "REOPENED"},
    {NEWS_VERSION, ALERT_OPEN, 0, true, false, "NEW MODEL VERSION"},
    {NEWS_LEFT, ALERT_OPEN, 0, true, false, "NO LONGER ROUTED HERE"},
    {NEWS_FINAL, ALERT_OPEN, 0, true, false, "RUN ENDED"},
    {99, ALERT_OPEN, 0, true, false, "RUN ENDED"},
    {NEWS_OPENED, ALERT_OPEN, 0, false, false, "STILL OPEN for 2 h"},
    {NEWS_OPENED, ALERT_OPEN, 0, true, true, "STILL OPEN for 2 h"},
    {NEWS_RESOLVED, ALERT_RESOLVED, RESOLVED_CLEAN, true, false, "RESOLVED after 3 d"},
    {NEWS_RESOLVED, ALERT_RESOLVED, RESOLVED_STALE, true, false, "CLOSED AS STALE after 3 d"},
    {NEWS_RESOLVED, ALERT_RESOLVED, RESOLVED_SUPERSEDED, true, false, "SUPERSEDED after 3 d"},
};

Test(words, every_kind_of_news)
{
    struct sample_message m;
    char words[WORDS_BYTES_MAX];

    sample_init(&m, 1);
    for (size_t i = 0; i < sizeof news_rows / sizeof *news_rows; i++) {
        m.picture.news = news_rows[i].news;
        m.picture.status = news_rows[i].status;
        m.picture.resolved_reason = news_rows[i].reason;
        m.picture.resolved_ms = SAMPLE_OPENED_MS + 3 * DAY;
        m.alerts[0].changed = news_rows[i].changed;
        m.message.repeat = news_rows[i].repeat;
        words_news(&m.message, &m.alerts[0], words);
        cr_expect_str_eq(words, news_rows[i].words, "row %zu", i);
    }
    m.picture.opened_ms = 0;
    words_news(&m.message, &m.alerts[0], words);
    cr_expect_str_eq(words, "SUPERSEDED");
    sample_fini(&m);
}

Test(words, a_group_is_counted)
{
    struct sample_message m;
    struct picture resolved, low;

    sample_init(&m, 4);
    resolved = low = m.picture;
    resolved.status = ALERT_RESOLVED;
    resolved.severity = SEVERITY_CRITICAL;
    low.severity = SEVERITY_LOW;
    m.alerts[1].picture = &resolved;
    m.alerts[2].picture = &low;
    m.alerts[3].changed = false;
    m.message.omitted = 12;
    cr_expect_str_eq(words_headline(&m.message, 150, &m.arena),
                     "HIGH \u00B7 16 problems: 2 new, 1 resolved, 1 still open, 12 more");
    m.message.alerts_count = 2;
    m.alerts[0].picture = &resolved;
    m.message.resolved = true;
    m.message.omitted = 0;
    cr_expect_str_eq(words_headline(&m.message, 150, &m.arena),
                     "ALL CLOSED \u00B7 CRITICAL \u00B7 2 problems: 2 resolved");
    sample_fini(&m);
}

Test(words, a_single_alert_has_its_title)
{
    struct sample_message m;

    sample_init(&m, 1);
    cr_expect_str_eq(words_headline(&m.message, 150, &m.arena),
                     "HIGH \u00B7 NEW \u00B7 DAN in the wild gets past the mitigation");
    m.picture.rule.title = "";
    cr_expect_str_eq(words_headline(&m.message, 150, &m.arena),
                     "HIGH \u00B7 NEW \u00B7 garak/dan.DanInTheWild/mitigation.MitigationBypass");
    m.picture.rule.title = sample_repeat(&m, "x", 1024);
    cr_expect_eq(text_units(words_headline(&m.message, 150, &m.arena)), 150);
    m.picture.severity = 99;
    cr_expect_str_eq(words_severity(99), "INFO");
    cr_expect_eq(message_severity(&m.message), SEVERITY_INFO);
    sample_fini(&m);
}

Test(words, a_message_says_what_it_is)
{
    struct sample_message m;

    sample_init(&m, 1);
    cr_expect_null(words_note(&m.message));
    m.message.repeat = true;
    cr_expect_not_null(strstr(words_note(&m.message), "reminder"));
    m.message.in_doubt = true;
    cr_expect_not_null(strstr(words_note(&m.message), "may have arrived"));
    sample_fini(&m);
}
