package klatch.libp2p.host;

import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import klatch.libp2p.ListenException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.PeerId;
import klatch.libp2p.transport.Transport;

/** A host's transports, where it listens with them, and the addresses under which it is reached besides. Safe for any thread. */
public final class Ports {
  private final PeerId id;
  private final List<Transport> transports = new CopyOnWriteArrayList<>();
  private final List<Transport.Listener> listeners = new CopyOnWriteArrayList<>();
  private final List<Multiaddr> announced = new CopyOnWriteArrayList<>();

  public Ports(PeerId id, List<Transport> transports) {
    this.id = id;
    this.transports.addAll(transports);
  }

  /** Adds a transport that is asked before all the others. */
  public void addFirst(Transport transport) {
    transports.addFirst(transport);
  }

  /** The transport for dialling an address. */
  public Optional<Transport> dialling(Multiaddr address) {
    return transports.stream().filter(transport -> transport.canDial(address)).findFirst();
  }

  /**
   * Listens on one more address.
   *
   * @throws ListenException if that cannot be
   */
  public void listen(Multiaddr address, Transport.Acceptor acceptor) {
    Transport transport = transports.stream().filter(one -> one.canListen(address)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no transport listens on " + address));
    try {
      listeners.add(transport.listen(address, acceptor));
    } catch (BindException e) {
      String reason = String.valueOf(e.getMessage());
      throw new ListenException(address, reason.contains("in use") ? "the port is taken by another program" : reason,
          e);
    } catch (IOException e) {
      throw new ListenException(address, String.valueOf(e.getMessage()), e);
    }
  }

  /** Adds an address that nothing here listens on; false if it was there. */
  public boolean announce(Multiaddr address) {
    Multiaddr full = full(address);
    return !announced.contains(full) && announced.add(full);
  }

  /** Takes an announced address back; false if there was none. */
  public boolean withdraw(Multiaddr address) {
    return announced.remove(full(address));
  }

  private Multiaddr full(Multiaddr address) {
    return address.endsWithPeer(id) ? address : address.withPeer(id);
  }

  /** Every address of the host, with its id. */
  public List<Multiaddr> addresses() {
    List<Multiaddr> all = new ArrayList<>();
    listeners.forEach(listener -> listener.addresses().forEach(address -> all.add(address.withPeer(id))));
    all.addAll(announced);
    return List.copyOf(all);
  }

  /** Nobody gets in any more. */
  public void close() {
    listeners.forEach(Transport.Listener::close);
  }
}
