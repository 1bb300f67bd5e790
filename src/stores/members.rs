//! Members of a store: who works in it, in which role, and who was asked to.

use std::fmt::Write;

use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::base::id::{StoreId, UserId};
use crate::db::{Error as DbError, SharedTx};
use crate::stores::{Access, Actor, Error, audit, people};
use crate::{args, queries};

/// Roles in a store, the highest first.
pub const ROLES: &[&str] = &["owner", "admin", "manager", "staff", "viewer"];

queries! {
    /// Makes changes of one store's members follow each other.
    LOCK = "members.lock": "select pg_advisory_xact_lock(hashtextextended('members of ' || $1::uuid, 0))";
    /// The members of a store, the first first. A plan allows fewer than the limit.
    LIST = "members.list":
        "select m.user_id, m.role, m.created_at, e.email
           from shared.members m
           left join shared.emails_of(array(
                select user_id from shared.members where store_id = $1 limit 500)) e
             on e.user_id = m.user_id
          where m.store_id = $1 order by m.created_at, m.user_id limit 500";
    /// Those who were asked and have not come yet.
    INVITED = "members.invited":
        "select i.email, i.role, i.created_at from shared.invitations i
          where i.store_id = $1 order by i.created_at, i.email limit 500";
    /// One member's role.
    ROLE = "members.role": "select role from shared.members where store_id = $1 and user_id = $2";
    /// How many places are taken and how many the plan has.
    COUNT = "members.count":
        "select (select count(*) from shared.members m where m.store_id = s.id)
                + (select count(*) from shared.invitations i
                    where i.store_id = s.id and i.email <> lower($2)) as taken,
                p.members_max
           from shared.stores s join shared.plans p on p.id = s.plan
          where s.id = $1";
    /// Makes a person a member.
    ADD = "members.add":
        "insert into shared.members (store_id, user_id, role) values ($1, $2, $3)
         returning user_id, role, created_at";
    /// Keeps a place for an address; asked again, the newer role and link hold.
    INVITE = "members.invite":
        "insert into shared.invitations as i (store_id, email, role, invited_by, token_hash)
         values ($1, lower($2), $3, $4, $5)
         on conflict (store_id, email) do update
            set role = excluded.role, invited_by = excluded.invited_by,
                token_hash = excluded.token_hash
         returning i.created_at";
    /// Takes an invitation back.
    WITHDRAW = "members.withdraw":
        "delete from shared.invitations where store_id = $1 and email = lower($2)";
    /// The mail with the link.
    MAIL = "members.mail":
        "insert into shared.outbox (id, store_id, channel, recipient, subject, body)
         values ($1, $2, 'email', $3, $4, $5)";
    /// Changes a member's role.
    SET_ROLE = "members.set_role":
        "update shared.members set role = $3 where store_id = $1 and user_id = $2
         returning user_id, role, created_at";
    /// Ends a membership.
    REMOVE = "members.remove": "delete from shared.members where store_id = $1 and user_id = $2";
    /// Whether the store still has an owner.
    HAS_OWNER = "members.has_owner":
        "select exists (select from shared.members
                         where store_id = $1 and role = 'owner') as has_owner";
    /// The invitation that a link is for.
    BY_TOKEN = "members.by_token":
        "select i.store_id, i.email, i.role, s.name, s.slug
           from shared.invitations i join shared.stores s on s.id = i.store_id
          where i.token_hash = $1 and s.status <> 'deleted'";
    /// Turns the invitation of a link into a membership.
    ACCEPT = "members.accept":
        "with accepted as (
             delete from shared.invitations where token_hash = $1 returning store_id, role
         )
         insert into shared.members as m (store_id, user_id, role)
         select store_id, $2, role from accepted
         on conflict (store_id, user_id) do update set role = m.role
         returning m.store_id, m.role";
}

/// A member of a store.
#[derive(Clone, Debug)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// Their address, if Auth still knows them.
    pub email: Option<String>,
    /// Their role.
    pub role: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// A place that is kept for an address.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The address.
    pub email: String,
    /// The role it will have.
    pub role: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// What became of adding somebody.
#[derive(Clone, Debug)]
pub enum Added {
    /// They have an account and are a member now.
    Member(Member),
    /// They were written to.
    Invited(Invitation),
}

/// What a link's holder may know of the invitation.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The store.
    pub store_id: StoreId,
    /// Its name.
    pub store_name: String,
    /// Its slug.
    pub slug: String,
    /// The address that was written to.
    pub email: String,
    /// The role.
    pub role: String,
}

/// Members and open invitations of a store.
///
/// # Errors
/// [`Error::Forbidden`].
pub async fn list(
    tx: &SharedTx<'_>,
    access: &Access,
) -> Result<(Vec<Member>, Vec<Invitation>), Error> {
    access.require("members")?;
    let store = access.store.id;
    let mut members = Vec::new();
    for row in tx.rows(&LIST, args![store]).await? {
        members.push(Member {
            user: row.id("user_id")?,
            email: row.get("email")?,
            role: row.get("role")?,
            created_at: row.get("created_at")?,
        });
    }
    let mut invited = Vec::new();
    for row in tx.rows(&INVITED, args![store]).await? {
        invited.push(Invitation {
            email: row.get("email")?,
            role: row.get("role")?,
            created_at: row.get("created_at")?,
        });
    }
    Ok((members, invited))
}

/// Makes the person with an address a member, or writes to the address. `link` is where the mail
/// leads, the secret still to be added.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Role`], [`Error::Email`], [`Error::AlreadyMember`],
/// [`Error::MembersLimit`].
pub async fn add(
    tx: &SharedTx<'_>,
    access: &Access,
    email: &str,
    role: &str,
    link: &str,
    actor: &Actor,
) -> Result<Added, Error> {
    require_for(access, role)?;
    access.require_active()?;
    people::check_email(email)?;
    let store = access.store.id;
    tx.rows(&LOCK, args![store]).await?;
    let user = people::confirmed_user(tx, email).await?;
    if let Some(user) = user
        && tx.find(&ROLE, args![store, user]).await?.is_some()
    {
        return Err(Error::AlreadyMember);
    }
    let count = tx.row(&COUNT, args![store, email]).await?;
    let (taken, members_max): (i64, i32) = (count.get("taken")?, count.get("members_max")?);
    if taken >= i64::from(members_max) {
        return Err(Error::MembersLimit { members_max });
    }
    let Some(user) = user else {
        return invite(tx, access, email, role, link, actor).await.map(Added::Invited);
    };
    tx.run(&WITHDRAW, args![store, email]).await?;
    let row = tx.row(&ADD, args![store, user, role]).await?;
    let detail = json!({ "user_id": user, "role": role });
    audit::record(tx, actor, Some(store), "member.added", detail).await?;
    Ok(Added::Member(Member {
        user,
        email: Some(email.to_lowercase()),
        role: row.get("role")?,
        created_at: row.get("created_at")?,
    }))
}

async fn invite(
    tx: &SharedTx<'_>,
    access: &Access,
    email: &str,
    role: &str,
    link: &str,
    actor: &Actor,
) -> Result<Invitation, Error> {
    let store = &access.store;
    let secret: [u8; 32] = rand::random();
    let secret = hex(&secret);
    let (email, token_hash) = (email.to_lowercase(), hash(&secret));
    let row = tx.row(&INVITE, args![store.id, &email, role, actor.user, token_hash]).await?;
    let subject = format!("You are invited to work on {}", store.name);
    let body = json!({
        "kind": "invitation", "link": format!("{link}{secret}"), "store": store.name, "role": role,
    });
    tx.run(&MAIL, args![Uuid::now_v7(), store.id, &email, subject, body]).await?;
    let detail = json!({ "email": email, "role": role });
    audit::record(tx, actor, Some(store.id), "member.invited", detail).await?;
    Ok(Invitation { email, role: role.to_owned(), created_at: row.get("created_at")? })
}

/// Takes an invitation back.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::NoSuchInvitation`].
pub async fn withdraw(
    tx: &SharedTx<'_>,
    access: &Access,
    email: &str,
    actor: &Actor,
) -> Result<(), Error> {
    access.require("members")?;
    access.require_active()?;
    people::check_email(email).map_err(|_| Error::NoSuchInvitation)?;
    if tx.run(&WITHDRAW, args![access.store.id, email]).await? == 0 {
        return Err(Error::NoSuchInvitation);
    }
    let detail = json!({ "email": email.to_lowercase() });
    audit::record(tx, actor, Some(access.store.id), "member.uninvited", detail).await?;
    Ok(())
}

/// What a link offers.
///
/// # Errors
/// [`Error::NoSuchInvitation`].
pub async fn offer(tx: &SharedTx<'_>, secret: &str) -> Result<Offer, Error> {
    let row = tx.find(&BY_TOKEN, args![hash(secret)]).await?.ok_or(Error::NoSuchInvitation)?;
    Ok(Offer {
        store_id: row.id("store_id")?,
        store_name: row.get("name")?,
        slug: row.get("slug")?,
        email: row.get("email")?,
        role: row.get("role")?,
    })
}

/// Makes the holder of a link a member. One who is a member already keeps their role.
///
/// # Errors
/// [`Error::NoSuchInvitation`].
pub async fn accept(
    tx: &SharedTx<'_>,
    secret: &str,
    user: UserId,
    actor: &Actor,
) -> Result<Offer, Error> {
    let offer = offer(tx, secret).await?;
    let row = tx.find(&ACCEPT, args![hash(secret), user]).await?;
    let role: String = row.ok_or(Error::NoSuchInvitation)?.get("role")?;
    let detail = json!({ "user_id": user, "role": role });
    audit::record(tx, actor, Some(offer.store_id), "member.joined", detail).await?;
    Ok(Offer { role, ..offer })
}

/// Changes a member's role.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Role`], [`Error::NoSuchMember`], [`Error::LastOwner`].
pub async fn set_role(
    tx: &SharedTx<'_>,
    access: &Access,
    user: UserId,
    role: &str,
    actor: &Actor,
) -> Result<Member, Error> {
    require_for(access, role)?;
    access.require_active()?;
    let store = access.store.id;
    tx.rows(&LOCK, args![store]).await?;
    let before = role_of(tx, access, user).await?;
    require_for(access, &before)?;
    let row = tx.row(&SET_ROLE, args![store, user, role]).await?;
    keep_an_owner(tx, store).await?;
    let detail = json!({ "user_id": user, "role": role, "role_before": before });
    audit::record(tx, actor, Some(store), "member.changed", detail).await?;
    let email = people::email_of(tx, user).await?;
    Ok(Member { user, email, role: row.get("role")?, created_at: row.get("created_at")? })
}

/// Ends a membership: one's own, or with the permission somebody else's.
///
/// # Errors
/// As [`set_role`].
pub async fn remove(
    tx: &SharedTx<'_>,
    access: &Access,
    user: UserId,
    actor: &Actor,
) -> Result<(), Error> {
    let is_leaving = actor.user == Some(user);
    if !is_leaving {
        access.require("members")?;
    }
    access.require_active()?;
    let store = access.store.id;
    tx.rows(&LOCK, args![store]).await?;
    let role = role_of(tx, access, user).await?;
    if !is_leaving {
        require_for(access, &role)?;
    }
    tx.run(&REMOVE, args![store, user]).await?;
    keep_an_owner(tx, store).await?;
    let detail = json!({ "user_id": user, "role": role });
    let action = if is_leaving { "member.left" } else { "member.removed" };
    audit::record(tx, actor, Some(store), action, detail).await?;
    Ok(())
}

/// Who may give or take a role: an owner's only owners.
fn require_for(access: &Access, role: &str) -> Result<(), Error> {
    access.require("members")?;
    match role {
        "owner" => access.require("ownership"),
        role if ROLES.contains(&role) => Ok(()),
        _ => Err(Error::Role { roles: "owner, admin, manager, staff, viewer" }),
    }
}

async fn role_of(tx: &SharedTx<'_>, access: &Access, user: UserId) -> Result<String, Error> {
    let row = tx.find(&ROLE, args![access.store.id, user]).await?.ok_or(Error::NoSuchMember)?;
    Ok(row.get("role")?)
}

async fn keep_an_owner(tx: &SharedTx<'_>, store: StoreId) -> Result<(), Error> {
    let has_owner: Result<bool, DbError> = tx.row(&HAS_OWNER, args![store]).await?.get("has_owner");
    if has_owner? { Ok(()) } else { Err(Error::LastOwner) }
}

fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
