//! Statements that write a batch. Each takes all rows of one table as one document, so their number
//! does not depend on the number of products.

use crate::queries;

queries! {
    /// One import a store at a time; the lock ends with the transaction.
    LOCK = "import.lock":
        "select pg_try_advisory_xact_lock(hashtextextended('import ' || current_schema(), 0))
                as is_ours";
    /// Whose these article numbers are.
    SKUS = "import.skus":
        "select sku, product_id from variants where sku = any($1)";
    /// Categories by name or slug; of those with the same name the oldest comes last, and counts.
    CATEGORIES_FIND = "import.categories_find":
        "select id, name, slug from categories
          where lower(name) = any($1) or slug = any($2) order by created_at desc, id desc";
    /// New categories.
    CATEGORIES_ADD = "import.categories_add":
        "insert into categories (id, name, slug)
         select n.id, n.name, n.slug from jsonb_to_recordset($1) as n (id uuid, name text, slug text)
             on conflict (slug) do nothing";
    /// Collections by name or slug, in the same order.
    COLLECTIONS_FIND = "import.collections_find":
        "select id, name, slug from collections
          where lower(name) = any($1) or slug = any($2) order by created_at desc, id desc";
    /// New collections.
    COLLECTIONS_ADD = "import.collections_add":
        "insert into collections (id, name, slug)
         select n.id, n.name, n.slug from jsonb_to_recordset($1) as n (id uuid, name text, slug text)
             on conflict (slug) do nothing";
    /// How many collections the store has.
    COLLECTIONS_COUNT = "import.collections_count":
        "select count(*) as count from collections";
    /// Products, new or changed.
    PUT_PRODUCTS = "import.put_products":
        "insert into products (id, category_id, name, slug, description, status, vendor, keywords,
                               option_names, price_minor, seo_title, seo_description)
         select n.id, n.category_id, n.name, n.slug, n.description, n.status, n.vendor, n.keywords,
                n.option_names, n.price_minor, n.seo_title, n.seo_description
           from jsonb_to_recordset($1) as n (
                id uuid, category_id uuid, name text, slug text, description text, status text,
                vendor text, keywords text[], option_names text[], price_minor bigint,
                seo_title text, seo_description text)
             on conflict (id) do update
            set category_id = excluded.category_id, name = excluded.name,
                description = excluded.description, status = excluded.status,
                vendor = excluded.vendor, keywords = excluded.keywords,
                option_names = excluded.option_names, price_minor = excluded.price_minor,
                seo_title = excluded.seo_title, seo_description = excluded.seo_description";
    /// Gives article numbers back, so that another variant of the batch can have them.
    FREE_SKUS = "import.free_skus":
        "update variants set sku = null where id = any($1)";
    /// Pictures that the file does not name any more.
    DROP_IMAGES = "import.drop_images":
        "delete from product_images where id = any($1)";
    /// Variants that the file does not name any more.
    DROP_VARIANTS = "import.drop_variants":
        "delete from variants where id = any($1)";
    /// Pictures, new, changed or moved.
    PUT_IMAGES = "import.put_images":
        "insert into product_images (id, product_id, position, url, alt)
         select n.id, n.product_id, n.position, n.url, n.alt
           from jsonb_to_recordset($1) as n (
                id uuid, product_id uuid, position smallint, url text, alt text)
             on conflict (id) do update
            set position = excluded.position, url = excluded.url, alt = excluded.alt";
    /// Variants, new, changed or moved.
    PUT_VARIANTS = "import.put_variants":
        "insert into variants (id, product_id, position, option_values, sku, barcode, price_minor,
                               compare_at_minor, weight_grams, weight_unit, requires_shipping,
                               is_taxable, tax_code, track_inventory, inventory_policy, image_id)
         select n.id, n.product_id, n.position, n.option_values, n.sku, n.barcode, n.price_minor,
                n.compare_at_minor, n.weight_grams, n.weight_unit, n.requires_shipping,
                n.is_taxable, n.tax_code, n.track_inventory, n.inventory_policy, n.image_id
           from jsonb_to_recordset($1) as n (
                id uuid, product_id uuid, position integer, option_values text[], sku text,
                barcode text, price_minor bigint, compare_at_minor bigint, weight_grams integer,
                weight_unit text, requires_shipping boolean, is_taxable boolean, tax_code text,
                track_inventory boolean, inventory_policy text, image_id uuid)
             on conflict (id) do update
            set position = excluded.position, option_values = excluded.option_values,
                sku = excluded.sku, barcode = excluded.barcode,
                price_minor = excluded.price_minor,
                compare_at_minor = excluded.compare_at_minor,
                weight_grams = excluded.weight_grams, weight_unit = excluded.weight_unit,
                requires_shipping = excluded.requires_shipping,
                is_taxable = excluded.is_taxable, tax_code = excluded.tax_code,
                track_inventory = excluded.track_inventory,
                inventory_policy = excluded.inventory_policy, image_id = excluded.image_id";
    /// What only members know of variants.
    PUT_STOCK = "import.put_stock":
        "insert into inventory_items (variant_id, cost_minor, imported_quantity)
         select n.variant_id, n.cost_minor, n.imported_quantity
           from jsonb_to_recordset($1) as n (
                variant_id uuid, cost_minor bigint, imported_quantity integer)
             on conflict (variant_id) do update
            set cost_minor = excluded.cost_minor, imported_quantity = excluded.imported_quantity";
    /// Products that come into a collection.
    JOIN = "import.join":
        "insert into collection_items (collection_id, product_id)
         select n.collection_id, n.product_id
           from jsonb_to_recordset($1) as n (collection_id uuid, product_id uuid)
             on conflict do nothing";
    /// Products that leave a collection.
    LEAVE = "import.leave":
        "delete from collection_items i
          using jsonb_to_recordset($1) as n (name text, slug text, product_id uuid), collections c
          where (lower(c.name) = lower(n.name) or c.slug = n.slug)
            and i.collection_id = c.id and i.product_id = n.product_id";
}
