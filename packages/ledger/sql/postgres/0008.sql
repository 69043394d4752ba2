-- When the leaves of long traces stood, to find another sighting of a call that tells no answer.
-- What 0007 has of traces is made anew when their next span comes.
TRUNCATE long_traces;

ALTER TABLE long_traces
  ADD COLUMN start_unix_nano bigint, -- of a leaf, NULL of others; beyond 64 bits with a sign it is cut
  ADD COLUMN end_unix_nano bigint;

CREATE INDEX long_traces_by_start ON long_traces (trace_id, start_unix_nano)
  WHERE start_unix_nano IS NOT NULL;
