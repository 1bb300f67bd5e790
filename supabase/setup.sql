-- What Souk needs of a Supabase database before its first migration. Run by `postgres`, which is no
-- superuser and owns nothing in `auth` or `storage`; `souk setup` runs it, `souk setup --print`
-- prints it. Every statement can be run again.
--
-- What a hosted `postgres` may not do is not here: no attribute that needs a superuser, also not
-- its denial (`nosuperuser` is refused too); no event trigger; no object in `auth` or `storage`; no
-- change of a role that is Supabase's own. From PostgreSQL 16 on a role is granted by who has the
-- ADMIN option on it: `postgres` has it on Supabase's API roles, and on the three it makes here.

do $$
declare
    missing text;
begin
    select string_agg(name, ', ') into missing
      from unnest(array['anon', 'authenticated', 'service_role']) as wanted (name)
     where to_regrole(name) is null;
    if missing is not null or to_regnamespace('auth') is null then
        raise exception 'this is no Supabase database: % is missing',
            coalesce('role ' || missing, 'schema auth');
    end if;
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

-- Not inherited, so that a statement which forgot to enter a store fails.
alter role souk_rest noinherit;
alter role souk_engine noinherit;

-- Serves the REST plane: anon and authenticated, and nothing of its own.
grant anon, authenticated to souk_rest;
-- Runs verbs and workers.
grant service_role, souk_core to souk_engine;
-- From PostgreSQL 16 on it is the grant that says what is inherited, and may be stepped into.
do $$
begin
    if current_setting('server_version_num')::integer >= 160000 then
        execute 'grant anon, authenticated to souk_rest with inherit false, set true';
        execute 'grant service_role, souk_core to souk_engine with inherit false, set true';
    end if;
end
$$;

-- Plans of small statements are not worth compiling.
alter role souk_rest set jit = off;
alter role souk_engine set jit = off;

-- What counts statements keeps one entry for each statement and store, and the stores' would put
-- out everybody else's. A hosted `postgres` may say so; where it is a superuser's to say, it is left.
do $$
begin
    alter role souk_rest set pg_stat_statements.track = 'none';
exception
    when insufficient_privilege then null;
end
$$;

create schema if not exists extensions;
create extension if not exists pg_trgm schema extensions;
create extension if not exists unaccent schema extensions;

-- Search names them by their schema, and calls them as the caller.
do $$
declare
    misplaced text;
begin
    select string_agg(e.extname || ' in ' || e.extnamespace::regnamespace, ', ') into misplaced
      from pg_catalog.pg_extension e
     where e.extname in ('pg_trgm', 'unaccent')
       and e.extnamespace <> 'extensions'::regnamespace;
    if misplaced is not null then
        raise exception 'extensions are not where Souk needs them: %', misplaced
            using hint = 'move each: alter extension … set schema extensions';
    end if;
    -- On a hosted project they can, and the schema may be somebody else's.
    if not (has_schema_privilege('anon', 'extensions', 'usage')
            and has_schema_privilege('authenticated', 'extensions', 'usage')
            and has_schema_privilege('service_role', 'extensions', 'usage')) then
        grant usage on schema extensions to anon, authenticated, service_role;
    end if;
end
$$;

create schema if not exists shared;
revoke all on schema shared from public;
