-- Which deployment this is: what it keeps in Redis carries the same id, so that no second one shares its groups.
create table deployment (
  only_row boolean primary key default true check (only_row),
  id uuid not null default gen_random_uuid()
);
insert into deployment default values;
