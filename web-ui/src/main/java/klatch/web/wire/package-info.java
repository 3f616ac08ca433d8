/** The local API's requests and answers, one record for each JSON object; what is absent in the JSON is null here. */
@NullMarked
package klatch.web.wire;

import org.jspecify.annotations.NullMarked;
