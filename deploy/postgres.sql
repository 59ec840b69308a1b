-- For Compose, when the volume is made: Signalbox owns its database and may make roles; it is no superuser.
\set password `cat /run/secrets/postgres_password`
create role signalbox login createrole password :'password';
create database signalbox owner signalbox;
-- From now on the superuser is reached over the socket in the container alone.
alter role postgres password null;
