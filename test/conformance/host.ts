import { afterEach, beforeEach, describe } from 'vitest';
import { describeDisk } from './disk.ts';
import { describeNetwork } from './network.ts';
import type { Stage } from './stage.ts';
import { describeTime } from './time.ts';

/** The port's behaviour, as one suite for every world that implements it. */
export function describeHost(name: string, makeStage: () => Promise<Stage>): void {
  describe(`the port on ${name}`, () => {
    let stage: Stage | null = null;
    beforeEach(async () => {
      stage = await makeStage();
    });
    afterEach(() => stage?.close());
    const current = (): Stage => stage as Stage;
    describeTime(current);
    describeNetwork(current);
    describeDisk(current);
  });
}
