//! A rust-libp2p node made from the options that all strangers share.
use std::time::Duration;

use libp2p::{
    PeerId, StreamProtocol, Swarm, Transport, autonat,
    core::{
        muxing::StreamMuxerBox,
        transport::{Boxed, OrTransport},
        upgrade::Version,
    },
    dcutr, gossipsub, identify, identity::Keypair, kad, noise, ping, relay,
    swarm::{self, NetworkBehaviour, behaviour::toggle::Toggle},
    tcp, tls, yamux,
};

use crate::serve;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Far above what the tests do: the limits of rust-libp2p are not what they are about.
const PLENTY: usize = 1000;
const MAX_GOSSIP_BYTES: usize = 1024 * 1024;

pub struct Options {
    pub listen: Vec<String>,
    pub security: String,
    pub key: String,
    pub relay: bool,
    pub kad: Option<String>,
    pub autonat: bool,
    pub dcutr: bool,
}

impl Options {
    fn new() -> Self {
        Options {
            listen: Vec::new(),
            security: "noise".into(),
            key: "ed25519".into(),
            relay: false,
            kad: None,
            autonat: false,
            dcutr: false,
        }
    }

    pub fn parse(args: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut options = Options::new();
        let mut args = args;
        while let Some(option) = args.next() {
            let mut value = || args.next().ok_or(format!("no value for {option}"));
            match option.as_str() {
                "--listen" => options.listen.push(value()?),
                "--security" => options.security = value()?,
                "--key" => options.key = value()?,
                "--relay" => options.relay = true,
                "--kad" => options.kad = Some(value()?),
                "--autonat" => options.autonat = true,
                "--dcutr" => options.dcutr = true,
                // rust-libp2p has no early muxer negotiation.
                "--no-early-muxer" => {}
                _ => return Err(format!("unknown option {option}").into()),
            }
        }
        Ok(options)
    }
}

#[derive(NetworkBehaviour)]
pub struct Behaviour {
    pub identify: identify::Behaviour,
    pub ping: ping::Behaviour,
    pub serve: serve::Behaviour,
    pub stream: libp2p_stream::Behaviour,
    pub gossip: gossipsub::Behaviour,
    pub client: relay::client::Behaviour,
    pub relay: Toggle<relay::Behaviour>,
    pub kad: Toggle<kad::Behaviour<kad::store::MemoryStore>>,
    pub autonat: Toggle<autonat::v1::Behaviour>,
    pub autonat2: Toggle<autonat::v2::server::Behaviour>,
    pub dcutr: Toggle<dcutr::Behaviour>,
}

fn new_key(kind: &str) -> Result<Keypair, Failure> {
    match kind {
        "ed25519" => Ok(Keypair::generate_ed25519()),
        "secp256k1" => Ok(Keypair::generate_secp256k1()),
        "ecdsa" => Ok(Keypair::generate_ecdsa()),
        _ => Err(format!("rust-libp2p makes no {kind} keys").into()),
    }
}

fn transport(options: &Options, key: &Keypair, client: relay::client::Transport) -> Result<Boxed<(PeerId, StreamMuxerBox)>, Failure> {
    let tcp = || tcp::tokio::Transport::new(tcp::Config::default().nodelay(true));
    let raw = OrTransport::new(client, OrTransport::new(libp2p_websocket::Config::new(tcp()), tcp()));
    let upgrade = raw.upgrade(Version::V1Lazy);
    Ok(if options.security == "tls" {
        upgrade.authenticate(tls::Config::new(key)?).multiplex(yamux::Config::default()).boxed()
    } else {
        upgrade.authenticate(noise::Config::new(key)?).multiplex(yamux::Config::default()).boxed()
    })
}

pub fn gossip(key: &Keypair) -> Result<gossipsub::Behaviour, Failure> {
    let config = gossipsub::ConfigBuilder::default()
        .max_transmit_size(MAX_GOSSIP_BYTES)
        // rust-libp2p's own message id differs from everybody else's.
        .message_id_fn(|message| {
            let mut id = message.source.map(|source| source.to_bytes()).unwrap_or_default();
            id.extend(message.sequence_number.unwrap_or_default().to_be_bytes());
            gossipsub::MessageId::from(id)
        })
        .build()?;
    Ok(gossipsub::Behaviour::new(gossipsub::MessageAuthenticity::Signed(key.clone()), config)?)
}

fn relay_limits() -> relay::Config {
    relay::Config {
        max_reservations: PLENTY,
        max_reservations_per_peer: PLENTY,
        reservation_rate_limiters: Vec::new(),
        max_circuits: PLENTY,
        max_circuits_per_peer: PLENTY,
        max_circuit_bytes: 1 << 40,
        max_circuit_duration: Duration::from_secs(3600),
        circuit_src_rate_limiters: Vec::new(),
        ..relay::Config::default()
    }
}

fn kad(peer: PeerId, prefix: &str) -> Result<kad::Behaviour<kad::store::MemoryStore>, Failure> {
    let config = kad::Config::new(StreamProtocol::try_from_owned(format!("{prefix}/kad/1.0.0"))?);
    let mut behaviour = kad::Behaviour::with_config(peer, kad::store::MemoryStore::new(peer), config);
    behaviour.set_mode(Some(kad::Mode::Server));
    Ok(behaviour)
}

pub fn create(options: &Options) -> Result<Swarm<Behaviour>, Failure> {
    let key = new_key(&options.key)?;
    let peer = key.public().to_peer_id();
    let (client_transport, client) = relay::client::new(peer);
    let behaviour = Behaviour {
        identify: identify::Behaviour::new(
            identify::Config::new_with_signed_peer_record("/klatch-test/1.0.0".into(), &key)
                .with_agent_version("rust-libp2p-stranger".into())
                .with_push_listen_addr_updates(true),
        ),
        ping: ping::Behaviour::new(ping::Config::new().with_interval(Duration::from_millis(500))),
        serve: serve::Behaviour(serve::Served::new()),
        stream: libp2p_stream::Behaviour::new(),
        gossip: gossip(&key)?,
        client,
        relay: options.relay.then(|| relay::Behaviour::new(peer, relay_limits())).into(),
        kad: options.kad.as_ref().map(|prefix| kad(peer, prefix)).transpose()?.into(),
        autonat: options
            .autonat
            .then(|| {
                let config = autonat::v1::Config { only_global_ips: false, use_connected: false, ..Default::default() };
                autonat::v1::Behaviour::new(peer, config)
            })
            .into(),
        autonat2: options.autonat.then(autonat::v2::server::Behaviour::default).into(),
        dcutr: options.dcutr.then(|| dcutr::Behaviour::new(peer)).into(),
    };
    let config = swarm::Config::with_tokio_executor()
        .with_idle_connection_timeout(Duration::from_secs(3600))
        .with_max_negotiating_inbound_streams(PLENTY);
    let mut swarm = Swarm::new(transport(options, &key, client_transport)?, behaviour, peer, config);
    for address in &options.listen {
        swarm.listen_on(address.parse()?)?;
    }
    Ok(swarm)
}
