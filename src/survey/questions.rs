//! The questions of one survey, put in the transaction that is open. Used by [`super::database`]
//! and its neighbours; never writes.
//!
//! A question that *must* be answered ends the survey when it fails. One that *may* fail stands in a
//! savepoint: its answer is unknown then, and the others are still asked. Every question has a name,
//! and a test can stand before each of them.

use crate::evidence::Observed;
use crate::system::{Session, SqlError};

/// Stands before each question; an error is the answer to it.
pub(super) type Before<'a> = dyn Fn(&Session, &'static str) -> Result<(), SqlError> + 'a;

/// The questions of one survey.
pub(super) struct Questions<'a> {
    session: &'a Session,
    before: &'a Before<'a>,
}

impl<'a> Questions<'a> {
    /// Nobody stands before them.
    pub(super) fn new(session: &'a Session) -> Self {
        Self {
            session,
            before: &|_, _| Ok(()),
        }
    }

    /// `before` is called with the name of each question.
    #[cfg(test)]
    pub(super) fn watched(session: &'a Session, before: &'a Before<'a>) -> Self {
        Self { session, before }
    }

    /// The connection they are put on.
    pub(super) fn session(&self) -> &'a Session {
        self.session
    }

    /// A question without whose answer there is no survey.
    pub(super) fn must<T, E: From<SqlError>>(
        &self,
        name: &'static str,
        read: impl FnOnce(&Session) -> Result<T, E>,
    ) -> Result<T, E> {
        (self.before)(self.session, name)?;
        read(self.session)
    }

    /// A question whose answer may be unknown.
    pub(super) fn may<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&Session) -> Result<T, SqlError>,
    ) -> Observed<T> {
        match self.guarded(&[name], read) {
            Ok(value) => Observed::Seen(value),
            Err(error) => unavailable(&error),
        }
    }

    /// As [`Questions::may`], and gives the error as it is.
    pub(super) fn guarded<T>(
        &self,
        names: &[&'static str],
        read: impl FnOnce(&Session) -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        self.session.batch("SAVEPOINT question")?;
        let answer = names
            .iter()
            .try_for_each(|name| (self.before)(self.session, name))
            .and_then(|()| read(self.session));
        let end = match answer {
            Ok(_) => "RELEASE SAVEPOINT question",
            // Locks that were taken meanwhile are given back.
            Err(_) => "ROLLBACK TO SAVEPOINT question; RELEASE SAVEPOINT question",
        };
        let ended = self.session.batch(end);
        let value = answer?;
        ended?;
        Ok(value)
    }

    /// Expressions that may each fail, as text: one round trip where all are answered, else one by
    /// one. NULL is no answer.
    pub(super) fn values(&self, questions: &[(&'static str, String)]) -> Vec<Observed<String>> {
        let names: Vec<&'static str> = questions.iter().map(|(name, _)| *name).collect();
        let all: Vec<&str> = questions.iter().map(|(_, sql)| sql.as_str()).collect();
        if let Ok(values) = self.guarded(&names, |session| value_row(session, &all)) {
            return values.into_iter().map(known).collect();
        }
        questions
            .iter()
            .map(|(name, sql)| {
                match self.guarded(&[*name], |session| value_row(session, &[sql.as_str()])) {
                    Ok(values) => known(values.into_iter().next().flatten()),
                    Err(error) => unavailable(&error),
                }
            })
            .collect()
    }
}

/// Why it could not be seen.
pub(super) fn unavailable<T>(error: &SqlError) -> Observed<T> {
    Observed::Unavailable {
        why: error.to_string(),
    }
}

fn known(value: Option<String>) -> Observed<String> {
    match value {
        Some(value) => Observed::Seen(value),
        None => Observed::Unavailable {
            why: "the server gave no answer".to_owned(),
        },
    }
}

/// One row of scalar expressions.
fn value_row(session: &Session, expressions: &[&str]) -> Result<Vec<Option<String>>, SqlError> {
    let fields: Vec<String> = expressions
        .iter()
        .map(|expression| format!("({expression})::text"))
        .collect();
    let rows = session.simple(&format!("SELECT {}", fields.join(",\n")))?;
    Ok(rows.into_iter().next().unwrap_or_default())
}
