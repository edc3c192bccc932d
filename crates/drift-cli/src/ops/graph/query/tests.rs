use super::{Direction, Links};

/// `01 12 20`: an edge for each pair of digits.
fn links(nodes: usize, edges: &str) -> Links {
    let digit = |byte: u8| usize::from(byte - b'0');
    Links::new(
        nodes,
        edges.split_whitespace().map(str::as_bytes).map(|edge| (digit(edge[0]), digit(edge[1]))),
    )
}

fn digits(nodes: &[usize]) -> String {
    nodes.iter().map(usize::to_string).collect()
}

#[track_caller]
fn check(nodes: usize, edges: &str, roots: [&str; 2], circles: &[&str]) {
    let links = links(nodes, edges);
    let found = [Direction::Dependencies, Direction::Dependents].map(|way| digits(&links.roots(way)));
    assert_eq!(found, roots);
    assert_eq!(links.circles().iter().map(|circle| digits(circle)).collect::<Vec<_>>(), circles);
}

#[test]
fn roots_and_circles() {
    check(0, "", ["", ""], &[]);
    check(3, "01", ["02", "12"], &[]);
    check(4, "01 02 13 23", ["0", "3"], &[]);
    check(3, "01 12 20", ["0", "0"], &["012"]);
    check(5, "10 01 12 34 43", ["03", "23"], &["01", "34"]);
    check(4, "01 12 21 23", ["0", "3"], &["12"]);
    // A circle above a circle.
    check(4, "01 10 12 23 32", ["0", "2"], &["01", "23"]);
}

#[test]
fn distances_stop_at_the_depth() {
    let links = links(4, "01 12 23 03");
    let from = |depth| links.distances([0], Direction::Dependencies, depth);
    assert_eq!(from(None), [Some(0), Some(1), Some(2), Some(1)]);
    assert_eq!(from(Some(1)), [Some(0), Some(1), None, Some(1)]);
    assert_eq!(from(Some(0)), [Some(0), None, None, None]);
    let above = links.distances([3], Direction::Dependents, None);
    assert_eq!(above, [Some(1), Some(2), Some(1), Some(0)]);
}

#[test]
fn chains_are_the_shortest_ones() {
    let links = links(6, "01 02 13 23 34 04 45 53");
    let chains = |from, to, limit| -> Vec<String> {
        links.chains(from, to, limit).iter().map(|chain| digits(chain)).collect()
    };
    assert_eq!(chains(0, 3, 9), ["013", "023"]);
    assert_eq!(chains(0, 3, 1), ["013"]);
    assert_eq!(chains(0, 4, 9), ["04"]);
    assert_eq!(chains(4, 0, 9), [""; 0]);
    assert_eq!(chains(3, 3, 9), ["3453"]);
    assert_eq!(chains(0, 0, 9), [""; 0]);
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let count = 200_000;
    let links = Links::new(count, (1..count).map(|node| (node - 1, node)).chain([(count - 1, 0)]));
    assert_eq!(links.circles().len(), 1);
    assert_eq!(links.roots(Direction::Dependencies), [0]);
    assert_eq!(links.distances([0], Direction::Dependencies, None)[count - 1], Some(count - 1));
}
