-- Changes of mind. Entries are never touched again: what an entry is taken for later, and what that
-- adds to the sums, is a row of corrections. An entry's `standing` is what it was when it arrived.

-- Who works on a trace has its row locked until the end of the transaction.
CREATE TABLE traces (
  trace_id bytea PRIMARY KEY,
  recorded_day integer NOT NULL -- on which it was last added to
);

CREATE TABLE corrections (
  sequence bigint PRIMARY KEY DEFAULT nextval('entry_sequence'),
  -- The entry that is corrected, and the day of its partition.
  trace_id bytea NOT NULL,
  span_id bytea NOT NULL,
  recorded_day integer NOT NULL,
  recorded_at_unix_ms bigint NOT NULL,
  reason text NOT NULL,
  standing text NOT NULL, -- from now on
  -- What is added to the sums, under the entry's own hour, labels and status: figures are negative
  -- where something is spend no longer, and 0 where it is none before and after. Limbs have one sign.
  hour bigint NOT NULL,
  hour_nano bigint NOT NULL,
  label_set uuid NOT NULL,
  status text NOT NULL,
  error_type text NOT NULL,
  operations bigint NOT NULL,
  cost_input_nano bigint NOT NULL,
  cost_input_atto bigint NOT NULL,
  cost_output_nano bigint NOT NULL,
  cost_output_atto bigint NOT NULL,
  cost_cache_read_nano bigint NOT NULL,
  cost_cache_read_atto bigint NOT NULL,
  cost_cache_write_nano bigint NOT NULL,
  cost_cache_write_atto bigint NOT NULL,
  cost_other_nano bigint NOT NULL,
  cost_other_atto bigint NOT NULL,
  tokens_input bigint NOT NULL,
  tokens_output bigint NOT NULL,
  tokens_cache_read bigint NOT NULL,
  tokens_cache_write bigint NOT NULL,
  tokens_reasoning bigint NOT NULL,
  cost_bucket_0 bigint NOT NULL,
  cost_bucket_1 bigint NOT NULL,
  cost_bucket_2 bigint NOT NULL,
  cost_bucket_3 bigint NOT NULL,
  cost_bucket_4 bigint NOT NULL,
  cost_bucket_5 bigint NOT NULL,
  cost_bucket_6 bigint NOT NULL,
  cost_bucket_7 bigint NOT NULL,
  cost_bucket_8 bigint NOT NULL,
  cache_saved_nano bigint NOT NULL,
  cache_saved_atto bigint NOT NULL,
  cache_extra_nano bigint NOT NULL,
  cache_extra_atto bigint NOT NULL
);

CREATE INDEX corrections_by_trace ON corrections (trace_id, span_id);
CREATE INDEX corrections_by_start ON corrections (hour, hour_nano);
CREATE INDEX corrections_by_day ON corrections (recorded_day);

-- What the sums are made of: counted entries, and what corrections added to that or took away.
CREATE VIEW lines AS
  SELECT trace_id, hour, hour_nano, label_set, status, error_type, 1::bigint AS operations,
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
  label_set uuid NOT NULL,
  status text NOT NULL,
  error_type text NOT NULL,
  operations bigint NOT NULL,
  cost_input_nano bigint NOT NULL,
  cost_input_atto bigint NOT NULL,
  cost_output_nano bigint NOT NULL,
  cost_output_atto bigint NOT NULL,
  cost_cache_read_nano bigint NOT NULL,
  cost_cache_read_atto bigint NOT NULL,
  cost_cache_write_nano bigint NOT NULL,
  cost_cache_write_atto bigint NOT NULL,
  cost_other_nano bigint NOT NULL,
  cost_other_atto bigint NOT NULL,
  tokens_input bigint NOT NULL,
  tokens_output bigint NOT NULL,
  tokens_cache_read bigint NOT NULL,
  tokens_cache_write bigint NOT NULL,
  tokens_reasoning bigint NOT NULL,
  cost_bucket_0 bigint NOT NULL,
  cost_bucket_1 bigint NOT NULL,
  cost_bucket_2 bigint NOT NULL,
  cost_bucket_3 bigint NOT NULL,
  cost_bucket_4 bigint NOT NULL,
  cost_bucket_5 bigint NOT NULL,
  cost_bucket_6 bigint NOT NULL,
  cost_bucket_7 bigint NOT NULL,
  cost_bucket_8 bigint NOT NULL,
  cache_saved_nano bigint NOT NULL,
  cache_saved_atto bigint NOT NULL,
  cache_extra_nano bigint NOT NULL,
  cache_extra_atto bigint NOT NULL,
  PRIMARY KEY (label_set, status, error_type)
);

-- Held containers that may still become spend, until they are settled or restated.
CREATE TABLE unsettled (
  trace_id bytea NOT NULL,
  span_id bytea NOT NULL,
  recorded_at_unix_ms bigint NOT NULL,
  PRIMARY KEY (trace_id, span_id)
);

CREATE INDEX unsettled_by_time ON unsettled (recorded_at_unix_ms);

-- Spans that are no operations, of traces that have some: whose child is whose.
CREATE TABLE relatives (
  trace_id bytea NOT NULL,
  span_id bytea NOT NULL,
  parent_span_id bytea,
  name text NOT NULL,
  start_unix_nano bigint NOT NULL, -- 64 bits; from 2^63 on, which is the year 2262, negative
  end_unix_nano bigint NOT NULL,
  service text NOT NULL,
  recorded_day integer NOT NULL,
  PRIMARY KEY (trace_id, span_id)
);

-- Which calls are one is decided with the trace locked: nobody has to race for its answer.
DROP TABLE responses;

-- The answer that a leaf brought, as a hash of its id, to find it in a trace that is long.
ALTER TABLE entries ADD COLUMN response bytea;
