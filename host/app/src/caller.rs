//! Who is asking, and how it is known.

use domain::principal::Principal;
use domain::{ExecutionId, Timestamp};

/// An authenticated caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who.
    pub principal: Principal,
    /// How that is known.
    pub via: Via,
}

/// How a caller is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    /// By the token of this name.
    Token {
        /// The token's name.
        name: String,
        /// Until when it holds.
        expires: Option<Timestamp>,
    },
    /// It is a stage of this execution, with the rights of whoever that acts as.
    Execution(ExecutionId),
    /// It is the server itself: the watched folder, the engine.
    Server,
}

impl Caller {
    /// The server acting on its own behalf.
    #[must_use]
    pub fn system() -> Caller {
        Caller { principal: Principal::system(), via: Via::Server }
    }

    /// In the words of the audit log.
    #[must_use]
    pub fn via(&self) -> String {
        match &self.via {
            Via::Token { name, .. } => format!("token {name}"),
            Via::Execution(id) => format!("execution {id}"),
            Via::Server => "server".into(),
        }
    }
}
