/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table. Its order is the ranking: of the rules that hold for a phone the first that is at
 * least likely leads. Success comes first, then what happened after the transfer, in it, before it,
 * and last what is known of a phone that only stands there. Within a stage the cause stands before
 * its consequence: two servers before the stalled transfer, the bad lease before the deaf phone.
 */
#include "judge/rules_support.h"

#define REFERENCE(section) "docs/verdicts.md#" section

const struct rule rules[] = {
    /* ---- it worked, or is about to ---- */
    {VERDICT_RECOVERED, "recovered", RULE_PHONE,
     "The phone was recovered: its normal firmware runs.", judge_recovered,
     "Nothing more to do. If it does not register, that is a matter of its configuration.",
     REFERENCE("recovered")},

    /* ---- the file arrived, and then ---- */
    {VERDICT_POWER_LOST_WHILE_WRITING, "power-lost-while-writing", RULE_PHONE,
     "Power was lost while writing.", judge_power_lost_while_writing,
     "Recover it again and leave it powered until its normal firmware shows, at least 10 minutes. "
     "The recovery loader itself is never overwritten, so it can be repeated.",
     REFERENCE("power-lost-while-writing")},
    {VERDICT_STILL_IN_RECOVERY, "still-in-recovery", RULE_PHONE,
     "The image was written, but the boot loader did not start it.", judge_still_in_recovery,
     "Send version 7.5.2b first: old boot loaders cannot start newer images. Once it runs, upgrade "
     "from there.",
     REFERENCE("still-in-recovery")},
    {VERDICT_WRONG_FAMILY, "wrong-family", RULE_PHONE, "The image is for another family of phones.",
     judge_wrong_family,
     "Use the image of the phone's own family: spa50x-30x-*.bin for SPA301, 303, 501G, 502G, 504G, "
     "508G and 509G.",
     REFERENCE("wrong-family")},
    {VERDICT_WRONG_BLOCK, "wrong-block", RULE_PHONE,
     "The server sent block {} out of order; the phone's copy is corrupt.", judge_wrong_block,
     "Use a TFTP server that keeps strict order and sends nothing ahead (no window size, no "
     "tsize tricks), on a network that does not reorder. Then order again; nothing was written.",
     REFERENCE("wrong-block")},
    {VERDICT_IMAGE_CORRUPT_ON_WIRE, "image-corrupt-on-wire", RULE_PHONE,
     "The bytes served are not a valid image.", judge_image_corrupt_on_wire,
     "Check the file on the server with 'spa-sos image FILE'. If it is good there, it is damaged "
     "between server and phone: another cable, switch or server.",
     REFERENCE("image-corrupt-on-wire")},
    {VERDICT_IMAGE_REJECTED, "image-rejected", RULE_PHONE,
     "The phone refused the image; nothing was written.", judge_image_rejected,
     "Check the file with 'spa-sos image FILE' and send the .bin, not the .exe or .zip around it. "
     "The phone listens again: no power-cycle is needed.",
     REFERENCE("image-rejected")},
    {VERDICT_FLASHING, "flashing", RULE_PHONE,
     "The image was delivered; the phone is writing flash. Do not unplug it.", judge_flashing,
     "Wait. Writing takes minutes; the phone restarts by itself. Dark LEDs and silence are normal.",
     REFERENCE("flashing")},
    {VERDICT_DELIVERED, "delivered", RULE_PHONE,
     "The image was delivered; the capture ends before the phone shows what became of it.",
     judge_delivered,
     "Leave the phone powered for 10 minutes and look at it: does its normal firmware run? A "
     "longer "
     "capture would tell.",
     REFERENCE("delivered")},

    /* ---- the transfer ---- */
    {VERDICT_NESTED_UPGRADE, "nested-upgrade", RULE_PHONE,
     "A second upgrade order interrupted the first.", judge_nested_upgrade,
     "Stop every other recovery program, and order once: a phone that receives a file needs no "
     "second order.",
     REFERENCE("nested-upgrade")},
    {VERDICT_REBOOTED_IN_TRANSFER, "rebooted-in-transfer", RULE_PHONE,
     "The phone restarted in the middle of the transfer.", judge_rebooted_in_transfer,
     "Check its power: another power supply or PoE port, a firm plug. Nothing was written; recover "
     "it again.",
     REFERENCE("rebooted-in-transfer")},
    {VERDICT_TFTP_REFUSED, "tftp-refused", RULE_PHONE, "The TFTP server refused: {}.",
     judge_tftp_refused,
     "Put the file where the TFTP server looks for it, under exactly the name the phone asks for, "
     "and readable; or let spa-sos serve it.",
     REFERENCE("tftp-refused")},
    {VERDICT_TWO_TFTP_SERVERS, "two-tftp-servers", RULE_PHONE,
     "Two TFTP servers answer the same request.", judge_two_tftp_servers,
     "Stop one of them, or put phone and PC alone on a switch. The phone's read request is "
     "multicast: every TFTP server that listens there answers.",
     REFERENCE("two-tftp-servers")},
    {VERDICT_DATA_NOT_REACHING, "data-not-reaching", RULE_PHONE,
     "The file is sent, but not in a form or to a place the phone accepts: {}.",
     judge_data_not_reaching,
     "The phone takes DATA untagged, without IP options, to UDP port 2000 of its own address. Use "
     "a TFTP server that answers to the port the request came from, or let spa-sos serve it.",
     REFERENCE("data-not-reaching")},
    {VERDICT_TRANSFER_STALLED, "transfer-stalled", RULE_PHONE,
     "The transfer broke off {}. Nothing was written.", judge_transfer_stalled,
     "Order again. If it breaks off at the same place, look at the server and its firewall: the "
     "phone's ACKs are multicast, and a server that has not joined 234.4.8.10 never sees them.",
     REFERENCE("transfer-stalled")},
    {VERDICT_REQUEST_FOR_FILE_UNANSWERED, "request-for-file-unanswered", RULE_PHONE,
     "The phone asks for the file, nobody answers.", judge_request_for_file_unanswered,
     "Start a TFTP server that listens on port 69 and has joined 234.4.8.10, and let the firewall "
     "pass it; or let spa-sos serve the file.",
     REFERENCE("request-for-file-unanswered")},
    {VERDICT_GATEWAY_DEAD, "gateway-dead", RULE_PHONE,
     "Nobody answers for the phone's gateway ({}), so it never asks for the file.",
     judge_gateway_dead,
     "Give the phone a lease whose router (option 3) answers ARP, for example the PC's own "
     "address; "
     "or let spa-sos help it past (--gateway auto).",
     REFERENCE("gateway-dead")},
    {VERDICT_NO_GATEWAY, "no-gateway", RULE_PHONE,
     "The phone knows no gateway and therefore never asks for the file.", judge_no_gateway,
     "Add a router (option 3) that answers ARP to the DHCP server's lease, then power-cycle the "
     "phone.",
     REFERENCE("no-gateway")},
    {VERDICT_UPGRADE_IGNORED, "upgrade-ignored", RULE_PHONE, "The upgrade order was not taken.",
     judge_upgrade_ignored,
     "Order with exactly the serial number that the phone gives in its REPLY, upper case, from UDP "
     "port 4811 to 4810, 160 bytes.",
     REFERENCE("upgrade-ignored")},

    /* ---- the normal firmware ---- */
    {VERDICT_FIRMWARE_CRASH_LOOP, "firmware-crash-loop", RULE_PHONE,
     "The normal firmware starts and crashes again and again.", judge_firmware_crash_loop,
     "This is not a recovery case: the firmware starts. Reset the phone to factory defaults and "
     "check the configuration that it loads.",
     REFERENCE("firmware-crash-loop")},
    {VERDICT_FIRMWARE_RUNNING, "firmware-running", RULE_PHONE,
     "This phone runs its normal firmware; it needs no recovery.", judge_firmware_running,
     "Use its web page or the ordinary updater. It answers no recovery request in this state.",
     REFERENCE("firmware-running")},

    /* ---- why it is not found: address first ---- */
    {VERDICT_DHCP_REFUSED, "dhcp-refused", RULE_PHONE, "A DHCP server refused the address.",
     judge_dhcp_refused,
     "Look into the DHCP server's log: a stale reservation, an exhausted pool, or two servers that "
     "disagree. The phone goes on asking.",
     REFERENCE("dhcp-refused")},
    {VERDICT_DHCP_LATE, "dhcp-late", RULE_PHONE, "The DHCP server answered too late.",
     judge_dhcp_late,
     "Switch the server's ping check (conflict detection) off, or use a DHCP server on the same "
     "switch; then power-cycle the phone: it asks only twice, 5 s apart.",
     REFERENCE("dhcp-late")},
    {VERDICT_DHCP_OFFER_UNUSABLE, "dhcp-offer-unusable", RULE_PHONE,
     "The phone ignored the OFFER: {}.", judge_dhcp_offer_unusable,
     "Correct the DHCP server or use another one, then power-cycle the phone. An OFFER needs "
     "options 53 and 54, the phone's transaction id, and an untagged frame.",
     REFERENCE("dhcp-offer-unusable")},
    {VERDICT_DHCP_ACK_LOST, "dhcp-ack-lost", RULE_PHONE,
     "The phone's DHCP REQUEST was not answered.", judge_dhcp_ack_lost,
     "Look into the DHCP server's log for the REQUEST, and whether its ACK leaves towards the "
     "phone; then power-cycle the phone.",
     REFERENCE("dhcp-ack-lost")},
    {VERDICT_LEASE_WITHOUT_MASK, "lease-without-mask", RULE_PHONE,
     "The lease has no subnet mask; the loader stops.", judge_lease_without_mask,
     "Add option 1 (subnet mask) to the DHCP server's lease, then power-cycle the phone.",
     REFERENCE("lease-without-mask")},
    {VERDICT_LEASE_WITHOUT_ROUTER, "lease-without-router", RULE_PHONE,
     "The lease has no usable router; the loader stops or never asks for the file.",
     judge_lease_without_router,
     "Add option 3 (router) with an address that answers ARP to the DHCP server's lease, then "
     "power-cycle the phone.",
     REFERENCE("lease-without-router")},
    {VERDICT_PORT_BLOCKED, "port-blocked", RULE_PHONE,
     "The switch port was probably still blocked when the phone asked.", judge_port_blocked,
     "Set the port to portfast (edge port) or use a switch without spanning tree, and power-cycle "
     "the phone only, not the link.",
     REFERENCE("port-blocked")},
    {VERDICT_NO_DHCP, "no-dhcp", RULE_PHONE,
     "The phone asked for an address, got none, and has stopped listening until it is "
     "power-cycled.",
     judge_no_dhcp,
     "Run a DHCP server on this segment first (spa-sos recover brings its own), then power-cycle "
     "the phone. SOS on the display does not mean that it listens.",
     REFERENCE("no-dhcp")},

    /* ---- then the segment ---- */
    {VERDICT_NOT_ONE_SEGMENT, "not-one-segment", RULE_PHONE, "A router is between phone and PC.",
     judge_not_one_segment,
     "Connect PC and phone to the same switch: recovery works on one segment only.",
     REFERENCE("not-one-segment")},
    {VERDICT_DUPLICATE_ADDRESS, "duplicate-address", RULE_PHONE,
     "Two hosts use the phone's address.", judge_duplicate_address,
     "Take the other host off the segment or give the phone another lease, then power-cycle it.",
     REFERENCE("duplicate-address")},

    /* ---- then the request ---- */
    {VERDICT_TAGGED_PORT, "tagged-port", RULE_PHONE,
     "The port uses VLAN tags, which the loader ignores.", judge_tagged_port,
     "Use an untagged (access) port in the same VLAN for the PC, or send untagged frames.",
     REFERENCE("tagged-port")},
    {VERDICT_REQUEST_MALFORMED, "request-malformed", RULE_PHONE,
     "The request does not have the form the loader accepts: {}.", judge_request_malformed,
     "A request goes from UDP port 4811 to 4810 of 234.4.8.10, 160 bytes, untagged, without IP "
     "options. Let spa-sos ask.",
     REFERENCE("request-malformed")},
    {VERDICT_SERIAL_MISMATCH, "serial-mismatch", RULE_PHONE,
     "The serial number asked for is not this phone's.", judge_serial_mismatch,
     "The serial number is not the MAC address, and upper case matters. Find the phone with "
     "FFFFFFFFFFFF (spa-sos discover) and use the number it gives.",
     REFERENCE("serial-mismatch")},
    {VERDICT_BUSY_WITH_URL, "busy-with-url", RULE_PHONE,
     "The phone is trying to fetch {} and does not listen meanwhile.", judge_busy_with_url,
     "Go on asking, for several minutes: it listens between its attempts. Or give it what it asks "
     "for (spa-sos recover --answer-urls).",
     REFERENCE("busy-with-url")},
    {VERDICT_SNOOPING, "snooping", RULE_PHONE, "A switch keeps the group's frames from the phone.",
     judge_snooping,
     "Switch IGMP snooping off or use a plain switch; or send the requests to the broadcast or the "
     "phone's own MAC address, as spa-sos does.",
     REFERENCE("snooping")},
    {VERDICT_PHONE_DEAF, "phone-deaf", RULE_PHONE,
     "The phone had an address but answers nothing, not even ARP.", judge_phone_deaf,
     "Check that it is still connected, then power-cycle it with the DHCP server running.",
     REFERENCE("phone-deaf")},

    /* ---- it answers ---- */
    {VERDICT_REPLY_FILTERED, "reply-filtered", RULE_PHONE,
     "The phone answered; the program that asked did not see it.", judge_reply_filtered,
     "Let the PC's firewall and antivirus pass UDP from port 4810 to 4811, or use spa-sos, which "
     "needs no permission of a firewall.",
     REFERENCE("reply-filtered")},
    {VERDICT_FOUND, "found", RULE_PHONE, "A phone in recovery mode answers.", judge_found,
     "Recover it: spa-sos recover -i INTERFACE IMAGE.", REFERENCE("found")},
    {VERDICT_TWO_DHCP_SERVERS, "two-dhcp-servers", RULE_PHONE, "Two DHCP servers answer.",
     judge_two_dhcp_servers,
     "Leave one DHCP server on the segment. The phone takes the first usable offer, with that "
     "server's router.",
     REFERENCE("two-dhcp-servers")},
    {VERDICT_REQUEST_NOT_SENT, "request-not-sent", RULE_PHONE,
     "A phone is waiting in recovery mode, and nobody asked for it on this wire.",
     judge_request_not_sent,
     "Choose the right interface: the request left by another adapter (Wi-Fi, VPN, virtual), or "
     "the program is the ordinary updater instead of the -recovery one.",
     REFERENCE("request-not-sent")},
    {VERDICT_STATIC_PHONE, "static-phone", RULE_PHONE, "The phone uses a stored static address.",
     judge_static_phone, "No fault: it needs no DHCP, and spa-sos does not care about its subnet.",
     REFERENCE("static-phone")},
    {VERDICT_CAPTURE_TOO_SHORT, "capture-too-short", RULE_PHONE,
     "Cannot tell: the capture does not contain the phone's start, or is too short.",
     judge_phone_unclear,
     "Capture again: start before the phone is powered on and go on for two minutes after the last "
     "attempt.",
     REFERENCE("capture-too-short")},

    /* ---- the segment as a whole ---- */
    {VERDICT_WILDCARD_UPGRADE, "wildcard-upgrade", RULE_SEGMENT,
     "The order was addressed to FFFFFFFFFFFF: every phone on the segment starts.",
     judge_wildcard_upgrade, "Order each phone by its own serial number, one after the other.",
     REFERENCE("wildcard-upgrade")},
    {VERDICT_SEVERAL_PHONES, "several-phones", RULE_SEGMENT,
     "Several phones answer; choose one by serial number.", judge_several_phones,
     "Choose with --serial or --phone-mac, or recover them all with --all.",
     REFERENCE("several-phones")},
    {VERDICT_LINK_FLAPPING, "link-flapping", RULE_SEGMENT,
     "The phone restarts below the network level: power, PoE or hardware, not SOS.",
     judge_link_flapping,
     "Try another power supply or PoE port. If that does not help, only its serial console can.",
     REFERENCE("link-flapping")},
    {VERDICT_NO_LINK, "no-link", RULE_SEGMENT, "The cable carries no link.", judge_no_link,
     "Check cable, port and the phone's power.", REFERENCE("no-link")},
    {VERDICT_NO_PHONE_SEEN, "no-phone-seen", RULE_SEGMENT, "No frame of any phone.",
     judge_no_phone_seen,
     "Check cable, interface and power; power-cycle the phone while this runs. A phone that got no "
     "address is silent with SOS on its display.",
     REFERENCE("no-phone-seen")},
    {VERDICT_CAPTURE_TOO_SHORT, "capture-too-short", RULE_SEGMENT,
     "Cannot tell: the capture does not contain the phone's start, or is too short.",
     judge_nothing_to_tell,
     "Capture again: start before the phone is powered on and go on for at least a minute.",
     REFERENCE("capture-too-short")},
};

const size_t rule_count = sizeof(rules) / sizeof(rules[0]);
