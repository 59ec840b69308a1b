-- For RETENTION_DAYS_NEWS: the oldest articles.
create index news_at on news (at);
