/** A real browser for tests and rehearsals of pages: Debian's Chromium, driven as a person would. */
@NullMarked
package klatch.regtest.browser;

import org.jspecify.annotations.NullMarked;
