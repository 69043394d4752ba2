-- Prices that were corrected later. Entries keep the rating that they arrived with; what they are
-- rated at from then on is a row here, and what that adds to the sums one of `corrections`, or two
-- where the status changes: the first takes the entry away from the old status.

CREATE TABLE repricings (
  sequence bigint PRIMARY KEY, -- of its correction, the last of the two
  trace_id bytea NOT NULL,
  span_id bytea NOT NULL,
  recorded_day integer NOT NULL, -- of the entry
  recorded_at_unix_ms bigint NOT NULL,
  -- What the entry is worth from now on when it counts; its tokens stay.
  status text NOT NULL,
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
  cost_bucket bigint NOT NULL,
  cache_saved_nano bigint NOT NULL,
  cache_saved_atto bigint NOT NULL,
  cache_extra_nano bigint NOT NULL,
  cache_extra_atto bigint NOT NULL,
  rating text NOT NULL -- JSON
);

CREATE INDEX repricings_by_trace ON repricings (trace_id, span_id);
CREATE INDEX repricings_by_day ON repricings (recorded_day);
