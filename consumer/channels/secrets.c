/*
 * secrets.c - see secrets.h.
 */
#include "consumer/channels/secrets.h"

#include <string.h>

static void cut(char *text, const char *secret, size_t bytes, size_t bytes_min)
{
    const size_t shown = strlen(SECRET_SHOWN);
    char *at = text;

    while (bytes >= bytes_min && (at = memmem(at, strlen(at), secret, bytes)) != NULL) {
        memcpy(at, SECRET_SHOWN, shown);
        memmove(at + shown, at + bytes, strlen(at + bytes) + 1);
        at += shown;
    }
}

static int hex(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit ? strchr(digits, digit | 0x20) : NULL;

    return at ? (int)(at - digits) : -1;
}

static void cut_decoded(char *text, const char *part, size_t bytes)
{
    char decoded[SECRET_BYTES_MAX];
    size_t count = 0;

    if (bytes > sizeof decoded)
        return;
    for (size_t i = 0; i < bytes; i++) {
        int high = part[i] == '%' && i + 2 < bytes ? hex(part[i + 1]) : -1;
        int low = high >= 0 ? hex(part[i + 2]) : -1;
        decoded[count++] = low >= 0 ? (char)(high * 16 + low) : part[i];
        i += low >= 0 ? 2 : 0;
    }
    cut(text, decoded, count, SECRET_PART_BYTES_MIN);
}

/* Everything after scheme://host/, the longest first. */
static void cut_url(char *text, const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host ? host + 3 + strcspn(host + 3, "/?#") : url;
    const char *user = host ? memchr(host + 3, '@', (size_t)(path - host - 3)) : NULL;

    if (user)
        cut(text, host + 3, (size_t)(user - host - 3), SECRET_BYTES_MIN);
    path += *path != '\0';
    cut(text, path, strlen(path), SECRET_BYTES_MIN);
    while (*path != '\0') {
        size_t bytes = strcspn(path, "/?&=#");
        cut(text, path, bytes, SECRET_PART_BYTES_MIN);
        cut_decoded(text, path, bytes);
        path += bytes + (path[bytes] != '\0');
    }
}

void secrets_cut(char *text, const struct channel_ops *ops, const void *ctx)
{
    for (const struct setting *setting = ops->settings; setting && setting->kind != SETTING_END;
         setting++) {
        bool is_url = setting->kind == SETTING_SECRET_URL;
        if (setting->kind != SETTING_SECRET && !is_url)
            continue;
        const char *value = *(const char *const *)((const char *)ctx + setting->offset);
        if (value && is_url)
            cut_url(text, value);
        else if (value)
            cut(text, value, strlen(value), SECRET_BYTES_MIN);
    }
}
