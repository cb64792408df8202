//! The program from outside, on real projects.

mod mistakes;
mod oracle;
mod reset;
mod shapes;
