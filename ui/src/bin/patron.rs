//! patron
fn main() {}
