//! The one function that says whether somebody may do something (reference access-control.md §3.2).
//!
//! Rules are asked in the reference's order; their numbers are those of §3.2 and stand in refusals and in the audit log:
//! 1 same team (there is one) · 2 admin standing · 3 hard blocks · 4 roles · 5 `deploy.manage` (with projects) ·
//! 6 the application's own list · 7 project paths (with projects) · 8 otherwise no.
//! Rule 3 stands before rule 2 here: four eyes must stay four eyes for an administrator, too.

use std::collections::BTreeMap;

use domain::application::{Access, Application};
use domain::principal::{Principal, Standing};
use domain::question::Question;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See it.
    Read,
    /// Change it.
    Write,
    /// Start and steer executions.
    Execute,
    /// Answer a question.
    Answer,
}

/// What it is to be done to.
#[derive(Clone, Copy, Debug)]
pub enum Resource<'a> {
    /// Something that belongs to the team as a whole.
    Team(TeamPermission),
    /// An application with everything in it.
    Application(&'a Acl),
    /// An account: READ to look at it and through it, WRITE to act on it.
    Account(&'a AccountAcl<'a>),
    /// A question that an execution asks.
    Question {
        /// Application of the execution.
        acl: &'a Acl,
        /// What is asked, and of whom.
        question: &'a Question,
        /// Who the execution was started by.
        submitter: &'a str,
    },
}

/// Permissions that hang from no application (reference §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeamPermission {
    /// Make applications.
    ApplicationCreate,
    /// Install, switch and remove plugins, and grant capabilities.
    PluginManage,
    /// Bind, change and remove accounts.
    AccountManage,
    /// Set, list and remove secrets, and seal them anew.
    SecretManage,
    /// Make, list and revoke tokens.
    TokenMint,
    /// Read the whole audit log and the server's figures.
    AuditRead,
    /// Pause the server and resume it.
    SystemPause,
}

impl TeamPermission {
    /// As the reference writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            TeamPermission::ApplicationCreate => "application.create",
            TeamPermission::PluginManage => "plugin.manage",
            TeamPermission::AccountManage => "account.manage",
            TeamPermission::SecretManage => "secret.manage",
            TeamPermission::TokenMint => "token.mint",
            TeamPermission::AuditRead => "audit.read",
            TeamPermission::SystemPause => "system.pause",
        }
    }
}

/// Who may do what with one application; made once per version of it.
#[derive(Clone, Debug)]
pub struct Acl {
    /// The application's name.
    pub application: String,
    /// Role names by access; empty when unrestricted.
    pub permissions: BTreeMap<Access, Vec<String>>,
    /// What an application without any permissions means.
    pub unrestricted: Unrestricted,
}

/// Who may do what with one account.
#[derive(Clone, Copy, Debug)]
pub struct AccountAcl<'a> {
    /// The account's name.
    pub name: &'a str,
    /// Role names by access; empty when unrestricted. A managed identity is named like a role.
    pub permissions: &'a BTreeMap<Access, Vec<String>>,
    /// What an account without any permissions means: the same as for applications.
    pub unrestricted: Unrestricted,
}

impl AccountAcl<'_> {
    /// No fallback here: only roles that are listed count (F3), and whoever may act on an account may look at it.
    fn allows(&self, action: Action, principal: &Principal) -> bool {
        if self.permissions.is_empty() {
            return self.unrestricted == Unrestricted::Open;
        }
        let managed = principal.name.ends_with(MANAGED);
        let lists = |access| {
            self.permissions.get(&access).is_some_and(|roles| {
                let named = || roles.iter().any(|role| role.eq_ignore_ascii_case(&principal.name));
                principal.holds_any(roles) || (managed && named())
            })
        };
        lists(Access::Write) || (action == Action::Read && lists(Access::Read))
    }
}

/// What an application without any permissions means (reference §3.2, rule 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unrestricted {
    /// Administrators only.
    #[default]
    Closed,
    /// Every member may do everything with it, as in Spinnaker.
    Open,
}

impl Acl {
    /// The list of `application`.
    #[must_use]
    pub fn of(application: &Application, unrestricted: Unrestricted) -> Acl {
        let permissions = application.permissions();
        Acl { application: application.name.to_string(), permissions, unrestricted }
    }

    fn lists(&self, access: Access, principal: &Principal) -> bool {
        self.permissions.get(&access).is_some_and(|roles| principal.holds_any(roles))
    }

    fn allows(&self, action: Action, principal: &Principal) -> bool {
        if self.permissions.is_empty() {
            return self.unrestricted == Unrestricted::Open;
        }
        match action {
            // Whoever may change or run it may look at it (§3.3, columns AW and AE).
            Action::Read => {
                [Access::Read, Access::Write, Access::Execute].into_iter().any(|access| self.lists(access, principal))
            }
            Action::Write => self.lists(Access::Write, principal),
            // F4: a restricted application that names nobody for EXECUTE means those who may read.
            Action::Execute | Action::Answer if !self.permissions.contains_key(&Access::Execute) => {
                self.lists(Access::Read, principal)
            }
            Action::Execute | Action::Answer => self.lists(Access::Execute, principal),
        }
    }
}

/// Why not: what a person needs to know to get the right, or to ask somebody who has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// Number of the rule in §3.2.
    pub rule: u8,
    /// What would have been needed.
    pub missing: String,
}

/// The identity that triggers start executions as: it may run its own application and nothing else. No token carries its name.
#[must_use]
pub fn managed_identity(application: &str) -> Principal {
    let name = format!("{application}{MANAGED}");
    Principal { name, standing: Standing::Member, roles: Vec::new() }
}

/// What names of managed identities end with.
pub const MANAGED: &str = "@managed-service-account";

/// Whether `principal` may do `action` to `resource`.
///
/// # Errors
/// The rule that said no, and what would have been needed.
pub fn authorize(principal: &Principal, action: Action, resource: Resource<'_>) -> Result<(), Denied> {
    if let Resource::Question { question, submitter, .. } = resource
        && question.exclude_submitter
        && submitter == principal.name
    {
        return Err(Denied { rule: 3, missing: "to be somebody else than who started the execution".into() });
    }
    if principal.standing == Standing::Admin {
        return Ok(());
    }
    match resource {
        Resource::Team(permission) => Err(Denied { rule: 8, missing: permission.as_str().into() }),
        Resource::Application(acl) => by_application(principal, action, acl),
        Resource::Account(acl) if acl.allows(action, principal) => Ok(()),
        Resource::Account(acl) => {
            let access = if action == Action::Read { "READ" } else { "WRITE" };
            let rule = if acl.permissions.is_empty() { 8 } else { 6 };
            Err(Denied { rule, missing: format!("{access} on the account {}", acl.name) })
        }
        Resource::Question { acl, question, .. } if question.roles.is_empty() => by_application(principal, action, acl),
        Resource::Question { question, .. } if principal.holds_any(&question.roles) => Ok(()),
        Resource::Question { question, .. } => {
            Err(Denied { rule: 4, missing: format!("one of the roles {}", question.roles.join(", ")) })
        }
    }
}

fn by_application(principal: &Principal, action: Action, acl: &Acl) -> Result<(), Denied> {
    let own = principal.name.strip_suffix(MANAGED).is_some_and(|own| own.eq_ignore_ascii_case(&acl.application));
    if acl.allows(action, principal) || (own && action != Action::Write) {
        return Ok(());
    }
    let access = match action {
        Action::Read => "READ",
        Action::Write => "WRITE",
        Action::Execute | Action::Answer => "EXECUTE",
    };
    Err(Denied {
        rule: if acl.permissions.is_empty() { 8 } else { 6 },
        missing: format!("{access} on {}", acl.application),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Params;

    fn member(roles: &[&str]) -> Principal {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        Principal { name: "ann".into(), standing: Standing::Member, roles }
    }

    fn acl(lists: &[(Access, &str)]) -> Acl {
        let permissions = lists.iter().map(|(access, role)| (*access, vec![(*role).to_owned()])).collect();
        Acl { application: "demo".into(), permissions, unrestricted: Unrestricted::Open }
    }

    fn may(principal: &Principal, acl: &Acl) -> String {
        let letters = [(Action::Read, 'r'), (Action::Write, 'w'), (Action::Execute, 'x')];
        let allowed = |action| authorize(principal, action, Resource::Application(acl)).is_ok();
        letters.into_iter().filter(|(action, _)| allowed(*action)).map(|(_, letter)| letter).collect()
    }

    fn question(roles: &[&str], exclude_submitter: bool) -> Question {
        Question {
            kind: "judgment".into(),
            title: String::new(),
            instructions: String::new(),
            schema: Params::object(),
            approving: Params::object(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            quorum: 1,
            distinct_roles: false,
            exclude_submitter,
            expires: None,
        }
    }

    #[test]
    fn lists_of_an_application_mean_what_they_mean_in_fiat() {
        use Access::{Execute, Read, Write};
        let full = acl(&[(Read, "viewers"), (Write, "owners"), (Execute, "runners")]);
        for (roles, lists, expected) in [
            (&["viewers"][..], &full, "r"),
            (&["owners"], &full, "rw"),
            (&["runners"], &full, "rx"),
            (&["Owners", "runners"], &full, "rwx"),
            (&["others"], &full, ""),
            (&["viewers"], &acl(&[(Read, "viewers")]), "rx"),
            (&["others"], &acl(&[(Write, "owners")]), ""),
            (&["owners"], &acl(&[(Write, "owners")]), "rw"),
            (&[], &acl(&[]), "rwx"),
        ] {
            assert_eq!(may(&member(roles), lists), expected, "{roles:?} {lists:?}");
        }
    }

    #[test]
    fn an_application_without_lists_is_the_administrators_unless_it_is_said_to_be_open() {
        let closed = Acl { unrestricted: Unrestricted::Closed, ..acl(&[]) };
        assert_eq!(may(&member(&["any"]), &closed), "");
        assert_eq!(may(&Principal::system(), &closed), "rwx");
        assert_eq!(may(&managed_identity("Demo"), &closed), "rx");
        assert_eq!(may(&managed_identity("other"), &closed), "");
    }

    #[test]
    fn a_question_is_answered_by_its_roles_or_by_execute() {
        let acl = acl(&[(Access::Execute, "runners")]);
        let asked = |question: &Question, roles: &[&str], submitter: &str| {
            authorize(&member(roles), Action::Answer, Resource::Question { acl: &acl, question, submitter })
                .map_err(|denied| denied.rule)
        };
        assert_eq!(asked(&question(&[], false), &["runners"], "bob"), Ok(()));
        assert_eq!(asked(&question(&[], false), &["others"], "bob"), Err(6));
        assert_eq!(asked(&question(&["QA "], false), &["qa"], "bob"), Ok(()), "roles need no EXECUTE");
        assert_eq!(asked(&question(&["qa"], false), &["runners"], "bob"), Err(4));
        assert_eq!(asked(&question(&["qa"], true), &["qa"], "ann"), Err(3));
        let admin = Principal { standing: Standing::Admin, ..member(&[]) };
        let own = question(&[], true);
        let resource = Resource::Question { acl: &acl, question: &own, submitter: "ann" };
        assert_eq!(authorize(&admin, Action::Answer, resource).map_err(|denied| denied.rule), Err(3));
    }

    #[test]
    fn an_account_is_for_those_it_lists() {
        use Access::{Read, Write};
        let lists = |lists: &[(Access, &str)]| -> BTreeMap<Access, Vec<String>> {
            lists.iter().map(|(access, role)| (*access, vec![(*role).to_owned()])).collect()
        };
        let may = |principal: &Principal, permissions: &BTreeMap<Access, Vec<String>>, unrestricted| {
            let acl = AccountAcl { name: "prod", permissions, unrestricted };
            let allowed = |action| authorize(principal, action, Resource::Account(&acl)).is_ok();
            (allowed(Action::Read), allowed(Action::Write))
        };
        let both = lists(&[(Read, "dev"), (Write, "ops")]);
        let closed = Unrestricted::Closed;
        assert_eq!(may(&member(&["dev"]), &both, closed), (true, false));
        assert_eq!(may(&member(&["Ops"]), &both, closed), (true, true), "whoever acts may look");
        assert_eq!(may(&member(&["others"]), &both, Unrestricted::Open), (false, false));
        assert_eq!(may(&member(&["dev"]), &lists(&[(Read, "dev")]), closed), (true, false), "no fallback");
        assert_eq!(may(&member(&[]), &lists(&[]), closed), (false, false));
        assert_eq!(may(&member(&[]), &lists(&[]), Unrestricted::Open), (true, true));
        let managed = managed_identity("shop");
        assert_eq!(may(&managed, &both, closed), (false, false), "its application gives it nothing here");
        assert_eq!(may(&managed, &lists(&[(Write, "shop@managed-service-account")]), closed), (true, true));
        let named = lists(&[(Write, "ann")]);
        assert_eq!(may(&member(&[]), &named, closed), (false, false), "people are named by their roles alone");
    }
}
