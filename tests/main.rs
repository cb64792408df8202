//! One integration binary: the program from outside, and the rules that the source keeps.
#![expect(
    clippy::disallowed_methods,
    reason = "tests look at the world from outside"
)]

mod architecture;
