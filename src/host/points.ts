/**
 * Delay points: named places at which a real process hands work from one thread to another, where
 * anything may lie between the two. Outside of simulation, and wherever a point is not active,
 * `then` runs at once, within the call, and nothing is paid. In a trial the seed decides which
 * points hold.
 *
 * A held `then` runs later, in an event of its own, after whatever the process did meanwhile; so
 * the caller has nothing to do behind `pass`, and `then` looks again at what may have changed. What
 * passes one point of one process keeps its order, as in the queue of a thread: behind what is held
 * everything is held. Between two points there is no order. A process that is paused runs it late,
 * one that has ended never.
 */
export interface Points {
  pass(name: string, then: () => void): void;
}

/** Points that never hold. */
export const immediatePoints: Points = { pass: (_, then) => then() };

/**
 * For the end of a chain of promises: the promise settles with `then`. Undefined where nothing held,
 * so that a point that is not active costs no turn of the chain either.
 */
export function passInChain(
  points: Points,
  name: string,
  then: () => void,
): Promise<void> | undefined {
  let isDone = false;
  let settle: { resolve: () => void; reject: (error: unknown) => void } | null = null;
  points.pass(name, () => {
    if (settle === null) {
      then();
      isDone = true;
      return;
    }
    try {
      then();
      settle.resolve();
    } catch (error) {
      settle.reject(error);
    }
  });
  if (isDone) return undefined;
  return new Promise((resolve, reject) => {
    settle = { resolve, reject };
  });
}
