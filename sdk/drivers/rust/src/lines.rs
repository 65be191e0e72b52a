//! Cuts a stream of bytes into lines (SPEC R-1.1, R-1.4).

pub const MAX_LINE_BYTES: usize = 1 << 20; // with the line feed

pub enum Line<'a> {
    Text(&'a [u8]),
    TooLong,
}

/// Keeps at most one line: a longer one is reported once and skipped to its line feed.
#[derive(Default)]
pub struct LineReader {
    kept: Vec<u8>,
    skipping: bool,
}

impl LineReader {
    /// Calls `take` for each finished line, without its end and without empty ones, until it answers false.
    pub fn feed(&mut self, mut chunk: &[u8], mut take: impl FnMut(Line) -> bool) -> bool {
        while let Some(end) = chunk.iter().position(|byte| *byte == b'\n') {
            let part = &chunk[..end];
            chunk = &chunk[end + 1..];
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            let kept = std::mem::take(&mut self.kept);
            let joined = if kept.is_empty() { Vec::new() } else { [kept.as_slice(), part].concat() };
            let line = if kept.is_empty() { part } else { &joined };
            let text = line.strip_suffix(b"\r").unwrap_or(line);
            let more = match line.len() + 1 > MAX_LINE_BYTES {
                true => take(Line::TooLong),
                false => text.is_empty() || take(Line::Text(text)),
            };
            if !more {
                return false;
            }
        }
        if self.skipping {
            return true;
        }
        self.kept.extend_from_slice(chunk);
        if self.kept.len() + 1 > MAX_LINE_BYTES {
            self.kept = Vec::new();
            self.skipping = true;
            return take(Line::TooLong);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(chunks: &[&[u8]]) -> Vec<String> {
        let mut reader = LineReader::default();
        let mut lines = Vec::new();
        for chunk in chunks {
            reader.feed(chunk, |line| {
                lines.push(match line {
                    Line::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    Line::TooLong => "TOO LONG".to_string(),
                });
                true
            });
        }
        lines
    }

    #[test]
    fn joins_pieces_and_leaves_empty_lines_out() {
        assert_eq!(cut(&[b"a", b"b\n\r\n\nc\r\nd"]), ["ab", "c"]);
    }

    #[test]
    fn reports_a_long_line_once() {
        let half = vec![b'x'; MAX_LINE_BYTES / 2];
        assert_eq!(cut(&[&half, &half, &half, b"\nnext\n"]), ["TOO LONG", "next"]);
        let fits = "x".repeat(MAX_LINE_BYTES - 1);
        assert_eq!(cut(&[fits.as_bytes(), b"\n"]), [fits]);
    }
}
