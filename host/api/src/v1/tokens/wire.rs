//! Tokens on the wire.

use domain::principal::Standing;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::moment::Moment;

/// What a principal is in the team.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TeamStanding {
    /// May do everything.
    Admin,
    /// May do what roles and applications' permissions say.
    #[default]
    Member,
}

impl From<Standing> for TeamStanding {
    fn from(standing: Standing) -> TeamStanding {
        match standing {
            Standing::Admin => TeamStanding::Admin,
            Standing::Member => TeamStanding::Member,
        }
    }
}

impl From<TeamStanding> for Standing {
    fn from(standing: TeamStanding) -> Standing {
        match standing {
            TeamStanding::Admin => Standing::Admin,
            TeamStanding::Member => Standing::Member,
        }
    }
}

/// A token, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// Name of the token.
    #[schema(example = "ci")]
    pub name: String,
    /// Whose.
    #[schema(example = "ci-bot")]
    pub principal: String,
    /// What that is in the team.
    pub standing: TeamStanding,
    /// Its roles.
    pub roles: Vec<String>,
    /// When it was made.
    pub created: Moment,
    /// Until when it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Moment>,
}

impl From<app::Token> for Token {
    fn from(token: app::Token) -> Token {
        let app::Token { name, principal, created, expires } = token;
        let domain::principal::Principal { name: principal, standing, roles } = principal;
        Token {
            name,
            principal,
            standing: standing.into(),
            roles,
            created: created.into(),
            expires: expires.map(Into::into),
        }
    }
}
