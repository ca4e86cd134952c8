/* SPDX-License-Identifier: BSD-2-Clause */
/* Completion from the tables: see complete.h. */
#include "cmd/options/complete.h"

#include "cmd/options/table.h"
#include "port/interfaces.h"

#include <string.h>

struct completion {
    const struct command_row *command;
    const char *current; /* what is being typed, behind "--option=" */
    int prefix_length;   /* of "--option=", which each answer starts with */
    const char *prefix;
    struct text *answers;
};

static void offer(struct completion *completion, const char *word, size_t length,
                  const char *description)
{
    size_t typed = strlen(completion->current);
    if (typed > length || memcmp(word, completion->current, typed) != 0)
        return;
    text_add(completion->answers, "%.*s%.*s\t%.*s\n", completion->prefix_length, completion->prefix,
             (int)length, word, (int)strcspn(description, "\n;"), description);
}

static void offer_commands(struct completion *completion)
{
    for (size_t i = 0; i < command_row_count; i++) {
        offer(completion, command_rows[i].name, strlen(command_rows[i].name),
              command_rows[i].purpose);
    }
}

static void offer_choices(struct completion *completion, const char *choices)
{
    for (const char *word = choices; *word;) {
        size_t length = strcspn(word, "|");
        offer(completion, word, length, "");
        word += length + (word[length] == '|');
    }
}

static void offer_interfaces(struct completion *completion)
{
    struct interface_list list;
    struct error error;
    if (!interface_list_read(&list, &error))
        return;
    for (size_t i = 0; i < list.count; i++) {
        const struct interface_info *info = &list.items[i];
        if (info->use != INTERFACE_UNUSABLE)
            offer(completion, info->name, strlen(info->name), interface_kind_name(info->kind));
    }
    interface_list_free(&list);
}

static void offer_faults(struct completion *completion)
{
    struct simulate_fault fault;
    offer(completion, "help", 4, "lists them");
    for (size_t i = 0; simulate_fault_at(i, &fault); i++)
        offer(completion, fault.name, strlen(fault.name), fault.help);
}

static void offer_values(struct completion *completion, enum option_completion kind)
{
    switch (kind) {
    case COMPLETE_NOTHING:
        break;
    case COMPLETE_FILE:
        text_add(completion->answers, ":files\n");
        break;
    case COMPLETE_CAPTURE:
        text_add(completion->answers, ":files pcap pcapng cap\n");
        break;
    case COMPLETE_IMAGE:
        text_add(completion->answers, ":files bin zip\n");
        break;
    case COMPLETE_PAGE:
        text_add(completion->answers, ":files html\n");
        break;
    case COMPLETE_INTERFACE:
        offer_interfaces(completion);
        break;
    case COMPLETE_FAULT:
        offer_faults(completion);
        break;
    case COMPLETE_COMMAND:
        offer_commands(completion);
        break;
    }
}

static void offer_value(struct completion *completion, const struct option_row *row)
{
    if (row->kind == OPTION_CHOICE)
        offer_choices(completion, row->argument);
    else
        offer_values(completion, row->completion);
}

static void offer_options(struct completion *completion)
{
    for (size_t i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!(row->commands & (unsigned)completion->command->command))
            continue;
        struct text word = TEXT_EMPTY;
        text_add(&word, "--%s", row->name);
        offer(completion, text_chars(&word), word.length, row->help);
        text_free(&word);
    }
}

/* Returns: the option whose value comes behind `word` ("--write", "-w", "-vw"), NULL if none. */
static const struct option_row *awaits_value(const struct command_row *command, const char *word)
{
    const struct option_row *row = NULL;
    if (strncmp(word, "--", 2) == 0) {
        row = option_row_find(command->command, word + 2, 0);
        return row && row->argument ? row : NULL;
    }
    for (size_t i = 1; word[0] == '-' && word[i]; i++) {
        row = option_row_find(command->command, NULL, word[i]);
        if (!row || row->argument)
            return row && !word[i + 1] ? row : NULL;
    }
    return NULL;
}

static void complete_argument(struct completion *completion, size_t count, const char *const *words)
{
    const struct option_row *awaiting = NULL;
    size_t operands = 0;
    bool is_ended = false; /* by "--" */
    for (size_t i = 1; i + 1 < count; i++) {
        bool is_option = !is_ended && words[i][0] == '-' && words[i][1];
        if (awaiting)
            awaiting = NULL;
        else if (is_option && strcmp(words[i], "--") == 0)
            is_ended = true;
        else if (is_option)
            awaiting = awaits_value(completion->command, words[i]);
        else
            operands++;
    }
    const char *equals = strchr(completion->current, '=');
    if (awaiting) {
        offer_value(completion, awaiting);
    } else if (!is_ended && equals && strncmp(completion->current, "--", 2) == 0) {
        char name[64];
        size_t length = (size_t)(equals - completion->current) - 2;
        if (length >= sizeof name)
            return;
        memcpy(name, completion->current + 2, length);
        name[length] = '\0';
        const struct option_row *row = option_row_find(completion->command->command, name, 0);
        completion->prefix = completion->current;
        completion->prefix_length = (int)length + 3;
        completion->current = equals + 1;
        if (row && row->argument)
            offer_value(completion, row);
    } else if (!is_ended && completion->current[0] == '-') {
        offer_options(completion);
    } else if (operands < completion->command->operands_maximum) {
        offer_values(completion, completion->command->operand_completion);
    }
}

void complete_words(size_t count, const char *const *words, struct text *ret)
{
    struct completion completion = {.answers = ret, .prefix = ""};
    if (count == 0)
        return;
    completion.current = words[count - 1];
    completion.command = command_row_by_name(words[0]);
    if (count == 1) {
        offer_commands(&completion);
        offer(&completion, "--help", 6, "what there is");
        offer(&completion, "--version", 9, "of the program and its libraries");
    } else if (completion.command) {
        complete_argument(&completion, count, words);
    }
}
