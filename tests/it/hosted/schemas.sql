-- The schemas of a hosted project, in a new database. Run by the superuser; `auth` and `storage`
-- are not the owner's, who may use them and read users.

create schema auth;
create schema storage;
create schema extensions authorization postgres;
grant all on schema auth to supabase_auth_admin, dashboard_user;
grant all on schema storage to supabase_storage_admin, dashboard_user;
grant usage on schema auth to postgres, anon, authenticated, service_role;
grant usage on schema storage to postgres, anon, authenticated, service_role;
grant usage on schema extensions to anon, authenticated, service_role;
create table storage.objects (id uuid primary key default gen_random_uuid(), name text);
alter table storage.objects owner to supabase_storage_admin;
alter table storage.objects enable row level security;
