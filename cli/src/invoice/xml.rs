//! XML from outside, read into a tree of bounded size.
//!
//! Document type declarations are refused, so no entity can be declared; namespaces are told
//! apart by their names, never by a file's prefixes. Only the vocabularies of UBL and CII are kept:
//! extensions, signatures and an envelope's header are checked for form and dropped.

use super::Root;
use super::encoding::{Encoding, Source};
use super::error::{InvoiceError, Problem, shown};
use super::tree::{Document, Element};
use super::{ENVELOPE_ROOT, MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS};
use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

/// The vocabularies that are kept, and the prefixes that their elements are named with.
const KEPT: [(&str, &str); 6] = [
    (
        "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
        "cac",
    ),
    (
        "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
        "cbc",
    ),
    (
        "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
        "rsm",
    ),
    (
        "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
        "ram",
    ),
    (
        "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
        "udt",
    ),
    (
        "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
        "qdt",
    ),
];

/// The attributes that are kept; none of them has a namespace.
const KEPT_ATTRIBUTES: [&str; 4] = ["currencyID", "schemeID", "unitCode", "format"];

/// The vocabulary of the envelope and its header.
pub(super) const ENVELOPE: &str =
    "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader";

/// Reads a document whose root, or what lies in an envelope, `check_root` knows by namespace and
/// local name.
pub(super) fn read(
    bytes: &[u8],
    check_root: fn(&str, &str) -> Result<Root, Problem>,
) -> Result<Document<'_>, InvoiceError> {
    let source = Source::read(bytes)?;
    let fail = |position, problem| InvoiceError {
        place: source.place(String::new(), position),
        problem,
    };
    let text: &str = &source.text;
    if let Some((position, illegal)) = text.char_indices().find(|(_, c)| !is_xml_char(*c)) {
        let what = format!("the character U+{:04X} is not allowed", u32::from(illegal));
        return Err(fail(position, Problem::NotWellFormed(what)));
    }
    let mut reader = Reader {
        source: &source,
        open: Vec::new(),
        root: None,
        is: None,
        elements: 0,
    };
    reader.run(NsReader::from_str(text), check_root)?;
    match (reader.root.take(), reader.is) {
        (Some(root), Some(is)) => Ok(Document { root, is, source }),
        _ => Err(fail(
            text.len(),
            Problem::Truncated("no element was found".to_owned()),
        )),
    }
}

/// What XML 1.0 allows as a character.
fn is_xml_char(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        _ => c >= ' ',
    }
}

fn is_blank(text: &str) -> bool {
    text.bytes()
        .all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
}

struct Reader<'a> {
    source: &'a Source<'a>,
    /// From the root to the innermost open element.
    open: Vec<Element>,
    /// The root once closed.
    root: Option<Element>,
    /// What the root is, or what lies in it once that has begun if it is an envelope.
    is: Option<Root>,
    elements: usize,
}

impl Reader<'_> {
    fn run(
        &mut self,
        mut xml: NsReader<&[u8]>,
        check_root: fn(&str, &str) -> Result<Root, Problem>,
    ) -> Result<(), InvoiceError> {
        xml.config_mut().expand_empty_elements = true;
        loop {
            let position = position(xml.buffer_position());
            let event = match xml.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let position = self::position(xml.error_position()).max(position);
                    return Err(self.fail(position, self.xml_problem(&error, position)));
                }
            };
            let step = match event {
                Event::Eof => break,
                Event::Comment(_) | Event::PI(_) => Ok(()),
                Event::Decl(decl) if position == 0 => declaration(&decl, self.source.encoding),
                Event::Decl(_) => Err(malformed("an XML declaration that is not at the start")),
                Event::DocType(text) => Err(Problem::Doctype(shown(&text))),
                Event::Start(tag) => self.start(&xml, &tag, position, check_root),
                // Empty tags come as a start and an end; this arm only keeps the match whole.
                Event::Empty(tag) => self
                    .start(&xml, &tag, position, check_root)
                    .map(|()| self.end()),
                Event::End(_) => {
                    self.end();
                    Ok(())
                }
                Event::Text(text) => self.text(&text.xml10_content()),
                Event::CData(text) if self.open.is_empty() => Err(malformed(&format!(
                    "`{}` outside the root element",
                    shown(&text)
                ))),
                Event::CData(text) => self.text(&text.xml10_content()),
                Event::GeneralRef(reference) => self.reference(&reference),
            };
            step.map_err(|problem| self.fail(position, problem))?;
        }
        match self.open.last() {
            Some(element) => {
                let problem = Problem::Truncated(format!("`{}` is not closed", element.name));
                Err(self.fail(self.source.text.len(), problem))
            }
            None => Ok(()),
        }
    }

    fn start(
        &mut self,
        xml: &NsReader<&[u8]>,
        tag: &BytesStart,
        position: usize,
        check_root: fn(&str, &str) -> Result<Root, Problem>,
    ) -> Result<(), Problem> {
        let written = tag.name();
        if self.open.len() >= MAX_DEPTH {
            return Err(Problem::TooDeep(shown(written.as_ref())));
        }
        if self.elements >= MAX_ELEMENTS {
            return Err(Problem::TooManyElements);
        }
        self.elements = self.elements.saturating_add(1);
        let (namespace, local) = xml.resolver().resolve_element(written);
        let namespace = match namespace {
            ResolveResult::Bound(Namespace(namespace)) => namespace,
            ResolveResult::Unbound => "",
            ResolveResult::Unknown(prefix) => return Err(undeclared(&prefix)),
        };
        let local = local.as_ref();
        let (name, kept) = match self.open.len() {
            0 if self.root.is_some() => {
                return Err(malformed(&format!(
                    "a second root element `{}`",
                    shown(local)
                )));
            }
            0 => {
                self.is = Some(check_root(namespace, local)?);
                (local.to_owned(), true)
            }
            1 if self.in_envelope() && namespace != ENVELOPE => {
                self.is = Some(check_root(namespace, local)?);
                (local.to_owned(), true)
            }
            _ => match KEPT.iter().find(|(kept, _)| *kept == namespace) {
                Some((_, prefix)) if is_plain_name(local) => (format!("{prefix}:{local}"), true),
                _ => (shown(written.as_ref()), false),
            },
        };
        let attributes = attributes(xml, tag)?;
        self.open.push(Element {
            name,
            attributes,
            text: String::new(),
            children: Vec::new(),
            position,
            foreign: !kept,
        });
        Ok(())
    }

    fn in_envelope(&self) -> bool {
        self.open
            .first()
            .is_some_and(|root| root.name == ENVELOPE_ROOT)
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            Some(parent) if !element.foreign => parent.children.push(element),
            Some(_) => {}
            None => self.root = Some(element),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Problem> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if is_blank(text) => {}
            None => {
                return Err(malformed(&format!(
                    "`{}` outside the root element",
                    shown(text)
                )));
            }
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef) -> Result<(), Problem> {
        let text = match &**reference {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            name => match reference.resolve_char_ref() {
                Ok(Some(c)) if is_xml_char(c) => c,
                Ok(None) => return Err(Problem::UnknownEntity(shown(name))),
                _ => return Err(malformed(&format!("`&{};` is no character", shown(name)))),
            },
        };
        self.text(text.encode_utf8(&mut [0; 4]))
    }

    fn xml_problem(&self, error: &Error, position: usize) -> Problem {
        let rest = self.source.text.get(position..).unwrap_or_default();
        match error {
            Error::Syntax(SyntaxError::UnclosedDoctype)
            | Error::IllFormed(IllFormedError::MissingDoctypeName) => Problem::Doctype(shown(rest)),
            // `<!` before anything else than a comment, CDATA or DOCTYPE, if the file goes on.
            Error::Syntax(SyntaxError::InvalidBangMarkup) if rest.contains('>') => {
                malformed("unknown markup after `<!`")
            }
            Error::IllFormed(IllFormedError::UnclosedReference) if rest.contains('<') => {
                malformed("`&` without an entity; write `&amp;` for the sign itself")
            }
            Error::Syntax(cut) => Problem::Truncated(shown(&cut.to_string())),
            Error::IllFormed(cut @ IllFormedError::UnclosedReference) => {
                Problem::Truncated(shown(&cut.to_string()))
            }
            Error::IllFormed(wrong) => malformed(&shown(&wrong.to_string())),
            _ => malformed(&shown(&error.to_string())),
        }
    }

    fn fail(&self, position: usize, problem: Problem) -> InvoiceError {
        let mut path = String::new();
        let mut before: &[Element] = &[];
        for element in &self.open {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(&element.name);
            match before
                .iter()
                .filter(|other| other.name == element.name)
                .count()
            {
                0 => {}
                earlier => path.push_str(&format!("[{}]", earlier.saturating_add(1))),
            }
            before = &element.children;
        }
        InvoiceError {
            place: self.source.place(path, position),
            problem,
        }
    }
}

fn position(of_reader: u64) -> usize {
    usize::try_from(of_reader).unwrap_or(usize::MAX)
}

/// The names of these vocabularies are short and plain, so a path of them can be shown as it is.
fn is_plain_name(local: &str) -> bool {
    local.len() <= 80 && local.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn malformed(what: &str) -> Problem {
    Problem::NotWellFormed(what.to_owned())
}

fn undeclared(prefix: &str) -> Problem {
    malformed(&format!(
        "the namespace prefix `{}` is not declared",
        shown(prefix)
    ))
}

/// What an XML declaration says must be what the file is.
fn declaration(decl: &BytesDecl, encoding: Encoding) -> Result<(), Problem> {
    decl.xml_version()
        .map_err(|error| malformed(&shown(&error.to_string())))?;
    let (is, names): (_, &[&str]) = match encoding {
        Encoding::Utf8 => ("UTF-8", &["utf-8", "utf8", "us-ascii"]),
        Encoding::Utf16 => ("UTF-16", &["utf-16", "utf-16le", "utf-16be"]),
    };
    match decl.encoding() {
        None => Ok(()),
        Some(Ok(name)) if names.iter().any(|n| name.eq_ignore_ascii_case(n)) => Ok(()),
        Some(Ok(name)) => Err(Problem::NotUtf8(format!(
            "it declares the encoding `{}`, though it can only be {is}",
            shown(&name)
        ))),
        Some(Err(error)) => Err(malformed(&shown(&error.to_string()))),
    }
}

fn attributes(xml: &NsReader<&[u8]>, tag: &BytesStart) -> Result<Vec<(String, String)>, Problem> {
    let name = || shown(tag.name().as_ref());
    // Counted first: looking for an attribute given twice takes quadratic time.
    let mut unchecked = tag.attributes();
    let unchecked = unchecked.with_checks(false);
    if unchecked.take(MAX_ATTRIBUTES.saturating_add(1)).count() > MAX_ATTRIBUTES {
        return Err(Problem::TooManyAttributes(name()));
    }
    let mut kept = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| {
            malformed(&format!("in `{}`: {}", name(), shown(&error.to_string())))
        })?;
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| {
                malformed(&format!("in `{}`: {}", name(), shown(&error.to_string())))
            })?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        match xml.resolver().resolve_attribute(attribute.key) {
            (ResolveResult::Unbound, local) if KEPT_ATTRIBUTES.contains(&local.as_ref()) => {
                kept.push((local.as_ref().to_owned(), value.into_owned()));
            }
            (ResolveResult::Unbound | ResolveResult::Bound(_), _) => {}
            (ResolveResult::Unknown(prefix), _) => return Err(undeclared(&prefix)),
        }
    }
    Ok(kept)
}
