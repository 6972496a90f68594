#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The hallwatt authors
# SPDX-License-Identifier: Apache-2.0
"""Write lan.conf + bmc.emu for N simulated BMCs (one ipmi_sim process, N <= 112).

BMC k (0-based) is the MC at IPMB address 0x20 + 2k and listens on
127.20.0.(k+1) udp/623 (see --net, --first, --port).  Sensor values differ per
BMC so that a poller that mixes up two BMCs is caught.  test_ipmi_sim.py lists them.
"""
import argparse, os

def rec(num, name, stype, unit, m, rexp=0, b=0, bexp=0, fmt=0, lin=0, entity=7,
        inst=1, owner=0x20, evt=1, modunit=0, rate=0):
    """Full sensor record (type 01h), record id left 0: ipmi_sim assigns it."""
    idb = name.encode()
    body = [owner, 0, num, entity, inst, 0x7f, 0x68, stype, evt,
            0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
            (fmt << 6) | (rate << 3), unit, modunit, lin,
            m & 0xff, ((m >> 8) & 3) << 6, b & 0xff, ((b >> 8) & 3) << 6,
            0x02, ((rexp & 15) << 4) | (bexp & 15), 0,
            0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            0xc0 | len(idb)] + list(idb)
    return [0, 0, 0x51, 0x01, len(body)] + body

def compact(num, name, stype, evt, owner, entity=10, inst=1):
    idb = name.encode()
    body = [owner, 0, num, entity, inst, 0x63, 0x40, stype, evt,
            0, 0, 0, 0, 0x0f, 0x00, 0xc0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
            0xc0 | len(idb)] + list(idb)
    return [0, 0, 0x51, 0x02, len(body)] + body

def mcloc(name, owner):
    idb = name.encode()
    body = [owner, 0, 0, 0xbf, 0, 0, 0, 7, 1, 0, 0xc0 | len(idb)] + list(idb)
    return [0, 0, 0x51, 0x12, len(body)] + body

def fruloc(name, owner, dev=0):
    idb = name.encode()
    body = [owner, dev, 0x80, 0, 0, 0x10, 0x02, 7, 1, 0, 0xc0 | len(idb)] + list(idb)
    return [0, 0, 0x51, 0x11, len(body)] + body

def tl(s):                                    # FRU type/length, 8-bit ASCII
    b = s.encode()
    return [0xc0 | len(b)] + list(b)

def area(body):
    body = body + [0xc1]
    while (len(body) + 1) % 8:
        body.append(0)
    body[1] = (len(body) + 1) // 8
    return body + [(-sum(body)) & 0xff]

def fru(k):
    board = area([1, 0, 25, 0x20, 0x30, 0xc0] + tl("Hallwatt Sim") + tl("SimBoard") +
                 tl("BRD%05d" % k) + tl("P-100") + tl(""))
    prod = area([1, 0, 25] + tl("Hallwatt Sim") + tl("SimServer 1U") + tl("PN-%04d" % k) +
                tl("v1") + tl("SRV%05d" % k) + tl("rack-%02d" % (k % 42)) + tl(""))
    head = [1, 0, 0, 1, 1 + len(board) // 8, 0, 0]
    return head + [(-sum(head)) & 0xff] + board + prod

Z = "0" * 15
def hx(bs): return " ".join("0x%02x" % b for b in bs)

def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("n", type=int)
    ap.add_argument("--out", default=".")
    ap.add_argument("--port", type=int, default=623)
    ap.add_argument("--net", default="127.20.0.")
    ap.add_argument("--first", type=int, default=1)
    ap.add_argument("--dcmi", default="", metavar="SO", help="load this module, for example ./dcmi_mod.so")
    ap.add_argument("--control", default="power", metavar="DIR", help="control directory of the module")
    ap.add_argument("--name", default="hallsim")
    a = ap.parse_args()
    if not 1 <= a.n <= 112:
        ap.error("ipmi_sim has room for 1 to 112 BMCs (IPMB addresses 0x20 to 0xfe)")
    os.makedirs(a.out, exist_ok=True)
    lan = ['name "%s"' % a.name]
    if a.dcmi:
        lan.append('loadlib "%s" "%s"' % (a.dcmi, a.control))
    emu = ["mc_setbmc 0x20"]
    for k in range(a.n):
        mc = 0x20 + 2 * k
        lan += ["set_working_mc 0x%02x" % mc,
                "  startlan 1",
                "    addr %s%d %d" % (a.net, a.first + k, a.port),
                "    priv_limit admin",
                "    allowed_auths_callback none md2 md5 straight",
                "    allowed_auths_user none md2 md5 straight",
                "    allowed_auths_operator none md2 md5 straight",
                "    allowed_auths_admin none md2 md5 straight",
                "    guid a123456789abcdef00000000000000%02x" % k,
                "  endlan",
                '  user 2 true "hwpoll" "hallwatt-sim-pw" admin 10 none md2 md5 straight',
                '  user 3 true "longpw" "nineteen-chars-pass" admin 10 none md2 md5 straight',
                '  user 4 true "reader" "reader-pw" user 10 none md2 md5 straight']
        A = "0x%02x" % mc
        # power raw*4 W, so 200 W for BMC 0, +4 W per BMC
        sens = [  # num type raw sdr
            (0x10, 0x0b, 50 + k, rec(0x10, "System Power", 0x0b, 6, 4, entity=7)),
            (0x11, 0x08, 21 + k // 2, rec(0x11, "PSU1 Input", 0x08, 6, 5, entity=10)),
            (0x12, 0x08, 20, rec(0x12, "PSU2 Input", 0x08, 6, 5, entity=10, inst=2)),
            (0x13, 0x01, (24 + k % 8), rec(0x13, "Inlet Temp", 0x01, 1, 1, fmt=2, entity=0x37)),
            (0x14, 0x01, 0xf6, rec(0x14, "Cold Plate", 0x01, 1, 1, fmt=2, entity=0x37, inst=2)),
            (0x15, 0x04, 54, rec(0x15, "Fan1", 0x04, 0x12, 100, entity=29)),
            (0x16, 0x02, 192, rec(0x16, "P12V", 0x02, 4, 63, rexp=-3, entity=7)),
            (0x17, 0x03, 9, rec(0x17, "PSU1 Iin", 0x03, 5, 1, rexp=-1, entity=10)),
            (0x18, 0x01, 80, rec(0x18, "Offset Temp", 0x01, 1, 5, rexp=-1, b=-100, bexp=1, entity=3)),
            (0x19, 0x0b, 12, rec(0x19, "Sqr Power", 0x0b, 6, 2, lin=8, entity=7, inst=2)),
        ]
        emu += ["mc_add %s 0 no-device-sdrs 0x23 9 8 0x9f 0x000000 0x0101" % A,
                "mc_set_guid %s a123456789abcdef00000000000000%02x" % (A, k),
                "sel_enable %s 100 0x0a" % A,
                "main_sdr_add %s %s" % (A, hx(mcloc("SimBMC%d" % k, 0x20))),
                "main_sdr_add %s %s" % (A, hx(fruloc("SysFRU", 0x20)))]
        for num, st, raw, sdr in sens:
            emu += ["sensor_add %s 0 0x%02x 0x%02x 0x01" % (A, num, st),
                    "sensor_set_event_support %s 0 0x%02x enable scanning none "
                    "%s %s %s %s" % (A, num, Z, Z, Z, Z),
                    "sensor_set_value %s 0 0x%02x 0x%02x 0" % (A, num, raw),
                    "main_sdr_add %s %s" % (A, hx(sdr))]
        # a sensor that exists in the SDR but has no reading (must give "na")
        emu += ["sensor_add %s 0 0x1a 0x01 0x01" % A,
                "main_sdr_add %s %s" % (A, hx(rec(0x1a, "Absent Temp", 0x01, 1, 1, fmt=2, entity=3, inst=2)))]
        # discrete: PSU status, presence bit set
        emu += ["sensor_add %s 0 0x1b 0x08 0x6f" % A,
                "sensor_set_event_support %s 0 0x1b enable scanning none "
                "%s %s %s %s" % (A, Z, Z, Z, Z),
                "sensor_set_bit_clr_rest %s 0 0x1b 0 0" % A,
                "main_sdr_add %s %s" % (A, hx(compact(0x1b, "PSU1 Status", 0x08, 0x6f, 0x20)))]
        f = fru(k)
        emu += ["mc_add_fru_data %s 0 %d data %s" % (A, len(f), hx(f)),
                "mc_enable %s" % A]
    open(os.path.join(a.out, "lan.conf"), "w").write("\n".join(lan) + "\n")
    open(os.path.join(a.out, "bmc.emu"), "w").write("\n".join(emu) + "\n")

main()
