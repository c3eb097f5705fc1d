//! Windows of a chart: which nights they hold, and which came before.

use crate::api::ChartWindow;
use jiff::civil::{Date, ISOWeekDate, Weekday};

/// Nights from and to, `YYYYMMDD`, both inside.
pub type Nights = (u32, u32);

/// The nights of a window that holds `night`; nothing for all nights.
///
/// A week goes from Monday to Sunday, a month is the calendar's.
pub fn nights(window: ChartWindow, night: u32) -> Option<Nights> {
    let date = date(night);
    match window {
        ChartWindow::Tonight => Some((night, night)),
        ChartWindow::Week => Some(week(date)),
        ChartWindow::Month => Some(month(date)),
        ChartWindow::Ever => None,
    }
}

/// The nights of the window before; nothing where there is none. The night before tonight is the last one on which
/// anything was heard (`last_night`): a bar may be closed on Mondays.
pub fn nights_before(window: ChartWindow, night: u32, last_night: Option<u32>) -> Option<Nights> {
    let (first, _) = nights(window, night)?;
    let before = date(first).yesterday().ok()?;
    match window {
        ChartWindow::Tonight => last_night.map(|last| (last, last)),
        ChartWindow::Week => Some(week(before)),
        ChartWindow::Month => Some(month(before)),
        ChartWindow::Ever => None,
    }
}

/// The night a year before, and those around it, the nearest first: three on either side, so that the same day of the week
/// is among them, and a bar that was closed on that date still has its "a year ago".
pub fn a_year_before(night: u32) -> Vec<u32> {
    let then = date(night).saturating_sub(jiff::Span::new().years(1));
    let around = [0, -1, 1, -2, 2, -3, 3];
    around.into_iter().map(|days| number(then.saturating_add(jiff::Span::new().days(days)))).collect()
}

fn week(date: Date) -> Nights {
    let monday = ISOWeekDate::from(date);
    let monday = ISOWeekDate::new(monday.year(), monday.week(), Weekday::Monday).map_or(date, Date::from);
    let sunday = monday.saturating_add(jiff::Span::new().days(6));
    (number(monday), number(sunday))
}

fn month(date: Date) -> Nights {
    (number(date.first_of_month()), number(date.last_of_month()))
}

/// The day of a night's number; one that can't be read is the first there is.
pub(crate) fn date(night: u32) -> Date {
    let part = |value: u32| i8::try_from(value % 100).unwrap_or(0);
    let year = i16::try_from(night / 10_000).unwrap_or(0);
    Date::new(year, part(night / 100), part(night)).unwrap_or(Date::ZERO)
}

fn number(date: Date) -> u32 {
    u32::try_from(i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_monday_to_sunday_also_over_the_turn_of_the_year() {
        assert_eq!(nights(ChartWindow::Week, 20261231), Some((20261228, 20270103)));
        assert_eq!(nights(ChartWindow::Week, 20270103), Some((20261228, 20270103)));
        assert_eq!(nights_before(ChartWindow::Week, 20270103, None), Some((20261221, 20261227)));
    }

    #[test]
    fn months_follow_the_calendar() {
        assert_eq!(nights(ChartWindow::Month, 20280210), Some((20280201, 20280229)));
        assert_eq!(nights_before(ChartWindow::Month, 20280331, None), Some((20280201, 20280229)));
        assert_eq!(nights_before(ChartWindow::Month, 20260105, None), Some((20251201, 20251231)));
    }

    #[test]
    fn tonight_is_compared_with_the_last_night_that_had_music() {
        assert_eq!(nights(ChartWindow::Tonight, 20260331), Some((20260331, 20260331)));
        assert_eq!(nights_before(ChartWindow::Tonight, 20260331, Some(20260328)), Some((20260328, 20260328)));
        assert_eq!(nights_before(ChartWindow::Tonight, 20260331, None), None);
    }

    #[test]
    fn a_year_ago_is_the_same_date_or_the_nearest() {
        let around = [20250331, 20250330, 20250401, 20250329, 20250402, 20250328, 20250403];
        assert_eq!(a_year_before(20260331), around);
        assert_eq!(a_year_before(20280229)[..3], [20270228, 20270227, 20270301], "there was no 29th");
        assert_eq!(a_year_before(20260101)[..3], [20250101, 20241231, 20250102]);
    }

    #[test]
    fn all_nights_have_none_before() {
        assert_eq!(nights(ChartWindow::Ever, 20260331), None);
        assert_eq!(nights_before(ChartWindow::Ever, 20260331, Some(20260330)), None);
    }
}
