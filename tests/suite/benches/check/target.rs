//! What the product is to reach, beside what was measured.

use std::fmt::Display;

/// A number to reach.
pub struct Target {
    what: &'static str,
    wanted: String,
    /// None where it was not measured.
    measured: Option<Measured>,
}

struct Measured {
    text: String,
    met: bool,
}

impl Target {
    /// One that must not be exceeded.
    pub fn at_most(what: &'static str, most: f64, unit: &str, measured: Option<f64>) -> Self {
        Self::new(what, ("at most", most), unit, measured, |it| it <= most)
    }

    /// One that must not be missed.
    pub fn at_least(what: &'static str, least: f64, unit: &str, measured: Option<f64>) -> Self {
        Self::new(what, ("at least", least), unit, measured, |it| it >= least)
    }

    fn new(
        what: &'static str,
        (bound, number): (&str, impl Display),
        unit: &str,
        measured: Option<f64>,
        met: impl Fn(f64) -> bool,
    ) -> Self {
        Self {
            what,
            wanted: format!("{bound} {number}{unit}"),
            measured: measured.map(|it| Measured {
                text: format!("{}{unit}", shown(it)),
                met: met(it),
            }),
        }
    }

    pub fn cells(&self) -> [String; 4] {
        let (text, met) = match &self.measured {
            None => ("not measured", "?"),
            Some(measured) if measured.met => (measured.text.as_str(), "yes"),
            Some(measured) => (measured.text.as_str(), "NO"),
        };
        [
            self.what.into(),
            self.wanted.clone(),
            text.into(),
            met.into(),
        ]
    }
}

/// As many digits as tell a miss from a hit.
fn shown(number: f64) -> String {
    match number {
        _ if number >= 100.0 => format!("{number:.0}"),
        _ if number >= 10.0 => format!("{number:.1}"),
        _ if number.fract() == 0.0 => format!("{number:.0}"),
        _ => format!("{number:.3}"),
    }
}
