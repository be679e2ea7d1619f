//! A lexer that knows just enough Rust: what is code, what is a literal, what is a test, where a function ends.

use std::ops::Range;

/// A Rust file taken apart.
pub struct Source {
    /// The text with comments and the insides of literals blanked; every byte stands where it stood.
    pub code: String,
    /// String literals in order.
    pub literals: Vec<Literal>,
    tests: Vec<Range<usize>>,
    lines: Vec<usize>,
}

/// A string literal.
pub struct Literal {
    /// Offset of its first byte, prefix included.
    pub start: usize,
    /// What stands between the quotes, escapes as written.
    pub text: String,
}

/// A function with a body.
pub struct Function {
    /// Its name, without a path.
    pub name: String,
    /// From `fn` to the closing brace.
    pub span: Range<usize>,
}

impl Source {
    /// Takes `text` apart. Unfinished code is no error: what cannot be closed ends with the text.
    pub fn parse(text: &str) -> Self {
        let mut source = Self::blank(text);
        source.tests = tests(&source.code);
        source
    }

    /// Like [`Source::parse`], for a file that is test code as a whole.
    pub fn all_test(text: &str) -> Self {
        let mut source = Self::blank(text);
        source.tests.push(0..text.len() + 1);
        source
    }

    fn blank(text: &str) -> Self {
        let (code, literals) = Lexer::new(text).run();
        let starts = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(starts).collect();
        Self { code, literals, tests: Vec::new(), lines }
    }

    /// The line, from 1, of the byte at `offset`.
    pub fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset)
    }

    /// Whether the byte at `offset` belongs to a test.
    pub fn in_test(&self, offset: usize) -> bool {
        self.tests.iter().any(|test| test.contains(&offset))
    }

    /// How many lines the file has outside of tests.
    pub fn lines_without_tests(&self) -> usize {
        let end = self.code.len();
        let outside = |start: &usize| *start < end && !self.in_test(*start);
        self.lines.iter().filter(|start| outside(start)).count()
    }

    /// Offsets outside of tests at which the identifier `word` stands in the code.
    pub fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        words(&self.code, word).filter(|at| !self.in_test(*at))
    }

    /// Functions with bodies, tests left out.
    pub fn functions(&self) -> Vec<Function> {
        self.words("fn").filter_map(|at| function(&self.code, at)).collect()
    }

    /// The code before `offset`, without white space at its end.
    pub fn before(&self, offset: usize) -> &str {
        self.code[..offset].trim_end()
    }
}

/// Offsets at which the identifier `word` stands in `code`.
pub fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let name = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = code.as_bytes();
    code.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !name(before) && !name(bytes.get(at + word.len()))
    })
}

/// The end, exclusive, of the bracketed text that opens at `open`.
pub fn closing(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// The identifier at the beginning of `code`, empty if there is none.
pub fn identifier(code: &str) -> &str {
    let end = code.find(|character: char| !character.is_alphanumeric() && character != '_');
    &code[..end.unwrap_or(code.len())]
}

/// The end of the item that begins at `from`: its `;`, or the brace that closes it.
fn item_end(code: &str, from: usize) -> (usize, bool) {
    let mut at = from;
    while let Some(byte) = code.as_bytes().get(at) {
        match byte {
            b';' => return (at + 1, false),
            b'{' => return (closing(code, at), true),
            b'(' | b'[' => at = closing(code, at),
            _ => at += 1,
        }
    }
    (code.len(), false)
}

fn function(code: &str, at: usize) -> Option<Function> {
    let rest = code[at + 2..].trim_start();
    let name = identifier(rest);
    let (end, body) = item_end(code, at);
    (!name.is_empty() && body).then(|| Function { name: name.to_owned(), span: at..end })
}

/// Regions under an attribute such as `#[cfg(test)]`.
fn tests(code: &str) -> Vec<Range<usize>> {
    let mut regions: Vec<Range<usize>> = Vec::new();
    for (at, _) in code.match_indices("#[cfg(") {
        let attribute = at + 1..closing(code, at + 1);
        let condition = &code[attribute.clone()];
        let inside = regions.last().is_some_and(|region| region.contains(&at));
        if inside || condition.contains("not(") || words(condition, "test").next().is_none() {
            continue;
        }
        regions.push(at..item_end(code, attribute.end).0);
    }
    regions
}

/// Blanks comments and literals byte by byte.
struct Lexer<'a> {
    text: &'a str,
    code: Vec<u8>,
    literals: Vec<Literal>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, code: text.as_bytes().to_vec(), literals: Vec::new() }
    }

    fn run(mut self) -> (String, Vec<Literal>) {
        let mut at = 0;
        while let Some(rest) = self.text.as_bytes().get(at..).filter(|rest| !rest.is_empty()) {
            at = match rest {
                [b'/', b'/', ..] => self.erase(at, self.find(at, "\n")),
                [b'/', b'*', ..] => self.erase(at, self.comment_end(at)),
                [b'"', ..] => self.string(at),
                [b'r', b'"' | b'#', ..] => self.raw_string(at),
                [b'\'', ..] => self.quote(at),
                _ => at + 1,
            };
        }
        (String::from_utf8_lossy(&self.code).into_owned(), self.literals)
    }

    fn erase(&mut self, from: usize, to: usize) -> usize {
        for byte in &mut self.code[from..to] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        to
    }

    /// Where `what` next begins, from `at` on.
    fn find(&self, at: usize, what: &str) -> usize {
        self.text[at..].find(what).map_or(self.text.len(), |found| at + found)
    }

    fn comment_end(&self, at: usize) -> usize {
        let (mut end, mut depth) = (at + 2, 1);
        while depth > 0 && end < self.text.len() {
            match self.text.as_bytes().get(end..end + 2) {
                Some(b"*/") => (end, depth) = (end + 2, depth - 1),
                Some(b"/*") => (end, depth) = (end + 2, depth + 1),
                _ => end += 1,
            }
        }
        end
    }

    fn string(&mut self, at: usize) -> usize {
        let mut end = at + 1;
        while let Some(byte) = self.text.as_bytes().get(end) {
            match byte {
                b'"' => break,
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        self.literal(at, at + 1, end, 1)
    }

    fn raw_string(&mut self, at: usize) -> usize {
        let hashes = self.text.as_bytes()[at + 1..].iter().take_while(|byte| **byte == b'#').count();
        let open = at + 1 + hashes;
        if self.text.as_bytes().get(open) != Some(&b'"') {
            return at + 1;
        }
        let close = format!("\"{}", "#".repeat(hashes));
        self.literal(at, open + 1, self.find(open + 1, &close), close.len())
    }

    fn literal(&mut self, start: usize, from: usize, to: usize, closing: usize) -> usize {
        let to = to.min(self.text.len());
        self.literals.push(Literal { start, text: self.text.get(from..to).unwrap_or_default().to_owned() });
        self.erase(from, to);
        (to + closing).min(self.text.len())
    }

    /// A character literal, or the beginning of a lifetime.
    fn quote(&mut self, at: usize) -> usize {
        let mut rest = self.text[at + 1..].chars();
        match (rest.next(), rest.next()) {
            (Some('\\'), Some(escaped)) => {
                let end = self.find(at + 2 + escaped.len_utf8(), "'");
                (self.erase(at + 1, end) + 1).min(self.text.len())
            }
            (Some(character), Some('\'')) => self.erase(at + 1, at + 1 + character.len_utf8()) + 1,
            _ => at + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked_in_place() {
        let text = "a /* \" /* } */ */ b // \"x\n\"{\\\"\" r#\"}\"{\"# '{' '\\'' 'a fn r#type";
        let source = Source::parse(text);
        assert_eq!(source.code.len(), text.len());
        assert!(!source.code.contains(['{', '}']), "{}", source.code);
        assert!(source.code.ends_with("'a fn r#type"), "{}", source.code);
        let texts: Vec<&str> = source.literals.iter().map(|literal| literal.text.as_str()).collect();
        assert_eq!(texts, ["{\\\"", "}\"{"]);
    }

    #[test]
    fn tests_are_found_and_left_out_of_lines_and_functions() {
        let text = "fn a() {\n}\n#[cfg(test)]\nmod tests {\n fn b() {}\n}\n#[cfg(not(test))]\nfn c() {}\n";
        let source = Source::parse(text);
        assert_eq!(source.lines_without_tests(), 4);
        let names: Vec<String> = source.functions().into_iter().map(|function| function.name).collect();
        assert_eq!(names, ["a", "c"]);
    }

    #[test]
    fn a_function_ends_with_its_body() {
        let text =
            "trait T { fn none(&self); }\nfn some<F: Fn(u8)>(f: F) -> [u8; 2] where F: Copy {\n { }\n}\nstruct S;";
        let source = Source::parse(text);
        let functions = source.functions();
        assert_eq!(functions.len(), 1);
        let lines = |offset| source.line(offset);
        assert_eq!((lines(functions[0].span.start), lines(functions[0].span.end - 1)), (2, 4));
    }
}
