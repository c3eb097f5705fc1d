//! Short names between a program and its script. wasm-bindgen's own carry a hash each, which no compressor shortens, and
//! stand in both files.

use std::collections::BTreeMap;

use walrus::Module;

/// How the names of wasm-bindgen's own making begin. Others belong to browsers, snippets or people.
const GENERATED: [&str; 3] = ["__wbg_", "__wbindgen_", "wasm_bindgen__"];
/// What short names begin with: nothing that wasm-bindgen writes has it.
const MARK: char = '$';

/// From generated names to short ones.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// Renames what the program imports and exports under a generated name.
    pub(super) fn shorten(module: &mut Module) -> Self {
        let mut names = Self::default();
        for import in module.imports.iter_mut().filter(|import| is_generated(&import.name)) {
            import.name = names.short(&import.name);
        }
        for export in module.exports.iter_mut().filter(|export| is_generated(&export.name)) {
            export.name = names.short(&export.name);
        }
        names
    }

    fn short(&mut self, name: &str) -> String {
        let next = format!("{MARK}{:x}", self.0.len());
        self.0.entry(name.to_owned()).or_insert(next).clone()
    }

    /// The script with the same names.
    pub(super) fn in_script(&self, script: &str) -> String {
        let mut renamed = String::with_capacity(script.len());
        let mut rest = script;
        while let Some(from) = rest.find(is_of_a_name) {
            let (before, name) = rest.split_at(from);
            let (name, after) = name.split_at(name.find(|c| !is_of_a_name(c)).unwrap_or(name.len()));
            renamed.push_str(before);
            renamed.push_str(self.0.get(name).map_or(name, String::as_str));
            rest = after;
        }
        renamed.push_str(rest);
        renamed
    }
}

fn is_generated(name: &str) -> bool {
    GENERATED.iter().any(|beginning| name.starts_with(beginning))
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == MARK
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_are_replaced_and_nothing_else() {
        let mut names = Names::default();
        assert_eq!((names.short("__wbg_new_12ab"), names.short("__wbg_new_12")), ("$0".into(), "$1".into()));
        assert_eq!(names.short("__wbg_new_12ab"), "$0");
        let script = "__wbg_new_12ab: () => wasm.__wbg_new_12(x), __wbg_new_12abc: 1";
        assert_eq!(names.in_script(script), "$0: () => wasm.$1(x), __wbg_new_12abc: 1");
    }
}
