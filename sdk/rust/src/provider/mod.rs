//! Provider plugins: operations that act, queries that read.

mod call;
mod convert;

use serde_json::{Value, json};

pub use call::{Finding, OperationCall, Progress, QueryCall, Wake};

use crate::config::{self, Config};
use crate::manifest::{Header, grant_methods, header_methods};
use crate::{Account, Failure, FailureClass, code};

type Operate = Box<dyn Fn(OperationCall) -> Result<Progress, Failure>>;
type Read = Box<dyn Fn(QueryCall) -> Result<Value, Failure>>;

/// One operation that the provider offers.
pub struct OperationKind {
    kind: &'static str,
    repeat: &'static str,
    guard: Option<(&'static str, &'static str)>,
    dry_run: bool,
    timeout: Option<u64>,
    schema: fn() -> Value,
    operate: Operate,
}

impl OperationKind {
    /// An operation that may be repeated under its key (`repeat: keyed`). An input that cannot be read fails it.
    pub fn new<C: Config>(
        kind: &'static str,
        operate: impl Fn(C, OperationCall) -> Result<Progress, Failure> + 'static,
    ) -> Self {
        let operate = move |call: OperationCall| {
            let input = config::read(call.input.clone())?;
            operate(input, call)
        };
        Self {
            kind,
            repeat: "keyed",
            guard: None,
            dry_run: false,
            timeout: None,
            schema: config::schema::<C>,
            operate: Box::new(operate),
        }
    }

    /// Repeating it changes nothing.
    #[must_use]
    pub fn safe(mut self) -> Self {
        self.repeat = "safe";
        self
    }

    /// It must not be repeated: a try of which nothing is known is answered `outcome-unknown` instead.
    #[must_use]
    pub fn never_repeated(mut self) -> Self {
        self.repeat = "never";
        self
    }

    /// Traffic guards watch it: `disable`, `destroy` or `resize` of what this JSON pointer into the input names.
    #[must_use]
    pub fn guarded(mut self, action: &'static str, target: &'static str) -> Self {
        self.guard = Some((action, target));
        self
    }

    /// It can check without acting.
    #[must_use]
    pub fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }

    /// How long all its tries may take together, milliseconds; without it, as long as the stage.
    #[must_use]
    pub fn timeout(mut self, millis: u64) -> Self {
        self.timeout = Some(millis);
        self
    }

    fn manifest(&self) -> Value {
        json!({
            "kind": self.kind, "schema": (self.schema)(), "repeat": self.repeat, "dryRun": self.dry_run, "timeout": self.timeout,
            "guard": self.guard.map(|(action, target)| json!({ "action": action, "target": target })),
        })
    }
}

/// One query that the provider offers.
pub struct QueryKind {
    kind: &'static str,
    schema: fn() -> Value,
    read: Read,
}

impl QueryKind {
    /// A read. An input that cannot be read fails it.
    pub fn new<C: Config>(kind: &'static str, read: impl Fn(C, QueryCall) -> Result<Value, Failure> + 'static) -> Self {
        let read = move |call: QueryCall| {
            let input = config::read(call.input.clone())?;
            read(input, call)
        };
        Self { kind, schema: config::schema::<C>, read: Box::new(read) }
    }
}

/// What an account holds, and the identities it can lend.
struct AccountKind {
    schema: fn() -> Value,
    identities: &'static [&'static str],
}

/// A plugin of kind `provider`.
pub struct ProviderPlugin {
    header: Header,
    name: &'static str,
    operations: Vec<OperationKind>,
    queries: Vec<QueryKind>,
    artifacts: &'static [&'static str],
    notifications: &'static [&'static str],
    account: Option<AccountKind>,
    verify: fn(Account) -> Vec<Finding>,
}

impl ProviderPlugin {
    /// A provider that offers nothing yet. `id` is the plugin's unique name and, until [`Self::named`] says otherwise, the provider's.
    #[must_use]
    pub fn new(id: &'static str, version: &'static str) -> Self {
        Self {
            header: Header::new(id, version),
            name: id,
            operations: Vec::new(),
            queries: Vec::new(),
            artifacts: &[],
            notifications: &[],
            account: None,
            verify: |_| Vec::new(),
        }
    }

    header_methods!();
    grant_methods!();

    /// The name that accounts and requests use.
    #[must_use]
    pub fn named(mut self, provider: &'static str) -> Self {
        self.name = provider;
        self
    }

    /// Adds an operation.
    #[must_use]
    pub fn operation(mut self, operation: OperationKind) -> Self {
        self.operations.push(operation);
        self
    }

    /// Adds a query.
    #[must_use]
    pub fn query(mut self, query: QueryKind) -> Self {
        self.queries.push(query);
        self
    }

    /// Artifact types that it can resolve and fetch: its operation `fetch` gets the content. `kubernetes/*` is every type of that category.
    #[must_use]
    pub fn artifacts(mut self, kinds: &'static [&'static str]) -> Self {
        self.artifacts = kinds;
        self
    }

    /// Notification types that it can deliver, by its operation `notify`.
    #[must_use]
    pub fn notifications(mut self, kinds: &'static [&'static str]) -> Self {
        self.notifications = kinds;
        self
    }

    /// What an account of it holds, and the identities it can lend: `basic` (fields `username` and `password`, or `token` in its place), `bearer` (`token`),
    /// `header` (every member of `headers`), `mtls` (`certificate` and `privateKey`). Their hosts are those of the list `hosts` and that of the URL `address`. Fields that are marked `secret` are
    /// sealed when an account is saved: the plugin sees `{"$secret": name}` in their place.
    #[must_use]
    pub fn account<C: Config>(mut self, identities: &'static [&'static str]) -> Self {
        self.account = Some(AccountKind { schema: config::schema::<C>, identities });
        self
    }

    /// How an account is looked at. Reads only.
    #[must_use]
    pub fn verified_by(mut self, verify: fn(Account) -> Vec<Finding>) -> Self {
        self.verify = verify;
        self
    }

    /// The manifest.
    #[must_use]
    pub fn describe(&self) -> Value {
        let operations: Vec<Value> = self.operations.iter().map(OperationKind::manifest).collect();
        let queries: Vec<Value> =
            self.queries.iter().map(|query| json!({ "kind": query.kind, "schema": (query.schema)() })).collect();
        let account = self
            .account
            .as_ref()
            .map(|account| json!({ "schema": (account.schema)(), "identities": account.identities }));
        let own = json!({
            "provider": self.name, "operations": operations, "queries": queries,
            "artifacts": self.artifacts, "notifications": self.notifications, "account": account,
        });
        self.header.manifest("provider", own)
    }

    /// Performs an operation, or a part of it.
    ///
    /// # Errors
    /// The operation's final failure; `provider.unknown-operation` for one that the plugin does not have.
    pub fn operate(&self, call: OperationCall) -> Result<Progress, Failure> {
        match self.operations.iter().find(|operation| operation.kind == call.kind) {
            Some(operation) => (operation.operate)(call),
            None => Err(self.unknown(code("provider.unknown-operation"), "operation", &call.kind)),
        }
    }

    /// Reads.
    ///
    /// # Errors
    /// The query's failure; `provider.unknown-query` for one that the plugin does not have.
    pub fn read(&self, call: QueryCall) -> Result<Value, Failure> {
        match self.queries.iter().find(|query| query.kind == call.kind) {
            Some(query) => (query.read)(call),
            None => Err(self.unknown(code("provider.unknown-query"), "query", &call.kind)),
        }
    }

    /// Looks whether an account works.
    #[must_use]
    pub fn verify(&self, account: Account) -> Vec<Finding> {
        (self.verify)(account)
    }

    fn unknown(&self, code: &str, what: &str, kind: &str) -> Failure {
        let message = format!("Provider {} has no {what} {kind:?}.", self.name);
        Failure::new(FailureClass::NotFound, code, message)
    }
}

/// Exports a function `fn() -> ProviderPlugin` as the component of this crate. Nothing on other targets.
#[macro_export]
macro_rules! export_provider {
    ($plugin:path) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            use $crate::bindings::provider::exports::mainsheet::provider::provider as contract;
            struct Component;
            impl contract::Guest for Component {
                fn describe() -> String {
                    $plugin().describe().to_string()
                }
                fn verify(account: contract::Account) -> Vec<contract::Finding> {
                    $plugin().verify(account.into()).into_iter().map(Into::into).collect()
                }
                fn operate(call: contract::OperationCall) -> contract::Progress {
                    $plugin().operate(call.into()).into()
                }
                fn query(call: contract::QueryCall) -> Result<String, contract::Failure> {
                    Ok($plugin().read(call.into())?.to_string())
                }
            }
    $crate::bindings::provider::export_provider!(Component with_types_in $crate::bindings::provider);
        };
    };
}
