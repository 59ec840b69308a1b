-- What the chaos actor leaves behind, for the checker to read.

create table chaos_events (
  id text primary key,
  symbol text not null,
  at timestamptz not null,
  n integer not null,
  -- How often a handler committed it: more than once is a redelivery, which is harmless.
  times integer not null default 1
);
create index chaos_events_symbol_at on chaos_events (symbol, at desc);

-- The deeds done once: committed before the deed, because most deeds end their isolate.
create table chaos_deeds (
  id text primary key,
  at timestamptz not null default now()
);

-- Each run of a slow handler. One that was cut short has no end.
create table chaos_runs (
  run uuid primary key,
  id text not null,
  isolate text not null,
  started_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);
