-- Traces with more operations than are looked at together: whose child each of their spans is, and
-- which spans have usage below them. It follows from entries and relatives: where a long trace is
-- not in here, it is made anew when the next span of it comes.
CREATE TABLE long_traces (
  trace_id BLOB NOT NULL,
  span_id BLOB NOT NULL, -- perhaps of a span that has not come yet
  parent_span_id BLOB, -- NULL: it is a root, or has not come yet
  response_hash INTEGER, -- as in entries
  is_above_usage INTEGER NOT NULL, -- 1: whatever comes, it has usage below it; so has all above it
  PRIMARY KEY (trace_id, span_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX long_traces_by_answer ON long_traces (trace_id, response_hash)
  WHERE response_hash IS NOT NULL;
