//! A rust-libp2p node that the interoperability tests drive. It takes one JSON command a line on standard input and answers each with one
//! JSON line that carries the command's id; what happens by itself is told as lines with "event". It ends when standard input does.
mod node;
mod run;
mod serve;
mod streams;

use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::main]
async fn main() -> Result<(), node::Failure> {
    let (commands, inbox) = tokio::sync::mpsc::unbounded_channel();
    let mut running = run::Running::start(node::Options::parse(std::env::args().skip(1))?, inbox)?;
    tokio::spawn(async move { running.run().await });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        commands.send(serde_json::from_str(&line)?)?;
    }
    std::process::exit(0)
}
