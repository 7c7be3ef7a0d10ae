/** Loads the package and does nothing. */
require('kafkajs');
