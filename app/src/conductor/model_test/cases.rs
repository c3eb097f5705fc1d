//! Single cases, by name.
