//! Where a connection goes: from what was asked for to a [`Target`](crate::model::Target).
//!
//! Called by `survey` with what env.py asked for, by `cli` with `--url`. Follows the drivers: libpq's
//! environment, service file and password file; SQLAlchemy's URLs. Nothing is connected here, and
//! what cannot be followed faithfully is refused instead of weakened.
//!
//! ```text
//! asked for  >  service file  >  PG… variables  >  defaults;  the password file last
//! ```

mod error;
mod parameters;
mod passfile;
mod resolve;
mod service;
mod surroundings;
mod tls;
mod url;

pub use error::ResolveError;
pub use resolve::{Resolved, resolve, resolve_in};
pub use surroundings::Surroundings;
pub use url::{asked_by_url, parse_url};
