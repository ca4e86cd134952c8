/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of a shelf (`recover --phones FILE`): a serial number or MAC address a line, '#' starts
 * a comment; and the results written beside it as FILE.result.csv.
 */
#ifndef CMD_PHONE_LIST_H
#define CMD_PHONE_LIST_H

#include "cmd/options.h"

#define PHONE_LIST_SIZE_MAXIMUM (1024u * 1024u) /* bytes */

/*
 * Adds the phones of options->phones_path to the selection. Returns: false with ret_error naming
 * the line at fault.
 */
bool phone_list_read(struct options *options, struct error *ret_error);

/*
 * Writes one line for each phone of the selection: wanted, serial, mac, product, state, attempts,
 * verdict. The file appears whole or not at all (written aside and renamed).
 */
bool phone_list_write_results(const struct options *options, const struct station *station,
                              const struct diagnosis *diagnosis, struct error *ret_error);

/* For the list and the command line alike. */
bool options_add_serial(struct options *options, const char *serial, struct error *ret_error);
/* `serial` outlives the options; it is not checked. */
void options_add_serial_view(struct options *options, const char *serial);
void options_add_mac(struct options *options, const struct mac_address *mac);

#endif
