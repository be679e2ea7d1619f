//! Plugins: manifests, grants, the catalogue in force, and what is said to and by those that act and listen.

pub mod call;
pub mod catalog;
pub mod grant;
pub mod manifest;
pub mod quarantine;

pub use catalog::{Catalog, Installed};
pub use grant::{Grants, HttpGrant, Limits};
pub use manifest::{Manifest, PluginKind};
pub use quarantine::{Quarantine, Quarantined};
