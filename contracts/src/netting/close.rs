//! What the clock does at the close: a cycle, and the end of obligations whose deadline it is.

use crate::calendar::is_business_day;
use crate::clock::{DueKey, Moment, cancel};
use crate::events::ObligationEnded;
use crate::netting::cycle::{Cut, run_cycle};
use crate::netting::queue::{existing, put_netting, take_out};
use crate::netting::read::netting_in;
use crate::outcome::Failure;
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::NETTINGS;
use crate::work;

/// The close of a day on which obligations wait: a cycle, where the parameter asks for one and business is done.
pub(crate) fn clock_cycle(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    run.count(work::NETTING_DAY);
    cancel(run, key);
    let currency = key.about_currency()?;
    let next = key.date.plus_days(1).unwrap_or(key.date);
    let mut netting = netting_in(run.state, currency)?;
    netting.cycle_on = None;
    put_netting(run, netting, next)?;
    if run.settings.params.netting_close_cycle == 0 || !is_business_day(run.state, key.date)? {
        return Ok(());
    }
    // The close goes by its own day, however late the clock is: what falls due on later days does not count yet.
    let cut = Cut {
        by: None,
        deadline_from: key.date,
        moment: Moment::start_of(next),
    };
    run_cycle(run, currency, &cut).map_err(|failure| match failure {
        Failure::Fault(fault) => fault,
        Failure::Rejected(code, _) => {
            StateFault::new(NETTINGS.name(), format!("a cycle of the clock met {code}"))
        }
    })
}

/// The close of an obligation's last day: it ends unsettled.
pub(crate) fn deadline(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    run.count(work::OBLIGATION_END);
    let obligation = existing(run.state, &key.request_id())?;
    take_out(run, &obligation)?;
    run.emit(ObligationEnded {
        obligation: obligation.id,
        payer: obligation.payer,
        payee: obligation.payee,
        money: obligation.money,
        waits: obligation.waits,
    });
    Ok(())
}
