-- What retention has dropped: sums of the entries and corrections that are gone, in the shape of the
-- sums that they were part of. What is kept and what was dropped add up to every sum, for ever.

CREATE TABLE dropped_hourly (LIKE hourly INCLUDING ALL);
CREATE TABLE dropped_totals (LIKE totals INCLUDING ALL);
CREATE TABLE dropped_reversals (LIKE reversals INCLUDING ALL);

-- Entries that were recorded before, and sums of hours before, are no longer whole.
ALTER TABLE ledger ADD COLUMN entries_from_unix_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN hourly_from_hour bigint NOT NULL DEFAULT 0;
