/* SPDX-License-Identifier: BSD-2-Clause */
/* Known formats that are no capture files of libpcap: see foreign_format.h. */
#include "port/foreign_format.h"

#include "base/web_page.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define EDITCAP "; convert it: editcap -F pcap FILE out.pcap"

#define ARCHIVE "; take the capture out of it first: "

static const struct {
    const char *magic;
    size_t length;
    const char *advice;
} magics[] = {
    {"snoop\0\0\0", 8, "a Solaris snoop file" EDITCAP},
    {"GMBU", 4, "a Microsoft Network Monitor 2 file" EDITCAP},
    {"RTSS", 4, "a Microsoft Network Monitor 1 file" EDITCAP},
    {"TRSNIFF data", 12, "a Sniffer file" EDITCAP},
    {"XCP\0", 4, "a NetXRay or Sniffer file" EDITCAP},
    {"iptrace ", 8, "an AIX iptrace file" EDITCAP},
    {"\x54\x52\x00\x64", 4, "an HP-UX nettl file" EDITCAP},
    {"btsnoop\0", 8, "a Bluetooth capture; capture on the Ethernet interface instead"},
    {"\x7fver", 4, "a Savvius/WildPackets Peek file" EDITCAP},
    {"\xaa\xaa\xaa\xaa", 4, "a Visual Networks file" EDITCAP},
    {"5VIEW", 5, "a 5View file" EDITCAP},
    {"version https://git-lfs", 23,
     "a git-lfs pointer, not the file itself; fetch the file: git lfs pull (on a web page: the "
     "button for the raw file)"},
    {"PK\x03\x04", 4, "a zip archive" ARCHIVE "unzip FILE"},
    {"7z\xbc\xaf\x27\x1c", 6, "a 7z archive" ARCHIVE "7z x FILE"},
    {"Rar!", 4, "a rar archive" ARCHIVE "unrar x FILE"},
    {"%PDF", 4, "a PDF document; the capture file itself is needed"},
    {"\x89PNG", 4, "a picture; the capture file itself is needed"},
    {"\xff\xd8\xff", 3, "a picture; the capture file itself is needed"},
};

/* Formats without a mark of their own. */
static const struct {
    const char *suffix;
    const char *advice;
} suffixes[] = {
    {".etl", "a Windows event trace (etl); convert it: pktmon etl2pcap FILE (for a trace of netsh: "
             "etl2pcapng FILE out.pcapng)"},
    {".erf", "an Endace ERF file" EDITCAP},
    {".tar", "a tar archive" ARCHIVE "tar -xf FILE"},
};

static const char web_page[] =
    "a web page (HTML) saved under the name of a capture; download the file itself (a login may be "
    "needed first, or the button for the raw file)";

/* Skips blanks. */
static const char *skip_blank(const char *text, const char *end)
{
    while (text < end && isspace((unsigned char)*text))
        text++;
    return text;
}

static bool begins_with(const char *text, const char *end, const char *word)
{
    size_t length = strlen(word);
    return (size_t)(end - text) >= length && strncasecmp(text, word, length) == 0;
}

static bool is_text(const uint8_t *head, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (head[i] < 0x20 && !isspace(head[i]))
            return false;
    return length > 0;
}

/* A line of a hex dump: an offset, then bytes in groups of two or four digits. */
static bool is_hex_line(const char *line, const char *end)
{
    line = skip_blank(line, end);
    if (begins_with(line, end, "0x"))
        line += 2;
    const char *digit = line;
    while (digit < end && isxdigit((unsigned char)*digit))
        digit++;
    if (digit - line < 4 || digit - line > 8)
        return false;
    while (digit < end && (*digit == ':' || *digit == ' ' || *digit == '\t'))
        digit++;
    unsigned groups = 0;
    while (groups < 4) {
        const char *start = digit;
        while (digit < end && isxdigit((unsigned char)*digit))
            digit++;
        if (digit - start != 2 && digit - start != 4)
            return false;
        groups++;
        while (digit < end && *digit == ' ')
            digit++;
    }
    return true;
}

static const char *text_advice(const char *text, const char *end)
{
    for (const char *line = text; line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        if (is_hex_line(line, next ? next : end))
            return "a hex dump as text; convert it: text2pcap FILE out.pcap (better: capture with "
                   "tcpdump -w out.pcap)";
        if (!next)
            break;
        line = next + 1;
    }
    if (memmem(text, (size_t)(end - text), " IP ", 4) ||
        memmem(text, (size_t)(end - text), " ARP, ", 6))
        return "the printed lines of a capture, which do not hold the frames; capture with "
               "tcpdump -w FILE";
    return NULL;
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t length = strlen(name), suffix_length = strlen(suffix);
    return length >= suffix_length && strcasecmp(name + length - suffix_length, suffix) == 0;
}

const char *foreign_format_advice(const uint8_t *head, size_t length, const char *name)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (length >= magics[i].length && memcmp(head, magics[i].magic, magics[i].length) == 0)
            return magics[i].advice;
    const char *text = (const char *)head;
    if (web_page_begins(head, length))
        return web_page;
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        if (ends_with(name, suffixes[i].suffix))
            return suffixes[i].advice;
    return is_text(head, length) ? text_advice(text, text + length) : NULL;
}
