-- Who buys. State tables: shoppers and members read them, only verbs write them.

-- One person, one row: an account's is found by user_id, a guest's by e-mail. A verb writes an account's address here
-- only once it is confirmed, so nobody takes over a guest's row by signing up with somebody else's address.
-- No foreign key to the users of the platform: nothing leaves the schema. varchar keeps the row without a toast table.
create table customers (
    id uuid not null default gen_random_uuid(),
    user_id uuid,
    email varchar(254) collate "C",
    name varchar(200),
    phone varchar(20),
    marketing_accepted_at timestamptz,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint customers_pkey primary key (id),
    constraint customers_user_id_key unique (user_id),
    constraint customers_email_key unique (email),
    constraint customers_email_check check (email = lower(email) and email ~ '^[^@\s]+@[^@\s]+$'),
    constraint customers_name_check check (name <> ''),
    constraint customers_phone_check check (phone ~ '^\+?[0-9 ()./-]{3,20}$')
);

-- Position 1 is the default address; deferrable, so that one statement can put another one first.
create table addresses (
    id uuid not null default gen_random_uuid(),
    customer_id uuid not null,
    position smallint not null default 1,
    label text,
    name text not null,
    line1 text not null,
    line2 text,
    city text not null,
    region text,
    postal_code text,
    country text not null,
    phone text,
    delivery_instructions text,
    latitude double precision,
    longitude double precision,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint addresses_pkey primary key (id),
    constraint addresses_customer_id_position_key unique (customer_id, position) deferrable initially immediate,
    constraint addresses_customer_id_fkey foreign key (customer_id) references customers (id) on delete cascade,
    constraint addresses_position_check check (position between 1 and 20),
    constraint addresses_label_check check (char_length(label) between 1 and 60),
    constraint addresses_name_check check (char_length(name) between 1 and 200),
    constraint addresses_line1_check check (char_length(line1) between 1 and 200),
    constraint addresses_line2_check check (char_length(line2) <= 200),
    constraint addresses_city_check check (char_length(city) between 1 and 100),
    constraint addresses_region_check check (char_length(region) <= 100),
    constraint addresses_postal_code_check check (char_length(postal_code) <= 20),
    constraint addresses_country_check check (country ~ '^[A-Z]{2}$'),
    constraint addresses_phone_check check (phone ~ '^\+?[0-9 ()./-]{3,20}$'),
    constraint addresses_delivery_instructions_check check (char_length(delivery_instructions) <= 500),
    constraint addresses_latitude_check check (latitude between -90 and 90),
    constraint addresses_longitude_check check (longitude between -180 and 180),
    constraint addresses_coordinates_check check ((latitude is null) = (longitude is null))
);

-- One review a customer and product, shown once a member has approved it; author_name is what the public sees.
-- Its keys begin with the two parents and so serve both foreign keys.
create table reviews (
    id uuid not null default gen_random_uuid(),
    product_id uuid not null,
    customer_id uuid not null,
    rating smallint not null,
    title text,
    body text not null default '',
    author_name text not null,
    status text not null default 'pending',
    reply text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint reviews_pkey primary key (product_id, id),
    constraint reviews_customer_id_product_id_key unique (customer_id, product_id),
    constraint reviews_product_id_fkey foreign key (product_id) references products (id) on delete cascade,
    constraint reviews_customer_id_fkey foreign key (customer_id) references customers (id) on delete cascade,
    constraint reviews_rating_check check (rating between 1 and 5),
    constraint reviews_title_check check (char_length(title) between 1 and 200),
    constraint reviews_body_check check (char_length(body) <= 5000),
    constraint reviews_author_name_check check (char_length(author_name) between 1 and 200),
    constraint reviews_status_check check (status in ('pending', 'approved', 'rejected')),
    constraint reviews_reply_check check (char_length(reply) <= 5000)
);

create trigger set_updated_at before update on customers for each row execute function set_updated_at();
create trigger set_updated_at before update on addresses for each row execute function set_updated_at();
create trigger set_updated_at before update on reviews for each row execute function set_updated_at();
