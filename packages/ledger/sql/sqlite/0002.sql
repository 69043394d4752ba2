-- What metrics show beyond sums: how many operations fell into which bucket of the histogram of
-- costs (its bounds are in cost-buckets.ts), and what caches saved and cost. Entries have them so
-- that `verify` can add them up anew; of sums only `totals` keeps them.

ALTER TABLE entries ADD COLUMN cost_bucket INTEGER NOT NULL DEFAULT -1; -- -1: its cost is not known
ALTER TABLE entries ADD COLUMN cache_saved_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN cache_saved_atto INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN cache_extra_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN cache_extra_atto INTEGER NOT NULL DEFAULT 0;

ALTER TABLE totals ADD COLUMN cost_bucket_0 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cost_bucket_1 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cost_bucket_2 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cost_bucket_3 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cost_bucket_4 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cost_bucket_5 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cost_bucket_6 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cost_bucket_7 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cost_bucket_8 INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cache_saved_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cache_saved_atto INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cache_extra_nano INTEGER NOT NULL DEFAULT 0;
ALTER TABLE totals ADD COLUMN cache_extra_atto INTEGER NOT NULL DEFAULT 0;

-- What others keep beside the sums, such as what an exporter of metrics has delivered. Who writes
-- says which version they have read, so that nobody undoes what another has written meanwhile.
CREATE TABLE notes (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
