package klatch.regtest.junit;

import java.util.Optional;
import klatch.regtest.network.NetworkPlan;
import klatch.regtest.network.RegtestNetwork;
import klatch.regtest.network.RegtestNode;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Starts the network of a {@link RegtestTest} when its first test asks for it, and closes it after the last one. */
public final class RegtestExtension implements ParameterResolver, AfterTestExecutionCallback {
  private static final Namespace NAMESPACE = Namespace.create(RegtestExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == RegtestNetwork.class || type == RegtestNode.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    RegtestNetwork network = network(context);
    if (parameter.getParameter().getType() == RegtestNetwork.class) {
      return network;
    }
    String name = parameter.findAnnotation(RegtestTest.Named.class).map(RegtestTest.Named::value)
        .orElse(parameter.getParameter().getName());
    try {
      return network.node(name);
    } catch (IllegalArgumentException e) {
      throw new ParameterResolutionException(e.getMessage(), e);
    }
  }

  /** The store of the test class closes it: JUnit closes what it keeps. */
  private static RegtestNetwork network(ExtensionContext context) {
    Class<?> test = context.getRequiredTestClass();
    RegtestTest declared = AnnotationSupport.findAnnotation(test, RegtestTest.class)
        .orElseThrow(() -> new ParameterResolutionException(test + " has no @RegtestTest"));
    return ofClass(context).getStore(NAMESPACE).getOrComputeIfAbsent(test, _ -> plan(declared).start(),
        RegtestNetwork.class);
  }

  /** The context that lives as long as the class: a test's own ends with the test. */
  private static ExtensionContext ofClass(ExtensionContext context) {
    ExtensionContext at = context;
    while (at.getTestMethod().isPresent() && at.getParent().isPresent()) {
      at = at.getParent().get();
    }
    return at;
  }

  private static NetworkPlan plan(RegtestTest declared) {
    String[] star = declared.star();
    if (star.length > 0 && declared.line().length > 0) {
      throw new ParameterResolutionException("a network is a line or a star");
    }
    NetworkPlan plan = star.length > 0
        ? NetworkPlan.star(star[0], java.util.Arrays.copyOfRange(star, 1, star.length))
        : NetworkPlan.line(declared.line());
    NetworkPlan sized = plan.capacity(declared.capacitySat());
    return declared.seed() == 0 ? sized : sized.seed(declared.seed());
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    Optional<RegtestNetwork> network = Optional.ofNullable(
        ofClass(context).getStore(NAMESPACE).get(context.getRequiredTestClass(), RegtestNetwork.class));
    if (context.getExecutionException().isPresent() && network.isPresent()) {
      context.publishReportEntry("regtest", network.get().report());
    }
  }
}
