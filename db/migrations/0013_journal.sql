-- What happened that is nowhere else: pauses, restarts by people, slots given up, times in which a host could not work.
create table journal (
  id bigint generated always as identity primary key,
  -- Of something that lasts or is repeated, from when to when; else until is null.
  at timestamptz not null default now(),
  until timestamptz,
  -- paused, resumed, restarted, slot-failed, not-ready, …
  kind text not null,
  actor text,
  detail text not null,
  host text not null,
  count integer not null default 1,
  -- Of what is written more than once, so that it stays one.
  key text unique
);
create index journal_ended on journal (coalesce(until, at));

-- The processes that ran, and until when each was seen: where none was, Signalbox was down.
create table host_runs (
  id text primary key,
  -- Its name in the consumer groups.
  host text not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  -- Null for one that runs, or that ended without a word.
  stopped_at timestamptz
);
create index host_runs_started_at on host_runs (started_at);

-- The end of the look before the present one: a list of what is new since then stays while somebody reads it.
alter table looked_at add column since timestamptz;

create index dead_letters_failed_at on dead_letters (failed_at);
create index incidents_at on incidents (at);
