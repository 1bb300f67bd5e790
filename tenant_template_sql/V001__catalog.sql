-- What a store sells: settings first (products read the store's language from them), then the catalog.
-- Every statement creates in the one schema of the search path; rights and row security stand in V005.

-- Runs before every update. It touches no table, so it stays right when the schema is renamed.
create function set_updated_at() returns trigger
language plpgsql set search_path = '' as $$
begin
    new.updated_at := pg_catalog.now();
    return new;
end
$$;

-- A check constraint cannot hold a sub-query; a list's length and that of each value are one check through this.
create function texts_fit(list text[], count_max integer, length_max integer) returns boolean
language sql immutable parallel safe set search_path = ''
begin atomic
    select cardinality(list) <= count_max
        and not exists (
            select from unnest(list) as one (value)
            where value is null or char_length(value) not between 1 and length_max
        );
end;
comment on function texts_fit(text[], integer, integer)
    is 'True when a list has at most count_max values, none of them null, empty or longer than length_max.';

-- One row a setting. A system setting (currency, language) decides how other rows are read, so only verbs write it.
create table settings (
    key text not null,
    value jsonb not null,
    is_public boolean not null default false,
    is_system boolean not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint settings_pkey primary key (key),
    constraint settings_key_check check (key ~ '^[a-z][a-z0-9_.]{0,63}$'),
    constraint settings_value_check check (octet_length(value::text) <= 65536)
);

create function store_language() returns text
language sql stable set search_path = ''
begin atomic
    select coalesce((select value #>> array[]::text[] from settings where key = 'language'), 'en');
end;
comment on function store_language() is 'The store''s language as an ISO 639 code; the default of new products.';

-- A tree. A longer cycle than "its own parent" cannot be refused here; whoever walks it bounds the depth.
create table categories (
    id uuid not null default gen_random_uuid(),
    parent_id uuid,
    name text not null,
    slug text not null,
    description text not null default '',
    status text not null default 'active',
    image_url text,
    position integer not null default 0,
    seo_title text,
    seo_description text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint categories_pkey primary key (id),
    constraint categories_slug_key unique (slug),
    constraint categories_parent_id_fkey foreign key (parent_id) references categories (id) on delete set null,
    constraint categories_parent_id_check check (parent_id <> id),
    constraint categories_name_check check (char_length(name) between 1 and 200),
    constraint categories_slug_check check (slug ~ '^[a-z0-9-]+$' and char_length(slug) <= 200),
    constraint categories_description_check check (char_length(description) <= 5000),
    constraint categories_status_check check (status in ('active', 'hidden')),
    constraint categories_image_url_check check (image_url ~ '^(https?://|/)\S+$' and char_length(image_url) <= 2048),
    constraint categories_seo_title_check check (char_length(seo_title) <= 200),
    constraint categories_seo_description_check check (char_length(seo_description) <= 500)
);
create index categories_parent_id_idx on categories (parent_id);

-- price_minor is the lowest price of its variants: a plain column that verbs keep, so that lists sort by an index.
-- language is that of the row's words at the time they were indexed (V004).
create table products (
    id uuid not null default gen_random_uuid(),
    category_id uuid,
    name text not null,
    slug text not null,
    description text not null default '',
    status text not null default 'draft',
    is_featured boolean not null default false,
    vendor text,
    keywords text[] not null default '{}',
    option_names text[] not null default '{}',
    price_minor bigint not null default 0,
    seo_title text,
    seo_description text,
    custom_fields jsonb not null default '{}',
    language text not null default store_language(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint products_pkey primary key (id),
    constraint products_slug_key unique (slug),
    constraint products_category_id_fkey foreign key (category_id) references categories (id) on delete set null,
    constraint products_name_check check (char_length(name) between 1 and 200),
    constraint products_slug_check check (slug ~ '^[a-z0-9-]+$' and char_length(slug) <= 200),
    constraint products_description_check check (char_length(description) <= 5000),
    constraint products_status_check check (status in ('draft', 'active', 'archived')),
    constraint products_vendor_check check (char_length(vendor) between 1 and 200),
    constraint products_keywords_check check (texts_fit(keywords, 50, 100)),
    constraint products_option_names_check check (texts_fit(option_names, 3, 100)),
    constraint products_price_minor_check check (price_minor between 0 and 1000000000000),
    constraint products_seo_title_check check (char_length(seo_title) <= 200),
    constraint products_seo_description_check check (char_length(seo_description) <= 500),
    constraint products_custom_fields_check
        check (jsonb_typeof(custom_fields) = 'object' and octet_length(custom_fields::text) <= 16384),
    constraint products_language_check check (language ~ '^[a-z]{2,3}$')
);
create index products_category_id_idx on products (category_id);
create index products_created_at_idx on products (created_at, id);
create index products_price_minor_idx on products (price_minor, id);

-- At most ten pictures: ten positions, each used once. Deferrable, so that one statement can swap two of them.
create table product_images (
    id uuid not null default gen_random_uuid(),
    product_id uuid not null,
    position smallint not null,
    url text not null,
    alt text not null default '',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint product_images_pkey primary key (id),
    constraint product_images_product_id_position_key unique (product_id, position) deferrable initially immediate,
    constraint product_images_product_id_fkey foreign key (product_id) references products (id) on delete cascade,
    constraint product_images_position_check check (position between 1 and 10),
    constraint product_images_url_check check (url ~ '^(https?://|/)\S+$' and char_length(url) <= 2048),
    constraint product_images_alt_check check (char_length(alt) <= 500)
);

-- What a shopper picks. The unique key of the values also serves the foreign key. image_id is a hint without a foreign
-- key (an index in every store for it would not pay): where the picture is gone, the product's first one is shown.
-- Weight is kept exactly, in grams; weight_unit is only the unit it is shown and exported in.
create table variants (
    id uuid not null default gen_random_uuid(),
    product_id uuid not null,
    position integer not null default 1,
    option_values text[] not null default '{}',
    sku text collate "C",
    barcode text,
    price_minor bigint not null,
    compare_at_minor bigint,
    weight_grams integer not null default 0,
    weight_unit text not null default 'kg',
    requires_shipping boolean not null default true,
    is_taxable boolean not null default true,
    tax_code text,
    track_inventory boolean not null default false,
    inventory_policy text not null default 'deny',
    image_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint variants_pkey primary key (id),
    constraint variants_product_id_option_values_key unique (product_id, option_values),
    constraint variants_sku_key unique (sku),
    constraint variants_product_id_fkey foreign key (product_id) references products (id) on delete cascade,
    constraint variants_position_check check (position between 1 and 1000),
    constraint variants_option_values_check check (texts_fit(option_values, 3, 200)),
    constraint variants_sku_check check (char_length(sku) between 1 and 100),
    constraint variants_barcode_check check (char_length(barcode) between 1 and 100),
    constraint variants_price_minor_check check (price_minor between 0 and 1000000000000),
    constraint variants_compare_at_minor_check
        check (compare_at_minor > price_minor and compare_at_minor <= 1000000000000),
    constraint variants_weight_grams_check check (weight_grams between 0 and 100000000),
    constraint variants_weight_unit_check check (weight_unit in ('g', 'kg', 'oz', 'lb')),
    constraint variants_tax_code_check check (char_length(tax_code) between 1 and 100),
    constraint variants_inventory_policy_check check (inventory_policy in ('deny', 'continue'))
);

-- What members know of a variant and shoppers must not: members and shoppers share the role `authenticated`, so a
-- column grant cannot tell them apart (and would break `select *`); a row of its own, behind its own policy, can.
create table inventory_items (
    variant_id uuid not null,
    cost_minor bigint,
    imported_quantity integer,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint inventory_items_pkey primary key (variant_id),
    constraint inventory_items_variant_id_fkey foreign key (variant_id) references variants (id) on delete cascade,
    constraint inventory_items_cost_minor_check check (cost_minor between 0 and 1000000000000)
);

create trigger set_updated_at before update on settings for each row execute function set_updated_at();
create trigger set_updated_at before update on categories for each row execute function set_updated_at();
create trigger set_updated_at before update on products for each row execute function set_updated_at();
create trigger set_updated_at before update on product_images for each row execute function set_updated_at();
create trigger set_updated_at before update on variants for each row execute function set_updated_at();
create trigger set_updated_at before update on inventory_items for each row execute function set_updated_at();
