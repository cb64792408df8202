//! The program from outside, on real projects.

mod hostile;
mod interrupt;
mod mistakes;
mod reset;
mod shapes;
mod surroundings;
