package klatch.regtest.junit;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * On a test class: its tests share one network, and get it by a parameter of type {@code RegtestNetwork}, or a node of it by one of type
 * {@code RegtestNode} that is called as the node is (compile with {@code -parameters}) or says so with {@link Named}. When a test fails, the seed, the
 * balances, the HTLCs and the last events of every node are printed.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RegtestExtension.class)
public @interface RegtestTest {
  /** Nodes, each with a channel to the next. */
  String[] line() default {};

  /** Nodes, the first with a channel to each of the others. */
  String[] star() default {};

  /** Of every channel; half of it on either side. */
  long capacitySat() default 1_000_000;

  /** Of all keys; 0 for a new one, which is printed when a test fails. */
  long seed() default 0;

  /** Where the node's name is not that of the parameter. */
  @Target(ElementType.PARAMETER)
  @Retention(RetentionPolicy.RUNTIME)
  @interface Named {
    String value();
  }
}
