//! The program from outside, on real projects.

mod mistakes;
mod recreate;
mod reset;
mod shapes;
