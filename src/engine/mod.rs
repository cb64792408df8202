//! The verbs that every face calls: survey, assess, plan, run, resume, undo.

mod naming;
mod plans;
