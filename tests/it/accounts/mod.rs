//! Accounts and secrets, from their save to the header that the far side sees.

mod far;
mod server;

use app::start::Target;
use app::{AuditFilter, Caller, PageRequest, Via};
use domain::account::{Account, Status, Verification};
use domain::execution::ExecutionStatus;
use domain::principal::{Principal, Standing};
use domain::{ExecutionId, Params};
use serde_json::{Value, json};
use store::Write;
use tests::bed::{APPLICATION, Bed, stage};

use far::Far;

const PASSWORD: &str = "correct-horse-battery";
/// `ci:correct-horse-battery`.
const BASIC: &str = "Basic Y2k6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5";

async fn bed() -> Bed {
    Bed::open(&["webhook", "scripted", "http", "jenkins"]).await.unwrap()
}

async fn save(bed: &Bed, name: &str, document: Value) -> std::sync::Arc<Account> {
    bed.app.save_account(&Caller::system(), name, Params::new(document), None).await.unwrap()
}

fn basic(hosts: &[&str]) -> Value {
    json!({ "provider": "http", "config": { "hosts": hosts, "username": "ci", "password": PASSWORD } })
}

fn webhook(url: &str, account: &str) -> Value {
    let stage =
        json!({ "refId": "1", "type": "webhook", "name": "Call", "url": url, "method": "GET", "account": account });
    json!({ "name": "call", "stages": [stage] })
}

fn member(roles: &[&str]) -> Caller {
    let roles = roles.iter().map(|role| (*role).to_owned()).collect();
    Caller { principal: Principal { name: "ann".into(), standing: Standing::Member, roles }, via: Via::Server }
}

async fn start_as(bed: &Bed, caller: &Caller, document: Value) -> ExecutionId {
    let target = Target::Document { application: Some(APPLICATION.into()), document: Params::new(document) };
    bed.app.start(caller, target, &Params::object()).await.unwrap().execution.id
}

/// Why the only stage of an execution failed.
async fn failure(bed: &Bed, execution: &ExecutionId, reference: &str) -> (String, String) {
    let view = bed.ended(execution).await.unwrap();
    assert_eq!(view.status, ExecutionStatus::Terminal, "{view:#?}");
    let problem = stage(&view, reference).problem.clone().expect("a problem");
    (problem.code.to_string(), problem.message)
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_go_to_the_hosts_that_the_account_names_and_to_nobody_else() {
    let bed = bed().await;
    let (own, other) = (Far::start("127.0.0.1"), Far::start("127.0.0.2"));
    save(&bed, "files", basic(&["127.0.0.1"])).await;
    let run = async |url: String| {
        let execution = bed.start(webhook(&url, "files")).await.unwrap();
        bed.succeeded(&execution).await.unwrap();
        let shown = format!("{:?}{:?}", bed.view(&execution).await.unwrap(), bed.events(&execution).await.unwrap());
        let operations = format!("{:?}", bed.all_operations(&execution).await.unwrap());
        for kept in [shown, operations] {
            assert!(!kept.contains(PASSWORD) && !kept.contains(&BASIC[6..]), "a secret is in what is kept: {kept}");
        }
    };
    run(own.url("/a")).await;
    assert_eq!(own.authorization("/a").as_deref(), Some(BASIC));
    run(other.url("/b")).await;
    assert_eq!(other.authorization("/b"), None, "another host");
    let redirect = format!("/to/{}/c", other.address);
    run(own.url(&redirect)).await;
    assert_eq!(own.authorization(&redirect).as_deref(), Some(BASIC));
    assert_eq!(other.authorization("/c"), None, "after a redirect to another host");
    let back = format!("/to/{}/d", own.address);
    run(other.url(&back)).await;
    assert_eq!((other.authorization(&back), own.authorization("/d").as_deref()), (None, Some(BASIC)));
    // The next call has what the account holds now.
    let token = json!({ "provider": "http", "config": { "hosts": [own.address], "token": "t1", "headers": { "X-Own": "h1" } } });
    save(&bed, "files", token).await;
    run(own.url("/e")).await;
    assert_eq!(own.authorization("/e").as_deref(), Some("Bearer t1"));
    assert_eq!(own.calls().last().unwrap().header("x-own"), Some("h1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_used_by_those_who_may_and_every_refusal_is_recorded() {
    let bed = bed().await;
    let own = Far::start("127.0.0.1");
    let lists = json!({ "READ": ["dev", "ops"], "WRITE": ["dev", "ops"], "EXECUTE": ["dev", "ops"] });
    let application = Params::new(json!({ "name": APPLICATION, "permissions": lists }));
    bed.app.save_application(&Caller::system(), APPLICATION, application, None).await.unwrap();
    let mut document = basic(&["127.0.0.1"]);
    document["permissions"] = json!({ "READ": ["dev"], "WRITE": ["ops"] });
    save(&bed, "files", document.clone()).await;

    let ops = start_as(&bed, &member(&["ops"]), webhook(&own.url("/ops"), "files")).await;
    bed.succeeded(&ops).await.unwrap();
    let dev = start_as(&bed, &member(&["dev"]), webhook(&own.url("/dev"), "files")).await;
    let (code, message) = failure(&bed, &dev, "1").await;
    assert_eq!(code, "account.forbidden");
    assert!(message.contains("`ann`") && message.contains("WRITE on the account files"), "{message}");
    assert!(own.calls().iter().all(|call| call.path != "/dev"), "nothing was sent");
    let filter = AuditFilter { action: Some("account.use".into()), ..AuditFilter::default() };
    let page = PageRequest { limit: 10, after: None };
    let rows = bed.app.audit(&Caller::system(), &filter, &page).await.unwrap().items;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].who.as_str(), rows[0].subject.as_str(), rows[0].allowed), ("ann", "account/files", false));
    assert!(rows[0].details.text().contains(dev.as_str()), "{:?}", rows[0].details);
    // Taken away, it is gone with the next call.
    document["permissions"] = json!({ "WRITE": ["others"] });
    save(&bed, "files", document).await;
    let late = start_as(&bed, &member(&["ops"]), webhook(&own.url("/late"), "files")).await;
    assert_eq!(failure(&bed, &late, "1").await.0, "account.forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_names_an_account_is_resolved_by_it() {
    let bed = bed().await;
    let own = Far::start("127.0.0.1");
    save(&bed, "Files", basic(&["127.0.0.1"])).await;
    let ci = json!({ "provider": "jenkins", "config": { "address": own.url(""), "username": "u", "token": "t" } });
    save(&bed, "ci", ci).await;
    let ask = |label: &str, account: Option<&str>, provider: Option<&str>, kind: &str, input: Value| json!({ "label": label, "operate": { "account": account, "provider": provider, "kind": kind, "input": input } });
    let get = |path: &str| json!({ "url": own.url(path), "method": "GET" });
    let artifact = |account: &str, path: &str| json!({ "type": "http/file", "reference": own.url(path), "artifactAccount": account });
    let requests = json!([
        ask("routed", Some("files"), None, "request", get("/routed")),
        ask("artifact", None, None, "fetch", artifact("files", "/artifact")),
        ask("spinnaker", None, None, "fetch", artifact("no-auth-http-account", "/open")),
        ask("unknown", Some("fils"), Some("http"), "request", get("/no")),
        ask("other", Some("ci"), Some("http"), "request", get("/no")),
        ask("strange", None, None, "fetch", artifact("ci", "/no")),
    ]);
    let document = json!({ "name": "ask", "stages": [
        { "refId": "0", "type": "script", "name": "Ask", "echo": true, "tolerate": true, "requests": requests }] });
    let execution = bed.start(document).await.unwrap();
    let view = bed.succeeded(&execution).await.unwrap();
    let answers = stage(&view, "0").context.get("answers").unwrap();
    for path in ["/routed", "/artifact"] {
        assert_eq!(own.authorization(path).as_deref(), Some(BASIC), "{path}");
    }
    assert_eq!(own.authorization("/open"), None);
    assert!(own.calls().iter().all(|call| call.path != "/no"));
    for (label, code, words) in [
        ("unknown", "account.unknown", "`Files`"),
        ("other", "account.wrong-provider", "`jenkins`"),
        ("strange", "account.wrong-provider", "`http`"),
    ] {
        let failure = &answers[label]["failure"];
        assert_eq!(failure["code"], code, "{label}: {failure}");
        assert!(failure["message"].as_str().unwrap().contains(words), "{label}: {failure}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_looked_at_when_it_is_saved_and_only_a_verified_one_is_acted_on() {
    let bed = bed().await;
    let own = Far::start("127.0.0.1");
    let mut document = basic(&["127.0.0.1"]);
    document["config"]["checkUrl"] = own.url("/refuse").into();
    let failed = save(&bed, "files", document.clone()).await;
    assert_eq!(failed.verification.status, Status::Failed);
    assert_eq!(failed.verification.findings[0].code, "http.credentials-refused");
    assert_eq!(own.authorization("/refuse").as_deref(), Some(BASIC), "it is looked at with its credentials");
    let refused = bed.start(webhook(&own.url("/a"), "files")).await.unwrap();
    let (code, message) = failure(&bed, &refused, "1").await;
    assert_eq!(code, "account.not-verified");
    assert!(message.contains("401") && message.contains("mainsheet account verify files"), "{message}");
    document["config"]["checkUrl"] = own.url("/ok").into();
    let verified = save(&bed, "files", document).await;
    assert_eq!((verified.verification.status, verified.revision), (Status::Verified, 2));
    let execution = bed.start(webhook(&own.url("/a"), "files")).await.unwrap();
    bed.succeeded(&execution).await.unwrap();
    let again = bed.app.verify_account(&Caller::system(), "files").await.unwrap();
    assert_eq!(again.verification.status, Status::Verified);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_a_crash_left_unverified_is_looked_at_by_the_next_start() {
    let bed = bed().await;
    let own = Far::start("127.0.0.1");
    let verified = save(&bed, "files", basic(&["127.0.0.1"])).await;
    // The save was committed, and the process died before its provider was asked.
    let account = Account { verification: Verification::default(), revision: 2, ..Account::clone(&verified) };
    let keep = domain::secret::references(account.config.value()).into_iter().map(|(_, name)| name).collect();
    bed.write(vec![Write::SaveAccount { account, expect: Some(1), keep, secrets: Vec::new() }]).await.unwrap();
    let bed = bed.crash().await.unwrap();
    assert_eq!(bed.app.accounts_in_force().get("files").unwrap().verification.status, Status::Unverified);
    let early = bed.start(webhook(&own.url("/a"), "files")).await.unwrap();
    assert_eq!(failure(&bed, &early, "1").await.0, "account.not-verified");
    bed.app.verify_accounts().await;
    let execution = bed.start(webhook(&own.url("/a"), "files")).await.unwrap();
    bed.succeeded(&execution).await.unwrap();
    assert_eq!(own.authorization("/a").as_deref(), Some(BASIC));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_gets_the_credentials_of_its_own_account_alone() {
    let bed = bed().await;
    let own = Far::start("127.0.0.1");
    save(&bed, "files", basic(&["127.0.0.1"])).await;
    bed.app.save_secret(&Caller::system(), "hook", b"value").await.unwrap();
    let installed = bed.app.catalogs().current().find_provider("http").unwrap().clone();
    let send = async |account: Option<&str>, identity: &str| {
        let accounts = bed.app.accounts_in_force();
        let account = account.map(|name| {
            let view = accounts.get(name).unwrap().view();
            std::sync::Arc::new(domain::plugin::call::BoundAccount { view, identities: vec!["basic".into()] })
        });
        let scope = domain::plugin::call::Scope {
            plugin: installed.manifest.id.clone(),
            digest: installed.digest.clone(),
            grants: installed.manifest.grants.within(&installed.granted),
            mode: domain::plugin::call::Mode::Read,
            application: String::new(),
            execution: String::new(),
            key: String::new(),
            account,
        };
        let request = runtime::HttpRequest {
            method: "GET".into(),
            url: own.url("/a"),
            headers: Vec::new(),
            body: runtime::Body::None,
            timeout: 5_000,
            redirects: 0,
            reply: runtime::Sink::Inline(100),
            identity: Some(identity.to_owned()),
        };
        let sent = bed.app.runtime().lent().http.send(&scope, request).await;
        let name =
            accounts.get("files").unwrap().config.get("password").unwrap()["$secret"].as_str().unwrap().to_owned();
        let key = bed.app.runtime().lent().sign.open(&scope, &name, b"").await;
        (sent.map(|_| ()).map_err(|failure| failure.code.to_string()), key.is_ok())
    };
    assert_eq!(send(Some("files"), "files").await, (Ok(()), true));
    assert_eq!(send(None, "files").await, (Err("identity.unknown".into()), false), "the call acts on no account");
    save(&bed, "others", basic(&["127.0.0.1"])).await;
    assert_eq!(send(Some("others"), "files").await, (Err("identity.unknown".into()), false));
}
