//! A rust-libp2p node that the interoperability tests drive. It takes one JSON command a line on standard input and answers each with one
//! JSON line that carries the command's id; what happens by itself is told as lines with "event". It ends when standard input does.
//! With "bench" as its first argument it measures rust-libp2p instead and prints one JSON line.
mod bench;
mod node;
mod run;
mod serve;
mod streams;

use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::main]
async fn main() -> Result<(), node::Failure> {
    let mut args = std::env::args().skip(1).peekable();
    if args.next_if_eq("bench").is_some() {
        println!("{}", bench::bench(args.next()).await?);
        return Ok(());
    }
    let (commands, inbox) = tokio::sync::mpsc::unbounded_channel();
    let mut running = run::Running::start(node::Options::parse(args)?, inbox)?;
    tokio::spawn(async move { running.run().await });
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        commands.send(serde_json::from_str(&line)?)?;
    }
    std::process::exit(0)
}
