/**
 * node:async_hooks: AsyncLocalStorage and AsyncResource are the runtime's own, which follow
 * promises; once a process uses them, its timers, ticks and calls carry their context too.
 */
import type * as AsyncHooks from 'node:async_hooks';
import type { MakeModule } from './context.ts';
import { runtimeModule } from './runtime.ts';

export const makeAsyncHooks: MakeModule = ({ realm }) => {
  const real = runtimeModule('async_hooks') as unknown as typeof AsyncHooks;
  const { AsyncLocalStorage, AsyncResource } = real;
  realm.bind = <T extends () => void>(task: T): T => AsyncResource.bind(task) as T;
  const hook = { enable: () => hook, disable: () => hook };
  return {
    AsyncLocalStorage,
    AsyncResource,
    createHook: () => hook,
    executionAsyncId: () => 1,
    triggerAsyncId: () => 0,
    executionAsyncResource: () => ({}),
    asyncWrapProviders: {},
  };
};
