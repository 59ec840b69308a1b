-- Providers correct a price of an instant that they have told already. The last telling is the row.
alter table quotes
  -- Of a correction: when it was told. Null for the first telling.
  add column told_at timestamptz,
  alter column high drop not null,
  alter column low drop not null,
  alter column open drop not null,
  alter column previous_close drop not null;

-- What was told before, and differs.
create table quote_corrections (
  symbol text not null,
  at timestamptz not null,
  -- -infinity for the first telling.
  told_at timestamptz not null,
  price double precision not null,
  change double precision,
  percent_change double precision,
  high double precision,
  low double precision,
  open double precision,
  previous_close double precision,
  primary key (symbol, at, told_at)
);
