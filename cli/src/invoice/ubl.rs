//! The meaning of a UBL 2.1 `Invoice` or `CreditNote`, by the syntax binding of EN 16931.

use super::document::{
    DocumentKind, Identifier, IdentifierKind, Line, Party, Price, Reference, ReferenceKind, Syntax,
    TradeDocument,
};
use super::error::Problem;
use super::fields::{
    Found, date, decimal, document_currency, is_credit, lines, one_currency, only, payable_amount,
    tax_total_in,
};
use super::tree::Element;
use super::{Read, Root};
use allonge_contracts::{Currency, Date};

/// The two roots differ in the names of a few elements.
struct Names {
    type_code: &'static str,
    line: &'static str,
    quantity: &'static str,
}

const INVOICE: Names = Names {
    type_code: "cbc:InvoiceTypeCode",
    line: "cac:InvoiceLine",
    quantity: "cbc:InvoicedQuantity",
};

const CREDIT_NOTE: Names = Names {
    type_code: "cbc:CreditNoteTypeCode",
    line: "cac:CreditNoteLine",
    quantity: "cbc:CreditedQuantity",
};

/// Reads the document below a root of UBL.
pub(super) fn read(root: &Element, of: Root) -> Found<'_, Read<'_>> {
    let names = if of == Root::UblCreditNote {
        CREDIT_NOTE
    } else {
        INVOICE
    };
    let number = root.required("cbc:ID")?.code()?;
    let issue_date = date(root.required("cbc:IssueDate")?)?;
    let type_code = root.optional_code(names.type_code)?;
    let is_credit = of == Root::UblCreditNote || is_credit(type_code.as_deref());
    let payable = root.required("cac:LegalMonetaryTotal/cbc:PayableAmount")?;
    let currency = document_currency(root, "cbc:DocumentCurrencyCode", payable)?;
    let tax_total = tax_total_in_tax_currency(root, currency)?;
    one_currency(root, currency, tax_total)?;
    if payable.attribute("currencyID")?.is_none() {
        return Err(payable.fault(Problem::MissingAttribute("currencyID")));
    }
    let read_line = if of == Root::UblCreditNote {
        credit_note_line
    } else {
        invoice_line
    };
    let lines = lines(root.all(names.line), read_line)?;
    if lines.is_empty() {
        return Err(root.fault_below(names.line, Problem::Missing));
    }
    let document = TradeDocument {
        kind: if is_credit {
            DocumentKind::CreditNote
        } else {
            DocumentKind::Invoice
        },
        syntax: Syntax::Ubl,
        number,
        issue_date,
        due_date: due_date(root)?,
        type_code,
        currency,
        payable_amount: payable_amount(payable, currency)?,
        seller: party(root.required("cac:AccountingSupplierParty/cac:Party")?)?,
        buyer: party(root.required("cac:AccountingCustomerParty/cac:Party")?)?,
        payee: root.optional("cac:PayeeParty")?.map(party).transpose()?,
        references: references(root)?,
        lines,
    };
    Ok(Read {
        document,
        payable,
        kind: root.optional(names.type_code)?.unwrap_or(root),
    })
}

/// The one amount that may be in another currency.
fn tax_total_in_tax_currency(root: &Element, document: Currency) -> Found<'_, Option<usize>> {
    let Some(tax_currency) = root.optional_code("cbc:TaxCurrencyCode")? else {
        return Ok(None);
    };
    let totals: Vec<&Element> = root
        .all("cac:TaxTotal")
        .map(|total| total.required("cbc:TaxAmount"))
        .collect::<Result<_, _>>()?;
    tax_total_in(totals.into_iter(), &tax_currency, document)
}

/// Invoices state it at the root, credit notes with the means or terms of payment.
fn due_date(root: &Element) -> Found<'_, Option<Date>> {
    if let Some(due) = root.filled("cbc:DueDate")? {
        return date(due).map(Some);
    }
    let mut dates = Vec::new();
    for group in root
        .all("cac:PaymentMeans")
        .chain(root.all("cac:PaymentTerms"))
    {
        dates.extend(group.filled("cbc:PaymentDueDate")?);
    }
    only(dates.into_iter().map(date))
}

fn references(root: &Element) -> Found<'_, Vec<Reference>> {
    let mut references = Vec::new();
    for billing in root.all("cac:BillingReference") {
        for name in [
            "cac:InvoiceDocumentReference",
            "cac:SelfBilledInvoiceDocumentReference",
        ] {
            if let Some(at) = billing.optional(name)? {
                references.extend(reference(ReferenceKind::Invoice, at)?);
            }
        }
    }
    for (kind, name) in [
        (ReferenceKind::Order, "cac:OrderReference"),
        (ReferenceKind::Contract, "cac:ContractDocumentReference"),
    ] {
        for at in root.children.iter().filter(|child| child.name == name) {
            references.extend(reference(kind, at)?);
        }
    }
    Ok(references)
}

/// What an element refers to; without a number it names nothing.
fn reference(kind: ReferenceKind, at: &Element) -> Found<'_, Option<Reference>> {
    let Some(number) = at.optional_code("cbc:ID")? else {
        return Ok(None);
    };
    Ok(Some(Reference {
        kind,
        number,
        issue_date: at.filled("cbc:IssueDate")?.map(date).transpose()?,
    }))
}

fn party(party: &Element) -> Found<'_, Party> {
    const REGISTERED: &str = "cac:PartyLegalEntity/cbc:RegistrationName";
    let name = match party.filled(REGISTERED)? {
        Some(name) => name,
        None => match party.all("cac:PartyName").next() {
            Some(name) => name.required("cbc:Name")?,
            None => party.required(REGISTERED)?,
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
    if let Some(id) = party.filled("cac:PartyLegalEntity/cbc:CompanyID")? {
        add(IdentifierKind::Legal, id, None)?;
    }
    for group in party.all("cac:PartyIdentification") {
        if let Some(id) = group.filled("cbc:ID")? {
            add(IdentifierKind::Party, id, None)?;
        }
    }
    for group in party.all("cac:PartyTaxScheme") {
        if let Some(id) = group.filled("cbc:CompanyID")? {
            add(
                IdentifierKind::Tax,
                id,
                group.optional_code("cac:TaxScheme/cbc:ID")?,
            )?;
        }
    }
    if let Some(id) = party.filled("cbc:EndpointID")? {
        add(IdentifierKind::Endpoint, id, None)?;
    }
    Ok(Party {
        name: name.name_or_description()?,
        identifiers,
        country: party.optional_code("cac:PostalAddress/cac:Country/cbc:IdentificationCode")?,
    })
}

fn invoice_line(at: &Element) -> Found<'_, Line> {
    line(at, INVOICE.quantity)
}

fn credit_note_line(at: &Element) -> Found<'_, Line> {
    line(at, CREDIT_NOTE.quantity)
}

fn line<'a>(line: &'a Element, quantity: &str) -> Found<'a, Line> {
    let item = line.required("cac:Item")?;
    let description = match item.filled("cbc:Name")? {
        Some(name) => name,
        None => match item.all("cbc:Description").next() {
            Some(description) => description,
            None => item.required("cbc:Name")?,
        },
    };
    let quantity = line.filled(quantity)?;
    Ok(Line {
        id: line.required("cbc:ID")?.code()?,
        description: description.name_or_description()?,
        quantity: quantity.map(decimal).transpose()?,
        unit: match quantity {
            Some(quantity) => quantity.attribute("unitCode")?,
            None => None,
        },
        price: line.filled("cac:Price")?.map(price).transpose()?,
        amount: Some(decimal(line.required("cbc:LineExtensionAmount")?)?),
    })
}

fn price(price: &Element) -> Found<'_, Price> {
    Ok(Price {
        amount: decimal(price.required("cbc:PriceAmount")?)?,
        per: price
            .optional("cbc:BaseQuantity")?
            .map(decimal)
            .transpose()?,
    })
}
