//! The program from outside, on real projects.

mod mistakes;
mod reset;
mod shapes;
