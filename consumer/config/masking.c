/*
 * masking.c - the section `masking`, and the masks made of it.
 *
 * Secrets need no setting: they are hidden from everybody. A pattern that is no regular expression
 * is refused with its name and the place in it.
 */
#include "consumer/config/draft.h"

const struct setting masking_settings[] = {
    {.name = "personal",
     .kind = SETTING_BOOL,
     .offset = offsetof(struct masking_config, personal),
     .fallback = "true",
     .help = "hide e-mail addresses, telephone, payment card and bank account numbers from "
             "receivers whose evidence is masked or none"},
    {.name = "patterns",
     .kind = SETTING_MAP,
     .offset = offsetof(struct masking_config, patterns),
     .help = "name: regular expression (PCRE2) of further personal data, such as national ids; its "
             "first group is what is hidden, else all of it"},
    {.kind = SETTING_END},
};

int masking_bind(struct draft *draft, const struct node *node)
{
    static const struct node empty = {.kind = NODE_MAPPING};
    struct masking_config *masking = &draft->config->masking;
    const struct schema schema = {
        .what = "masking",
        .bindings = {{.settings = masking_settings, .object = masking}},
    };
    struct error err = {0};

    node = node ? node : &empty;
    if (schema_bind(&draft->reader, node, &schema))
        return -1;
    if (masking_init(&masking->masks, masking->personal, &masking->patterns, &draft->config->arena,
                     &err))
        return reader_refuse_error(&draft->reader, node, "masking", &err);
    return 0;
}
