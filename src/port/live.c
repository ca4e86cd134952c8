/* SPDX-License-Identifier: BSD-2-Clause */
/* An interface as a port: see live.h. */
#include "port/live.h"

#include "config.h"

#include "port/carrier.h"
#include "port/live_filter.h"
#include "port/spin.h"
#include "wire/ethernet.h"

#include <errno.h>
#include <libnet.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SNAPSHOT_BYTES      1900 /* with the kernel's header two of them fit into a page */
#define KERNEL_BUFFER_BYTES (2 * 1024 * 1024)
#define CALLS_PER_LOOK      256
#define PATH_TEXT_SIZE      512
#define FAILURES_MAXIMUM    10 /* of reading, one after the other */

enum { POLL_FRAMES, POLL_CARRIER, POLL_INTERRUPT, POLL_COUNT };

struct live {
    struct port port;
    char name[INTERFACE_NAME_SIZE];
    pcap_t *pcap;
    libnet_t *libnet;           /* NULL: listen only */
    struct sockaddr_ll address; /* the interface by its index: a name may change hands */
    struct carrier *carrier;
    enum carrier_state carrier_state; /* as told last */
    bool is_gentle;
    int interrupt_descriptor;
    struct pollfd polled[POLL_COUNT];

    instant_ns start_ns; /* time of day minus steady clock when the port was opened */
    instant_ns last_ns;  /* latest time given to the caller */
    unsigned calls;      /* of live_next */
    unsigned failures_in_a_row;
    bool is_pending; /* `pending` was read and not yet returned */
    bool is_drained; /* nothing is there to be read, as far as is known */
    struct captured_frame pending;
    struct spin spin;
    uint8_t last_source[6]; /* MAC address of the last frame sent */
    struct port_counters counters;
};

static struct live *live_of(struct port *port)
{
    return (struct live *)port; /* the port is the first member */
}

static instant_ns clock_ns(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (instant_ns)time.tv_sec * NS_PER_S + time.tv_nsec;
}

static instant_ns live_now(struct port *port)
{
    struct live *live = live_of(port);
    instant_ns now_ns = live->start_ns + clock_ns(CLOCK_MONOTONIC);
    if (now_ns > live->last_ns)
        live->last_ns = now_ns;
    return live->last_ns;
}

/*
 * The kernel stamps frames with the time of day, which may have been set since the port was opened:
 * takes the stamp as an age and counts back from now.
 */
static instant_ns frame_time(struct live *live, const struct timeval *stamp)
{
    instant_ns stamp_ns = (instant_ns)stamp->tv_sec * NS_PER_S + stamp->tv_usec;
    instant_ns steady_ns = clock_ns(CLOCK_MONOTONIC);
    instant_ns offset_ns = clock_ns(CLOCK_REALTIME) - steady_ns;
    instant_ns time_ns = stamp_ns - offset_ns + live->start_ns;
    instant_ns now_ns = live->start_ns + steady_ns;
    return time_ns > now_ns ? now_ns : time_ns;
}

static bool say_removed(const struct live *live, struct error *ret_error)
{
    return error_set(
        ret_error, ERROR_ENVIRONMENT,
        "%s: the interface is gone (the adapter was pulled out, or the interface removed). "
        "Plug it in again and start again; spa-sos interfaces lists what there is",
        live->name);
}

/* Makes `pending` the next frame if there is one. Returns: false with ret_error on failure. */
static bool read_ahead(struct live *live, struct error *ret_error)
{
    struct pcap_pkthdr *header;
    const uint8_t *bytes;
    int status = pcap_next_ex(live->pcap, &header, &bytes);
    if (status < 0 && carrier_ask(live->carrier) == CARRIER_REMOVED)
        return say_removed(live, ret_error);
    /* libpcap looks for the interface by name, and calls one gone that was renamed. */
    if (status < 0 && ++live->failures_in_a_row > FAILURES_MAXIMUM)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: receiving failed: %s", live->name,
                         pcap_geterr(live->pcap));
    live->is_drained = status <= 0;
    if (status < 0)
        return true;
    live->failures_in_a_row = 0;
    if (status == 0)
        return true;
    live->is_pending = true;
    live->pending = (struct captured_frame){.time_ns = frame_time(live, &header->ts),
                                            .bytes = bytes,
                                            .captured = header->caplen,
                                            .length = header->len};
    return true;
}

static void return_pending(struct live *live, struct captured_frame *ret)
{
    live->is_pending = false;
    *ret = live->pending;
    ret->number = ++live->counters.frames_in;
    if (ret->time_ns < live->last_ns)
        ret->time_ns = live->last_ns;
    live->last_ns = ret->time_ns;
}

/* Returns: PORT_CARRIER_..., PORT_FAILED, or PORT_DEADLINE if nothing has changed. */
static enum port_event take_carrier(struct live *live, struct error *ret_error)
{
    enum carrier_state state = carrier_read(live->carrier);
    if (state == CARRIER_REMOVED) {
        say_removed(live, ret_error);
        return PORT_FAILED;
    }
    if (state == CARRIER_UNKNOWN || state == live->carrier_state)
        return PORT_DEADLINE;
    live->carrier_state = state;
    return state == CARRIER_PRESENT    ? PORT_CARRIER_UP
           : state == CARRIER_DISABLED ? PORT_DISABLED
                                       : PORT_CARRIER_DOWN;
}

/*
 * Waits until something happens, at most for `timeout_ns` (INSTANT_NEVER: without limit). Returns:
 * PORT_DEADLINE if there may be a frame or the time is over.
 */
static enum port_event wait_for_anything(struct live *live, duration_ns timeout_ns,
                                         struct error *ret_error)
{
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / NS_PER_S),
                               .tv_nsec = (long)(timeout_ns % NS_PER_S)};
    int ready =
        ppoll(live->polled, POLL_COUNT, timeout_ns == INSTANT_NEVER ? NULL : &timeout, NULL);
    if (ready < 0 && errno != EINTR) {
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: waiting failed: %s", live->name,
                  strerror(errno));
        return PORT_FAILED;
    }
    if (ready <= 0)
        return PORT_DEADLINE;
    live->is_drained = false;
    if (live->polled[POLL_INTERRUPT].revents)
        return PORT_INTERRUPTED;
    if (live->polled[POLL_CARRIER].revents)
        return take_carrier(live, ret_error);
    return PORT_DEADLINE;
}

static bool is_own_frame(const struct live *live, const struct captured_frame *frame)
{
    return frame->captured >= 12 &&
           memcmp(frame->bytes + 6, live->last_source, sizeof live->last_source) == 0;
}

/*
 * A frame of our own has come back, and after it there is as a rule nothing to read: asking would
 * be one more call to the kernel before the one that waits (and that sees what is there at once).
 */
static void note_direction(struct live *live)
{
    if (is_own_frame(live, &live->pending))
        live->is_drained = true;
    else
        spin_received(&live->spin, live->pending.time_ns);
}

static enum port_event live_next(struct port *port, instant_ns deadline_ns,
                                 struct captured_frame *ret, struct error *ret_error)
{
    struct live *live = live_of(port);
    /* Under a flood of frames nobody sleeps, and signals and cables would go unnoticed. */
    if (++live->calls % CALLS_PER_LOOK == 0) {
        enum port_event event = wait_for_anything(live, 0, ret_error);
        if (event != PORT_DEADLINE)
            return event;
    }
    for (;;) {
        if (!live->is_pending && !live->is_drained) {
            if (!read_ahead(live, ret_error))
                return PORT_FAILED;
            if (live->is_pending)
                note_direction(live);
        }
        if (live->is_pending) {
            if (live->pending.time_ns > deadline_ns)
                return PORT_DEADLINE;
            return_pending(live, ret);
            return PORT_FRAME;
        }
        instant_ns now_ns = live_now(port);
        if (now_ns < deadline_ns && spin_is_awake(&live->spin, now_ns)) {
            if (spin_should_yield(&live->spin, now_ns))
                sched_yield();
            live->is_drained = false;
            continue;
        }
        duration_ns timeout_ns = deadline_ns == INSTANT_NEVER ? INSTANT_NEVER
                                 : deadline_ns > now_ns       ? deadline_ns - now_ns
                                                              : 0;
        enum port_event event = wait_for_anything(live, timeout_ns, ret_error);
        if (event != PORT_DEADLINE)
            return event;
        if (live->is_drained && live_now(port) >= deadline_ns)
            return PORT_DEADLINE;
    }
}

/* Returns: true for what a cable also does to a frame now and then: lose it. */
static bool is_passing(int error_number)
{
    return error_number == ENETDOWN || error_number == ENOBUFS || error_number == EAGAIN ||
           error_number == EINTR;
}

static bool live_send(struct port *port, const uint8_t *bytes, size_t length,
                      struct error *ret_error)
{
    struct live *live = live_of(port);
    if (!live->libnet)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: opened for listening only", live->name);
    if (length < ETHERNET_HEADER_LENGTH)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: a frame of %zu bytes cannot be sent",
                         live->name, length);
    errno = 0;
    memcpy(&live->address.sll_protocol, bytes + ETHERNET_HEADER_LENGTH - 2, 2);
    if (sendto(libnet_getfd(live->libnet), bytes, length, MSG_DONTWAIT,
               (const struct sockaddr *)&live->address, sizeof live->address) != (ssize_t)length) {
        int saved = errno;
        if (!is_passing(saved) && carrier_ask(live->carrier) == CARRIER_REMOVED)
            return say_removed(live, ret_error);
        if (!is_passing(saved))
            return error_set(ret_error, ERROR_ENVIRONMENT, "%s: sending failed: %s", live->name,
                             strerror(saved));
        live->counters.frames_unsent++;
        return true;
    }
    live->counters.frames_out++;
    memcpy(live->last_source, bytes + 6, sizeof live->last_source);
    if (!live->is_gentle)
        spin_sent(&live->spin, live_now(port));
    return true;
}

static void live_counters(struct port *port, struct port_counters *ret)
{
    struct live *live = live_of(port);
    struct pcap_stat statistics;
    if (pcap_stats(live->pcap, &statistics) == 0) {
        live->counters.kernel_drops = statistics.ps_drop;
        live->counters.interface_drops = statistics.ps_ifdrop;
    }
    *ret = live->counters;
}

static void live_close(struct port *port)
{
    struct live *live = live_of(port);
    if (live->libnet)
        libnet_destroy(live->libnet);
    if (live->pcap)
        pcap_close(live->pcap);
    carrier_close(live->carrier);
    free(live);
}

static const struct port_operations live_operations = {
    .next = live_next,
    .send = live_send,
    .now = live_now,
    .counters = live_counters,
    .close = live_close,
};

static bool no_permission(const char *interface, struct error *ret_error)
{
#ifdef SENDER_GROUP
    return error_set(ret_error, ERROR_ENVIRONMENT,
                     "%s: no permission to send and receive frames; run this program with sudo, or "
                     "join its group once, valid from the next login: sudo adduser $USER %s",
                     interface, SENDER_GROUP);
#else
    char program[PATH_TEXT_SIZE];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0)
        length = snprintf(program, sizeof program, "spa-sos");
    program[length] = '\0';
    return error_set(ret_error, ERROR_ENVIRONMENT,
                     "%s: no permission to send and receive frames; run this program with sudo, or "
                     "grant it once: sudo setcap cap_net_raw+ep %s",
                     interface, program);
#endif
}

bool port_live_check_permission(const char *interface, struct error *ret_error)
{
    /* It takes the same right as a packet socket, whose end waits 10 ms for the kernel's readers.
     */
    int descriptor = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    if (descriptor < 0 && (errno == EPERM || errno == EACCES))
        return no_permission(interface, ret_error);
    if (descriptor >= 0)
        close(descriptor);
    return true;
}

/* libpcap opens by name, and a name can have gone to another interface meanwhile. */
static bool is_bound_to(int descriptor, int index)
{
    struct sockaddr_ll bound = {0};
    socklen_t length = sizeof bound;
    return getsockname(descriptor, (struct sockaddr *)&bound, &length) == 0 &&
           bound.sll_ifindex == index;
}

static bool open_capture(struct live *live, struct error *ret_error)
{
    char reason[PCAP_ERRBUF_SIZE];
    live->pcap = pcap_create(live->name, reason);
    if (!live->pcap)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: cannot be opened: %s", live->name,
                         reason);
    pcap_set_snaplen(live->pcap, SNAPSHOT_BYTES);
    pcap_set_promisc(live->pcap, 1);
    pcap_set_immediate_mode(live->pcap, 1);
    pcap_set_buffer_size(live->pcap, KERNEL_BUFFER_BYTES);
    pcap_set_tstamp_precision(live->pcap, PCAP_TSTAMP_PRECISION_NANO);
    int status = pcap_activate(live->pcap);
    if (status == PCAP_ERROR_PERM_DENIED || status == PCAP_ERROR_PROMISC_PERM_DENIED)
        return no_permission(live->name, ret_error);
    if (status == PCAP_ERROR_IFACE_NOT_UP)
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "%s is switched off. Switch it on: sudo ip link set %s up", live->name,
                         live->name);
    if (status < 0)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: cannot be opened: %s (%s)", live->name,
                         pcap_statustostr(status), pcap_geterr(live->pcap));
    if (!is_bound_to(pcap_fileno(live->pcap), live->address.sll_ifindex))
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "%s: was renamed while it was opened; start again with its new name",
                         live->name);
    if (pcap_get_tstamp_precision(live->pcap) != PCAP_TSTAMP_PRECISION_NANO ||
        pcap_datalink(live->pcap) != DLT_EN10MB)
        return error_set(ret_error, ERROR_ENVIRONMENT,
                         "%s: cannot be opened: no Ethernet frames with nanosecond times",
                         live->name);
    if (pcap_setnonblock(live->pcap, 1, reason) != 0)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: cannot be opened: %s", live->name,
                         reason);
    return true;
}

static bool set_filter(struct live *live, uint32_t address, struct error *ret_error)
{
    char text[LIVE_FILTER_SIZE];
    struct bpf_program filter;
    live_filter_write(address, text);
    if (pcap_compile(live->pcap, &filter, text, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: no filter: %s", live->name,
                         pcap_geterr(live->pcap));
    int status = pcap_setfilter(live->pcap, &filter);
    pcap_freecode(&filter);
    if (status != 0)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: no filter: %s", live->name,
                         pcap_geterr(live->pcap));
    return true;
}

static bool open_injection(struct live *live, struct error *ret_error)
{
    char reason[LIBNET_ERRBUF_SIZE];
    live->libnet = libnet_init(LIBNET_LINK_ADV, live->name, reason);
    if (!live->libnet)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: cannot send: %s", live->name, reason);
    /* libnet's socket receives every frame of the host and nobody reads it: let nothing in. */
    struct sock_filter drop_all = BPF_STMT(BPF_RET | BPF_K, 0);
    const struct sock_fprog program = {.len = 1, .filter = &drop_all};
    if (setsockopt(libnet_getfd(live->libnet), SOL_SOCKET, SO_ATTACH_FILTER, &program,
                   sizeof program) != 0)
        return error_set(ret_error, ERROR_ENVIRONMENT, "%s: cannot send: %s", live->name,
                         strerror(errno));
    return true;
}

struct port *port_live_open(const struct port_live_config *config, struct error *ret_error)
{
    struct interface_info interface;
    if (config->index > 0 ? !interface_find_number(config->index, &interface, ret_error)
                          : !interface_find_usable(config->interface, &interface, ret_error))
        return NULL;
    struct live *live = calloc(1, sizeof *live);
    if (!live) {
        error_set(ret_error, ERROR_ENVIRONMENT, "%s: out of memory", config->interface);
        return NULL;
    }
    live->port.operations = &live_operations;
    memcpy(live->name, interface.name, sizeof live->name);
    live->address =
        (struct sockaddr_ll){.sll_family = AF_PACKET, .sll_ifindex = (int)interface.index};
    live->is_gentle = config->gentle;
    live->start_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
    live->carrier_state = CARRIER_PRESENT; /* so that a link that is down is the first event */
    live->carrier = carrier_open(rtnetlink_of_this_build, interface.index, ret_error);
    if (!live->carrier || !open_capture(live, ret_error) ||
        (!config->unfiltered && !set_filter(live, config->address, ret_error)) ||
        (!config->listen_only && !open_injection(live, ret_error))) {
        live_close(&live->port);
        return NULL;
    }
    live->polled[POLL_FRAMES] =
        (struct pollfd){.fd = pcap_get_selectable_fd(live->pcap), .events = POLLIN};
    live->polled[POLL_CARRIER] =
        (struct pollfd){.fd = carrier_descriptor(live->carrier), .events = POLLIN};
    live->polled[POLL_INTERRUPT] =
        (struct pollfd){.fd = config->interrupt_descriptor, .events = POLLIN};
    return &live->port;
}

enum port_event port_live_wait_carrier(const struct interface_info *interface,
                                       int interrupt_descriptor, port_live_waiting *waiting,
                                       void *context, struct error *ret_error)
{
    struct carrier *carrier = carrier_open(rtnetlink_of_this_build, interface->index, ret_error);
    if (!carrier)
        return PORT_FAILED;
    struct pollfd polled[] = {{.fd = carrier_descriptor(carrier), .events = POLLIN},
                              {.fd = interrupt_descriptor, .events = POLLIN}};
    const instant_ns start_ns = clock_ns(CLOCK_MONOTONIC);
    duration_ns told_ns = 0; /* when `waiting` is due, after the start */
    enum port_event event;
    for (;;) {
        enum carrier_state state = carrier_read(carrier);
        if (state == CARRIER_PRESENT) {
            event = PORT_CARRIER_UP;
            break;
        }
        if (state == CARRIER_REMOVED) {
            error_set(ret_error, ERROR_ENVIRONMENT, "%s: the interface was removed",
                      interface->name);
            event = PORT_FAILED;
            break;
        }
        duration_ns waited_ns = clock_ns(CLOCK_MONOTONIC) - start_ns;
        if (state != CARRIER_UNKNOWN && waited_ns >= told_ns) {
            told_ns = (waited_ns / NS_PER_S + 1) * NS_PER_S;
            if (waiting &&
                !waiting(context, state != CARRIER_DISABLED, (unsigned)(waited_ns / NS_PER_S))) {
                event = PORT_DEADLINE;
                break;
            }
        }
        int timeout_ms =
            state == CARRIER_UNKNOWN ? -1 : (int)((told_ns - waited_ns) / NS_PER_MS) + 1;
        poll(polled, sizeof polled / sizeof *polled, timeout_ms);
        if (polled[1].revents) {
            event = PORT_INTERRUPTED;
            break;
        }
    }
    carrier_close(carrier);
    return event;
}
