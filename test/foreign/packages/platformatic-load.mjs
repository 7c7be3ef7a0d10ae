/** Loads the package and does nothing. */
import '@platformatic/kafka';
