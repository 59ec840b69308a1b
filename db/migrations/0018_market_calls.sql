-- The calls to the market that the scan of a symbol made, or that told of it as well, each with its tries; null for
-- what was scanned before this was kept.
alter table symbol_scans add column market_calls jsonb;
alter table scan_history add column market_calls jsonb;
