//! How many stores a person may own: as many as the best of their plans allows. Whatever makes
//! somebody an owner asks here first: a new store, another role, an invitation.

use futures_util::future::join;

use crate::base::id::{StoreId, UserId};
use crate::db::SharedTx;
use crate::stores::Error;
use crate::{args, queries};

queries! {
    /// Makes the changes of what one person owns follow each other, so that the count is true until
    /// the commit. A statement of its own: what the second one counts must be as new as its turn.
    LOCK = "ownership.lock":
        "select pg_advisory_xact_lock(hashtextextended('stores of ' || $1::uuid, 0))";
    /// How many stores a person owns besides one, and how many with that one they may own.
    COUNT = "ownership.count":
        "with theirs as (
             select s.plan
               from shared.members m join shared.stores s on s.id = m.store_id
              where m.user_id = $1 and m.role = 'owner' and s.status <> 'deleted'
                and s.id is distinct from $2::uuid
         )
         select (select count(*) from theirs) as owned,
                (select coalesce(max(p.stores_max), 3)
                   from shared.plans p
                  where p.id in (select plan from theirs)
                     or p.id = (select s.plan from shared.stores s where s.id = $2)) as stores_max";
}

/// Goes on only if the person may own one store more: `joining`, or one that is about to be born.
///
/// # Errors
/// [`Error::PlanLimit`].
pub(super) async fn require_room(
    tx: &SharedTx<'_>,
    user: UserId,
    joining: Option<StoreId>,
) -> Result<(), Error> {
    let (locked, counted) =
        join(tx.rows(&LOCK, args![user]), tx.row(&COUNT, args![user, joining])).await;
    locked?;
    let row = counted?;
    let (owned, stores_max): (i64, i32) = (row.get("owned")?, row.get("stores_max")?);
    if owned >= i64::from(stores_max) { Err(Error::PlanLimit { stores_max }) } else { Ok(()) }
}
