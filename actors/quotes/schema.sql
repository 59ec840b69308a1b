-- Prices as the market had them. double precision and not numeric: a price arrives as a JSON number,
-- which is a double; PostgreSQL prints a double with the digits that read back as the same one. So what
-- is read equals what came, to the last bit, and costs 8 bytes.
create table quotes (
  symbol text not null,
  -- Market time: with the symbol, what a quote is. The same one again is not stored again.
  at timestamptz not null,
  price double precision not null,
  -- Against the previous close; null where the provider did not say.
  change double precision,
  percent_change double precision,
  high double precision not null,
  low double precision not null,
  open double precision not null,
  previous_close double precision not null,
  -- Serves all that is asked: a window of a symbol, and its newest row.
  primary key (symbol, at)
);
