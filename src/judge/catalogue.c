/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The catalogue. Its order is the ranking: of the rules that hold for a phone the first that is at
 * least likely leads. Success comes first, then what happened after the transfer, in it, before it,
 * and last what is known of a phone that only stands there. Within a stage the cause stands before
 * its consequence: two servers before the stalled transfer, the bad lease before the deaf phone.
 */
#include "judge/rules_support.h"

const struct verdict_row catalogue[] = {
    /* ---- it worked, or is about to ---- */
    {VERDICT_RECOVERED, "recovered", "recovered", CLASS_RECOVERED, SCOPE_PHONE, judge_recovered,
     "The phone was recovered: its normal firmware runs.",
     "Nothing more to do. If it does not register, that is a matter of its configuration."},

    /* ---- the file arrived, and then ---- */
    {VERDICT_POWER_LOST_WHILE_WRITING, "power-lost-while-writing", "lost power while writing",
     CLASS_FAULT, SCOPE_PHONE, judge_power_lost_while_writing, "Power was lost while writing.",
     "Recover it again and leave it powered until its normal firmware shows, at least 10 minutes. "
     "The recovery loader itself is never overwritten, so it can be repeated."},
    {VERDICT_STILL_IN_RECOVERY, "still-in-recovery", "did not start the image", CLASS_FAULT,
     SCOPE_PHONE, judge_still_in_recovery,
     "The image was written, but the boot loader did not start it.",
     "Send version 7.5.2b first: old boot loaders cannot start newer images. Once it runs, upgrade "
     "from there."},
    {VERDICT_WRONG_FAMILY, "wrong-family", "got an image of another family", CLASS_FAULT,
     SCOPE_PHONE, judge_wrong_family, "The image is for another family of phones.",
     "Use the image of the phone's own family: spa50x-30x-*.bin for SPA301, 303, 501G, 502G, 504G, "
     "508G and 509G."},
    {VERDICT_WRONG_BLOCK, "wrong-block", "got a corrupt copy", CLASS_FAULT, SCOPE_PHONE,
     judge_wrong_block, "The server sent block {} out of order; the phone's copy is corrupt.",
     "Use a TFTP server that keeps strict order and sends nothing ahead (no window size, no "
     "tsize tricks), on a network that does not reorder. Then order again; nothing was written."},
    {VERDICT_IMAGE_CORRUPT_ON_WIRE, "image-corrupt-on-wire", "got bytes that are no valid image",
     CLASS_FAULT, SCOPE_PHONE, judge_image_corrupt_on_wire,
     "The bytes served are not a valid image.",
     "Check the file on the server with 'spa-sos image FILE'. If it is good there, it is damaged "
     "between server and phone: another cable, switch or server."},
    {VERDICT_IMAGE_REJECTED, "image-rejected", "refused the image", CLASS_FAULT, SCOPE_PHONE,
     judge_image_rejected, "The phone refused the image; nothing was written.",
     "Check the file with 'spa-sos image FILE' and send the .bin, not the .exe or .zip around it. "
     "The phone listens again: no power-cycle is needed."},
    {VERDICT_FLASHING, "flashing", "is writing its flash", CLASS_DELIVERED, SCOPE_PHONE,
     judge_flashing, "The image was delivered; the phone is writing flash. Do not unplug it.",
     "Wait. Writing takes minutes; the phone restarts by itself. Dark LEDs and silence are "
     "normal."},
    {VERDICT_DELIVERED, "delivered", "has the image", CLASS_DELIVERED, SCOPE_PHONE, judge_delivered,
     "The image was delivered; the capture ends before the phone shows what became of it.",
     "Leave the phone powered for 10 minutes and look at it: does its normal firmware run? A "
     "longer "
     "capture would tell."},

    /* ---- a run that its user ended ---- */
    {VERDICT_INTERRUPTED, "interrupted", "was interrupted", CLASS_UNCLEAR,
     SCOPE_PHONE | SCOPE_SEGMENT, judge_interrupted, "You interrupted the run{}.",
     "Start again: the phone takes a new order within a minute."},

    /* ---- the transfer ---- */
    {VERDICT_NESTED_UPGRADE, "nested-upgrade", "was ordered twice", CLASS_FAULT, SCOPE_PHONE,
     judge_nested_upgrade, "A second upgrade order interrupted the first.",
     "Stop every other recovery program, and order once: a phone that receives a file needs no "
     "second order."},
    {VERDICT_REBOOTED_IN_TRANSFER, "rebooted-in-transfer", "restarted in the transfer", CLASS_FAULT,
     SCOPE_PHONE, judge_rebooted_in_transfer, "The phone restarted in the middle of the transfer.",
     "Check its power: another power supply or PoE port, a firm plug. Nothing was written; recover "
     "it again."},
    {VERDICT_TFTP_REFUSED, "tftp-refused", "was refused the file", CLASS_FAULT, SCOPE_PHONE,
     judge_tftp_refused, "The TFTP server refused: {}.",
     "Put the file where the TFTP server looks for it, under exactly the name the phone asks for, "
     "and readable; or let spa-sos serve it."},
    {VERDICT_TWO_TFTP_SERVERS, "two-tftp-servers", "had two TFTP servers", CLASS_FAULT, SCOPE_PHONE,
     judge_two_tftp_servers, "Two TFTP servers answer the same request.",
     "Stop one of them, or put phone and PC alone on a switch. The phone's read request is "
     "multicast: every TFTP server that listens there answers."},
    {VERDICT_DATA_NOT_REACHING, "data-not-reaching", "did not accept the file as it was sent",
     CLASS_FAULT, SCOPE_PHONE, judge_data_not_reaching,
     "The file is sent, but not in a form or to a place the phone accepts: {}.",
     "The phone takes DATA untagged, without IP options, to UDP port 2000 of its own address. Use "
     "a TFTP server that answers to the port the request came from, or let spa-sos serve it."},
    {VERDICT_TRANSFER_STALLED, "transfer-stalled", "broke off the transfer", CLASS_FAULT,
     SCOPE_PHONE, judge_transfer_stalled, "The transfer broke off {}. Nothing was written.",
     "Order again. If it breaks off at the same place, look at the server and its firewall: the "
     "phone's ACKs are multicast, and a server that has not joined 234.4.8.10 never sees them."},
    {VERDICT_REQUEST_FOR_FILE_UNANSWERED, "request-for-file-unanswered",
     "asked in vain for the file", CLASS_FAULT, SCOPE_PHONE, judge_request_for_file_unanswered,
     "The phone asks for the file, nobody answers.",
     "Start a TFTP server that listens on port 69 and has joined 234.4.8.10, and let the firewall "
     "pass it; or let spa-sos serve the file."},
    {VERDICT_GATEWAY_DEAD, "gateway-dead", "found its gateway dead", CLASS_FAULT, SCOPE_PHONE,
     judge_gateway_dead,
     "Nobody answers for the phone's gateway ({}), so it never asks for the file.",
     "Give the phone a lease whose router (option 3) answers ARP, for example the PC's own "
     "address; "
     "or let spa-sos help it past (--gateway auto)."},
    {VERDICT_NO_GATEWAY, "no-gateway", "knew no gateway", CLASS_FAULT, SCOPE_PHONE,
     judge_no_gateway, "The phone knows no gateway and therefore never asks for the file.",
     "Add a router (option 3) that answers ARP to the DHCP server's lease, then power-cycle the "
     "phone."},
    {VERDICT_UPGRADE_IGNORED, "upgrade-ignored", "did not take the order", CLASS_FAULT, SCOPE_PHONE,
     judge_upgrade_ignored, "The upgrade order was not taken.",
     "Order with exactly the serial number that the phone gives in its REPLY, upper case, from UDP "
     "port 4811 to 4810, 160 bytes."},

    /* ---- the normal firmware ---- */
    {VERDICT_VLAN_CHANGES, "vlan-changes", "changed its VLAN at each start", CLASS_FAULT,
     SCOPE_PHONE, judge_vlan_changes,
     "The phone restarts because it is moved to another VLAN each time.",
     "Make CDP and LLDP-MED of the switch port announce the same voice VLAN, or switch one of them "
     "off there. Nothing is wrong with the phone's flash or configuration."},
    {VERDICT_FIRMWARE_CRASH_LOOP, "firmware-crash-loop", "crashes at each start", CLASS_FAULT,
     SCOPE_PHONE, judge_firmware_crash_loop,
     "The normal firmware starts and crashes again and again.",
     "This is not a recovery case: the firmware starts. Reset the phone to factory defaults and "
     "check the configuration that it loads."},
    {VERDICT_FIRMWARE_RUNNING, "firmware-running", "runs its normal firmware", CLASS_HEALTHY,
     SCOPE_PHONE, judge_firmware_running,
     "This phone runs its normal firmware; it needs no recovery.",
     "Use its web page or the ordinary updater. It answers no recovery request in this state."},

    /* ---- why it is not found: the same network first, then the address ---- */
    {VERDICT_DIFFERENT_VLANS, "different-vlans", "is in another VLAN", CLASS_FAULT, SCOPE_PHONE,
     judge_different_vlans, "The phone is in VLAN {}.",
     "Put both switch ports into the same VLAN, untagged (access), then power-cycle the phone."},
    {VERDICT_DHCP_REFUSED, "dhcp-refused", "was refused an address", CLASS_FAULT, SCOPE_PHONE,
     judge_dhcp_refused, "A DHCP server refused the address.",
     "Look into the DHCP server's log: a stale reservation, an exhausted pool, or two servers that "
     "disagree. The phone goes on asking."},
    {VERDICT_DHCP_LATE, "dhcp-late", "got its address too late", CLASS_FAULT, SCOPE_PHONE,
     judge_dhcp_late, "The DHCP server answered too late.",
     "Switch the server's ping check (conflict detection) off, or use a DHCP server on the same "
     "switch; then power-cycle the phone: it asks only twice, 5 s apart."},
    {VERDICT_DHCP_OFFER_UNUSABLE, "dhcp-offer-unusable", "could not use the OFFER", CLASS_FAULT,
     SCOPE_PHONE, judge_dhcp_offer_unusable, "The phone ignored the OFFER: {}.",
     "Correct the DHCP server or use another one, then power-cycle the phone. An OFFER needs "
     "options 53 and 54, the phone's transaction id, and an untagged frame."},
    {VERDICT_DHCP_ACK_LOST, "dhcp-ack-lost", "got no answer to its DHCP REQUEST", CLASS_FAULT,
     SCOPE_PHONE, judge_dhcp_ack_lost, "The phone's DHCP REQUEST was not answered.",
     "Look into the DHCP server's log for the REQUEST, and whether its ACK leaves towards the "
     "phone; then power-cycle the phone."},
    {VERDICT_LEASE_WITHOUT_MASK, "lease-without-mask", "got a lease without mask", CLASS_FAULT,
     SCOPE_PHONE, judge_lease_without_mask, "The lease has no subnet mask; the loader stops.",
     "Add option 1 (subnet mask) to the DHCP server's lease, then power-cycle the phone."},
    {VERDICT_LEASE_WITHOUT_ROUTER, "lease-without-router", "got a lease without usable router",
     CLASS_FAULT, SCOPE_PHONE, judge_lease_without_router,
     "The lease has no usable router; the loader stops or never asks for the file.",
     "Add option 3 (router) with an address that answers ARP to the DHCP server's lease, then "
     "power-cycle the phone."},
    {VERDICT_PORT_BLOCKED, "port-blocked", "asked while its port was blocked", CLASS_FAULT,
     SCOPE_PHONE, judge_port_blocked,
     "The switch port was probably still blocked when the phone asked.",
     "Set the port to portfast (edge port) or use a switch without spanning tree, and power-cycle "
     "the phone only, not the link."},
    {VERDICT_NO_DHCP, "no-dhcp", "got no address", CLASS_FAULT, SCOPE_PHONE, judge_no_dhcp,
     "The phone asked for an address, got none, and has stopped listening until it is "
     "power-cycled.",
     "Run a DHCP server on this segment first (spa-sos recover brings its own), then power-cycle "
     "the phone. SOS on the display does not mean that it listens."},

    /* ---- then the segment ---- */
    {VERDICT_NOT_ONE_SEGMENT, "not-one-segment", "is behind a router", CLASS_FAULT, SCOPE_PHONE,
     judge_not_one_segment, "A router is between phone and PC.",
     "Connect PC and phone to the same switch: recovery works on one segment only."},
    {VERDICT_DUPLICATE_ADDRESS, "duplicate-address", "shares its address with another host",
     CLASS_FAULT, SCOPE_PHONE, judge_duplicate_address, "Two hosts use the phone's address.",
     "Take the other host off the segment or give the phone another lease, then power-cycle it."},

    /* ---- then the request ---- */
    {VERDICT_TAGGED_PORT, "tagged-port", "heard tagged frames only", CLASS_FAULT, SCOPE_PHONE,
     judge_tagged_port, "The port uses VLAN tags, which the loader ignores.",
     "Use an untagged (access) port in the same VLAN for the PC, or send untagged frames."},
    {VERDICT_REQUEST_MALFORMED, "request-malformed", "heard malformed requests only", CLASS_FAULT,
     SCOPE_PHONE, judge_request_malformed,
     "The request does not have the form the loader accepts: {}.",
     "A request goes from UDP port 4811 to 4810 of 234.4.8.10, 160 bytes, untagged, without IP "
     "options. Let spa-sos ask."},
    {VERDICT_SERIAL_MISMATCH, "serial-mismatch", "has another serial number", CLASS_FAULT,
     SCOPE_PHONE, judge_serial_mismatch, "The serial number asked for is not this phone's.",
     "The serial number is not the MAC address, and upper case matters. Find the phone with "
     "FFFFFFFFFFFF (spa-sos discover) and use the number it gives."},
    {VERDICT_BUSY_WITH_URL, "busy-with-url", "is busy with its URL", CLASS_FAULT, SCOPE_PHONE,
     judge_busy_with_url, "The phone is trying to fetch {} and does not listen meanwhile.",
     "Go on asking, for several minutes: it listens between its attempts. Or give it what it asks "
     "for (spa-sos recover --answer-urls)."},
    {VERDICT_SNOOPING, "snooping", "is kept apart by a switch", CLASS_FAULT, SCOPE_PHONE,
     judge_snooping, "A switch keeps the group's frames from the phone.",
     "Switch IGMP snooping off or use a plain switch; or send the requests to the broadcast or the "
     "phone's own MAC address, as spa-sos does."},
    {VERDICT_PHONE_DEAF, "phone-deaf", "answers nothing", CLASS_FAULT, SCOPE_PHONE,
     judge_phone_deaf, "The phone had an address but answers nothing, not even ARP.",
     "Check that it is still connected, then power-cycle it while spa-sos recover runs: it brings "
     "a "
     "DHCP server of its own."},

    /* ---- it answers ---- */
    {VERDICT_REPLY_FILTERED, "reply-filtered", "answered unheard", CLASS_FAULT, SCOPE_PHONE,
     judge_reply_filtered, "The phone answered; the program that asked did not see it.",
     "Let the PC's firewall and antivirus pass UDP from port 4810 to 4811, or use spa-sos, which "
     "needs no permission of a firewall."},
    {VERDICT_ANOTHER_TOOL, "another-tool", "is in the hands of another program", CLASS_FAULT,
     SCOPE_PHONE, judge_another_tool, "Another program recovers phones on this segment: {}.",
     "Stop that program, or let it finish; then start again. Two orders in one transfer make the "
     "phone begin anew (--force orders all the same)."},
    {VERDICT_FOUND, "found", "answers in recovery mode", CLASS_FOUND, SCOPE_PHONE, judge_found,
     "A phone in recovery mode answers.", "Recover it: spa-sos recover -i INTERFACE IMAGE."},
    {VERDICT_TWO_DHCP_SERVERS, "two-dhcp-servers", "had two DHCP servers", CLASS_FAULT, SCOPE_PHONE,
     judge_two_dhcp_servers, "Two DHCP servers answer.",
     "Leave one DHCP server on the segment. The phone takes the first usable offer, with that "
     "server's router."},
    {VERDICT_REQUEST_NOT_SENT, "request-not-sent", "was asked by nobody", CLASS_FAULT, SCOPE_PHONE,
     judge_request_not_sent,
     "A phone is waiting in recovery mode, and nobody asked for it on this wire.",
     "Choose the right interface: the request left by another adapter (Wi-Fi, VPN, virtual), or "
     "the program is the ordinary updater instead of the -recovery one."},
    {VERDICT_STATIC_PHONE, "static-phone", "uses a stored address", CLASS_FAULT, SCOPE_PHONE,
     judge_static_phone, "The phone uses a stored static address.",
     "No fault: it needs no DHCP, and spa-sos does not care about its subnet."},

    /* ---- the segment as a whole ---- */
    {VERDICT_WILDCARD_UPGRADE, "wildcard-upgrade", "was ordered by the wildcard", CLASS_EVERY_PHONE,
     SCOPE_SEGMENT, judge_wildcard_upgrade,
     "The order was addressed to FFFFFFFFFFFF: every phone on the segment starts.",
     "Order each phone by its own serial number, one after the other."},
    {VERDICT_SEVERAL_PHONES, "several-phones", "answers", CLASS_CHOICE, SCOPE_SEGMENT,
     judge_several_phones, "Several phones answer; choose one by serial number.",
     "Choose with --serial or --phone-mac, or recover them all with --all."},
    {VERDICT_LINK_FLAPPING, "link-flapping", "restarted again and again", CLASS_LINK, SCOPE_SEGMENT,
     judge_link_flapping,
     "The phone restarts below the network level: power, PoE or hardware, not SOS.",
     "Try another power supply or PoE port. If that does not help, only its serial console can."},
    {VERDICT_NO_LINK, "no-link", "has no link", CLASS_LINK, SCOPE_SEGMENT, judge_no_link,
     "The cable carries no link.", "Check cable, port and the phone's power."},
    {VERDICT_NO_PHONE_SEEN, "no-phone-seen", "was not seen", CLASS_NOTHING, SCOPE_SEGMENT,
     judge_no_phone_seen, "No frame of any phone.",
     "Check cable, interface and power; power-cycle the phone while this runs. A phone that got no "
     "address is silent with SOS on its display."},
    {VERDICT_TIMED_OUT, "timed-out", "did not get on", CLASS_UNCLEAR, SCOPE_PHONE | SCOPE_SEGMENT,
     judge_timed_out, "Nothing went forward for the time allowed.",
     "Start again and give it longer (--timeout), and power-cycle the phone while it runs."},
    {VERDICT_CAPTURE_TOO_SHORT, "capture-too-short", "remains unclear", CLASS_UNCLEAR,
     SCOPE_PHONE | SCOPE_SEGMENT, judge_capture_too_short,
     "Cannot tell: the capture does not contain the phone's start, or is too short.",
     "Capture again: start before the phone is powered on and go on for two minutes after the last "
     "attempt."},
};

const size_t catalogue_length = sizeof(catalogue) / sizeof(catalogue[0]);

const struct verdict_row *catalogue_row(enum verdict_id id)
{
    for (size_t i = 0; i < catalogue_length; i++)
        if (catalogue[i].id == id)
            return &catalogue[i];
    return NULL;
}

const char *verdict_name(enum verdict_id id)
{
    const struct verdict_row *row = catalogue_row(id);
    return row ? row->name : "unknown";
}
