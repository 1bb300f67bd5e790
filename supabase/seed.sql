-- Run by `supabase db reset` after `setup.sql`. There are no rows to sow: the shared schema comes with
-- `souk migrate`, and a store's schema is made by the program from its template, so stores are made by
-- `souk store create`. No password is set either, because this file can be pushed to a hosted project.
do $$
begin
    raise notice 'prepared for Souk; next: souk setup, which sets the logins'' password, and souk migrate';
end
$$;
