/** Targets that mean several machines at once. */
import { plainTarget, type TargetKind } from './target.ts';

export const allBrokers = plainTarget('all brokers', {
  means: 'every broker',
  many: true,
  resolve: ({ roster }) => roster.brokers,
  candidates: (roster) => roster.brokers,
  drawn: true,
});

export const allNodes = plainTarget('all nodes', {
  means: 'every broker and controller',
  many: true,
  resolve: ({ roster }) => roster.nodes,
  candidates: (roster) => roster.nodes,
  drawn: true,
});

const prefix = 'rack ';

export const rack: TargetKind = {
  form: `${prefix}<name>`,
  means: 'the brokers of the rack',
  many: true,
  match: (text) => (text.startsWith(prefix) ? text.slice(prefix.length) : null),
  names: ({ roster }) => [...roster.racks.keys()],
  resolve: (name, { roster }) => roster.racks.get(name) ?? [],
  candidates: (name, roster) => roster.racks.get(name) ?? [],
  draw({ roster }, random) {
    const names = [...roster.racks.keys()];
    return names.length === 0 ? null : `${prefix}${names[random.int(names.length)]}`;
  },
};
