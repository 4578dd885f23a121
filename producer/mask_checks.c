/*
 * mask_checks.c - what a pattern alone can't say of a number or a password: check digits, and
 * whether it looks like chance.
 */
#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "producer/mask_rules.h"

#define RANDOM_BITS_MIN                                                                            \
    2.5 /* entropy of a character; English words of 8 letters have about 2.5                       \
         */
#define CARD_DIGITS_MIN  13
#define CARD_DIGITS_MAX  19
#define PHONE_DIGITS_MIN 8
#define PHONE_DIGITS_MAX 15
#define IBAN_BYTES_MAX   64
#define IBAN_HEAD        4  /* country and check digits, which go to the end */
#define NAME_BYTES_MAX   16 /* looked at before what is assigned */
#define DIGITS_TAKEN_MAX 64

/* The digits of a text, up to a number of them. */
static size_t digits_of(const char *text, size_t bytes, char digits[DIGITS_TAKEN_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < bytes && count < DIGITS_TAKEN_MAX; i++) {
        if (isdigit((unsigned char)text[i]))
            digits[count++] = text[i];
    }
    return count;
}

static bool all_same(const char *digits, size_t count)
{
    return count > 0 && strspn(digits, (char[]){digits[0], '\0'}) >= count;
}

static double bits_of_character(const char *text, size_t bytes)
{
    size_t counts[256] = {0};
    double bits = 0;

    for (size_t i = 0; i < bytes; i++)
        counts[(unsigned char)text[i]]++;
    for (size_t i = 0; i < 256; i++) {
        double share = (double)counts[i] / (double)bytes;
        if (counts[i])
            bits -= share * log2(share);
    }
    return bits;
}

static bool looks_random(const char *text, size_t bytes)
{
    bool has_letter = false, has_digit = false, has_other = false;

    for (size_t i = 0; i < bytes; i++) {
        unsigned char byte = (unsigned char)text[i];
        has_letter = has_letter || isalpha(byte);
        has_digit = has_digit || isdigit(byte);
        has_other = has_other || !isalnum(byte);
    }
    return (has_letter && (has_digit || has_other)) &&
           bits_of_character(text, bytes) >= RANDOM_BITS_MIN;
}

/* Ends of the names that are given secrets, in small letters, without - _ and spaces. */
static const char *const secret_names[] = {
    "password",   "passwd",     "passphrase",  "pwd",        "secret",     "token",
    "apikey",     "accesskey",  "authkey",     "privatekey", "accountkey", "secretkey",
    "signingkey", "credential", "credentials", "passwords",  "secrets",    "tokens",
};

static bool ends_with_secret_name(const char *name, size_t bytes)
{
    for (size_t i = 0; i < sizeof(secret_names) / sizeof(secret_names[0]); i++) {
        size_t length = strlen(secret_names[i]);
        if (bytes >= length && memcmp(name + bytes - length, secret_names[i], length) == 0)
            return true;
    }
    return false;
}

/* The letters before the place where something is assigned, as secret_names has them. */
static size_t name_before(const char *text, size_t at, char name[NAME_BYTES_MAX])
{
    size_t count = 0;

    while (at > 0 && strchr(" \t\"'`:=>\\", text[at - 1]))
        at--;
    for (; at > 0 && count < NAME_BYTES_MAX; at--) {
        unsigned char byte = (unsigned char)text[at - 1];
        if (isalpha(byte))
            name[NAME_BYTES_MAX - ++count] = (char)tolower(byte);
        else if (!strchr("-_ .", byte))
            break;
    }
    memmove(name, name + NAME_BYTES_MAX - count, count);
    return count;
}

/* "process.env.KEY", "getpass()", "os.environ[" (what follows is a string), "Optional[str]". */
static bool is_code(const char *text, size_t bytes)
{
    size_t at = 0, dots = 0;

    while (at < bytes && (isalpha((unsigned char)text[at]) || strchr("_.", text[at])))
        dots += text[at++] == '.';
    if (at == 0 || at == bytes)
        return dots > 0;
    return (text[at] == '(' && (at + 1 == bytes || text[bytes - 1] == ')')) ||
           (text[at] == '[' && (at + 1 == bytes || text[bytes - 1] == ']'));
}

static bool stands_in(const char *text, size_t bytes)
{
    static const char *const words[] = {"your-", "your_", "my-", "my_", "example", "placeholder"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i]);
        if (bytes >= length && strncasecmp(text, words[i], length) == 0)
            return true;
    }
    return false;
}

static bool is_quoted(const char *text, size_t begin)
{
    return begin > 0 && strchr("\"'`", text[begin - 1]);
}

/* Without what ends a sentence or is marked up, as in "(password=changeme)." */
static size_t trimmed(const char *text, size_t begin, size_t end)
{
    const char *marks = memchr(text + begin, '(', end - begin) ? "*.:!?_" : "*.:!?_)";

    while (end > begin && strchr(marks, text[end - 1]))
        end--;
    return end;
}

bool mask_is_assigned_secret(const char *text, size_t begin, size_t end)
{
    char name[NAME_BYTES_MAX];

    end = is_quoted(text, begin) ? end : trimmed(text, begin, end);
    return ends_with_secret_name(name, name_before(text, begin, name)) &&
           looks_random(text + begin, end - begin) && !stands_in(text + begin, end - begin) &&
           (is_quoted(text, begin) || !is_code(text + begin, end - begin));
}

bool mask_is_told_secret(const char *text, size_t begin, size_t end)
{
    char digits[DIGITS_TAKEN_MAX], name[NAME_BYTES_MAX];
    size_t is = begin;

    while (is > 0 && strchr(" \t\r\n\"'`:", text[is - 1]))
        is--;
    end = trimmed(text, begin, end);
    return is > strlen(" is") && digits_of(text + begin, end - begin, digits) > 0 &&
           ends_with_secret_name(name, name_before(text, is - strlen(" is"), name)) &&
           looks_random(text + begin, end - begin);
}

bool mask_is_card(const char *text, size_t begin, size_t end)
{
    char digits[DIGITS_TAKEN_MAX + 1] = "";
    size_t count = digits_of(text + begin, end - begin, digits);
    int sum = 0;

    if (count < CARD_DIGITS_MIN || count > CARD_DIGITS_MAX || all_same(digits, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        int digit = digits[count - 1 - i] - '0';
        if (i % 2 == 1)
            digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
    }
    return sum % 10 == 0;
}

bool mask_is_iban(const char *text, size_t begin, size_t end)
{
    char plain[IBAN_BYTES_MAX];
    size_t count = 0;
    int remainder = 0;

    for (size_t i = begin; i < end; i++) {
        if (text[i] == ' ')
            continue;
        if (count == IBAN_BYTES_MAX)
            return false;
        plain[count++] = text[i];
    }
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)plain[(i + IBAN_HEAD) % count];
        int value = isdigit(byte) ? byte - '0' : toupper(byte) - 'A' + 10;
        remainder = (remainder * (value < 10 ? 10 : 100) + value) % 97;
    }
    return count > IBAN_HEAD && remainder == 1;
}

bool mask_is_phone(const char *text, size_t begin, size_t end)
{
    char digits[DIGITS_TAKEN_MAX + 1] = "";
    size_t count = digits_of(text + begin, end - begin, digits);

    return count >= PHONE_DIGITS_MIN && count <= PHONE_DIGITS_MAX && !all_same(digits, count);
}
