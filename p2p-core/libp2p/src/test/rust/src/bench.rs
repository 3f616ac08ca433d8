//! Measures rust-libp2p, both ends in this one process over loopback: the same as the other strangers.
use std::{
    collections::HashMap,
    fs,
    time::{Duration, Instant},
};

use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::{
    Multiaddr, PeerId, Stream, Swarm, Transport,
    core::upgrade::Version,
    gossipsub::{self, IdentTopic},
    identify,
    identity::Keypair,
    noise,
    swarm::{
        self, NetworkBehaviour, SwarmEvent,
        behaviour::toggle::Toggle,
        dial_opts::{DialOpts, PeerCondition},
    },
    tcp, yamux,
};
use libp2p_stream::Control;
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinHandle,
    time::{sleep, timeout},
};

use crate::{
    node::{self, Failure},
    serve::{self, COUNT, ECHO},
};

const WARM_UP_ROUNDS: usize = 50;
const ECHO_BYTES: usize = 32;
const ECHO_ROUNDS: usize = 5000;
const CHUNK_BYTES: usize = 64 * 1024;
const SINK_WARM_UP: usize = 64 << 20;
const SINK_BYTES: usize = 512 << 20;
const NODES: usize = 10;
const GOSSIP_BYTES: usize = 1024;
const WINDOW: usize = 64;
const TOPIC: &str = "bench";
const HEARTBEAT: Duration = Duration::from_secs(1);
const LOST: Duration = Duration::from_secs(20);
/// What Linux counts processor time in, on every machine that people use.
const TICKS_PER_SECOND: f64 = 100.0;

#[derive(NetworkBehaviour)]
struct Measured {
    identify: identify::Behaviour,
    serve: serve::Behaviour,
    stream: libp2p_stream::Behaviour,
    gossip: Toggle<gossipsub::Behaviour>,
}

/// The argument: how many seconds setups and each kind of gossip take.
pub async fn bench(seconds: Option<String>) -> Result<Value, Failure> {
    let span = Duration::from_secs_f64(seconds.map_or(Ok(4.0), |given| given.parse())?);
    let (per_second, cpu) = setups(span).await?;
    let echo = echoes().await?;
    let (megabytes, cpu_per_gigabyte) = throughput().await?;
    Ok(json!({
        "library": "rust-libp2p 0.57.1", "setups_per_s": per_second, "setup_cpu_ms": cpu, "echo_p50_ms": echo,
        "stream_mb_per_s": megabytes, "stream_cpu_s_per_gb": cpu_per_gigabyte,
        "line_msg_per_s": gossip(span, false).await?, "mesh_msg_per_s": gossip(span, true).await?,
    }))
}

fn host(gossips: bool) -> Result<Swarm<Measured>, Failure> {
    let key = Keypair::generate_ed25519();
    let peer = key.public().to_peer_id();
    let transport = tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(&key)?)
        .multiplex(yamux::Config::default())
        .boxed();
    let behaviour = Measured {
        identify: identify::Behaviour::new(identify::Config::new("/klatch-test/1.0.0".into(), key.public())),
        serve: serve::Behaviour(serve::Served::new()),
        stream: libp2p_stream::Behaviour::new(),
        gossip: gossips.then(|| node::gossip(&key)).transpose()?.into(),
    };
    Ok(Swarm::new(transport, behaviour, peer, swarm::Config::with_tokio_executor().with_idle_connection_timeout(Duration::from_secs(3600))))
}

async fn listening(gossips: bool) -> Result<(Swarm<Measured>, Multiaddr), Failure> {
    let mut swarm = host(gossips)?;
    swarm.listen_on("/ip4/127.0.0.1/tcp/0".parse()?)?;
    loop {
        if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
            return Ok((swarm, address));
        }
    }
}

/// Serves on a task of its own until it is aborted.
fn serve_alone(mut swarm: Swarm<Measured>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            swarm.select_next_some().await;
        }
    })
}

fn to(peer: PeerId, address: &Multiaddr) -> DialOpts {
    DialOpts::peer_id(peer).addresses(vec![address.clone()]).condition(PeerCondition::Always).build()
}

fn cpu_seconds() -> Result<f64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name in brackets may hold anything; user and system time are the 12th and 13th field behind it.
    let (_, fields) = stat.rsplit_once(')').ok_or("no name in /proc/self/stat")?;
    let ticks: f64 = fields.split_whitespace().skip(11).take(2).map(|field| field.parse::<f64>().unwrap_or_default()).sum();
    Ok(ticks / TICKS_PER_SECOND)
}

async fn setups(span: Duration) -> Result<(f64, f64), Failure> {
    let (server, address) = listening(false).await?;
    let peer = *server.local_peer_id();
    let served = serve_alone(server);
    let mut client = host(false)?;
    for _ in 0..WARM_UP_ROUNDS {
        setup(&mut client, peer, &address).await?;
    }
    let (cpu, begun, mut count) = (cpu_seconds()?, Instant::now(), 0);
    while begun.elapsed() < span {
        setup(&mut client, peer, &address).await?;
        count += 1;
    }
    let result = (count as f64 / begun.elapsed().as_secs_f64(), 1000.0 * (cpu_seconds()? - cpu) / count as f64);
    served.abort();
    Ok(result)
}

async fn setup(client: &mut Swarm<Measured>, peer: PeerId, address: &Multiaddr) -> Result<(), Failure> {
    client.dial(to(peer, address))?;
    loop {
        match timeout(LOST, client.select_next_some()).await? {
            SwarmEvent::Behaviour(MeasuredEvent::Identify(identify::Event::Received { .. })) => {
                client.disconnect_peer_id(peer).ok();
            }
            SwarmEvent::ConnectionClosed { .. } => return Ok(()),
            SwarmEvent::OutgoingConnectionError { error, .. } => return Err(error.into()),
            _ => {}
        }
    }
}

struct Pair {
    peer: PeerId,
    control: Control,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn connected() -> Result<Pair, Failure> {
    let (server, address) = listening(false).await?;
    let peer = *server.local_peer_id();
    let mut client = host(false)?;
    let control = client.behaviour().stream.new_control();
    client.dial(to(peer, &address))?;
    let served = serve_alone(server);
    loop {
        match client.select_next_some().await {
            SwarmEvent::ConnectionEstablished { .. } => return Ok(Pair { peer, control, tasks: [served, serve_alone(client)] }),
            SwarmEvent::OutgoingConnectionError { error, .. } => return Err(error.into()),
            _ => {}
        }
    }
}

async fn echoes() -> Result<f64, Failure> {
    let mut pair = connected().await?;
    let mut stream = pair.control.open_stream(pair.peer, ECHO).await.map_err(|e| e.to_string())?;
    // A task of the runtime like any other; the one that main() is runs on a thread of its own.
    tokio::spawn(async move { echo_rounds(&mut stream).await }).await?
}

async fn echo_rounds(stream: &mut Stream) -> Result<f64, Failure> {
    let mut buffer = [0; ECHO_BYTES];
    let mut times = Vec::with_capacity(ECHO_ROUNDS);
    for round in 0..WARM_UP_ROUNDS + ECHO_ROUNDS {
        let begun = Instant::now();
        stream.write_all(&buffer).await?;
        stream.flush().await?;
        stream.read_exact(&mut buffer).await?;
        if round >= WARM_UP_ROUNDS {
            times.push(begun.elapsed());
        }
    }
    times.sort();
    Ok(times[ECHO_ROUNDS / 2].as_secs_f64() * 1000.0)
}

async fn throughput() -> Result<(f64, f64), Failure> {
    let mut pair = connected().await?;
    send(&mut pair, SINK_WARM_UP).await?;
    let (cpu, begun) = (cpu_seconds()?, Instant::now());
    send(&mut pair, SINK_BYTES).await?;
    Ok((SINK_BYTES as f64 / 1e6 / begun.elapsed().as_secs_f64(), (cpu_seconds()? - cpu) / (SINK_BYTES as f64 / 1e9)))
}

async fn send(pair: &mut Pair, total: usize) -> Result<(), Failure> {
    let mut stream = pair.control.open_stream(pair.peer, COUNT).await.map_err(|e| e.to_string())?;
    let sending = tokio::spawn(async move {
        let chunk = vec![0; CHUNK_BYTES];
        for _ in 0..total / CHUNK_BYTES {
            stream.write_all(&chunk).await?;
        }
        stream.close().await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    });
    let answer = sending.await??;
    if answer == total.to_string() { Ok(()) } else { Err(format!("{answer} of {total} bytes arrived").into()) }
}

enum News {
    Subscribed,
    Arrived(u64),
}

/// A gossiping node on a task of its own: it publishes what it is given and tells what arrives.
fn drive(mut swarm: Swarm<Measured>, mut publish: UnboundedReceiver<Vec<u8>>, news: UnboundedSender<News>) -> JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            tokio::select! {
                Some(data) = publish.recv() => {
                    let gossip = swarm.behaviour_mut().gossip.as_mut().expect("made with gossip");
                    if let Err(e) = gossip.publish(IdentTopic::new(TOPIC), data) {
                        eprintln!("stranger: not published: {e}");
                    }
                }
                event = swarm.select_next_some() => {
                    let told = match event {
                        SwarmEvent::Behaviour(MeasuredEvent::Gossip(gossipsub::Event::Subscribed { .. })) => News::Subscribed,
                        SwarmEvent::Behaviour(MeasuredEvent::Gossip(gossipsub::Event::Message { message, .. })) => {
                            News::Arrived(u64::from_be_bytes(message.data[..8].try_into().expect("eight bytes")))
                        }
                        _ => continue,
                    };
                    news.send(told).ok();
                }
            }
        }
    })
}

struct Flow {
    publish: UnboundedSender<Vec<u8>>,
    news: UnboundedReceiver<News>,
    missing: HashMap<u64, usize>,
    next: u64,
}

impl Flow {
    fn publish(&mut self) -> Result<(), Failure> {
        let mut data = vec![0; GOSSIP_BYTES];
        data[..8].copy_from_slice(&self.next.to_be_bytes());
        self.missing.insert(self.next, NODES - 1);
        self.next += 1;
        Ok(self.publish.send(data)?)
    }

    async fn run(&mut self, span: Duration) -> Result<f64, Failure> {
        let (begun, mut done) = (Instant::now(), 0);
        while self.missing.len() < WINDOW {
            self.publish()?;
        }
        while begun.elapsed() < span {
            let Some(News::Arrived(number)) = timeout(LOST, self.news.recv()).await? else { continue };
            let left = self.missing.get_mut(&number).ok_or("a message arrived too often")?;
            *left -= 1;
            if *left == 0 {
                self.missing.remove(&number);
                done += 1;
                self.publish()?;
            }
        }
        Ok(done as f64 / begun.elapsed().as_secs_f64())
    }
}

/// Messages a second that reach all others from the first node, 64 on their way at once, every hop verifying.
async fn gossip(span: Duration, full: bool) -> Result<f64, Failure> {
    let (publish, published) = mpsc::unbounded_channel();
    let (tell, mut news) = mpsc::unbounded_channel();
    let mut published = Some(published);
    let (mut known, mut tasks): (Vec<(PeerId, Multiaddr)>, Vec<JoinHandle<()>>) = (Vec::new(), Vec::new());
    let mut links = 0;
    for i in 0..NODES {
        let (mut swarm, address) = listening(true).await?;
        swarm.behaviour_mut().gossip.as_mut().expect("made with gossip").subscribe(&IdentTopic::new(TOPIC))?;
        for (j, (peer, address)) in known.iter().enumerate() {
            if full || j + 1 == i {
                swarm.dial(to(*peer, address))?;
                links += 1;
            }
        }
        known.push((*swarm.local_peer_id(), address));
        let inbox = published.take().unwrap_or_else(|| mpsc::unbounded_channel().1);
        tasks.push(drive(swarm, inbox, tell.clone()));
    }
    for _ in 0..2 * links {
        timeout(LOST, news.recv()).await?;
    }
    // Two heartbeats more, so that the mesh has its final form.
    sleep(2 * HEARTBEAT).await;
    let mut flow = Flow { publish, news, missing: HashMap::new(), next: 0 };
    // On a task of the runtime, like the nodes.
    let measuring = tokio::spawn(async move {
        flow.run(span / 4).await?;
        flow.run(span).await
    });
    let result = measuring.await?;
    tasks.iter().for_each(JoinHandle::abort);
    result
}
