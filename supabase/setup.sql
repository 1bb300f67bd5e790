-- What Souk needs of a Supabase database before its first migration. Run by `postgres`, which is no
-- superuser and owns nothing in `auth` or `storage`. Every statement can be run again.

do $$
begin
    if to_regrole('souk_core') is null then
        create role souk_core nologin noinherit;
    end if;
    if to_regrole('souk_rest') is null then
        create role souk_rest login noinherit;
    end if;
    if to_regrole('souk_engine') is null then
        create role souk_engine login noinherit;
    end if;
end
$$;

-- Serves the REST plane: anon and authenticated, and nothing of its own.
grant anon, authenticated to souk_rest;
-- Runs verbs and workers.
grant service_role, souk_core to souk_engine;

-- Plans of small statements are not worth compiling.
alter role souk_rest set jit = off;
alter role souk_engine set jit = off;

create schema if not exists extensions;
create extension if not exists pg_trgm schema extensions;
create extension if not exists unaccent schema extensions;
grant usage on schema extensions to anon, authenticated, service_role;

create schema if not exists shared;
revoke all on schema shared from public;
