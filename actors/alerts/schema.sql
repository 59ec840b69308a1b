-- What people want to be told of.
create table alerts (
  id integer generated always as identity primary key,
  -- '*': every symbol.
  symbol text not null,
  rule jsonb not null,
  paused boolean not null default false,
  created_at timestamptz not null default clock_timestamp(),
  -- What the broker took before this fires nothing: made, changed or resumed then. To the millisecond, as brokers tell.
  since timestamptz not null default date_trunc('milliseconds', clock_timestamp())
);
create index alerts_symbol on alerts (symbol);

-- Whether it is armed, of each symbol that it has met.
create table alert_states (
  alert_id integer not null references alerts on delete cascade,
  symbol text not null,
  state jsonb not null,
  primary key (alert_id, symbol)
);

-- The newest that is known of a symbol. Its row is locked while a batch is handled: batches of one symbol take turns.
create table alert_symbols (
  symbol text primary key,
  price_at timestamptz,
  price_told_at timestamptz,
  price double precision,
  rating_period date,
  rating_at timestamptz,
  rating_told_at timestamptz,
  rating_rank integer
);

-- Prices as far back as the longest move looks.
create table alert_prices (
  symbol text not null,
  at timestamptz not null,
  price double precision not null,
  primary key (symbol, at)
);

-- Articles that were met, and when the broker took them first: a scan publishes them again and again.
create table alert_articles (
  event_id text primary key,
  published_at timestamptz not null
);
create index alert_articles_published on alert_articles (published_at);

-- Also the outbox: a firing is delivered until each channel has it.
create table alert_firings (
  id uuid primary key default gen_random_uuid(),
  -- The alert may be gone by now.
  alert_id integer not null,
  symbol text not null,
  -- Market time.
  at timestamptz not null,
  -- A price, a word or a headline.
  value jsonb not null,
  text text not null,
  -- As it was when it fired.
  rule jsonb not null,
  event_id text not null,
  fired_at timestamptz not null default clock_timestamp(),
  -- The channels that have it.
  channels text[] not null default '{}',
  delivered_at timestamptz,
  attempts integer not null default 0,
  last_error text,
  -- Whoever tries has it until then.
  next_try_at timestamptz not null default now(),
  unique (alert_id, symbol, event_id)
);
create index alert_firings_newest on alert_firings (fired_at desc);
create index alert_firings_symbol on alert_firings (symbol, at);
create index alert_firings_open on alert_firings (next_try_at) where delivered_at is null;
