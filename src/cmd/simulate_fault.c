/* SPDX-License-Identifier: BSD-2-Clause */
/* Faults of the wire and of other hosts by name: see simulate_fault.h. */
#include "cmd/simulate_fault.h"

#include "phone/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REORDER_NS     (20 * NS_PER_MS) /* so much later a held back frame may come */
#define FLAP_LENGTH_NS (3 * NS_PER_S)

enum direction {
    NO_DIRECTION,
    IN = 1,  /* to the phone */
    OUT = 2, /* from the phone */
    BOTH = IN | OUT,
};

/* What a row's value does to one direction of the cable, or to the setup. */
typedef void apply_to_wire(struct segment_faults *faults, double value);
typedef void apply_to_setup(struct simulate_setup *setup, double value);

struct fault_row {
    struct simulate_fault fault;
    double standard, maximum; /* of the value; a given one is above 0 */
    enum direction direction;
    apply_to_wire *to_wire;
    apply_to_setup *to_setup;
};

static void lose(struct segment_faults *faults, double percent)
{
    faults->loss = percent / 100;
}

static void duplicate(struct segment_faults *faults, double percent)
{
    faults->duplication = percent / 100;
}

static void reorder(struct segment_faults *faults, double percent)
{
    faults->reordering = percent / 100;
    faults->reorder_ns = REORDER_NS;
}

static void corrupt(struct segment_faults *faults, double percent)
{
    faults->corruption = percent / 100;
}

static void delay(struct segment_faults *faults, double milliseconds)
{
    faults->delay_ns = (duration_ns)(milliseconds * (double)NS_PER_MS);
}

static void flap(struct simulate_setup *setup, double seconds)
{
    setup->cable.flap_interval_ns = (duration_ns)(seconds * (double)NS_PER_S);
    setup->cable.flap_length_ns = FLAP_LENGTH_NS;
}

static void add_twin(struct simulate_setup *setup, double value)
{
    (void)value;
    setup->has_twin = true;
}

static void add_dhcp_server(struct simulate_setup *setup, double value)
{
    (void)value;
    setup->host.dhcp = SERVER_GOOD;
}

static void add_dead_gateway(struct simulate_setup *setup, double value)
{
    (void)value;
    setup->host.dhcp = SERVER_DEAD_GATEWAY;
}

static void leave_out_router(struct simulate_setup *setup, double value)
{
    (void)value;
    setup->host.dhcp = SERVER_NO_ROUTER;
}

static void leave_out_mask(struct simulate_setup *setup, double value)
{
    (void)value;
    setup->host.dhcp = SERVER_NO_MASK;
}

static void refuse_files(struct simulate_setup *setup, double value)
{
    setup->host.tftp = TFTP_SERVER_REFUSES;
    setup->host.tftp_requests = (unsigned)value;
}

static void send_other_file(struct simulate_setup *setup, double value)
{
    setup->host.tftp = TFTP_SERVER_OTHER_FILE;
    setup->host.tftp_requests = (unsigned)value;
}

static void ask_for_phones(struct simulate_setup *setup, double value)
{
    (void)value;
    setup->host.asks_for_phones = true;
}

/* A fault of the wire by three names: in both directions, to the phone, from the phone. */
#define WIRE_FAULT(name, parameter, what, standard, maximum, apply)                                \
    {{name, parameter, what}, standard, maximum, BOTH, apply, NULL},                               \
        {{name "-in", parameter, what ", to the phone only"}, standard, maximum, IN, apply, NULL}, \
    {                                                                                              \
        {name "-out", parameter, what ", from the phone only"}, standard, maximum, OUT, apply,     \
            NULL                                                                                   \
    }
#define OTHER_FAULT(name, what, apply)                                                             \
    {                                                                                              \
        {name, NULL, what}, 0, 0, NO_DIRECTION, NULL, (apply)                                      \
    }

static const struct fault_row rows[] = {
    WIRE_FAULT("loss", "PERCENT", "its cable loses frames (5 %)", 5, 100, lose),
    WIRE_FAULT("duplicate", "PERCENT", "its cable delivers frames twice (5 %)", 5, 100, duplicate),
    WIRE_FAULT("reorder", "PERCENT", "frames are held back up to 20 ms, others overtake (5 %)", 5,
               100, reorder),
    WIRE_FAULT("corrupt", "PERCENT", "one bit of a frame is wrong (1 %)", 1, 100, corrupt),
    WIRE_FAULT("delay", "MS", "every frame takes so many milliseconds longer (20)", 20, 60000,
               delay),
    {{"link-flaps", "SECONDS", "its cable is dead for 3 s, every so many seconds (10)"},
     10,
     86400,
     NO_DIRECTION,
     NULL,
     flap},
    OTHER_FAULT("twin", "one phone more, with another serial number and the same MAC address",
                add_twin),
    OTHER_FAULT("second-dhcp-server", "another DHCP server, 192.168.1.1, that answers at once",
                add_dhcp_server),
    OTHER_FAULT("dead-gateway", "another DHCP server, whose leases name a router that nobody is",
                add_dead_gateway),
    OTHER_FAULT("lease-without-router", "another DHCP server, whose leases name no router",
                leave_out_router),
    OTHER_FAULT("lease-without-mask", "another DHCP server, whose leases have no subnet mask",
                leave_out_mask),
    {{"foreign-tftp-server", "N", "another TFTP server, which refuses the first N files (all)"},
     0,
     65535,
     NO_DIRECTION,
     NULL,
     refuse_files},
    {{"foreign-tftp-data", "N", "another TFTP server, which sends another file N times (always)"},
     0,
     65535,
     NO_DIRECTION,
     NULL,
     send_other_file},
    OTHER_FAULT("rival-program", "another program asks for phones every 2 s", ask_for_phones),
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static bool take_value(const struct fault_row *row, const char *text, double *ret)
{
    char *end;
    if (!row->fault.parameter || text[0] < '0' || text[0] > '9')
        return false;
    double value = strtod(text, &end);
    if (*end != '\0' || !(value > 0) || value > row->maximum)
        return false;
    if (strcmp(row->fault.parameter, "N") == 0 && value != (unsigned)value)
        return false;
    *ret = value;
    return true;
}

static void apply(const struct fault_row *row, struct simulate_setup *setup, double value)
{
    if (row->to_setup)
        row->to_setup(setup, value);
    if (row->direction & IN)
        row->to_wire(&setup->cable.from_switch, value);
    if (row->direction & OUT)
        row->to_wire(&setup->cable.to_switch, value);
}

static bool has_name(const char *text, const char *name)
{
    size_t length = strcspn(text, "=");
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

static void say_value(char ret[static SIMULATE_EXPECTED_SIZE], const char *name,
                      const char *parameter, double maximum)
{
    if (!parameter)
        snprintf(ret, SIMULATE_EXPECTED_SIZE, "%s, which takes no value", name);
    else if (maximum > 0)
        snprintf(ret, SIMULATE_EXPECTED_SIZE, "%s=%s with a number above 0 to %.0f", name,
                 parameter, maximum);
    else
        snprintf(ret, SIMULATE_EXPECTED_SIZE, "%s=%s with a number above 0", name, parameter);
}

bool simulate_fault_by_name(const char *text, struct simulate_setup *setup,
                            char ret_expected[static SIMULATE_EXPECTED_SIZE])
{
    const char *equals = strchr(text, '=');
    snprintf(ret_expected, SIMULATE_EXPECTED_SIZE, "one that --fault help lists");
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct fault_row *row = &rows[i];
        if (!has_name(text, row->fault.name))
            continue;
        double value = row->standard;
        if (equals && !take_value(row, equals + 1, &value)) {
            say_value(ret_expected, row->fault.name, row->fault.parameter, row->maximum);
            return false;
        }
        apply(row, setup, value);
        return true;
    }
    if (phone_fault_by_name(text, &setup->phone))
        return true;
    const struct phone_fault *fault;
    for (size_t i = 0; (fault = phone_fault_at(i)) != NULL; i++) {
        if (has_name(text, fault->name))
            say_value(ret_expected, fault->name, fault->parameter, 0);
    }
    return false;
}

bool simulate_fault_at(size_t index, struct simulate_fault *ret)
{
    if (index < ROW_COUNT) {
        *ret = rows[index].fault;
        return true;
    }
    const struct phone_fault *fault = phone_fault_at(index - ROW_COUNT);
    if (!fault)
        return false;
    *ret = (struct simulate_fault){fault->name, fault->parameter, fault->help};
    return true;
}
