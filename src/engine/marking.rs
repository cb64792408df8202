//! `mark`: writes what a database is for into the database itself.

use std::time::Duration;

use super::{Depth, Engine, failures};
use crate::error::Failure;
use crate::model::text::safe;
use crate::model::{ModuleName, Target, quote_identifier};
use crate::rules::{DISPOSABLE_MARK, PRODUCTION_MARK, is_marked_disposable, is_marked_production};
use crate::system::{Session, connect};

const LIMIT: Duration = Duration::from_secs(15);

/// What a database is marked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It may be reset; outranks weak signs of production.
    Disposable,
    /// It must never be reset; final.
    Production,
}

impl Mark {
    /// The text in the database's comment.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Disposable => DISPOSABLE_MARK,
            Self::Production => PRODUCTION_MARK,
        }
    }
}

/// A database that is about to be marked.
pub struct Marking {
    /// How to reach it.
    pub target: Target,
    mark: Mark,
    comment: Option<String>,
}

impl Engine<'_> {
    /// Finds the database: the URL's, or the one that the project's only module connects to.
    /// Refuses to lift a production mark.
    pub fn find_to_mark(&self, mark: Mark, url: Option<&str>) -> Result<Marking, Failure> {
        let target = match url {
            Some(url) => connect::parse_url(url).map_err(|error| {
                Failure::usage(safe(&error.to_string()).into_owned())
                    .with_hint("give a URL: --url postgresql://USER@HOST:PORT/DATABASE")
            })?,
            None => self.only_target()?,
        };
        let session = connected(&target)?;
        let rows = session
            .query(
                "SELECT pg_catalog.shobj_description(oid, 'pg_database') FROM \
                 pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
                &[],
            )
            .map_err(|error| Failure::untouched(safe(&error.to_string()).into_owned()))?;
        let comment: Option<String> = rows.first().and_then(|row| row.get(0));
        let is_production = comment.as_deref().is_some_and(is_marked_production);
        if is_production && mark == Mark::Disposable {
            return Err(Failure::refused(format!(
                "{} is marked as production, and redistill does not lift that mark",
                safe(&target.to_string())
            ))
            .with_hint(format!(
                "if the mark is wrong, take it off by hand as the owner: psql -c 'COMMENT ON \
                 DATABASE {} IS NULL'",
                safe(&quote_identifier(&target.database))
            )));
        }
        Ok(Marking {
            target,
            mark,
            comment,
        })
    }

    fn only_target(&self) -> Result<Target, Failure> {
        let survey = self.survey_modules(Depth::Full)?;
        let mut targets: Vec<Target> = survey.targets.into_values().collect();
        targets.dedup();
        match (targets.pop(), targets.is_empty()) {
            (Some(target), true) => Ok(target),
            (None, _) => Err(survey.troubles.into_values().next().unwrap_or_else(|| {
                Failure::usage("no module connects to a database")
                    .with_hint("give a URL: --url postgresql://USER@HOST:PORT/DATABASE")
            })),
            (Some(_), false) => Err(Failure::usage("the project has several databases")
                .with_hint("name one module: redistill mark --module NAME …, or a --url")),
        }
    }
}

impl Marking {
    /// Writes the mark; a comment that is there stays above it.
    pub fn write(&self) -> Result<(), Failure> {
        let kept: Vec<&str> = self
            .comment
            .iter()
            .flat_map(|comment| comment.lines())
            .filter(|line| !is_marked_disposable(line) && !is_marked_production(line))
            .collect();
        let mut lines = kept;
        lines.push(self.mark.text());
        let session = connected(&self.target)?;
        // The statement takes no parameters; the server quotes better than anyone.
        let written = session
            .query(
                "SELECT pg_catalog.format('COMMENT ON DATABASE %I IS %L', \
                 pg_catalog.current_database(), $1::text)",
                &[&lines.join("\n")],
            )
            .and_then(|rows| session.batch(rows[0].get(0)));
        written.map_err(|error| {
            Failure::untouched(format!(
                "{} cannot be marked: {}",
                safe(&self.target.to_string()),
                safe(&error.to_string())
            ))
            .with_hint("only the database's owner may comment on it")
        })
    }
}

fn connected(target: &Target) -> Result<Session, Failure> {
    Session::connect(target, LIMIT)
        .map_err(|error| failures::connect(&ModuleName(target.database.clone()), target, &error))
}
