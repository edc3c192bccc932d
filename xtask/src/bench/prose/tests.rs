use std::collections::BTreeMap;

use super::*;

#[test]
fn the_text_is_the_same_every_time_and_needs_no_quoting() {
    let text = || {
        let mut prose = Prose::new();
        (0..50).map(|_| format!("{}|{}", prose.note(), prose.kind())).collect::<String>()
    };
    assert_eq!(text(), text());
    assert!(!text().contains('\''));
}

#[test]
fn few_words_are_frequent_and_most_are_rare() {
    let mut prose = Prose::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..300 {
        for word in prose.note().split_whitespace() {
            *counts.entry(word.to_lowercase()).or_default() += 1;
        }
    }
    let total: usize = counts.values().sum();
    let once = counts.values().filter(|count| **count == 1).count();
    let most = counts.values().max().copied().unwrap_or(0);
    assert!(once * 3 > counts.len(), "{once} of {} words stand once", counts.len());
    assert!(most * 50 > total, "the most frequent word stands {most} times in {total}");
}
