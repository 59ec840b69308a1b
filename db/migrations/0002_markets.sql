-- Which markets have filled this database: simulated prices beside real ones would be taken for real.
create table markets (
  provider text primary key,
  first_used_at timestamptz not null default now()
);
