-- What a store's template and a store's transaction find around them, as little of it as they need.
select pg_advisory_lock(1);

do $$
declare
    name text;
begin
    foreach name in array array['anon', 'authenticated', 'service_role', 'souk_core'] loop
        if not exists (select from pg_roles where rolname = name) then
            execute format('create role %I nologin', name);
        end if;
    end loop;
    if not exists (select from pg_roles where rolname = 'souk_engine') then
        create role souk_engine login noinherit password 'engine';
        grant service_role, souk_core to souk_engine;
    end if;
    alter role service_role bypassrls;
end
$$;

create schema if not exists extensions;
create extension if not exists unaccent schema extensions;
create extension if not exists pg_trgm schema extensions;
grant usage on schema extensions to anon, authenticated, service_role;

create schema if not exists auth;
create or replace function auth.uid() returns uuid language sql stable as 'select null::uuid';

create schema if not exists shared;
create or replace function shared.store_role(regnamespace) returns text language sql stable as 'select null::text';
create table if not exists shared.scratch (id uuid primary key, schema text not null);
grant usage on schema shared to souk_engine;
grant select on shared.scratch to souk_engine;

create or replace function shared.enter(store uuid, revision bigint, as_role text, claims text, timeout_ms integer)
returns void language plpgsql as $$
begin
    perform set_config('search_path',
        (select quote_ident(schema) || ', pg_temp' from shared.scratch where id = store), true);
    perform set_config('statement_timeout', timeout_ms::text, true);
    perform set_config('role', as_role, true);
end
$$;

-- The database holds something against a product that no check of the program knows.
create or replace function shared.forbid_product(store uuid, slug text) returns void language plpgsql as $$
begin
    execute format('alter table %I.products add constraint products_forbidden_check check (slug <> %L)',
        (select schema from shared.scratch where id = store), slug);
end
$$;
