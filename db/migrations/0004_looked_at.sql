-- When people last looked at something, for the whole deployment: dead letters that came since are told of.
create table looked_at (
  what text primary key,
  at timestamptz not null default now()
);
