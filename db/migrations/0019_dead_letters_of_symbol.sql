-- A symbol's page asks for its open letters, and of many that reads all of them without this. By hash, because
-- a subject may be as long as whoever wrote the event liked.
create index dead_letters_subject on dead_letters using hash (subject) where state <> 'handled';
