//! A summary as one HTML file that needs nothing else.

use askama::Template;

use super::sections::{Section, headline, sections};
use crate::Summary;

/// As high as the highest bar, and as wide as a month with its gap, in units of the drawing.
const HEIGHT: usize = 100;
const MONTH: usize = 56;

/// Renders a summary.
pub fn html(summary: &Summary) -> String {
    let page = Page {
        run: summary.run,
        from: &summary.remotes_from,
        when: summary.planned.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        headline: headline(summary),
        sections: sections(summary),
        bars: bars(summary),
        height: HEIGHT,
    };
    page.render()
        .expect("text in memory can always be written to")
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    run: i64,
    from: &'a str,
    when: String,
    headline: String,
    sections: Vec<Section>,
    bars: Vec<Bar>,
    height: usize,
}

impl Page<'_> {
    fn width(&self) -> usize {
        self.bars.len() * MONTH
    }
}

/// The certificates that end in one month.
struct Bar {
    month: String,
    count: usize,
    left: usize,
    top: usize,
    height: usize,
}

impl Bar {
    fn middle(&self) -> usize {
        self.left + (MONTH - 8) / 2
    }

    fn above(&self) -> usize {
        self.top.saturating_sub(4)
    }
}

fn bars(summary: &Summary) -> Vec<Bar> {
    let mut months: Vec<(String, usize)> = Vec::new();
    for end in &summary.certificates {
        let month: String = end.day.chars().take("2027-01".len()).collect();
        match months.last_mut() {
            Some((last, count)) if *last == month => *count += end.remotes.len(),
            Some(_) | None => months.push((month, end.remotes.len())),
        }
    }
    let most = months.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let bars = months.into_iter().enumerate();
    bars.map(|(number, (month, count))| {
        let height = (count * HEIGHT / most).max(1);
        Bar {
            month,
            count,
            left: number * MONTH,
            top: 20 + HEIGHT - height,
            height,
        }
    })
    .collect()
}
