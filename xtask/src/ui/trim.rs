//! Functions that a page can't reach, though no compiler knows.

use walrus::{FunctionKind, Module, passes::gc};

/// What std prints a backtrace with. One is captured only where the environment asks for it, and a page has none.
const UNREACHABLE: [&str; 2] = ["rustc_demangle", "backtrace_rs"];

/// Empties the functions that can't be reached, and drops what only they called.
pub(super) fn trim(module: &mut Module) {
    let can_not_be_reached = |name: &str| UNREACHABLE.iter().any(|part| name.contains(part));
    for function in module.funcs.iter_mut() {
        let FunctionKind::Local(local) = &mut function.kind else { continue };
        if function.name.as_deref().is_some_and(can_not_be_reached) {
            let mut body = local.builder_mut().func_body();
            body.instrs_mut().clear();
            body.unreachable();
        }
    }
    gc::run(module);
}
