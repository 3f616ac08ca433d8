package klatch.libp2p.autonat;

import java.util.ArrayList;
import java.util.List;
import klatch.libp2p.MalformedMessageException;
import klatch.libp2p.Multiaddr;
import klatch.libp2p.wire.Protobuf;

/** What is said on a stream of {@code /libp2p/autonat/2/dial-request}: {@code Message { oneof msg }} of autonat-v2. */
sealed interface DialMessage {
  String PROTOCOL = "/libp2p/autonat/2/dial-request";
  /** Longest message either side sends; data comes in pieces of at most 4,096 bytes. */
  int MAX_BYTES = 8192;
  /** Addresses one request may name. */
  int MAX_ADDRESSES = 50;

  /** Asks to dial the first of these addresses that the server is willing to. */
  record Request(List<Multiaddr> addresses, long nonce) implements DialMessage {
    public Request {
      addresses = List.copyOf(addresses);
    }
  }

  /** How it went; index and dial status only count with {@link #OK}. */
  record Response(int status, int addressIndex, int dialStatus) implements DialMessage {
  }

  /** Asks for so many bytes before an address at another IP is dialled. */
  record DataRequest(int addressIndex, long bytes) implements DialMessage {
  }

  /** Some of them; what they are does not matter. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by content below.
  record Data(byte[] bytes) implements DialMessage {
    @Override
    public boolean equals(Object other) {
      return other instanceof Data that && java.util.Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return java.util.Arrays.hashCode(bytes);
    }
  }

  /** Response status: the server failed. */
  int INTERNAL_ERROR = 0;
  /** Response status: the server has served enough. */
  int REQUEST_REJECTED = 100;
  /** Response status: none of the addresses will be dialled. */
  int DIAL_REFUSED = 101;
  /** Response status and dial status: it went well. */
  int OK = 200;
  /** Dial status: nobody there, or nobody who is the requester's key. */
  int DIAL_ERROR = 100;
  /** Dial status: connected, but the nonce could not be handed over. */
  int DIAL_BACK_ERROR = 101;

  int REQUEST = 1;
  int RESPONSE = 2;
  int DATA_REQUEST = 3;
  int DATA = 4;

  default byte[] encode() {
    Protobuf.Writer inner = new Protobuf.Writer();
    int tag = switch (this) {
      case Request(List<Multiaddr> addresses, long nonce) -> {
        addresses.forEach(address -> inner.bytes(1, address.bytes()));
        inner.fixed64(2, nonce);
        yield REQUEST;
      }
      case Response(int status, int addressIndex, int dialStatus) -> {
        inner.number(1, status).number(2, addressIndex).number(3, dialStatus);
        yield RESPONSE;
      }
      case DataRequest(int addressIndex, long bytes) -> {
        inner.number(1, addressIndex).number(2, bytes);
        yield DATA_REQUEST;
      }
      case Data(byte[] bytes) -> {
        inner.bytes(1, bytes);
        yield DATA;
      }
    };
    return new Protobuf.Writer().bytes(tag, inner.toByteArray()).toByteArray();
  }

  static DialMessage decode(byte[] bytes) throws MalformedMessageException {
    for (Protobuf.Field field : Protobuf.read(bytes)) {
      switch (field.tag()) {
        case REQUEST -> {
          return request(field.array());
        }
        case RESPONSE -> {
          long[] numbers = numbers(field.array());
          return new Response((int) numbers[1], (int) numbers[2], (int) numbers[3]);
        }
        case DATA_REQUEST -> {
          long[] numbers = numbers(field.array());
          return new DataRequest((int) numbers[1], numbers[2]);
        }
        case DATA -> {
          byte[] data = {};
          for (Protobuf.Field part : Protobuf.read(field.array())) {
            data = part.tag() == 1 ? part.array() : data;
          }
          return new Data(data);
        }
        default -> {
          // Unknown fields are for later versions.
        }
      }
    }
    throw new MalformedMessageException("an autonat message that is none of the four");
  }

  private static Request request(byte[] message) throws MalformedMessageException {
    List<Multiaddr> addresses = new ArrayList<>();
    long nonce = 0;
    for (Protobuf.Field field : Protobuf.read(message)) {
      if (field.tag() == 1) {
        if (addresses.size() == MAX_ADDRESSES) {
          throw new MalformedMessageException("more than " + MAX_ADDRESSES + " addresses to dial");
        }
        // An address left out would shift the index of those behind it, so one that cannot be read spoils the request.
        addresses.add(Multiaddr.fromBytes(field.array()));
      } else if (field.tag() == 2) {
        nonce = field.fixed64();
      }
    }
    return new Request(addresses, nonce);
  }

  /** The number fields 1 to 3, zero where there is none, at most what an int holds except for the second. */
  private static long[] numbers(byte[] message) throws MalformedMessageException {
    long[] numbers = new long[4];
    for (Protobuf.Field field : Protobuf.read(message)) {
      if (field.tag() < numbers.length) {
        numbers[field.tag()] = Math.min(field.number(), Integer.MAX_VALUE);
      }
    }
    return numbers;
  }
}
