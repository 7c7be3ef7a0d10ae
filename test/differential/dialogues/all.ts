/** The whole dialogue, in the order in which it is led. */
import type { Group } from '../dialogue.ts';
import { produceFaulty, produceOrdinary, produceSettings } from './00-produce.ts';
import { idempotence, produceSeveral } from './00-produce-several.ts';
import { fetchBounds, fetchOrdinary, fetchSessions } from './01-fetch.ts';
import { leaderEpochs, listOffsets, listOffsetsByCodec } from './02-list-offsets.ts';
import { metadata } from './03-metadata.ts';
import { deleteGroups, offsetCommit, offsetDelete, offsetFetch } from './08-offsets.ts';
import { classicGroups, classicRefusals } from './11-classic-groups.ts';
import { describeGroups, groupConfigs, listGroups } from './15-described-groups.ts';
import {
  beyondBounds,
  createPartitions,
  createTopics,
  deleteTopics,
  lifeOfTopics,
} from './19-create-topics.ts';
import { alterConfigs, describeConfigs } from './32-configs.ts';
import { reassignments } from './45-reassignments.ts';
import { consumerGroups, consumerRefusals } from './68-consumer-groups.ts';
import {
  apiVersions,
  describeTopicPartitions,
  findCoordinator,
  initProducerId,
  quorumAndCluster,
} from './cluster.ts';
import { almostRequests, noRequests, notServed } from './frames.ts';

export const groups = (): readonly Group[] => [
  produceOrdinary(),
  produceFaulty(),
  produceSettings(),
  produceSeveral(),
  idempotence(),
  fetchOrdinary(),
  fetchBounds(),
  fetchSessions(),
  listOffsets(),
  leaderEpochs(),
  metadata(),
  createTopics(),
  deleteTopics(),
  createPartitions(),
  reassignments(),
  lifeOfTopics(),
  describeConfigs(),
  alterConfigs(),
  apiVersions(),
  findCoordinator(),
  initProducerId(),
  quorumAndCluster(),
  describeTopicPartitions(),
  offsetCommit(),
  offsetFetch(),
  offsetDelete(),
  deleteGroups(),
  classicGroups(),
  classicRefusals(),
  describeGroups(),
  listGroups(),
  consumerGroups(),
  consumerRefusals(),
  groupConfigs(),
  listOffsetsByCodec(),
  almostRequests(),
  noRequests(),
  notServed(),
  beyondBounds(),
];
