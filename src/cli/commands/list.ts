import { table } from '../../report/format.ts';
import { loadScenario, stockScenarioNames } from '../scenarios.ts';

/**
 * `ordeal list`: the stock scenarios, a line each, from the first sentence of their descriptions.
 */
export async function list(): Promise<string> {
  const loaded = await Promise.all(stockScenarioNames().map(loadScenario));
  const rows = loaded.map(({ scenario }) => [
    scenario.name,
    scenario.breaks === undefined ? 'holds' : `breaks ${scenario.breaks}`,
    firstSentence(scenario.description),
  ]);
  return `${table(['scenario', 'promise', 'what happens'], rows)}\n`;
}

function firstSentence(text: string): string {
  return /^.*?\.(?=\s|$)/s.exec(text.trim())?.[0].replace(/\s+/g, ' ') ?? text.trim();
}
