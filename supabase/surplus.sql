-- Logins of the REST plane beyond the number that is wanted. They own nothing and are granted
-- nothing but `souk_rest`. One that somebody is connected as is left, and so is everything else:
-- its sessions would go on without their role.
do $$
declare
    surplus record;
begin
    for surplus in
        select r.rolname, exists (select from pg_catalog.pg_stat_activity a
                                   where a.usesysid = r.oid) as is_used
          from pg_catalog.pg_roles r
         where substring(r.rolname from '^souk_rest_([1-9][0-9]{0,3})$')::integer > :count
         order by r.rolname
    loop
        if surplus.is_used then
            raise exception 'somebody is connected as %, which would be one login too many',
                surplus.rolname
                using hint = 'stop what serves with more, and the pooler''s connections of it';
        end if;
        execute format('drop role %I', surplus.rolname);
    end loop;
end
$$;
