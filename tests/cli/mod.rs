//! The program from outside, on real projects.

mod adopt;
mod demo;
mod fifty;
mod hostile;
mod interrupt;
mod mark;
mod mistakes;
mod oracle;
mod own_tests;
mod recreate;
mod reset;
mod shapes;
mod surroundings;
