//! Many short lists in one piece of memory.

/// Lists by number, one after another.
#[derive(Debug)]
pub(crate) struct Lists<T> {
    /// Where each list ends.
    ends: Vec<u32>,
    all: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), all: Vec::new() }
    }
}

impl<T: Copy> Lists<T> {
    /// `count` lists out of pairs of a list's number and an element. The order within a list stays.
    pub(crate) fn of_pairs(count: usize, pairs: &[(u32, T)]) -> Self {
        let mut ends = vec![0u32; count];
        for (list, _) in pairs {
            ends[*list as usize] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        let mut order = vec![0; pairs.len()];
        let mut next = ends.clone();
        for (index, (list, _)) in pairs.iter().enumerate().rev() {
            let at = &mut next[*list as usize];
            *at -= 1;
            order[*at as usize] = index;
        }
        Self { ends, all: order.iter().map(|&index| pairs[index].1).collect() }
    }

    /// The list of a number, empty for unknown ones.
    pub(crate) fn of(&self, list: usize) -> &[T] {
        let start = list.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before));
        match (start, self.ends.get(list)) {
            (Some(&start), Some(&end)) => self.all.get(start as usize..end as usize).unwrap_or_default(),
            _ => &[],
        }
    }
}
