-- Traces with more operations than are looked at together: whose child each of their spans is, and
-- which spans have usage below them. It follows from entries and relatives: where a long trace is
-- not in here, it is made anew when the next span of it comes.
CREATE TABLE long_traces (
  trace_id bytea NOT NULL,
  span_id bytea NOT NULL, -- perhaps of a span that has not come yet
  parent_span_id bytea, -- NULL: it is a root, or has not come yet
  response bytea, -- as in entries
  is_above_usage boolean NOT NULL, -- whatever comes, it has usage below it; so has all above it
  PRIMARY KEY (trace_id, span_id)
);

CREATE INDEX long_traces_by_answer ON long_traces (trace_id, response) WHERE response IS NOT NULL;
