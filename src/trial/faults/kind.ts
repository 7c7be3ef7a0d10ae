/**
 * The contract of a kind of fault: one object in one file, listed in `registry.ts`. Schema, drawing,
 * budget, execution and the documentation all read it; nothing else knows a kind by its name.
 */
import * as z from 'zod';
import type { RandomStream } from '../../host/random.ts';
import type { Machine } from '../../sim/machine.ts';
import type { Arena } from '../arena/arena.ts';
import type { Harm } from '../guarantees/harm.ts';
import { type CommonFields, commonFields } from './fields.ts';

/**
 * What a fault has done so far, counted by name; counts of zero may be left out. Nothing counted
 * means that it touched nothing.
 */
export type Effect = Readonly<Record<string, number>>;

/** A fault in force on one machine: a guard that ends it, and the count of what it did. */
export interface ActiveFault {
  /** Called once. Puts everything back; of overlapping faults only the last sets a thing free. */
  end(): void;
  effect(): Effect;
}

/** The fields of a fault of a plan, whatever its kind. */
export type AnyFault = z.output<z.ZodObject<CommonFields>> & { readonly kind: string };

interface Strike<Fault> {
  readonly fault: Fault;
  /** The machine struck; a fault on several strikes each in turn. */
  readonly machine: Machine;
  /** All machines that this fault strikes. */
  readonly machines: readonly string[];
  readonly arena: Arena;
}

/** What a kind says of itself; `F` are the zod schemas of the parameters that are its own. */
export interface FaultKindInput<Name extends string, F extends z.ZodRawShape> {
  readonly name: Name;
  /** What happens, in a line of the documentation. */
  readonly does: string;
  /** What the cluster may lose by it; read by the budget. */
  readonly harm: Harm;
  /** Why no seed draws it, where none does; it may still be scripted. */
  readonly notDrawn?: string;
  /** Whether it means something on a client's machine too. */
  readonly onClients?: boolean;
  readonly fields: F;
  /** Draws its own parameters; called also where there are none to draw. */
  draw(random: RandomStream): { readonly [Field in keyof F]?: z.input<F[Field]> };
  /** Puts it in force. Draws nothing. */
  strike(strike: Strike<FaultOf<Name, F>>): ActiveFault;
  /** Counts of its effect in words, `%` for the number. */
  readonly words: Readonly<Record<string, string>>;
}

type FaultOf<Name extends string, F extends z.ZodRawShape> = z.output<SchemaOf<Name, F>>;
type SchemaOf<Name extends string, F extends z.ZodRawShape> = z.ZodObject<
  { kind: z.ZodLiteral<Name> } & CommonFields & F,
  z.core.$strict
>;

export interface FaultKind<Name extends string = string, F extends z.ZodRawShape = z.ZodRawShape>
  extends FaultKindInput<Name, F> {
  /** Schema of such a fault in a plan. */
  readonly schema: SchemaOf<Name, F>;
}

/** Any kind, its parameters unknown: for who lists kinds and strikes by a plan that was parsed. */
export interface AnyFaultKind {
  readonly name: string;
  readonly does: string;
  readonly harm: Harm;
  readonly notDrawn?: string;
  readonly onClients?: boolean;
  readonly words: Readonly<Record<string, string>>;
  draw(random: RandomStream): object;
  strike(strike: Strike<AnyFault>): ActiveFault;
}

export function faultKind<const Name extends string, F extends z.ZodRawShape>(
  kind: FaultKindInput<Name, F>,
): FaultKind<Name, F> {
  const schema = z.strictObject({ kind: z.literal(kind.name), ...commonFields, ...kind.fields });
  return { ...kind, schema: schema as unknown as SchemaOf<Name, F> };
}

/** For kinds without parameters of their own. */
export const nothingToDraw = (): Record<string, never> => ({});

/** `took the power, lost 3 writes`: an effect in its kind's words; empty when it touched nothing. */
export function effectInWords({ words }: Pick<AnyFaultKind, 'words'>, effect: Effect): string {
  return Object.entries(words)
    .filter(([name]) => (effect[name] ?? 0) !== 0)
    .map(([name, phrase]) => phrase.replace('%', String(effect[name])))
    .join(', ');
}
