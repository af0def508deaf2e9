//! The format of a scenario, version 1: what the file says, checked as far as that goes without a network.

use super::claims;
use super::toml::{At, Entry, Fields, Problem, Value, did_you_mean, parse, read, text_of};
use crate::parse::DayArg;
use allonge_contracts::bills::BankNumber;
use allonge_contracts::members::{LegalId, Role};
use allonge_contracts::params::ParamName;
use allonge_contracts::{Code, Currency, Date, MemberId, Money};

/// The version of the format that this program reads.
pub const VERSION: u32 = 1;

/// What the program itself answers where a step's subject is not on the ledger.
pub const OWN_CODES: [&str; 4] = ["NOT_HOLDER", "NO_LOT", "NO_REQUEST", "UNKNOWN_MEMBER"];

/// A scenario.
#[derive(Debug)]
pub struct Scenario {
    /// The first day of the network's clock.
    pub start: At<Date>,
    /// Days off besides weekends.
    pub holidays: Vec<Date>,
    /// Who is there.
    pub members: Vec<Member>,
    /// Opening balances.
    pub cash: Vec<Cash>,
    /// Parameters.
    pub params: Vec<Param>,
    /// Steps and checks, in the order of the file.
    pub items: Vec<Item>,
}

/// `[[member]]`.
#[derive(Debug)]
pub struct Member {
    /// Where it stands.
    pub line: usize,
    /// Its name.
    pub id: MemberId,
    /// What it may do.
    pub roles: Vec<Role>,
    /// Its unified social credit code or LEI.
    pub legal_id: Option<LegalId>,
    /// Its number in the payment system.
    pub bank_number: Option<BankNumber>,
    /// Where it keeps its account.
    pub account_bank: Option<MemberId>,
}

/// `[[cash]]`.
#[derive(Debug)]
pub struct Cash {
    /// Where it stands.
    pub line: usize,
    /// Whose.
    pub member: MemberId,
    /// How much.
    pub money: Money,
}

/// `[[param]]`.
#[derive(Debug)]
pub struct Param {
    /// Where it stands.
    pub line: usize,
    /// Which.
    pub name: ParamName,
    /// Its value, in its unit.
    pub value: u64,
    /// From which day on; from the beginning where absent.
    pub from: Option<At<Date>>,
}

/// A step or a check.
#[derive(Debug)]
pub enum Item {
    /// `[[step]]`.
    Step(Step),
    /// `[[check]]`.
    Check(Check),
}

/// `[[step]]`.
#[derive(Debug)]
pub struct Step {
    /// Where it stands.
    pub line: usize,
    /// To what day the clock is moved first.
    pub when: Option<At<DayArg>>,
    /// Who acts.
    pub actor: Option<At<MemberId>>,
    /// What is done; only the clock is moved where absent.
    pub act: Option<Act>,
    /// The name of its result.
    pub save: Option<At<String>>,
    /// What must come of it.
    pub expect: At<Expect>,
}

/// What a step does.
#[derive(Debug)]
pub struct Act {
    /// `noun.verb`.
    pub verb: At<String>,
    /// Its options, in the order of the file.
    pub with: Vec<Entry>,
}

/// What must come of a step: any of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expect(pub Vec<Outcome>);

/// What may come of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has its effect.
    Ok,
    /// The ledger refuses it, by whatever code.
    Rejected,
    /// The ledger refuses it with this code.
    Code(String),
}

/// `[[check]]`.
#[derive(Debug)]
pub struct Check {
    /// Where it stands.
    pub line: usize,
    /// What must hold.
    pub claim: Claim,
}

/// What a check claims.
#[derive(Debug)]
pub enum Claim {
    /// What a member has.
    Cash {
        /// Who.
        member: At<String>,
        /// Of which currency.
        currency: At<Currency>,
        /// `equals`, `available`, `held` or `frozen`, and how much.
        amounts: Vec<(&'static str, At<String>)>,
    },
    /// All lots of a bill or certificate, in order.
    Lots {
        /// The bill or certificate.
        bill: At<String>,
        /// What is compared of each.
        equals: Vec<Expected>,
    },
    /// The front of a bill.
    Bill {
        /// The bill.
        number: At<String>,
        /// What is compared.
        equals: Expected,
    },
    /// The front of a certificate.
    Certificate {
        /// The certificate.
        number: At<String>,
        /// What is compared.
        equals: Expected,
    },
    /// A credit line.
    Line {
        /// Its id.
        id: At<String>,
        /// What is compared; `used` as an amount.
        equals: Expected,
    },
    /// How many live requests wait for a member, or were made by it.
    Requests {
        /// Who.
        member: At<String>,
        /// Made by it, not waiting for it.
        made: bool,
        /// How many.
        count: At<usize>,
    },
    /// What is kept under an id.
    Record {
        /// Of what.
        kind: Kind,
        /// Which.
        id: At<String>,
        /// What is compared.
        equals: Expected,
    },
    /// Where netting in a currency stands, and what its last cycle did.
    Netting {
        /// Of which currency.
        currency: At<Currency>,
        /// What is compared.
        equals: Expected,
    },
    /// All that waits in a member's queue, in order.
    Queue {
        /// Whose.
        payer: At<String>,
        /// In which currency.
        currency: At<Currency>,
        /// What is compared of each.
        equals: Vec<Expected>,
    },
    /// Every invariant over the whole state.
    Invariants,
}

/// What a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An obligation.
    Obligation,
    /// A settlement instruction.
    Instruction,
    /// A trade paper.
    Paper,
    /// A claim on an invoice.
    Claim,
    /// A condition that is to be attested.
    Condition,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 5] = [
        Kind::Obligation,
        Kind::Instruction,
        Kind::Paper,
        Kind::Claim,
        Kind::Condition,
    ];

    /// The key that names it in a check.
    pub const fn key(self) -> &'static str {
        match self {
            Kind::Obligation => "obligation",
            Kind::Instruction => "instruction",
            Kind::Paper => "paper",
            Kind::Claim => "claim",
            Kind::Condition => "condition",
        }
    }
}

/// Some fields of a record and what must stand there.
#[derive(Debug)]
pub struct Expected {
    /// Where it stands.
    pub line: usize,
    /// The fields.
    pub fields: Vec<Entry>,
}

/// Reads a scenario.
///
/// # Errors
/// What is wrong, with its line.
pub fn scenario(text: &str) -> Result<Scenario, Problem> {
    let mut file = read(text)?;
    let version = file.required_parsed::<u32>("version")?;
    if version.value != VERSION {
        return Err(Problem::at(
            version.line,
            format!("this is version {} of the format", version.value),
            format!("this program reads version {VERSION}"),
        ));
    }
    let start = file.required_parsed("start")?;
    let holidays = list(file.take("holidays"), "`holidays`")?
        .iter()
        .map(|day| Ok(parse(day, "holidays")?.value))
        .collect::<Result<_, Problem>>()?;
    let members = file.tables("member")?;
    let cash = file.tables("cash")?;
    let params = file.tables("param")?;
    let steps = file.tables("step")?;
    let checks = file.tables("check")?;
    file.end()?;
    let mut items = Vec::new();
    for step in steps {
        items.push(Item::Step(self::step(step)?));
    }
    for check in checks {
        items.push(Item::Check(claims::check(check)?));
    }
    items.sort_by_key(Item::line);
    let scenario = Scenario {
        start,
        holidays,
        members: members.into_iter().map(member).collect::<Result<_, _>>()?,
        cash: cash.into_iter().map(self::cash).collect::<Result<_, _>>()?,
        params: params.into_iter().map(param).collect::<Result<_, _>>()?,
        items,
    };
    super::names::check(&scenario)?;
    Ok(scenario)
}

impl Item {
    /// Where it stands.
    pub fn line(&self) -> usize {
        match self {
            Item::Step(step) => step.line,
            Item::Check(check) => check.line,
        }
    }
}

/// One text or a list of them.
fn list(value: Option<At<Value>>, what: &str) -> Result<Vec<At<String>>, Problem> {
    match value {
        None => Ok(Vec::new()),
        Some(At {
            value: Value::List(items),
            ..
        }) => items.into_iter().map(|item| text_of(item, what)).collect(),
        Some(one) => Ok(vec![text_of(one, what)?]),
    }
}

fn member(mut fields: Fields) -> Result<Member, Problem> {
    let id: At<MemberId> = fields.required_parsed("id")?;
    let mut roles = Vec::new();
    for word in list(fields.take("role"), "`role`")? {
        roles.push(Role::from_word(&word.value).ok_or_else(|| {
            Problem::at(
                word.line,
                format!("there is no role `{}`", word.value),
                did_you_mean(&word.value, Role::ALL.iter().map(|role| role.as_str())),
            )
        })?);
    }
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() {
        return Err(Problem::at(
            fields.line,
            format!("{} has no `role`", id.value),
            "add role = \"enterprise\" or another",
        ));
    }
    let member = Member {
        line: fields.line,
        id: id.value,
        roles,
        legal_id: fields.parsed("legal_id")?.map(|id| id.value),
        bank_number: fields.parsed("bank_number")?.map(|number| number.value),
        account_bank: fields.parsed("account_bank")?.map(|bank| bank.value),
    };
    fields.end()?;
    Ok(member)
}

fn cash(mut fields: Fields) -> Result<Cash, Problem> {
    let member: At<MemberId> = fields.required_parsed("member")?;
    let amount = fields.required("amount")?;
    let currency: At<Currency> = fields.required_parsed("currency")?;
    let cash = Cash {
        line: fields.line,
        member: member.value,
        money: money(&amount, currency.value)?,
    };
    fields.end()?;
    Ok(cash)
}

/// Reads an amount.
///
/// # Errors
/// It is none of this currency.
pub fn money(amount: &At<String>, currency: Currency) -> Result<Money, Problem> {
    Money::parse(&amount.value, currency).map_err(|error| {
        Problem::at(
            amount.line,
            error.to_string(),
            "write amounts like \"1000000.00\", with no more decimals than the currency has",
        )
    })
}

fn param(mut fields: Fields) -> Result<Param, Problem> {
    let word = fields.required("name")?;
    let value = fields.required("value")?;
    let name = ParamName::from_word(&word.value).ok_or_else(|| {
        let all = ParamName::ALL.iter().map(|name| name.as_str());
        Problem::at(
            word.line,
            format!("there is no parameter `{}`", word.value),
            did_you_mean(&word.value, all),
        )
    })?;
    let param = Param {
        line: fields.line,
        name,
        value: name.parse(&value.value).map_err(|error| {
            Problem::at(value.line, error.to_string(), name.summary().to_owned())
        })?,
        from: fields.parsed("from")?,
    };
    fields.end()?;
    Ok(param)
}

fn step(mut fields: Fields) -> Result<Step, Problem> {
    let line = fields.line;
    let on = fields.parsed::<Date>("on")?;
    let after = fields.parsed::<DayArg>("after")?;
    let when = match (on, after) {
        (Some(_), Some(after)) => {
            return Err(Problem::at(
                after.line,
                "a step has `on` or `after`, not both",
                "remove one of them",
            ));
        }
        (Some(on), None) => Some(At {
            line: on.line,
            value: DayArg::On(on.value),
        }),
        (None, Some(after)) if matches!(after.value, DayArg::On(_)) => {
            return Err(Problem::at(
                after.line,
                "`after` is a distance such as 90d or 6m, not a date",
                "write on = \"…\" for a date",
            ));
        }
        (None, after) => after,
    };
    let actor = fields.parsed("as")?;
    let verb = fields.text("do")?;
    let with = fields.take("with");
    let save = fields.text("save")?;
    let expect = fields.take("expect");
    fields.end()?;
    let act = match (verb, with) {
        (Some(verb), with) => Some(Act {
            verb,
            with: match with {
                None => Vec::new(),
                Some(At {
                    value: Value::Table(entries),
                    ..
                }) => entries,
                Some(other) => {
                    return Err(Fields::of(other, "`with`")
                        .err()
                        .unwrap_or_else(no_act(line)));
                }
            },
        }),
        (None, None) if when.is_some() && save.is_none() && actor.is_none() => None,
        (None, _) => return Err(no_act(line)()),
    };
    let expect = match expect {
        None => At {
            line,
            value: Expect(vec![Outcome::Ok]),
        },
        Some(value) => At {
            line: value.line,
            value: Expect(outcomes(value)?),
        },
    };
    Ok(Step {
        line,
        when,
        actor,
        act,
        save: save.map(name).transpose()?,
        expect,
    })
}

fn no_act(line: usize) -> impl FnOnce() -> Problem {
    move || {
        Problem::at(
            line,
            "[[step]] has no `do`",
            "add do = \"noun.verb\" as on the command line; a step that only moves the clock has `on` or `after` alone",
        )
    }
}

fn name(text: At<String>) -> Result<At<String>, Problem> {
    let good = text.value.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if good {
        return Ok(text);
    }
    Err(Problem::at(
        text.line,
        format!("`{}` cannot be the name of a result", text.value),
        "begin with a letter; letters, digits, - and _ may follow",
    ))
}

fn outcomes(value: At<Value>) -> Result<Vec<Outcome>, Problem> {
    let line = value.line;
    let mut all = Vec::new();
    for word in list(Some(value), "`expect`")? {
        let known = || {
            let codes = Code::ALL.iter().map(|code| code.name());
            codes.chain(OWN_CODES)
        };
        all.push(match word.value.as_str() {
            "ok" => Outcome::Ok,
            "rejected" => Outcome::Rejected,
            code if known().any(|name| name == code) => Outcome::Code(code.to_owned()),
            other => {
                return Err(Problem::at(
                    word.line,
                    format!("`expect`: there is no code `{other}`"),
                    match did_you_mean(other, known().chain(["ok", "rejected"])) {
                        near if near.starts_with("did") => near,
                        _ => "write \"ok\", \"rejected\", a code such as \"NOT_HOLDER\", or a list of them"
                            .to_owned(),
                    },
                ));
            }
        });
    }
    if all.is_empty() {
        return Err(Problem::at(
            line,
            "`expect` is an empty list, so that nothing could come of the step",
            "name at least one outcome, or leave it out for \"ok\"",
        ));
    }
    Ok(all)
}
