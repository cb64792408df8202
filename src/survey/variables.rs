//! Observes the variables of the environment by which people tell stages apart. Called by the survey;
//! no other variable is read, so that no secret is.

use crate::system::environment;

/// Names that hold a stage, or a settings module named after one.
const NAMES: [&str; 30] = [
    "APP_ENV",
    "APP_ENVIRONMENT",
    "APPLICATION_ENV",
    "APP_STAGE",
    "CONFIG_ENV",
    "DEPLOY_ENV",
    "DEPLOYMENT_ENV",
    "DEPLOYMENT_ENVIRONMENT",
    "DJANGO_CONFIGURATION",
    "DJANGO_ENV",
    "DJANGO_SETTINGS_MODULE",
    "DYNACONF_ENV",
    "ENV",
    "ENVIRONMENT",
    "ENV_FOR_DYNACONF",
    "ENV_NAME",
    "FASTAPI_ENV",
    "FLASK_CONFIG",
    "FLASK_ENV",
    "NODE_ENV",
    "PYRAMID_ENV",
    "PYTHON_ENV",
    "RACK_ENV",
    "RAILS_ENV",
    "RUN_ENV",
    "SENTRY_ENVIRONMENT",
    "SETTINGS_MODULE",
    "STAGE",
    "STARLETTE_ENV",
    "VERCEL_ENV",
];

/// Those that are set, with their values.
pub fn observe() -> Vec<(String, String)> {
    NAMES
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), environment::variable(name)?)))
        .collect()
}
