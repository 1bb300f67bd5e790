//! Shopify's files into a store, and out again.

use souk::base::currency::Currency;
use souk::commerce::catalog::{self, Stored};
use souk::commerce::export;
use souk::commerce::import::{self, Error, Limits, Options, Report};
use souk::queries;

use crate::support::Stall;

queries! {
    /// Collections with the products in them.
    COLLECTIONS = "test.collections":
        "select c.name || ': ' || string_agg(p.slug, ' ' order by p.slug) as line
           from collections c join collection_items i on i.collection_id = c.id
           join products p on p.id = i.product_id group by c.name order by c.name";
    /// Categories.
    CATEGORIES = "test.categories":
        "select name || ' ' || slug as line from categories order by name";
    /// How much is there.
    COUNTS = "test.counts":
        "select concat_ws(' ', (select count(*) from products), (select count(*) from variants),
                (select count(*) from product_images), (select count(*) from inventory_items)) as line";
    /// Puts a product into the second of two categories of the same name.
    MOVE = "test.move":
        "with other as (insert into categories (name, slug) values ('Hats', 'hats-2') returning id)
         update products set category_id = other.id from other where products.slug = 'a'";
    /// Takes a product out of a collection by hand.
    LEAVE_ALL = "test.leave_all": "delete from collection_items";
}

const FILES: [&[u8]; 3] = [
    include_bytes!("../data/shopify/apparel.csv"),
    include_bytes!("../data/shopify/home-and-garden.csv"),
    include_bytes!("../data/shopify/jewelery.csv"),
];

fn eur() -> Currency {
    Currency::parse("EUR").unwrap()
}

impl Stall {
    async fn import_with(&self, file: &[u8], options: Options) -> Report {
        let parsed = import::parse(file, eur(), Limits::default()).unwrap();
        self.tx(async |tx| import::write(tx, &parsed, options).await).await.unwrap()
    }

    async fn import(&self, file: impl AsRef<[u8]>) -> Report {
        self.import_with(file.as_ref(), Options::default()).await
    }

    async fn product(&self, slug: &str) -> Stored {
        let found = self.tx(async |tx| catalog::find(tx, vec![slug.to_owned()]).await);
        found.await.unwrap().remove(0)
    }

    async fn lines(&self, sql: &'static souk::db::Sql) -> Vec<String> {
        let rows = self.tx(async |tx| tx.rows(sql, &[]).await).await.unwrap();
        rows.iter().map(|row| row.get("line").unwrap()).collect()
    }
}

fn told(report: &Report) -> String {
    let mut line = format!("{} {} {}", report.created, report.updated, report.skipped);
    for error in &report.errors {
        line += &format!(" / {} {} {}", error.row, error.column.unwrap_or("-"), error.code);
    }
    line
}

/// A file of products with two variants and two pictures each.
fn many(products: usize) -> String {
    let mut file =
        "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,\
                    Variant SKU,Variant Inventory Qty,Variant Price,Image Src\n"
            .to_owned();
    for n in 0..products {
        file += &format!(
            "p{n},Product {n},<p>The <b>{n}th</b> of them.</p>,Maker,Type {},\"t{}, all\",true,\
             Size,S,{n}-s,3,{n}.50,https://a.example/{n}-1.jpg\n\
             p{n},,,,,,,,M,{n}-m,4,{n}.99,https://a.example/{n}-2.jpg\n",
            n % 20,
            n % 50,
        );
    }
    file
}

#[tokio::test]
#[ignore = "a measurement"]
async fn how_long_it_takes() {
    let store = Stall::new().await;
    let timed = async |name: &str, file: &[u8]| {
        let begun = std::time::Instant::now();
        let parsed = import::parse(file, eur(), Limits::default()).unwrap();
        parsed.drafts().for_each(drop);
        let read = begun.elapsed();
        let report = store.import(file).await;
        println!("{name}: read {read:?}, all {:?}, {}", begun.elapsed() - read, told(&report));
    };
    for file in FILES.iter().chain(&FILES) {
        timed("real", file).await;
    }
    let file = many(5_000);
    timed("5,000 new", file.as_bytes()).await;
    timed("5,000 the same", file.as_bytes()).await;
    timed("5,000 changed", file.replace("Product", "Thing").as_bytes()).await;
}

#[tokio::test]
async fn the_real_files_come_in_once() {
    let store = Stall::new().await;
    for file in FILES {
        assert_eq!(told(&store.import(file).await), "20 0 0");
    }
    for file in FILES {
        assert_eq!(told(&store.import(file).await), "0 0 20");
    }
    assert_eq!(store.lines(&COUNTS).await, ["60 66 82 66"]);
    let bracelet = store.product("chain-bracelet").await;
    assert_eq!(bracelet.price_minor, 4_299);
    assert_eq!(bracelet.product.category.as_deref(), Some("Bracelet"));
    assert_eq!(bracelet.product.variants[0].image.as_ref(), Some(&bracelet.product.images[1].url));
    assert_eq!(
        store.lines(&CATEGORIES).await,
        [
            "Bracelet bracelet",
            "Earrings earrings",
            "Indoor indoor",
            "Necklace necklace",
            "Outdoor outdoor"
        ]
    );
    let men = store.lines(&COLLECTIONS).await;
    assert!(men.iter().any(|line| line.starts_with("Choker: choker-with-gold-pendant")), "{men:?}");
}

const HEAD: &str = "Handle,Title,Variant Price,Option1 Name,Option1 Value,Variant SKU,Image Src,Tags,Type,Vendor\n";

#[tokio::test]
async fn a_changed_product_keeps_its_ids() {
    let store = Stall::new().await;
    store
        .import(format!(
            "{HEAD}a,A,5,Size,S,1,https://a/1,\"x, y\",Hats,V\na,,6,,M,2,https://a/2,,,\na,,7,,L,3,,,,\n"
        ))
        .await;
    let before = store.product("a").await;
    // L is gone, S is called Small (its SKU tells), M and S have swapped their numbers' places.
    let report = store
        .import(format!(
            "{HEAD}a,A,5,Size,M,2,https://a/2,\"y, z\",Caps,\na,,4,,Small,1,https://a/1,,,\n"
        ))
        .await;
    assert_eq!(told(&report), "0 1 0");
    let after = store.product("a").await;
    assert_eq!(after.id, before.id);
    assert_eq!(after.variant_ids, [before.variant_ids[1], before.variant_ids[0]]);
    assert_eq!(after.image_ids, [before.image_ids[1], before.image_ids[0]]);
    assert_eq!((after.price_minor, after.product.vendor), (400, None));
    assert_eq!(after.product.category.as_deref(), Some("Caps"));
    assert_eq!(store.lines(&COLLECTIONS).await, ["y: a", "z: a"]);
}

#[tokio::test]
async fn a_column_that_is_not_there_leaves_its_field_alone() {
    let store = Stall::new().await;
    let whole = "Handle,Title,Variant Price,Vendor,Published,Image Src,Image Alt Text,Variant SKU,\
                 Variant Grams,Variant Barcode,Variant Weight Unit,Cost per item,Tags,SEO Title\n\
                 a,A,5,V,true,https://a/1,Alt,S1,100,0123,lb,2.5,t,Seo\n";
    store.import(whole).await;
    let before = store.product("a").await;
    assert_eq!(told(&store.import("Handle,Title,Variant Price\na,A,5\n").await), "0 0 1");
    assert_eq!(told(&store.import("Handle,Title,Variant Price\na,B,6\n").await), "0 1 0");
    let mut after = store.product("a").await;
    assert_eq!((after.price_minor, after.product.name.as_str()), (600, "B"));
    after.product.name = "A".into();
    after.product.variants[0].price_minor = 500;
    after.price_minor = 500;
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_product_stays_in_its_category_when_another_has_the_name() {
    let store = Stall::new().await;
    let file = |name: &str| format!("{HEAD}a,{name},5,,,,,,Hats,\n");
    store.import(file("A")).await;
    store.tx(async |tx| tx.run(&MOVE, &[]).await).await.unwrap();
    let before = store.product("a").await;
    assert_eq!(told(&store.import(file("A")).await), "0 0 1");
    assert_eq!(told(&store.import(file("B")).await), "0 1 0");
    assert_eq!(store.product("a").await.category_id, before.category_id);
    assert_eq!(told(&store.import(file("B").replace("Hats", "")).await), "0 1 0");
    assert_eq!(store.product("a").await.category_id, None);
}

/// Everything that can stand in a product, and text of the kind that goes wrong.
const RICH: &str = "\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Status,Option1 Name,Option1 Value,Option2 Name,\
Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,\
Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,\
Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,\
SEO Title,SEO Description,Variant Image,Variant Weight Unit,Variant Tax Code,Cost per item\n\
rich,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",\"<p>A <b>list</b>:</p>\n<ul><li>1 &amp; 2</li></ul>\",@maker,\
\"Hats, Größe\",\"-new, 寿司, 'q\",true,archived,Size,S,Colour,+red,Cut,wide,'=S1,250,shopify,-3,continue,\
19.99,25,false,false,0123456789012,/store/v1/picture/rich.svg,2,\"a \"\"hat\"\"\",+seo,-desc,\
https://a.example/v.jpg,lb,T1,7.5\n\
rich,,,,,,,,,M,,blue,,slim,,28.35,,,deny,21,,,,'0009,https://a.example/1.jpg,1,,,,,oz,,\n";

#[tokio::test]
async fn an_export_gives_back_what_an_import_reads() {
    let (store, copy) = (Stall::new().await, Stall::new().await);
    for file in FILES.into_iter().chain([RICH.as_bytes()]) {
        let report = store.import(file).await;
        assert_eq!(report.errors, []);
    }
    store.import(many(250)).await;
    let exported = store.tx(async |tx| export::csv(tx, eur()).await).await.unwrap();
    let again = store.import(&exported).await;
    assert_eq!(told(&again), "0 0 311");
    assert_eq!(again.ignored, [""; 0]);
    assert_eq!(told(&copy.import(&exported).await), "311 0 0");
    let copied = copy.tx(async |tx| export::csv(tx, eur()).await).await.unwrap();
    assert_eq!(copied, exported);
    for file in FILES.into_iter().chain([RICH.as_bytes()]) {
        assert_eq!(copy.import(file).await.updated, 0);
    }
    let rich = copy.product("rich").await.product;
    assert_eq!(rich.variants[0].barcode.as_deref(), Some("0123456789012"));
    assert_eq!((rich.variants[0].weight_grams, rich.variants[1].weight_grams), (250, 28));
    assert_eq!(rich.variants[0].imported_quantity, Some(-3));
}

#[tokio::test]
async fn numbers_may_be_swapped_inside_a_product_but_not_taken() {
    let store = Stall::new().await;
    store.import(format!("{HEAD}a,A,5,Size,S,1,,,,\na,,5,,M,2,,,,\nb,B,5,,,9,,,,\n")).await;
    let swapped = store.import(format!("{HEAD}a,A,5,Size,S,2,,,,\na,,5,,M,1,,,,\n")).await;
    assert_eq!(told(&swapped), "0 1 0");
    let taken = store.import(format!("{HEAD}c,C,5,,,9,,,,\nd,D,5,,,7,,,,\ne,E,5,,,7,,,,\n")).await;
    assert_eq!(told(&taken), "1 0 0 / 2 Variant SKU sku_taken / 4 Variant SKU sku_taken");
}

#[tokio::test]
async fn all_or_nothing_writes_nothing_when_one_is_bad() {
    let store = Stall::new().await;
    let file = format!("{HEAD}a,A,5,,,,,t,,\nb,B,-5,,,,,,,\nc,C,5,,,,,,,\n");
    let strict = Options { all_or_nothing: true };
    let report = store.import_with(file.as_bytes(), strict).await;
    assert_eq!(told(&report), "0 0 0 / 3 Variant Price price_negative");
    assert_eq!(store.lines(&COUNTS).await, ["0 0 0 0"]);
    assert_eq!(told(&store.import(&file).await), "2 0 0 / 3 Variant Price price_negative");
    let good = format!("{HEAD}a,A,5,,,,,t,,\nc,C,6,,,,,,,\n");
    assert_eq!(told(&store.import_with(good.as_bytes(), strict).await), "0 1 1");
}

#[tokio::test]
async fn what_only_the_database_refuses_loses_no_other() {
    let store = Stall::new().await;
    store.forbid("p123").await;
    let report = store.import(many(250)).await;
    assert_eq!(told(&report), "249 0 0 / 248 - conflict");
    let strict = Options { all_or_nothing: true };
    let report = store.elsewhere().import_with(many(300).as_bytes(), strict).await;
    assert_eq!(told(&report), "0 0 0 / 248 - conflict");
    assert_eq!(store.lines(&COUNTS).await, ["249 498 498 498"]);
}

#[tokio::test]
async fn a_collection_is_the_owners_to_rearrange() {
    let store = Stall::new().await;
    let file = format!("{HEAD}a,A,5,,,,,\"Größe, 寿司\",,\n");
    store.import(&file).await;
    assert_eq!(store.lines(&COLLECTIONS).await, ["Größe: a", "寿司: a"]);
    store.tx(async |tx| tx.run(&LEAVE_ALL, &[]).await).await.unwrap();
    assert_eq!(told(&store.import(&file).await), "0 0 1");
    assert_eq!(store.lines(&COLLECTIONS).await, [""; 0]);
}

#[tokio::test]
async fn two_imports_into_a_store_do_not_meet() {
    let store = Stall::new().await;
    let file = format!("{HEAD}a,A,5,,,,,,,\n");
    let parsed = import::parse(file.as_bytes(), eur(), Limits::default()).unwrap();
    let other = store.elsewhere();
    let outer = store.tx(async |tx| {
        import::write(tx, &parsed, Options::default()).await?;
        let inner = other.tx(async |tx| import::write(tx, &parsed, Options::default()).await);
        assert!(matches!(inner.await, Err(Error::Busy)));
        Ok::<_, Error>(())
    });
    outer.await.unwrap();
}

#[tokio::test]
async fn an_import_can_be_spawned() {
    let store = Stall::new().await;
    let work = tokio::spawn(async move {
        let parsed = import::parse(FILES[0], eur(), Limits::default()).unwrap();
        store.tx(async |tx| import::write(tx, &parsed, Options::default()).await).await
    });
    assert_eq!(told(&work.await.unwrap().unwrap()), "20 0 0");
}
