-- The template's versions, and the schemas that wait for a store.

-- What a schema at one version of the template looks like on one major version of Postgres (whose
-- way of printing definitions is its own). Written by the first schema built there.
create table template_versions (
    version integer not null,
    server_major integer not null,
    fingerprint text not null
        constraint template_versions_fingerprint_check check (fingerprint ~ '^[0-9a-f]{64}$'),
    created_at timestamptz not null default now(),
    constraint template_versions_pkey primary key (version, server_major)
);

-- One row: the version that new stores are born at.
create table fleet (
    is_fleet boolean not null default true constraint fleet_pkey primary key
        constraint fleet_one_row_check check (is_fleet),
    birth_version integer not null,
    updated_at timestamptz not null default now()
);

create table ready_schemas (
    schema_name text constraint ready_schemas_pkey primary key
        constraint ready_schemas_schema_name_check check (schema_name ~ '^ready_[0-9a-f]{32}$'),
    template_version integer not null,
    fingerprint text not null,
    created_at timestamptz not null default now()
);

create index ready_schemas_next_idx on ready_schemas (template_version, created_at);
