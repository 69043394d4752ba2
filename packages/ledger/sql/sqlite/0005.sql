-- Prices that were corrected later. Entries keep the rating that they arrived with; what they are
-- rated at from then on is a row here, and what that adds to the sums one of `corrections`, or two
-- where the status changes: the first takes the entry away from the old status.

CREATE TABLE repricings (
  sequence INTEGER PRIMARY KEY, -- of its correction, the last of the two
  trace_id BLOB NOT NULL,
  span_id BLOB NOT NULL,
  recorded_at_unix_ms INTEGER NOT NULL,
  -- What the entry is worth from now on when it counts; its tokens stay.
  status TEXT NOT NULL,
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
  cost_bucket INTEGER NOT NULL,
  cache_saved_nano INTEGER NOT NULL,
  cache_saved_atto INTEGER NOT NULL,
  cache_extra_nano INTEGER NOT NULL,
  cache_extra_atto INTEGER NOT NULL,
  rating TEXT NOT NULL -- JSON
) STRICT;

CREATE INDEX repricings_by_trace ON repricings (trace_id, span_id);
