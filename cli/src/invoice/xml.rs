//! XML from outside, read into a tree of bounded size.
//!
//! Document type declarations are refused, so no entity can be declared; namespaces are told
//! apart by their names, never by a file's prefixes. Only UBL's own two vocabularies are kept:
//! extensions and signatures are checked for form and dropped.

use super::error::{InvoiceError, Place, Problem, shown};
use super::tree::{Document, Element};
use super::{MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS};
use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

const AGGREGATE: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2";
const BASIC: &str = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2";
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a document whose root, given as namespace and local name, `check_root` agrees to.
pub(super) fn read(
    bytes: &[u8],
    check_root: fn(&str, &str) -> Result<(), Problem>,
) -> Result<Document<'_>, InvoiceError> {
    let fail = |offset, problem| InvoiceError {
        place: Place::new(String::new(), bytes, offset),
        problem,
    };
    if bytes.len() > MAX_BYTES {
        return Err(fail(0, Problem::TooLarge));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(fail(0, Problem::NotUtf8("it is UTF-16".to_owned())));
    }
    let body = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let base = bytes.len().saturating_sub(body.len());
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'<') {
        let start = body.get(..body.len().min(40)).unwrap_or_default();
        return Err(fail(
            base,
            Problem::NotXml(shown(&String::from_utf8_lossy(start))),
        ));
    }
    let text = std::str::from_utf8(body).map_err(|error| {
        let offset = base.saturating_add(error.valid_up_to());
        match bytes.get(offset) {
            Some(byte) if error.error_len().is_some() => fail(
                offset,
                Problem::NotUtf8(format!("found the byte 0x{byte:02X}")),
            ),
            _ => fail(offset, Problem::Truncated("inside a character".to_owned())),
        }
    })?;
    if let Some((offset, illegal)) = text.char_indices().find(|(_, c)| !is_xml_char(*c)) {
        let what = format!("the character U+{:04X} is not allowed", u32::from(illegal));
        return Err(fail(
            base.saturating_add(offset),
            Problem::NotWellFormed(what),
        ));
    }
    let mut reader = Reader {
        bytes,
        base,
        open: Vec::new(),
        root: None,
        elements: 0,
    };
    reader.run(NsReader::from_str(text), check_root)?;
    match reader.root.take() {
        Some(root) => Ok(Document { root, bytes }),
        None => Err(fail(
            bytes.len(),
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
    bytes: &'a [u8],
    /// The length of the byte order mark.
    base: usize,
    /// From the root to the innermost open element.
    open: Vec<Element>,
    /// The root once closed.
    root: Option<Element>,
    elements: usize,
}

impl Reader<'_> {
    fn run(
        &mut self,
        mut xml: NsReader<&[u8]>,
        check_root: fn(&str, &str) -> Result<(), Problem>,
    ) -> Result<(), InvoiceError> {
        xml.config_mut().expand_empty_elements = true;
        loop {
            let offset = self.offset(xml.buffer_position());
            let event = match xml.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let offset = self.offset(xml.error_position()).max(offset);
                    return Err(self.fail(offset, self.xml_problem(&error, offset)));
                }
            };
            let step = match event {
                Event::Eof => break,
                Event::Comment(_) | Event::PI(_) => Ok(()),
                Event::Decl(decl) if offset == self.base => declaration(&decl),
                Event::Decl(_) => Err(malformed("an XML declaration that is not at the start")),
                Event::DocType(text) => Err(Problem::Doctype(shown(&text))),
                Event::Start(tag) => self.start(&xml, &tag, offset, check_root),
                // Empty tags come as a start and an end; this arm only keeps the match whole.
                Event::Empty(tag) => self
                    .start(&xml, &tag, offset, check_root)
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
            step.map_err(|problem| self.fail(offset, problem))?;
        }
        match self.open.last() {
            Some(element) => {
                let problem = Problem::Truncated(format!("`{}` is not closed", element.name));
                Err(self.fail(self.bytes.len(), problem))
            }
            None => Ok(()),
        }
    }

    fn start(
        &mut self,
        xml: &NsReader<&[u8]>,
        tag: &BytesStart,
        offset: usize,
        check_root: fn(&str, &str) -> Result<(), Problem>,
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
        let known = match namespace {
            AGGREGATE if is_ubl_name(local) => Some("cac:"),
            BASIC if is_ubl_name(local) => Some("cbc:"),
            _ => None,
        };
        let name = if self.open.is_empty() {
            if self.root.is_some() {
                return Err(malformed(&format!(
                    "a second root element `{}`",
                    shown(local)
                )));
            }
            check_root(namespace, local)?;
            local.to_owned()
        } else {
            match known {
                Some(prefix) => format!("{prefix}{local}"),
                None => shown(written.as_ref()),
            }
        };
        let attributes = attributes(xml, tag)?;
        self.open.push(Element {
            name,
            attributes,
            text: String::new(),
            children: Vec::new(),
            offset,
            foreign: known.is_none(),
        });
        Ok(())
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

    fn xml_problem(&self, error: &Error, offset: usize) -> Problem {
        let rest = self.bytes.get(offset..).unwrap_or_default();
        match error {
            Error::Syntax(SyntaxError::UnclosedDoctype)
            | Error::IllFormed(IllFormedError::MissingDoctypeName) => {
                Problem::Doctype(shown(&String::from_utf8_lossy(rest)))
            }
            // `<!` before anything else than a comment, CDATA or DOCTYPE, if the file goes on.
            Error::Syntax(SyntaxError::InvalidBangMarkup) if rest.contains(&b'>') => {
                malformed("unknown markup after `<!`")
            }
            Error::IllFormed(IllFormedError::UnclosedReference) if rest.contains(&b'<') => {
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

    fn fail(&self, offset: usize, problem: Problem) -> InvoiceError {
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
            place: Place::new(path, self.bytes, offset),
            problem,
        }
    }

    fn offset(&self, position: u64) -> usize {
        usize::try_from(position)
            .unwrap_or(usize::MAX)
            .saturating_add(self.base)
    }
}

/// UBL's names are short and plain, so a path of them can be shown as it is.
fn is_ubl_name(local: &str) -> bool {
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

fn declaration(decl: &BytesDecl) -> Result<(), Problem> {
    decl.xml_version()
        .map_err(|error| malformed(&shown(&error.to_string())))?;
    match decl.encoding() {
        None => Ok(()),
        Some(Ok(name))
            if ["utf-8", "us-ascii"]
                .iter()
                .any(|n| name.eq_ignore_ascii_case(n)) =>
        {
            Ok(())
        }
        Some(Ok(name)) => Err(Problem::NotUtf8(format!(
            "it declares the encoding `{}`",
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
            (ResolveResult::Unbound, local) => {
                kept.push((local.as_ref().to_owned(), value.into_owned()));
            }
            (ResolveResult::Bound(_), _) => {}
            (ResolveResult::Unknown(prefix), _) => return Err(undeclared(&prefix)),
        }
    }
    Ok(kept)
}
