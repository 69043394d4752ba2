-- Budgets. Which there are is a note ("budgets"); these are what they count, promise and went through.
-- Amounts are JSON with digits as text: they are read, added to and written within a transaction.

CREATE TABLE counters (
  budget_id text COLLATE "C" NOT NULL,
  window_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL, -- '', or the values of `each` as a JSON list
  window_start_unix_ms bigint NOT NULL, -- -1: it has no beginning
  counter text NOT NULL,
  PRIMARY KEY (budget_id, window_id, key)
);

-- What was decided before calls: those that reserved something, and those that were refused.
CREATE TABLE decisions (
  request_id text PRIMARY KEY,
  decided_at_unix_ms bigint NOT NULL,
  state text NOT NULL, -- held, settled, released, expired; or refused
  hold_id text UNIQUE,
  expires_at_unix_ms bigint, -- of a hold
  decided text NOT NULL
);

CREATE INDEX decisions_to_expire ON decisions (expires_at_unix_ms) WHERE state = 'held';
CREATE INDEX decisions_by_time ON decisions (decided_at_unix_ms);

-- Every step in the life of a budget. Never changed, never deleted.
CREATE TABLE budget_audit (
  sequence bigint PRIMARY KEY DEFAULT nextval('entry_sequence'),
  at_unix_ms bigint NOT NULL,
  budget_id text NOT NULL,
  step text NOT NULL
);

CREATE INDEX budget_audit_by_budget ON budget_audit (budget_id);
