@NullMarked
package klatch.meetup.checkin;

import org.jspecify.annotations.NullMarked;
