-- A login for one connection of the REST plane, behind a pooler that keeps a server connection for
-- each login. `souk setup` runs this for `souk_rest_1`, `souk_rest_2` …, as many as it is told.
do $$
begin
    if to_regrole(':login') is null then
        create role :login login;
    end if;
end
$$;

-- It may what `souk_rest` may, and nothing of its own. What `souk_rest` holds itself, the way in,
-- is inherited, also what a later migration gives it. What `souk_rest` is a member of is not: that
-- has to be stepped into, as `souk_rest` has to. From PostgreSQL 16 on that is the grant's to say.
alter role :login login inherit;
grant souk_rest to :login;
do $$
begin
    if current_setting('server_version_num')::integer >= 160000 then
        execute 'grant souk_rest to :login with inherit true, set true';
    end if;
end
$$;

-- Settings of a role are those of who logs in.
alter role :login set jit = off;
do $$
begin
    alter role :login set pg_stat_statements.track = 'none';
exception
    when insufficient_privilege then null;
end
$$;
