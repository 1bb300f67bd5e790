//! Statements that read products whole.

use crate::queries;

queries! {
    /// Products by their slugs, locked: who changes them next waits for us.
    FIND = "catalog.find":
        "select p.id, p.slug, p.name, p.description, p.status, p.vendor, p.category_id,
                c.name as category, p.keywords, p.option_names, p.price_minor, p.seo_title,
                p.seo_description
           from products p left join categories c on c.id = p.category_id
          where p.slug = any($1)
          order by p.slug
            for no key update of p";
    /// The products that follow a slug.
    PAGE = "catalog.page":
        "select p.id, p.slug, p.name, p.description, p.status, p.vendor, p.category_id,
                c.name as category, p.keywords, p.option_names, p.price_minor, p.seo_title,
                p.seo_description
           from products p left join categories c on c.id = p.category_id
          where p.slug > $1
          order by p.slug
          limit $2";
    /// Pictures of some products.
    IMAGES = "catalog.images":
        "select id, product_id, url, alt
           from product_images where product_id = any($1) order by product_id, position";
    /// Variants of some products, with what only members know of them.
    VARIANTS = "catalog.variants":
        "select v.id, v.product_id, v.option_values, v.sku, v.barcode, v.price_minor,
                v.compare_at_minor, v.weight_grams, v.weight_unit, v.requires_shipping, v.is_taxable,
                v.tax_code, v.track_inventory, v.inventory_policy, m.url as image, i.cost_minor,
                i.imported_quantity
           from variants v
           left join inventory_items i on i.variant_id = v.id
           left join product_images m on m.id = v.image_id and m.product_id = v.product_id
          where v.product_id = any($1)
          order by v.product_id, v.position, v.id";
}
