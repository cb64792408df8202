//! The program from outside, on real projects.

mod hostile;
mod mark;
mod mistakes;
mod reset;
mod shapes;
mod surroundings;
