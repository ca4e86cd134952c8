/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The phone's attempts to fetch its stored URLs by itself (docs: protocol, URL attempts): DNS from
 * port 44821 and the HTTP client with its fixed signature. Meanwhile it does not listen.
 */
#include "observe/protocol/protocol.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define HTTP_BUSY_NS (10 * NS_PER_S) /* it repeats its SYN for 8 to 10 s */
#define NAMELESS_NS  (5 * NS_PER_S)  /* four ARP requests in two seconds, then SYN after SYN */
#define DNS_BUSY_NS  (1 * NS_PER_S)

/*
 * The HTTP client of a phone with a static address has neither MAC nor IP address (docs: protocol,
 * URL attempts). Returns: the phone that has just asked for a host, NULL if there was none.
 */
static struct phone_facts *nameless_phone(struct observer *observer)
{
    if (observer->now_ns - observer->asker_ns > NAMELESS_NS)
        return NULL;
    struct phone_facts *phone = phone_find(observer, &observer->asker);
    if (phone)
        observer->asker_ns = observer->now_ns;
    return phone;
}

static void observe_tcp(struct observer *observer, const struct frame *frame,
                        struct phone_facts *phone, struct phone_facts *to)
{
    if (mac_equal(&frame->ethernet.source, &mac_zero)) {
        phone = loader_is_syn(frame) ? nameless_phone(observer) : NULL;
        if (!phone)
            return;
    }
    if (!phone && to && !to->in_firmware) {
        observe_http(observer, frame, to, false);
        return;
    }
    if (!phone && loader_is_syn(frame))
        phone = phone_get(observer, &frame->ethernet.source, frame);
    if (!phone || (phone->in_firmware && !loader_is_syn(frame)))
        return;
    /* Its IP ids are a series of their own: no sign of a restart. */
    phone->in_firmware = false;
    phone_spoke(observer, phone, frame);
    marks_add(&phone->loader_frames, observer, frame);
    phone_set_ip(observer, phone, frame->ipv4.source, frame);
    phone->boot.url_http = true;
    snprintf(phone->boot.url_host, sizeof(phone->boot.url_host), "%s",
             ipv4_format(frame->ipv4.destination).text);
    bool gives_up = frame->tcp.flags & TCP_FLAG_RST;
    phone_busy_with_url(observer, phone, frame, observer->now_ns + (gives_up ? 0 : HTTP_BUSY_NS));
    if (!observe_http(observer, frame, phone, true))
        observe_tell(observer, OBSERVED_URL, frame, phone, false);
}

static void observe_dns(struct observer *observer, const struct frame *frame,
                        struct phone_facts *phone)
{
    if (!phone || phone->in_firmware || frame->udp.source_port != DNS_PHONE_PORT)
        return;
    if (!phone_spoke_as_loader(observer, phone, frame))
        return;
    text_escape(frame->dns.name, strlen(frame->dns.name), phone->boot.url_host,
                sizeof(phone->boot.url_host));
    phone_busy_with_url(observer, phone, frame, observer->now_ns + DNS_BUSY_NS);
    observe_tell(observer, OBSERVED_URL, frame, phone, false);
}

void observe_url(struct observer *observer, const struct frame *frame, struct phone_facts *from,
                 struct phone_facts *to)
{
    if (frame->kind == FRAME_TCP)
        observe_tcp(observer, frame, from, to);
    else
        observe_dns(observer, frame, from);
}
