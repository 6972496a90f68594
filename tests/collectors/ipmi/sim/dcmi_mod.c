/* SPDX-FileCopyrightText: 2026 The hallwatt authors
 * SPDX-License-Identifier: Apache-2.0 */
/* dcmi_mod.c - teaches OpenIPMI's ipmi_sim the DCMI group extension (0xDC).
 *
 * Needs the header files of libopenipmi-dev.
 *   cc -shared -fPIC -o dcmi_mod.so dcmi_mod.c
 *   lan.conf:  loadlib "./dcmi_mod.so" "DIR"
 *
 * Control files in DIR, read once a second and at each Get Power Reading; AA is
 * the IPMB address of the simulated BMC in lower-case hex (20, 22, 24, ...):
 *   AA.watts  decimal watts; negative = power measurement not active
 *             (reading 0, state bit clear).  Missing file = 200 + 4*k watts,
 *             k = (AA - 0x20) / 2.
 *   AA.cc     hexadecimal completion code to answer Get Power Reading with
 *             (c1 = no DCMI, c0 = busy, ...).  Missing or 0 = normal answer.
 * The analog sensor 0x10 ("System Power", 4 W per count) follows AA.watts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <OpenIPMI/serv.h>
#include <OpenIPMI/mcserv.h>

#define GROUP_DCMI 0xdc

static sys_data_t *the_sys;
static char dir[256];

static int control(unsigned addr, const char *suffix, const char *fmt, int dflt)
{
    char path[320];
    int v = dflt;
    FILE *f;

    snprintf(path, sizeof path, "%s/%02x.%s", dir, addr, suffix);
    f = fopen(path, "r");
    if (f) {
        if (fscanf(f, fmt, &v) != 1)
            v = dflt;
        fclose(f);
    }
    return v;
}

static int watts_of(unsigned addr)
{
    return control(addr, "watts", "%d", 200 + 4 * (int)((addr - 0x20) / 2));
}

static void le(unsigned char *p, unsigned long v, int n)
{
    while (n--) {
        *p++ = v & 0xff;
        v >>= 8;
    }
}

static void fail(unsigned char *r, unsigned *rl, int cc)
{
    r[0] = (unsigned char)cc;
    *rl = 1;
}

static void power_reading(unsigned addr, msg_t *msg, unsigned char *r, unsigned *rl)
{
    const unsigned char *d = msg->data;
    int w, cc = control(addr, "cc", "%x", 0);

    if (cc) {
        fail(r, rl, cc);
        return;
    }
    if (msg->len < 4) {
        fail(r, rl, 0xc7);
        return;
    }
    if (d[1] != 1 && d[1] != 2) {
        fail(r, rl, 0xcc);
        return;
    }
    w = watts_of(addr);
    if (w >= 0) {
        le(r + 2, w, 2);                           /* current  */
        le(r + 4, w > 50 ? w - 50 : 0, 2);         /* minimum  */
        le(r + 6, w + 100, 2);                     /* maximum  */
        le(r + 8, w + 10, 2);                      /* average  */
        r[18] = 0x40;                              /* measurement active */
    }
    le(r + 10, (unsigned long)time(NULL), 4);
    le(r + 14, d[1] == 2 ? 5000 : 3600000, 4);     /* averaging period, ms */
    *rl = 19;
}

static void dcmi(lmc_data_t *mc, msg_t *msg, unsigned char *r, unsigned *rl, void *cb)
{
    static const char tag[] = "hallwatt-sim";
    const unsigned char *d = msg->data;
    unsigned addr = the_sys->mc_get_ipmb(mc);
    unsigned off, n;

    (void)cb;
    memset(r, 0, 24);
    r[1] = GROUP_DCMI;
    switch (msg->cmd) {
    case 0x01:                                     /* Get DCMI Capabilities Info */
        if (msg->len < 2) {
            fail(r, rl, 0xc7);
            return;
        }
        r[2] = 1; r[3] = 5; r[4] = 2;              /* DCMI 1.5, parameter revision 2 */
        switch (d[1]) {
        case 1: r[6] = 0x01; r[7] = 0x07; *rl = 8; return;
        case 2: le(r + 5, 0x8064, 2); r[9] = 1; *rl = 10; return;
        case 3: r[5] = (unsigned char)addr; r[6] = 0x01; *rl = 7; return;
        case 4: r[5] = 1; r[6] = 0xff; r[7] = 0xff; *rl = 8; return;
        case 5: r[5] = 3; r[6] = 0x05; r[7] = 0x41; r[8] = 0x4f; *rl = 9; return;
        }
        fail(r, rl, 0xc9);
        return;
    case 0x02:
        power_reading(addr, msg, r, rl);
        return;
    case 0x03:                                     /* Get Power Limit: none set */
        r[0] = 0x80;
        le(r + 5, 500, 2);
        le(r + 7, 1000, 4);
        *rl = 15;
        return;
    case 0x06:                                     /* Get Asset Tag */
        if (msg->len < 3) {
            fail(r, rl, 0xc7);
            return;
        }
        off = d[1];
        n = d[2];
        if (off > sizeof tag - 1 || n > 16) {
            fail(r, rl, 0xc9);
            return;
        }
        if (n > sizeof tag - 1 - off)
            n = sizeof tag - 1 - off;
        r[2] = sizeof tag - 1;
        memcpy(r + 3, tag + off, n);
        *rl = 3 + n;
        return;
    case 0x07:                                     /* Get DCMI Sensor Info */
        if (msg->len < 5) {
            fail(r, rl, 0xc7);
            return;
        }
        if (d[1] == 1 && (d[2] == 0x40 || d[2] == 0x37)) {
            r[2] = 1; r[3] = 1;
            le(r + 4, 6, 2);                       /* SDR record 6 = Inlet Temp */
            *rl = 6;
        } else {
            *rl = 4;
        }
        return;
    case 0x10:                                     /* Get Temperature Readings */
        if (msg->len < 5) {
            fail(r, rl, 0xc7);
            return;
        }
        if (d[2] == 0x40 || d[2] == 0x37) {
            r[2] = 1; r[3] = 1; r[4] = 24; r[5] = 1;
            *rl = 6;
        } else {
            *rl = 4;
        }
        return;
    }
    fail(r, rl, 0xc1);
}

static void tick(void *info, unsigned seconds)
{
    unsigned a;

    (void)info;
    (void)seconds;
    for (a = 0x20; a < 0x100; a += 2)
        if (the_sys->ipmb_addrs[a]) {
            int w = watts_of(a);
            ipmi_mc_sensor_set_value(the_sys->ipmb_addrs[a], 0, 0x10,
                                     (unsigned char)(w < 0 ? 0 : w > 1020 ? 255 : w / 4), 0);
        }
}

int ipmi_sim_module_print_version(sys_data_t *sys, char *opt)
{
    (void)sys;
    (void)opt;
    printf("dcmi_mod 1\n");
    return 0;
}

int ipmi_sim_module_init(sys_data_t *sys, const char *init)
{
    static ipmi_tick_handler_t th = { .handler = tick };

    the_sys = sys;
    snprintf(dir, sizeof dir, "%s", init && *init ? init : ".");
    ipmi_emu_register_group_extension_handler(GROUP_DCMI, dcmi, NULL);
    sys->register_tick_handler(&th);
    return 0;
}
