-- When invitations end, and which sessions have.

-- How long a mailed link is good. Null: the place that is kept for a store's first owner has no
-- link, and waits.
alter table invitations add column expires_at timestamptz;
update invitations set expires_at = now() + interval '14 days' where token_hash is not null;
create index invitations_expires_at_idx on invitations (expires_at);

-- Which of these sessions Auth has ended: a definer, because `souk_core` sees no table of Auth.
create function ended_sessions(asked uuid[]) returns setof uuid
language sql stable security definer set search_path = '' as $$
    select a.id
      from unnest(asked) as a (id)
     where not exists (select from auth.sessions s
                        where s.id = a.id and (s.not_after is null or s.not_after > now()))
$$;

revoke all on function ended_sessions from public;
grant execute on function ended_sessions to souk_core;

-- What was sent is forgotten after a while.
create index outbox_sent_at_idx on outbox (sent_at) where sent_at is not null;

-- A remembered row is served from: its name, theme and settings too are on a store's pages and in its
-- public configuration.
create or replace function stores_touch() returns trigger
language plpgsql set search_path = '' as $$
begin
    new.updated_at := now();
    if (new.slug, new.schema_name, new.placement, new.status, new.published_at,
        new.template_version, new.fingerprint, new.currency, new.locale,
        new.name, new.theme, new.settings)
       is distinct from
       (old.slug, old.schema_name, old.placement, old.status, old.published_at,
        old.template_version, old.fingerprint, old.currency, old.locale,
        old.name, old.theme, old.settings)
    then
        new.revision := old.revision + 1;
    end if;
    return new;
end
$$;
