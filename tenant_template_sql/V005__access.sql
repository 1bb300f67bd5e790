-- Who may do what: all rights and all row security in one place, to be read as a table.
-- anon reads what is public and writes nothing. Members and shoppers are both `authenticated`; what a member may do is
-- asked of shared.store_role, in a sub-select, so once a statement. There is one policy for a role and command: two
-- would be joined by `or` all the same, in an order not ours. Here the cheap public condition stands first, and the
-- role is looked up only when a row fails it. An update's `using` is its `with check` as well.

grant usage on schema "{{schema}}" to anon, authenticated, service_role;

grant select on settings, categories, products, product_images, variants, collections, collection_items, pages,
    policies, locations, reviews to anon;
grant select, insert, update, delete on settings, categories, products, product_images, variants, inventory_items,
    collections, collection_items, pages, policies, revisions, discounts, locations to authenticated;
grant select on customers, addresses, reviews to authenticated;
grant select, insert, update, delete on settings, categories, products, product_images, variants, inventory_items,
    collections, collection_items, pages, policies, revisions, discounts, locations, customers, addresses, reviews
    to service_role;

-- Checks, defaults and indexes run as whoever writes the row, hence the rights of the members' role on their functions.
revoke execute on function set_updated_at(), texts_fit(text[], integer, integer), store_language(), fold_text(text),
    search_config(text), product_words(regconfig, text, text[], text, text), search_words(text, text),
    search_products(text, integer, integer), search_customers(text, integer, integer) from public;
grant execute on function texts_fit(text[], integer, integer), store_language(), fold_text(text), search_config(text),
    product_words(regconfig, text, text[], text, text) to authenticated, service_role;
grant execute on function search_products(text, integer, integer) to anon, authenticated, service_role;
grant execute on function search_customers(text, integer, integer) to authenticated;

-- The catalog: owner, admin and manager write. A part is as visible as its product: the sub-select runs under the
-- policy of products.
alter table products enable row level security;
create policy products_public on products for select to anon using (status = 'active');
create policy products_read on products for select to authenticated
    using (status = 'active'
        or (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));
create policy products_insert on products for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy products_update on products for update to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy products_delete on products for delete to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));

alter table categories enable row level security;
create policy categories_public on categories for select to anon using (status = 'active');
create policy categories_read on categories for select to authenticated
    using (status = 'active'
        or (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));
create policy categories_insert on categories for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy categories_update on categories for update to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy categories_delete on categories for delete to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));

alter table product_images enable row level security;
create policy product_images_read on product_images for select to anon, authenticated
    using ((select true from products as p where p.id = product_id));
create policy product_images_insert on product_images for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy product_images_update on product_images for update to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy product_images_delete on product_images for delete to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));

alter table variants enable row level security;
create policy variants_read on variants for select to anon, authenticated
    using ((select true from products as p where p.id = product_id));
create policy variants_insert on variants for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy variants_update on variants for update to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy variants_delete on variants for delete to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));

alter table inventory_items enable row level security;
create policy inventory_items_read on inventory_items for select to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));
create policy inventory_items_insert on inventory_items for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy inventory_items_update on inventory_items for update to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy inventory_items_delete on inventory_items for delete to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));

alter table collections enable row level security;
create policy collections_public on collections for select to anon using (status = 'active');
create policy collections_read on collections for select to authenticated
    using (status = 'active'
        or (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));
create policy collections_insert on collections for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy collections_update on collections for update to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy collections_delete on collections for delete to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));

alter table collection_items enable row level security;
create policy collection_items_read on collection_items for select to anon, authenticated
    using ((select true from collections as c where c.id = collection_id)
        and (select true from products as p where p.id = product_id));
create policy collection_items_insert on collection_items for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy collection_items_update on collection_items for update to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy collection_items_delete on collection_items for delete to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));

-- Pages, legal texts and their history: owner, admin and manager write; of revisions only the draft can be changed.
alter table pages enable row level security;
create policy pages_public on pages for select to anon using (status = 'published');
create policy pages_read on pages for select to authenticated
    using (status = 'published'
        or (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));
create policy pages_insert on pages for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy pages_update on pages for update to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy pages_delete on pages for delete to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));

alter table policies enable row level security;
create policy policies_public on policies for select to anon using (status = 'published');
create policy policies_read on policies for select to authenticated
    using (status = 'published'
        or (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));
create policy policies_insert on policies for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy policies_update on policies for update to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy policies_delete on policies for delete to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));

alter table revisions enable row level security;
create policy revisions_read on revisions for select to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));
create policy revisions_insert on revisions for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy revisions_update on revisions for update to authenticated
    using (number = 0 and (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy revisions_delete on revisions for delete to authenticated
    using (number = 0 and (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));

-- Discounts are never public: a code is good only in the hand of who was given it.
alter table discounts enable row level security;
create policy discounts_read on discounts for select to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));
create policy discounts_insert on discounts for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy discounts_update on discounts for update to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));
create policy discounts_delete on discounts for delete to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager'));

-- Settings and locations: owner and admin write; system settings are left to the verbs.
alter table locations enable row level security;
create policy locations_public on locations for select to anon using (is_pickup_point and is_active);
create policy locations_read on locations for select to authenticated
    using (is_pickup_point and is_active
        or (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));
create policy locations_insert on locations for insert to authenticated
    with check ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin'));
create policy locations_update on locations for update to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin'));
create policy locations_delete on locations for delete to authenticated
    using ((select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin'));

alter table settings enable row level security;
create policy settings_public on settings for select to anon using (is_public);
create policy settings_read on settings for select to authenticated
    using (is_public
        or (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));
create policy settings_insert on settings for insert to authenticated
    with check (not is_system and (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin'));
create policy settings_update on settings for update to authenticated
    using (not is_system and (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin'));
create policy settings_delete on settings for delete to authenticated
    using (not is_system and (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin'));

-- People: members read all, shoppers their own; nobody writes but the verbs.
alter table customers enable row level security;
create policy customers_read on customers for select to authenticated
    using (user_id = (select auth.uid())
        or (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));

alter table addresses enable row level security;
create policy addresses_read on addresses for select to authenticated
    using (customer_id = (select c.id from customers as c where c.user_id = (select auth.uid()))
        or (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));

alter table reviews enable row level security;
create policy reviews_public on reviews for select to anon using (status = 'approved');
create policy reviews_read on reviews for select to authenticated
    using (status = 'approved'
        or customer_id = (select c.id from customers as c where c.user_id = (select auth.uid()))
        or (select shared.store_role('{{schema}}'::regnamespace)) in ('owner', 'admin', 'manager', 'staff', 'viewer'));
