//! Values of elements: texts, dates, numbers and amounts, each checked where it stands.

use super::document::{PayableAmount, SignedMoney};
use super::error::{Problem, shown};
use super::tree::Element;
use super::{MAX_CODE_CHARS, MAX_LINES, MAX_TEXT_CHARS};
use allonge_contracts::{Currency, Date, Money, MoneyError};

/// UNTDID 1001 codes of credit notes (EN 16931, BR-CL-01; 502 and 503 since its 2024 lists).
const CREDIT_TYPE_CODES: [&str; 13] = [
    "81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532",
];

/// What is wrong at an element, or at a path below it.
pub(super) struct Fault<'a> {
    /// The element.
    pub at: &'a Element,
    /// The path below it; empty for the element itself.
    pub below: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is found in a document, or what is wrong there.
pub(super) type Found<'a, T> = Result<T, Box<Fault<'a>>>;

impl Element {
    pub fn fault(&self, problem: Problem) -> Box<Fault<'_>> {
        self.fault_below("", problem)
    }

    pub fn fault_below(&self, below: &str, problem: Problem) -> Box<Fault<'_>> {
        Box::new(Fault {
            at: self,
            below: below.to_owned(),
            problem,
        })
    }

    /// The children of one name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The one element at a path like `cac:Party/cbc:ID`.
    pub fn required(&self, path: &str) -> Found<'_, &Element> {
        let mut here = self;
        let mut rest = path;
        while !rest.is_empty() {
            let (step, below) = rest.split_once('/').unwrap_or((rest, ""));
            let mut found = here.children.iter().filter(|child| child.name == step);
            let Some(first) = found.next() else {
                return Err(here.fault_below(rest, Problem::Missing));
            };
            if let Some(second) = found.next() {
                return Err(second.fault(Problem::Repeated));
            }
            (here, rest) = (first, below);
        }
        Ok(here)
    }

    /// The element at a path, if it is there; still refused where it stands twice.
    pub fn optional(&self, path: &str) -> Found<'_, Option<&Element>> {
        match self.required(path) {
            Ok(element) => Ok(Some(element)),
            Err(fault) if fault.problem == Problem::Missing => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// The element at a path, if it is there and not empty: where an element may be left out, an
    /// empty one says as little, though EN 16931 and UBL want none.
    pub fn filled(&self, path: &str) -> Found<'_, Option<&Element>> {
        Ok(self.optional(path)?.filter(|found| !found.is_empty()))
    }

    pub fn optional_code(&self, path: &str) -> Found<'_, Option<String>> {
        self.filled(path)?.map(Element::code).transpose()
    }

    /// Whether neither text nor elements are in it.
    pub fn is_empty(&self) -> bool {
        self.children.is_empty() && self.text.trim().is_empty()
    }

    /// A number, code, identifier, quantity or amount.
    pub fn code(&self) -> Found<'_, String> {
        self.plain_text(MAX_CODE_CHARS)
    }

    pub fn name_or_description(&self) -> Found<'_, String> {
        self.plain_text(MAX_TEXT_CHARS)
    }

    /// The text in it, with runs of white space as one space.
    fn plain_text(&self, limit: usize) -> Found<'_, String> {
        if !self.children.is_empty() {
            return Err(self.fault(Problem::NotText));
        }
        let text = plain(&self.text, limit).map_err(|problem| self.fault(problem))?;
        if text.is_empty() {
            return Err(self.fault(Problem::Empty));
        }
        Ok(text)
    }

    pub fn attribute(&self, name: &str) -> Found<'_, Option<String>> {
        let Some((_, value)) = self.attributes.iter().find(|(key, _)| key == name) else {
            return Ok(None);
        };
        let value = plain(value, MAX_CODE_CHARS).map_err(|problem| self.fault(problem))?;
        Ok(Some(value).filter(|value| !value.is_empty()))
    }
}

fn plain(text: &str, limit: usize) -> Result<String, Problem> {
    let words = text
        .split([' ', '\t', '\n', '\r'])
        .filter(|word| !word.is_empty());
    let text = words.collect::<Vec<_>>().join(" ");
    if text.chars().any(char::is_control) {
        return Err(Problem::ControlCharacter(shown(&text)));
    }
    if text.chars().count() > limit {
        return Err(Problem::TooLong {
            limit,
            start: shown(&text),
        });
    }
    Ok(text)
}

/// Whether a type code is a credit note's.
pub(super) fn is_credit(type_code: Option<&str>) -> bool {
    type_code.is_some_and(|code| CREDIT_TYPE_CODES.contains(&code))
}

/// An `xsd:date`.
pub(super) fn date(element: &Element) -> Found<'_, Date> {
    let text = element.code()?;
    // It may carry a time zone, which says nothing about the day that was written.
    let (day, zone) = text.split_at_checked(10).unwrap_or((&text, ""));
    day.parse()
        .ok()
        .filter(|_| is_time_zone(zone))
        .ok_or_else(|| element.fault(Problem::BadDate(shown(&text))))
}

/// Nothing, `Z`, or `-14:00` to `+14:00`.
pub(super) fn is_time_zone(text: &str) -> bool {
    match text.as_bytes() {
        [] | [b'Z'] => true,
        [
            b'+' | b'-',
            h1 @ b'0'..=b'1',
            h2,
            b':',
            m1 @ b'0'..=b'5',
            m2,
        ] => {
            h2.is_ascii_digit()
                && m2.is_ascii_digit()
                && match (h1, h2) {
                    (b'1', b'5'..=b'9') => false,
                    (b'1', b'4') => (m1, m2) == (&b'0', &b'0'),
                    _ => true,
                }
        }
        _ => false,
    }
}

/// The date that all of some dates are, if there is one.
pub(super) fn only<'a>(
    mut dates: impl Iterator<Item = Found<'a, Date>>,
) -> Found<'a, Option<Date>> {
    let Some(first) = dates.next().transpose()? else {
        return Ok(None);
    };
    let mut same = true;
    for other in dates {
        same &= other? == first;
    }
    Ok(Some(first).filter(|_| same))
}

/// A currency code in an element's text.
fn currency(element: &Element) -> Found<'_, Currency> {
    let text = element.code()?;
    text.parse()
        .map_err(|_| element.fault(Problem::UnknownCurrency(shown(&text))))
}

/// The currency of a document: what it states at a path below `root`, or else that of the amount
/// to be paid.
pub(super) fn document_currency<'a>(
    root: &'a Element,
    stated: &str,
    payable: &'a Element,
) -> Found<'a, Currency> {
    if let Some(stated) = root.optional(stated)? {
        return currency(stated);
    }
    match payable.attribute("currencyID")? {
        Some(code) => code
            .parse()
            .map_err(|_| payable.fault(Problem::UnknownCurrency(shown(&code)))),
        None => Err(root.fault_below(stated, Problem::Missing)),
    }
}

/// Refuses the first amount of another currency, but for the element at `except`.
pub(super) fn one_currency<'a>(
    element: &'a Element,
    document: Currency,
    except: Option<usize>,
) -> Found<'a, ()> {
    if let Some(found) = element.attribute("currencyID")?
        && found != document.code()
        && except != Some(element.position)
    {
        return Err(element.fault(Problem::CurrencyMismatch {
            found: shown(&found),
            document,
        }));
    }
    // As deep as the tree, which the reader bounds.
    element
        .children
        .iter()
        .try_for_each(|child| one_currency(child, document, except))
}

/// Where the one amount stands that EN 16931 allows in another currency: the total of the tax in
/// the tax currency (BT-111), beside the total in the document's currency (BT-110).
pub(super) fn tax_total_in<'a>(
    totals: impl Iterator<Item = &'a Element>,
    tax_currency: &str,
    document: Currency,
) -> Found<'a, Option<usize>> {
    let (mut in_document_currency, mut in_tax_currency) = (false, None);
    for amount in totals {
        match amount.attribute("currencyID")? {
            Some(code) if code == tax_currency && code != document.code() => {
                in_tax_currency = in_tax_currency.or(Some(amount.position));
            }
            Some(code) if code != document.code() => {}
            _ => in_document_currency = true,
        }
    }
    Ok(in_tax_currency.filter(|_| in_document_currency))
}

/// The amount to be paid, of any sign.
pub(super) fn payable_amount(element: &Element, currency: Currency) -> Found<'_, PayableAmount> {
    let text = decimal(element)?;
    let fail = |problem| Err(element.fault(problem));
    // What the schemas' decimals allow beyond the ledger's notation: `-1`, `+1`, `.5` and `1.`.
    let digits = text.trim_start_matches(['+', '-']).trim_end_matches('.');
    let size = if digits.starts_with('.') {
        Money::parse(&format!("0{digits}"), currency)
    } else {
        Money::parse(digits, currency)
    };
    match size {
        Ok(size) => {
            let size = i128::from(size.minor);
            let minor = if text.starts_with('-') {
                0i128.saturating_sub(size)
            } else {
                size
            };
            Ok(PayableAmount {
                text,
                money: SignedMoney { currency, minor },
            })
        }
        Err(MoneyError::TooManyDecimals { decimals, .. }) => fail(Problem::TooManyDecimals {
            text,
            currency,
            decimals,
        }),
        Err(MoneyError::TooLarge(_)) => fail(Problem::AmountTooLarge(text)),
        Err(_) => fail(Problem::BadNumber(text)),
    }
}

/// The text of an `xsd:decimal`: a sign, digits and a point; no exponent, no separators.
pub(super) fn decimal(element: &Element) -> Found<'_, String> {
    let text = element.code()?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut digits = whole.bytes().chain(fraction.bytes()).peekable();
    if digits.peek().is_none() || !digits.all(|byte| byte.is_ascii_digit()) {
        return Err(element.fault(Problem::BadNumber(shown(&text))));
    }
    Ok(text)
}

/// The lines of a document, each read by `read`, in bounded number.
pub(super) fn lines<'a, T>(
    lines: impl Iterator<Item = &'a Element>,
    read: fn(&'a Element) -> Found<'a, T>,
) -> Found<'a, Vec<T>> {
    let mut out = Vec::new();
    for line in lines {
        if out.len() >= MAX_LINES {
            return Err(line.fault(Problem::TooManyLines));
        }
        out.push(read(line)?);
    }
    Ok(out)
}
