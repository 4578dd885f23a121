/*
 * mask_rules.h - what mask.c looks for: one row a kind of secret or of personal data.
 */
#ifndef TOCSIN_PRODUCER_MASK_RULES_H
#define TOCSIN_PRODUCER_MASK_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "producer/mask.h"

struct mask_rule {
    const char *name;
    enum mask_kind kind;
    const char *needle;  /* stands in every match, so that most texts are passed over; NULL: none */
    const char *pattern; /* PCRE2; its first group is what is hidden, else all of it */
    /* Whether text[begin..end) that would be hidden is one after all; NULL: always. */
    bool (*is_one)(const char *text, size_t begin, size_t end);
};

extern const struct mask_rule mask_rules[];
extern const size_t mask_rules_count;

/* Given to a name such as "password", "api_key" or "X-Auth-Token", and neither a word nor a number,
 * nor code that gets it elsewhere ("os.environ[") nor what stands in for it ("your-key"). */
bool mask_is_assigned_secret(const char *text, size_t begin, size_t end);

/* The same in a sentence ("the password is …"), where it has a digit. */
bool mask_is_told_secret(const char *text, size_t begin, size_t end);

/* 13 to 19 digits, spaces and hyphens aside, with Luhn's check digit (ISO/IEC 7812-1). */
bool mask_is_card(const char *text, size_t begin, size_t end);

/* Remainder 1 modulo 97 (ISO 13616), spaces aside. */
bool mask_is_iban(const char *text, size_t begin, size_t end);

/* 8 to 15 digits (E.164), not all the same. */
bool mask_is_phone(const char *text, size_t begin, size_t end);

#endif
