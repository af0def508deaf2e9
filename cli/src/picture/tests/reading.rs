//! A picture read back, with the room that its texts take.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr;

/// How far a letter reaches to the right, above its baseline and below it, in its size: the most that common
/// monospaced fonts take (SF Mono, DejaVu Sans Mono).
const ADVANCE: f64 = 0.62;
const ABOVE: f64 = 0.94;
const BELOW: f64 = 0.24;

#[derive(Clone, Copy, Debug)]
pub struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Area {
    /// Whether they share more than an edge.
    pub fn meets(&self, other: &Area) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    pub fn holds(&self, other: &Area) -> bool {
        self.left <= other.left
            && self.top <= other.top
            && self.right >= other.right
            && self.bottom >= other.bottom
    }
}

/// An element of the picture: a `rect` or a `text`.
#[derive(Clone, Debug)]
pub struct Shape {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    /// The place in `groups` of the one it is in.
    pub group: Option<usize>,
    pub text: String,
    pub area: Area,
}

impl Shape {
    pub fn is(&self, class: &str) -> bool {
        self.attributes.get("class").is_some_and(|is| is == class)
    }
}

/// A picture.
#[derive(Debug, Default)]
pub struct Picture {
    pub size: (f64, f64),
    /// The attributes of each group, and its title.
    pub groups: Vec<(BTreeMap<String, String>, String)>,
    pub shapes: Vec<Shape>,
}

impl Picture {
    /// Reads it, and fails where it is not well-formed.
    pub fn read(svg: &str) -> Picture {
        let mut reader = Reader::from_str(svg);
        reader.config_mut().check_end_names = true;
        reader.config_mut().expand_empty_elements = true;
        let mut picture = Picture::default();
        let mut open: Vec<String> = Vec::new();
        let mut group = None;
        let mut text = String::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    let name = start.name().as_ref().to_owned();
                    let attributes = attributes(&start);
                    match name.as_str() {
                        "svg" => {
                            picture.size =
                                (number(&attributes, "width"), number(&attributes, "height"))
                        }
                        "g" => {
                            picture.groups.push((attributes, String::new()));
                            group = Some(picture.groups.len() - 1);
                        }
                        "rect" | "text" if open.len() > 1 || attributes.contains_key("x") => {
                            picture.shapes.push(Shape {
                                name: name.clone(),
                                attributes,
                                group,
                                text: String::new(),
                                area: Area {
                                    left: 0.0,
                                    top: 0.0,
                                    right: 0.0,
                                    bottom: 0.0,
                                },
                            });
                        }
                        _ => {}
                    }
                    open.push(name);
                    text.clear();
                }
                Event::Text(part) => text.push_str(&part),
                Event::GeneralRef(part) => {
                    text.push_str(&match part.resolve_char_ref().unwrap() {
                        Some(c) => c.to_string(),
                        None => quick_xml::escape::resolve_predefined_entity(&part)
                            .unwrap()
                            .to_owned(),
                    });
                }
                Event::End(_) => {
                    let name = open.pop().unwrap();
                    match name.as_str() {
                        "g" => group = None,
                        "title" => {
                            if let Some(group) = group {
                                picture.groups[group].1 = text.clone();
                            }
                        }
                        "text" | "rect" => {
                            if let Some(shape) =
                                picture.shapes.last_mut().filter(|s| s.name == name)
                            {
                                shape.text = if name == "text" {
                                    text.clone()
                                } else {
                                    String::new()
                                };
                                shape.area = area(shape);
                            }
                        }
                        _ => {}
                    }
                    text.clear();
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(open.is_empty(), "left open: {open:?}");
        picture
    }

    pub fn texts(&self) -> impl Iterator<Item = &Shape> {
        self.shapes.iter().filter(|shape| shape.name == "text")
    }

    pub fn of_class(&self, class: &str) -> impl Iterator<Item = &Shape> {
        self.shapes.iter().filter(move |shape| shape.is(class))
    }

    /// The values of an attribute of groups, in order.
    pub fn data(&self, key: &str) -> Vec<String> {
        let values = self.groups.iter().filter_map(|(group, _)| group.get(key));
        values.cloned().collect()
    }
}

fn attributes(start: &BytesStart<'_>) -> BTreeMap<String, String> {
    start
        .attributes()
        .map(|attribute| {
            let attribute = attribute.unwrap();
            let key = attribute.key.as_ref().to_owned();
            let value = attribute.value.as_ref();
            (
                key,
                quick_xml::escape::unescape(value).unwrap().into_owned(),
            )
        })
        .collect()
}

fn number(attributes: &BTreeMap<String, String>, key: &str) -> f64 {
    attributes[key].parse().unwrap()
}

fn area(shape: &Shape) -> Area {
    let get = |key: &str| number(&shape.attributes, key);
    let (x, y) = (get("x"), get("y"));
    if shape.name == "rect" {
        return Area {
            left: x,
            top: y,
            right: x + get("width"),
            bottom: y + get("height"),
        };
    }
    let size = get("font-size");
    let width = match shape.attributes.get("textLength") {
        Some(length) => length.parse().unwrap(),
        None => shape.text.width() as f64 * size * ADVANCE,
    };
    let ends = shape
        .attributes
        .get("text-anchor")
        .is_some_and(|a| a == "end");
    let left = if ends { x - width } else { x };
    Area {
        left,
        top: y - size * ABOVE,
        right: left + width,
        bottom: y + size * BELOW,
    }
}
