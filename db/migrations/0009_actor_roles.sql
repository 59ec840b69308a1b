-- Each actor's isolate logs in as a role of its own, db/roles.ts, and sees of what all share only its own rows.

-- What the passwords of those roles are made from. No role of an actor may read this table.
alter table deployment add column actor_secret uuid not null default gen_random_uuid();

-- The actor whose role asks; null for everybody else, who sees what was granted.
create function role_actor() returns text language sql stable
  return substring(current_user from '^signalbox_[0-9a-f]{8}_(.+)$');

alter table attempts enable row level security;
create policy own_rows on attempts
  using (role_actor() is null or topic = role_actor());

alter table incidents enable row level security;
create policy own_rows on incidents
  using (role_actor() is null or actor = role_actor());

alter table dead_letters enable row level security;
create policy own_rows on dead_letters
  using (role_actor() is null or topic = role_actor() and actor = role_actor());

-- Of a letter that is seen: the policy of dead_letters holds in here as well.
alter table dead_letter_history enable row level security;
create policy own_rows on dead_letter_history
  using (role_actor() is null or exists (select from dead_letters where id = letter_id));
