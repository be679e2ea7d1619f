//! Lines of a terminal that are drawn over and over.

use std::io::{self, Write};

use rustix::termios::tcgetwinsize;

/// Lines when the terminal does not say how many it has.
const LINES: usize = 24;

/// The part of a terminal that the last drawing took.
#[derive(Default)]
pub(super) struct Screen {
    drawn: usize,
}

impl Screen {
    /// Draws `lines` where the last ones were. What does not fit is counted instead: a terminal cannot go back above its top.
    pub(super) fn draw(&mut self, lines: &[String]) {
        let mut out = io::stdout().lock();
        let height = tcgetwinsize(&out).map_or(LINES, |size| usize::from(size.ws_row)).max(4);
        let shown = if lines.len() < height { lines.len() } else { height - 2 };
        let mut text = String::from("\x1b[?7l");
        if self.drawn > 0 {
            text.push_str(&format!("\x1b[{}A", self.drawn));
        }
        for line in lines.iter().take(shown) {
            text.push_str(&format!("\r{line}\x1b[K\n"));
        }
        self.drawn = shown;
        if shown < lines.len() {
            text.push_str(&format!("\r… and {} more stages\x1b[K\n", lines.len() - shown));
            self.drawn += 1;
        }
        text.push_str("\x1b[J\x1b[?7h");
        if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
            std::process::exit(0);
        }
    }

    /// Leaves what is drawn as it stands; the next drawing begins below.
    pub(super) fn forget(&mut self) {
        self.drawn = 0;
    }
}
