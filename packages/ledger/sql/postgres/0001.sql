-- The ledger's tables, in the schema that the connection's search_path names. Forward only: this file
-- is never edited again; what comes later is 0002.sql.
--
-- Money is two bigints, as in SQLite: `_nano` is in 1e-9 USD (rounded down, so a correction may be
-- negative), `_atto` is what is left. numeric(38,18) would hold it in one, but would be a
-- second way to write, read and move money. A sum that passes 9.2e9 USD fails aloud.
--
-- Hours are counted from 1970-01-01T00:00Z; a start is (hour, nanoseconds within it).

CREATE TABLE ledger (
  id integer PRIMARY KEY CHECK (id = 1),
  began_at_unix_ms bigint NOT NULL
);

-- Each set of labels once: a JSON object with its names sorted. The id is made of its SHA-256, so
-- that every processor knows it without asking.
CREATE TABLE label_sets (
  id uuid PRIMARY KEY,
  labels text NOT NULL
);

-- What makes an operation count once, whatever day its copies arrive on: whoever inserts its id
-- writes its entry. Partitions of entries could not promise that.
CREATE TABLE ids (
  trace_id bytea NOT NULL,
  span_id bytea NOT NULL,
  recorded_day integer NOT NULL,
  PRIMARY KEY (trace_id, span_id)
);

-- The answers that a counted leaf has brought, each as a hash of provider and response id: the next
-- leaf of the trace with the same one is an echo.
CREATE TABLE responses (
  trace_id bytea NOT NULL,
  response bytea NOT NULL,
  recorded_day integer NOT NULL,
  PRIMARY KEY (trace_id, response)
);

CREATE SEQUENCE entry_sequence;

-- One partition for each day on which entries were recorded; the store makes them.
CREATE TABLE entries (
  recorded_day integer NOT NULL, -- days since 1970-01-01, UTC
  sequence bigint NOT NULL DEFAULT nextval('entry_sequence'),
  trace_id bytea NOT NULL,
  span_id bytea NOT NULL,
  parent_span_id bytea,
  hour bigint NOT NULL,
  hour_nano bigint NOT NULL,
  recorded_at_unix_ms bigint NOT NULL,
  standing text NOT NULL,
  label_set uuid NOT NULL,
  status text NOT NULL,
  error_type text NOT NULL, -- '' where there was none
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
  details text NOT NULL -- JSON: all else that is known of the operation and its rating
) PARTITION BY RANGE (recorded_day);

CREATE INDEX entries_by_trace ON entries (trace_id);
CREATE INDEX entries_by_start ON entries (hour, hour_nano);

-- Sums over counted entries, by the hour of their start.
CREATE TABLE hourly (
  hour bigint NOT NULL,
  label_set uuid NOT NULL,
  status text NOT NULL,
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
  PRIMARY KEY (hour, label_set, status)
);

-- Sums over counted entries since the ledger began. No retention ever lowers them.
CREATE TABLE totals (
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
  PRIMARY KEY (label_set, status, error_type)
);
