package klatch.web;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One request as a route sees it: the values in its path, and its body. */
final class Call {
  private final Map<String, String> path;
  private final byte[] body;

  Call(Map<String, String> path, byte[] body) {
    this.path = path;
    this.body = body;
  }

  /** The value of {@code {name}} in the route's path. */
  String path(String name) {
    var value = path.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the route has no {" + name + "}");
    }
    return value;
  }

  /** The body as it was sent. */
  byte[] bytes() {
    return body.clone();
  }

  /** The body as a request; an empty body is an empty object. Unknown and missing fields are refused by name. */
  <T> T read(Class<T> request) {
    try {
      return body.length == 0 ? Json.MAPPER.readValue("{}", request) : Json.MAPPER.readValue(body, request);
    } catch (JsonParseException e) {
      throw PublicException.invalid("the body is not JSON: " + e.getOriginalMessage() + " (line "
          + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr() + ")");
    } catch (UnrecognizedPropertyException e) {
      throw PublicException.invalid("unknown field '" + e.getPropertyName() + "'; known are "
          + String.join(", ", e.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList()));
    } catch (JsonMappingException e) {
      throw PublicException.invalid(where(e) + e.getOriginalMessage().lines().findFirst().orElse("not as expected"));
    } catch (JsonProcessingException e) {
      throw PublicException.invalid("the body cannot be read: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalStateException("reading from memory cannot fail", e);
    }
  }

  private static String where(JsonMappingException e) {
    var fields = e.getPath().stream().map(step -> String.valueOf(step.getFieldName())).collect(Collectors.joining("."));
    return fields.isEmpty() ? "" : "field '" + fields + "': ";
  }

  /**
   * The field's value.
   *
   * @throws PublicException if it was left out
   */
  static <T> T required(@Nullable T value, String field) {
    if (value == null) {
      throw PublicException.invalid("the field '" + field + "' is missing");
    }
    return value;
  }
}
