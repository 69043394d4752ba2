-- Budgets. Which there are is a note ("budgets"); these are what they count, promise and went through.
-- Amounts are JSON with digits as text: they are read, added to and written within a transaction.

CREATE TABLE counters (
  budget_id TEXT NOT NULL,
  window_id TEXT NOT NULL,
  key TEXT NOT NULL, -- '', or the values of `each` as a JSON list
  window_start_unix_ms INTEGER NOT NULL, -- -1: it has no beginning
  counter TEXT NOT NULL,
  PRIMARY KEY (budget_id, window_id, key)
) STRICT, WITHOUT ROWID;

-- What was decided before calls: those that reserved something, and those that were refused.
CREATE TABLE decisions (
  request_id TEXT PRIMARY KEY,
  decided_at_unix_ms INTEGER NOT NULL,
  state TEXT NOT NULL, -- held, settled, released, expired; or refused
  hold_id TEXT UNIQUE,
  expires_at_unix_ms INTEGER, -- of a hold
  decided TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX decisions_to_expire ON decisions (expires_at_unix_ms) WHERE state = 'held';
CREATE INDEX decisions_by_time ON decisions (decided_at_unix_ms);

-- Every step in the life of a budget. Never changed, never deleted.
CREATE TABLE budget_audit (
  sequence INTEGER PRIMARY KEY,
  at_unix_ms INTEGER NOT NULL,
  budget_id TEXT NOT NULL,
  step TEXT NOT NULL
) STRICT;

CREATE INDEX budget_audit_by_budget ON budget_audit (budget_id);
