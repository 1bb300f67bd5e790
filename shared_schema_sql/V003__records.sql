-- What happened, what was answered, and what is to be sent.

create table audit_log (
    id uuid constraint audit_log_pkey primary key,
    at timestamptz not null default now(),
    -- Who: a user, or null with the program's own name in `actor`.
    user_id uuid,
    actor text not null constraint audit_log_actor_check check (length(actor) between 1 and 100),
    store_id uuid,
    action text not null constraint audit_log_action_check check (action ~ '^[a-z_]+\.[a-z_]+$'),
    detail jsonb not null default '{}',
    request_id text constraint audit_log_request_id_check check (length(request_id) <= 100)
);

create index audit_log_store_id_idx on audit_log (store_id, id);

create function audit_log_is_append_only() returns trigger
language plpgsql set search_path = '' as $$
begin
    raise exception 'the audit log is only added to' using errcode = '42501';
end
$$;

create trigger audit_log_is_append_only before update or delete or truncate on audit_log
    for each statement execute function audit_log_is_append_only();

-- The answer to a request that may be sent again. The row is written in the transaction that does
-- the work, so the same key never does it twice.
create table idempotency_keys (
    user_id uuid not null,
    key text not null
        constraint idempotency_keys_key_check check (length(key) between 1 and 255),
    request_hash text not null,
    status integer not null,
    response jsonb not null,
    created_at timestamptz not null default now(),
    constraint idempotency_keys_pkey primary key (user_id, key)
);

create index idempotency_keys_created_at_idx on idempotency_keys (created_at);

create table outbox (
    id uuid constraint outbox_pkey primary key,
    store_id uuid,
    channel text not null constraint outbox_channel_check check (channel in ('email', 'sms')),
    recipient text not null
        constraint outbox_recipient_check check (length(recipient) between 1 and 320),
    subject text not null constraint outbox_subject_check check (length(subject) <= 300),
    body jsonb not null,
    created_at timestamptz not null default now(),
    sent_at timestamptz
);

create index outbox_unsent_idx on outbox (created_at) where sent_at is null;
