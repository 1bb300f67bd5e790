//! Members of a store: who works in it, in which role, and who was asked to.

pub mod invitation;

use jiff::Timestamp;
use serde_json::json;

use crate::base::id::{StoreId, UserId};
use crate::db::{Error as DbError, SharedTx};
use crate::stores::provision::Owner;
use crate::stores::{Access, Actor, Error, Store, audit, ownership, people};
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
        "select i.email, i.role, i.created_at, i.expires_at from shared.invitations i
          where i.store_id = $1 order by i.created_at, i.email limit 500";
    /// One member's role.
    ROLE = "members.role": "select role from shared.members where store_id = $1 and user_id = $2";
    /// How many places are taken and how many the plan has.
    COUNT = "members.count":
        "select (select count(*) from shared.members m where m.store_id = s.id)
                + (select count(*) from shared.invitations i
                    where i.store_id = s.id and i.email <> lower($2)
                      and (i.expires_at is null or i.expires_at > now())) as taken,
                p.members_max
           from shared.stores s join shared.plans p on p.id = s.plan
          where s.id = $1";
    /// Makes a person a member.
    ADD = "members.add":
        "insert into shared.members (store_id, user_id, role) values ($1, $2, $3)
         returning user_id, role, created_at";
    /// Takes an invitation back.
    WITHDRAW = "members.withdraw":
        "delete from shared.invitations where store_id = $1 and email = lower($2)";
    /// Changes a member's role.
    SET_ROLE = "members.set_role":
        "update shared.members set role = $3 where store_id = $1 and user_id = $2
         returning user_id, role, created_at";
    /// Ends a membership.
    REMOVE = "members.remove": "delete from shared.members where store_id = $1 and user_id = $2";
    /// Makes a person an owner, whatever they were.
    APPOINT = "members.appoint":
        "insert into shared.members as m (store_id, user_id, role) values ($1, $2, 'owner')
         on conflict (store_id, user_id) do update set role = 'owner'
         returning m.created_at";
    /// Ends the memberships of owners whose account Auth has deleted.
    FORGET_GONE = "members.forget_gone":
        "delete from shared.members m
          where m.store_id = $1 and m.role = 'owner'
            and not exists (select from shared.emails_of(array[m.user_id]))";
    /// Whether the store still has an owner.
    HAS_OWNER = "members.has_owner":
        "select exists (select from shared.members
                         where store_id = $1 and role = 'owner') as has_owner";
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
    /// Until when, unless it waits for a store's first owner.
    pub expires_at: Option<Timestamp>,
}

/// What became of adding somebody.
#[derive(Clone, Debug)]
pub enum Added {
    /// They have an account and are a member now.
    Member(Member),
    /// They were written to.
    Invited(Invitation),
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
            expires_at: row.get("expires_at")?,
        });
    }
    Ok((members, invited))
}

/// Makes the person with an address a member, or writes to the address. `link` is where the mail
/// leads, the secret still to be added.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Role`], [`Error::Email`], [`Error::AlreadyMember`],
/// [`Error::MembersLimit`], [`Error::PlanLimit`] of an owner-to-be.
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
        return invitation::invite(tx, access, email, role, link, actor).await.map(Added::Invited);
    };
    if role == "owner" {
        ownership::require_room(tx, user, Some(store)).await?;
    }
    if tx.run(&WITHDRAW, args![store, email]).await? > 0 {
        invitation::spend(tx, store, email).await?;
    }
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
    invitation::spend(tx, access.store.id, email).await?;
    let detail = json!({ "email": email.to_lowercase() });
    audit::record(tx, actor, Some(access.store.id), "member.uninvited", detail).await?;
    Ok(())
}

/// Changes a member's role.
///
/// # Errors
/// [`Error::Forbidden`], [`Error::Role`], [`Error::NoSuchMember`], [`Error::LastOwner`],
/// [`Error::PlanLimit`] of an owner-to-be.
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
    if role == "owner" {
        ownership::require_room(tx, user, Some(store)).await?;
    }
    let row = tx.row(&SET_ROLE, args![store, user, role]).await?;
    keep_an_owner(tx, store).await?;
    let detail = json!({ "user_id": user, "role": role, "role_before": before });
    audit::record(tx, actor, Some(store), "member.changed", detail).await?;
    let email = people::email_of(tx, user).await?;
    Ok(Member { user, email, role: row.get("role")?, created_at: row.get("created_at")? })
}

/// Makes somebody an owner by the operator's word: the way out for a store whose only owner's account
/// is deleted. What such an account was is forgotten then; other owners stay.
///
/// # Errors
/// [`Error::Email`], [`Error::NoSuchUser`], and [`Error::PlanLimit`] unless they are exempt.
pub async fn appoint(
    tx: &SharedTx<'_>,
    store: &Store,
    owner: &Owner,
    actor: &Actor,
) -> Result<Member, Error> {
    let user = people::first_owner(tx, owner).await?.ok_or(Error::NoSuchUser)?;
    tx.rows(&LOCK, args![store.id]).await?;
    if !matches!(owner, Owner::Exempt(_)) {
        ownership::require_room(tx, user, Some(store.id)).await?;
    }
    let row = tx.row(&APPOINT, args![store.id, user]).await?;
    tx.run(&FORGET_GONE, args![store.id]).await?;
    let detail = json!({ "user_id": user, "role": "owner" });
    audit::record(tx, actor, Some(store.id), "member.appointed", detail).await?;
    let email = people::email_of(tx, user).await?;
    Ok(Member { user, email, role: "owner".to_owned(), created_at: row.get("created_at")? })
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
