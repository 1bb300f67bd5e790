-- What nothing reads goes, and mails of one store are found.

-- Never enforced. To be exact, it would have to be counted anew by every statement that adds products, one after
-- another in each store: a store of 500,000 products would pay for that each time it adds one.
alter table plans drop column products_max;

-- A storefront's menu is the row `menu` of the store's own settings; this was a second place, which no page showed.
alter table stores drop constraint stores_settings_check;
update stores set settings = settings - 'menus' where settings ? 'menus';
alter table stores add constraint stores_settings_check check (
    jsonb_typeof(settings) = 'object'
    and settings - array[
        'tagline', 'description', 'contact', 'banner', 'seo_title', 'seo_description',
        'order_prefix', 'tax', 'delivery'
    ] = '{}'
    and length(settings::text) <= 65536
);

-- The link in an invitation's mail goes when the invitation does.
create index outbox_store_id_idx on outbox (store_id, recipient) where store_id is not null;
