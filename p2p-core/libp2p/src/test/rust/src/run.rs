//! Carries out commands and tells events. One task owns the node; what takes long waits elsewhere for its answer.
use std::{collections::HashMap, time::Duration};

use futures::StreamExt;
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, Swarm, autonat,
    core::{ConnectedPoint, transport::ListenerId},
    gossipsub::{self, IdentTopic},
    identify, kad,
    multiaddr::Protocol,
    ping, relay,
    swarm::{ConnectionId, SwarmEvent, dial_opts::DialOpts},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    node::{self, Behaviour, BehaviourEvent, Failure, Options},
    streams,
};

const COMMAND_TIMEOUT: Duration = Duration::from_secs(25);
/// The multihash code and length of SHA-256.
const SHA256_PREFIX: [u8; 2] = [0x12, 0x20];

pub struct Running {
    swarm: Swarm<Behaviour>,
    commands: UnboundedReceiver<Value>,
    listeners_awaited: usize,
    addresses: Vec<String>,
    dials: HashMap<ConnectionId, Value>,
    pings: HashMap<PeerId, Vec<Value>>,
    queries: HashMap<kad::QueryId, (Value, Vec<String>)>,
    reservations: HashMap<ListenerId, (Value, Multiaddr)>,
    probes: HashMap<PeerId, Value>,
    security: String,
    dcutr: bool,
}

fn say(line: &Value) {
    println!("{line}");
}

fn answer(id: &Value, outcome: Result<Value, Failure>) {
    let mut line = match outcome {
        Ok(Value::Null) => json!({}),
        Ok(value) => value,
        Err(e) => json!({ "error": e.to_string() }),
    };
    line["id"] = id.clone();
    say(&line);
}

fn text<'a>(command: &'a Value, name: &str) -> &'a str {
    command[name].as_str().unwrap_or_default()
}

fn number(command: &Value, name: &str) -> usize {
    command[name].as_u64().unwrap_or_default() as usize
}

fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

fn multihash(key: &str) -> kad::RecordKey {
    let mut bytes = SHA256_PREFIX.to_vec();
    bytes.extend(Sha256::digest(key.as_bytes()));
    kad::RecordKey::from(bytes)
}

impl Running {
    pub fn start(options: Options, commands: UnboundedReceiver<Value>) -> Result<Self, Failure> {
        let swarm = node::create(&options)?;
        let running = Running {
            swarm,
            commands,
            listeners_awaited: options.listen.len(),
            addresses: Vec::new(),
            dials: HashMap::new(),
            pings: HashMap::new(),
            queries: HashMap::new(),
            reservations: HashMap::new(),
            probes: HashMap::new(),
            dcutr: options.dcutr,
            security: if options.security == "tls" { "/tls/1.0.0".into() } else { "/noise".into() },
        };
        running.tell_listening();
        Ok(running)
    }

    fn tell_listening(&self) {
        if self.addresses.len() == self.listeners_awaited {
            say(&json!({ "event": "listen", "peer": self.swarm.local_peer_id().to_string(), "addrs": self.addresses }));
        }
    }

    pub async fn run(&mut self) {
        loop {
            tokio::select! {
                command = self.commands.recv() => match command {
                    Some(command) => self.start_command(command),
                    None => return,
                },
                event = self.swarm.select_next_some() => self.happened(event),
            }
        }
    }

    fn start_command(&mut self, command: Value) {
        let id = command["id"].clone();
        match self.command(&id, &command) {
            Ok(Some(value)) => answer(&id, Ok(value)),
            Ok(None) => {}
            Err(e) => answer(&id, Err(e)),
        }
    }

    /// An answer; nothing if it comes later.
    fn command(&mut self, id: &Value, command: &Value) -> Result<Option<Value>, Failure> {
        let verb = text(command, "do");
        let peer = || -> Result<PeerId, Failure> { Ok(text(command, "peer").parse()?) };
        match verb {
            "dial" => {
                let options = DialOpts::from(text(command, "addr").parse::<Multiaddr>()?);
                let connection = options.connection_id();
                self.swarm.dial(options)?;
                self.dials.insert(connection, id.clone());
                Ok(None)
            }
            "hangup" => {
                self.swarm.disconnect_peer_id(peer()?).ok();
                Ok(Some(Value::Null))
            }
            "where" => Ok(Some(json!({ "peer": self.swarm.local_peer_id().to_string(), "addrs": self.addresses }))),
            "ping" => {
                self.pings.entry(peer()?).or_default().push(id.clone());
                Ok(None)
            }
            "echo" | "streams" | "count" | "reset" | "open" => {
                self.streams(id, verb, peer()?, command)?;
                Ok(None)
            }
            "serve" => {
                let protocol = StreamProtocol::try_from_owned(text(command, "protocol").into())?;
                self.swarm.behaviour().serve.0.add(protocol);
                Ok(Some(Value::Null))
            }
            "subscribe" | "unsubscribe" | "publish" | "subscribers" => self.gossip(verb, command).map(Some),
            "reserve" => {
                let relay: Multiaddr = text(command, "addr").parse()?;
                let listener = self.swarm.listen_on(relay.clone().with(Protocol::P2pCircuit))?;
                self.reservations.insert(listener, (id.clone(), relay));
                Ok(None)
            }
            "autonat" => {
                let peer = peer()?;
                let autonat = self.swarm.behaviour_mut().autonat.as_mut().ok_or("started without --autonat")?;
                autonat.add_server(peer, None);
                self.probes.insert(peer, id.clone());
                Ok(None)
            }
            "provide" | "providers" | "put" | "get" | "findpeer" => {
                let query = self.kad(verb, command)?;
                self.queries.insert(query, (id.clone(), Vec::new()));
                Ok(None)
            }
            _ => Err(format!("no command {verb}").into()),
        }
    }

    fn streams(&mut self, id: &Value, verb: &str, peer: PeerId, command: &Value) -> Result<(), Failure> {
        let control = self.swarm.behaviour().stream.new_control();
        let bytes = number(command, "bytes");
        let count = number(command, "count");
        let protocol = text(command, "protocol").to_owned();
        let (id, verb) = (id.clone(), verb.to_owned());
        tokio::spawn(async move {
            let work = async {
                match verb.as_str() {
                    "echo" => streams::echo(control, peer, bytes).await,
                    "streams" => streams::streams(control, peer, count, bytes).await,
                    "count" => streams::count(control, peer, bytes).await,
                    "reset" => streams::reset(control, peer).await,
                    _ => streams::open(control, peer, StreamProtocol::try_from_owned(protocol)?).await,
                }
            };
            let outcome = tokio::time::timeout(COMMAND_TIMEOUT, work).await.unwrap_or_else(|_| Err("took too long".into()));
            answer(&id, outcome);
        });
        Ok(())
    }

    fn gossip(&mut self, verb: &str, command: &Value) -> Result<Value, Failure> {
        let topic = IdentTopic::new(text(command, "topic"));
        let gossip = &mut self.swarm.behaviour_mut().gossip;
        match verb {
            "subscribe" => {
                gossip.subscribe(&topic)?;
                Ok(Value::Null)
            }
            "unsubscribe" => {
                gossip.unsubscribe(&topic);
                Ok(Value::Null)
            }
            "publish" => {
                gossip.publish(topic, text(command, "text"))?;
                Ok(Value::Null)
            }
            _ => {
                let hash = topic.hash();
                let subscribers = gossip.all_peers().filter(|(_, topics)| topics.contains(&&hash)).map(|(peer, _)| peer);
                Ok(json!({ "peers": texts(subscribers) }))
            }
        }
    }

    fn kad(&mut self, verb: &str, command: &Value) -> Result<kad::QueryId, Failure> {
        let key = text(command, "key");
        let kad = self.swarm.behaviour_mut().kad.as_mut().ok_or("started without --kad")?;
        Ok(match verb {
            "provide" => kad.start_providing(multihash(key))?,
            "providers" => kad.get_providers(multihash(key)),
            "put" => {
                let record = kad::Record::new(key.as_bytes().to_vec(), text(command, "text").as_bytes().to_vec());
                kad.put_record(record, kad::Quorum::One)?
            }
            "get" => kad.get_record(kad::RecordKey::new(&key.as_bytes())),
            _ => kad.get_closest_peers(text(command, "peer").parse::<PeerId>()?),
        })
    }

    fn happened(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::NewListenAddr { listener_id, address } => self.listening(listener_id, address),
            SwarmEvent::ListenerClosed { listener_id, reason, .. } => {
                if let Some((id, _)) = self.reservations.remove(&listener_id) {
                    answer(&id, Err(format!("no reservation: {reason:?}").into()));
                }
            }
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                let address = match &endpoint {
                    ConnectedPoint::Dialer { address, .. } => address,
                    ConnectedPoint::Listener { send_back_addr, .. } => send_back_addr,
                };
                let about = json!({
                    "event": "connected", "peer": peer_id.to_string(), "addr": address.to_string(),
                    "inbound": endpoint.is_listener(), "limited": endpoint.is_relayed(), "security": self.security, "early": false,
                });
                say(&about);
                if let Some(id) = self.dials.remove(&connection_id) {
                    let mut about = about;
                    about.as_object_mut().expect("an object").remove("event");
                    answer(&id, Ok(about));
                }
            }
            SwarmEvent::ConnectionClosed { peer_id, .. } => say(&json!({ "event": "disconnected", "peer": peer_id.to_string() })),
            SwarmEvent::OutgoingConnectionError { connection_id, error, .. } => {
                if let Some(id) = self.dials.remove(&connection_id) {
                    answer(&id, Err(format!("{error:?}").into()));
                }
            }
            SwarmEvent::Behaviour(event) => self.behaved(event),
            _ => {}
        }
    }

    fn listening(&mut self, listener: ListenerId, address: Multiaddr) {
        if let Some((id, relay)) = self.reservations.remove(&listener) {
            let circuit = relay.with(Protocol::P2pCircuit).with(Protocol::P2p(*self.swarm.local_peer_id()));
            answer(&id, Ok(json!({ "circuit": circuit.to_string(), "listen": address.to_string() })));
            return;
        }
        // An address that is known to be reachable is no candidate for a hole punched, and hole punching tells candidates only.
        if !self.dcutr {
            self.swarm.add_external_address(address.clone());
        }
        self.addresses.push(format!("{address}/p2p/{}", self.swarm.local_peer_id()));
        self.tell_listening();
    }

    fn behaved(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Identify(event) => self.identified(event),
            BehaviourEvent::Ping(ping::Event { peer, result, .. }) => {
                for id in self.pings.remove(&peer).unwrap_or_default() {
                    match &result {
                        Ok(time) => answer(&id, Ok(json!({ "micros": time.as_micros() as u64 }))),
                        Err(e) => answer(&id, Err(e.to_string().into())),
                    }
                }
            }
            BehaviourEvent::Gossip(gossipsub::Event::Message { propagation_source, message, .. }) => say(&json!({
                "event": "message", "topic": message.topic.to_string(), "by": propagation_source.to_string(),
                "from": message.source.map(|source| source.to_string()), "text": String::from_utf8_lossy(&message.data),
            })),
            BehaviourEvent::Client(relay::client::Event::ReservationReqAccepted { limit, .. }) => {
                say(&json!({ "event": "reserved", "limit": format!("{limit:?}") }));
            }
            BehaviourEvent::Kad(kad::Event::OutboundQueryProgressed { id, result, step, .. }) => self.queried(id, result, step.last),
            BehaviourEvent::Autonat(autonat::v1::Event::OutboundProbe(probe)) => self.probed(probe),
            _ => {}
        }
    }

    fn identified(&mut self, event: identify::Event) {
        match event {
            identify::Event::Received { peer_id, info, .. } => {
                if let Some(kad) = self.swarm.behaviour_mut().kad.as_mut() {
                    if info.protocols.iter().any(|protocol| protocol.as_ref().ends_with("/kad/1.0.0")) {
                        for address in &info.listen_addrs {
                            kad.add_address(&peer_id, address.clone());
                        }
                    }
                }
                say(&json!({
                    "event": "identified", "peer": peer_id.to_string(), "agent": info.agent_version, "version": info.protocol_version,
                    "protocols": texts(&info.protocols), "listen": texts(&info.listen_addrs), "observed": info.observed_addr.to_string(),
                    "record": if info.signed_peer_record.is_some() { json!(texts(&info.listen_addrs)) } else { Value::Null },
                }));
            }
            identify::Event::Error { peer_id, error, .. } => {
                say(&json!({ "event": "unidentified", "peer": peer_id.to_string(), "error": error.to_string() }));
            }
            _ => {}
        }
    }

    fn queried(&mut self, query: kad::QueryId, result: kad::QueryResult, last: bool) {
        let Some((id, mut found)) = self.queries.remove(&query) else { return };
        let outcome: Result<Option<Value>, Failure> = match result {
            kad::QueryResult::StartProviding(done) => done.map(|_| Some(Value::Null)).map_err(|e| e.to_string().into()),
            kad::QueryResult::PutRecord(done) => done.map(|_| Some(Value::Null)).map_err(|e| e.to_string().into()),
            kad::QueryResult::GetProviders(Ok(kad::GetProvidersOk::FoundProviders { providers, .. })) => {
                found.extend(texts(providers));
                Ok(None)
            }
            kad::QueryResult::GetProviders(Ok(_)) => Ok(None),
            kad::QueryResult::GetProviders(Err(e)) => Err(e.to_string().into()),
            kad::QueryResult::GetRecord(Ok(kad::GetRecordOk::FoundRecord(record))) => {
                Ok(Some(json!({ "text": String::from_utf8_lossy(&record.record.value) })))
            }
            kad::QueryResult::GetRecord(Ok(_)) => Err("no value".into()),
            kad::QueryResult::GetRecord(Err(e)) => Err(e.to_string().into()),
            kad::QueryResult::GetClosestPeers(Ok(closest)) => {
                Ok(Some(json!({ "peers": texts(closest.peers.iter().map(|peer| peer.peer_id)),
                    "addrs": texts(closest.peers.into_iter().flat_map(|peer| peer.addrs)) })))
            }
            other => Err(format!("{other:?}").into()),
        };
        match outcome {
            Ok(Some(value)) => answer(&id, Ok(value)),
            Ok(None) if last => answer(&id, Ok(json!({ "peers": found }))),
            Ok(None) => {
                self.queries.insert(query, (id, found));
            }
            Err(e) => answer(&id, Err(e)),
        }
    }

    fn probed(&mut self, probe: autonat::v1::OutboundProbeEvent) {
        match probe {
            autonat::v1::OutboundProbeEvent::Response { peer, address, .. } => {
                if let Some(id) = self.probes.remove(&peer) {
                    answer(&id, Ok(json!({ "reachable": true, "why": address.to_string() })));
                }
            }
            autonat::v1::OutboundProbeEvent::Error { peer: Some(peer), error, .. } => {
                if let Some(id) = self.probes.remove(&peer) {
                    answer(&id, Ok(json!({ "reachable": false, "why": format!("{error:?}") })));
                }
            }
            _ => {}
        }
    }
}
