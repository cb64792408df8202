//! Connection parameters by libpq's names, gathered from where libpq gathers them.

use std::collections::BTreeMap;

use super::error::ResolveError;
use super::service;
use super::surroundings::Surroundings;
use crate::evidence::AskedFor;
use crate::model::Secret;

/// libpq's variables and the parameters that they stand for.
const VARIABLES: [(&str, &str); 17] = [
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLCRL", "sslcrl"),
    ("PGSSLCRLDIR", "sslcrldir"),
    ("PGREQUIREPEER", "requirepeer"),
    ("PGREQUIREAUTH", "require_auth"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGGSSENCMODE", "gssencmode"),
];

/// Parameters by libpq's names; empty ones count as not given. No `Debug`: one is a password.
pub(super) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// What the project's code gave.
    pub(super) fn asked(asked: &AskedFor) -> Self {
        let mut parameters = Self(BTreeMap::new());
        let password = asked.password.as_ref().map(Secret::expose);
        for (name, value) in [
            ("host", asked.host.as_deref()),
            ("port", asked.port.as_deref()),
            ("dbname", asked.database.as_deref()),
            ("user", asked.user.as_deref()),
            ("password", password),
        ] {
            parameters.add(name, value.unwrap_or_default());
        }
        for (name, value) in &asked.other {
            let name = if name == "database" { "dbname" } else { name };
            parameters.add(name, value);
        }
        parameters
    }

    /// Adds a parameter unless it is there.
    fn add(&mut self, name: &str, value: &str) {
        if !value.is_empty() && !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// A parameter's value.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// What the service says, where one is named.
    pub(super) fn fill_from_service(&mut self, around: &Surroundings) -> Result<(), ResolveError> {
        let name = self.get("service").or_else(|| around.variable("PGSERVICE"));
        if let Some(name) = name {
            for (name, value) in service::parameters(name, self.get("servicefile"), around)? {
                self.add(&name, &value);
            }
        }
        Ok(())
    }

    /// What libpq's variables say.
    pub(super) fn fill_from_variables(&mut self, around: &Surroundings) {
        // asyncpg's `ssl` is the same question as `sslmode`.
        let is_tls_asked = self.get("ssl").is_some();
        for (variable, name) in VARIABLES {
            if let Some(value) = around.variable(variable)
                && !(name == "sslmode" && is_tls_asked)
            {
                self.add(name, value);
            }
        }
    }
}
