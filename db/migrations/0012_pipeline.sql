-- How the pipeline fared: what each host counted and saw of each actor, minute by minute for a day, then by the quarter
-- of an hour. Counts of several hosts are added; of what all of them see alike the largest counts.
create table pipeline_minutes (
  -- Its beginning, by the clock of the host.
  minute timestamptz not null,
  actor text not null,
  -- One process, and no other ever: what it writes again takes the place of what it wrote, and is never added to it.
  writer text not null,
  -- Events stored, and events that became dead letters.
  events integer not null,
  dead_letters integer not null,
  -- Scans of single symbols.
  failed_scans integer not null,
  -- To the market.
  calls integer not null,
  -- Of the group, the most that was seen; null while the broker could not tell.
  lag bigint,
  pending bigint,
  -- The least that was seen of the market's quota; null for a market without one.
  quota_remaining integer,
  -- Since when the group has been behind; null if it had caught up when it was looked at last.
  lagging_since timestamptz,
  -- How many events took how long from published to stored, in the buckets of engine/histogram.ts: whoever changes
  -- those changes these rows. Null if there were none.
  latency integer[],
  primary key (minute, actor, writer)
);

create table pipeline_quarters (
  quarter timestamptz not null,
  actor text not null,
  events integer not null,
  dead_letters integer not null,
  failed_scans integer not null,
  calls integer not null,
  lag bigint,
  pending bigint,
  quota_remaining integer,
  latency integer[],
  primary key (quarter, actor)
);

-- What the minutes that are gone held: with those that are there, all events ever stored.
create table pipeline_totals (
  actor text primary key,
  events bigint not null
);
