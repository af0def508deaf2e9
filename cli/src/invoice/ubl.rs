//! The meaning of a UBL 2.1 `Invoice`, by the syntax binding of EN 16931.

use super::error::{InvoiceError, Problem, shown};
use super::tree::Element;
use super::xml;
use super::{
    Identifier, IdentifierKind, Invoice, Line, MAX_CODE_CHARS, MAX_TEXT_CHARS, Party, PayableAmount,
};
use allonge_contracts::{Currency, Date, Money, MoneyError};

const UBL: &str = "urn:oasis:names:specification:ubl:schema:xsd:";
const CII: &str = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100";

/// UNTDID 1001 codes that EN 16931 counts as credit notes (rule BR-CL-01).
const CREDIT_TYPE_CODES: [&str; 11] = [
    "81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532",
];

/// What is wrong at an element, or at a path below it.
struct Fault<'a> {
    at: &'a Element,
    below: String,
    problem: Problem,
}

type Found<'a, T> = Result<T, Box<Fault<'a>>>;

pub(super) fn read(bytes: &[u8]) -> Result<Invoice, InvoiceError> {
    let document = xml::read(bytes, check_root)?;
    invoice(&document.root).map_err(|fault| InvoiceError {
        place: document.place(fault.at, &fault.below),
        problem: fault.problem,
    })
}

fn check_root(namespace: &str, local: &str) -> Result<(), Problem> {
    let kind = match (namespace.strip_prefix(UBL), local) {
        (Some("Invoice-2"), "Invoice") => return Ok(()),
        (Some("CreditNote-2"), _) => "a UBL credit note, by which the seller owes the buyer",
        (Some(_), _) => "another UBL document",
        _ if namespace == CII => "a UN/CEFACT CII invoice, the form inside Factur-X and ZUGFeRD",
        _ if local.eq_ignore_ascii_case("html") => "a web page",
        (None, "Invoice") => "an invoice of another vocabulary",
        _ => "an unknown document",
    };
    Err(Problem::NotUblInvoice {
        root: shown(local),
        namespace: shown(namespace),
        kind,
    })
}

fn invoice(root: &Element) -> Found<'_, Invoice> {
    let number = root.required("cbc:ID")?.code()?;
    let issue_date = date(root.required("cbc:IssueDate")?)?;
    let due_date = root.optional("cbc:DueDate")?.map(date).transpose()?;
    let type_code = root.optional_code("cbc:InvoiceTypeCode")?;
    if let Some(code) = type_code
        .as_deref()
        .filter(|code| CREDIT_TYPE_CODES.contains(code))
    {
        let at = root.required("cbc:InvoiceTypeCode")?;
        return Err(at.fault(Problem::CreditNote(code.to_owned())));
    }
    let currency = currency(root.required("cbc:DocumentCurrencyCode")?)?;
    one_currency(root, currency, tax_total_in_tax_currency(root, currency)?)?;
    let payable = root.required("cac:LegalMonetaryTotal/cbc:PayableAmount")?;
    Ok(Invoice {
        number,
        issue_date,
        due_date,
        type_code,
        currency,
        payable_amount: payable_amount(payable, currency)?,
        seller: party(root.required("cac:AccountingSupplierParty/cac:Party")?)?,
        buyer: party(root.required("cac:AccountingCustomerParty/cac:Party")?)?,
        payee: root.optional("cac:PayeeParty")?.map(party).transpose()?,
        lines: lines(root)?,
    })
}

impl Element {
    fn fault(&self, problem: Problem) -> Box<Fault<'_>> {
        self.fault_below("", problem)
    }

    fn fault_below(&self, below: &str, problem: Problem) -> Box<Fault<'_>> {
        Box::new(Fault {
            at: self,
            below: below.to_owned(),
            problem,
        })
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The one element at a path like `cac:Party/cbc:ID`.
    fn required(&self, path: &str) -> Found<'_, &Element> {
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
    fn optional(&self, path: &str) -> Found<'_, Option<&Element>> {
        match self.required(path) {
            Ok(element) => Ok(Some(element)),
            Err(fault) if fault.problem == Problem::Missing => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    fn optional_code(&self, path: &str) -> Found<'_, Option<String>> {
        self.optional(path)?.map(Element::code).transpose()
    }

    fn code(&self) -> Found<'_, String> {
        self.plain_text(MAX_CODE_CHARS)
    }

    fn name_or_description(&self) -> Found<'_, String> {
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

    fn attribute(&self, name: &str) -> Found<'_, Option<String>> {
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

fn date(element: &Element) -> Found<'_, Date> {
    let text = element.code()?;
    // An xsd:date may carry a time zone, which says nothing about the day that was written.
    let (day, zone) = text.split_at_checked(10).unwrap_or((&text, ""));
    day.parse()
        .ok()
        .filter(|_| is_time_zone(zone))
        .ok_or_else(|| element.fault(Problem::BadDate(shown(&text))))
}

fn is_time_zone(text: &str) -> bool {
    match text.as_bytes() {
        [] | [b'Z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => [h1, h2, m1, m2].iter().all(|b| b.is_ascii_digit()),
        _ => false,
    }
}

fn currency(element: &Element) -> Found<'_, Currency> {
    let text = element.code()?;
    text.parse()
        .map_err(|_| element.fault(Problem::UnknownCurrency(shown(&text))))
}

/// The one amount that EN 16931 allows in another currency: the total of the tax in the tax
/// currency (BT-111), beside the total in the document's currency (BT-110).
fn tax_total_in_tax_currency(root: &Element, document: Currency) -> Found<'_, Option<usize>> {
    let Some(tax_currency) = root.optional_code("cbc:TaxCurrencyCode")? else {
        return Ok(None);
    };
    let (mut in_document_currency, mut in_tax_currency) = (false, None);
    for total in root.all("cac:TaxTotal") {
        let amount = total.required("cbc:TaxAmount")?;
        match amount.attribute("currencyID")? {
            Some(code) if code == document.code() => in_document_currency = true,
            Some(code) if code == tax_currency && in_tax_currency.is_none() => {
                in_tax_currency = Some(amount.offset);
            }
            _ => {}
        }
    }
    Ok(in_tax_currency.filter(|_| in_document_currency))
}

/// Refuses the first amount of another currency, but for the element at offset `except`.
fn one_currency(element: &Element, document: Currency, except: Option<usize>) -> Found<'_, ()> {
    if let Some(found) = element.attribute("currencyID")?
        && found != document.code()
        && except != Some(element.offset)
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

fn payable_amount(element: &Element, currency: Currency) -> Found<'_, PayableAmount> {
    if element.attribute("currencyID")?.is_none() {
        return Err(element.fault(Problem::MissingAttribute("currencyID")));
    }
    let text = decimal(element)?;
    let fail = |problem| Err(element.fault(problem));
    let is_zero = text.bytes().all(|byte| !matches!(byte, b'1'..=b'9'));
    if is_zero || text.starts_with('-') {
        return fail(Problem::NotPositive(text));
    }
    // What the schema's decimals allow beyond the ledger's notation: `+1`, `.5` and `1.`.
    let digits = text.trim_start_matches('+').trim_end_matches('.');
    let money = if digits.starts_with('.') {
        Money::parse(&format!("0{digits}"), currency)
    } else {
        Money::parse(digits, currency)
    };
    match money {
        Ok(money) => Ok(PayableAmount { text, money }),
        Err(MoneyError::TooManyDecimals { decimals, .. }) => fail(Problem::TooManyDecimals {
            text,
            currency,
            decimals,
        }),
        Err(MoneyError::TooLarge(_)) => fail(Problem::AmountTooLarge(text)),
        Err(_) => fail(Problem::BadNumber(text)),
    }
}

/// The text of an xsd:decimal: a sign, digits and a point; no exponent, no separators.
fn decimal(element: &Element) -> Found<'_, String> {
    let text = element.code()?;
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(&text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut digits = whole.bytes().chain(fraction.bytes()).peekable();
    if digits.peek().is_none() || !digits.all(|byte| byte.is_ascii_digit()) {
        return Err(element.fault(Problem::BadNumber(shown(&text))));
    }
    Ok(text)
}

fn party(party: &Element) -> Found<'_, Party> {
    let registered = party.optional("cac:PartyLegalEntity/cbc:RegistrationName")?;
    let name = match registered {
        Some(name) => name,
        None => match party.optional("cac:PartyName/cbc:Name")? {
            Some(name) => name,
            None => party.required("cac:PartyLegalEntity/cbc:RegistrationName")?,
        },
    };
    let mut identifiers = Vec::new();
    let mut add = |kind, element, scheme| -> Found<'_, ()> {
        let element: &Element = element;
        identifiers.push(Identifier {
            kind,
            scheme: match scheme {
                Some(scheme) => Some(scheme),
                None => element.attribute("schemeID")?,
            },
            value: element.code()?,
        });
        Ok(())
    };
    if let Some(id) = party.optional("cac:PartyLegalEntity/cbc:CompanyID")? {
        add(IdentifierKind::Legal, id, None)?;
    }
    for group in party.all("cac:PartyIdentification") {
        add(IdentifierKind::Party, group.required("cbc:ID")?, None)?;
    }
    for group in party.all("cac:PartyTaxScheme") {
        if let Some(id) = group.optional("cbc:CompanyID")? {
            add(
                IdentifierKind::Tax,
                id,
                group.optional_code("cac:TaxScheme/cbc:ID")?,
            )?;
        }
    }
    if let Some(id) = party.optional("cbc:EndpointID")? {
        add(IdentifierKind::Endpoint, id, None)?;
    }
    Ok(Party {
        name: name.name_or_description()?,
        identifiers,
        country: party.optional_code("cac:PostalAddress/cac:Country/cbc:IdentificationCode")?,
    })
}

fn lines(root: &Element) -> Found<'_, Vec<Line>> {
    let lines: Vec<Line> = root
        .all("cac:InvoiceLine")
        .map(line)
        .collect::<Result<_, _>>()?;
    if lines.is_empty() {
        return Err(root.fault_below("cac:InvoiceLine", Problem::Missing));
    }
    Ok(lines)
}

fn line(line: &Element) -> Found<'_, Line> {
    let item = line.required("cac:Item")?;
    let description = match item.optional("cbc:Name")? {
        Some(name) => name,
        None => match item.all("cbc:Description").next() {
            Some(description) => description,
            None => item.required("cbc:Name")?,
        },
    };
    let quantity = line.optional("cbc:InvoicedQuantity")?;
    Ok(Line {
        id: line.required("cbc:ID")?.code()?,
        description: description.name_or_description()?,
        quantity: quantity.map(decimal).transpose()?,
        unit: match quantity {
            Some(quantity) => quantity.attribute("unitCode")?,
            None => None,
        },
        amount: decimal(line.required("cbc:LineExtensionAmount")?)?,
    })
}
