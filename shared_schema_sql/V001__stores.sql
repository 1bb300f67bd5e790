-- Stores, the people who run them, and what each role may do.

create table plans (
    id text constraint plans_pkey primary key,
    name text not null,
    fee_basis_points integer not null
        constraint plans_fee_check check (fee_basis_points between 0 and 10000),
    stores_max integer not null constraint plans_stores_max_check check (stores_max > 0),
    products_max integer not null constraint plans_products_max_check check (products_max > 0),
    members_max integer not null constraint plans_members_max_check check (members_max > 0)
);

insert into plans (id, name, fee_basis_points, stores_max, products_max, members_max) values
    ('basic', 'Basic', 500, 3, 5000, 5),
    ('professional', 'Professional', 300, 10, 50000, 25),
    ('enterprise', 'Enterprise', 200, 100, 500000, 250);

create table stores (
    id uuid constraint stores_pkey primary key,
    slug text not null constraint stores_slug_key unique
        constraint stores_slug_check
        check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) between 3 and 40),
    -- The schema a store is born in is its identity: the name never changes and never comes back.
    schema_name text not null constraint stores_schema_name_key unique
        constraint stores_schema_name_check check (schema_name ~ '^tenant_[a-z0-9_]{3,56}$'),
    name text not null
        constraint stores_name_check check (name = btrim(name) and length(name) between 1 and 120),
    placement text not null default 'main',
    status text not null default 'active'
        constraint stores_status_check
        check (status in ('active', 'suspended', 'moving', 'deleted')),
    published_at timestamptz,
    -- What a process must have read for its picture of the store to be true: see `guard`.
    revision bigint not null default 1,
    birth_version integer not null,
    template_version integer not null,
    fingerprint text not null,
    currency text not null constraint stores_currency_check check (currency ~ '^[A-Z]{3}$'),
    locale text not null
        constraint stores_locale_check check (locale ~ '^[a-z]{2,3}(-[A-Z]{2})?$'),
    theme jsonb not null default '{}'
        constraint stores_theme_check check (
            jsonb_typeof(theme) = 'object'
            and theme - array['name', 'primary', 'accent', 'background', 'text', 'font', 'radius']
                = '{}'
        ),
    settings jsonb not null default '{}'
        constraint stores_settings_check check (
            jsonb_typeof(settings) = 'object'
            and settings - array[
                'tagline', 'description', 'contact', 'banner', 'seo_title', 'seo_description',
                'order_prefix', 'menus', 'tax', 'delivery'
            ] = '{}'
            and length(settings::text) <= 65536
        ),
    plan text not null default 'basic' constraint stores_plan_fkey references plans (id),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    constraint stores_deleted_check check ((status = 'deleted') = (deleted_at is not null))
);

create index stores_plan_idx on stores (plan);
create index stores_template_version_idx on stores (template_version);
-- Operators page through stores by age.
create index stores_created_at_idx on stores (created_at, id);

-- Every change that a cached row would be wrong about moves the revision.
create function stores_touch() returns trigger
language plpgsql set search_path = '' as $$
begin
    new.updated_at := now();
    if (new.slug, new.schema_name, new.placement, new.status, new.published_at,
        new.template_version, new.fingerprint, new.currency, new.locale)
       is distinct from
       (old.slug, old.schema_name, old.placement, old.status, old.published_at,
        old.template_version, old.fingerprint, old.currency, old.locale)
    then
        new.revision := old.revision + 1;
    end if;
    return new;
end
$$;

create trigger stores_touch before update on stores
    for each row execute function stores_touch();

create table roles (
    id text constraint roles_pkey primary key,
    rank integer not null constraint roles_rank_key unique
);

insert into roles (id, rank) values
    ('owner', 1), ('admin', 2), ('manager', 3), ('staff', 4), ('viewer', 5);

-- What each role may do: the one list, read by SQL and by the program. A test holds the store
-- policies of the template against it.
create table role_permissions (
    role text not null constraint role_permissions_role_fkey references roles (id),
    permission text not null
        constraint role_permissions_permission_check check (permission in (
            'read', 'catalog', 'discounts', 'pages', 'inventory', 'orders', 'refunds', 'customers',
            'deliveries', 'settings', 'publish', 'members', 'payouts', 'delete', 'ownership'
        )),
    constraint role_permissions_pkey primary key (role, permission)
);

insert into role_permissions (role, permission)
select 'owner', unnest(array[
    'read', 'catalog', 'discounts', 'pages', 'inventory', 'orders', 'refunds', 'customers',
    'deliveries', 'settings', 'publish', 'members', 'payouts', 'delete', 'ownership'
])
union all
select 'admin', unnest(array[
    'read', 'catalog', 'discounts', 'pages', 'inventory', 'orders', 'refunds', 'customers',
    'deliveries', 'settings', 'publish', 'members'
])
union all
select 'manager', unnest(array[
    'read', 'catalog', 'discounts', 'pages', 'inventory', 'orders', 'refunds', 'customers'
])
union all
select 'staff', unnest(array['read', 'orders', 'deliveries', 'inventory'])
union all
select 'viewer', 'read';

create table members (
    store_id uuid not null constraint members_store_id_fkey references stores (id),
    -- A row of auth.users, without a foreign key: nothing may stand between Auth and its tables.
    user_id uuid not null,
    role text not null constraint members_role_fkey references roles (id),
    created_at timestamptz not null default now(),
    constraint members_pkey primary key (store_id, user_id)
);

create index members_user_id_idx on members (user_id, store_id);
create index members_role_idx on members (role);

-- A member whose address has no user yet; becomes a member when the address signs in.
create table invitations (
    store_id uuid not null constraint invitations_store_id_fkey references stores (id),
    email text not null
        constraint invitations_email_check
        check (email = lower(email) and email like '%_@_%' and length(email) <= 320),
    role text not null constraint invitations_role_fkey references roles (id),
    invited_by uuid,
    created_at timestamptz not null default now(),
    constraint invitations_pkey primary key (store_id, email)
);

create index invitations_email_idx on invitations (email);
create index invitations_role_idx on invitations (role);

create table platform_members (
    user_id uuid constraint platform_members_pkey primary key,
    role text not null
        constraint platform_members_role_check
        check (role in ('super_admin', 'admin', 'support', 'analyst', 'developer')),
    created_at timestamptz not null default now()
);
