/** node:diagnostics_channel with channels of this process alone. */
import type { AsyncLocalStorage } from 'node:async_hooks';
import type { MakeModule } from './context.ts';

type Message = Record<string, unknown>;
type Subscriber = (message: unknown, name: string | symbol) => void;
type Run = (...values: unknown[]) => unknown;
type Store = AsyncLocalStorage<unknown>;

class Channel {
  readonly name: string | symbol;
  #subscribers: Subscriber[] = [];
  readonly #stores = new Map<Store, (message: unknown) => unknown>();

  constructor(name: string | symbol) {
    this.name = name;
  }

  get hasSubscribers(): boolean {
    return this.#subscribers.length > 0 || this.#stores.size > 0;
  }

  subscribe(subscriber: Subscriber): void {
    this.#subscribers = [...this.#subscribers, subscriber];
  }

  unsubscribe(subscriber: Subscriber): boolean {
    const { length } = this.#subscribers;
    this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
    return this.#subscribers.length < length;
  }

  publish(message: unknown): void {
    for (const subscriber of this.#subscribers) subscriber(message, this.name);
  }

  bindStore(store: Store, transform: (message: unknown) => unknown = (message) => message): void {
    this.#stores.set(store, transform);
  }

  unbindStore(store: Store): boolean {
    return this.#stores.delete(store);
  }

  runStores(message: unknown, run: Run, self?: unknown, ...values: unknown[]): unknown {
    let inner = (): unknown => {
      this.publish(message);
      return run.apply(self, values);
    };
    for (const [store, transform] of this.#stores) {
      const wrapped = inner;
      inner = () => store.run(transform(message), wrapped);
    }
    return inner();
  }
}

const stages = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;
type Stages = Record<(typeof stages)[number], Channel>;

class TracingChannel {
  readonly channels: Stages;

  constructor(channels: Stages) {
    this.channels = channels;
    Object.assign(this, channels);
  }

  get hasSubscribers(): boolean {
    return stages.some((stage) => this.channels[stage].hasSubscribers);
  }

  subscribe(subscribers: Partial<Record<keyof Stages, Subscriber>>): void {
    for (const stage of stages) {
      const subscriber = subscribers[stage];
      if (subscriber !== undefined) this.channels[stage].subscribe(subscriber);
    }
  }

  unsubscribe(subscribers: Partial<Record<keyof Stages, Subscriber>>): boolean {
    return stages
      .filter((stage) => subscribers[stage] !== undefined)
      .map((stage) => this.channels[stage].unsubscribe(subscribers[stage] as Subscriber))
      .every(Boolean);
  }

  traceSync(run: Run, message: Message = {}, self?: unknown, ...values: unknown[]): unknown {
    const { start, end } = this.channels;
    return start.runStores(message, () => {
      try {
        message.result = run.apply(self, values);
        return message.result;
      } catch (error) {
        this.#failed(message, error);
        throw error;
      } finally {
        end.publish(message);
      }
    });
  }

  tracePromise(run: Run, message: Message = {}, self?: unknown, ...values: unknown[]): unknown {
    const { start, end } = this.channels;
    return start.runStores(message, () => {
      try {
        return Promise.resolve(run.apply(self, values)).then(
          (result) => this.#settled(message, { result }, () => result),
          (error: unknown) => {
            this.#failed(message, error);
            return this.#settled(message, { error }, () => Promise.reject(error));
          },
        );
      } catch (error) {
        this.#failed(message, error);
        throw error;
      } finally {
        end.publish(message);
      }
    });
  }

  traceCallback(
    run: Run,
    position = -1,
    message: Message = {},
    self?: unknown,
    ...values: unknown[]
  ) {
    const { start, end, asyncStart, asyncEnd } = this.channels;
    const at = position < 0 ? values.length + position : position;
    const callback = values[at] as Run;
    values[at] = (error: unknown, result: unknown): unknown => {
      if (error) this.#failed(message, error);
      else message.result = result;
      return asyncStart.runStores(message, () => {
        try {
          return callback(error, result);
        } finally {
          asyncEnd.publish(message);
        }
      });
    };
    return start.runStores(message, () => {
      try {
        return run.apply(self, values);
      } catch (error) {
        this.#failed(message, error);
        throw error;
      } finally {
        end.publish(message);
      }
    });
  }

  #failed(message: Message, error: unknown): void {
    message.error = error;
    this.channels.error.publish(message);
  }

  #settled<T>(message: Message, outcome: Message, then: () => T): T {
    Object.assign(message, outcome);
    this.channels.asyncStart.publish(message);
    this.channels.asyncEnd.publish(message);
    return then();
  }
}

export const makeDiagnosticsChannel: MakeModule = () => {
  const channels = new Map<string | symbol, Channel>();
  const channel = (name: string | symbol): Channel => {
    const known = channels.get(name) ?? new Channel(name);
    channels.set(name, known);
    return known;
  };
  const tracing = (given: string | Stages): Stages =>
    typeof given === 'string'
      ? (Object.fromEntries(
          stages.map((stage) => [stage, channel(`tracing:${given}:${stage}`)]),
        ) as Stages)
      : given;
  return {
    Channel,
    channel,
    hasSubscribers: (name: string | symbol) => channels.get(name)?.hasSubscribers ?? false,
    subscribe: (name: string | symbol, subscriber: Subscriber) =>
      channel(name).subscribe(subscriber),
    unsubscribe: (name: string | symbol, subscriber: Subscriber) =>
      channel(name).unsubscribe(subscriber),
    tracingChannel: (given: string | Stages) => new TracingChannel(tracing(given)),
  };
};
