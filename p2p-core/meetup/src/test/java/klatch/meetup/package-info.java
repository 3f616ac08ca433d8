@NullMarked
package klatch.meetup;

import org.jspecify.annotations.NullMarked;
