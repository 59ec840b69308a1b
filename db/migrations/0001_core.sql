-- What Signalbox itself keeps. The tables of a signal are in its own folder, actors/<signal>/schema.sql.

-- The symbols that are scanned, in the order in which they were added.
create table watchlist (
  symbol text primary key,
  added_at timestamptz not null default now(),
  place bigint generated always as identity
);

-- One row, written at the first start: an emptied watchlist is not filled again from WATCHLIST.
create table watchlist_seed (
  only_row boolean primary key default true check (only_row),
  seeded_at timestamptz not null default now()
);

-- The last slot of each actor's schedule: who runs it, and until when it counts as running.
-- One host wins a slot; a slot whose host died is taken over when its lease has run out.
create table schedules (
  actor text primary key,
  slot timestamptz not null,
  owner text not null,
  -- Null while nobody runs it: it is completed, or failed and waits for whoever comes.
  lease_until timestamptz,
  -- The newest slot that was completed; what is missed since is caught up once.
  completed timestamptz,
  error text
);

-- What people have set for an actor; it outlives restarts and holds for every host.
create table actor_settings (
  actor text primary key,
  paused boolean not null default false,
  updated_at timestamptz not null default now()
);

-- How often an event was tried, counted before each try: an event that kills its isolate leaves no error
-- behind, and yet has to stop some time. Only events that failed before have a row.
create table attempts (
  topic text not null,
  position text not null,
  attempts integer not null,
  updated_at timestamptz not null default now(),
  primary key (topic, position)
);
create index attempts_updated_at on attempts (updated_at);

-- Events that could not be handled, with the reason. They can be searched, redriven and deleted.
create table dead_letters (
  id bigint generated always as identity primary key,
  actor text not null,
  topic text not null,
  position text not null,
  event_id text,
  type text,
  -- The symbol: the event's subject, or its key if it has none.
  subject text,
  -- Market time, as the event has it; null if that is not a time.
  time timestamptz,
  -- A short code: decode, schema, permanent, retries-exhausted, killed-its-isolate, …
  reason text not null,
  error text not null,
  stack text,
  attempts integer not null,
  -- The beginning of the event's data, for lists and for searching.
  excerpt text not null,
  -- The message as it was: json and not jsonb, which refuses NUL and half surrogate pairs.
  message json not null,
  created_at timestamptz not null default now(),
  -- Recording a dead letter twice is harmless.
  unique (topic, position)
);
create index dead_letters_actor on dead_letters (actor, id desc);

-- What went wrong and was mended, for the operator. The newest 1000 are kept.
create table incidents (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor text,
  kind text not null,
  detail text not null,
  host text not null,
  -- The same within a minute is counted, not repeated.
  count integer not null default 1
);
