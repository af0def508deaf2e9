use super::*;

#[test]
fn dates_in_the_forms_of_unece() {
    let at = "<udt:DateTimeString format=\"102\">20270107</udt:DateTimeString>";
    let good = "2027-01-07".parse().unwrap();
    for form in [
        "<udt:DateTimeString format=\"102\"> 20270107 </udt:DateTimeString>",
        "<udt:DateTimeString>20270107</udt:DateTimeString>",
        "<udt:DateTimeString format=\"203\">202701071430</udt:DateTimeString>",
        "<udt:DateTimeString format=\"204\">20270107143059</udt:DateTimeString>",
        "<udt:DateTimeString format=\"205\">202701071430+0800</udt:DateTimeString>",
        "<udt:DateTime>2027-01-07T23:59:59</udt:DateTime>",
        "<udt:DateTime>2027-01-07T23:59:59.125-11:00</udt:DateTime>",
        "<udt:DateTime>2027-01-07T00:00:00Z</udt:DateTime>",
        "<qdt:DateTimeString format=\"102\">20270107</qdt:DateTimeString>",
    ] {
        assert_eq!(
            read_text(&change_in(CII, at, form)).issue_date,
            good,
            "{form}"
        );
    }
    let path = "CrossIndustryInvoice/rsm:ExchangedDocument/ram:IssueDateTime";
    for (form, element) in [
        (
            "<udt:DateTimeString format=\"102\">2027-01-07</udt:DateTimeString>",
            "udt:DateTimeString",
        ),
        (
            "<udt:DateTimeString format=\"102\">20270229</udt:DateTimeString>",
            "udt:DateTimeString",
        ),
        (
            "<udt:DateTimeString format=\"102\">20271301</udt:DateTimeString>",
            "udt:DateTimeString",
        ),
        (
            "<udt:DateTimeString format=\"102\">2027010７</udt:DateTimeString>",
            "udt:DateTimeString",
        ),
        (
            "<udt:DateTimeString format=\"102\">202701071430</udt:DateTimeString>",
            "udt:DateTimeString",
        ),
        (
            "<udt:DateTimeString format=\"102\">+2270107</udt:DateTimeString>",
            "udt:DateTimeString",
        ),
        (
            "<udt:DateTimeString format=\"610\">202701</udt:DateTimeString>",
            "udt:DateTimeString",
        ),
        (
            "<udt:DateTimeString format=\"101\">270107</udt:DateTimeString>",
            "udt:DateTimeString",
        ),
        ("<udt:DateTime>2027-01-07</udt:DateTime>", "udt:DateTime"),
        (
            "<udt:DateTime>2027-01-07T12:00</udt:DateTime>",
            "udt:DateTime",
        ),
        (
            "<udt:DateTime>2027-01-07T12:00:00.Z</udt:DateTime>",
            "udt:DateTime",
        ),
        (
            "<udt:DateTime>2027-01-07T12:00:00+8</udt:DateTime>",
            "udt:DateTime",
        ),
    ] {
        let expected = format!("INVOICE_BAD_DATE {path}/{element}");
        assert_eq!(outcome(&change_in(CII, at, form)), expected, "{form}");
    }
}

#[test]
fn the_date_of_a_discount_is_not_the_due_date() {
    let terms = |date: &str, discount: &str| {
        format!(
            "<ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime>\
             <udt:DateTimeString format=\"102\">{date}</udt:DateTimeString>\
             </ram:DueDateDateTime>{discount}</ram:SpecifiedTradePaymentTerms>"
        )
    };
    let discount = "<ram:ApplicableTradePaymentDiscountTerms>\
                    <ram:CalculationPercent>2</ram:CalculationPercent>\
                    </ram:ApplicableTradePaymentDiscountTerms>";
    let start = CII.find("<ram:SpecifiedTradePaymentTerms>").unwrap();
    let end = CII.find("<ram:SpecifiedTradeSettlementHeader").unwrap();
    for (all, due) in [
        (
            terms("20270120", discount) + &terms("20270407", ""),
            Some("2027-04-07"),
        ),
        (terms("20270407", ""), Some("2027-04-07")),
        (terms("20270407", discount), Some("2027-04-07")),
        (terms("20270407", "") + &terms("20270507", ""), None),
        (String::new(), None),
    ] {
        let document = read_text(&format!("{}{all}{}", &CII[..start], &CII[end..]));
        assert_eq!(
            document.due_date,
            due.map(|date| date.parse().unwrap()),
            "{all}"
        );
    }
}
