//! The meaning of a UN/CEFACT `CrossIndustryInvoice` (D16B and later), by the syntax binding of
//! EN 16931.
//!
//! One root stands for invoices and credit notes; the type code tells them apart.

use super::Read;
use super::document::{
    DocumentKind, Identifier, IdentifierKind, Line, Party, Price, Reference, ReferenceKind, Syntax,
    TradeDocument,
};
use super::error::{Problem, shown};
use super::fields::{
    Found, decimal, document_currency, is_credit, is_time_zone, lines, one_currency, only,
    payable_amount, tax_total_in,
};
use super::tree::Element;
use allonge_contracts::{Currency, Date};

const LINE_TOTAL: &str = "ram:SpecifiedLineTradeSettlement/\
                          ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount";
const SUMMATION: &str = "ram:SpecifiedTradeSettlementHeaderMonetarySummation";

/// Reads the document below its root.
pub(super) fn read(root: &Element) -> Found<'_, Read<'_>> {
    let header = root.required("rsm:ExchangedDocument")?;
    let number = header.required("ram:ID")?.code()?;
    let issue_date = date_time(header.required("ram:IssueDateTime")?)?;
    let type_at = header.filled("ram:TypeCode")?;
    let type_code = type_at.map(Element::code).transpose()?;
    let deal = root.required("rsm:SupplyChainTradeTransaction")?;
    let agreement = deal.required("ram:ApplicableHeaderTradeAgreement")?;
    let settlement = deal.required("ram:ApplicableHeaderTradeSettlement")?;
    let summation = settlement.required(SUMMATION)?;
    let payable = summation.required("ram:DuePayableAmount")?;
    let currency = document_currency(settlement, "ram:InvoiceCurrencyCode", payable)?;
    let tax_total = tax_total_in_tax_currency(settlement, summation, currency)?;
    one_currency(root, currency, tax_total)?;
    let payee = settlement.filled("ram:PayeeTradeParty")?;
    let document = TradeDocument {
        kind: if is_credit(type_code.as_deref()) {
            DocumentKind::CreditNote
        } else {
            DocumentKind::Invoice
        },
        syntax: Syntax::Cii,
        number,
        issue_date,
        due_date: due_date(settlement)?,
        type_code,
        currency,
        payable_amount: payable_amount(payable, currency)?,
        seller: party(agreement.required("ram:SellerTradeParty")?)?,
        buyer: party(agreement.required("ram:BuyerTradeParty")?)?,
        payee: payee.map(party).transpose()?,
        references: references(agreement, settlement)?,
        lines: lines(deal.all("ram:IncludedSupplyChainTradeLineItem"), line)?,
    };
    Ok(Read {
        document,
        payable,
        kind: type_at.unwrap_or(root),
    })
}

/// The one amount that may be in another currency.
fn tax_total_in_tax_currency<'a>(
    settlement: &'a Element,
    summation: &'a Element,
    document: Currency,
) -> Found<'a, Option<usize>> {
    let Some(tax_currency) = settlement.filled("ram:TaxCurrencyCode")? else {
        return Ok(None);
    };
    let totals = summation.all("ram:TaxTotalAmount");
    tax_total_in(totals, &tax_currency.code()?, document)
}

/// A date in an element such as `ram:IssueDateTime`: text of a stated format, or an `xsd:dateTime`.
fn date_time(at: &Element) -> Found<'_, Date> {
    for text in ["udt:DateTimeString", "qdt:DateTimeString"] {
        if let Some(text) = at.optional(text)? {
            return formatted_date(text);
        }
    }
    let Some(moment) = at.optional("udt:DateTime")? else {
        return Err(at.fault_below("udt:DateTimeString", Problem::Missing));
    };
    let text = moment.code()?;
    // The day as it was written, whatever the time zone.
    text.split_once('T')
        .filter(|(_, time)| is_time(time))
        .and_then(|(day, _)| day.parse().ok())
        .ok_or_else(|| moment.fault(Problem::BadDate(shown(&text))))
}

/// The time of an `xsd:dateTime`: `14:30:00`, then a fraction of a second and a time zone if any.
fn is_time(text: &str) -> bool {
    let Some((clock, rest)) = text.split_at_checked(8) else {
        return false;
    };
    let in_form = clock.bytes().enumerate().all(|(i, byte)| match i {
        2 | 5 => byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    in_form && is_time_zone(zone)
}

/// A date in one of the formats of UNTDID 2379 that name a day: 102 `CCYYMMDD`, which EN 16931
/// asks for and which holds where none is stated, and 203 to 205, which add a time.
fn formatted_date(at: &Element) -> Found<'_, Date> {
    let text = at.code()?;
    let format = at.attribute("format")?.unwrap_or_else(|| "102".to_owned());
    let (day, time) = text.split_at_checked(8).unwrap_or((&text, ""));
    let is_digits =
        |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let in_form = is_digits(day, 8)
        && match format.as_str() {
            "102" => time.is_empty(),
            "203" => is_digits(time, 4),
            "204" => is_digits(time, 6),
            "205" => time.split_at_checked(4).is_some_and(|(time, zone)| {
                is_digits(time, 4) && is_digits(zone.trim_start_matches(['+', '-']), 4)
            }),
            _ => false,
        };
    Some(day)
        .filter(|_| in_form)
        .and_then(|day| {
            let (year, rest) = day.split_at_checked(4)?;
            let (month, day) = rest.split_at_checked(2)?;
            Date::from_ymd(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        })
        .ok_or_else(|| {
            at.fault(Problem::BadFormattedDate {
                text: shown(&text),
                format: shown(&format),
            })
        })
}

/// The date of the terms of payment, but for those that only grant a discount until theirs.
fn due_date(settlement: &Element) -> Found<'_, Option<Date>> {
    let (mut due, mut discounts) = (Vec::new(), Vec::new());
    for terms in settlement.all("ram:SpecifiedTradePaymentTerms") {
        let mut discount = terms.all("ram:ApplicableTradePaymentDiscountTerms");
        let dates = match discount.next() {
            Some(_) => &mut discounts,
            None => &mut due,
        };
        dates.extend(terms.filled("ram:DueDateDateTime")?);
    }
    let dates = if due.is_empty() { discounts } else { due };
    only(dates.into_iter().map(date_time))
}

fn references<'a>(agreement: &'a Element, settlement: &'a Element) -> Found<'a, Vec<Reference>> {
    let mut references = Vec::new();
    for (kind, within, name) in [
        (
            ReferenceKind::Invoice,
            settlement,
            "ram:InvoiceReferencedDocument",
        ),
        (
            ReferenceKind::Order,
            agreement,
            "ram:BuyerOrderReferencedDocument",
        ),
        (
            ReferenceKind::Contract,
            agreement,
            "ram:ContractReferencedDocument",
        ),
    ] {
        for at in within.all(name) {
            // Without a number it names nothing.
            let Some(number) = at.filled("ram:IssuerAssignedID")? else {
                continue;
            };
            let issued = at.filled("ram:FormattedIssueDateTime")?;
            references.push(Reference {
                kind,
                number: number.code()?,
                issue_date: issued.map(date_time).transpose()?,
            });
        }
    }
    Ok(references)
}

fn party(party: &Element) -> Found<'_, Party> {
    let name = match party.filled("ram:Name")? {
        Some(name) => name,
        None => match party.filled("ram:SpecifiedLegalOrganization/ram:TradingBusinessName")? {
            Some(name) => name,
            None => party.required("ram:Name")?,
        },
    };
    let mut identifiers = Vec::new();
    for (kind, id) in identifier_elements(party)? {
        if id.is_empty() {
            continue;
        }
        let scheme = id.attribute("schemeID")?;
        identifiers.push(Identifier {
            kind,
            // UBL's word for the same, so that both read alike.
            scheme: match (kind, scheme.as_deref()) {
                (IdentifierKind::Tax, Some("VA")) => Some("VAT".to_owned()),
                _ => scheme,
            },
            value: id.code()?,
        });
    }
    let country = party.filled("ram:PostalTradeAddress/ram:CountryID")?;
    Ok(Party {
        name: name.name_or_description()?,
        identifiers,
        country: country.map(Element::code).transpose()?,
    })
}

/// The elements that identify a party: legal registration first, then its own, tax and address.
fn identifier_elements(party: &Element) -> Found<'_, Vec<(IdentifierKind, &Element)>> {
    let mut found = Vec::new();
    if let Some(id) = party.optional("ram:SpecifiedLegalOrganization/ram:ID")? {
        found.push((IdentifierKind::Legal, id));
    }
    for name in ["ram:ID", "ram:GlobalID"] {
        let ids = party.children.iter().filter(|child| child.name == name);
        found.extend(ids.map(|id| (IdentifierKind::Party, id)));
    }
    for (kind, group, name) in [
        (
            IdentifierKind::Tax,
            "ram:SpecifiedTaxRegistration",
            "ram:ID",
        ),
        (
            IdentifierKind::Endpoint,
            "ram:URIUniversalCommunication",
            "ram:URIID",
        ),
    ] {
        for group in party.children.iter().filter(|child| child.name == group) {
            let ids = group.children.iter().filter(|child| child.name == name);
            found.extend(ids.map(|id| (kind, id)));
        }
    }
    Ok(found)
}

fn line(line: &Element) -> Found<'_, Line> {
    let header = line.required("ram:AssociatedDocumentLineDocument")?;
    let product = line.optional("ram:SpecifiedTradeProduct")?;
    let quantity = line.filled("ram:SpecifiedLineTradeDelivery/ram:BilledQuantity")?;
    let price = line.filled("ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice")?;
    let description = match product {
        Some(product) => product_name(product)?.name_or_description()?,
        // The extended profile of Factur-X has lines of text among those that sell something.
        None => match header.all("ram:IncludedNote").next() {
            Some(note) => match note.filled("ram:Content")? {
                Some(content) => content.name_or_description()?,
                None => String::new(),
            },
            None => String::new(),
        },
    };
    let amount = match product {
        Some(_) => Some(line.required(LINE_TOTAL)?),
        None => line.filled(LINE_TOTAL)?,
    };
    Ok(Line {
        id: header.required("ram:LineID")?.code()?,
        description,
        quantity: quantity.map(decimal).transpose()?,
        unit: match quantity {
            Some(quantity) => quantity.attribute("unitCode")?,
            None => None,
        },
        price: price.map(net_price).transpose()?,
        amount: amount.map(decimal).transpose()?,
    })
}

/// The schema allows a name in several languages; the first one stands for all.
fn product_name(product: &Element) -> Found<'_, &Element> {
    match product.all("ram:Name").next() {
        Some(name) => Ok(name),
        None => match product.filled("ram:Description")? {
            Some(description) => Ok(description),
            None => product.required("ram:Name"),
        },
    }
}

fn net_price(price: &Element) -> Found<'_, Price> {
    let per = price.filled("ram:BasisQuantity")?;
    Ok(Price {
        amount: decimal(price.required("ram:ChargeAmount")?)?,
        per: per.map(decimal).transpose()?,
    })
}
