/*
 * mask_rules.c - the table of what is hidden.
 *
 * Formats are the issuers' own, as they document them for secret scanning. A row costs next to
 * nothing in a text that does not hold its needle. Order counts where two rows match at one place:
 * the first one names it.
 */
#include "producer/mask_rules.h"

/* Not inside a longer word of the token's own alphabet. */
#define ALONE    "(?<![A-Za-z0-9_-])"
#define ENDS     "(?![A-Za-z0-9_-])"
/* Neither masked already nor a reference to a variable. */
#define UNMASKED "(?!\\[masked |\\*|\\$[A-Z_({]|\\{\\{|%[A-Z_]+%)"
#define AWS_SECRET_KEY                                                                             \
    "(?i:aws.{0,20}?(?:secret|access|key).{0,20}?[\"'=:>\\s])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])"
/* Not git@host:path/, which is nobody. */
#define EMAIL(at)                                                                                  \
    "(?<![A-Za-z0-9._%+-])(?<!//)[A-Za-z0-9](?:[A-Za-z0-9._+-]{0,62}[A-Za-z0-9_+-])?" at           \
    "(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.){1,8}[A-Za-z]{2,24}"                      \
    "(?![A-Za-z0-9-]|:[A-Za-z0-9_.~-]+/)"
/* What stands between a name and its value, in configuration, code, markup and JSON in JSON. */
#define GIVEN "(?:[:=]=?>?|>)\\s{0,4}\\\\?[\"']?"
#define VALUE                                                                                      \
    UNMASKED "((?:[^\\s\"'<>,;`\\\\&]|\\\\(?![\"'])|&(?![A-Za-z_][A-Za-z0-9_.-]*=)){8,256})"
#define SECRET(name, needle, pattern)                                                              \
    {                                                                                              \
        name, MASK_SECRETS, needle, pattern, NULL                                                  \
    }

const struct mask_rule mask_rules[] = {
    SECRET("private-key", "PRIVATE KEY",
           "-----BEGIN (?:[A-Z0-9]{1,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
           "(" UNMASKED "[\\s\\S]{1,20000}?)(?:-----END|\\z)"),
    SECRET("putty-key", "PuTTY-User-Key-File", "PuTTY-User-Key-File-[0-9]:([\\s\\S]{1,20000})"),
    SECRET("aws-access-key", "A", ALONE "(?:AKIA|ASIA|ABIA|ACCA)([A-Z2-7]{16})" ENDS),
    SECRET("aws-secret-key", "aws", AWS_SECRET_KEY),
    SECRET("aws-secret-key", "AWS", AWS_SECRET_KEY),
    SECRET("github-token", "gh", ALONE "gh[pousr]_([A-Za-z0-9]{36,255})"),
    SECRET("github-token", "github_pat_", ALONE "github_pat_([A-Za-z0-9_]{22,255})"),
    SECRET("gitlab-token", "gl",
           ALONE "gl(?:pat|oas|dt|rt|cbt|ptt|ft|soat|agent)-([A-Za-z0-9_.-]{20,255})"),
    SECRET("slack-token", "xox", ALONE "xox[abeoprs]-([A-Za-z0-9-]{10,255})"),
    SECRET("slack-token", "xapp-", ALONE "xapp-([A-Za-z0-9-]{10,255})"),
    SECRET(
        "slack-webhook", "hooks.slack",
        "hooks\\.slack(?:-gov)?\\.com/(?:services|workflows|triggers)/([A-Za-z0-9/_+-]{20,255})"),
    SECRET("teams-webhook", "sig=", "[?&]sig=([A-Za-z0-9_%+/=-]{20,255})"),
    SECRET("anthropic-key", "sk-ant-", ALONE "sk-ant-([A-Za-z0-9_-]{20,255})"),
    SECRET("openai-key", "sk-",
           ALONE "sk-(?:proj-|svcacct-|admin-|or-v1-)?(" UNMASKED "[A-Za-z0-9_-]{20,255})"),
    SECRET("huggingface-token", "hf_", ALONE "hf_([A-Za-z0-9]{30,64})" ENDS),
    SECRET("google-api-key", "AIza", ALONE "AIza([A-Za-z0-9_-]{35})" ENDS),
    SECRET("google-oauth", "ya29.", ALONE "ya29\\.([A-Za-z0-9_-]{20,1024})"),
    SECRET("google-oauth", "GOCSPX-", ALONE "GOCSPX-([A-Za-z0-9_-]{28})"),
    SECRET("azure-storage-key", "Key=", "(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{43,88}={0,2})"),
    SECRET("azure-client-secret", "Q~",
           "(?<![A-Za-z0-9])([A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34})"),
    SECRET("stripe-key", "_live_", ALONE "[sr]k_live_([A-Za-z0-9]{16,255})"),
    SECRET("stripe-key", "_test_", ALONE "[sr]k_test_([A-Za-z0-9]{16,255})"),
    SECRET("stripe-webhook-secret", "whsec_", ALONE "whsec_([A-Za-z0-9+/=]{24,255})"),
    SECRET("sendgrid-key", "SG.", ALONE "SG\\.([A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43})" ENDS),
    SECRET("twilio-key", "SK", ALONE "SK([0-9a-f]{32})" ENDS),
    SECRET("mailgun-key", "key-", ALONE "key-([0-9a-f]{32})" ENDS),
    SECRET("npm-token", "npm_", ALONE "npm_([A-Za-z0-9]{36})" ENDS),
    SECRET("pypi-token", "pypi-", ALONE "pypi-([A-Za-z0-9_-]{50,1024})"),
    SECRET("digitalocean-token", "_v1_", ALONE "do[opr]_v1_([0-9a-f]{64})" ENDS),
    SECRET("shopify-token", "shp", ALONE "shp(?:at|ca|pa|ss)_([0-9a-fA-F]{32})" ENDS),
    SECRET("databricks-token", "dapi", ALONE "dapi([0-9a-f]{32})(?:-[0-9])?" ENDS),
    SECRET("new-relic-key", "NRA", ALONE "NRA[AK]-([A-Z0-9]{27})" ENDS),
    SECRET("linear-key", "lin_api_", ALONE "lin_api_([A-Za-z0-9]{40})" ENDS),
    SECRET("groq-key", "gsk_", ALONE "gsk_([A-Za-z0-9]{48,64})" ENDS),
    SECRET("replicate-token", "r8_", ALONE "r8_([A-Za-z0-9]{37})" ENDS),
    SECRET("grafana-token", "gl", ALONE "gl(?:sa|c)_([A-Za-z0-9+/=_]{32,255})"),
    SECRET("doppler-token", "dp.",
           ALONE "dp\\.[a-z]{2,8}\\.(?:[a-z0-9_-]{1,40}\\.)?([A-Za-z0-9]{40,44})"),
    SECRET("terraform-token", ".atlasv1.",
           ALONE "([A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{60,70})"),
    SECRET("docker-token", "dckr_", ALONE "dckr_(?:pat|oat)_([A-Za-z0-9_-]{27,60})"),
    SECRET("notion-token", "ntn_", ALONE "ntn_([A-Za-z0-9]{40,60})" ENDS),
    SECRET("pulumi-token", "pul-", ALONE "pul-([0-9a-f]{40})" ENDS),
    SECRET("perplexity-key", "pplx-", ALONE "pplx-([A-Za-z0-9]{48,64})" ENDS),
    SECRET("xai-key", "xai-", ALONE "xai-([A-Za-z0-9]{70,90})" ENDS),
    SECRET(
        "discord-webhook", "/webhooks/",
        "discord(?:app)?\\.com/api/(?:v[0-9]{1,2}/)?webhooks/([0-9]{17,20}/[A-Za-z0-9_-]{60,80})"),
    SECRET("discord-token", ".",
           ALONE "([MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,40})" ENDS),
    SECRET("telegram-token", ":AA", "(?<![0-9A-Za-z])[0-9]{8,10}:(AA[A-Za-z0-9_-]{33})" ENDS),
    SECRET("atlassian-token", "ATATT3", ALONE "ATATT3([A-Za-z0-9_=.-]{100,255})"),
    SECRET("vault-token", "hv", ALONE "hv[sbr]\\.([A-Za-z0-9_-]{24,255})"),
    SECRET("age-key", "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1([0-9A-Z]{58})"),
    SECRET("json-web-token", "eyJ",
           "(?<![A-Za-z0-9_-])(eyJ[A-Za-z0-9_-]{8,4096}\\.eyJ[A-Za-z0-9_-]{8,8192}\\.[A-Za-z0-9_-]{"
           "8,1024})"),
    SECRET(
        "authorization", "uthorization",
        "[Aa]uthorization[\"']?\\s{0,4}[:=]\\s{0,4}[\"']?(?i:bearer|basic|token|geniekey)\\s{1,4}"
        "([A-Za-z0-9+/_.~=:-]{8,4096})"),
    SECRET("url-password", "://",
           "[a-z][a-z0-9+.-]{1,20}://[^\\s/?#:@\"'<>]{0,128}:" UNMASKED
           "([^\\s/?#@\"'<>]{1,256})@"),
    {"secret", MASK_SECRETS, NULL, GIVEN VALUE, mask_is_assigned_secret},
    {"secret", MASK_SECRETS, "--", "--[A-Za-z][A-Za-z0-9_-]{2,40} [\"']?" VALUE,
     mask_is_assigned_secret},
    {"secret", MASK_SECRETS, " is", " is:?\\s{1,4}[\"'`]?" VALUE, mask_is_told_secret},

    {"email", MASK_PERSONAL, "@", EMAIL("@"), NULL},
    {"email", MASK_PERSONAL, "%40", EMAIL("%40"), NULL},
    {"iban", MASK_PERSONAL, NULL,
     "(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])",
     mask_is_iban},
    {"card", MASK_PERSONAL, NULL,
     "(?<![A-Za-z0-9./-])(?:[2-6][0-9]{12,18}|[2-6][0-9]{3}(?:[ -][0-9]{4}){2}[ -][0-9]{1,7}|"
     "3[0-9]{3}[ -][0-9]{6}[ -][0-9]{4,5})(?![0-9A-Za-z-])",
     mask_is_card},
    {"phone", MASK_PERSONAL, "+",
     "(?<![A-Za-z0-9+])\\+[1-9][0-9]{0,2}(?:[ ./-]{0,2}\\(?[0-9]{1,5}\\)?){2,7}(?![0-9A-Za-z])",
     mask_is_phone},
    {"phone", MASK_PERSONAL, NULL,
     "(?<![A-Za-z0-9+./-])(?<![0-9] )00[1-9][0-9]{0,2}(?:[ "
     "/-]{1,2}\\(?[0-9]{1,5}\\)?){2,7}(?![0-9A-Za-z-])",
     mask_is_phone},
    {"phone", MASK_PERSONAL, NULL,
     "(?<![A-Za-z0-9+./-])(?<![0-9] )(?:\\([0-9]{3}\\) ?|[0-9]{3}[-. "
     "])[0-9]{3}[-.][0-9]{4}(?![0-9A-Za-z-])",
     mask_is_phone},
    {"phone", MASK_PERSONAL, NULL,
     "(?<![A-Za-z0-9+./-])(?<![0-9] )(?:\\(0[1-9][0-9]{1,4}\\)|0[1-9][0-9]{0,4})[ "
     "/-]{1,3}[0-9]{3,4}"
     "(?:[ -]?[0-9]{2,4}){1,3}(?![0-9A-Za-z-])",
     mask_is_phone},
};
const size_t mask_rules_count = sizeof(mask_rules) / sizeof(mask_rules[0]);
