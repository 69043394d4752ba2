-- Texts that details name by their number (`compact/words.ts`): never changed, never deleted.
CREATE TABLE words (
  number INTEGER PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;

-- Which entries a trace has. Those of the newest entries are in memory; every so many of them are
-- written down at once, as a segment, in blocks sorted by a hash of the trace id. Nothing is changed
-- afterwards, so writing does not become slower with size, as an index over random ids would.
CREATE TABLE trace_segments (
  segment INTEGER PRIMARY KEY,
  last_sequence INTEGER NOT NULL, -- of entries; what comes after the last segment is in memory
  filter BLOB NOT NULL, -- bits: which hashes it may have
  first_keys BLOB NOT NULL -- 8 bytes each: with which hash each of its blocks begins
) STRICT;

CREATE TABLE trace_blocks (
  block INTEGER PRIMARY KEY, -- segment * 2^20 + its place
  traces BLOB NOT NULL
) STRICT;

-- What traces cost, by the hour of their operations: a sum like `hourly`.
CREATE TABLE trace_hours (
  hour INTEGER NOT NULL,
  trace_id BLOB NOT NULL,
  is_spread INTEGER NOT NULL, -- 1: the trace has operations in other hours, too
  operations INTEGER NOT NULL,
  cost_nano INTEGER NOT NULL,
  cost_atto INTEGER NOT NULL,
  PRIMARY KEY (hour, trace_id)
) STRICT, WITHOUT ROWID;
