//! The elements of a document, and where in the file each of them stands.

use super::Root;
use super::encoding::Source;
use super::error::Place;

/// One element of the tree.
pub(super) struct Element {
    /// The local name; with the usual prefix, such as `cac:`, before it below the document's root.
    pub name: String,
    /// Attributes without namespace.
    pub attributes: Vec<(String, String)>,
    /// The text directly in it.
    pub text: String,
    /// Elements of known vocabularies directly in it.
    pub children: Vec<Element>,
    /// Where its start tag begins in the text; no two elements share it.
    pub position: usize,
    /// Whether it is of a vocabulary that is not kept.
    pub foreign: bool,
}

/// A document read whole.
pub(super) struct Document<'a> {
    /// The root element.
    pub root: Element,
    /// What the document is: the root, or what lies in it if that is an envelope.
    pub is: Root,
    /// The file.
    pub source: Source<'a>,
}

impl Document<'_> {
    /// The place of an element of this document, or of something at `below` it.
    pub fn place(&self, at: &Element, below: &str) -> Place {
        let mut path = vec![self.root.name.clone()];
        find(&self.root, at.position, &mut path);
        if !below.is_empty() {
            path.push(below.to_owned());
        }
        self.source.place(path.join("/"), at.position)
    }
}

/// Appends the steps from `element` down to the one that begins at `position`.
fn find(element: &Element, position: usize, path: &mut Vec<String>) {
    // Children begin in order, so the last that begins no later holds the position.
    let behind = element
        .children
        .partition_point(|child| child.position <= position);
    let Some(last) = behind.checked_sub(1) else {
        return;
    };
    let Some(child) = element.children.get(last) else {
        return;
    };
    let same = |other: &&Element| other.name == child.name;
    let number = element.children.iter().take(behind).filter(same).count();
    if element.children.iter().filter(same).count() > 1 {
        path.push(format!("{}[{number}]", child.name));
    } else {
        path.push(child.name.clone());
    }
    if child.position != position {
        find(child, position, path);
    }
}
