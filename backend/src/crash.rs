//! Places between two steps at which tests end the process, as a power cut would.

#[cfg(all(feature = "fail-points", not(debug_assertions)))]
compile_error!("fail-points end the server on purpose: they are for debug builds in tests, never for one that is used");

/// Ends the process here when a test asks for it (`FAILPOINTS=<name>=return`, feature `fail-points`); else nothing.
pub(crate) fn point(name: &'static str) {
    #[cfg(feature = "fail-points")]
    fail::fail_point!(name, |_| std::process::abort());
    #[cfg(not(feature = "fail-points"))]
    let _ = name;
}

/// Reads which points are asked for.
#[cfg(feature = "fail-points")]
pub fn listen() -> fail::FailScenario<'static> {
    fail::FailScenario::setup()
}
