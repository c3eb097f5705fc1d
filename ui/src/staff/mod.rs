//! The staff surface.

/// Starts the surface in the page.
pub fn launch() {}
