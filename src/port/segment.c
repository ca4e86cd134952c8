/* SPDX-License-Identifier: BSD-2-Clause */
/* A simulated wire in virtual time: see segment.h. */
#include "port/segment.h"

#include "base/address.h"
#include "base/bytes.h"
#include "port/segment_queue.h"

#include <stdlib.h>

#define NS_PER_BYTE         80 /* at 100 Mbit/s */
#define LEARNT_ADDRESSES    2048
#define QUERY_INTERVAL_NS   (125 * NS_PER_S) /* RFC 2236 section 8.2 */
#define MEMBERSHIP_NS       (260 * NS_PER_S) /* RFC 2236 section 8.4 */
#define FIRST_QUERY_NS      (1 * NS_PER_S)
#define MEMBERSHIPS_MAXIMUM 4096
#define SPIN_GUARD_NS       NS_PER_US

/* One direction of a cable: where the next frame may go at the earliest. */
struct direction {
    struct segment_faults faults;
    instant_ns busy_until_ns; /* the frame before is still being sent */
    instant_ns last_ns;       /* arrival of the frame before */
};

struct segment_endpoint {
    struct segment *segment;
    struct segment_device device;
    void *context;
    struct direction to_switch, from_switch;
    bool is_mirror;
    bool has_link;
    duration_ns flap_interval_ns, flap_length_ns;
    struct random random;
    instant_ns timer_ns; /* of the timer in the queue, INSTANT_NEVER if none */
    uint32_t timer_generation;
};

/* Where the switch has seen a MAC address as sender. A collision forgets: the frame is flooded. */
struct learnt_address {
    uint64_t mac; /* 0 = free */
    struct segment_endpoint *endpoint;
};

struct membership {
    uint64_t group_mac;
    struct segment_endpoint *endpoint;
    instant_ns until_ns;
};

struct segment {
    struct segment_config config;
    instant_ns now_ns;
    struct segment_queue queue;
    struct segment_endpoint **endpoints;
    size_t endpoint_count;
    struct learnt_address *learnt;
    struct membership *memberships;
    size_t membership_count;
    struct segment_counters counters;
};

/* A general query of RFC 2236 from 0.0.0.0, as snooping switches without an address send it. */
static const uint8_t general_query[60] = {
    0x01, 0x00, 0x5e, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0x5e, 0x01, 0x08, 0x00,
    0x46, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00, 0x00, 0x01, 0x02, 0x44, 0xd7, 0x00, 0x00,
    0x00, 0x00, 0xe0, 0x00, 0x00, 0x01, 0x94, 0x04, 0x00, 0x00, 0x11, 0x64, 0xee, 0x9b,
};

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (!memory)
        abort();
    return memory;
}

static uint64_t mac_number(const uint8_t *mac)
{
    return (uint64_t)bytes_load_be16(mac) << 32 | bytes_load_be32(mac + 2);
}

static struct learnt_address *learnt_slot(struct segment *segment, uint64_t mac)
{
    uint64_t mixed = mac * UINT64_C(0x9e3779b97f4a7c15);
    return &segment->learnt[mixed >> 53 & (LEARNT_ADDRESSES - 1)];
}

static bool happens(struct random *random, double probability)
{
    return probability > 0 && random_unit(random) < probability;
}

static duration_ns random_duration(struct random *random, duration_ns bound_ns)
{
    return bound_ns > 0 ? (duration_ns)(random_unit(random) * (double)bound_ns) : 0;
}

static void add_frame_event(struct segment_endpoint *endpoint, enum segment_event_kind kind,
                            instant_ns time_ns, struct segment_frame *frame)
{
    frame->references++;
    segment_queue_add(&endpoint->segment->queue,
                      (struct segment_event){
                          .time_ns = time_ns, .kind = kind, .endpoint = endpoint, .frame = frame});
}

static struct segment_frame *corrupted_copy(struct segment_endpoint *endpoint,
                                            const struct segment_frame *frame)
{
    struct segment *segment = endpoint->segment;
    struct segment_frame *copy = segment_frame_new(&segment->queue, frame->bytes, frame->length);
    uint32_t bit = random_below(&endpoint->random, (uint32_t)frame->length * 8);
    copy->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    segment->counters.corrupted++;
    return copy;
}

/* Sends a frame along one direction of a cable; `kind` is what its arrival is. */
static void travel(struct segment_endpoint *endpoint, struct direction *direction,
                   enum segment_event_kind kind, struct segment_frame *frame)
{
    struct segment *segment = endpoint->segment;
    const struct segment_faults *faults = &direction->faults;
    struct random *random = &endpoint->random;
    instant_ns begin_ns = segment->now_ns;
    if (begin_ns < direction->busy_until_ns)
        begin_ns = direction->busy_until_ns;
    duration_ns byte_ns = segment->config.is_immediate ? 0 : NS_PER_BYTE;
    instant_ns sent_ns = begin_ns + (duration_ns)frame->length * byte_ns;
    direction->busy_until_ns = sent_ns;
    if (happens(random, faults->loss) ||
        (faults->drop &&
         faults->drop(faults->drop_context, frame->bytes, frame->length, segment->now_ns))) {
        segment->counters.lost++;
        return;
    }

    instant_ns arrival_ns = sent_ns + faults->delay_ns + random_duration(random, faults->jitter_ns);
    bool is_overtaken = happens(random, faults->reordering);
    if (is_overtaken) {
        arrival_ns += random_duration(random, faults->reorder_ns);
        segment->counters.reordered++;
    } else if (!faults->jitter_reorders) {
        if (arrival_ns < direction->last_ns)
            arrival_ns = direction->last_ns;
        direction->last_ns = arrival_ns;
    }
    bool is_corrupted = frame->length > 0 && happens(random, faults->corruption);
    struct segment_frame *arriving = is_corrupted ? corrupted_copy(endpoint, frame) : frame;
    add_frame_event(endpoint, kind, arrival_ns, arriving);
    if (is_corrupted)
        segment_frame_release(&segment->queue, arriving);
    if (happens(random, faults->duplication)) {
        segment->counters.duplicated++;
        add_frame_event(endpoint, kind, arrival_ns + random_duration(random, faults->reorder_ns),
                        frame);
    }
}

static void schedule_timer(struct segment_endpoint *endpoint, instant_ns earliest_ns)
{
    if (!endpoint->device.deadline)
        return;
    instant_ns deadline_ns = endpoint->device.deadline(endpoint->context);
    if (deadline_ns < earliest_ns)
        deadline_ns = earliest_ns;
    if (deadline_ns == endpoint->timer_ns)
        return;
    endpoint->timer_ns = deadline_ns;
    endpoint->timer_generation++;
    if (deadline_ns != INSTANT_NEVER)
        segment_queue_add(&endpoint->segment->queue,
                          (struct segment_event){.time_ns = deadline_ns,
                                                 .kind = SEGMENT_TIMER,
                                                 .generation = endpoint->timer_generation,
                                                 .endpoint = endpoint});
}

static struct membership *find_membership(struct segment *segment, uint64_t group_mac,
                                          const struct segment_endpoint *endpoint)
{
    for (size_t i = 0; i < segment->membership_count; i++) {
        struct membership *membership = &segment->memberships[i];
        if (membership->group_mac == group_mac && membership->endpoint == endpoint)
            return membership;
    }
    return NULL;
}

/* An IGMP message on its way to the switch. Returns: true if it is one. */
static bool snoop(struct segment *segment, struct segment_endpoint *from,
                  const struct segment_frame *frame)
{
    struct reader reader = reader_over(frame->bytes, frame->length);
    reader_skip(&reader, 12);
    uint16_t type = reader_be16(&reader);
    size_t header_length = (size_t)(reader_u8(&reader) & 0x0f) * 4;
    reader_skip(&reader, 8);
    uint8_t protocol = reader_u8(&reader);
    if (reader.failed || type != 0x0800 || protocol != 2 || header_length < 20)
        return false;
    reader_skip(&reader, header_length - 10);
    uint8_t message = reader_u8(&reader);
    reader_skip(&reader, 3);
    uint32_t group_ip = reader_be32(&reader);
    struct mac_address group = mac_of_group(group_ip);
    uint64_t group_mac = mac_number(group.octet);
    if (reader.failed || (message != 0x12 && message != 0x16 && message != 0x17))
        return true;
    struct membership *membership = find_membership(segment, group_mac, from);
    if (!membership && message != 0x17 && segment->membership_count < MEMBERSHIPS_MAXIMUM) {
        membership = &segment->memberships[segment->membership_count++];
        *membership = (struct membership){.group_mac = group_mac, .endpoint = from};
    }
    if (membership)
        membership->until_ns = message == 0x17 ? segment->now_ns : segment->now_ns + MEMBERSHIP_NS;
    return true;
}

/* An IPv4 group that a snooping switch looks after: all but 224.0.0.x (RFC 4541 section 2.1.2). */
static bool is_snooped_group(const uint8_t *mac)
{
    return mac[0] == 0x01 && mac[1] == 0x00 && mac[2] == 0x5e && mac[3] < 0x80 &&
           !(mac[3] == 0 && mac[4] == 0);
}

static bool is_member(struct segment *segment, uint64_t group_mac,
                      const struct segment_endpoint *endpoint)
{
    const struct membership *membership = find_membership(segment, group_mac, endpoint);
    return membership && membership->until_ns > segment->now_ns;
}

/* A frame has reached the switch: decides which ports it leaves by. */
static void forward(struct segment *segment, struct segment_endpoint *from,
                    struct segment_frame *frame)
{
    bool is_hub = segment->config.kind == SEGMENT_HUB;
    bool is_snooping = segment->config.kind == SEGMENT_SNOOPING_SWITCH;
    struct segment_endpoint *only = NULL;
    bool by_membership = false, is_report = false;
    uint64_t destination = 0;
    if (!is_hub && frame->length >= 14) {
        uint64_t source = mac_number(frame->bytes + 6);
        destination = mac_number(frame->bytes);
        if (!(frame->bytes[6] & 1))
            *learnt_slot(segment, source) = (struct learnt_address){source, from};
        if (!(frame->bytes[0] & 1)) {
            const struct learnt_address *learnt = learnt_slot(segment, destination);
            only = learnt->mac == destination ? learnt->endpoint : NULL;
        } else if (is_snooping) {
            is_report = snoop(segment, from, frame);
            by_membership = is_snooped_group(frame->bytes);
        }
    }
    for (size_t i = 0; i < segment->endpoint_count; i++) {
        struct segment_endpoint *to = segment->endpoints[i];
        if (to == from)
            continue;
        bool wanted = !only || only == to;
        /* Reports go to routers only, and this switch is the only one. */
        if (wanted && (is_report || (by_membership && !is_member(segment, destination, to)))) {
            wanted = false;
            segment->counters.withheld++;
        }
        if (wanted || to->is_mirror)
            travel(to, &to->from_switch, SEGMENT_AT_DEVICE, frame);
    }
}

static void set_link(struct segment_endpoint *endpoint, bool up)
{
    struct segment *segment = endpoint->segment;
    if (endpoint->has_link != up) {
        endpoint->has_link = up;
        if (endpoint->device.carrier)
            endpoint->device.carrier(endpoint->context, up, segment->now_ns);
        schedule_timer(endpoint, segment->now_ns);
    }
}

/* Plans the next loss of link: intervals are uniform around the mean. */
static void plan_flap(struct segment_endpoint *endpoint)
{
    if (endpoint->flap_interval_ns <= 0)
        return;
    instant_ns down_ns = endpoint->segment->now_ns + endpoint->flap_length_ns + 1 +
                         random_duration(&endpoint->random, 2 * endpoint->flap_interval_ns);
    segment_set_link(endpoint, false, down_ns);
    segment_set_link(endpoint, true, down_ns + endpoint->flap_length_ns);
}

static void query_memberships(struct segment *segment)
{
    struct segment_frame *frame =
        segment_frame_new(&segment->queue, general_query, sizeof general_query);
    for (size_t i = 0; i < segment->endpoint_count; i++)
        travel(segment->endpoints[i], &segment->endpoints[i]->from_switch, SEGMENT_AT_DEVICE,
               frame);
    segment_frame_release(&segment->queue, frame);
    duration_ns interval_ns = segment->config.query_interval_ns;
    segment_queue_add(
        &segment->queue,
        (struct segment_event){.time_ns = segment->now_ns + interval_ns, .kind = SEGMENT_QUERY});
}

static void deliver(struct segment_endpoint *endpoint, const struct segment_frame *frame)
{
    struct segment *segment = endpoint->segment;
    segment->counters.delivered++;
    endpoint->device.deliver(endpoint->context, frame->bytes, frame->length, segment->now_ns);
    schedule_timer(endpoint, segment->now_ns);
}

static void happen(struct segment *segment, const struct segment_event *event)
{
    struct segment_endpoint *endpoint = event->endpoint;
    switch (event->kind) {
    case SEGMENT_AT_SWITCH:
    case SEGMENT_AT_DEVICE:
        if (!endpoint->has_link)
            segment->counters.lost++;
        else if (event->kind == SEGMENT_AT_SWITCH)
            forward(segment, endpoint, event->frame);
        else
            deliver(endpoint, event->frame);
        segment_frame_release(&segment->queue, event->frame);
        break;
    case SEGMENT_LINK_DOWN:
        set_link(endpoint, false);
        break;
    case SEGMENT_LINK_UP:
        set_link(endpoint, true);
        plan_flap(endpoint);
        break;
    case SEGMENT_QUERY:
        query_memberships(segment);
        break;
    case SEGMENT_TIMER:
        if (event->generation != endpoint->timer_generation)
            break;
        endpoint->timer_ns = INSTANT_NEVER;
        if (endpoint->device.tick)
            endpoint->device.tick(endpoint->context, segment->now_ns);
        /* A device that is never satisfied must not stop the clock. */
        schedule_timer(endpoint, segment->now_ns + SPIN_GUARD_NS);
        break;
    }
}

struct segment *segment_new(const struct segment_config *config)
{
    struct segment *segment = allocate(1, sizeof *segment);
    segment->config = *config;
    segment->now_ns = config->start_ns;
    segment->learnt = allocate(LEARNT_ADDRESSES, sizeof *segment->learnt);
    if (config->kind == SEGMENT_SNOOPING_SWITCH) {
        if (config->query_interval_ns <= 0)
            segment->config.query_interval_ns = QUERY_INTERVAL_NS;
        segment->memberships = allocate(MEMBERSHIPS_MAXIMUM, sizeof *segment->memberships);
        segment_queue_add(&segment->queue,
                          (struct segment_event){.time_ns = config->start_ns + FIRST_QUERY_NS,
                                                 .kind = SEGMENT_QUERY});
    }
    return segment;
}

void segment_free(struct segment *segment)
{
    if (!segment)
        return;
    segment_queue_free(&segment->queue);
    for (size_t i = 0; i < segment->endpoint_count; i++)
        free(segment->endpoints[i]);
    free(segment->endpoints);
    free(segment->learnt);
    free(segment->memberships);
    free(segment);
}

struct segment_endpoint *segment_attach(struct segment *segment, const struct segment_cable *cable,
                                        const struct segment_device *device, void *context)
{
    static const struct segment_cable perfect = {0};
    if (!cable)
        cable = &perfect;
    struct segment_endpoint *endpoint = allocate(1, sizeof *endpoint);
    endpoint->segment = segment;
    endpoint->device = *device;
    endpoint->context = context;
    endpoint->to_switch.faults = cable->to_switch;
    endpoint->from_switch.faults = cable->from_switch;
    endpoint->is_mirror = cable->is_mirror;
    endpoint->has_link = true;
    endpoint->flap_interval_ns = cable->flap_interval_ns;
    endpoint->flap_length_ns = cable->flap_length_ns;
    /* Each cable has luck of its own, so that one more device changes nobody's. */
    struct random seeds = random_from_seed(segment->config.seed + segment->endpoint_count);
    endpoint->random = random_from_seed(random_u64(&seeds));
    endpoint->timer_ns = INSTANT_NEVER;
    size_t count = segment->endpoint_count + 1;
    segment->endpoints = realloc(segment->endpoints, count * sizeof *segment->endpoints);
    if (!segment->endpoints)
        abort();
    segment->endpoints[segment->endpoint_count++] = endpoint;
    plan_flap(endpoint);
    schedule_timer(endpoint, segment->now_ns);
    return endpoint;
}

void segment_send(struct segment_endpoint *endpoint, const uint8_t *bytes, size_t length)
{
    struct segment *segment = endpoint->segment;
    segment->counters.sent++;
    if (!endpoint->has_link) {
        segment->counters.lost++;
        return;
    }
    struct segment_frame *frame = segment_frame_new(&segment->queue, bytes, length);
    travel(endpoint, &endpoint->to_switch, SEGMENT_AT_SWITCH, frame);
    segment_frame_release(&segment->queue, frame);
}

void segment_touch(struct segment_endpoint *endpoint)
{
    schedule_timer(endpoint, endpoint->segment->now_ns);
}

void segment_set_link(struct segment_endpoint *endpoint, bool up, instant_ns time_ns)
{
    struct segment *segment = endpoint->segment;
    segment_queue_add(
        &segment->queue,
        (struct segment_event){.time_ns = time_ns < segment->now_ns ? segment->now_ns : time_ns,
                               .kind = up ? SEGMENT_LINK_UP : SEGMENT_LINK_DOWN,
                               .endpoint = endpoint});
}

instant_ns segment_now(const struct segment *segment)
{
    return segment->now_ns;
}

instant_ns segment_endpoint_now(const struct segment_endpoint *endpoint)
{
    return endpoint->segment->now_ns;
}

instant_ns segment_end(const struct segment *segment)
{
    return segment->config.end_ns;
}

instant_ns segment_deadline(const struct segment *segment)
{
    const struct segment_event *first = segment_queue_first(&segment->queue);
    return first && first->time_ns <= segment->config.end_ns ? first->time_ns : INSTANT_NEVER;
}

bool segment_step(struct segment *segment, instant_ns until_ns)
{
    instant_ns limit_ns = instant_earlier(until_ns, segment->config.end_ns);
    const struct segment_event *first = segment_queue_first(&segment->queue);
    if (!first || first->time_ns > limit_ns) {
        if (limit_ns != INSTANT_NEVER && limit_ns > segment->now_ns)
            segment->now_ns = limit_ns;
        return false;
    }
    struct segment_event event = segment_queue_take(&segment->queue);
    segment->now_ns = event.time_ns;
    happen(segment, &event);
    return true;
}

void segment_counters(const struct segment *segment, struct segment_counters *ret)
{
    *ret = segment->counters;
}
