//! The venue's wall clock: opening hours and nights in its own time zone.

use crate::{
    charts::date,
    rules::{HouseClock, Opening},
    time::{MINUTE, Timestamp},
};
use jiff::{ZonedDateTime, civil::Date, tz::TimeZone};

/// A time zone name that the IANA database doesn't have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no time zone called {0:?} (for instance \"Europe/Berlin\")")]
pub struct UnknownTimeZone(pub String);

/// Checks an IANA time zone name.
pub fn check_zone(zone: &str) -> Result<(), UnknownTimeZone> {
    TimeZone::get(zone).map(|_| ()).map_err(|_| UnknownTimeZone(zone.into()))
}

/// A night without hours of its own turns at this minute of the day: 6:00.
const NIGHT_TURNS: u16 = 6 * 60;

/// Reads the venue's wall clock at `now`. An unknown zone reads as UTC: it was checked when it was set.
pub fn house_clock(now: Timestamp, zone: &str, hours: &[Opening]) -> HouseClock {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let local = instant.to_zoned_datetime(zone);
    let minute = minute_of(&local);
    let today = local.date();
    let current =
        [today.yesterday().ok(), Some(today)].into_iter().flatten().find_map(|date| opening_on(date, &local, hours));
    let night = match current {
        Some((date, _)) => date,
        None if minute < NIGHT_TURNS => today.yesterday().unwrap_or(today),
        None => today,
    };
    HouseClock {
        minute_of_day: minute,
        open: hours.is_empty() || current.is_some(),
        closes_at: current.map(|(_, closes)| closes),
        night: number(night),
    }
}

/// The calendar day of a moment, such as `2026-01-31`. An unknown zone reads as UTC.
pub fn day(at: Timestamp, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let instant = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.to_zoned_datetime(zone).date().to_string()
}

/// When a calendar month begins and ends on the wall clock; nothing for a month that there isn't.
pub fn month_span(zone: &str, year: i16, month: i8) -> Option<(Timestamp, Timestamp)> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let first = Date::new(year, month, 1).ok()?;
    let next = first.last_of_month().tomorrow().ok()?;
    let begins = |date: Date| {
        let zoned = date.at(0, 0, 0, 0).to_zoned_datetime(zone.clone()).ok()?;
        Some(Timestamp(zoned.timestamp().as_millisecond()))
    };
    Some((begins(first)?, begins(next)?))
}

/// A night of a venue on its wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NightSpan {
    /// The day that it is called by: 0 = Monday … 6 = Sunday.
    pub day: u8,
    /// When it opens.
    pub opens: Timestamp,
    /// When it closes.
    pub closes: Timestamp,
}

/// When the night `YYYYMMDD` opens and closes by the hours of its day, from the first opening to the last closing;
/// nothing where there are none that day. An unknown zone reads as UTC.
pub fn night_span(night: u32, zone: &str, hours: &[Opening]) -> Option<NightSpan> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let (date, day) = (date(night), day_of_week(night));
    let of_day = || hours.iter().filter(|opening| opening.day == day);
    let opens = wall(date, of_day().map(|opening| opening.opens).min()?, &zone)?;
    let closes = wall(date, of_day().map(|opening| opening.closes).max()?, &zone)?;
    Some(NightSpan { day, opens, closes })
}

/// The day that a night `YYYYMMDD` is called by: 0 = Monday … 6 = Sunday.
pub fn day_of_week(night: u32) -> u8 {
    u8::try_from(date(night).weekday().to_monday_zero_offset()).unwrap_or(0)
}

/// The night `YYYYMMDD` so many days before another.
pub fn days_before(night: u32, days: u32) -> u32 {
    number(date(night).saturating_sub(jiff::Span::new().days(days)))
}

fn minute_of(local: &ZonedDateTime) -> u16 {
    u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).unwrap_or(0)
}

/// The opening of `date` that holds `local`, and when it closes on the wall clock (so a night of 23 or 25 hours is right).
fn opening_on(date: Date, local: &ZonedDateTime, hours: &[Opening]) -> Option<(Date, Timestamp)> {
    let day = u8::try_from(date.weekday().to_monday_zero_offset()).ok()?;
    let at = |minutes: u16| wall(date, minutes, local.time_zone());
    let now = Timestamp(local.timestamp().as_millisecond());
    hours.iter().filter(|o| o.day == day).find_map(|o| {
        let (opens, closes) = (at(o.opens)?, at(o.closes)?);
        (opens <= now && now < closes).then_some((date, closes))
    })
}

/// So many minutes of a day's wall clock, which goes on into the next day.
fn wall(date: Date, minutes: u16, zone: &TimeZone) -> Option<Timestamp> {
    let date = if minutes >= 1440 { date.tomorrow().ok()? } else { date };
    let (hour, minute) = (i8::try_from(minutes % 1440 / 60).ok()?, i8::try_from(minutes % 60).ok()?);
    let zoned = date.at(hour, minute, 0, 0).to_zoned_datetime(zone.clone()).ok()?;
    Some(Timestamp(zoned.timestamp().as_millisecond()))
}

fn number(date: Date) -> u32 {
    u32::try_from(i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day())).unwrap_or(0)
}

/// Minutes that the venue's clock is ahead of UTC at `now`.
pub fn utc_offset_minutes(now: Timestamp, zone: &str) -> i32 {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let instant = jiff::Timestamp::from_millisecond(now.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    (i64::from(zone.to_offset(instant).seconds()) * 1000 / MINUTE) as i32
}

/// The moment in RFC 3339, UTC, as CloudEvents' `time` wants it.
pub fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().expect("a timestamp").as_millisecond())
    }

    const FRIDAY: [Opening; 1] = [Opening { day: 4, opens: 18 * 60, closes: 27 * 60 }];

    #[test]
    fn a_night_belongs_to_the_day_it_opened() {
        let clock = house_clock(at("2026-03-28T01:30:00Z"), "Europe/Berlin", &FRIDAY);
        assert!(clock.open, "Saturday 02:30, opened on Friday");
        assert_eq!(clock.night, 20_260_327);
        assert_eq!(clock.closes_at, Some(at("2026-03-28T02:00:00Z")));
        assert!(!house_clock(at("2026-03-28T02:00:00Z"), "Europe/Berlin", &FRIDAY).open);
    }

    #[test]
    fn closing_follows_the_wall_clock_through_a_change_of_time() {
        let saturday = [Opening { day: 5, opens: 20 * 60, closes: 29 * 60 }];
        // Clocks go from 2:00 to 3:00 in this night: 5:00 is an hour sooner.
        let clock = house_clock(at("2026-03-28T22:00:00Z"), "Europe/Berlin", &saturday);
        assert_eq!(clock.closes_at, Some(at("2026-03-29T03:00:00Z")));
    }

    #[test]
    fn a_night_spans_its_opening_on_the_wall_clock() {
        let saturday = [Opening { day: 5, opens: 20 * 60, closes: 29 * 60 }];
        let span = night_span(20_260_328, "Europe/Berlin", &saturday).expect("open");
        assert_eq!((span.day, span.opens, span.closes), (5, at("2026-03-28T19:00:00Z"), at("2026-03-29T03:00:00Z")));
        assert_eq!(night_span(20_260_329, "Europe/Berlin", &saturday), None);
        assert_eq!(house_clock(span.opens, "Europe/Berlin", &saturday).night, 20_260_328);
    }

    #[test]
    fn days_are_counted_back_through_leap_years() {
        assert_eq!(days_before(20_280_301, 1), 20_280_229);
        assert_eq!(days_before(20_260_105, 365), 20_250_105);
    }

    #[test]
    fn no_hours_means_always_open() {
        let clock = house_clock(at("2026-07-01T03:00:00Z"), "UTC", &[]);
        assert!(clock.open && clock.closes_at.is_none());
        assert_eq!(clock.night, 20_260_630);
    }
}
