-- The roles and schemas that every Supabase database has, for the private cluster of `souk dev`.
-- Run once by the superuser `supabase_admin`; nothing runs as a superuser after it.

create role postgres nosuperuser createdb createrole login bypassrls inherit;
create role anon nologin noinherit;
create role authenticated nologin noinherit;
create role service_role nologin noinherit bypassrls;
create role authenticator login noinherit;
create role supabase_auth_admin login noinherit;
create role supabase_storage_admin login noinherit;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role supabase_auth_admin set search_path = auth;
alter role supabase_storage_admin set search_path = storage;

grant anon, authenticated, service_role to authenticator;
-- From PostgreSQL 16 on a role is granted by who has the ADMIN option on it, as on a hosted project.
grant anon, authenticated, service_role to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres;
grant set on parameter pg_stat_statements.track to postgres;

create schema auth authorization supabase_auth_admin;
create schema storage authorization supabase_storage_admin;
create schema extensions authorization postgres;
grant usage on schema auth to postgres, anon, authenticated, service_role;
grant usage on schema storage, extensions to postgres, anon, authenticated, service_role;

revoke create on schema public from public;
