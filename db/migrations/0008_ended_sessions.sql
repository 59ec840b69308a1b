-- Sessions of the dashboard that were ended by a logout before their time. A session itself is a signed cookie.
create table ended_sessions (
  id text primary key,
  -- When it would have ended by itself; the row is of no use afterwards.
  until timestamptz not null
);
