-- With the prices of its first and last quote an hour says all that a chart draws of it: a range of months is read
-- from a dozen pages, and not from two hundred more of single quotes. All hours are rolled up anew, in the background.
-- In the order in which a run at another host takes them.
delete from thinning where actor = 'quotes' and table_name = 'quote_hours';
truncate quote_hours;
alter table quote_hours
  add column opening double precision not null,
  add column closing double precision not null,
  drop constraint quote_hours_pkey,
  add primary key (symbol, hour) include (first, last, opening, closing, low, low_at, high, high_at);
