package klatch.libp2p.mdns;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import klatch.libp2p.MalformedMessageException;

/**
 * As much of a DNS message (RFC 1035) as finding peers takes: questions, and PTR and TXT records. Names are dotted, in lower case, without
 * the dot at the end. The sections of answers are kept apart when written and joined when read, because peers disagree where TXT belongs.
 */
record DnsMessage(int id, boolean response, List<Question> questions, List<Resource> answers,
    List<Resource> additionals) {
  /** Largest packet of multicast DNS (RFC 6762, section 17). */
  static final int MAX_BYTES = 9000;
  static final int PTR = 12;
  static final int TXT = 16;
  static final int ANY = 255;
  private static final int CLASS_INTERNET = 1;
  /** The top bit of a class asks for an answer by unicast, or says that older records are void; the class is the rest. */
  private static final int CLASS_MASK = 0x7fff;
  private static final int RESPONSE_FLAG = 0x8000;
  private static final int AUTHORITATIVE_FLAG = 0x0400;
  /** Opcode and response code, which are zero in multicast DNS. */
  private static final int OTHER_MEANING_MASK = 0x780f;
  private static final int MAX_LABEL_BYTES = 63;
  private static final int MAX_NAME_BYTES = 255;
  private static final int MAX_STRING_BYTES = 255;
  /** Questions and records of one packet that are looked at. */
  private static final int MAX_RECORDS = 256;
  private static final int POINTER = 0xc0;
  private static final int HEADER_BYTES = 12;

  DnsMessage {
    questions = List.copyOf(questions);
    answers = List.copyOf(answers);
    additionals = List.copyOf(additionals);
  }

  record Question(String name, int type, boolean unicastAnswer) {
  }

  /** One record of an answer. */
  sealed interface Resource {
    String name();

    /** A name that another one stands for. */
    record Pointer(String name, int ttlSeconds, String target) implements Resource {
    }

    /** Some strings. */
    record Text(String name, int ttlSeconds, List<String> strings) implements Resource {
      public Text {
        strings = List.copyOf(strings);
      }
    }
  }

  static DnsMessage query(String name, int type) {
    return new DnsMessage(0, false, List.of(new Question(name, type, false)), List.of(), List.of());
  }

  // ---- writing ----

  byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    two(out, id);
    two(out, response ? RESPONSE_FLAG | AUTHORITATIVE_FLAG : 0);
    two(out, questions.size());
    two(out, answers.size());
    two(out, 0);
    two(out, additionals.size());
    for (Question question : questions) {
      out.writeBytes(encodedName(question.name()));
      two(out, question.type());
      two(out, CLASS_INTERNET | (question.unicastAnswer() ? ~CLASS_MASK & 0xffff : 0));
    }
    answers.forEach(answer -> write(out, answer));
    additionals.forEach(additional -> write(out, additional));
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, Resource resource) {
    out.writeBytes(encodedName(resource.name()));
    switch (resource) {
      case Resource.Pointer(_, int ttl, String target) -> head(out, PTR, ttl, encodedName(target));
      case Resource.Text(_, int ttl, List<String> strings) -> {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (String string : strings) {
          byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
          if (bytes.length > MAX_STRING_BYTES) {
            throw new IllegalArgumentException("TXT string of " + bytes.length + " bytes, at most " + MAX_STRING_BYTES);
          }
          content.write(bytes.length);
          content.writeBytes(bytes);
        }
        head(out, TXT, ttl, content.toByteArray());
      }
    }
  }

  private static void head(ByteArrayOutputStream out, int type, int ttl, byte[] content) {
    two(out, type);
    two(out, CLASS_INTERNET);
    two(out, ttl >>> 16);
    two(out, ttl);
    two(out, content.length);
    out.writeBytes(content);
  }

  private static void two(ByteArrayOutputStream out, int value) {
    out.write(value >>> 8);
    out.write(value);
  }

  private static byte[] encodedName(String name) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (String label : name.split("\\.", -1)) {
      byte[] bytes = label.getBytes(StandardCharsets.UTF_8);
      if (bytes.length == 0 || bytes.length > MAX_LABEL_BYTES) {
        throw new IllegalArgumentException("DNS label of " + bytes.length + " bytes in " + name);
      }
      out.write(bytes.length);
      out.writeBytes(bytes);
    }
    out.write(0);
    if (out.size() > MAX_NAME_BYTES) {
      throw new IllegalArgumentException("DNS name of " + out.size() + " bytes, at most " + MAX_NAME_BYTES);
    }
    return out.toByteArray();
  }

  // ---- reading ----

  /** Reads a packet. All records behind the questions become {@link #answers}; types other than PTR and TXT are passed over. */
  static DnsMessage decode(byte[] packet) throws MalformedMessageException {
    if (packet.length < HEADER_BYTES || packet.length > MAX_BYTES) {
      throw new MalformedMessageException(
          "DNS packet of " + packet.length + " bytes, " + HEADER_BYTES + " to " + MAX_BYTES);
    }
    ByteBuffer in = ByteBuffer.wrap(packet);
    try {
      int id = in.getShort() & 0xffff;
      int flags = in.getShort() & 0xffff;
      if ((flags & OTHER_MEANING_MASK) != 0) {
        throw new MalformedMessageException("DNS packet with flags " + Integer.toHexString(flags));
      }
      int questionCount = in.getShort() & 0xffff;
      int records = (in.getShort() & 0xffff) + (in.getShort() & 0xffff) + (in.getShort() & 0xffff);
      if (questionCount > MAX_RECORDS || records > MAX_RECORDS) {
        throw new MalformedMessageException(
            "DNS packet with " + questionCount + " questions and " + records + " records, at most " + MAX_RECORDS);
      }
      List<Question> questions = new ArrayList<>();
      for (int i = 0; i < questionCount; i++) {
        String name = name(in);
        int type = in.getShort() & 0xffff;
        int flagsAndClass = in.getShort() & 0xffff;
        questions.add(new Question(name, type, flagsAndClass > CLASS_MASK));
      }
      List<Resource> resources = new ArrayList<>();
      for (int i = 0; i < records; i++) {
        resource(in, resources);
      }
      return new DnsMessage(id, (flags & RESPONSE_FLAG) != 0, questions, resources, List.of());
    } catch (BufferUnderflowException e) {
      throw new MalformedMessageException("DNS packet of " + packet.length + " bytes is cut short", e);
    }
  }

  private static void resource(ByteBuffer in, List<Resource> resources) throws MalformedMessageException {
    String name = name(in);
    int type = in.getShort() & 0xffff;
    int resourceClass = in.getShort() & CLASS_MASK;
    int ttl = in.getInt();
    int length = in.getShort() & 0xffff;
    if (length > in.remaining()) {
      throw new MalformedMessageException("DNS record of " + length + " bytes, " + in.remaining() + " left");
    }
    int end = in.position() + length;
    if (resourceClass == CLASS_INTERNET && type == PTR) {
      resources.add(new Resource.Pointer(name, ttl, name(in)));
    } else if (resourceClass == CLASS_INTERNET && type == TXT) {
      resources.add(new Resource.Text(name, ttl, strings(in, end)));
    } else {
      in.position(end);
    }
    if (in.position() != end) {
      throw new MalformedMessageException("DNS record with " + (end - in.position()) + " bytes too many");
    }
  }

  private static List<String> strings(ByteBuffer in, int end) throws MalformedMessageException {
    List<String> strings = new ArrayList<>();
    while (in.position() < end) {
      int length = in.get() & 0xff;
      if (in.position() + length > end) {
        throw new MalformedMessageException("DNS string of " + length + " bytes, " + (end - in.position()) + " left");
      }
      byte[] bytes = new byte[length];
      in.get(bytes);
      strings.add(new String(bytes, StandardCharsets.UTF_8));
    }
    return strings;
  }

  /** Reads a name. A pointer may only lead backwards, before every byte read so far for this name, so there are no circles. */
  private static String name(ByteBuffer in) throws MalformedMessageException {
    StringBuilder name = new StringBuilder();
    ByteBuffer at = in;
    int earliest = in.position();
    int bytes = 1;
    while (true) {
      int length = at.get() & 0xff;
      if (length == 0) {
        return name.toString().toLowerCase(Locale.ROOT);
      }
      if (length >= POINTER) {
        int target = (length & ~POINTER) << 8 | (at.get() & 0xff);
        if (target >= earliest) {
          throw new MalformedMessageException("DNS name that points forward to " + target);
        }
        earliest = target;
        at = in.duplicate().position(target);
        continue;
      }
      bytes += length + 1;
      if (length > MAX_LABEL_BYTES || bytes > MAX_NAME_BYTES) {
        throw new MalformedMessageException(
            "DNS label of " + length + " bytes in a name of " + bytes + ", at most " + MAX_NAME_BYTES);
      }
      byte[] label = new byte[length];
      at.get(label);
      name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.UTF_8));
    }
  }
}
