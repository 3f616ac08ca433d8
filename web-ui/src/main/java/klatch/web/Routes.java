package klatch.web;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import klatch.web.wire.PublicCode;

/** The table of routes: method and path to what answers them. Filled once, then only read. */
final class Routes {
  private final List<Route> routes = new ArrayList<>();

  /** @param parts the path's parts; one in braces matches anything and has a name */
  private record Route(String method, List<String> parts, Function<Call, Object> answer) {
    Optional<Map<String, String>> match(List<String> path) {
      if (path.size() != parts.size()) {
        return Optional.empty();
      }
      var values = new HashMap<String, String>();
      for (int i = 0; i < path.size(); i++) {
        var part = parts.get(i);
        if (part.startsWith("{")) {
          values.put(part.substring(1, part.length() - 1), path.get(i));
        } else if (!part.equals(path.get(i))) {
          return Optional.empty();
        }
      }
      return Optional.of(values);
    }
  }

  /** @param path such as {@code /events/{id}/rsvp}, below the API's root */
  void get(String path, Function<Call, Object> answer) {
    routes.add(new Route("GET", split(path), answer));
  }

  /** As {@link #get}, for what changes something. */
  void post(String path, Function<Call, Object> answer) {
    routes.add(new Route("POST", split(path), answer));
  }

  /** Answers a request, by the route that fits. */
  Object answer(String method, String path, byte[] body) {
    var parts = split(path);
    boolean known = false;
    for (var route : routes) {
      var values = route.match(parts);
      if (values.isPresent() && route.method().equals(method)) {
        return route.answer().apply(new Call(values.get(), body));
      }
      known |= values.isPresent();
    }
    throw new PublicException(PublicCode.NOT_FOUND,
        known ? path + " does not take " + method : "there is no " + path + " in this API");
  }

  private static List<String> split(String path) {
    return List.of(path.substring(1).split("/", -1));
  }
}
