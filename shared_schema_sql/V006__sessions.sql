-- Where each session of Auth was begun. A token is good where its session was begun, and a session
-- that was begun on the platform at every store too.

-- No foreign key, neither to Auth (nothing may stand between it and its tables) nor to `stores`: a
-- sign-in takes no lock on the store's row. The row is a fact and never changes.
create table sessions (
    session_id uuid constraint sessions_pkey primary key,
    user_id uuid not null,
    -- Null: on the platform's own address.
    store_id uuid,
    begun_at timestamptz not null default now()
);

create index sessions_store_id_idx on sessions (store_id) where store_id is not null;

-- A user's address, once it is theirs: a definer, because `souk_core` sees no table of Auth.
create function confirmed_email(person uuid) returns text
language sql stable security definer set search_path = '' as $$
    select lower(u.email) from auth.users u
     where u.id = person and u.email_confirmed_at is not null and u.deleted_at is null
       and not u.is_sso_user and u.email <> ''
$$;

alter table sessions enable row level security;
create policy sessions_core on sessions for all to souk_core using (true) with check (true);
grant select, insert, delete on sessions to souk_core;
revoke all on function confirmed_email from public;
grant execute on function confirmed_email to souk_core;
