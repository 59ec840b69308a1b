-- Where old quotes are dropped or thinned, what they leave in the index is read again and again until a vacuum has
-- seen it: so it comes after each 2 % of rows that are gone, and not after 20 %.
alter table quotes set (autovacuum_vacuum_scale_factor = 0.02);
