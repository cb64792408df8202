//! `RD4xx`: env.py, the settings file, and the URL in between.

pub mod async_url;
pub mod bare_percent;
pub mod offline_url;
pub mod override_ignored;
pub mod password_in_ini;
pub mod url_after_run;
pub mod url_missing;
