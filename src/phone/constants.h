/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers of the recovery loader 7.4.4rec, each with its place in docs/protocol.md. "nominal" = as
 * programmed; *_HARDWARE_* = measured on recorded traces or inferred. Other editions of the loader
 * would differ here.
 */
#ifndef PHONE_CONSTANTS_H
#define PHONE_CONSTANTS_H

#include "base/instant.h"

#define US(x) ((x)*NS_PER_US)
#define MS(x) ((x)*NS_PER_MS)
#define S(x)  ((x)*NS_PER_S)

/* docs: protocol, what the phone accepts */
#define LOADER_FRAME_MAXIMUM         1496
#define LOADER_RECEIVE_BUFFERS       5
#define LOADER_TIME_TO_LIVE          60
#define LOADER_FRAME_COST_NS         US(310) /* handling one received frame ... */
#define LOADER_FRAME_COST_SPREAD_NS  US(140) /* ... up to 0.45 ms */
#define LOADER_WARNING_PRINT_NS      MS(40) /* a non-UDP packet for it, an ARP from its own address */
#define LOADER_SLOW_FRAME_COST_NS    MS(35) /* after an HTTP attempt */
#define LOADER_STRETCH_PERMILLE      3162   /* loop counts while polling: 6.324 s for 2 s */
#define LOADER_STRETCH_HTTP_PERMILLE 1860   /* the clock ratio alone, after an HTTP attempt */

/* docs: protocol, recovery messages */
#define LOADER_RECM_REPLY_LENGTH  100
#define LOADER_RECM_BUFFER_LENGTH 160
#define LOADER_FILE_NAME_MAXIMUM  67
#define LOADER_RECM_PRINT_NS      MS(140) /* any RECM message */
#define LOADER_REPLY_PRINT_NS     MS(443) /* REQUEST to REPLY 0.583 s in all */
#define LOADER_ECHO_PRINT_NS      MS(392) /* UPGRADE to echo 0.532 s in all */
#define LOADER_UPGRADE_PRINT_NS   MS(110) /* echo to the first ARP frame */

/* docs: protocol, boot and listening */
#define LOADER_BOOT_NOMINAL_NS     S(3)
#define LOADER_BOOT_HARDWARE_NS    MS(5500)
#define LOADER_STATIC_BOOT_NS      MS(300)
#define LOADER_DEFAULT_SERVER_IP   UINT32_C(0xc0a80001) /* 192.168.0.1 */
#define LOADER_CONFIGURED_PRINT_NS MS(570)              /* ACK to the first window */
#define LOADER_WINDOW_NOMINAL_NS   S(5)
#define LOADER_WINDOWS             9 /* 5 s doubling to 1280 s */
#define LOADER_URL_PRINT_NS        MS(250)
#define LOADER_FAILURE_PRINT_NS    MS(255)

/* docs: protocol, DHCP client */
#define LOADER_DHCP_WAIT_NS       S(5)
#define LOADER_DHCP_TRANSMISSIONS 2
#define LOADER_DHCP_NAK_WAIT_NS   S(1)
#define LOADER_DHCP_REPLY_COST_NS MS(1)
#define LOADER_DHCP_OPTIONS_MAX   308

/* docs: protocol, ARP */
#define LOADER_ARP_FRAME_LENGTH      62
#define LOADER_ARP_HTTP_FRAME_LENGTH 60
#define LOADER_ARP_FRAME_MAXIMUM     62 /* longer requests overflow the reply buffer */
#define LOADER_ARP_REQUESTS          3
#define LOADER_ARP_WAIT_NOMINAL_NS   US(89700) /* 0.2836 s on the traces */

/* docs: protocol, TFTP client */
#define LOADER_TFTP_WAIT_NOMINAL_NS S(2)
#define LOADER_TFTP_TRANSMISSIONS   5
#define LOADER_DOWNLOAD_MAXIMUM     10485760u

/* docs: protocol, URL attempts */
#define LOADER_DNS_WAIT_NS           MS(10)
#define LOADER_HTTP_ARP_REQUESTS     4
#define LOADER_HTTP_ARP_WAIT_NS      MS(540) /* 0.5 s and the polling's grain */
#define LOADER_HTTP_SYN_WAIT_NS      MS(1010)
#define LOADER_HTTP_CONNECT_LIMIT_NS MS(7770)
#define LOADER_HTTP_IDLE_LIMIT_NS    S(10)
#define LOADER_HTTP_TIME_TO_LIVE     250
#define LOADER_HTTP_WINDOW           1024
#define LOADER_HTTP_MSS              1400
#define LOADER_HTTP_SOURCE_PORT      459
#define LOADER_HTTP_HEADER_SIZE      2048
#define LOADER_HTTP_MAXIMUM          7340032u
#define LOADER_HTTP_BYTE_COST_NS     US(190) /* about 5 kB/s */
#define LOADER_HTTP_RST_PRINT_NS     MS(690) /* RST to the next window */

/* docs: firmware image, what the phone does with the file; and flashing (inferred) */
#define LOADER_CHECK_PRINT_NS     MS(120)
#define LOADER_CHECK_BYTE_COST_NS 1000
#define LOADER_JUNK_HANG_NS       S(20)
#define LOADER_SECTOR_FLASH_NS    MS(2500)
#define LOADER_RESET_NS           S(2)  /* reset to the start of the recovery loader */
#define LOADER_HEAP_CRASH_NS      S(3)  /* heap damage to its consequence (invented) */
#define FIRMWARE_BOOT_NS          S(13) /* reset to the normal firmware's first frame */

#endif
