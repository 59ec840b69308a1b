-- Signalbox owns its database and may make roles; it is no superuser. Compose runs this when the volume is
-- made, docs/deploy.md by psql, which is told the password.
\if :{?password}
\else
  \set password `cat /run/secrets/postgres_password`
\endif
create role signalbox login createrole password :'password';
create database signalbox owner signalbox;
-- From now on the superuser is reached over the server's socket alone.
alter role postgres password null;
