-- One dead letter for each event, however often it fails, with what happened to it.

-- What an event is, whatever entry of the stream it came in. CloudEvents tells events apart by source and
-- id; type, symbol and market time are added, so that a foreign producer whose ids are not unique loses
-- nothing. A message that lacks one of them is no event: it is the same only if all of it is the same.
create function dead_letter_event(
  type text, event_id text, subject text, "time" timestamptz, message json
) returns text language sql stable as $$
  select case
    when type <> '' and event_id <> '' and subject <> '' and "time" is not null
    then 'event ' || encode(sha256(convert_to(concat_ws(chr(31),
      -- As it is escaped: json's operators refuse NUL. Within the data its quotes would be escaped.
      coalesce(substring(message::text from '"source":"((?:[^"\\]|\\.)*)"'), ''),
      type, event_id, subject, extract(epoch from "time")::text), 'UTF8')), 'hex')
    else 'message ' || encode(sha256(convert_to(message::text, 'UTF8')), 'hex')
  end
$$;

alter table dead_letters
  add column event text,
  -- What people see is done about it: nothing yet, or the outcome of the last try.
  add column state text not null default 'dead'
    check (state in ('dead', 'redriving', 'failed-again', 'handled')),
  add column failed_at timestamptz not null default now(),
  -- The last redrive: its number, which the message carries, when, and by whom.
  add column redrive text,
  add column redriven_at timestamptz,
  add column redriven_by text,
  add column handled_at timestamptz;

create table dead_letter_history (
  id bigint generated always as identity primary key,
  letter_id bigint not null references dead_letters on delete cascade,
  at timestamptz not null default now(),
  what text not null check (what in ('failed', 'redriven', 'handled')),
  -- Of a failure.
  reason text,
  error text,
  attempts integer,
  -- The entry of the stream that failed or was handled; empty for a redrive.
  position text not null default '',
  -- The redrive or the replay that it belongs to; empty for the stream as it comes.
  run text not null default '',
  -- Who redrove it.
  by text,
  -- Recording the same twice is harmless.
  unique (letter_id, what, position, run)
);
create index dead_letter_history_position on dead_letter_history (position);

update dead_letters
  set event = dead_letter_event(type, event_id, subject, "time", message), failed_at = created_at;

-- The letters of one event become one, the newest; the others are its history.
create temporary table kept on commit drop as
  select topic, event, max(id) as id, min(created_at) as created_at, count(*) as letters
  from dead_letters group by topic, event;

insert into dead_letter_history (letter_id, at, what, reason, error, attempts, position)
  select kept.id, each.created_at, 'failed', each.reason, each.error, each.attempts, each.position
  from dead_letters each join kept using (topic, event) order by each.id;

delete from dead_letters where id not in (select id from kept);

update dead_letters set created_at = kept.created_at, state = 'failed-again'
  from kept where kept.id = dead_letters.id and kept.letters > 1;

alter table dead_letters
  alter column event set not null,
  drop constraint dead_letters_topic_position_key,
  add unique (topic, event);
create index dead_letters_redrive on dead_letters (redrive) where redrive is not null;
