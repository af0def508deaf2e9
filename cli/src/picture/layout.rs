//! Where the boxes of a tree go: columns to the right, branches below each other. Lengths are in pixels.

/// A node that wants a place. Nodes come after their parents, branch by branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Whose child it is, by index; none for a root.
    pub parent: Option<usize>,
    /// The least width.
    pub width: u32,
    /// The least height.
    pub height: u32,
}

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rect {
    /// Left edge.
    pub x: u32,
    /// Upper edge.
    pub y: u32,
    /// Width.
    pub w: u32,
    /// Height.
    pub h: u32,
}

impl Rect {
    /// Its right edge.
    pub const fn right(self) -> u32 {
        self.x.saturating_add(self.w)
    }
}

/// Space between boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gaps {
    /// Between columns.
    pub across: u32,
    /// Between boxes of a column.
    pub down: u32,
}

/// The places of all nodes, from (0, 0) on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// One for each node. A box reaches over the height of all its children.
    pub boxes: Vec<Rect>,
    /// Left edge and width of each column.
    pub columns: Vec<(u32, u32)>,
    /// How wide all of it is.
    pub width: u32,
    /// How high all of it is.
    pub height: u32,
}

/// Gives every node a place: one column for each depth, as wide as its widest node, and as much height as its
/// children need together. No two boxes meet.
pub fn place(items: &[Item], gaps: Gaps) -> Layout {
    let columns = columns_of(items);
    let mut widths = vec![
        0_u32;
        columns
            .iter()
            .max()
            .map_or(0, |last| last.saturating_add(1))
    ];
    for (item, column) in items.iter().zip(&columns) {
        if let Some(width) = widths.get_mut(*column) {
            *width = item.width.max(*width);
        }
    }
    let mut edges = Vec::with_capacity(widths.len());
    let mut x = 0_u32;
    for width in widths {
        edges.push((x, width));
        x = x.saturating_add(width).saturating_add(gaps.across);
    }

    let heights = heights_of(items, gaps.down);
    let mut boxes: Vec<Rect> = Vec::with_capacity(items.len());
    // Where the next child of each node begins.
    let mut next: Vec<u32> = Vec::with_capacity(items.len());
    let mut next_root = 0_u32;
    for ((item, column), h) in items.iter().zip(&columns).zip(heights) {
        let (x, w) = edges.get(*column).copied().unwrap_or_default();
        let free = match item.parent.and_then(|parent| next.get_mut(parent)) {
            Some(free) => free,
            None => &mut next_root,
        };
        let y = *free;
        *free = y.saturating_add(h).saturating_add(gaps.down);
        next.push(y);
        boxes.push(Rect { x, y, w, h });
    }
    Layout {
        width: x.saturating_sub(gaps.across),
        height: next_root.saturating_sub(gaps.down),
        columns: edges,
        boxes,
    }
}

/// How many columns the nodes take.
pub fn column_count(items: &[Item]) -> usize {
    columns_of(items)
        .into_iter()
        .max()
        .map_or(0, |last| last.saturating_add(1))
}

fn columns_of(items: &[Item]) -> Vec<usize> {
    let mut columns: Vec<usize> = Vec::with_capacity(items.len());
    for item in items {
        let parent = item.parent.and_then(|parent| columns.get(parent));
        columns.push(parent.map_or(0, |column| column.saturating_add(1)));
    }
    columns
}

fn heights_of(items: &[Item], gap: u32) -> Vec<u32> {
    let mut heights = vec![0_u32; items.len()];
    // From the last node to the first, so that children are done before their parents.
    for (index, item) in items.iter().enumerate().rev() {
        let Some(own) = heights.get_mut(index) else {
            continue;
        };
        // So far it is what the children take, each with the gap after it.
        let height = own.saturating_sub(gap).max(item.height);
        *own = height;
        if let Some(sum) = item.parent.and_then(|parent| heights.get_mut(parent)) {
            *sum = sum.saturating_add(height).saturating_add(gap);
        }
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAPS: Gaps = Gaps {
        across: 10,
        down: 2,
    };

    fn item(parent: Option<usize>, width: u32, height: u32) -> Item {
        Item {
            parent,
            width,
            height,
        }
    }

    fn rect(x: u32, y: u32, w: u32, h: u32) -> Rect {
        Rect { x, y, w, h }
    }

    #[test]
    fn nothing_takes_no_place() {
        let layout = place(&[], GAPS);
        assert_eq!((layout.width, layout.height), (0, 0));
        assert_eq!(column_count(&[]), 0);
    }

    #[test]
    fn a_box_is_as_high_as_its_children_and_the_gaps_between_them() {
        let items = [item(None, 5, 1), item(Some(0), 7, 20), item(Some(0), 6, 30)];
        let layout = place(&items, GAPS);
        assert_eq!(
            layout.boxes,
            [rect(0, 0, 5, 52), rect(15, 0, 7, 20), rect(15, 22, 7, 30)]
        );
        assert_eq!((layout.width, layout.height), (22, 52));
    }

    #[test]
    fn a_label_higher_than_the_children_leaves_space_below_them() {
        let items = [
            item(None, 5, 50),
            item(Some(0), 5, 40),
            item(Some(1), 5, 20),
        ];
        let layout = place(&items, GAPS);
        assert_eq!(
            layout.boxes,
            [rect(0, 0, 5, 50), rect(15, 0, 5, 40), rect(30, 0, 5, 20)]
        );
    }

    #[test]
    fn a_column_is_as_wide_as_its_widest_node_and_holds_one_depth() {
        let items = [
            item(None, 5, 1),
            item(Some(0), 5, 1),
            item(Some(1), 9, 10),
            item(Some(0), 8, 10),
        ];
        let layout = place(&items, GAPS);
        assert_eq!(layout.columns, [(0, 5), (15, 8), (33, 9)]);
        assert_eq!(layout.boxes[2], rect(33, 0, 9, 10));
        assert_eq!(layout.boxes[3], rect(15, 12, 8, 10));
        assert_eq!(column_count(&items), 3);
    }

    #[test]
    fn several_roots_stand_below_each_other() {
        let layout = place(&[item(None, 5, 10), item(None, 5, 10)], GAPS);
        assert_eq!(layout.boxes, [rect(0, 0, 5, 10), rect(0, 12, 5, 10)]);
        assert_eq!(layout.height, 22);
    }
}
