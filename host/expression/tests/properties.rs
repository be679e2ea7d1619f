//! Properties that hold for any expression: what is printed parses to the same, evaluation is total and repeatable.
use expression::{Environment, Limits, Options, Root, Template, Walk, evaluate_value};
use proptest::prelude::*;
use proptest::strategy::Union;
use serde_json::{Value, json};

fn context() -> Value {
    json!({
        "qty": 12, "name": "web", "list": [3, 1, 2], "m": {"a": 1, "b": "x", "n": null}, "big": 4_000_000_000_u64,
        "rows": [{"id": 1, "n": "a", "ok": true}, {"id": 2, "n": "b", "ok": false}], "d": 2.5, "t": true, "n": null,
    })
}

/// Any expression of the grammar, sensible or not.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = Union::new([
        prop::sample::select(vec![
            "1",
            "2L",
            "0x1F",
            "2.5",
            "1.5f",
            "1e3",
            "'a''b'",
            "\"q\"",
            "true",
            "null",
            "{}",
            "{:}",
            "#root",
            "#this",
            "#v",
            "T(String)",
            "T(int[])",
            "qty",
            "name",
            "list",
            "m",
            "rows",
            "missing",
            "eq",
            "['a-b']",
            "@bean",
        ])
        .prop_map(str::to_owned)
        .boxed(),
        any::<i32>().prop_map(|number| number.unsigned_abs().min(i32::MAX.unsigned_abs()).to_string()).boxed(),
        any::<f64>().prop_filter_map("finite", |n| n.is_finite().then(|| format!("{:?}d", n.abs()))).boxed(),
        "[a-z ]{0,6}".prop_map(|text| format!("'{text}'")).boxed(),
    ]);
    leaf.prop_recursive(5, 40, 4, |inner| {
        let operator = prop::sample::select(vec![
            "+",
            "-",
            "*",
            "/",
            "%",
            "^",
            "==",
            "!=",
            "<",
            ">=",
            "and",
            "or",
            "matches",
            "between",
            "instanceof",
            "?:",
        ]);
        let member = prop::sample::select(vec![
            ".name",
            "?.name",
            ".size()",
            "?.length",
            ".contains('a')",
            ".eq",
            ".new",
            ".true",
            "[0]",
            "?.[0]",
            "[a]",
        ]);
        prop_oneof![
            (inner.clone(), operator, inner.clone()).prop_map(|(a, o, b)| format!("({a}) {o} ({b})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a}) ? ({b}) : ({c})")),
            (prop::sample::select(vec!["!", "-", "+", "not "]), inner.clone()).prop_map(|(o, a)| format!("{o}({a})")),
            (inner.clone(), member).prop_map(|(a, m)| format!("({a}){m}")),
            (inner.clone(), prop::sample::select(vec![".![", ".?[", ".^[", ".$[", "?.?["]), inner.clone())
                .prop_map(|(a, s, b)| format!("({a}){s}{b}]")),
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("{{{}}}", items.join(", "))),
            (inner.clone(), inner.clone()).prop_map(|(k, v)| format!("{{k: ({k}), 'v': ({v})}}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("T(Math).max({a}, {b})")),
            inner.clone().prop_map(|a| format!("#toJson({a})")),
            inner.clone().prop_map(|a| format!("new String({a})")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("new Object[]{{{a}, {b}}}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_parses_to_the_same(expression in expressions()) {
        let limits = Limits { expression_length: 1 << 20, ..Limits::default() };
        let first = Template::parse(&format!("${{{expression}}}"), &limits).expect("the grammar is generated");
        let printed = first.printed();
        prop_assert_eq!(printed.len(), 1);
        let second = Template::parse(&format!("${{{}}}", printed[0]), &limits).expect("what is printed parses");
        prop_assert_eq!(second.printed(), printed);
        prop_assert!(first.same_expressions(&second));
    }

    #[test]
    fn evaluation_is_total_and_repeatable(expression in expressions()) {
        let context = context();
        let root = Root::of_context(context.as_object().expect("an object"));
        let options = Options::new(Environment::new(1, 2));
        let source = json!({"k": format!("a ${{{expression}}}"), "l": [format!("${{{expression}}}")]});
        let once = evaluate_value(&source, &root, &options, Walk::default());
        let twice = evaluate_value(&source, &root, &options, Walk::default());
        prop_assert_eq!(once.value, twice.value);
        prop_assert_eq!(once.summary.to_json(), twice.summary.to_json());
    }

    #[test]
    fn any_text_is_read_without_harm(text in "\\PC{0,60}") {
        let context = context();
        let root = Root::of_context(context.as_object().expect("an object"));
        let options = Options::new(Environment::new(1, 2));
        for source in [text.clone(), format!("${{{text}}}")] {
            let value = Value::String(source.clone());
            let outcome = evaluate_value(&value, &root, &options, Walk::default());
            if !source.contains("${") {
                prop_assert_eq!(&*outcome.value, &value);
            }
            for (_, entries) in outcome.summary.entries() {
                for entry in entries {
                    prop_assert!(entry.problem.offset <= source.len());
                    prop_assert!(source.is_char_boundary(entry.problem.offset));
                }
            }
        }
    }

    #[test]
    fn values_without_expressions_are_not_copied(number in any::<i64>(), text in "[a-z${]{0,8}") {
        prop_assume!(!text.contains("${"));
        let value = json!({"a": [number, text, null, {"b": 1.5}]});
        let context = context();
        let root = Root::of_context(context.as_object().expect("an object"));
        let outcome = evaluate_value(&value, &root, &Options::new(Environment::new(0, 0)), Walk::default());
        prop_assert!(matches!(outcome.value, std::borrow::Cow::Borrowed(_)));
        prop_assert_eq!(outcome.summary.total_evaluated, 0);
    }
}
