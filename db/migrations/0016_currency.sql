-- What the market tells of a listing besides its name; null until it was asked, and where it does not tell.
alter table watchlist
  -- Of its prices: ISO 4217, or the smaller unit as exchanges write it (GBp, a hundredth of GBP).
  add column currency text,
  add column exchange text,
  -- Of the exchange, as the IANA names it.
  add column zone text;
drop index watchlist_ask_after;
create index watchlist_ask_after on watchlist (ask_after)
  where name is null or currency is null or not confirmed;
