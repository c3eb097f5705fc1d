//! Moments and lengths as people read them; moments always in the venue's zone.

use super::words::Lang;
use js_sys::{Array, Function, Object, Reflect};
use jukeline_app::{
    api::Price,
    time::{MINUTE, SECOND, Timestamp},
};
use std::{cell::RefCell, collections::HashMap};
use wasm_bindgen::{JsCast, JsValue};

/// Which parts of a moment are shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    Time,
    Day,
    Date,
}

thread_local! {
    /// Bound `format` functions: making one costs far more than calling it.
    static FORMATS: RefCell<HashMap<(Shape, Lang, String), Option<Function>>> = RefCell::default();
}

/// `21:19` in the IANA zone.
pub fn time(lang: Lang, at: Timestamp, zone: &str) -> String {
    shown(Shape::Time, lang, at, zone)
}

/// `Friday, 27 March` in the IANA zone.
pub fn day(lang: Lang, at: Timestamp, zone: &str) -> String {
    shown(Shape::Day, lang, at, zone)
}

/// The calendar day in the IANA zone, `2026-03-27`: for comparing.
pub fn date(at: Timestamp, zone: &str) -> String {
    shown(Shape::Date, Lang::En, at, zone)
}

/// `Friday, 27 March` for a night of the form `YYYYMMDD`, with its year where that isn't the year of `now`; empty where it
/// is no date.
pub fn night(lang: Lang, night: u32, now: Timestamp) -> String {
    let (year, month, day) = (night / 10_000, night / 100 % 100, night % 100);
    let noon = js_sys::Date::parse(&format!("{year:04}-{month:02}-{day:02}T12:00:00Z"));
    if noon.is_nan() {
        return String::new();
    }
    let words = self::day(lang, Timestamp(noon as i64), "UTC");
    let is_this_year = js_sys::Date::new(&JsValue::from_f64(now.0 as f64)).get_full_year() == year;
    if is_this_year { words } else { format!("{words} {year}") }
}

/// `3:12`; `1:02:09` from an hour on. Negative lengths show as `0:00`.
pub fn length(ms: i64) -> String {
    let seconds = (ms / SECOND).max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Whole minutes, rounded up, at least 1.
pub fn minutes(ms: i64) -> i64 {
    ((ms + MINUTE - 1) / MINUTE).max(1)
}

/// `€9.50`, `9,50 €`: an amount with its currency's own number of decimals.
pub fn money(lang: Lang, price: &Price) -> String {
    let major = price.minor as f64 / 10_f64.powi(i32::from(price.decimals));
    let format = || {
        let options = Object::new();
        let decimals = JsValue::from_f64(f64::from(price.decimals));
        for (key, value) in [
            ("style", JsValue::from("currency")),
            ("currency", JsValue::from(price.currency.as_str())),
            ("minimumFractionDigits", decimals.clone()),
            ("maximumFractionDigits", decimals),
        ] {
            Reflect::set(&options, &key.into(), &value).ok()?;
        }
        let format = construct("NumberFormat", &Array::of2(&locale(lang).into(), &options))?;
        let write: Function = Reflect::get(&format, &"format".into()).ok()?.dyn_into().ok()?;
        write.call1(&JsValue::UNDEFINED, &JsValue::from_f64(major)).ok()?.as_string()
    };
    format().unwrap_or_else(|| format!("{major} {}", price.currency))
}

/// The device's own IANA zone, for pages that belong to no venue.
pub fn device_zone() -> String {
    let options = construct("DateTimeFormat", &Array::new()).and_then(|format| {
        let resolve: Function = Reflect::get(&format, &"resolvedOptions".into()).ok()?.dyn_into().ok()?;
        resolve.call0(&format).ok()
    });
    options.and_then(|o| Reflect::get(&o, &"timeZone".into()).ok()?.as_string()).unwrap_or_else(|| "UTC".into())
}

fn shown(shape: Shape, lang: Lang, at: Timestamp, zone: &str) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(at.0 as f64));
    let formatted = FORMATS.with_borrow_mut(|formats| {
        let format = formats.entry((shape, lang, zone.to_string())).or_insert_with(|| {
            // A zone that this browser doesn't know would throw.
            bound_format(shape, lang, zone).or_else(|| bound_format(shape, lang, "UTC"))
        });
        format.as_ref()?.call1(&JsValue::UNDEFINED, &date).ok()?.as_string()
    });
    formatted.unwrap_or_default()
}

fn bound_format(shape: Shape, lang: Lang, zone: &str) -> Option<Function> {
    let parts: &[(&str, &str)] = match shape {
        Shape::Time => &[("hour", "2-digit"), ("minute", "2-digit"), ("hourCycle", "h23")],
        Shape::Day => &[("weekday", "long"), ("day", "numeric"), ("month", "long")],
        Shape::Date => &[("year", "numeric"), ("month", "2-digit"), ("day", "2-digit")],
    };
    let options = Object::new();
    for (key, value) in parts.iter().chain([&("timeZone", zone)]) {
        Reflect::set(&options, &(*key).into(), &(*value).into()).ok()?;
    }
    let locale = match (shape, lang) {
        (Shape::Date, _) => "sv-SE",
        (_, lang) => locale(lang),
    };
    let format = construct("DateTimeFormat", &Array::of2(&locale.into(), &options))?;
    Reflect::get(&format, &"format".into()).ok()?.dyn_into().ok()
}

fn locale(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en-GB",
        Lang::De => "de-DE",
    }
}

/// A new object of one of `Intl`'s classes.
fn construct(class: &str, arguments: &Array) -> Option<JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let class: Function = Reflect::get(&intl, &class.into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&class, arguments).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_on_a_sleeve() {
        assert_eq!(length(192_400), "3:12");
        assert_eq!(length(3_729_000), "1:02:09");
        assert_eq!(length(-5), "0:00");
        assert_eq!((minutes(1), minutes(60_000), minutes(60_001)), (1, 1, 2));
    }
}
