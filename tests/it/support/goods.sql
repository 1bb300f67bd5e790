-- Rows in every table of a store: of each kind one that the public sees, one that only members see,
-- and one that is a shopper's own. The same keys and addresses in every store; :shopper is who the
-- shopper is there. Run as the owner with the store's schema as search_path.

insert into categories (id, name, slug, status) values
    ('00000000-0000-0000-0000-0000000000c1', 'Shoes', 'shoes', 'active'),
    ('00000000-0000-0000-0000-0000000000c2', 'Next year', 'next-year', 'hidden');
insert into products (id, category_id, name, slug, status, price_minor) values
    ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-0000000000c1',
     'Walking shoe', 'walking-shoe', 'active', 1250),
    ('00000000-0000-0000-0000-0000000000a2', '00000000-0000-0000-0000-0000000000c2',
     'Flying shoe', 'flying-shoe', 'draft', 9900);
insert into product_images (id, product_id, position, url) values
    ('00000000-0000-0000-0000-0000000000d1', '00000000-0000-0000-0000-0000000000a1', 1, '/a1.png'),
    ('00000000-0000-0000-0000-0000000000d2', '00000000-0000-0000-0000-0000000000a2', 1, '/a2.png');
insert into variants (id, product_id, sku, price_minor) values
    ('00000000-0000-0000-0000-0000000000e1', '00000000-0000-0000-0000-0000000000a1', 'WALK', 1250),
    ('00000000-0000-0000-0000-0000000000e2', '00000000-0000-0000-0000-0000000000a2', 'FLY', 9900);
insert into inventory_items (variant_id, cost_minor) values
    ('00000000-0000-0000-0000-0000000000e1', 400),
    ('00000000-0000-0000-0000-0000000000e2', 800);
insert into collections (id, name, slug, status) values
    ('00000000-0000-0000-0000-0000000000f1', 'Sale', 'sale', 'active'),
    ('00000000-0000-0000-0000-0000000000f2', 'Secret', 'secret', 'hidden');
insert into collection_items (collection_id, product_id) values
    ('00000000-0000-0000-0000-0000000000f1', '00000000-0000-0000-0000-0000000000a1'),
    ('00000000-0000-0000-0000-0000000000f1', '00000000-0000-0000-0000-0000000000a2'),
    ('00000000-0000-0000-0000-0000000000f2', '00000000-0000-0000-0000-0000000000a1');
insert into pages (id, title, slug, status) values
    ('00000000-0000-0000-0000-0000000000b1', 'Home', 'home', 'published'),
    ('00000000-0000-0000-0000-0000000000b2', 'Jobs', 'jobs', 'draft');
insert into policies (kind, title, status) values
    ('refund', 'Refunds', 'published'),
    ('privacy', 'Privacy', 'draft');
insert into revisions (page_id, number, content) values
    ('00000000-0000-0000-0000-0000000000b1', 0, '[]'),
    ('00000000-0000-0000-0000-0000000000b1', 1, '[]');
insert into discounts (id, code, name, kind, percent_bps) values
    ('00000000-0000-0000-0000-000000000071', 'HELLO', 'Welcome', 'percent', 1000);
insert into locations (id, name, is_pickup_point) values
    ('00000000-0000-0000-0000-000000000081', 'Corner shop', true),
    ('00000000-0000-0000-0000-000000000082', 'Warehouse', false);
insert into settings (key, value, is_public) values
    ('greeting', '"welcome"', true),
    ('supplier', '"do not tell"', false);
insert into customers (id, user_id, email, name) values
    ('00000000-0000-0000-0000-000000000091', :shopper, 'sam@example.com', 'Sam Shopper'),
    ('00000000-0000-0000-0000-000000000092', null, 'guest@example.com', 'Gus Guest');
insert into addresses (id, customer_id, name, line1, city, country) values
    ('00000000-0000-0000-0000-000000000061', '00000000-0000-0000-0000-000000000091',
     'Sam', 'First street 1', 'Berlin', 'DE'),
    ('00000000-0000-0000-0000-000000000062', '00000000-0000-0000-0000-000000000092',
     'Gus', 'Second street 2', 'Berlin', 'DE');
insert into reviews (id, product_id, customer_id, rating, author_name, status) values
    ('00000000-0000-0000-0000-000000000051', '00000000-0000-0000-0000-0000000000a1',
     '00000000-0000-0000-0000-000000000092', 5, 'Gus', 'approved'),
    ('00000000-0000-0000-0000-000000000052', '00000000-0000-0000-0000-0000000000a1',
     '00000000-0000-0000-0000-000000000091', 4, 'Sam', 'pending'),
    ('00000000-0000-0000-0000-000000000053', '00000000-0000-0000-0000-0000000000a2',
     '00000000-0000-0000-0000-000000000092', 1, 'Gus', 'pending');
