//! Files good and bad, without a database.

use super::*;
use crate::base::currency::Currency;
use crate::commerce::catalog::{Product, Status, StockPolicy, WeightUnit};

const APPAREL: &[u8] = include_bytes!("../../../tests/data/shopify/apparel.csv");
const HOME: &[u8] = include_bytes!("../../../tests/data/shopify/home-and-garden.csv");
const JEWELERY: &[u8] = include_bytes!("../../../tests/data/shopify/jewelery.csv");

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn open(bytes: &[u8]) -> Result<Parsed<'_>, FileError> {
    parse(bytes, eur(), Limits::default())
}

/// The products of a file without faults.
fn products(file: &[u8]) -> Vec<Product> {
    open(file).unwrap().drafts().map(|draft| draft.unwrap().product).collect()
}

/// All faults of a file, as `row column code`.
fn faults(file: &str) -> Vec<String> {
    let parsed = open(file.as_bytes()).unwrap();
    let early = parsed.report().errors;
    let late = parsed.drafts().filter_map(Result::err).flatten();
    let told =
        |error: RowError| format!("{} {} {}", error.row, error.column.unwrap_or("-"), error.code);
    early.into_iter().chain(late).map(told).collect()
}

/// A file of one product with these columns after handle, title and price.
fn one(columns: &str, cells: &str) -> String {
    format!("Handle,Title,Variant Price,{columns}\na,A,5,{cells}\n")
}

#[test]
fn the_real_files_are_read_whole() {
    for (file, variants, images) in [(APPAREL, 22, 20), (HOME, 21, 21), (JEWELERY, 23, 41)] {
        let products = products(file);
        assert_eq!(products.len(), 20);
        assert_eq!(products.iter().map(|p| p.variants.len()).sum::<usize>(), variants);
        assert_eq!(products.iter().map(|p| p.images.len()).sum::<usize>(), images);
        assert!(products.iter().all(|p| p.status == Status::Active));
    }
    let ignored = open(HOME).unwrap().report().ignored;
    assert_eq!(ignored.len(), 15, "{ignored:?}");
    assert!(ignored.contains(&"Gift Card".to_owned()));
}

#[test]
fn a_product_is_all_rows_of_its_handle() {
    let all = products(JEWELERY);
    let bracelet = &all[0];
    assert_eq!(
        (bracelet.slug.as_str(), bracelet.name.as_str()),
        ("chain-bracelet", "7 Shakra Bracelet")
    );
    assert_eq!(bracelet.category.as_deref(), Some("Bracelet"));
    assert_eq!(bracelet.option_names, ["Color"]);
    assert_eq!(bracelet.variants[1].option_values, ["Black"]);
    assert_eq!(bracelet.variants[1].price_minor, 4_299);
    assert_eq!(bracelet.variants[1].compare_at_minor, Some(4_499));
    assert_eq!(bracelet.variants[0].image.as_deref(), Some(bracelet.images[1].url.as_str()));
    let earrings = all.iter().find(|p| p.slug == "boho-earrings").unwrap();
    assert_eq!(earrings.keywords, ["Silver", "Turquoise"]);
    assert_eq!(
        (earrings.option_names.len(), earrings.variants.len(), earrings.images.len()),
        (0, 1, 3)
    );
    assert_eq!(earrings.variants[0].weight_grams, 28);
    assert_eq!(earrings.variants[0].weight_unit, WeightUnit::Oz);
    let pots = &products(HOME)[0];
    assert_eq!(pots.price_minor(), 999);
    assert_eq!(pots.variants[1].imported_quantity, Some(3));
    assert!(!pots.variants[1].track_inventory);
}

#[test]
fn rows_of_a_handle_need_not_be_adjacent() {
    let file = "Handle,Title,Variant Price,Option1 Name,Option1 Value,Variant SKU\n\
                a,A,1,Size,S,1\nb,B,2,,,\na,,3,,M,2\n\nb,,,,,\na,,.5,,L,3\n";
    let all = products(file.as_bytes());
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].variants.len(), 3);
    assert_eq!((all[0].price_minor(), all[1].price_minor()), (50, 200));
}

#[test]
fn a_file_is_refused_as_a_whole_by_a_stable_code() {
    let head = "Handle,Title,Variant Price\n";
    let code = |bytes: &[u8]| open(bytes).map(|_| ()).map_err(|error| error.code());
    assert_eq!(code(b""), Err("csv_empty"));
    assert_eq!(code(b"\xef\xbb\xbf\r\n\r\n"), Err("csv_empty"));
    assert_eq!(code(head.as_bytes()), Err("csv_empty"));
    assert_eq!(code(format!("{head},,\n,,\n").as_bytes()), Err("csv_empty"));
    assert_eq!(code(b"Title,Variant Price\na,1\n"), Err("csv_header"));
    assert_eq!(code(b"Handle;Title;Variant Price\na;b;1\n"), Err("csv_header"));
    assert_eq!(code(b"Handle,Title,Variant Price,title\na,b,1,c\n"), Err("csv_header"));
    assert_eq!(code(format!("{head}a,\"b,1\n").as_bytes()), Err("csv_quotes"));
    assert_eq!(code(format!("{head}a,\"b\"c,1\n").as_bytes()), Err("csv_quotes"));
    assert_eq!(code(b"Handle,Title,Variant Price\na,caf\xe9,1\n"), Err("csv_encoding"));
    assert_eq!(code(b"\xff\xfeH\0a\0"), Err("csv_encoding"));
    assert_eq!(code(b"H\0a\0n\0d\0"), Err("csv_encoding"));
    assert_eq!(code(",".repeat(600).as_bytes()), Err("csv_columns"));
    assert_eq!(code(format!("{head}{}", "a,A,1\n".repeat(50_001)).as_bytes()), Err("csv_rows"));
    assert_eq!(code(&vec![b'a'; 20 * 1024 * 1024 + 1]), Err("too_large"));
    assert_eq!(
        open(b"Handle,Title,Variant Price\na,A,1\nb,\xff,2\n").unwrap_err(),
        FileError::Encoding { row: 3 }
    );
}

#[test]
fn a_spool_refuses_what_is_too_large_before_it_is_held() {
    let mut spool = Spool::new(Limits { body_bytes: 10, ..Limits::default() });
    spool.push(b"12345678").unwrap();
    assert_eq!(spool.push(b"901").unwrap_err(), FileError::TooLarge { bytes_max: 10 });
    spool.push(b"90").unwrap();
    assert_eq!(spool.into_bytes(), b"1234567890");
}

#[test]
fn a_mark_at_the_beginning_and_any_case_in_the_header_are_taken() {
    let file = "\u{feff}handle,TITLE,Variant price,Bogus,Bogus\r\na,A,1,x,y\r\n";
    let parsed = open(file.as_bytes()).unwrap();
    assert_eq!((parsed.len(), parsed.is_empty()), (1, false));
    assert_eq!(parsed.report().ignored, ["Bogus"]);
    assert_eq!(products(file.as_bytes())[0].status, Status::Draft);
}

#[test]
fn prices_are_exact_or_refused() {
    let price = |cell: &str| faults(&format!("Handle,Title,Variant Price\na,A,{cell}\n"));
    assert_eq!(price("19.99"), Vec::<String>::new());
    assert_eq!(price(""), ["2 Variant Price missing"]);
    assert_eq!(price("-1"), ["2 Variant Price price_negative"]);
    assert_eq!(price("99999999999999999999"), ["2 Variant Price price_too_large"]);
    assert_eq!(price("9.999"), ["2 Variant Price price_precision"]);
    assert_eq!(price("\"1,50\""), ["2 Variant Price price_format"]);
    assert_eq!(price("=1+1"), ["2 Variant Price price_format"]);
    let compared = |cell: &str| {
        products(one("Variant Compare At Price", cell).as_bytes())[0].variants[0].compare_at_minor
    };
    assert_eq!((compared("5.01"), compared("5"), compared("4")), (Some(501), None, None));
}

#[test]
fn every_cell_has_its_rule() {
    for (columns, cells, fault) in [
        ("Published", "maybe", "2 Published word"),
        ("Status", "sold", "2 Status word"),
        ("Variant Grams", "-5", "2 Variant Grams weight"),
        ("Variant Inventory Qty", "many", "2 Variant Inventory Qty number"),
        ("Variant Inventory Qty", "99999999999", "2 Variant Inventory Qty number"),
        ("Variant Inventory Policy", "perhaps", "2 Variant Inventory Policy word"),
        ("Variant Weight Unit", "stone", "2 Variant Weight Unit word"),
        ("Image Src", "javascript:alert(1)", "2 Image Src address"),
        ("Variant Image", "data:x", "2 Variant Image address"),
        ("Image Src,Image Position", "https://a/b,0", "2 Image Position number"),
        ("Cost per item", "-1", "2 Cost per item price_negative"),
        ("Option1 Value", "Red", "2 Option1 Value option_unnamed"),
        ("Option2 Name,Option2 Value", "Size,S", "2 Option2 Name option_names"),
        ("Option1 Name,Option1 Value", "Size,", "2 Option1 Value missing"),
        ("Vendor", "a,b", "2 - row_too_wide"),
    ] {
        assert_eq!(faults(&one(columns, cells)), [fault], "{columns}: {cells}");
    }
    let long = |length: usize| "x".repeat(length);
    for (column, length_max) in [
        ("Vendor", 200),
        ("Type", 200),
        ("Tags", 100),
        ("SEO Title", 200),
        ("SEO Description", 500),
        ("Body (HTML)", 5_000),
        ("Variant SKU", 100),
        ("Variant Barcode", 100),
        ("Variant Tax Code", 100),
    ] {
        assert_eq!(faults(&one(column, &long(length_max))), Vec::<String>::new(), "{column}");
        let fault = format!("2 {column} too_long");
        assert_eq!(faults(&one(column, &long(length_max + 1))), [fault]);
    }
}

#[test]
fn rows_that_contradict_each_other_are_named() {
    let head = "Handle,Title,Variant Price,Option1 Name,Option1 Value,Variant SKU,Image Src\n";
    for (rows, expected) in [
        (
            "a,A,1,,,,\na,Another,1,,,,",
            vec!["3 Handle handle_repeated", "3 Option1 Value variant_repeated"],
        ),
        ("a,A,1,Size,S,,\na,,2,,S,,", vec!["3 Option1 Value variant_repeated"]),
        ("a,A,1,Size,S,7,\na,,2,,M,7,", vec!["3 Variant SKU sku_taken"]),
        ("a,A,1,Size,S,,\na,,2,Colour,M,,", vec!["3 Option1 Name option_names"]),
        ("a,,1,,,,", vec!["2 Title missing"]),
        (",A,1,,,,", vec!["2 Handle missing"]),
    ] {
        assert_eq!(faults(&format!("{head}{rows}\n")), expected, "{rows}");
    }
}

#[test]
fn a_product_has_a_bounded_number_of_parts() {
    let mut pictures = "Handle,Title,Variant Price,Image Src\na,A,1,https://a/0\n".to_owned();
    for n in 1..=10 {
        pictures += &format!("a,,,https://a/{n}\n");
    }
    assert_eq!(faults(&pictures), ["12 Image Src too_many_images"]);
    let mut variants = "Handle,Title,Variant Price,Option1 Name,Option1 Value\n".to_owned();
    for n in 0..=1_000 {
        let title = if n == 0 { "A" } else { "" };
        variants += &format!("a,{title},1,Size,{n}\n");
    }
    assert_eq!(faults(&variants), ["1002 Handle too_many_variants"]);
    assert_eq!(faults(&(variants + &"a,,1,,x\n".repeat(20))), ["1012 Handle too_many_variants"]);
}

#[test]
fn a_bad_product_loses_no_other() {
    let file = "Handle,Title,Variant Price\na,A,1\nb,B,-1\nc,C,3\n";
    let parsed = open(file.as_bytes()).unwrap();
    let good: Vec<bool> = parsed.drafts().map(|draft| draft.is_ok()).collect();
    assert_eq!(good, [true, false, true]);
}

#[test]
fn a_formula_is_text_and_html_is_cleaned() {
    let file = one(
        "Vendor,Body (HTML),Variant Barcode",
        "\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",<p onclick=x>Hi<script>y</script></p>,'0123",
    );
    let product = &products(file.as_bytes())[0];
    assert_eq!(product.vendor.as_deref(), Some("=HYPERLINK(\"http://x\",\"y\")"));
    assert_eq!(product.description, "<p>Hi</p>");
    assert_eq!(product.variants[0].barcode.as_deref(), Some("0123"));
    assert_eq!(product.variants[0].inventory_policy, StockPolicy::Deny);
}

#[test]
fn a_picture_of_a_variant_is_one_of_the_product() {
    let file = one("Image Src,Variant Image", "https://a/1,https://a/2");
    let product = &products(file.as_bytes())[0];
    assert_eq!(product.images.len(), 2);
    assert_eq!(product.variants[0].image.as_deref(), Some("https://a/2"));
}

#[test]
fn published_and_status_agree_on_what_shoppers_see() {
    let status = |columns: &str, cells: &str| products(one(columns, cells).as_bytes())[0].status;
    assert_eq!(status("Published", "TRUE"), Status::Active);
    assert_eq!(status("Published", ""), Status::Active);
    assert_eq!(status("Published", "false"), Status::Draft);
    assert_eq!(status("Published,Status", "true,draft"), Status::Draft);
    assert_eq!(status("Published,Status", "false,active"), Status::Draft);
    assert_eq!(status("Published,Status", "true,archived"), Status::Archived);
}

#[test]
fn faults_beyond_the_limit_are_counted() {
    let mut report = Report::default();
    let fault = || RowError::new(2, None, &Fault::Width);
    report.refuse(vec![fault(), fault(), fault()], 2);
    assert_eq!((report.errors.len(), report.errors_untold), (2, 1));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
        if let Ok(parsed) = open(&bytes) {
            parsed.drafts().for_each(drop);
        }
    }

    #[test]
    fn any_rows_under_a_header_are_read_or_refused(rows in "([a-b],|\"|[ -~]|\n|\r|,|-?[0-9.]{1,25},|https?://){0,80}") {
        let file = format!(
            "Handle,Title,Variant Price,Option1 Name,Option1 Value,Image Src,Body (HTML),Tags\n{rows}"
        );
        if let Ok(parsed) = open(file.as_bytes()) {
            let found = parsed.drafts().count();
            proptest::prop_assert_eq!(found, parsed.len());
        }
    }

    #[test]
    fn the_scan_and_the_reader_agree_on_rows(text in "([a-c \"]|,|\n|\r|\"[a,\n\r]{0,3}\"){0,40}") {
        if let Ok(starts) = super::scan::rows(&text, Limits::default()) {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false).flexible(true).from_reader(text.as_bytes());
            proptest::prop_assert_eq!(reader.records().count(), starts.len(), "{:?}", text);
        }
    }
}
