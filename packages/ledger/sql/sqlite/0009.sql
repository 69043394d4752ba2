-- When the leaves of long traces stood, to find another sighting of a call that tells no answer.
-- What 0008 has of traces is made anew when their next span comes.
DROP TABLE long_traces;

CREATE TABLE long_traces (
  trace_id BLOB NOT NULL,
  span_id BLOB NOT NULL, -- perhaps of a span that has not come yet
  parent_span_id BLOB, -- NULL: it is a root, or has not come yet
  response_hash INTEGER, -- as in entries
  start_unix_nano INTEGER, -- of a leaf, NULL of others; what is beyond 64 bits with a sign is cut
  end_unix_nano INTEGER,
  is_above_usage INTEGER NOT NULL, -- 1: whatever comes, it has usage below it; so has all above it
  PRIMARY KEY (trace_id, span_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX long_traces_by_answer ON long_traces (trace_id, response_hash)
  WHERE response_hash IS NOT NULL;

CREATE INDEX long_traces_by_start ON long_traces (trace_id, start_unix_nano)
  WHERE start_unix_nano IS NOT NULL;
