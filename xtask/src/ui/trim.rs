//! Code that a page can't reach, or whose words nobody hears, though no compiler knows.

use walrus::{
    FunctionId, FunctionKind, InstrLocId, LocalFunction, Module,
    ir::{self, Instr, Unreachable, VisitorMut},
    passes::gc,
};

/// Functions, each by parts of its name.
const UNREACHABLE: [&[&str]; 4] = [
    // What std prints a backtrace with. One is captured only where the environment asks for it, and a page has none.
    &["rustc_demangle"],
    &["backtrace_rs"],
    // What a panic says: std writes it to where a page has nothing. Without words it stops the program all the same.
    &["core", "panicking", "panic_fmt"],
    // The chain of an error that a component throws: none of ours does.
    &["anyhow", "ErrorImpl", "debug"],
];

/// What writes an element's attribute, and what it writes fractions with: none of our attributes is one.
const ATTRIBUTE: [&str; 2] = ["WebsysDom", "set_attribute"];
const FRACTION: [&str; 2] = ["fmt", "float_to_decimal"];

/// Empties the functions that can't be reached, and drops what only they called.
pub(super) fn trim(module: &mut Module) {
    let of = |function: &walrus::Function, parts: &[&str]| {
        function.name.as_deref().is_some_and(|name| parts.iter().all(|part| name.contains(part)))
    };
    let fractions =
        module.funcs.iter().filter(|function| of(function, &FRACTION)).map(|function| function.id()).collect();
    let mut no_fraction = Without { functions: fractions };
    for function in module.funcs.iter_mut() {
        let is_unreachable = UNREACHABLE.iter().any(|parts| of(function, parts));
        let is_attribute = of(function, &ATTRIBUTE);
        let FunctionKind::Local(local) = &mut function.kind else { continue };
        if is_unreachable {
            empty(local);
        } else if is_attribute {
            let entry = local.entry_block();
            ir::dfs_pre_order_mut(&mut no_fraction, local, entry);
        }
    }
    gc::run(module);
}

fn empty(function: &mut LocalFunction) {
    let mut body = function.builder_mut().func_body();
    body.instrs_mut().clear();
    body.unreachable();
}

/// Stops where one of these would be called.
struct Without {
    functions: Vec<FunctionId>,
}

impl VisitorMut for Without {
    fn visit_instr_mut(&mut self, instr: &mut Instr, _: &mut InstrLocId) {
        if matches!(instr, Instr::Call(call) if self.functions.contains(&call.func)) {
            *instr = Instr::Unreachable(Unreachable {});
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{FunctionBuilder, ValType};

    /// Adds a function that calls the others one after the other.
    fn function(module: &mut Module, name: &str, calls: &[FunctionId]) -> FunctionId {
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[] as &[ValType]);
        builder.name(name.to_owned());
        for called in calls {
            builder.func_body().call(*called);
        }
        builder.finish(Vec::new(), &mut module.funcs)
    }

    #[test]
    fn what_only_a_panic_or_a_fraction_needs_goes() {
        let mut module = Module::default();
        let words = function(&mut module, "std::io::write", &[]);
        let panic = function(&mut module, "core[1a]::panicking::panic_fmt", &[words]);
        let digits = function(&mut module, "core[1a]::fmt::float::float_to_decimal_common_shortest::<f64>", &[]);
        let text = function(&mut module, "set_text", &[]);
        let attribute = function(&mut module, "<WriteMutations for WebsysDom>::set_attribute", &[text, digits]);
        let main = function(&mut module, "main", &[attribute, panic]);
        module.exports.add("main", main);
        trim(&mut module);
        let left: Vec<_> = module.funcs.iter().map(|function| function.id()).collect();
        assert!([main, panic, attribute, text].iter().all(|id| left.contains(id)), "{left:?}");
        assert!(!left.contains(&words) && !left.contains(&digits), "{left:?}");
    }

    #[test]
    fn fractions_stay_where_a_page_shows_them() {
        let mut module = Module::default();
        let digits = function(&mut module, "core[1a]::fmt::float::float_to_decimal_common_shortest::<f64>", &[]);
        let shown = function(&mut module, "<f64 as Display>::fmt", &[digits]);
        module.exports.add("shown", shown);
        trim(&mut module);
        assert!(module.funcs.iter().any(|function| function.id() == digits));
    }
}
