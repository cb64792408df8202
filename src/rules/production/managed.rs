//! RD108 managed-service: the server is run by a managed service.

use super::{DISPOSABLE_MARK, is_disposable, on_signals};
use crate::evidence::{Observed, Signals};
use crate::model::quote_identifier;
use crate::rules::finding::{Finding, Severity};
use crate::rules::rule::{Case, Explanation, Family, Needs, Rule};

/// Endings of the host names that managed services give.
const HOSTS: [&str; 54] = [
    ".rds.amazonaws.com",
    ".rds.amazonaws.com.cn",
    ".on.aws",
    ".postgres.database.azure.com",
    ".postgres.database.chinacloudapi.cn",
    ".postgres.database.usgovcloudapi.net",
    ".postgres.cosmos.azure.com",
    ".sql.goog",
    ".alloydb.goog",
    ".supabase.co",
    ".supabase.com",
    ".supabase.net",
    ".neon.tech",
    ".neon.build",
    ".aivencloud.com",
    ".db.ondigitalocean.com",
    ".tsdb.cloud.timescale.com",
    ".timescaledb.io",
    ".postgresbridge.com",
    "-postgres.render.com",
    ".railway.app",
    ".railway.internal",
    ".rlwy.net",
    ".flycast",
    ".fly.dev",
    ".db.elephantsql.com",
    ".postgres.vercel-storage.com",
    ".thenile.dev",
    ".xata.sh",
    ".xata.io",
    ".cockroachlabs.cloud",
    ".yugabyte.cloud",
    ".prisma.io",
    ".tembo.io",
    ".psdb.cloud",
    ".biganimal.io",
    ".databases.appdomain.cloud",
    ".oraclecloud.com",
    ".rds.aliyuncs.com",
    ".tencentcdb.com",
    ".rds.myhuaweicloud.com",
    ".mdb.yandexcloud.net",
    ".scw.cloud",
    ".database.cloud.ovh.net",
    ".db.upclouddatabases.com",
    ".postgres.ubicloud.com",
    ".pg.koyeb.app",
    ".services.clever-cloud.com",
    ".dbs.scalingo.com",
    ".linodedb.net",
    ".akamaidb.net",
    ".vultrdb.com",
    ".database.cloud.databricks.com",
    ".cnodes.io",
];

/// Folders of sockets that lead to a managed service.
const SOCKETS: [&str; 1] = ["/cloudsql/"];

/// The rule.
pub static RULE: Rule = Rule {
    code: "RD108",
    name: "managed-service",
    family: Family::Production,
    severity: Severity::Refuse,
    needs: Needs::World,
    summary: "the server is run by a managed service",
    explanation: Explanation {
        what: "The server has roles or settings that only a managed service makes, or a host name of one.",
        why: "Managed servers are where production lives. Development branches of them exist, too, and their owner can say so in the database.",
        example: "```text\npostgresql://app@shop.abc.eu-west-1.rds.amazonaws.com/shop\n```",
        remedy: "Point the module at a development database, or mark this one: `COMMENT ON DATABASE … IS 'redistill: disposable'`.",
    },
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    on_signals(case, |database| {
        // Development branches of managed services exist; their owner says so in the database.
        if is_disposable(database) {
            return Vec::new();
        }
        signs(&database.label, &database.signals)
            .into_iter()
            .map(|seen| {
                let message = format!("{} is run by a managed service", database.label);
                RULE.finding(&database.label, message)
                    .seen(seen)
                    .remedy(
                        "point the module at a development database, or mark this one disposable",
                    )
                    .next(format!(
                        "COMMENT ON DATABASE {} IS '{DISPOSABLE_MARK}'",
                        quote_identifier(&database.identity.database)
                    ))
            })
            .collect()
    })
}

/// What was seen, in words.
fn signs(label: &str, signals: &Signals) -> Vec<String> {
    let mut seen = Vec::new();
    if let Observed::Seen(roles) = &signals.managed_roles
        && !roles.is_empty()
    {
        seen.push(format!("roles: {}", roles.join(", ")));
    }
    if let Observed::Seen(settings) = &signals.managed_settings
        && !settings.is_empty()
    {
        seen.push(format!("settings: {}", settings.join(", ")));
    }
    let server = label.split(" / ").next().unwrap_or_default();
    let host = server.rsplit_once(':').map_or(server, |(host, _)| host);
    let plain = host.trim_end_matches('.').to_lowercase();
    if let Some(suffix) = HOSTS.iter().find(|suffix| plain.ends_with(**suffix)) {
        seen.push(format!("the host ends with {suffix}"));
    }
    if let Some(folder) = SOCKETS.iter().find(|folder| host.starts_with(**folder)) {
        seen.push(format!("the socket is below {folder}"));
    }
    seen
}

#[cfg(test)]
mod tests {
    use crate::evidence::Observed;
    use crate::rules::stage::Stage;

    #[test]
    fn a_managed_server_is_refused() {
        let mut stage = Stage::one();
        stage.database().signals.managed_roles = Observed::Seen(vec!["rds_superuser".to_owned()]);
        assert_eq!(stage.codes(), ["RD108"]);
        for server in [
            "x.abc.eu-west-1.rds.amazonaws.com:5432",
            "EP-cool.eu-central-1.aws.NEON.tech.:5432",
            "/cloudsql/shop:europe-west1:db:5432",
        ] {
            let mut stage = Stage::one();
            stage.database().label = format!("{server} / shop");
            assert_eq!(stage.codes(), ["RD108"], "{server}");
        }
    }

    #[test]
    fn a_development_branch_that_is_marked_is_not() {
        let mut stage = Stage::one();
        stage.database().signals.managed_roles = Observed::Seen(vec!["neon_superuser".to_owned()]);
        stage.database().comment = Some("redistill: disposable".to_owned());
        assert!(stage.codes().is_empty());
    }
}
