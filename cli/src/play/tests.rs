//! The format of scenarios: what is read, and what is refused with which line and words.

use super::format::{Claim, Item, Outcome, scenario};
use super::saved::Saved;
use super::toml::{At, Problem};
use super::words::{command_line, root};
use serde_json::json;

/// The first lines of every file here; what a test adds begins on line 12.
const HEAD: &str = r#"version = 1
start = "2027-01-04"
[[member]]
id = "acme"
role = "enterprise"
[[member]]
id = "bolt"
role = "enterprise"
[[member]]
id = "first-bank"
role = "bank"
"#;

const ISSUE: &str = r#"as = "acme"
do = "bill.issue"
with = { acceptor = "first-bank", payee = "bolt", amount = "5.00", maturity = "2027-03-01" }
"#;

fn wrong(text: &str) -> Problem {
    match scenario(text) {
        Ok(_) => panic!("this must be refused:\n{text}"),
        Err(problem) => problem,
    }
}

fn at(value: &str) -> At<String> {
    At {
        line: 7,
        value: value.to_owned(),
    }
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    // What follows the head, the line, words of the message, words of the hint.
    let table: &[(&str, usize, &str, &str)] = &[
        (
            "colour = 1",
            12,
            "unknown key `colour` in [[member]]",
            "there are",
        ),
        (
            "[[step]]\nwho = \"acme\"",
            13,
            "unknown key `who` in [[step]]",
            "there are",
        ),
        (
            "[[step]]\ndo = \"bill.issue\"\nsav = \"b\"",
            14,
            "unknown key `sav`",
            "did you mean `save`",
        ),
        (
            "[[stp]]\ndo = \"x\"",
            12,
            "unknown key `stp` in the file",
            "did you mean `step`",
        ),
        (
            "[[member]]\nid = \"acme\"\nrole = \"bank\"",
            12,
            "`acme` is there already",
            "another id",
        ),
        (
            "[[member]]\nid = \"x\"\nrole = \"banker\"",
            14,
            "no role `banker`",
            "did you mean `bank`",
        ),
        ("[[member]]\nid = \"x\"", 12, "x has no `role`", "role ="),
        (
            "[[member]]\nid = \"X!\"\nrole = \"bank\"",
            13,
            "`id`",
            "correct",
        ),
        (
            "[[member]]\nrole = \"bank\"",
            12,
            "[[member]] has no `id`",
            "id =",
        ),
        (
            "[[member]]\nid = \"x\"\nrole = \"enterprise\"\naccount_bank = \"frist-bank\"",
            12,
            "no member `frist-bank`",
            "`first-bank`",
        ),
        (
            "[[cash]]\nmember = \"acme\"\namount = 5.5\ncurrency = \"CNY\"",
            14,
            "number with a point",
            "\"5.5\"",
        ),
        (
            "[[cash]]\nmember = \"acme\"\namount = \"5.555\"\ncurrency = \"CNY\"",
            14,
            "5.555",
            "decimals",
        ),
        (
            "[[cash]]\nmember = \"acme\"\namount = \"5\"\ncurrency = \"CNX\"",
            15,
            "`currency`",
            "correct",
        ),
        (
            "[[cash]]\nmember = \"acne\"\namount = \"5\"\ncurrency = \"CNY\"",
            12,
            "no member `acne`",
            "did you mean `acme`",
        ),
        (
            "[[cash]]\nmember = \"acme\"\namount = true\ncurrency = \"CNY\"",
            14,
            "`amount` is true or false",
            "text in quotes",
        ),
        ("[[step]]\nas = \"acme\"", 12, "has no `do`", "noun.verb"),
        (
            "[[step]]\nas = \"acme\"\ndo = \"bill.isue\"",
            14,
            "no act `bill.isue`",
            "did you mean `bill.issue`",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"bil.issue\"",
            14,
            "no act `bil.issue`",
            "bill",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"bill\"",
            14,
            "a noun without its verb",
            "bill.issue",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"cluster.up\"",
            14,
            "no act `cluster.up`",
            "",
        ),
        (
            "[[step]]\nas = \"acne\"\ndo = \"bill.show\"\nwith = { number = \"1\" }",
            13,
            "`as`: there is no member `acne`",
            "`acme`",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"bill.issue\"\nwith = { payeee = \"bolt\" }",
            15,
            "no option `payeee`",
            "did you mean `payee`",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"bill.issue\"\nwith = { payee = \"bolt\" }",
            14,
            "bill.issue",
            "--help",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"cash.send\"\nwith = { to = \"bolt\", amount = \"1,00\" }",
            15,
            "1,00",
            "--help",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"bill.issue\"\nwith = \"payee\"",
            15,
            "`with` is a text or number, not a table",
            "a table",
        ),
        ("[[step]]\non = \"2027-02-30\"", 13, "`on`", "correct"),
        ("[[step]]\nafter = \"90\"", 13, "90d or 6m", "correct"),
        ("[[step]]\nafter = \"2027-02-03\"", 13, "not a date", "on ="),
        (
            "[[step]]\non = \"2027-02-03\"\nafter = \"1d\"",
            14,
            "not both",
            "remove",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"member.list\"\nexpect = \"NOT_HOLDERS\"",
            15,
            "no code `NOT_HOLDERS`",
            "did you mean `NOT_HOLDER`",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"member.list\"\nexpect = []",
            15,
            "empty list",
            "at least one",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"member.list\"\nexpect = true",
            15,
            "`expect` is true or false",
            "text in quotes",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"member.list\"\nsave = \"1b\"",
            15,
            "`1b` cannot be the name",
            "letter",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"bill.accept\"\nwith = { bill = \"${b.number}\" }",
            15,
            "no step above saves a result as `b`",
            "save = \"b\"",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"bill.accept\"\nwith = { bill = \"${b\" }",
            15,
            "has no end",
            "}",
        ),
        (
            "[[step]]\nas = \"acme\"\ndo = \"bill.accept\"\nwith = { bill = \"${b}\" }",
            15,
            "names no field",
            "${b.number}",
        ),
        ("[[check]]", 12, "checks nothing", "cash, lots"),
        (
            "[[check]]\ninvariants = false",
            13,
            "only be true",
            "remove",
        ),
        (
            "[[check]]\ninvariants = true\nrequests = { member = \"acme\", count = 0 }",
            12,
            "several things",
            "one [[check]] for each",
        ),
        (
            "[[check]]\ncash = { member = \"acme\", currency = \"CNY\" }",
            13,
            "compares nothing",
            "equals",
        ),
        (
            "[[check]]\ncash = { member = \"acme\", currency = \"CNY\", equal = \"5\" }",
            13,
            "unknown key `equal` in `cash`",
            "did you mean `equals`",
        ),
        (
            "[[check]]\ncash = { member = \"acme\", currency = \"CNY\", held = \"x\" }",
            13,
            "x",
            "1000000.00",
        ),
        (
            "[[check]]\nlots = { bill = \"1\" }",
            13,
            "no list `equals`",
            "range",
        ),
        (
            "[[check]]\nlots = { bill = \"${c.number}\", equals = [ {} ] }",
            13,
            "compares nothing",
            "field",
        ),
        (
            "[[check]]\nrequests = { member = \"acme\", count = 1, side = \"mine\" }",
            13,
            "`side` is `mine`",
            "waiting",
        ),
        (
            "[[param]]\nname = \"x\"",
            12,
            "[[param]] has no `value`",
            "value =",
        ),
        (
            "[[param]]\nname = \"recource_rate\"\nvalue = \"4%\"",
            13,
            "no parameter `recource_rate`",
            "did you mean `recourse_rate`",
        ),
        (
            "[[param]]\nname = \"recourse_rate\"\nvalue = \"four\"",
            14,
            "a rate such as 3.6%",
            "interest",
        ),
        (
            "[[param]]\nname = \"bill_max_term_months\"\nvalue = 0",
            14,
            "must be from 1 to 120",
            "months",
        ),
        (
            "[step]\ndo = \"member.list\"",
            12,
            "`step` is a table",
            "[[step]]",
        ),
        ("a = = 1", 12, "not TOML", "toml.io"),
    ];
    assert!(table.len() >= 20);
    let mut otherwise = Vec::new();
    for (more, line, message, hint) in table {
        let problem = wrong(&format!("{HEAD}{more}\n"));
        let right = problem.line == *line
            && problem.message.contains(message)
            && problem.hint.contains(hint)
            && !problem.hint.is_empty();
        if !right {
            otherwise.push(format!(
                "{more}\n→ {problem:?}, not {line}, {message}, {hint}"
            ));
        }
    }
    assert!(otherwise.is_empty(), "{}", otherwise.join("\n\n"));
}

#[test]
fn the_head_of_a_file_is_as_strict() {
    for (text, line, message) in [
        ("start = \"2027-01-04\"", 1, "no `version`"),
        ("\nversion = 2\nstart = \"2027-01-04\"", 2, "version 2"),
        ("version = \"one\"", 1, "`version`"),
        ("version = 1", 1, "no `start`"),
        ("version = 1\nstart = \"2027-13-04\"", 2, "`start`"),
        (
            "version = 1\nstart = \"2027-01-04\"\nholidays = [true]",
            3,
            "`holidays`",
        ),
        (
            "version = 1\nstart = \"2027-01-04\"\nholidays = [\"x\"]",
            3,
            "holidays",
        ),
        (
            "version = 1\nstart = \"2027-01-04\"\nend = 5",
            3,
            "unknown key `end`",
        ),
        ("version = 1\nversion = 1", 2, "not TOML"),
    ] {
        let problem = wrong(text);
        assert_eq!(problem.line, line, "{problem:?}");
        assert!(problem.message.contains(message), "{problem:?}");
    }
}

#[test]
fn steps_and_checks_keep_the_order_of_the_file() {
    let text = format!(
        "{HEAD}[[check]]\ninvariants = true\n[[step]]\n{ISSUE}save = \"b\"\n[[check]]\n\
         requests = {{ member = \"first-bank\", count = 1 }}\n[[step]]\non = 2027-01-05\n[[check]]\ninvariants = true\n"
    );
    let scenario = scenario(&text).unwrap();
    let kinds: Vec<(usize, &str)> = scenario
        .items
        .iter()
        .map(|item| match item {
            Item::Step(step) => (step.line, if step.act.is_some() { "act" } else { "clock" }),
            Item::Check(check) => (
                check.line,
                if matches!(check.claim, Claim::Invariants) {
                    "invariants"
                } else {
                    "check"
                },
            ),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            (12, "invariants"),
            (14, "act"),
            (19, "check"),
            (21, "clock"),
            (23, "invariants")
        ]
    );
}

#[test]
fn what_may_come_of_a_step() {
    for (expect, outcomes) in [
        ("", vec![Outcome::Ok]),
        ("expect = \"rejected\"", vec![Outcome::Rejected]),
        (
            "expect = [\"ok\", \"NOT_HOLDER\", \"NO_REQUEST\"]",
            vec![
                Outcome::Ok,
                Outcome::Code("NOT_HOLDER".to_owned()),
                Outcome::Code("NO_REQUEST".to_owned()),
            ],
        ),
    ] {
        let scenario = scenario(&format!("{HEAD}[[step]]\n{ISSUE}{expect}\n")).unwrap();
        let Some(Item::Step(step)) = scenario.items.first() else {
            panic!("no step");
        };
        assert_eq!(step.expect.value.0, outcomes);
    }
}

/// The arguments of the only step of a file.
fn args(step: &str) -> Vec<String> {
    let scenario = scenario(&format!("{HEAD}[[step]]\n{step}\n")).unwrap();
    let Some(Item::Step(step)) = scenario.items.first() else {
        panic!("no step");
    };
    let act = step.act.as_ref().unwrap();
    command_line(&root(), act, |text| Ok(text.value.clone()))
        .unwrap()
        .args
}

#[test]
fn a_step_becomes_the_command_line_that_one_would_type() {
    const N: &str = "510210009999620270105000000011";
    for (step, line) in [
        (
            "do = \"cash.send\"\nwith = { amount = 5, to = \"bolt\", currency = \"EUR\", for = \"a b\" }".to_owned(),
            "cash send --currency=EUR --for=a b -- bolt 5".to_owned(),
        ),
        (
            format!("do = \"bill.endorse\"\nwith = {{ bill = \"{N}\", lot = \"1-5\", to = \"bolt\", amount = \"0.02\", currency = \"CNY\", not_transferable = true }}"),
            format!("bill endorse --to=bolt --amount=0.02 CNY --not-transferable -- {N}:1-5"),
        ),
        (
            format!("do = \"bill.endorse\"\nwith = {{ lot = \"{N}:1-5\", to = \"bolt\", not-transferable = false }}"),
            format!("bill endorse --to=bolt -- {N}:1-5"),
        ),
        (
            format!("do = \"bill.revoke\"\nwith = {{ number = \"{N}\" }}"),
            format!("bill revoke -- {N}"),
        ),
        (
            "do = \"bill.issue\"\nwith = { acceptor = \"first-bank\", payee = \"bolt\", amount = \"5\", maturity = 2027-03-01, splittable = false }".to_owned(),
            "bill issue --acceptor=first-bank --payee=bolt --amount=5 --maturity=2027-03-01 --not-splittable".to_owned(),
        ),
        (
            "do = \"calendar.set\"\nwith = { closed = [\"2027-10-01\", 2027-10-04] }".to_owned(),
            "calendar set --closed=2027-10-01 --closed=2027-10-04".to_owned(),
        ),
        (
            "do = \"dev.advance\"\nwith = { to = \"6m\" }".to_owned(),
            "dev advance -- 6m".to_owned(),
        ),
    ] {
        assert_eq!(args(&step).join(" "), line, "{step}");
    }
}

#[test]
fn saved_results_are_put_in_wherever_texts_stand() {
    let mut saved = Saved::default();
    let told = saved.put(
        "b",
        &json!({
            "bill": "510210009999620270105000000011",
            "list": [{"n": 4}],
            "sum": {"amount": "5.00", "currency": "CNY"},
            "receipt": {
                "outcome": {"accepted": [{"request": {"request": "aa", "terms": "bb"}}]},
                "events": [
                    {"event": "lot.split", "data": {"instrument": "5102", "moved": {"start": "1", "end": "20"}, "kept": {"start": "21", "end": "500"}}},
                    {"event": "request.made", "data": {"request": {"id": "aa", "instrument": "5102", "range": {"start": "1", "end": "20"}}}},
                ],
            },
        }),
    );
    assert_eq!(told, "510210009999620270105000000011:1-20");
    for (text, filled) in [
        (
            "${b.number}:${b.lot}",
            "510210009999620270105000000011:1-20",
        ),
        ("${ b.request } ${b.terms}", "aa bb"),
        (
            "${b.sum} is $5, {} and ${b.list.0.n}",
            "5.00 CNY is $5, {} and 4",
        ),
        ("", ""),
    ] {
        assert_eq!(saved.fill(&at(text)).unwrap(), filled);
    }
    for (text, message, hint) in [
        ("${c.number}", "nothing was saved as `c`", "refused"),
        ("${b.numbr}", "there is no `numbr`", "`number`"),
        ("${b.list}", "is not one value", "${b.list.0}"),
        ("${b.receipt}", "is not one value", "events"),
        ("${b.list.7}", "there is no `7`", ""),
    ] {
        let problem = saved.fill(&at(text)).unwrap_err();
        assert_eq!(problem.line, 7);
        assert!(problem.message.contains(message), "{problem:?}");
        assert!(problem.hint.contains(hint), "{problem:?}");
    }
}

#[test]
fn the_lot_is_the_whole_package_where_none_is_named() {
    let mut saved = Saved::default();
    let event = json!({"event": "bill.registered", "data": {"bill": {"number": "5102", "sum": {"amount": "800000.00", "currency": "CNY"}}}});
    saved.put("b", &json!({"receipt": {"events": [event]}}));
    let filled = saved.fill(&at("${b.number} ${b.lot}")).unwrap();
    assert_eq!(filled, "5102 1-80000000");
}
