//! Time zones as this browser knows them.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::JsCast;

/// IANA names by `Intl.supportedValuesOf`, with `guess` among them in any case.
pub(super) fn zones(guess: &str) -> Vec<String> {
    let mut zones = supported().unwrap_or_default();
    for zone in [guess, "UTC"] {
        if !zones.iter().any(|known| known == zone) {
            zones.insert(0, zone.to_string());
        }
    }
    zones
}

fn supported() -> Option<Vec<String>> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let values_of: Function = Reflect::get(&intl, &"supportedValuesOf".into()).ok()?.dyn_into().ok()?;
    let values: Array = values_of.call1(&intl, &"timeZone".into()).ok()?.dyn_into().ok()?;
    Some(values.iter().filter_map(|value| value.as_string()).collect())
}
