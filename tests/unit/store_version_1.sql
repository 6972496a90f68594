-- SPDX-FileCopyrightText: 2026 The hallwatt authors
-- SPDX-License-Identifier: Apache-2.0
--
-- A file of version 1 as hallwatt wrote it, with a few rows. Never edited: it is what the migrations start from.
CREATE TABLE migration (
  version INTEGER PRIMARY KEY,
  applied_at TEXT NOT NULL,      -- UTC
  agent_version TEXT NOT NULL,
  what TEXT NOT NULL
) STRICT;
CREATE TABLE point (             -- what is measured
  id INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 16777216),
  device TEXT NOT NULL,
  role TEXT NOT NULL,            -- inlet, outlet, cpu ...
  idx TEXT NOT NULL,             -- tells points of one role apart
  quantity TEXT NOT NULL,        -- energy, cpu_utilisation ...
  kind TEXT NOT NULL CHECK (kind IN ('energy', 'level', 'flow')), -- gives the unit of interval.amount
  last_seq INTEGER NOT NULL DEFAULT 0, -- of its rows in interval
  UNIQUE (device, role, idx, quantity)
) STRICT;
CREATE TABLE context (           -- what is the same for many intervals; '' = not known
  id INTEGER PRIMARY KEY,
  device TEXT NOT NULL,
  serial TEXT NOT NULL,
  model TEXT NOT NULL,
  firmware TEXT NOT NULL,
  profile TEXT NOT NULL,
  power_role TEXT NOT NULL,
  site TEXT NOT NULL,
  config_hash TEXT NOT NULL,     -- SHA-256, hexadecimal
  ruleset_hash TEXT NOT NULL,
  agent_version TEXT NOT NULL,
  clock_source TEXT NOT NULL,
  accuracy_ppm INTEGER NOT NULL, -- maximum permissible error; 0 = not known
  ct_ratio_ppm INTEGER NOT NULL  -- current transformer, 1000000 = 1
) STRICT;
CREATE INDEX context_by_device ON context (device);
CREATE TABLE interval (          -- closed quarters of an hour; only ever appended to
  start_s INTEGER NOT NULL CHECK (start_s % 900 = 0), -- UTC, seconds since 1970
  point INTEGER NOT NULL REFERENCES point (id),
  seq INTEGER NOT NULL CHECK (seq > 0), -- per point, +1 without holes; of one start the highest is in force
  context INTEGER NOT NULL REFERENCES context (id),
  supersedes INTEGER CHECK (supersedes < seq), -- seq of the row of the same start that this one corrects
  amount INTEGER NOT NULL,       -- energy: halves of a microjoule; level: 2 x unit x ms; flow: octets
  covered_ms INTEGER NOT NULL CHECK (covered_ms BETWEEN 0 AND 900000), -- really measured
  source TEXT NOT NULL CHECK (source GLOB '[ABCDE-]'), -- B register, C device average,
                                 -- D integrated samples, E estimate, - none
  quality TEXT NOT NULL CHECK (quality GLOB '[MPLFCREX]'), -- M measured, P and L
                                 -- partly, F frozen, C clock step, R reset, E estimated, X missing
  state TEXT NOT NULL CHECK (length(state) = 1), -- OCMF meter state, G = ok
  samples INTEGER NOT NULL,
  min_value INTEGER,             -- of the samples; energy: mW, level: unit; NULL = no samples
  max_value INTEGER,
  last_value INTEGER,
  register_amount INTEGER,       -- by the device's register; NULL = it has none
  register_first ANY,            -- raw counts nearest the borders; TEXT from 2^63 up
  register_last ANY,
  register_step INTEGER,         -- mJ (energy) or units a count
  register_reset INTEGER CHECK (register_reset = 1), -- NULL = it was not reset
  integral_amount INTEGER,       -- by integration of samples; NULL = not integrated
  integral_covered_ms INTEGER,
  unknown_max INTEGER,           -- most that a reset or gap may hide, unit of amount; NULL = 0
  gaps TEXT,                     -- JSON [[from_ms, to_ms, reason], ...] after the start; T silent,
                                 -- D not connected, C clock, R reset, O out of range; NULL = none
  PRIMARY KEY (start_s, point, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX interval_by_point ON interval (point, start_s, seq);
CREATE TABLE checkpoint (        -- open state of a device's meters, for the next start
  id INTEGER PRIMARY KEY,
  device TEXT NOT NULL UNIQUE,
  state BLOB NOT NULL
) STRICT;
CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  at_ms INTEGER NOT NULL,        -- UTC, milliseconds since 1970
  kind TEXT NOT NULL,            -- device_replaced, register_reset, clock_step ...
  device TEXT NOT NULL,
  subject TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_time ON event (at_ms);
CREATE TABLE value (             -- small things to remember
  space TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (space, key)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = 1213682772;
PRAGMA user_version = 1;
INSERT INTO migration VALUES (1, '2026-01-01T00:00:00Z', '0.1.0', 'points, contexts, intervals, checkpoints, events, values');
INSERT INTO point VALUES (1, 'pdu-a1', 'outlet', '1', 'energy', 'energy', 3);
INSERT INTO context VALUES (1, 'pdu-a1', 'S1', 'M', 'F', 'P', 'pdu', 'hall-1', '00ff', '', '0.1.0', '', 10000, 1000000);
INSERT INTO interval (start_s, point, seq, context, supersedes, amount, covered_ms, source, quality, state, samples,
  min_value, max_value, last_value, integral_amount, integral_covered_ms)
VALUES (1767225600, 1, 1, 1, NULL, 5400000000000, 900000, 'D', 'M', 'G', 30, 2900000, 3100000, 3000000, 5400000000000, 900000),
       (1767226500, 1, 2, 1, NULL, 5400000000000, 900000, 'D', 'M', 'G', 30, 2900000, 3100000, 3000000, 5400000000000, 900000),
       (1767226500, 1, 3, 1, 2, 5500000000000, 900000, 'D', 'M', 'G', 30, 2900000, 3100000, 3000000, 5500000000000, 900000);
INSERT INTO checkpoint (device, state) VALUES ('pdu-a1', x'0102');
INSERT INTO event VALUES (1, 1767225600000, 'device_replaced', 'pdu-a1', '', 'S0', 'S1');
INSERT INTO value VALUES ('engine', 'pdu-a1', '8000');
