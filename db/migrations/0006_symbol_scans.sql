-- How the newest try to scan a symbol ended, for each actor: the cursor of every scan. A scan that was cut off
-- goes on with whatever this says is still due, on whichever host.
create table symbol_scans (
  actor text not null,
  symbol text not null,
  -- The market that was asked: what one refuses another may tell.
  market text not null,
  -- The trace id of the events that it published; all symbols of one scan share it.
  scan_id text not null,
  -- The newest slot that has been worked off for this symbol; null if it was scanned by hand alone.
  slot timestamptz,
  started_at timestamptz not null,
  -- When the newest try ended, and the newest that succeeded.
  tried_at timestamptz not null,
  scanned_at timestamptz,
  outcome text not null check (outcome in ('ok', 'refused', 'unknown', 'unavailable', 'failed')),
  error text,
  calls integer not null,
  published integer not null,
  -- Without the time in which it waited for the quota, which follows.
  duration_ms integer not null,
  waited_ms integer not null,
  -- In a row, and when a symbol that failed is tried again.
  failures integer not null,
  next_at timestamptz,
  primary key (actor, symbol)
);

-- Every try, for as long as SCANS_KEEP_HOURS says.
create table scan_history (
  id bigint generated always as identity primary key,
  actor text not null,
  symbol text not null,
  market text not null,
  scan_id text not null,
  slot timestamptz,
  started_at timestamptz not null,
  tried_at timestamptz not null,
  outcome text not null,
  error text,
  calls integer not null,
  published integer not null,
  duration_ms integer not null,
  waited_ms integer not null
);
create index scan_history_symbol on scan_history (actor, symbol, tried_at desc);
create index scan_history_tried_at on scan_history (tried_at);
