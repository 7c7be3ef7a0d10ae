/**
 * How much one request may name before it is refused whole: what it would cost to answer is then
 * out of proportion, and a broker does one thing at a time. Kafka has no such bounds and goes down
 * with requests of this kind.
 */

/** Topics named in one Metadata or DescribeTopicPartitions request. */
export const maxTopicsNamed = 50_000;

/** Resources named in one DescribeConfigs request: each is told some thirty settings. */
export const maxResourcesNamed = 10_000;
