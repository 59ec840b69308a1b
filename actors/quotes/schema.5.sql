-- What the hours of old days came to: a range of months is read from them, and not from each quote.
create table quote_hours (
  symbol text not null,
  -- When it began.
  hour timestamptz not null,
  -- Of its first and last quote, and of the earliest of the lowest and of the highest.
  first timestamptz not null,
  last timestamptz not null,
  low double precision not null,
  low_at timestamptz not null,
  high double precision not null,
  high_at timestamptz not null,
  -- All of it in the key: the hours of one symbol are read from a few pages of the index.
  primary key (symbol, hour) include (first, last, low, low_at, high, high_at)
);
-- Only pages that a vacuum has seen are spared a look at the table.
alter table quote_hours set (
  autovacuum_vacuum_insert_scale_factor = 0.02,
  autovacuum_vacuum_scale_factor = 0.02
);
