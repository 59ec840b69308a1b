-- How many analysts rated a stock how, month by month.
create table recommendations (
  symbol text not null,
  -- The first day of the month.
  period date not null,
  strong_buy integer not null,
  buy integer not null,
  hold integer not null,
  sell integer not null,
  strong_sell integer not null,
  -- When it was observed, and at most the end of the month: the numbers of a month change while it
  -- lasts, and only a later observation replaces an earlier one.
  at timestamptz not null,
  primary key (symbol, period)
);
