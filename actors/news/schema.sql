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
  -- When it was published, as it came for this symbol: here, so that the newest articles of a symbol are
  -- the end of an index and not the result of reading all of its articles.
  at timestamptz not null,
  primary key (symbol, news_id)
);
create index news_symbols_at on news_symbols (symbol, at, news_id);
create index news_symbols_news_id on news_symbols (news_id);
