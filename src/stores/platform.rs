//! People of the platform itself, and what each may do with any store.

pub mod members;
pub mod stores;

pub use members::{PlatformMember, grant, revoke};
pub use stores::{Search, Service, set_plan, set_service};

use crate::base::id::UserId;
use crate::db::SharedTx;
use crate::stores::{Address, Error, Store, access};
use crate::{args, queries};

queries! {
    /// Whether a person's platform role has a permission; no row for everybody else.
    PERMITS = "platform.permits":
        "select m.role,
                exists (select from shared.platform_permissions p
                         where p.role = m.role and p.permission = $2) as permits
           from shared.platform_members m where m.user_id = $1";
}

/// Goes on only for a person whose platform role has the permission.
///
/// # Errors
/// [`Error::NotPlatform`] for people without a role, [`Error::Forbidden`] for other roles.
pub async fn require(tx: &SharedTx<'_>, user: UserId, permission: &str) -> Result<(), Error> {
    let row = tx.find(&PERMITS, args![user, permission]).await?.ok_or(Error::NotPlatform)?;
    if row.get("permits")? { Ok(()) } else { Err(Error::Forbidden { role: row.get("role")? }) }
}

/// A store for an operator; for anybody else what they would see of it anyway.
///
/// # Errors
/// [`Error::NotFound`] for strangers, [`Error::Forbidden`] for members and other roles.
pub async fn open(
    tx: &SharedTx<'_>,
    address: &Address,
    user: UserId,
    permission: &str,
) -> Result<Store, Error> {
    match require(tx, user, permission).await {
        Ok(()) => access::find(tx, address).await,
        Err(Error::NotPlatform) => {
            let access = access::of_member(tx, address, user).await?;
            Err(Error::Forbidden { role: access.role })
        }
        Err(error) => Err(error),
    }
}
