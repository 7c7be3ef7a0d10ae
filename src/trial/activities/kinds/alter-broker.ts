import * as z from 'zod';
import { drawOne } from '../../../base/draw.ts';
import { activityKind } from '../activity.ts';

/** What topics without a value of their own follow, at once. */
const choices: Readonly<Record<string, readonly (string | null)[]>> = {
  'log.index.interval.bytes': ['1', '256', '4096', null],
  'log.flush.interval.messages': ['1', '10', null],
  'log.roll.ms': ['1000', '10000', null],
  'log.message.timestamp.type': ['CreateTime', 'LogAppendTime', null],
  'num.io.threads': ['4', '16', null],
};

export const alterBroker = activityKind({
  name: 'alter-broker',
  does: 'the administrator sets `configs` of `broker`, or of all brokers where it is empty; null takes a value away',
  by: 'administrator',
  fields: {
    broker: z
      .string()
      .regex(/^[0-9]{0,4}$/, "a broker's id, or nothing for all")
      .default(''),
    configs: z.record(z.string(), z.string().nullable()),
  },
  draw(random, { brokers }) {
    const config = drawOne(Object.keys(choices), random);
    const broker = random.int(2) === 0 ? '' : String(1 + random.int(brokers));
    return { broker, configs: { [config]: drawOne(choices[config]!, random) } };
  },
  consequences: ({ configs }) => ({ configures: { topic: null, configs } }),
  async run({ broker, configs }, { admin, perform }) {
    await perform(
      {
        kind: 'alter-broker',
        about: { broker, configs },
        change: { does: 'configure', resource: 'broker', name: broker, configs },
      },
      (options) => admin.alterConfigs({ type: 'broker', name: broker }, configs, options),
    );
  },
});
