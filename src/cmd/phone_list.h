/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which phones a run is for, from the command line and from the list of a shelf (`recover --phones
 * FILE`: a serial number or MAC address a line, '#' starts a comment); and the results written
 * beside that as FILE.result.csv.
 */
#ifndef CMD_PHONE_LIST_H
#define CMD_PHONE_LIST_H

#include "base/error.h"
#include "base/phone_name.h"
#include "base/text.h"
#include "engine/station.h"

#include <stdbool.h>
#include <stddef.h>

#define PHONE_LIST_RESULTS_SUFFIX ".result.csv"

#define PHONE_LIST_SIZE_MAXIMUM (1024u * 1024u) /* bytes */

/* Start with zeros, end with phone_list_free. */
struct phone_list {
    struct phone_name *names; /* owned array; serials are views into `text` or the command line */
    size_t name_count;
    char *text;                   /* owned: the file's contents */
    struct phone_list_done *done; /* owned: recovered by an earlier run, to be kept */
    size_t done_count;
    struct text questions; /* lines about entries that look wrong, each with \n */
};

/* A phone that an earlier run of the same list has recovered. */
struct phone_list_done {
    char *line; /* owned: its line of the results, without \n */
};

/* Adds the phones of a file. Returns: false with ret_error (ERROR_INPUT) naming the line at fault.
 */
bool phone_list_read(const char *path, struct phone_list *list, struct error *ret_error);
/*
 * Reads LIST_PATH.result.csv, if there is one: phones that were recovered are taken off the list,
 * and their lines kept. Returns: false with ret_error (ERROR_INPUT) if it is not such a table.
 */
bool phone_list_read_results(struct phone_list *list, const char *list_path,
                             struct error *ret_error);
/*
 * `serial` outlives the list. Returns: false with ret_error (ERROR_USAGE), which says what it looks
 * like, if no phone can have it.
 */
bool phone_list_add_serial(struct phone_list *list, const char *serial, struct error *ret_error);
/* Of a phone that has shown it: not checked. */
void phone_list_add_serial_view(struct phone_list *list, const char *serial);
void phone_list_add_mac(struct phone_list *list, const struct mac_address *mac);
void phone_list_free(struct phone_list *list);

/*
 * Writes the kept lines of an earlier run and one line for each phone of the list: wanted, serial,
 * mac, product, state, attempts, verdict, into LIST_PATH.result.csv. The file appears whole or not
 * at all (written aside and renamed). Returns: false with ret_error (ERROR_ENVIRONMENT).
 */
bool phone_list_write_results(const struct phone_list *list, const char *list_path,
                              const struct station *station, const struct diagnosis *diagnosis,
                              struct error *ret_error);

#endif
