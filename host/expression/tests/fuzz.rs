//! Fuzzing on the stable toolchain: grammar and bytes, mutated by a seeded generator, for as long as
//! `EXPRESSION_FUZZ_SECONDS` says (2 by default), from the seed that `EXPRESSION_FUZZ_SEED` says (1 by default). A panic or a
//! hang is a failure and prints its seed and input; one that ends the process leaves them in `fuzz-input.txt` in the folder
//! `tmp` of cargo's target folder.
use std::fs::File;
use std::io::{Seek, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use expression::{Environment, Evaluated, Execution, Limits, Options, Root, Template, Walk, evaluate_value};
use serde_json::{Value, json};

const PIECES: &[&str] = &[
    "1",
    "0",
    "-1",
    "2147483647",
    "9223372036854775807L",
    "1e308",
    "0.1f",
    "'a'",
    "''",
    "\"b\"",
    "'it''s'",
    "true",
    "null",
    "{}",
    "{:}",
    "{1,2,3}",
    "{a:1}",
    "#root",
    "#this",
    "#x",
    "qty",
    "name",
    "list",
    "m",
    "rows",
    "missing",
    "execution",
    "trigger",
    "parameters",
    "eq",
    "new",
    "T",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "?",
    "?:",
    "?.",
    "?[",
    "![",
    "^[",
    "$[",
    ".",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "==",
    "!=",
    "<",
    ">",
    "<=",
    ">=",
    " and ",
    " or ",
    "!",
    " not ",
    " matches ",
    " between ",
    " instanceof ",
    " div ",
    " mod ",
    "=",
    "++",
    "--",
    "@",
    "&",
    "|",
    "\\",
    "'",
    "\"",
    "$",
    "${",
    "}",
    "#",
    ".size()",
    ".length",
    ".![#this]",
    ".?[true]",
    ".^[#this > 1]",
    ".keySet()",
    ".values()",
    ".split(',')",
    ".replaceAll('(.*)*', '$1')",
    ".repeat(100000000)",
    ".substring(1)",
    ".indent(2147483647)",
    ".toCharArray()",
    "T(String).format('%2147483647d', 1)",
    "T(String).format('%s %,.3f %tF', 'a', 2.5, 0L)",
    "T(Math).max(1, 2)",
    "T(java.time.LocalDate).of(2024, 1, 31)",
    ".plusDays(9223372036854775807L)",
    ".plusYears(100000)",
    "T(java.time.Instant).ofEpochMilli(-1L)",
    "new java.text.SimpleDateFormat('yyyy-MM-dd')",
    ".parse('2024-13-45')",
    "new java.util.Date(9223372036854775807L)",
    ".format(",
    "new int[262143]",
    "new int[1000][1000]",
    "new String(",
    "T(java.util.UUID).fromString('1-1-1-1-1')",
    "#toInt(",
    "#toJson(",
    "#readJson('[1,{\"a\":[]}]')",
    "#readJson(",
    "#readYaml('a: &x [1]\\nb: *x')",
    "#readYaml(",
    "#stage('Soak')",
    "#deployedServerGroups()",
    "#currentStage()",
    "#fromUrl('http://a.example/x')",
    "#judgment('Ready?')",
    ".context",
    ".ancestors()",
    "'(a+)+b'",
    "'\\p{L}(?<=a{1,9})\\1'",
    "('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' matches '(.*a){12}b')",
    "'ü😀'",
    "[0]",
    "['a']",
    "[a]",
    "[-1]",
    " ? 1 : 2",
    ".compareTo(",
    ".equals(",
    ".hashCode()",
    ".toString()",
    ".subList(0, 1)",
    ".getBytes()",
    "instanceof T(int[])",
];

/// A small seeded generator: runs repeat.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides.max(1) as u64).unwrap_or(0)
    }

    fn piece(&mut self) -> &'static str {
        PIECES[self.roll(PIECES.len())]
    }

    fn expression(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..=self.roll(12) {
            text.push_str(self.piece());
        }
        match self.roll(6) {
            0 => "(".repeat(self.roll(300)) + &text,
            1 => text.repeat(self.roll(40)),
            2 => format!("{}{text}", "!-".repeat(self.roll(200))),
            3 => format!("{text}{}", ".![#this".repeat(self.roll(100))),
            _ => text,
        }
    }

    /// Changes some bytes; what is no UTF-8 any more is replaced.
    fn mutated(&mut self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..self.roll(4) {
            if bytes.is_empty() {
                break;
            }
            let at = self.roll(bytes.len());
            match self.roll(4) {
                0 => bytes[at] = u8::try_from(self.roll(256)).unwrap_or(0),
                1 => {
                    bytes.remove(at);
                }
                2 => bytes.insert(at, b"'\"()[]{}${}.,?:!#\\\n\0"[self.roll(20)]),
                _ => {
                    let piece = self.piece().as_bytes();
                    bytes.splice(at..at, piece.iter().copied());
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn contexts() -> Value {
    serde_json::from_str(include_str!("cases/expression-contexts.json")).expect("contexts are JSON")
}

#[expect(clippy::disallowed_methods, reason = "a test harness: how long it runs is given from outside")]
fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// No input may take longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The input that runs.
struct Running {
    file: File,
    watched: Arc<Mutex<Option<(Instant, u64, String)>>>,
}

impl Running {
    #[expect(clippy::disallowed_methods, reason = "a hang can only be seen from outside, by the clock")]
    fn new() -> Running {
        let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/fuzz-input.txt");
        let file = File::create(path).expect("the file can be written");
        let watched = Arc::new(Mutex::new(None));
        let seen: Arc<Mutex<Option<(Instant, u64, String)>>> = Arc::clone(&watched);
        std::thread::spawn(move || {
            // It ends with the other half: nobody else holds the lock's owner then.
            while Arc::strong_count(&seen) > 1 {
                std::thread::sleep(PATIENCE);
                let input = seen.lock().expect("nobody panics with it").clone();
                if let Some((since, seed, input)) = input.filter(|(since, ..)| since.elapsed() > PATIENCE * 4) {
                    eprintln!("seed {seed} hangs for {:?}: {input}", since.elapsed());
                    std::process::abort();
                }
            }
        });
        Running { file, watched }
    }

    #[expect(clippy::disallowed_methods, reason = "a hang can only be seen from outside, by the clock")]
    fn begin(&mut self, seed: u64, input: &str) {
        let _ = self.file.rewind().and_then(|()| writeln!(self.file, "{seed}: {input}"));
        let _ = self.file.stream_position().and_then(|end| self.file.set_len(end));
        *self.watched.lock().expect("nobody panics with it") = Some((Instant::now(), seed, input.to_owned()));
    }

    fn end(&self) {
        *self.watched.lock().expect("nobody panics with it") = None;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let running = self.watched.lock().expect("nobody panics with it").take();
        if let Some((_, seed, input)) = running.filter(|_| std::thread::panicking()) {
            eprintln!("seed {seed} failed: {input}");
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the time that a run takes is what is measured here")]
fn nothing_panics_and_nothing_hangs() {
    let seconds = variable("EXPRESSION_FUZZ_SECONDS").unwrap_or(2);
    let first = variable("EXPRESSION_FUZZ_SEED").unwrap_or(1);
    let contexts = contexts();
    let execution = Execution::from_json(&contexts["run"]["execution"]).expect("an execution");
    let stage = execution.stage_by_ref_id("6").expect("a stage");
    let own = json!({"qty": 12, "name": "web", "list": [3, 1, 2], "m": {"a": 1}, "rows": [{"id": 1}, {"id": 2}]});
    let root = Root::of_stage(&execution, stage).expect("a root").with_context(own.as_object().expect("an object"));
    // The bound of patterns is lowered so that a run tries more inputs, not fewer steps.
    let mut options = Options::new(Environment::new(1_711_111_111_000, 3));
    options.limits = Limits { pattern_steps: 100_000, other_pattern_steps: 100_000, ..Limits::default() };
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut seed = first;
    let mut running = Running::new();
    let mut runs = 0_u64;
    while Instant::now() < end {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let plain = dice.expression();
        let inner = if dice.roll(2) == 0 { plain } else { dice.mutated(&plain) };
        let source = if dice.roll(4) == 0 { format!("a${{{inner}}}b${{qty}}") } else { format!("${{{inner}}}") };
        running.begin(seed, &source);
        let started = Instant::now();
        let value = json!({"k": source});
        let outcome = evaluate_value(&value, &root, &options, Walk::default());
        assert!(outcome.summary.failure_count <= 2);
        if let Ok(template) = Template::parse(&source, &options.limits) {
            let once = template.evaluate(&root, &options);
            assert!(!matches!(once, Evaluated::Value(Value::Null)), "null is never a value: {source}");
        }
        let took = started.elapsed();
        assert!(took < PATIENCE, "seed {seed} took {took:?}: {source}");
        running.end();
        seed += 1;
        runs += 1;
    }
    println!("{runs} inputs in {seconds} s, seeds {first} to {}, none failed", seed - 1);
    assert!(runs > 100, "only {runs} inputs in {seconds} s");
}

#[test]
fn the_deepest_texts_fit_a_small_stack() {
    let run = || {
        let context = json!({"list": [1], "a": {"a": 1}});
        let root = Root::of_context(context.as_object().expect("an object"));
        let options = Options::new(Environment::new(0, 0));
        for depth in [50, 95, 190, 198, 199, 200, 201, 1_000, 4_900] {
            let texts = [
                format!("${{{}1{}}}", "(".repeat(depth), ")".repeat(depth)),
                format!("${{{}1}}", "!".repeat(depth)),
                format!("${{{}1}}", "1 ?: ".repeat(depth)),
                format!("${{{}1{}}}", "{".repeat(depth), "}".repeat(depth)),
                format!("${{list{}}}", ".![list".repeat(depth) + &"]".repeat(depth)),
                format!("${{{}1{}}}", "list[".repeat(depth), "]".repeat(depth)),
                format!("${{{}1{}}}", "#toJson(".repeat(depth), ")".repeat(depth)),
                format!("${{'a'{}'a'{}}}", ".concat(".repeat(depth), ")".repeat(depth)),
                format!("${{1{}}}", " + 1".repeat(depth)),
                format!("${{a{}}}", ".a".repeat(depth)),
                format!("${{'' matches '{}{}'}}", "(".repeat(depth), ")".repeat(depth)),
                format!("${{#readYaml('{}')}}", "[".repeat(depth)),
                format!("${{#readJson('{}')}}", "[".repeat(depth)),
            ];
            for text in texts {
                evaluate_value(&Value::String(text), &root, &options, Walk::default());
            }
        }
    };
    // Half of what a worker thread has.
    std::thread::Builder::new().stack_size(1 << 20).spawn(run).expect("a thread").join().expect("no overflow");
}
