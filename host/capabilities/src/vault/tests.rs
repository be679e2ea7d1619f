//! Sealing, opening, and moving to another key, with crashes on the way.

use std::os::unix::fs::PermissionsExt;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};

use store::{StoreConfig, Write};
use tempfile::TempDir;

use super::*;

/// A clock that stands still, and bytes that count.
#[derive(Default)]
struct Counting(AtomicU8);

impl Environment for Counting {
    fn now(&self) -> Timestamp {
        Timestamp(1)
    }

    fn sleep_until(&self, _: Timestamp) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::ready(()))
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }

    fn spawn(&self, work: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(work);
    }
}

struct Bed {
    store: Store,
    folder: TempDir,
    environment: Arc<dyn Environment>,
}

impl Bed {
    async fn new() -> Bed {
        let folder = tempfile::tempdir().expect("a folder");
        let environment: Arc<dyn Environment> = Arc::new(Counting::default());
        let store = Store::open(StoreConfig::new(folder.path()), environment.clone()).await.expect("a store");
        Bed { store, folder, environment }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("secrets.key")
    }

    async fn open(&self) -> Result<Arc<Vault>, VaultError> {
        Vault::open(self.store.clone(), self.environment.clone(), KeySource::File(self.file())).await
    }

    async fn keep(&self, vault: &Vault, name: &str, value: &str) {
        let sealing = vault.sealing().await;
        let sealed = sealing.seal(name, None, value.as_bytes(), Timestamp(1));
        self.store.write(vec![Write::SaveSecret(sealed)]).await.expect("written");
    }
}

async fn text(vault: &Vault, name: &str) -> String {
    let value = vault.reveal(name, None).await.expect("a secret");
    String::from_utf8(value.to_vec()).expect("text")
}

fn refusal<T>(result: Result<T, VaultError>) -> String {
    result.err().expect("refused").code().to_string()
}

#[tokio::test]
async fn a_key_is_made_once_and_only_its_owner_reads_it() {
    let bed = Bed::new().await;
    let vault = bed.open().await.expect("a vault");
    let mode = std::fs::metadata(bed.file()).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    bed.keep(&vault, "one", "value of one").await;
    let row = bed.store.secrets().get("one").await.expect("read").expect("a row");
    assert!(!row.sealed.windows(8).any(|window| window == b"value of"), "it is in clear");
    assert_eq!(text(&bed.open().await.expect("again"), "one").await, "value of one");
    std::fs::remove_file(bed.file()).expect("removed");
    assert_eq!(refusal(bed.open().await), "secrets.key-missing", "a new key would lose what is sealed");
    std::fs::write(bed.file(), Ring::of(Key::of([9; 32])).text().as_bytes()).expect("written");
    assert_eq!(refusal(bed.open().await), "secrets.key-wrong");
    std::fs::write(bed.file(), "secret").expect("written");
    let refused = bed.open().await.expect_err("no key");
    assert_eq!(refused.code().as_str(), "secrets.key-malformed");
    assert!(!refused.to_string().contains("secret\""), "{refused}");
}

#[tokio::test]
async fn what_was_sealed_for_one_place_does_not_open_in_another() {
    let bed = Bed::new().await;
    let vault = bed.open().await.expect("a vault");
    bed.keep(&vault, "one", "1").await;
    let row = bed.store.secrets().get("one").await.expect("read").expect("a row");
    bed.store
        .write(vec![Write::SaveSecret(SealedSecret { name: "two".into(), ..row.clone() })])
        .await
        .expect("written");
    assert_eq!(refusal(vault.reveal("two", None).await), "secret.unreadable");
    let mut changed = row.clone();
    changed.sealed[30] ^= 1;
    bed.store.write(vec![Write::SaveSecret(changed)]).await.expect("written");
    assert_eq!(refusal(vault.reveal("one", None).await), "secret.unreadable");
    assert_eq!(refusal(vault.reveal("three", None).await), "secret.unknown");
}

#[tokio::test]
async fn a_rotation_moves_everything_and_forgets_the_old_key() {
    let bed = Bed::new().await;
    let vault = bed.open().await.expect("a vault");
    for number in 0..250 {
        bed.keep(&vault, &format!("s{number}"), &format!("v{number}")).await;
    }
    let before = bed.store.secrets().keys().await.expect("read");
    let old_file = std::fs::read_to_string(bed.file()).expect("read");
    let rotation = vault.rotate().await.expect("rotated");
    assert_eq!(rotation.moved, 250);
    let after = bed.store.secrets().keys().await.expect("read");
    assert_eq!((after.len(), after == before), (1, false));
    assert_eq!(text(&vault, "s249").await, "v249");
    bed.keep(&vault, "later", "x").await;
    let again = bed.open().await.expect("with the new key alone");
    assert_eq!((text(&again, "s0").await, text(&again, "later").await), ("v0".into(), "x".into()));
    std::fs::write(bed.file(), old_file).expect("written");
    assert_eq!(refusal(bed.open().await), "secrets.key-wrong", "the old key opens nothing any more");
}

#[tokio::test]
async fn a_rotation_that_was_broken_off_is_finished_by_the_next_start() {
    let bed = Bed::new().await;
    let vault = bed.open().await.expect("a vault");
    bed.keep(&vault, "one", "1").await;
    bed.keep(&vault, "two", "2").await;
    // The new key was written, and one of the two was moved, when the process died.
    let ring = vault.ring().behind(Key::of([3; 32]));
    file::write(&bed.file(), &ring).expect("written");
    let old = bed.store.secrets().get("one").await.expect("read").expect("a row");
    vault.set_ring(ring.clone());
    let moved = vault.resealed(old, &ring.current()).expect("opened");
    bed.store.write(vec![Write::Reseal(vec![moved])]).await.expect("written");
    assert_eq!(text(&vault, "two").await, "2", "the old key is still read");
    assert_eq!(bed.store.secrets().keys().await.expect("read").len(), 2);
    let again = bed.open().await.expect("a vault");
    assert_eq!(bed.store.secrets().keys().await.expect("read"), [ring.current().id()]);
    assert_eq!((text(&again, "one").await, text(&again, "two").await), ("1".into(), "2".into()));
    assert_eq!(again.ring().len(), 1);
    assert_eq!(file::read(&bed.file()).expect("read").expect("a ring").len(), 1);
}

#[tokio::test]
async fn a_damaged_secret_holds_up_neither_a_rotation_nor_a_start() {
    let bed = Bed::new().await;
    let vault = bed.open().await.expect("a vault");
    bed.keep(&vault, "good", "g").await;
    bed.keep(&vault, "bad", "b").await;
    let mut bad = bed.store.secrets().get("bad").await.expect("read").expect("a row");
    bad.sealed.truncate(10);
    bed.store.write(vec![Write::SaveSecret(bad)]).await.expect("written");
    vault.rotate().await.expect("rotated");
    let again = bed.open().await.expect("a vault");
    assert_eq!(text(&again, "good").await, "g");
    assert_eq!(refusal(again.reveal("bad", None).await), "secret.unreadable");
}

#[tokio::test]
async fn a_key_that_somebody_else_keeps_is_changed_by_hand() {
    let bed = Bed::new().await;
    let word = |byte| Ring::of(Key::of([byte; 32])).text().lines().last().expect("a line").to_owned();
    let source = |text: String| KeySource::Text(text.into(), "the variable");
    let open = async |text| Vault::open(bed.store.clone(), bed.environment.clone(), source(text)).await;
    let vault = open(word(1)).await.expect("a vault");
    bed.keep(&vault, "one", "1").await;
    assert_eq!(refusal(vault.rotate().await), "secrets.rotate-by-hand");
    assert_eq!(refusal(open(word(2)).await), "secrets.key-wrong");
    let both = open(format!("{},{}", word(2), word(1))).await.expect("a vault");
    assert_eq!(text(&both, "one").await, "1");
    assert_eq!(text(&open(word(2)).await.expect("the old key can go"), "one").await, "1");
    assert!(!format!("{:?}", source(word(1))).contains(&word(1)), "a key is printed");
}

#[tokio::test]
async fn a_rotation_leaves_nothing_behind_that_is_being_set_meanwhile() {
    let bed = Bed::new().await;
    let vault = bed.open().await.expect("a vault");
    let sealing = vault.sealing().await;
    let sealed = sealing.seal("one", None, b"1", Timestamp(1));
    let rotating = tokio::spawn({
        let vault = Arc::clone(&vault);
        async move { vault.rotate().await }
    });
    tokio::task::yield_now().await;
    assert_eq!(refusal(vault.rotate().await), "secrets.rotating");
    bed.store.write(vec![Write::SaveSecret(sealed)]).await.expect("written");
    drop(sealing);
    assert_eq!(rotating.await.expect("no panic").expect("rotated").moved, 1);
    assert_eq!(text(&vault, "one").await, "1");
}

#[tokio::test]
async fn an_account_is_revealed_with_its_own_secrets_and_the_operators() {
    let bed = Bed::new().await;
    let vault = bed.open().await.expect("a vault");
    bed.keep(&vault, "shared", "s").await;
    let view = |name: &str| {
        AccountView {
        name: name.to_owned(),
        provider: "http".to_owned(),
        config: domain::Params::parse(
            r#"{"hosts":["a","b"],"password":{"$secret":"account:1"},"headers":{"X-A/B":{"$secret":"shared"},"X-C":"c"}}"#,
        )
        .expect("JSON"),
    }
    };
    let account = domain::account::Account {
        name: "Prod".into(),
        provider: "http".into(),
        config: view("Prod").config,
        permissions: Default::default(),
        verification: Default::default(),
        revision: 1,
        created: Timestamp(1),
        updated: Timestamp(1),
        updated_by: "ann".into(),
    };
    let secret = vault.sealing().await.seal("account:1", Some(&"prod".into()), b"p", Timestamp(1));
    let save = Write::SaveAccount { account, expect: None, keep: Vec::new(), secrets: vec![secret] };
    bed.store.write(vec![save]).await.expect("written");
    let revealed = vault.reveal_account(&view("prod")).await.expect("revealed");
    assert_eq!((revealed.text("/password"), revealed.list("/hosts")), (Some("p"), vec!["a", "b"]));
    assert_eq!(revealed.members("/headers"), [("X-A/B", "s"), ("X-C", "c")]);
    assert_eq!(refusal(vault.reveal_account(&view("other")).await), "secret.unknown", "another's account");
    assert_eq!(refusal(vault.reveal("account:1", None).await), "secret.unknown", "nobody's call");
}
