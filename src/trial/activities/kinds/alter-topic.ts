import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { activityKind, topicName } from '../activity.ts';
import { drawnChange } from '../drawn-configs.ts';

export const alterTopic = activityKind({
  name: 'alter-topic',
  does: 'the administrator sets `configs` of `topic`; null takes a value away (IncrementalAlterConfigs)',
  by: 'administrator',
  fields: { topic: topicName, configs: z.record(z.string(), z.string().nullable()) },
  draw(random, stage) {
    const topic = drawOne(stage.topics, random);
    return { topic: topic.name, configs: drawnChange(random, topic, stage.copiesOf(topic.name)) };
  },
  consequences: ({ topic, configs }) => ({ configures: { topic, configs }, needs: topic }),
  async run({ topic, configs }, { admin, perform }) {
    await perform(
      {
        kind: 'alter-topic',
        about: { topic, configs },
        change: { does: 'configure', resource: 'topic', name: topic, configs },
      },
      (options) => admin.alterConfigs({ type: 'topic', name: topic }, configs, options),
    );
  },
});
