//! Accounts. Names are compared without regard to the case of ASCII letters.

use std::collections::BTreeMap;

use domain::Params;
use domain::account::Account;
use domain::application::Access;

use crate::read::{Columns, all};
use crate::{ReadError, Store};

const TABLE: &str = "accounts";

/// Names of what an account's permissions distinguish.
const ACCESS: [(&str, Access); 2] = [("READ", Access::Read), ("WRITE", Access::Write)];

/// Reads accounts.
pub struct StoredAccounts<'s> {
    pub(crate) store: &'s Store,
}

impl StoredAccounts<'_> {
    /// Every account.
    pub async fn all(&self) -> Result<Vec<Account>, ReadError> {
        let rows = sqlx::query("select * from accounts order by name").fetch_all(self.store.readers()).await?;
        all(TABLE, &rows, read)
    }
}

fn read(row: &Columns<'_>) -> Result<Account, ReadError> {
    let permissions: BTreeMap<String, Vec<String>> = row.json("permissions")?;
    let permissions = permissions.into_iter().map(|(key, roles)| {
        let access = ACCESS.iter().find(|(name, _)| *name == key).map(|(_, access)| *access);
        access.map(|access| (access, roles)).ok_or_else(|| row.damaged(format!("`{key}` is no permission")))
    });
    Ok(Account {
        name: row.id("name")?,
        provider: row.get("provider")?,
        config: row.params("config")?,
        permissions: permissions.collect::<Result<_, _>>()?,
        verification: row.json("verification")?,
        revision: row.get("revision")?,
        created: row.time("created")?,
        updated: row.time("updated")?,
        updated_by: row.get("updated_by")?,
    })
}

/// Permissions as their column holds them.
pub(crate) fn written_permissions(permissions: &BTreeMap<Access, Vec<String>>) -> String {
    let lists = ACCESS.iter().filter_map(|(name, access)| Some((*name, permissions.get(access)?.clone().into())));
    Params::from_members(lists).text().to_owned()
}
