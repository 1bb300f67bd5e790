-- The control API: slugs that were given up, invitations with a link, what platform roles may do,
-- and when a deleted store's data went.

-- A slug that a store gave up. It leads to the store for a while, and is given to nobody, ever.
create table old_slugs (
    slug text constraint old_slugs_pkey primary key,
    store_id uuid not null constraint old_slugs_store_id_fkey references stores (id),
    leads_until timestamptz not null default now() + interval '1 year'
);

create index old_slugs_store_id_idx on old_slugs (store_id);

-- Set when the schema of a deleted store is gone. The row stays: neither slug nor schema name is
-- ever given again.
alter table stores add column purged_at timestamptz;
create index stores_purge_idx on stores (deleted_at)
    where status = 'deleted' and purged_at is null;

-- SHA-256 of the secret in the mailed link; whoever has the link is who was invited.
alter table invitations add column token_hash text
    constraint invitations_token_hash_key unique
    constraint invitations_token_hash_check check (token_hash ~ '^[0-9a-f]{64}$');

create table platform_permissions (
    role text not null
        constraint platform_permissions_role_check
        check (role in ('super_admin', 'admin', 'support', 'analyst', 'developer')),
    permission text not null
        constraint platform_permissions_permission_check
        check (permission in ('stores', 'suspend', 'plans', 'audit', 'members', 'grant')),
    constraint platform_permissions_pkey primary key (role, permission)
);

insert into platform_permissions (role, permission)
select 'super_admin', unnest(array['stores', 'suspend', 'plans', 'audit', 'members', 'grant'])
union all
select 'admin', unnest(array['stores', 'suspend', 'plans', 'audit', 'members'])
union all
select 'support', unnest(array['stores', 'audit'])
union all
select unnest(array['analyst', 'developer']), 'stores';

-- The addresses of people who are known by their ids, for lists of members.
create function emails_of(people uuid[]) returns table (user_id uuid, email text)
language sql stable security definer set search_path = '' as $$
    select u.id, u.email from auth.users u where u.id = any (people)
$$;

alter table old_slugs enable row level security;
create policy old_slugs_core on old_slugs for all to souk_core using (true) with check (true);
alter table platform_permissions enable row level security;
create policy platform_permissions_core on platform_permissions
    for all to souk_core using (true) with check (true);
grant select, insert, delete on old_slugs to souk_core;
grant select on platform_permissions to souk_core;
revoke all on function emails_of from public;
grant execute on function emails_of to souk_core;
