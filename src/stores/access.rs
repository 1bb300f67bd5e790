//! Finding a store, and what a person may do in it. A stranger's question and a wrong name have
//! the same answer: [`Error::NotFound`].

use crate::args;
use crate::base::id::UserId;
use crate::db::{Cluster, Error as DbError, Row, SharedTx};
use crate::stores::{Address, Error, Status, Store};
use crate::{queries, store_columns};

queries! {
    /// The store at an address, whoever asks.
    BY_SLUG = "stores.by_slug":
        concat!("select ", store_columns!(), " from shared.stores s where s.slug = $1");
    /// The store with an id.
    BY_ID = "stores.by_id":
        concat!("select ", store_columns!(), " from shared.stores s where s.id = $1");
    /// A member's role and what it allows.
    ROLE = "stores.role":
        "select m.role,
                array(select p.permission from shared.role_permissions p
                       where p.role = m.role order by p.permission) as permissions
           from shared.members m
          where m.store_id = $1 and m.user_id = $2";
    /// The stores a person is a member of, oldest first, after a key.
    MINE = "stores.mine":
        concat!("select ", store_columns!(), "
           from shared.members m
           join shared.stores s on s.id = m.store_id
          where m.user_id = $1
            and s.status <> 'deleted'
            and ($2::uuid is null or s.id > $2)
          order by s.id
          limit $3");
    /// All stores, oldest first, after a key.
    LIST = "stores.list":
        concat!("select ", store_columns!(), "
           from shared.stores s
          where $1::uuid is null or s.id > $1
          order by s.id
          limit $2");
}

/// A store, and the role of the one who asks.
#[derive(Clone, Debug)]
pub struct Access {
    /// The store.
    pub store: Store,
    /// The asker's role.
    pub role: String,
    permissions: Vec<String>,
}

impl Access {
    /// The operator at the command line, who may do everything.
    pub fn of_operator(store: Store) -> Self {
        Self { store, role: "operator".to_owned(), permissions: Vec::new() }
    }

    /// Goes on only if the role has the permission.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn require(&self, permission: &str) -> Result<(), Error> {
        let is_operator = self.role == "operator";
        if is_operator || self.permissions.iter().any(|held| held == permission) {
            return Ok(());
        }
        Err(Error::Forbidden { role: self.role.clone() })
    }

    /// Goes on only if the store is in service and may be written to.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub fn require_active(&self) -> Result<(), Error> {
        match self.store.status {
            Status::Active => Ok(()),
            status => Err(Error::Unavailable { status }),
        }
    }
}

/// The store at an address, whoever asks. A deleted one is not found.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn find(tx: &SharedTx<'_>, address: &Address) -> Result<Store, Error> {
    let row = match address {
        Address::Slug(slug) => tx.find(&BY_SLUG, args![slug.as_str()]).await?,
        Address::Id(id) => tx.find(&BY_ID, args![id]).await?,
    };
    let store = Store::from_row(&row.ok_or(Error::NotFound)?)?;
    if store.status == Status::Deleted { Err(Error::NotFound) } else { Ok(store) }
}

/// The store at an address as one of its members sees it.
///
/// # Errors
/// [`Error::NotFound`] for everyone who is no member.
pub async fn of_member(
    tx: &SharedTx<'_>,
    address: &Address,
    user: UserId,
) -> Result<Access, Error> {
    let store = find(tx, address).await?;
    let row = tx.find(&ROLE, args![store.id, user]).await?.ok_or(Error::NotFound)?;
    Ok(Access { store, role: row.get("role")?, permissions: row.get("permissions")? })
}

/// [`of_member`] in a transaction of its own.
///
/// # Errors
/// As [`of_member`].
pub async fn open(cluster: &Cluster, address: &Address, user: UserId) -> Result<Access, Error> {
    cluster.shared_tx(None, async |tx| of_member(tx, address, user).await).await
}

/// A page of the stores a person is a member of: at most `limit`, after the store `after`.
///
/// # Errors
/// What Postgres answers.
pub async fn mine(
    tx: &SharedTx<'_>,
    user: UserId,
    after: Option<uuid::Uuid>,
    limit: i64,
) -> Result<Vec<Store>, DbError> {
    stores(&tx.rows(&MINE, args![user, after, limit]).await?)
}

/// A page of all stores: at most `limit`, after the store `after`.
///
/// # Errors
/// What Postgres answers.
pub async fn list(
    tx: &SharedTx<'_>,
    after: Option<uuid::Uuid>,
    limit: i64,
) -> Result<Vec<Store>, DbError> {
    stores(&tx.rows(&LIST, args![after, limit]).await?)
}

/// All stores, read in pages of so many: each is a transaction of its own.
///
/// # Errors
/// What Postgres answers.
pub async fn all(cluster: &Cluster, page: u16) -> Result<Vec<Store>, DbError> {
    let mut stores: Vec<Store> = Vec::new();
    loop {
        let after = stores.last().map(|store| store.id.uuid());
        let next =
            cluster.shared_tx(None, async |tx| list(tx, after, i64::from(page)).await).await?;
        let is_last = next.len() < usize::from(page);
        stores.extend(next);
        if is_last {
            return Ok(stores);
        }
    }
}

fn stores(rows: &[Row]) -> Result<Vec<Store>, DbError> {
    rows.iter().map(Store::from_row).collect()
}
