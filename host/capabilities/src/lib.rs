//! What the host lends to plugins that act, behind grants.
