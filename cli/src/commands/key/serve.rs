//! `allonge key serve`: keys that other processes of this user may have sign, and cannot read.

use crate::context::Context;
use crate::error::CliError;
use crate::output::{call_text, fields};
use crate::signing::{Event, HeldKey, ServeError, Service, Told};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// Arguments of `key serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Where to listen: a path for a Unix socket
    #[arg(long, value_name = "PATH")]
    socket: PathBuf,
}

#[derive(Serialize)]
struct Serving {
    socket: PathBuf,
    keys: Vec<HeldKey>,
}

/// Serves until it is told to stop.
pub(super) async fn run(context: &Context, args: &ServeArgs) -> Result<(), CliError> {
    let keys = context.kept_signers()?;
    if keys.is_empty() {
        return Err(CliError::input(
            "KEY_MISSING",
            "no key is named to serve",
            "name each with --key NAME",
        ));
    }
    let serving = Serving {
        socket: context.file(&args.socket),
        keys: keys
            .iter()
            .map(|key| HeldKey {
                name: key.name().to_owned(),
                public_key: key.public(),
            })
            .collect(),
    };
    let failed = |error: ServeError| {
        CliError::input(
            "SIGNER_SOCKET",
            error.to_string(),
            "name another path with --socket, in a folder that is yours alone",
        )
    };
    let no_signals = |e: std::io::Error| {
        CliError::input(
            "SETUP",
            format!("no signals can be heard: {e}"),
            "try again",
        )
    };
    let (mut stop, mut end) = (
        signal(SignalKind::interrupt()).map_err(no_signals)?,
        signal(SignalKind::terminate()).map_err(no_signals)?,
    );
    let service = Service::open(&serving.socket, keys).map_err(failed)?;
    context.out.line("allonge.signer/1", &serving, |_| {
        let mut lines = vec![("socket", serving.socket.display().to_string())];
        lines.extend(
            serving
                .keys
                .iter()
                .map(|key| ("key", format!("{} {}", key.name, key.public_key))),
        );
        fields(&lines)
    })?;
    let out = context.out.clone();
    let told: Told = Arc::new(move |event| match event {
        Event::Signed(name, body) => {
            let calls: Vec<String> = body.calls.iter().map(call_text).collect();
            out.note(&format!(
                "{name} signed {} for {}: {}",
                body.id(),
                body.actor,
                calls.join("; ")
            ));
        }
        Event::Refused(what) => out.note(&format!("refused: {}", crate::files::shown(what, 400))),
    });
    tokio::select! {
        () = service.run(told) => {}
        _ = stop.recv() => {}
        _ = end.recv() => {}
    }
    Ok(())
}
