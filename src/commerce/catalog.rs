//! A product as it is handled: whole, with its variants and pictures.

use serde::Serialize;
use uuid::Uuid;

pub(crate) mod queries;

mod load;

pub use load::{find, page};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name {
            $($(#[$word_doc])* $word),+
        }

        impl $name {
            /// The word in tables and files.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $text),+
                }
            }

            /// Reads the word, in small letters or not.
            pub fn parse(text: &str) -> Option<Self> {
                [$(Self::$word),+].into_iter().find(|word| word.as_str().eq_ignore_ascii_case(text))
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )+};
}

words! {
    /// Whether shoppers see the product.
    Status {
        /// Not yet.
        #[default]
        Draft = "draft",
        /// They do.
        Active = "active",
        /// No longer.
        Archived = "archived",
    }
    /// What happens when a tracked variant is out of stock.
    StockPolicy {
        /// It is not sold.
        #[default]
        Deny = "deny",
        /// It is sold all the same.
        Continue = "continue",
    }
    /// The unit a weight is shown in; it is kept in grams.
    WeightUnit {
        /// Kilograms.
        #[default]
        Kg = "kg",
        /// Grams.
        G = "g",
        /// Ounces.
        Oz = "oz",
        /// Pounds.
        Lb = "lb",
    }
}

/// A product with everything an import sets and an export gives back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// Its name in addresses; a product is found again by it.
    pub slug: String,
    /// What shoppers call it.
    pub name: String,
    /// Clean HTML.
    pub description: String,
    /// Whether shoppers see it.
    pub status: Status,
    /// Who makes it.
    pub vendor: Option<String>,
    /// Name of its category.
    pub category: Option<String>,
    /// Words it is found by.
    pub keywords: Vec<String>,
    /// Names of its options, at most three; none for a product with one variant and no choice.
    pub option_names: Vec<String>,
    /// Title for search engines.
    pub seo_title: Option<String>,
    /// Description for search engines.
    pub seo_description: Option<String>,
    /// Pictures, in their order.
    pub images: Vec<Image>,
    /// Variants, in their order.
    pub variants: Vec<Variant>,
}

/// A picture: its address is kept, the picture stays where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Where it is.
    pub url: String,
    /// What it shows, for those who do not see it.
    pub alt: String,
}

/// What a shopper picks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// One value for each of the product's options.
    pub option_values: Vec<String>,
    /// The store's own number for it.
    pub sku: Option<String>,
    /// The number printed on it.
    pub barcode: Option<String>,
    /// Price in minor units.
    pub price_minor: i64,
    /// The higher price it had before, in minor units.
    pub compare_at_minor: Option<i64>,
    /// Weight in grams.
    pub weight_grams: i32,
    /// Unit the weight is shown in.
    pub weight_unit: WeightUnit,
    /// Whether it is sent.
    pub requires_shipping: bool,
    /// Whether tax is due.
    pub is_taxable: bool,
    /// Which tax.
    pub tax_code: Option<String>,
    /// Whether its stock is counted.
    pub track_inventory: bool,
    /// What happens when there is none left.
    pub inventory_policy: StockPolicy,
    /// Address of its picture, which is one of the product's.
    pub image: Option<String>,
    /// What the store pays for it, in minor units.
    pub cost_minor: Option<i64>,
    /// Quantity as it was imported.
    pub imported_quantity: Option<i32>,
}

/// A product as it stands in a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Id of the product.
    pub id: Uuid,
    /// Id of its category.
    pub category_id: Option<Uuid>,
    /// Lowest price of its variants, in minor units, as the verbs have kept it.
    pub price_minor: i64,
    /// The product.
    pub product: Product,
    /// Ids of its pictures, in the product's order.
    pub image_ids: Vec<Uuid>,
    /// Ids of its variants, in the product's order.
    pub variant_ids: Vec<Uuid>,
}

impl Product {
    /// The lowest price of its variants.
    pub fn price_minor(&self) -> i64 {
        self.variants.iter().map(|variant| variant.price_minor).min().unwrap_or(0)
    }
}
