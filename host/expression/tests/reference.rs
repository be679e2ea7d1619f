//! `docs/reference/expressions.md` is what the tables say. `EXPRESSION_REFERENCE=write` writes it.
use std::path::Path;

#[test]
#[expect(clippy::disallowed_methods, reason = "whether to write the page is said from outside")]
fn the_page_is_what_the_tables_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/expressions.md");
    let page = expression::reference();
    if std::env::var("EXPRESSION_REFERENCE").is_ok_and(|value| value == "write") {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "docs/reference/expressions.md is stale: run with EXPRESSION_REFERENCE=write");
}
