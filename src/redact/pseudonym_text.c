/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replacements inside texts: see pseudonym.h. A word is a run of letters, digits and non-ASCII
 * bytes; whatever is not known to be harmless is replaced.
 */
#include "redact/pseudonym.h"

#include "redact/pseudonym_table.h"
#include "wire/recm.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DRAWS_MAXIMUM   256
#define WORD_MAXIMUM    (PSEUDONYM_KEY_SIZE - 1)
#define MAC_HEX_DIGITS  12
#define MAC_DOTTED_SIZE 14 /* 0024.14a1.b2c3 */

/* Words that say nothing about anybody, in lower case. */
static const char harmless_words[] =
    /* the recovery loader's constants */
    " tnetv1050sdb ti dhcp 5x51 88014fa00024 ffffffffffff recm"
    /* makers, models and kinds of file */
    " cisco linksys ip phone switch router ios software version 30x 50x 51x firmware fw recovery"
    " upgrade bin exe zip img rom"
    /* HTTP, TFTP */
    " http https tftp get head host user agent connection close octet netascii mail blksize tsize"
    " timeout"
    /* error messages of TFTP servers */
    " access allocation already available bad cannot could defined denied directory disk error"
    " exceeded exists failed file found full id illegal invalid is name no not of only open"
    " operation or permission read request server space such support supported system the to"
    " transfer undefined unknown unsupported violation write ";

static bool is_word_byte(uint8_t byte)
{
    return isalnum(byte) || byte >= 0x80;
}

static bool is_harmless_word(const char *word)
{
    char delimited[WORD_MAXIMUM + 3];
    snprintf(delimited, sizeof(delimited), " %s ", word);
    return strstr(harmless_words, delimited) != NULL;
}

/* A part of a version number: one or two digits, perhaps a letter or "rec" behind them. */
static bool is_version_part(const char *word)
{
    size_t digits = strspn(word, "0123456789");
    const char *rest = word + digits;
    return digits >= 1 && digits <= 2 &&
           (!*rest || (isalpha((unsigned char)*rest) && !rest[1]) || strcmp(rest, "rec") == 0);
}

/* spa504g, spa525g2, spa50x; "spa" alone. */
static bool is_model_name(const char *word)
{
    if (strncmp(word, "spa", 3) != 0)
        return false;
    size_t digits = strspn(word + 3, "0123456789");
    const char *rest = word + 3 + digits;
    return digits <= 3 && strlen(rest) <= 2 && strspn(rest, "gx2") == strlen(rest);
}

/* Puts the case of the original upon a replacement. */
static void write_word(uint8_t *original, const char *replacement, size_t length)
{
    for (size_t i = 0; i < length; i++)
        original[i] = (uint8_t)(isupper(original[i]) ? toupper((unsigned char)replacement[i])
                                                     : replacement[i]);
}

static char draw_like(struct pseudonyms *pseudonyms, char original, bool is_hex)
{
    if (isdigit((unsigned char)original))
        return (char)('0' + random_below(&pseudonyms->random, 10));
    return (char)('a' + random_below(&pseudonyms->random, is_hex ? 6 : 26));
}

static void draw_word(struct pseudonyms *pseudonyms, const char *word, size_t length, char *ret)
{
    bool is_hex = strspn(word, "0123456789abcdef") == length;
    /* A serial number must not turn into what looks like a MAC address, or the other way round. */
    enum serial_form form = recm_serial_form(word);
    for (unsigned draws = 0; draws < DRAWS_MAXIMUM; draws++) {
        for (size_t i = 0; i < length; i++)
            ret[i] = draw_like(pseudonyms, word[i], is_hex);
        ret[length] = '\0';
        if (pseudonym_is_free(pseudonyms, PSEUDONYM_WORD, ret, length) && strcmp(ret, word) != 0 &&
            !is_harmless_word(ret) && recm_serial_form(ret) == form)
            return;
    }
}

/* Returns: the MAC address that the word ends with, and by that is made of (SEP002414A1B2C3). */
static bool ends_in_mac(const struct pseudonyms *pseudonyms, const char *word, size_t length,
                        struct mac_address *ret)
{
    if (length < MAC_HEX_DIGITS || !mac_parse(word + length - MAC_HEX_DIGITS, ret))
        return false;
    return pseudonym_is_learned(pseudonyms, PSEUDONYM_MAC, ret->octet, sizeof(ret->octet)) ||
           recm_serial_form(word + length - MAC_HEX_DIGITS) == SERIAL_MAC;
}

/* Writes the digits of `mac` over the letters and digits of `chars`, in its case. */
static void write_mac(uint8_t *chars, size_t length, const struct mac_address *mac)
{
    const char *digits = "0123456789ABCDEF";
    for (size_t i = 0; i < length; i++) {
        if (islower(chars[i]))
            digits = "0123456789abcdef";
    }
    for (size_t i = 0, digit = 0; i < length && digit < MAC_HEX_DIGITS; i++) {
        if (!isalnum(chars[i]))
            continue;
        unsigned octet = mac->octet[digit / 2];
        chars[i] = (uint8_t)digits[digit % 2 == 0 ? octet >> 4 : octet & 15];
        digit++;
    }
}

static void replace_word(struct pseudonyms *pseudonyms, uint8_t *chars, size_t length)
{
    char word[WORD_MAXIMUM + 1], drawn[WORD_MAXIMUM + 1];
    struct mac_address mac;
    if (length > WORD_MAXIMUM) {
        memset(chars, 'x', length);
        return;
    }
    for (size_t i = 0; i < length; i++)
        word[i] = (char)(chars[i] >= 0x80 ? 'x' : tolower(chars[i]));
    word[length] = '\0';
    if (is_harmless_word(word) || is_version_part(word) || is_model_name(word) || length == 1)
        return;
    if (ends_in_mac(pseudonyms, word, length, &mac)) {
        mac = pseudonym_mac(pseudonyms, &mac);
        write_mac(chars + length - MAC_HEX_DIGITS, MAC_HEX_DIGITS, &mac);
        if (length - MAC_HEX_DIGITS > strlen("SEP"))
            replace_word(pseudonyms, chars, length - MAC_HEX_DIGITS);
        return;
    }
    const uint8_t *known = pseudonym_find(pseudonyms, PSEUDONYM_WORD, word, length);
    if (known) {
        memcpy(drawn, known, length);
    } else {
        draw_word(pseudonyms, word, length, drawn);
        pseudonym_store(pseudonyms, PSEUDONYM_WORD, word, drawn, length);
    }
    write_word(chars, drawn, length);
}

/* An address with separators at the start of `chars`. Returns: its length, 0 if there is none. */
static size_t replace_separated_mac(struct pseudonyms *pseudonyms, uint8_t *chars, size_t length)
{
    static const size_t forms[] = {MAC_TEXT_SIZE - 1, MAC_DOTTED_SIZE};
    for (size_t form = 0; form < sizeof(forms) / sizeof(forms[0]); form++) {
        char text[MAC_TEXT_SIZE];
        size_t size = forms[form];
        struct mac_address mac;
        if (length < size || (length > size && is_word_byte(chars[size])))
            continue;
        memcpy(text, chars, size);
        text[size] = '\0';
        if (!mac_parse(text, &mac))
            continue;
        mac = pseudonym_mac(pseudonyms, &mac);
        write_mac(chars, size, &mac);
        return size;
    }
    return 0;
}

/*
 * A dotted quad at the start of `chars`. The replacement has to fit: with zeros in front where it
 * is shorter, with zeros only where it is longer. Returns: as above.
 */
static size_t replace_ip(struct pseudonyms *pseudonyms, uint8_t *chars, size_t length)
{
    char text[IPV4_TEXT_SIZE];
    size_t size = 0;
    uint32_t ip;
    while (size < length && size < sizeof(text) - 1 && (isdigit(chars[size]) || chars[size] == '.'))
        size++;
    while (size > 0 && chars[size - 1] == '.')
        size--; /* the end of a sentence */
    memcpy(text, chars, size);
    text[size] = '\0';
    if (!ipv4_parse(text, &ip) || (size < length && is_word_byte(chars[size])))
        return 0;
    struct ipv4_text replacement = ipv4_format(pseudonym_ip(pseudonyms, ip));
    size_t digits = strlen(replacement.text);
    if (digits > size) {
        for (size_t i = 0; i < size; i++)
            chars[i] = chars[i] == '.' ? '.' : '0';
    } else {
        memset(chars, '0', size - digits);
        memcpy(chars + size - digits, replacement.text, digits);
    }
    return size;
}

void pseudonym_text(struct pseudonyms *pseudonyms, uint8_t *chars, size_t length)
{
    size_t at = 0;
    while (at < length) {
        if (!is_word_byte(chars[at])) {
            at++;
            continue;
        }
        size_t used = replace_separated_mac(pseudonyms, chars + at, length - at);
        if (used == 0)
            used = replace_ip(pseudonyms, chars + at, length - at);
        if (used == 0) {
            while (at + used < length && is_word_byte(chars[at + used]))
                used++;
            replace_word(pseudonyms, chars + at, used);
        }
        at += used;
    }
}
