-- Who may do what in `shared`. Nobody has a right that is not written here.

revoke all on all tables in schema shared from public;
revoke all on all functions in schema shared from public;

grant usage on schema shared to souk_core, souk_rest, souk_engine;

-- The runtime logins themselves: two functions. `souk_core` too, for the claim, which enters the
-- store it has just made.
grant execute on function guard, enter to souk_rest, souk_engine, souk_core;
-- The stores' policies.
grant execute on function store_role to authenticated;

grant execute on function claim_schema, user_by_email to souk_core;
grant select on plans, roles, role_permissions, template_versions, fleet, ready_schemas to souk_core;
grant select, insert, update on stores to souk_core;
grant select, insert, update, delete on members, invitations, platform_members to souk_core;
grant select, insert on audit_log to souk_core;
grant select, insert, delete on idempotency_keys to souk_core;
grant select, insert, update, delete on outbox to souk_core;

do $$
declare
    name text;
begin
    foreach name in array array[
        'plans', 'stores', 'roles', 'role_permissions', 'members', 'invitations',
        'platform_members', 'template_versions', 'fleet', 'ready_schemas', 'audit_log',
        'idempotency_keys', 'outbox'
    ] loop
        execute format('alter table %I enable row level security', name);
        execute format(
            'create policy %I on %I for all to souk_core using (true) with check (true)',
            name || '_core', name);
    end loop;
end
$$;
