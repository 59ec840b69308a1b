-- Publishers change their headlines. The last telling of an article is its row; of tellings that differ, the
-- time counts at which that one came.
alter table news add column told_at timestamptz not null default '-infinity';

-- What was told before, and differs.
create table news_corrections (
  id bigint not null references news on delete cascade,
  told_at timestamptz not null,
  headline text not null,
  source text not null,
  summary text not null,
  url text,
  image text,
  primary key (id, told_at)
);
