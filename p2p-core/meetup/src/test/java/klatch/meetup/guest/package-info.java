@NullMarked
package klatch.meetup.guest;

import org.jspecify.annotations.NullMarked;
