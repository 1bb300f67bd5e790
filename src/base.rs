//! Layer 0: values without I/O. Parsing happens here, so that the rest of the crate holds
//! types that are already right.

pub mod allowance;
pub mod chain;
pub mod clock;
pub mod currency;
pub mod hex;
pub mod id;
pub mod locale;
pub mod money;
pub mod percent;
pub mod random;
pub mod schema;
pub mod slug;
