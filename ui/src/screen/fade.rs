//! One song's end below the next one's beginning.

use std::f64::consts::FRAC_PI_2;

/// Two songs that overlap for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fade {
    /// The element that goes.
    pub(super) which: usize,
    /// Its song's gain, 1 = as it is in its file.
    pub(super) gain: f64,
    /// When it began, on the page's monotonic clock in milliseconds.
    pub(super) begun: f64,
    /// How long it takes, in milliseconds.
    pub(super) takes: f64,
    /// What becomes of the loudness of both.
    pub(super) curve: Curve,
}

/// How the loudness of two songs that overlap changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Curve {
    /// One goes as the other comes.
    Cross,
    /// Both are as loud as they are.
    Flat,
}

impl Fade {
    /// How far it is at this moment: 0 to 1.
    fn done(self, now: f64) -> f64 {
        ((now - self.begun) / self.takes.max(1.0)).clamp(0.0, 1.0)
    }

    /// Whether it is over.
    pub(super) fn is_over(self, now: f64) -> bool {
        self.done(now) >= 1.0
    }

    /// How loud the song that goes is, of its own loudness.
    pub(super) fn falling(self, now: f64) -> f64 {
        match self.curve {
            Curve::Cross => (self.done(now) * FRAC_PI_2).cos(),
            Curve::Flat => 1.0,
        }
    }

    /// How loud the song that comes is, of its own loudness. Of two songs that have nothing to do with each other the
    /// powers add up, and theirs is the same all the way.
    pub(super) fn rising(self, now: f64) -> f64 {
        match self.curve {
            Curve::Cross => (self.done(now) * FRAC_PI_2).sin(),
            Curve::Flat => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_as_the_other_comes_and_together_they_stay_as_loud() {
        let fade = Fade { which: 0, gain: 1.0, begun: 1_000.0, takes: 4_000.0, curve: Curve::Cross };
        assert_eq!((fade.falling(1_000.0), fade.rising(1_000.0)), (1.0, 0.0));
        assert!(!fade.is_over(4_999.0));
        for now in [1_000.0, 2_000.0, 3_000.0, 4_000.0, 5_000.0] {
            let power = fade.falling(now).powi(2) + fade.rising(now).powi(2);
            assert!((power - 1.0).abs() < 1e-9, "{power} at {now}");
        }
        assert!(fade.is_over(5_000.0) && fade.falling(9_000.0) < 1e-9);
    }

    #[test]
    fn what_rings_out_changes_no_loudness() {
        let fade = Fade { which: 0, gain: 1.0, begun: 1_000.0, takes: 4_000.0, curve: Curve::Flat };
        assert_eq!((fade.falling(4_900.0), fade.rising(1_000.0)), (1.0, 1.0));
        assert!(!fade.is_over(4_999.0) && fade.is_over(5_000.0));
    }
}
