-- Changes of mind. Entries are never touched again: what an entry is taken for later, and what that
-- adds to the sums, is a row of corrections. An entry's `standing` is what it was when it arrived.

CREATE TABLE corrections (
  sequence INTEGER PRIMARY KEY,
  -- The entry that is corrected.
  trace_id BLOB NOT NULL,
  span_id BLOB NOT NULL,
  recorded_at_unix_ms INTEGER NOT NULL,
  reason TEXT NOT NULL,
  standing TEXT NOT NULL, -- from now on
  -- What is added to the sums, under the entry's own hour, labels and status: figures are negative
  -- where something is spend no longer, and 0 where it is none before and after. Limbs have one sign.
  hour INTEGER NOT NULL,
  hour_nano INTEGER NOT NULL,
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
  cost_bucket_0 INTEGER NOT NULL,
  cost_bucket_1 INTEGER NOT NULL,
  cost_bucket_2 INTEGER NOT NULL,
  cost_bucket_3 INTEGER NOT NULL,
  cost_bucket_4 INTEGER NOT NULL,
  cost_bucket_5 INTEGER NOT NULL,
  cost_bucket_6 INTEGER NOT NULL,
  cost_bucket_7 INTEGER NOT NULL,
  cost_bucket_8 INTEGER NOT NULL,
  cache_saved_nano INTEGER NOT NULL,
  cache_saved_atto INTEGER NOT NULL,
  cache_extra_nano INTEGER NOT NULL,
  cache_extra_atto INTEGER NOT NULL
) STRICT;

CREATE INDEX corrections_by_trace ON corrections (trace_id, span_id);
CREATE INDEX corrections_by_start ON corrections (hour, hour_nano);

-- What the sums are made of: counted entries, and what corrections added to that or took away.
CREATE VIEW lines AS
  SELECT trace_id, hour, hour_nano, label_set, status, error_type, 1 AS operations,
    cost_input_nano, cost_input_atto, cost_output_nano, cost_output_atto, cost_cache_read_nano,
    cost_cache_read_atto, cost_cache_write_nano, cost_cache_write_atto, cost_other_nano,
    cost_other_atto, tokens_input, tokens_output, tokens_cache_read, tokens_cache_write,
    tokens_reasoning
  FROM entries WHERE standing = 'counted'
  UNION ALL
  SELECT trace_id, hour, hour_nano, label_set, status, error_type, operations,
    cost_input_nano, cost_input_atto, cost_output_nano, cost_output_atto, cost_cache_read_nano,
    cost_cache_read_atto, cost_cache_write_nano, cost_cache_write_atto, cost_other_nano,
    cost_other_atto, tokens_input, tokens_output, tokens_cache_read, tokens_cache_write,
    tokens_reasoning
  FROM corrections;

-- What corrections have taken away since the ledger began, as positive figures. `totals` only grow:
-- spend is totals less reversals.
CREATE TABLE reversals (
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
  cost_bucket_0 INTEGER NOT NULL,
  cost_bucket_1 INTEGER NOT NULL,
  cost_bucket_2 INTEGER NOT NULL,
  cost_bucket_3 INTEGER NOT NULL,
  cost_bucket_4 INTEGER NOT NULL,
  cost_bucket_5 INTEGER NOT NULL,
  cost_bucket_6 INTEGER NOT NULL,
  cost_bucket_7 INTEGER NOT NULL,
  cost_bucket_8 INTEGER NOT NULL,
  cache_saved_nano INTEGER NOT NULL,
  cache_saved_atto INTEGER NOT NULL,
  cache_extra_nano INTEGER NOT NULL,
  cache_extra_atto INTEGER NOT NULL,
  PRIMARY KEY (label_set, status, error_type)
) STRICT, WITHOUT ROWID;

-- Held containers that may still become spend, until they are settled or restated.
CREATE TABLE unsettled (
  trace_id BLOB NOT NULL,
  span_id BLOB NOT NULL,
  recorded_at_unix_ms INTEGER NOT NULL,
  PRIMARY KEY (trace_id, span_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX unsettled_by_time ON unsettled (recorded_at_unix_ms);

-- Spans that are no operations, of traces that have some: whose child is whose.
CREATE TABLE relatives (
  trace_id BLOB NOT NULL,
  span_id BLOB NOT NULL,
  parent_span_id BLOB,
  name TEXT NOT NULL,
  start_unix_nano INTEGER NOT NULL, -- 64 bits; from 2^63 on, which is the year 2262, negative
  end_unix_nano INTEGER NOT NULL,
  service TEXT NOT NULL,
  recorded_at_unix_ms INTEGER NOT NULL,
  PRIMARY KEY (trace_id, span_id)
) STRICT, WITHOUT ROWID;
