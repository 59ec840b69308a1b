-- How far an actor's table is thinned, for all hosts: what was begun is gone on with after a restart.
create table thinning (
  actor text not null,
  table_name text not null,
  -- Every key is thinned up to here.
  done_to timestamptz not null default '-infinity',
  -- Of the run under way: the window, the last key that is done, and how far the one behind it is. Null between runs.
  run_from timestamptz,
  run_to timestamptz,
  run_key text,
  run_at timestamptz,
  -- The oldest that was stored below `done_to` since (a replay, a correction): the next run begins there.
  again_from timestamptz,
  primary key (actor, table_name)
);

alter table thinning enable row level security;
create policy own_rows on thinning
  using (role_actor() is null or actor = role_actor());

-- What each table took on the disk, hour by hour, for a week: how fast it grows.
create table table_sizes (
  table_name text not null,
  at timestamptz not null default now(),
  bytes bigint not null,
  primary key (table_name, at)
);
create index table_sizes_at on table_sizes (at);

-- How many dead letters are open is asked again and again, and of many that reads all of them without this.
create index dead_letters_open on dead_letters (actor) where state <> 'handled';
