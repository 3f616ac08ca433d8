@NullMarked
package klatch.web;

import org.jspecify.annotations.NullMarked;
