//! An instruction as a file, strictly read: an unknown key is an error that names its line.

use super::leg::{LegArg, What};
use crate::error::CliError;
use crate::files::read_bounded;
use crate::parse::DayArg;
use crate::play::toml::{At, Fields, Problem, read as read_toml};
use allonge_contracts::Text;
use std::path::Path;

/// 32 legs take a few thousand bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// What the file says.
#[derive(Debug, Default)]
pub struct Written {
    /// Unsettled, it ends at the close of this day.
    pub deadline: Option<DayArg>,
    /// The proposer's reference.
    pub reference: Text<64>,
    /// What moves.
    pub legs: Vec<LegArg>,
}

/// Reads the file.
///
/// # Errors
/// It cannot be read, or is wrong; with the line.
pub fn read(file: &Path) -> Result<Written, CliError> {
    let bytes = read_bounded(file, MAX_BYTES)?;
    let wrong = |problem: Problem| {
        CliError::input(
            "INSTRUCTION_FILE",
            format!("{}:{}: {}", file.display(), problem.line, problem.message),
            problem.hint,
        )
    };
    let text = String::from_utf8(bytes).map_err(|_| {
        wrong(Problem::at(
            1,
            "this is not text in UTF-8",
            "save it as UTF-8",
        ))
    })?;
    written(&text).map_err(wrong)
}

/// How many legs a file's text has.
///
/// # Errors
/// What is wrong, with its line.
pub fn legs_of(text: &str) -> Result<usize, String> {
    let read = written(text);
    read.map(|written| written.legs.len())
        .map_err(|problem| format!("{}: {}", problem.line, problem.message))
}

fn written(text: &str) -> Result<Written, Problem> {
    let mut file = read_toml(text)?;
    let deadline = file.parsed("deadline")?.map(|day| day.value);
    let reference = file.parsed("reference")?.map(|text| text.value);
    let legs = file.tables("leg")?;
    file.end()?;
    if legs.is_empty() {
        return Err(Problem::at(
            1,
            "the file has no [[leg]]",
            "see `allonge settle propose --help` for how a file is written",
        ));
    }
    Ok(Written {
        deadline,
        reference: reference.unwrap_or_default(),
        legs: legs.into_iter().map(leg).collect::<Result<_, _>>()?,
    })
}

fn leg(mut fields: Fields) -> Result<LegArg, Problem> {
    let cash = fields.parsed("cash")?;
    let lot = fields.parsed("lot")?;
    let amount = fields.parsed("amount")?;
    let what = match (cash, lot, amount) {
        (Some(cash), None, None) => What::Cash(cash.value),
        (None, Some(lot), amount) => What::Lot(lot.value, amount.map(|amount| amount.value)),
        (Some(_), _, Some(At { line, .. })) => {
            return Err(Problem::at(
                line,
                "`amount` is how much of a lot moves, and this leg is cash",
                "write the amount as cash = \"590.00 CNY\"",
            ));
        }
        (Some(At { line, .. }), Some(_), None) => {
            return Err(Problem::at(
                line,
                "a leg moves cash or a lot, not both",
                "write two legs",
            ));
        }
        (None, None, _) => {
            return Err(Problem::at(
                fields.line,
                "[[leg]] moves nothing",
                "add cash = \"590.00 CNY\" or lot = \"NUMBER:START-END\"",
            ));
        }
    };
    let leg = LegArg {
        what,
        from: fields.required_parsed("from")?.value,
        to: fields.required_parsed("to")?.value,
        purpose: fields
            .parsed("for")?
            .map(|text| text.value)
            .unwrap_or_default(),
    };
    fields.end()?;
    Ok(leg)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOT: &str = "510210009999620270105000000011:1-100000";

    #[test]
    fn a_file_says_what_legs_on_the_command_line_say() {
        let text = format!(
            "deadline = 2027-01-08\nreference = \"trade 7\"\n\
             [[leg]]\nlot = \"{LOT}\"\namount = \"600.00\"\nfrom = \"acme\"\nto = \"bolt\"\n\
             [[leg]]\ncash = \"590.00 EUR\"\nfrom = \"bolt\"\nto = \"acme\"\nfor = \"paper\"\n"
        );
        let read = written(&text).unwrap();
        assert_eq!(read.deadline, Some("2027-01-08".parse().unwrap()));
        assert_eq!(read.reference.as_str(), "trade 7");
        let same: Vec<LegArg> = vec![
            format!("600.00 of {LOT} from acme to bolt")
                .parse()
                .unwrap(),
            "590.00 EUR from bolt to acme for paper".parse().unwrap(),
        ];
        assert_eq!(read.legs, same);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        // Some kilobytes that are thousands of tables in each other.
        let key = vec!["a"; 70].join(".");
        let open = format!("{key} = {{ ").repeat(30);
        let deep = format!("\n{open}b = 1{}", " }".repeat(30));
        for (text, line, part) in [
            ("", 1, "no [[leg]]"),
            ("deadline = 5", 1, "neither a date"),
            ("legs = []", 1, "unknown key `legs`"),
            ("[[leg]]\nfrom = \"a\"\nto = \"b\"", 1, "moves nothing"),
            (
                "[[leg]]\ncash = 5.0\nfrom = \"a\"",
                2,
                "number with a point",
            ),
            ("[[leg]]\ncash = \"5\"\nto = \"b\"", 1, "no `from`"),
            (
                "[[leg]]\ncash = \"5\"\nfrom = \"A\"\nto = \"b\"",
                3,
                "`from`",
            ),
            (
                "[[leg]]\ncash = \"5\"\nfrom = \"a\"\nto = \"b\"\nwhy = \"x\"",
                5,
                "unknown key `why`",
            ),
            (
                "[[leg]]\ncash = \"5\"\namount = \"4\"\nfrom = \"a\"\nto = \"b\"",
                3,
                "this leg is cash",
            ),
            ("[[leg]]\nlot = \"12\"\nfrom = \"a\"", 2, "30 digits"),
            (&deep, 2, "more than 32 deep"),
        ] {
            let problem = written(text).unwrap_err();
            assert_eq!(problem.line, line, "{text}: {problem:?}");
            assert!(problem.message.contains(part), "{text}: {problem:?}");
        }
        let both = format!("[[leg]]\ncash = \"5\"\nlot = \"{LOT}\"");
        assert!(written(&both).unwrap_err().message.contains("not both"));
    }
}
