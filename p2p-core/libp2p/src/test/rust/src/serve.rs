//! The protocols that all strangers serve. Each stream has a task of its own.
use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use futures::{
    AsyncReadExt, AsyncWriteExt,
    future::{Ready, ready},
};
use libp2p::{
    InboundUpgrade, Multiaddr, PeerId, Stream, StreamProtocol,
    core::{Endpoint, UpgradeInfo, transport::PortUse, upgrade::DeniedUpgrade},
    swarm::{
        ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm, NetworkBehaviour, SubstreamProtocol,
        THandler, THandlerInEvent, THandlerOutEvent, ToSwarm,
        handler::{ConnectionEvent, FullyNegotiatedInbound},
    },
};

pub const ECHO: StreamProtocol = StreamProtocol::new("/klatch-test/echo/1.0.0");
pub const COUNT: StreamProtocol = StreamProtocol::new("/klatch-test/count/1.0.0");
pub const RESET: StreamProtocol = StreamProtocol::new("/klatch-test/reset/1.0.0");

#[derive(Clone)]
pub struct Served(Arc<Mutex<Vec<StreamProtocol>>>);

impl Served {
    pub fn new() -> Self {
        Served(Arc::new(Mutex::new(vec![ECHO, COUNT, RESET])))
    }

    pub fn add(&self, protocol: StreamProtocol) {
        self.0.lock().expect("no panic").push(protocol);
    }
}

async fn serve(mut stream: Stream, protocol: StreamProtocol) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    if protocol == ECHO {
        loop {
            let n = stream.read(&mut buffer).await?;
            if n == 0 {
                return stream.close().await;
            }
            stream.write_all(&buffer[..n]).await?;
            stream.flush().await?;
        }
    } else if protocol == COUNT {
        let mut count = 0;
        loop {
            let n = stream.read(&mut buffer).await?;
            if n == 0 {
                stream.write_all(count.to_string().as_bytes()).await?;
                return stream.close().await;
            }
            count += n;
        }
    } else if protocol == RESET {
        stream.read_exact(&mut buffer[..1]).await?;
        // A stream that is dropped without being closed is reset.
        Ok(())
    } else {
        stream.close().await
    }
}

pub struct Inbound(Vec<StreamProtocol>);

impl UpgradeInfo for Inbound {
    type Info = StreamProtocol;
    type InfoIter = std::vec::IntoIter<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.clone().into_iter()
    }
}

impl InboundUpgrade<Stream> for Inbound {
    type Output = (Stream, StreamProtocol);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Self::Error>>;

    fn upgrade_inbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((stream, protocol)))
    }
}

pub struct Handler(Served);

impl ConnectionHandler for Handler {
    type FromBehaviour = Infallible;
    type ToBehaviour = Infallible;
    type InboundProtocol = Inbound;
    type OutboundProtocol = DeniedUpgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Inbound> {
        SubstreamProtocol::new(Inbound(self.0.0.lock().expect("no panic").clone()), ())
    }

    fn connection_keep_alive(&self) -> bool {
        true
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<DeniedUpgrade, (), Infallible>> {
        Poll::Pending
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<Inbound, DeniedUpgrade>) {
        if let ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound { protocol: (stream, protocol), .. }) = event {
            tokio::spawn(serve(stream, protocol));
        }
    }
}

pub struct Behaviour(pub Served);

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Handler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self, _: ConnectionId, _: PeerId, _: &Multiaddr, _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler(self.0.clone()))
    }

    fn handle_established_outbound_connection(
        &mut self, _: ConnectionId, _: PeerId, _: &Multiaddr, _: Endpoint, _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        Ok(Handler(self.0.clone()))
    }

    fn on_swarm_event(&mut self, _: FromSwarm) {}

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}
