//! Accounts and secrets: what is kept, what goes with what, and what is refused.

mod bed;

use std::collections::BTreeMap;

use bed::Bed;
use domain::account::{Account, Status, Verification};
use domain::application::Access;
use domain::secret::SealedSecret;
use domain::{Params, Timestamp};
use store::{Write, WriteError};

fn account(name: &str, provider: &str, revision: i64) -> Account {
    Account {
        name: name.into(),
        provider: provider.into(),
        config: Params::parse(r#"{"z":1,"a":{"$secret":"account:1"}}"#).expect("JSON"),
        permissions: BTreeMap::from([(Access::Write, vec!["ops".to_owned()])]),
        verification: Verification::default(),
        revision,
        created: Timestamp(1),
        updated: Timestamp(revision),
        updated_by: "ann".into(),
    }
}

fn secret(name: &str, of: Option<&str>, key: &str) -> SealedSecret {
    SealedSecret {
        name: name.into(),
        account: of.map(Into::into),
        key: key.into(),
        sealed: vec![1, 2, 3],
        created: Timestamp(5),
        updated: Timestamp(5),
    }
}

fn save(name: &str, revision: i64, keep: &[&str], secrets: &[&str]) -> Write {
    Write::SaveAccount {
        account: account(name, "http", revision),
        expect: Some(revision - 1),
        keep: keep.iter().map(|name| (*name).to_owned()).collect(),
        secrets: secrets.iter().map(|secret_name| secret(secret_name, Some(name), "k1")).collect(),
    }
}

#[tokio::test]
async fn an_account_keeps_the_secrets_it_refers_to_and_takes_them_with_it() {
    let bed = Bed::new().await;
    bed.write(vec![save("Prod", 1, &[], &["account:1", "account:2"])]).await;
    assert_eq!(bed.refused(vec![save("prod", 1, &[], &[])]).await, WriteError::Exists { what: "account" });
    assert_eq!(bed.refused(vec![save("prod", 3, &[], &[])]).await, WriteError::Changed { what: "account" });
    bed.write(vec![save("prod", 2, &["account:2"], &["account:3"])]).await;
    let get = async |name: &str| bed.store.secrets().get(name).await.expect("read");
    assert_eq!(get("account:1").await, None, "it is not referred to any more");
    assert_eq!(get("account:2").await, Some(secret("account:2", Some("Prod"), "k1")));
    assert!(get("account:3").await.is_some());
    let all = bed.store.accounts().all().await.expect("read");
    assert_eq!(all, [Account { name: "Prod".into(), ..account("Prod", "http", 2) }], "its first spelling stays");
    assert_eq!(all[0].config.text(), r#"{"z":1,"a":{"$secret":"account:1"}}"#, "as written");
    bed.write(vec![Write::DeleteAccount("PROD".into())]).await;
    assert_eq!(get("account:2").await, None);
    assert_eq!(bed.refused(vec![Write::DeleteAccount("prod".into())]).await, WriteError::Gone { what: "account" });
}

#[tokio::test]
async fn a_verification_counts_for_the_revision_that_was_looked_at() {
    let bed = Bed::new().await;
    bed.write(vec![save("prod", 1, &[], &[])]).await;
    bed.write(vec![save("prod", 2, &[], &[])]).await;
    let verification = Verification { status: Status::Verified, at: Some(Timestamp(9)), findings: Vec::new() };
    let note = |revision| Write::AccountVerified { name: "prod".into(), revision, verification: verification.clone() };
    assert_eq!(bed.refused(vec![note(1)]).await, WriteError::Changed { what: "account" });
    bed.write(vec![note(2)]).await;
    let all = bed.store.accounts().all().await.expect("read");
    assert_eq!((all[0].verification.status, all[0].revision), (Status::Verified, 2));
}

#[tokio::test]
async fn secrets_are_put_under_another_key_unless_they_were_set_meanwhile() {
    let bed = Bed::new().await;
    bed.write(vec![
        Write::SaveSecret(secret("one", None, "k1")),
        Write::SaveSecret(secret("two", None, "k1")),
        save("prod", 1, &[], &["account:1"]),
    ])
    .await;
    let taken = bed.refused(vec![Write::SaveSecret(secret("account:1", None, "k1"))]).await;
    assert_eq!(taken, WriteError::Exists { what: "secret" });
    assert_eq!(bed.store.secrets().keys().await.expect("read"), ["k1"]);
    let stale = bed.store.secrets().not_under("k2", 10).await.expect("read");
    assert_eq!(stale.len(), 3);
    bed.write(vec![Write::SaveSecret(SealedSecret {
        updated: Timestamp(8),
        sealed: vec![9],
        ..secret("one", None, "k1")
    })])
    .await;
    let resealed = stale.into_iter().map(|old| SealedSecret { key: "k2".into(), sealed: vec![7], ..old }).collect();
    bed.write(vec![Write::Reseal(resealed)]).await;
    let left = bed.store.secrets().not_under("k2", 10).await.expect("read");
    assert_eq!(left.iter().map(|secret| secret.name.as_str()).collect::<Vec<_>>(), ["one"], "set meanwhile");
    let named = bed.store.secrets().named(None, 10).await.expect("read").items;
    assert_eq!(named.iter().map(|secret| secret.name.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!((named[0].created, named[0].updated), (Timestamp(5), Timestamp(8)));
    bed.write(vec![Write::DeleteSecret("one".into())]).await;
    let of_account = bed.refused(vec![Write::DeleteSecret("account:1".into())]).await;
    assert_eq!(of_account, WriteError::Gone { what: "secret" });
}
