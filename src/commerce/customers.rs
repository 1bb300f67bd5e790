//! Customers: one row a person and store, made when they first sign in there.

use crate::base::id::UserId;
use crate::db::{Error, StoreTx};
use crate::{args, queries};

/// Longest address a customer can have.
const EMAIL_MAX: usize = 254;

queries! {
    /// A guest of this address has signed up: the row becomes the account's.
    ADOPT = "customers.adopt":
        "update customers set user_id = $1
          where email = $2 and user_id is null
            and not exists (select from customers c where c.user_id = $1)";
    /// A person's first row, with the address unless another customer has it.
    WELCOME = "customers.welcome":
        "insert into customers (user_id, email)
         select $1, case when not exists (select from customers c where c.email = $2) then $2 end
         on conflict do nothing";
    /// The address as Auth has it now, unless another customer has it.
    READDRESS = "customers.readdress":
        "update customers set email = $2
          where user_id = $1 and email is distinct from $2
            and not exists (select from customers c where c.email = $2)";
}

/// Makes a signed-in person a customer of the store; again, and nothing happens. `email` is their
/// address only if Auth has confirmed it: a guest's row is taken over by nobody else.
///
/// # Errors
/// What Postgres answers.
pub async fn welcome(tx: &StoreTx<'_>, user: UserId, email: Option<&str>) -> Result<(), Error> {
    let email = email.filter(|email| email.len() <= EMAIL_MAX);
    if email.is_some() {
        tx.run(&ADOPT, args![user, email]).await?;
    }
    tx.run(&WELCOME, args![user, email]).await?;
    if email.is_some() {
        tx.run(&READDRESS, args![user, email]).await?;
    }
    Ok(())
}
