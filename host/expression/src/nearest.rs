//! "Did you mean": the names closest to one that was not found.

const KEPT: usize = 3;

/// Up to three known names within a third of the letters (at least two edits), nearest first.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Vec<String> {
    let allowed = (name.chars().count() / 3).max(2);
    let mut found: Vec<(usize, &str)> = known
        .take(2_000)
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= allowed + 2 && *candidate != name)
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(edits, candidate)| *edits <= allowed && *edits < candidate.chars().count())
        .collect();
    found.sort();
    found.dedup();
    found.into_iter().take(KEPT).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// Edits between two names, without regard to case; swapped neighbours count as one.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().flat_map(char::to_lowercase).take(64).collect();
    let right: Vec<char> = right.chars().flat_map(char::to_lowercase).take(64).collect();
    let mut before: Vec<usize> = vec![0; right.len() + 1];
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, a) in left.iter().enumerate() {
        let mut current = vec![row + 1; right.len() + 1];
        for (column, b) in right.iter().enumerate() {
            let mut best = (last[column] + usize::from(a != b)).min(last[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && left[row - 1] == *b && right[column - 1] == *a {
                best = best.min(before[column - 1] + 1);
            }
            current[column + 1] = best;
        }
        before = last;
        last = current;
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_typing_mistakes_and_nothing_else() {
        let known = ["imageId", "region", "account", "image"];
        assert_eq!(nearest("imagId", known.into_iter()), ["imageId", "image"]);
        assert_eq!(nearest("regoin", known.into_iter()), ["region"]);
        assert!(nearest("zzz", known.into_iter()).is_empty());
    }
}
