//! The program from outside, on real projects.

mod demo;
mod mistakes;
mod reset;
mod shapes;
