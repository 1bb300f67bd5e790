//! Queries as somebody might write them: mostly sensible, seldom right.

use proptest::prelude::*;
use proptest::strategy::Union;

use super::encode;

pub(super) fn relation() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "products",
        "categories",
        "customers",
        "orders",
        "order_items",
        "active_products",
        "paints",
        "odd names",
        "moods",
        "rpc/products_of",
        "rpc/top_customers",
        "rpc/add",
    ])
}

pub(super) fn column() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "id",
        "name",
        "price",
        "labels",
        "attrs",
        "qty_range",
        "status",
        "words",
        "created_at",
        "category_id",
        "label",
        "active",
        "uid",
        "dims",
        "the id",
        "color",
        "nosuch",
        "count",
    ]);
    let path = prop::sample::select(vec!["", "", "", "->a", "->>a", "->0", "->-1->>b"]);
    (known, path).prop_map(|(name, path)| format!("{name}{path}"))
}

pub(super) fn operation() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec![
        "eq",
        "neq",
        "gt",
        "gte",
        "lt",
        "lte",
        "like",
        "ilike",
        "match",
        "imatch",
        "is",
        "in",
        "cs",
        "cd",
        "ov",
        "sl",
        "sr",
        "nxl",
        "nxr",
        "adj",
        "isdistinct",
        "fts",
        "plfts(english)",
        "eq(any)",
        "like(all)",
        "nosuch",
    ]);
    let value = prop::sample::select(vec![
        "1",
        "null",
        "true",
        "(1,2)",
        "{1,2}",
        "a",
        "*a*",
        "[1,5)",
        "{\"a\":1}",
        "\"x,y\"",
        "",
        "2026-01-01",
        "(\"a\",b)",
    ]);
    let not = prop::sample::select(vec!["", "", "not."]);
    (not, operator, value).prop_map(|(not, operator, value)| format!("{not}{operator}.{value}"))
}

fn logic() -> impl Strategy<Value = String> {
    let leaf = (column(), operation()).prop_map(|(column, test)| format!("{column}.{test}"));
    leaf.prop_recursive(3, 12, 3, |inner| {
        let word = prop::sample::select(vec!["and", "or", "not.and", "not.or"]);
        (word, prop::collection::vec(inner, 1..4))
            .prop_map(|(word, members)| format!("{word}({})", members.join(",")))
    })
}

pub(super) fn select() -> impl Strategy<Value = String> {
    let alias = prop::sample::select(vec!["", "", "x:"]);
    let cast = prop::sample::select(vec!["", "", "::text", "::int", "::nosuch", "::regclass"]);
    let aggregate = prop::sample::select(vec!["", "", "", ".count()", ".max()", ".sum()"]);
    let item = prop_oneof![
        Just("*".to_owned()),
        Just("count()".to_owned()),
        (alias.clone(), column(), cast, aggregate).prop_map(
            |(alias, column, cast, aggregate)| format!("{alias}{column}{cast}{aggregate}")
        ),
    ];
    item.prop_recursive(3, 16, 4, move |inner| {
        let target = prop::sample::select(vec![
            "categories",
            "products",
            "variants",
            "images",
            "tags",
            "orders",
            "customers",
            "order_items",
            "siblings",
            "cheapest_variant",
            "nosuch",
            "...categories",
            "...variants",
            "x:products!inner",
            "category_id",
            "orders!customer_id",
        ]);
        (target, prop::collection::vec(inner, 0..4))
            .prop_map(|(target, items)| format!("{target}({})", items.join(",")))
    })
}

pub(super) fn query() -> impl Strategy<Value = String> {
    let embed = prop::sample::select(vec!["", "", "", "categories.", "products.", "orders."]);
    let order = prop::sample::select(vec!["", ".asc", ".desc", ".desc.nullslast", ".up"]);
    let parameter = Union::new([
        (embed.clone(), column(), operation())
            .prop_map(|(embed, column, test)| format!("{embed}{}={}", column, encode(&test)))
            .boxed(),
        logic().prop_map(|tree| format!("and={}", encode(&format!("({tree})")))).boxed(),
        (embed.clone(), column(), order)
            .prop_map(|(embed, column, order)| format!("{embed}order={}{order}", encode(&column)))
            .boxed(),
        (embed, -2..20_i32).prop_map(|(embed, n)| format!("{embed}limit={n}")).boxed(),
        (-2..20_i32).prop_map(|n| format!("offset={n}")).boxed(),
        Just("cat=4".to_owned()).boxed(),
        Just("categories=is.null".to_owned()).boxed(),
    ]);
    (prop::collection::vec(select(), 1..4), prop::collection::vec(parameter, 0..4)).prop_map(
        |(items, parameters)| {
            let select = format!("select={}", encode(&items.join(",")));
            std::iter::once(select).chain(parameters).collect::<Vec<_>>().join("&")
        },
    )
}
