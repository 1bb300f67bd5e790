//! Layer 2: what a store sells.
//!
//! A product is handled whole, with its variants and pictures: [`catalog`] says what one is and reads
//! it from a store, [`import`] takes products from a file of Shopify's and [`export`] gives them back,
//! both in the dialect that [`sheet`] describes. Who buys are its [`customers`]; [`storefront`] is what
//! a store shows of itself.

pub mod catalog;
pub mod customers;
pub mod export;
pub mod handle;
pub mod import;
pub mod sheet;
pub mod storefront;
