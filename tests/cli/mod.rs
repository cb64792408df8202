//! The program from outside, on real projects.

mod mark;
mod mistakes;
mod reset;
mod shapes;
