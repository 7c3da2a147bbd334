//! Where something stands in a list that is sorted by more than its age.

use uuid::Uuid;

/// A place in a list: by a text that sorts, then by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// What the list is sorted by.
    pub key: String,
    /// Tells those apart that have the same.
    pub id: Uuid,
}

/// A page out of everything that a list holds.
#[derive(Debug)]
pub struct Sorted<T> {
    /// The page, in order.
    pub entries: Vec<T>,
    /// Where the page after it starts; `None` at the end.
    pub next: Option<Place>,
}

/// Sorts what a list holds, and cuts a page out of it: what comes after a place.
pub fn page_of<T>(
    all: Vec<T>,
    place: impl Fn(&T) -> Place,
    descending: bool,
    after: Option<&Place>,
    limit: usize,
) -> Sorted<T> {
    let mut placed: Vec<(Place, T)> = all.into_iter().map(|entry| (place(&entry), entry)).collect();
    placed.retain(|(place, _)| match after {
        Some(after) if descending => place < after,
        Some(after) => place > after,
        None => true,
    });
    if descending {
        placed.sort_by(|(a, _), (b, _)| b.cmp(a));
    } else {
        placed.sort_by(|(a, _), (b, _)| a.cmp(b));
    }
    let more = placed.len() > limit;
    placed.truncate(limit);
    let next = placed.last().filter(|_| more).map(|(place, _)| place.clone());
    Sorted { entries: placed.into_iter().map(|(_, entry)| entry).collect(), next }
}

/// A number as a text that sorts like it; negative ones before all others.
pub fn sortable(number: i64) -> String {
    format!("{:020}", i128::from(number) - i128::from(i64::MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(n: &i64) -> Place {
        Place { key: sortable(n / 10), id: Uuid::from_u128(u128::try_from(n + 1_000).unwrap()) }
    }

    #[test]
    fn pages_together_are_the_list_in_either_direction() {
        let all: Vec<i64> = vec![41, -7, 12, 40, 13, -300, 0];
        for (descending, expected) in
            [(false, vec![-300, -7, 0, 12, 13, 40, 41]), (true, vec![41, 40, 13, 12, 0, -7, -300])]
        {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = page_of(all.clone(), place, descending, after.as_ref(), 2);
                seen.extend(page.entries);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected);
        }
    }
}
