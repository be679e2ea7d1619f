//! Accounts and secrets.

use domain::account::Account;
use domain::secret::SealedSecret;

use super::single::{against, refuse, some};
use super::tx::{Stop, Tx};
use super::unit::json;
use crate::accounts::written_permissions;
use crate::sqlite::values;
use crate::write::{Write, WriteError};

/// Makes one write of this file's.
pub(super) fn apply(tx: &mut Tx<'_>, write: &Write) -> Result<(), Stop> {
    match write {
        Write::SaveAccount { account, expect, keep, secrets } => {
            save(tx, account, *expect)?;
            tx.write(
                "delete from secrets where account = ?1 and name not in (select value from json_each(?2))",
                values![account.name.as_str(), &json(keep)?],
            )?;
            secrets.iter().try_for_each(|secret| keep_secret(tx, secret))
        }
        Write::AccountVerified { name, revision, verification } => {
            let changed = tx.write(
                "update accounts set verification = ?3 where name = ?1 and revision = ?2",
                values![name.as_str(), *revision, &json(verification)?],
            )?;
            if changed == 0 { refuse(WriteError::Changed { what: "account" }) } else { Ok(()) }
        }
        Write::DeleteAccount(name) => {
            let deleted = tx.write("delete from accounts where name = ?1", values![name.as_str()])?;
            some(deleted, "account")
        }
        Write::SaveSecret(secret) => keep_secret(tx, secret),
        Write::DeleteSecret(name) => {
            let deleted = tx.write("delete from secrets where name = ?1 and account is null", values![name])?;
            some(deleted, "secret")
        }
        Write::Reseal(secrets) => {
            for SealedSecret { name, account: _, key, sealed, created: _, updated } in secrets {
                tx.write(
                    "update secrets set key = ?3, sealed = ?4 where name = ?1 and updated = ?2 and key <> ?3",
                    values![name, *updated, key, sealed.as_slice()],
                )?;
            }
            Ok(())
        }
        _ => refuse(WriteError::Database("a write came to the wrong place".into())),
    }
}

fn save(tx: &mut Tx<'_>, account: &Account, expect: Option<i64>) -> Result<(), Stop> {
    let Account { name, provider, config, permissions, verification, revision, created, updated, updated_by } = account;
    let found =
        tx.sqlite.first("select revision from accounts where name = ?1", values![name.as_str()], |row| row.int(0))?;
    against(expect, found, "account")?;
    let (permissions, verification) = (written_permissions(permissions), json(verification)?);
    tx.write(
        "insert into accounts (name, provider, config, permissions, verification, revision, created, updated, updated_by)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        on conflict (name) do update set provider = excluded.provider, config = excluded.config,
          permissions = excluded.permissions, verification = excluded.verification, revision = excluded.revision,
          updated = excluded.updated, updated_by = excluded.updated_by",
        values![
            name.as_str(),
            provider,
            config.text(),
            &permissions,
            &verification,
            *revision,
            *created,
            *updated,
            updated_by
        ],
    )?;
    Ok(())
}

/// A name that an account has taken is not given to anybody else.
fn keep_secret(tx: &mut Tx<'_>, secret: &SealedSecret) -> Result<(), Stop> {
    let SealedSecret { name, account, key, sealed, created, updated } = secret;
    let account = account.as_ref().map(|account| account.as_str());
    let kept = tx.write(
        "insert into secrets (name, account, key, sealed, created, updated) values (?1, ?2, ?3, ?4, ?5, ?6)
        on conflict (name) do update set key = excluded.key, sealed = excluded.sealed, updated = excluded.updated
          where account is null and excluded.account is null",
        values![name, account, key, sealed.as_slice(), *created, *updated],
    )?;
    if kept == 0 { refuse(WriteError::Exists { what: "secret" }) } else { Ok(()) }
}
