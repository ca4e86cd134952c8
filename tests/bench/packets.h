/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet socket that hears everything IPv4 on an interface. Ends the program where that fails. */
#ifndef TESTS_BENCH_PACKETS_H
#define TESTS_BENCH_PACKETS_H

int open_packets(const char *interface);

#endif
