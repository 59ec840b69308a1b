-- Articles. The provider's id makes an article one, however many symbols it came for.
create table news (
  id bigint primary key,
  at timestamptz not null,
  headline text not null,
  source text not null,
  summary text not null,
  -- http or https; null where there was none, or another kind.
  url text,
  image text
);

-- Which symbols an article is about.
create table news_symbols (
  news_id bigint not null references news on delete cascade,
  symbol text not null,
  primary key (symbol, news_id)
);
create index news_symbols_news_id on news_symbols (news_id);
