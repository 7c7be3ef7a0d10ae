/**
 * A controller on a quorum that commits when it is told to, on a clock that moves when it is told
 * to.
 */
import type { Host } from '../../../src/host/host.ts';
import { immediatePoints } from '../../../src/host/points.ts';
import type { Timer } from '../../../src/host/timers.ts';
import {
  defaultNodeSettings,
  type NodeConfig,
  type NodeSettings,
} from '../../../src/kafka/config.ts';
import { Controller } from '../../../src/kafka/controller/controller.ts';
import type { ControllerRules } from '../../../src/kafka/controller/rules.ts';
import { decidedApis } from '../../../src/kafka/controller/served.ts';
import { MetadataImage } from '../../../src/kafka/metadata/image.ts';
import { decodeRecord } from '../../../src/kafka/metadata/records.ts';
import { apiByKey } from '../../../src/kafka/protocol/apis.ts';
import type { Api, RequestOf, ResponseOf } from '../../../src/kafka/protocol/schema.ts';
import { ConnectionSession } from '../../../src/kafka/rpc/session.ts';
import { countingRandom } from './fixtures.ts';

/** What was answered to a request; null while it waits. */
export interface Call<A extends Api> {
  response: ResponseOf<A> | null;
}

export class FakeNode {
  readonly image = new MetadataImage();
  readonly controller: Controller;
  /** Every batch appended and kept, as values. */
  readonly batches: (readonly Uint8Array[])[] = [];
  /** The quorum refuses appends, as one that has just lost its leadership. */
  refuses = false;
  nowUs = 0;
  #logEndOffset = 0;
  #committedBatches = 0;
  #timers: { readonly atUs: number; readonly callback: () => void }[] = [];

  constructor(options: { settings?: Partial<NodeSettings>; rules?: ControllerRules } = {}) {
    const config = {
      nodeId: 1,
      clusterId: 'c1',
      settings: { ...defaultNodeSettings, ...options.settings },
    } as NodeConfig;
    const node = this;
    const random = countingRandom();
    const host = {
      clock: { monotonicUs: () => node.nowUs, wallMs: () => 0 },
      timers: { after: (delayUs: number, callback: () => void) => node.#after(delayUs, callback) },
      random: { stream: () => random },
      log: () => {},
      points: immediatePoints,
    } as unknown as Host;
    this.controller = new Controller({
      host,
      config,
      image: this.image,
      ...(options.rules === undefined ? {} : { rules: options.rules }),
      quorum: () => ({
        append: (records) => (node.refuses ? null : node.#append(records)),
        get logEndOffset() {
          return node.#logEndOffset;
        },
      }),
    });
  }

  get timers(): number {
    return this.#timers.length;
  }

  /**
   * Elected: a leader-change record takes an offset and is committed before the controller acts.
   */
  lead(epoch = 1): this {
    this.#logEndOffset += 1;
    this.image.advanceTo(this.#logEndOffset - 1, epoch);
    this.controller.onCommitted(this.#logEndOffset - 1);
    this.controller.onLeading(epoch);
    return this;
  }

  /** Commits all that is appended. */
  commit(): this {
    let offset = this.#logEndOffset;
    for (const batch of this.batches.slice(this.#committedBatches)) offset -= batch.length;
    for (const batch of this.batches.slice(this.#committedBatches)) {
      for (const bytes of batch) {
        this.image.apply(decodeRecord(bytes), offset);
        offset += 1;
      }
    }
    this.#committedBatches = this.batches.length;
    this.controller.onCommitted(this.#logEndOffset - 1);
    return this;
  }

  /** Another node was elected and cut off what is not committed. */
  lose(): this {
    const lost = this.batches.splice(this.#committedBatches);
    for (const batch of lost) this.#logEndOffset -= batch.length;
    this.controller.onNotLeading();
    return this;
  }

  /** Moves time on, running the timers that are due. */
  pass(us: number): this {
    const untilUs = this.nowUs + us;
    for (;;) {
      this.#timers.sort((a, b) => a.atUs - b.atUs);
      const next = this.#timers[0];
      if (next === undefined || next.atUs > untilUs) break;
      this.#timers.shift();
      this.nowUs = next.atUs;
      next.callback();
    }
    this.nowUs = untilUs;
    return this;
  }

  call<A extends Api>(api: A, body: RequestOf<A>, version = api.maxVersion): Call<A> {
    const call: Call<A> = { response: null };
    let answers = 0;
    const served = decidedApis.find((one) => one.api.key === api.key);
    served?.handle(this.controller, {
      api: apiByKey.get(api.key) as Api,
      version,
      correlationId: 1,
      body,
      session: new ConnectionSession('controller-1', 'controller', 'b1:1'),
      respond: (response) => {
        answers += 1;
        if (answers > 1) throw new Error('a request is answered once');
        call.response = response as ResponseOf<A>;
      },
      respondNothing: () => {},
      disconnect: () => {},
      guard: (callback) => callback,
    });
    return call;
  }

  #append(records: readonly Uint8Array[]): number {
    this.batches.push(records);
    this.#logEndOffset += records.length;
    return this.#logEndOffset - 1;
  }

  #after(delayUs: number, callback: () => void): Timer {
    const timer = { atUs: this.nowUs + delayUs, callback };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }
}
