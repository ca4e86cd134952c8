/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * make_image: writes a synthetic firmware image for tests, the demo and benchmarks. A real phone
 * would accept and flash it, and would then be left without an application: keep it off real
 * phones.
 */
#include "tests/support/synthetic_image.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: make_image OUT --bytes N --seed S [--version V] [--reject] [--wrong-sector N]...\n"
    "  --bytes N         about how long, 1000 to 6000000 (default 20000)\n"
    "  --seed S          the same seed gives the same image (default 1)\n"
    "  --version V       version text in the header (default 7.5.2b)\n"
    "  --reject          with a wrong digest in the header\n"
    "  --wrong-sector N  with a wrong digest of sector N (repeatable)\n";

static int usage_error(const char *what, const char *value)
{
    fprintf(stderr, "make_image: %s%s\n%s", what, value, usage);
    return 2;
}

static bool parse_number(const char *text, unsigned long long maximum, unsigned long long *ret)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 0);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || value > maximum)
        return false;
    *ret = value;
    return true;
}

static int write_file(const char *name, const uint8_t *bytes, size_t length)
{
    FILE *file = fopen(name, "wb");
    bool written = file && fwrite(bytes, 1, length, file) == length;
    if (file && fclose(file) != 0)
        written = false;
    if (!written)
        fprintf(stderr, "make_image: %s: %s\n", name, strerror(errno));
    return written ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"bytes", required_argument, NULL, 'b'},
        {"seed", required_argument, NULL, 's'},
        {"version", required_argument, NULL, 'V'},
        {"reject", no_argument, NULL, 'r'},
        {"wrong-sector", required_argument, NULL, 'w'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    uint16_t wrong_sectors[128];
    struct synthetic_image_options options = {
        .approximate_bytes = 20000, .seed = 1, .wrong_sectors = wrong_sectors};
    unsigned long long number;
    for (int option; (option = getopt_long(argc, argv, "", long_options, NULL)) != -1;) {
        switch (option) {
        case 'b':
            if (!parse_number(optarg, SIZE_MAX, &number))
                return usage_error("--bytes takes a number, not ", optarg);
            options.approximate_bytes = (size_t)number;
            break;
        case 's':
            if (!parse_number(optarg, UINT64_MAX, &number))
                return usage_error("--seed takes a number, not ", optarg);
            options.seed = number;
            break;
        case 'V':
            options.version = optarg;
            break;
        case 'r':
            options.reject = true;
            break;
        case 'w':
            if (options.wrong_sector_count == 128 || !parse_number(optarg, 127, &number))
                return usage_error("--wrong-sector takes a sector from 0 to 127, not ", optarg);
            wrong_sectors[options.wrong_sector_count++] = (uint16_t)number;
            break;
        case 'h':
            fputs(usage, stdout);
            return 0;
        default:
            fputs(usage, stderr);
            return 2;
        }
    }
    if (argc - optind != 1)
        return usage_error("give one OUT", "");
    size_t length;
    uint8_t *image = synthetic_image_with(&options, &length);
    if (!image)
        return usage_error("no such image: --bytes out of range, --version longer than 32 bytes, "
                           "or a --wrong-sector that an image of this size does not have",
                           "");
    int status = write_file(argv[optind], image, length);
    free(image);
    return status;
}
