/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* bench_ipmi_floor - what the kernel takes for the packets of a poll, with nothing read in them.
 *
 *   bench_ipmi_floor FIRST-ADDRESS PORT COUNT PACKETS-PER-S SECONDS
 *
 * Asks each of COUNT BMCs in turn what IPMI it speaks, as many times a second, and takes the answers off the socket every 2 ms, as the
 * collector does. Prints key=value lines; exit status 1 when a tenth of the answers did not come. */
#include "presence.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define LOOK_NS 2000000

static double cpu_s(void)
{
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) + (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static long receive(int fd)
{
	static uint8_t packets[BATCH][512];
	static struct sockaddr_in from[BATCH];
	struct mmsghdr headers[BATCH];
	struct iovec vectors[BATCH];
	long got = 0;
	for (int n = BATCH; n == BATCH;) {
		for (int i = 0; i < BATCH; i++) {
			vectors[i] = (struct iovec){ packets[i], sizeof(packets[i]) };
			headers[i].msg_hdr = (struct msghdr){ .msg_name = &from[i], .msg_namelen = sizeof(from[i]),
							      .msg_iov = &vectors[i], .msg_iovlen = 1 };
		}
		n = recvmmsg(fd, headers, BATCH, MSG_DONTWAIT, NULL);
		got += n > 0 ? n : 0;
	}
	return got;
}

int main(int argc, char **argv)
{
	uint8_t ask[PRESENCE_ASK_OCTETS];
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct in_addr first;
	if (argc != 6 || inet_pton(AF_INET, argv[1], &first) != 1) {
		fprintf(stderr, "usage: bench_ipmi_floor FIRST-ADDRESS PORT COUNT PACKETS-PER-S SECONDS\n");
		return 2;
	}
	to.sin_port = htons((uint16_t)atoi(argv[2]));
	const long count = atol(argv[3]);
	const double rate = atof(argv[4]) > 2 ? atof(argv[4]) : 2, seconds = atof(argv[5]);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || count <= 0)
		return 2;
	presence_ask(ask);
	const double began = now_s(), before = cpu_s();
	const long pause_ns = rate < 1e9 / LOOK_NS ? (long)(1e9 / rate) : LOOK_NS;
	long sent = 0, got = 0;
	for (double now = began; now < began + seconds; now = now_s()) {
		got += receive(fd);
		for (; (double)sent < (now - began) * rate; sent++) {
			to.sin_addr.s_addr = htonl(ntohl(first.s_addr) + (uint32_t)(sent % count));
			(void)sendto(fd, ask, sizeof(ask), 0, (struct sockaddr *)&to, sizeof(to));
		}
		nanosleep(&(struct timespec){ .tv_nsec = pause_ns }, NULL);
	}
	got += receive(fd);
	printf("floor_packets=%ld\nfloor_us_per_packet=%.2f\n", sent, (cpu_s() - before) * 1e6 / (double)sent);
	close(fd);
	return got < sent - sent / 10;
}
