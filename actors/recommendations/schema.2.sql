-- The counts of a month are revised, also when it is over: of two tellings as of one instant the later one holds.
alter table recommendations add column told_at timestamptz not null default '-infinity';

-- What was told before, and differs.
create table recommendation_corrections (
  symbol text not null,
  period date not null,
  strong_buy integer not null,
  buy integer not null,
  hold integer not null,
  sell integer not null,
  strong_sell integer not null,
  at timestamptz not null,
  told_at timestamptz not null,
  primary key (symbol, period, at, told_at)
);
