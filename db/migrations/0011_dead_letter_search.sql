-- What a search looks into, as one text: an index can be made of it, which needs a function that is
-- immutable.
create function dead_letter_text(event_id text, subject text, reason text, error text, excerpt text)
  returns text language sql immutable parallel safe
  return coalesce(event_id, '') || ' ' || coalesce(subject, '') || ' ' || reason || ' ' || error || ' ' ||
    excerpt;

-- An index for texts in the midst of others. The extension is a trusted one: a role that may create in the
-- database can have it. Where that is refused, or it is not installed, a search reads every letter.
do $$
begin
  create extension if not exists pg_trgm;
  create index dead_letters_text on dead_letters
    using gin (dead_letter_text(event_id, subject, reason, error, excerpt) gin_trgm_ops);
exception when insufficient_privilege or undefined_file or feature_not_supported
  or undefined_object then
  raise notice 'dead letters have no index for searches: %', sqlerrm;
end
$$;
