/* SPDX-License-Identifier: BSD-2-Clause */
/* Help, made from the tables: see help.h. */
#include "cmd/options/help.h"

#include "base/text.h"

#include <string.h>

#define HELP_COLUMN  28
#define LINE_COLUMNS 80

/* Words, folded before the last column; the cursor stands at `indent`, as it does on each line. */
static void print_words(const char *words, size_t indent)
{
    size_t column = indent;
    while (*words) {
        size_t length = strcspn(words, " \n");
        if (column > indent && column + 1 + length >= LINE_COLUMNS) {
            printf("\n%*s", (int)indent, "");
            column = indent;
        }
        column += (size_t)printf("%s%.*s", column > indent ? " " : "", (int)length, words);
        words += length;
        words += strspn(words, " \n");
    }
    putchar('\n');
}

static void print_row(const struct option_row *row)
{
    struct text left = TEXT_EMPTY, help = TEXT_EMPTY;
    if (row->letter)
        text_add(&left, "  -%c, --%s", row->letter, row->name);
    else
        text_add(&left, "      --%s", row->name);
    if (row->argument)
        text_add(&left, " %s", row->argument);
    text_add(&help, "%s", row->help);
    if (row->standard)
        text_add(&help, " (default %s)", row->standard);
    if (left.length >= HELP_COLUMN)
        printf("%s\n%*s", text_chars(&left), HELP_COLUMN, "");
    else
        printf("%-*s", HELP_COLUMN, text_chars(&left));
    print_words(text_chars(&help), HELP_COLUMN);
    text_free(&left);
    text_free(&help);
}

void help_print_command(enum options_command command)
{
    const struct command_row *row = command_row_of(command);
    printf("usage: %s\n\n", row->usage);
    print_words(row->description, 0);
    printf("\nOptions:\n");
    for (size_t i = 0; i < option_row_count; i++) {
        if (option_rows[i].commands & (unsigned)command)
            print_row(&option_rows[i]);
    }
    if (row->exit_status) {
        printf("\nExit status:\n");
        print_words(row->exit_status, 0);
    }
    printf("\nExamples:\n%s", row->examples);
}

void help_print_program(FILE *file)
{
    fputs("usage: spa-sos COMMAND [OPTIONS]\n"
          "\n"
          "Brings Cisco SPA30x/SPA50x phones back from S.O.S. recovery mode, and says why a\n"
          "recovery fails.\n"
          "\n",
          file);
    for (size_t i = 0; i < command_row_count; i++)
        fprintf(file, "  %-12s %s\n", command_rows[i].name, command_rows[i].purpose);
    fputs("\n"
          "A dead phone on the bench:   spa-sos recover -i eth0 SPA30x_SPA50x_7.5.2b_FW.zip\n"
          "A capture in a mail:         spa-sos diagnose capture.pcap\n"
          "Which interface is it:       spa-sos interfaces\n"
          "More about a command:        spa-sos help COMMAND\n",
          file);
}
