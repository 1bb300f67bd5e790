//! What is written reads back, without a database.

use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::commerce::catalog::{StockPolicy, WeightUnit};
use crate::commerce::import::{Limits, parse};

fn stored(product: Product) -> Stored {
    Stored {
        id: Uuid::nil(),
        category_id: None,
        price_minor: product.price_minor(),
        product,
        image_ids: Vec::new(),
        variant_ids: Vec::new(),
    }
}

fn read(file: &str, currency: Currency) -> Vec<Product> {
    let parsed = parse(file.as_bytes(), currency, Limits::default()).unwrap();
    parsed.drafts().map(|draft| draft.unwrap().product).collect()
}

/// Any text that is not blank at its ends, formulas and quotation marks among it.
fn text() -> impl Strategy<Value = String> {
    "['=+@-]{0,2}[a-z\"',;\n$\\PC]{0,12}"
        .prop_map(|text| text.trim().to_owned())
        .prop_filter("something", |text| !text.is_empty())
}

fn variant() -> impl Strategy<Value = Variant> {
    let numbers = (0..=1_000_000_i64, option::of(1..=1_000_000_i64), 0..=100_000_000_i32);
    let words = (option::of("[0-9]{1,13}"), option::of(text()), any::<bool>(), any::<bool>());
    let rest = (any::<bool>(), option::of(any::<i32>()), option::of(0..=1_000_000_i64), 0..4_usize);
    (numbers, words, rest).prop_map(|((price, above, grams), words, rest)| Variant {
        price_minor: price,
        compare_at_minor: above.map(|above| price + above),
        weight_grams: grams,
        weight_unit: [WeightUnit::Kg, WeightUnit::G, WeightUnit::Oz, WeightUnit::Lb][rest.3],
        barcode: words.0,
        tax_code: words.1,
        requires_shipping: words.2,
        is_taxable: words.3,
        track_inventory: rest.0,
        inventory_policy: if rest.0 { StockPolicy::Continue } else { StockPolicy::Deny },
        imported_quantity: rest.1,
        cost_minor: rest.2,
        ..Variant::default()
    })
}

fn product() -> impl Strategy<Value = Product> {
    let parts =
        (prop::collection::vec(variant(), 1..4), prop::collection::vec(text(), 0..6), 0..4_usize);
    let own = (text(), option::of(text()), option::of(text()), option::of(text()), 0..3_usize);
    (own, parts).prop_map(
        |((name, vendor, category, seo, status), (mut variants, alts, options))| {
            let options = if variants.len() > 1 { options.max(1) } else { options };
            for (at, variant) in variants.iter_mut().enumerate() {
                variant.option_values = (0..options).map(|n| format!("={at}.{n}")).collect();
                variant.image = (at < alts.len()).then(|| format!("https://a.example/{at}"));
                variant.sku = Some(format!("+{at}"));
            }
            let image = |(at, alt)| Image { url: format!("https://a.example/{at}"), alt };
            Product {
                slug: "-a".into(),
                name,
                status: [Status::Draft, Status::Active, Status::Archived][status],
                vendor,
                category,
                option_names: (0..options).map(|n| format!("@{n}")).collect(),
                seo_description: seo.clone(),
                seo_title: seo,
                images: alts.into_iter().enumerate().map(image).collect(),
                variants,
                ..Product::default()
            }
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_reads_back(product in product(), code in 0..3_usize) {
        let currency = Currency::parse(["EUR", "JPY", "KWD"][code]).unwrap();
        let file = header() + &rows(&[stored(product.clone())], currency);
        prop_assert_eq!(read(&file, currency), [product], "{}", file);
    }
}

#[test]
fn a_real_file_reads_back_and_no_text_begins_like_a_formula() {
    let eur = Currency::parse("EUR").unwrap();
    let file = include_bytes!("../../../tests/data/shopify/jewelery.csv");
    let mut products = read(std::str::from_utf8(file).unwrap(), eur);
    products[0].name = "=HYPERLINK(\"http://evil.example\",\"win\")".into();
    products[1].description = "@SUM(1+1)*cmd|' /C calc'!A0".into();
    let all: Vec<Stored> = products.iter().cloned().map(stored).collect();
    let written = header() + &rows(&all, eur);
    assert_eq!(read(&written, eur), products);
    for record in csv::Reader::from_reader(written.as_bytes()).records() {
        assert!(record.unwrap().iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])));
    }
}

#[test]
fn a_product_without_a_variant_still_reads() {
    let eur = Currency::parse("EUR").unwrap();
    let bare = Stored {
        price_minor: 950,
        ..stored(Product { slug: "a".into(), name: "A".into(), ..Product::default() })
    };
    let back = read(&(header() + &rows(&[bare], eur)), eur);
    assert_eq!((back[0].variants.len(), back[0].price_minor()), (1, 950));
}
