-- The functions through which the runtime logins reach a store, and nothing else.

-- The caller's role in the store that lives in a schema, or null. Called by the stores' policies,
-- which name their schema as a constant; a definer, because `authenticated` sees no table here.
create function store_role(schema regnamespace) returns text
language sql stable security definer parallel safe set search_path = '' as $$
    select m.role
      from shared.stores s
      join shared.members m on m.store_id = s.id
     where s.schema_name = schema::text
       and m.user_id = auth.uid()
$$;

-- The schema of a store that is still as the caller read it. Only reads.
create function guard(store uuid, revision bigint) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
    found_schema text;
    found_revision bigint;
begin
    select s.schema_name, s.revision into found_schema, found_revision
      from shared.stores s
     where s.id = guard.store;
    if not found then
        raise exception 'there is no such store' using errcode = 'SK002';
    end if;
    if found_revision is distinct from guard.revision then
        raise exception 'the store has changed' using errcode = 'SK001';
    end if;
    return found_schema;
end
$$;

-- Lands the transaction in a store: path, claims, time limit, and the role last. All settings are
-- local. No SET clause here: a function's own search_path would undo the path it sets; and no
-- definer: that may not set the role.
create function enter(store uuid, revision bigint, role text, claims text, timeout_ms integer)
returns void
language plpgsql as $$
begin
    perform pg_catalog.set_config(
                'search_path',
                pg_catalog.quote_ident(shared.guard(store, revision)) || ', pg_temp', true),
            pg_catalog.set_config('request.jwt.claims', claims, true),
            pg_catalog.set_config('statement_timeout', timeout_ms::text, true),
            pg_catalog.set_config('role', enter.role, true);
end
$$;

-- Takes the oldest ready schema of a version and gives it the name of a store; null when there is
-- none. Renames nothing but a `ready_` schema whose row it has just deleted.
create function claim_schema(target text, version integer, fingerprint text) returns text
language plpgsql security definer set search_path = '' as $$
declare
    claimed text;
begin
    if target !~ '^tenant_[a-z0-9_]{3,56}$' then
        raise exception 'no name of a store''s schema: %', target using errcode = '22023';
    end if;
    delete from shared.ready_schemas r
     where r.schema_name = (
        select next.schema_name
          from shared.ready_schemas next
         where next.template_version = version and next.fingerprint = claim_schema.fingerprint
         order by next.created_at
         limit 1
           for update skip locked)
    returning r.schema_name into claimed;
    if claimed is not null then
        execute pg_catalog.format('alter schema %I rename to %I', claimed, target);
    end if;
    return claimed;
end
$$;

-- The user with an address, for members that are named by e-mail.
create function user_by_email(address text) returns uuid
language sql stable security definer set search_path = '' as $$
    select u.id from auth.users u
     where u.email = lower(address) and u.deleted_at is null and not u.is_sso_user
$$;
