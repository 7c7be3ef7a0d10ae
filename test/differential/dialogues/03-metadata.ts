/** Metadata: all topics, none, some, unknown, invalid, by id; automatic creation; operations. */
import { zeroUuid } from '../../../src/base/ids.ts';
import { metadataApi } from '../../../src/kafka/protocol/apis/03-metadata.ts';
import { Group, versionsOf } from '../dialogue.ts';
import { foreignId, invalidNames } from './vocabulary.ts';

export function metadata(): Group {
  const g = new Group('Metadata');
  g.topic('m-one', { partitions: 3 });
  g.topic('m-three', { replicas: [2, 3, 1], partitions: 2 });
  const only = ['m-one', 'm-three'];
  const named = (...names: (string | null)[]) => ({
    topics: names.map((name) => ({ name, topicId: zeroUuid })),
    allowAutoTopicCreation: false,
  });
  for (const v of versionsOf(metadataApi)) {
    const quiet = { allowAutoTopicCreation: false };
    if (v >= 1) g.ask(metadataApi, v, 'all topics', { ...quiet, topics: null }, { only });
    g.ask(metadataApi, v, 'an empty list', { ...quiet, topics: [] }, v === 0 ? { only } : {});
    g.ask(metadataApi, v, 'one topic', named('m-three'));
    g.ask(metadataApi, v, 'one topic, asked at node 2', named('m-three'), { node: 2 });
    g.ask(metadataApi, v, 'two topics', named('m-three', 'm-one'));
    g.ask(metadataApi, v, 'one topic twice', named('m-one', 'm-one'));
    for (const [what, name] of invalidNames) g.ask(metadataApi, v, what, named(name));
    if (v >= 4) {
      g.ask(metadataApi, v, 'an unknown topic beside a known one', named('m-none', 'm-one'));
    }
    const auto = `m-auto-${v}`;
    g.ask(
      metadataApi,
      v,
      'an unknown topic that may be created',
      {
        topics: [{ name: auto, topicId: zeroUuid }],
        allowAutoTopicCreation: true,
      },
      { exists: [auto] },
    );
    if (v >= 8) {
      g.ask(metadataApi, v, 'with operations', {
        ...named('m-one'),
        includeClusterAuthorizedOperations: true,
        includeTopicAuthorizedOperations: true,
      });
    }
    if (v >= 10) byId(g, v);
  }
  return g;
}

function byId(g: Group, v: number): void {
  const asked = (name: string | null, topicId: string) => ({
    topics: [{ name, topicId }],
    allowAutoTopicCreation: false,
  });
  g.ask(metadataApi, v, 'by id', (scene) => asked(null, scene.id('m-one')));
  g.ask(metadataApi, v, 'by an unknown id', asked(null, foreignId));
  g.ask(metadataApi, v, 'by the zero id', asked(null, zeroUuid));
  g.ask(metadataApi, v, 'by id and name', (scene) => asked('m-one', scene.id('m-one')));
  g.ask(metadataApi, v, 'by the id of another', (scene) => asked('m-three', scene.id('m-one')));
}
