-- The way of the newest event of each symbol, for each actor: where the value that is shown came from. Written with
-- each batch, so it holds no more than that one, and no index but its key: every other change of a row is in place.
create table event_traces (
  actor text not null,
  symbol text not null,
  event_id text not null,
  -- Market time, in the form that sorts as text.
  at text collate "C" not null,
  position text not null,
  published_at timestamptz not null,
  delivered_at timestamptz not null,
  -- Deliveries and tries until it was stored.
  attempts integer not null,
  stored_at timestamptz not null,
  -- The consumer that stored it.
  host text not null,
  -- Of the scan that published it; null for what another program wrote.
  trace_id text,
  primary key (actor, symbol)
) with (fillfactor = 50);

alter table event_traces enable row level security;
create policy own_rows on event_traces
  using (role_actor() is null or actor = role_actor());
