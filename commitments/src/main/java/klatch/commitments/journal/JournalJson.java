package klatch.commitments.journal;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.io.IOException;
import java.util.function.Function;
import klatch.commitments.ClaimTarget;
import klatch.commitments.DepositEffect;
import klatch.commitments.DepositState;
import klatch.commitments.PaymentHash;
import klatch.commitments.PayoutState;
import klatch.commitments.Preimage;
import klatch.log.DeviceId;
import klatch.log.EntryId;

/** Journal rows as JSON that an operator can read: the kind first, hashes and keys as hex, amounts as numbers. */
final class JournalJson {
  private static final ObjectMapper MAPPER = mapper();

  private JournalJson() {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  private interface Kind {}

  private static ObjectMapper mapper() {
    SimpleModule hex = new SimpleModule();
    hex(hex, PaymentHash.class, PaymentHash::toString, PaymentHash::parse);
    hex(hex, Preimage.class, Preimage::hex, Preimage::parse);
    hex(hex, DeviceId.class, DeviceId::toString, DeviceId::parse);
    hex(hex, EntryId.class, EntryId::toString, EntryId::parse);
    JsonMapper.Builder builder = JsonMapper.builder().addModule(hex)
        .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
    for (Class<?> sealed : new Class<?>[]{DepositState.class, DepositEffect.class, PayoutState.class, HashUse.class,
        ClaimTarget.class}) {
      builder.addMixIn(sealed, Kind.class);
      for (Class<?> kind : sealed.getPermittedSubclasses()) {
        builder.registerSubtypes(new NamedType(kind, kind.getSimpleName()));
      }
    }
    return builder.build();
  }

  private static <T> void hex(SimpleModule module, Class<T> type, Function<T, String> write, Function<String, T> read) {
    module.addSerializer(type, new StdSerializer<T>(type) {
      private static final long serialVersionUID = 1L;

      @Override
      public void serialize(T value, JsonGenerator out, SerializerProvider provider) throws IOException {
        out.writeString(write.apply(value));
      }
    });
    module.addDeserializer(type, new StdDeserializer<T>(type) {
      private static final long serialVersionUID = 1L;

      @Override
      public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
        return read.apply(in.getText());
      }
    });
  }

  /** @param type the sealed interface or record as which it will be read */
  static <T> String write(T value, Class<T> type) {
    try {
      return MAPPER.writerFor(type).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot write " + value, e);
    }
  }

  /** @throws IllegalStateException if the journal holds what this version did not write */
  static <T> T read(String json, Class<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the journal holds a " + type.getSimpleName() + " that cannot be read: "
          + e.getOriginalMessage(), e);
    }
  }
}
