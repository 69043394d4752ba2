-- The ledger's tables. Forward only: this file is never edited again; what comes later is 0002.sql.
--
-- Money is two integers, because one of 64 bits ends at 9.22 USD in the ledger's unit of 1e-18 USD:
-- `_nano` is in 1e-9 USD (rounded down, so a correction may be negative), `_atto` is what is left,
-- 0 to 999 999 999 in an entry. Both are simply added in sums; only reading joins them. A sum ends
-- at 9.2e9 USD or 9.2e9 operations in one row, and then fails aloud: STRICT refuses a real.
--
-- Hours are counted from 1970-01-01T00:00Z. An entry's start is (hour, nanoseconds within it), which
-- holds every time that OTLP can say and is the key of the hourly sums at once.

-- One row: what is true of the ledger as a whole.
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  began_at_unix_ms INTEGER NOT NULL
) STRICT;

-- Each set of labels once: a JSON object with its names sorted.
CREATE TABLE label_sets (
  id INTEGER PRIMARY KEY,
  labels TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE entries (
  sequence INTEGER PRIMARY KEY,
  trace_id BLOB NOT NULL,
  span_id BLOB NOT NULL,
  parent_span_id BLOB,
  hour INTEGER NOT NULL,
  hour_nano INTEGER NOT NULL,
  recorded_at_unix_ms INTEGER NOT NULL,
  standing TEXT NOT NULL,
  role TEXT NOT NULL,
  response_hash INTEGER, -- of the answer that a leaf brought, to find it in a trace that is long
  label_set INTEGER NOT NULL REFERENCES label_sets (id),
  status TEXT NOT NULL,
  error_type TEXT NOT NULL, -- '' where there was none
  cost_input_nano INTEGER NOT NULL,
  cost_input_atto INTEGER NOT NULL,
  cost_output_nano INTEGER NOT NULL,
  cost_output_atto INTEGER NOT NULL,
  cost_cache_read_nano INTEGER NOT NULL,
  cost_cache_read_atto INTEGER NOT NULL,
  cost_cache_write_nano INTEGER NOT NULL,
  cost_cache_write_atto INTEGER NOT NULL,
  cost_other_nano INTEGER NOT NULL,
  cost_other_atto INTEGER NOT NULL,
  tokens_input INTEGER NOT NULL,
  tokens_output INTEGER NOT NULL,
  tokens_cache_read INTEGER NOT NULL,
  tokens_cache_write INTEGER NOT NULL,
  tokens_reasoning INTEGER NOT NULL,
  details BLOB NOT NULL -- all else that is known of the operation and its rating: compact/details.ts
) STRICT;

-- The first and the last hour of a range, where they are not whole; and the traces of a range.
CREATE INDEX entries_by_start ON entries (hour, hour_nano);

-- Sums over counted entries, by the hour of their start.
CREATE TABLE hourly (
  hour INTEGER NOT NULL,
  label_set INTEGER NOT NULL REFERENCES label_sets (id),
  status TEXT NOT NULL,
  operations INTEGER NOT NULL,
  cost_input_nano INTEGER NOT NULL,
  cost_input_atto INTEGER NOT NULL,
  cost_output_nano INTEGER NOT NULL,
  cost_output_atto INTEGER NOT NULL,
  cost_cache_read_nano INTEGER NOT NULL,
  cost_cache_read_atto INTEGER NOT NULL,
  cost_cache_write_nano INTEGER NOT NULL,
  cost_cache_write_atto INTEGER NOT NULL,
  cost_other_nano INTEGER NOT NULL,
  cost_other_atto INTEGER NOT NULL,
  tokens_input INTEGER NOT NULL,
  tokens_output INTEGER NOT NULL,
  tokens_cache_read INTEGER NOT NULL,
  tokens_cache_write INTEGER NOT NULL,
  tokens_reasoning INTEGER NOT NULL,
  PRIMARY KEY (hour, label_set, status)
) STRICT, WITHOUT ROWID;

-- Sums over counted entries since the ledger began. No retention ever lowers them.
CREATE TABLE totals (
  label_set INTEGER NOT NULL REFERENCES label_sets (id),
  status TEXT NOT NULL,
  error_type TEXT NOT NULL,
  operations INTEGER NOT NULL,
  cost_input_nano INTEGER NOT NULL,
  cost_input_atto INTEGER NOT NULL,
  cost_output_nano INTEGER NOT NULL,
  cost_output_atto INTEGER NOT NULL,
  cost_cache_read_nano INTEGER NOT NULL,
  cost_cache_read_atto INTEGER NOT NULL,
  cost_cache_write_nano INTEGER NOT NULL,
  cost_cache_write_atto INTEGER NOT NULL,
  cost_other_nano INTEGER NOT NULL,
  cost_other_atto INTEGER NOT NULL,
  tokens_input INTEGER NOT NULL,
  tokens_output INTEGER NOT NULL,
  tokens_cache_read INTEGER NOT NULL,
  tokens_cache_write INTEGER NOT NULL,
  tokens_reasoning INTEGER NOT NULL,
  PRIMARY KEY (label_set, status, error_type)
) STRICT, WITHOUT ROWID;
