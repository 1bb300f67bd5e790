-- How a store shows and offers what it sells: collections, pages, policies, revisions, discounts, locations.
-- Small tables hold varchar instead of text: a row that cannot outgrow a page gets no toast table, which is two
-- relations less in every store. The named checks are the limits; the types only keep the row small.

create table collections (
    id uuid not null default gen_random_uuid(),
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
    constraint collections_pkey primary key (id),
    constraint collections_slug_key unique (slug),
    constraint collections_name_check check (char_length(name) between 1 and 200),
    constraint collections_slug_check check (slug ~ '^[a-z0-9-]+$' and char_length(slug) <= 200),
    constraint collections_description_check check (char_length(description) <= 5000),
    constraint collections_status_check check (status in ('active', 'hidden')),
    constraint collections_image_url_check check (image_url ~ '^(https?://|/)\S+$' and char_length(image_url) <= 2048),
    constraint collections_seo_title_check check (char_length(seo_title) <= 200),
    constraint collections_seo_description_check check (char_length(seo_description) <= 500)
);

create table collection_items (
    collection_id uuid not null,
    product_id uuid not null,
    position integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint collection_items_pkey primary key (collection_id, product_id),
    constraint collection_items_collection_id_fkey
        foreign key (collection_id) references collections (id) on delete cascade,
    constraint collection_items_product_id_fkey foreign key (product_id) references products (id) on delete cascade
);
create index collection_items_product_id_idx on collection_items (product_id);

-- sections is what the public sees; work in progress stands in revisions, which the public cannot read.
-- The landing page is the one whose slug is `home`.
create table pages (
    id uuid not null default gen_random_uuid(),
    title text not null,
    slug text not null,
    status text not null default 'draft',
    sections jsonb not null default '[]',
    seo_title text,
    seo_description text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint pages_pkey primary key (id),
    constraint pages_slug_key unique (slug),
    constraint pages_title_check check (char_length(title) between 1 and 200),
    constraint pages_slug_check check (slug ~ '^[a-z0-9-]+$' and char_length(slug) <= 200),
    constraint pages_status_check check (status in ('draft', 'published')),
    constraint pages_sections_check check (
        jsonb_typeof(sections) = 'array' and jsonb_array_length(sections) <= 100
        and octet_length(sections::text) <= 262144
    ),
    constraint pages_seo_title_check check (char_length(seo_title) <= 200),
    constraint pages_seo_description_check check (char_length(seo_description) <= 500)
);

-- The store's own legal texts (not row security): one of each kind, so the kind is the key.
create table policies (
    kind text not null,
    title text not null,
    body text not null default '',
    status text not null default 'draft',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint policies_pkey primary key (kind),
    constraint policies_kind_check check (kind in ('refund', 'privacy', 'terms', 'shipping', 'legal_notice')),
    constraint policies_title_check check (char_length(title) between 1 and 200),
    constraint policies_body_check check (char_length(body) <= 50000),
    constraint policies_status_check check (status in ('draft', 'published'))
);

-- Number 0 is the draft in work, 1, 2, … are what was published. The theme's page_id is the zero uuid. No foreign
-- key on purpose: revisions outlive their page, so that a deleted page can be brought back.
create table revisions (
    page_id uuid not null default '00000000-0000-0000-0000-000000000000',
    number integer not null default 0,
    content jsonb not null,
    note text,
    author_id uuid,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint revisions_pkey primary key (page_id, number),
    constraint revisions_number_check check (number >= 0),
    constraint revisions_content_check check (octet_length(content::text) <= 262144),
    constraint revisions_note_check check (char_length(note) <= 500)
);

-- Without a code it applies by itself. One target column for three tables, hence no foreign key: the verb that prices
-- a cart looks the target up, and a set of products is a collection.
create table discounts (
    id uuid not null default gen_random_uuid(),
    code varchar(64),
    name varchar(150) not null,
    kind varchar(16) not null,
    status varchar(16) not null default 'active',
    percent_bps integer,
    amount_minor bigint,
    minimum_minor bigint not null default 0,
    applies_to varchar(16) not null default 'order',
    target_id uuid,
    uses_max integer,
    uses_per_customer_max integer,
    starts_at timestamptz not null default now(),
    ends_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint discounts_pkey primary key (id),
    constraint discounts_code_key unique (code),
    constraint discounts_code_check check (code ~ '^[A-Z0-9_-]{3,40}$'),
    constraint discounts_name_check check (char_length(name) between 1 and 120),
    constraint discounts_kind_check check (kind in ('percent', 'amount', 'free_delivery')),
    constraint discounts_status_check check (status in ('active', 'disabled')),
    constraint discounts_percent_bps_check
        check ((kind = 'percent') = (percent_bps is not null) and percent_bps between 1 and 10000),
    constraint discounts_amount_minor_check
        check ((kind = 'amount') = (amount_minor is not null) and amount_minor between 1 and 1000000000000),
    constraint discounts_minimum_minor_check check (minimum_minor between 0 and 1000000000000),
    constraint discounts_applies_to_check check (applies_to in ('order', 'category', 'collection', 'product')),
    constraint discounts_target_id_check check ((applies_to = 'order') = (target_id is null)),
    constraint discounts_uses_max_check check (uses_max > 0),
    constraint discounts_uses_per_customer_max_check check (uses_per_customer_max > 0),
    constraint discounts_ends_at_check check (ends_at > starts_at)
);

-- Where stock lies and parcels leave; a pickup point is also shown to shoppers.
create table locations (
    id uuid not null default gen_random_uuid(),
    name varchar(100) not null,
    line1 varchar(100) not null default '',
    line2 varchar(100) not null default '',
    city varchar(60) not null default '',
    region varchar(60) not null default '',
    postal_code varchar(16) not null default '',
    country varchar(2),
    phone varchar(20),
    latitude double precision,
    longitude double precision,
    is_active boolean not null default true,
    is_pickup_point boolean not null default false,
    position integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint locations_pkey primary key (id),
    constraint locations_name_check check (name <> ''),
    constraint locations_country_check check (country ~ '^[A-Z]{2}$'),
    constraint locations_phone_check check (phone ~ '^\+?[0-9 ()./-]{3,20}$'),
    constraint locations_latitude_check check (latitude between -90 and 90),
    constraint locations_longitude_check check (longitude between -180 and 180),
    constraint locations_coordinates_check check ((latitude is null) = (longitude is null))
);

create trigger set_updated_at before update on collections for each row execute function set_updated_at();
create trigger set_updated_at before update on collection_items for each row execute function set_updated_at();
create trigger set_updated_at before update on pages for each row execute function set_updated_at();
create trigger set_updated_at before update on policies for each row execute function set_updated_at();
create trigger set_updated_at before update on revisions for each row execute function set_updated_at();
create trigger set_updated_at before update on discounts for each row execute function set_updated_at();
create trigger set_updated_at before update on locations for each row execute function set_updated_at();
