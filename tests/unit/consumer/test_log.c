#include <criterion/criterion.h>
#include <string.h>

#include "consumer/log.h"

static const char *line_of(enum log_format format, const char *const *pairs)
{
    static char line[LOG_LINE_BYTES_MAX];

    log_line(line, format, 1000, LOG_WARNING, "it_happened", pairs);
    return line;
}

Test(log, logfmt)
{
    cr_assert_str_eq(line_of(LOG_LOGFMT, (const char *const[]){"partition", "3", "why", "two words",
                                                               "empty", "", NULL}),
                     "ts=1970-01-01T00:00:01.000Z level=warning event=it_happened partition=3 "
                     "why=\"two words\" empty=\"\"\n");
}

Test(log, nothing_starts_a_line_of_its_own)
{
    cr_assert_str_eq(line_of(LOG_LOGFMT, (const char *const[]){"v", "a\nlevel=error\x1b[31m\"\\",
                                                               "w", "\xff", "u", "é", NULL}),
                     "ts=1970-01-01T00:00:01.000Z level=warning event=it_happened "
                     "v=\"a\\nlevel=error\\u001b[31m\\\"\\\\\" w=\"\\u00ff\" u=\"é\"\n");
}

Test(log, json)
{
    cr_assert_str_eq(line_of(LOG_JSON, (const char *const[]){"why", "a \"b\"", NULL}),
                     "{\"ts\":\"1970-01-01T00:00:01.000Z\",\"level\":\"warning\","
                     "\"event\":\"it_happened\",\"why\":\"a \\\"b\\\"\"}\n");
}

Test(log, value_and_line_have_limits)
{
    static char value[LOG_VALUE_BYTES_MAX + 2];
    const char *pairs[41];
    const char *line;

    memset(value, 'x', sizeof(value) - 1);
    line = line_of(LOG_LOGFMT, (const char *const[]){"v", value, NULL});
    cr_assert_eq(strlen(strstr(line, " v=")), strlen(" v=\n") + LOG_VALUE_BYTES_MAX);
    for (size_t i = 0; i < 40; i += 2) {
        pairs[i] = "v";
        pairs[i + 1] = value;
    }
    pairs[40] = NULL;
    line = line_of(LOG_JSON, pairs);
    cr_assert(strlen(line) < LOG_LINE_BYTES_MAX);
    cr_assert_str_eq(line + strlen(line) - 3, "\"}\n");
}
