//! The elements of a document, and where in the file each of them stands.

use super::error::Place;

/// One element of the tree.
pub(super) struct Element {
    /// The local name; with `cac:` or `cbc:` before it below the root.
    pub name: String,
    /// Attributes without namespace.
    pub attributes: Vec<(String, String)>,
    /// The text directly in it.
    pub text: String,
    /// UBL elements directly in it.
    pub children: Vec<Element>,
    /// Where its start tag begins, in bytes; no two elements share it.
    pub offset: usize,
    /// Whether it is of a vocabulary that is not kept.
    pub foreign: bool,
}

/// A document read whole.
pub(super) struct Document<'a> {
    /// The root element.
    pub root: Element,
    /// The file.
    pub bytes: &'a [u8],
}

impl Document<'_> {
    /// The place of an element of this document, or of something at `below` it.
    pub fn place(&self, at: &Element, below: &str) -> Place {
        let mut path = vec![self.root.name.clone()];
        find(&self.root, at.offset, &mut path);
        if !below.is_empty() {
            path.push(below.to_owned());
        }
        Place::new(path.join("/"), self.bytes, at.offset)
    }
}

/// Appends the steps from `element` down to the one that begins at `offset`.
fn find(element: &Element, offset: usize, path: &mut Vec<String>) {
    // Children begin in order, so the last that begins no later holds the offset.
    let behind = element
        .children
        .partition_point(|child| child.offset <= offset);
    let Some(position) = behind.checked_sub(1) else {
        return;
    };
    let Some(child) = element.children.get(position) else {
        return;
    };
    let same = |other: &&Element| other.name == child.name;
    let number = element.children.iter().take(behind).filter(same).count();
    if element.children.iter().filter(same).count() > 1 {
        path.push(format!("{}[{number}]", child.name));
    } else {
        path.push(child.name.clone());
    }
    if child.offset != offset {
        find(child, offset, path);
    }
}

impl Place {
    /// A place with its line counted.
    pub(super) fn new(path: String, bytes: &[u8], offset: usize) -> Place {
        let newlines = bytes
            .iter()
            .take(offset)
            .filter(|byte| **byte == b'\n')
            .count();
        Place {
            path,
            line: newlines.saturating_add(1),
            offset,
        }
    }
}
