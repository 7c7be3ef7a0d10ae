/**
 * The contract of a kind of activity: what a client does in a trial beside sending and reading at a
 * steady rate. One object in one file, listed in `registry.ts`; schema, drawing, execution and the
 * documentation all read it, nothing else knows a kind by its name.
 */
import * as z from 'zod';
import type { RandomStream } from '../../host/random.ts';
import type { Actors, Role } from './actors.ts';
import type { Configs, Stage } from './stage.ts';

/** Half a day to begin in and half a day to last, as for faults. */
const mostMs = 43_200_000;
export const duration = z.int().min(0).max(mostMs);

/** A name that the cluster takes for a topic. */
export const topicName = z.string().regex(/^[a-zA-Z0-9._-]{1,249}$/);

/** As groups of a scenario are called. */
export const groupName = z.string().regex(/^[a-zA-Z0-9._-]{1,100}$/);

const baseFields = {
  /** Milliseconds since chaos began. */
  atMs: z.int().min(0).max(mostMs).default(0),
  /** Who does it: `a1` the administrator, `p1` a producer, `c1` a consumer, `m1` a member of a group. */
  by: z.string().regex(/^[apcm][1-9][0-9]{0,2}$/, 'a client: a1, p1, c1, m1'),
};

type BaseFields = typeof baseFields;

/** The fields of an activity of a plan, whatever its kind. */
export type AnyActivity = z.output<z.ZodObject<BaseFields>> & { readonly kind: string };

/** What it may make of the cluster: for the table of guarantees and for the bounds of a trial. */
export interface Consequences {
  /** A topic that it makes, or makes anew. */
  readonly creates?: {
    readonly topic: string;
    readonly partitions: number;
    readonly replicationFactor: number;
    readonly configs: Configs;
  };
  readonly deletes?: string;
  /** So many partitions a topic gets. */
  readonly grows?: { readonly topic: string; readonly partitions: number };
  /** Settings that topics may have from now on: of one, or of all that do not set their own. */
  readonly configures?: {
    readonly topic: string | null;
    readonly configs: Readonly<Record<string, string | null>>;
  };
  /** A group whose committed offsets it may set back, set forward or take away. */
  readonly movesOffsetsOf?: string;
  readonly configuresGroup?: {
    readonly group: string;
    readonly configs: Readonly<Record<string, string | null>>;
  };
  /** What it writes beside the steady load. */
  readonly records?: number;
  readonly bytes?: number;
  /** A topic that must be there by the scenario or by another activity. */
  readonly needs?: string;
}

export interface ActivityKindInput<Name extends string, By extends Role, F extends z.ZodRawShape> {
  readonly name: Name;
  /** What happens, in a line of the documentation. */
  readonly does: string;
  readonly by: By;
  /** It is about consumer groups, and is drawn only where there are some. */
  readonly ofGroups?: true;
  readonly fields: F;
  /** Draws its own parameters; null where the stage has nothing for it. */
  draw(random: RandomStream, stage: Stage): { readonly [K in keyof F]?: z.input<F[K]> } | null;
  consequences?(activity: ActivityOf<Name, F>): Consequences;
  /** Does it, and records what came of it. Draws nothing that the plan could say. */
  run(activity: ActivityOf<Name, F>, actor: Actors[By]): void | Promise<void>;
}

type SchemaOf<Name extends string, F extends z.ZodRawShape> = z.ZodObject<
  { kind: z.ZodLiteral<Name> } & BaseFields & F,
  z.core.$strict
>;
type ActivityOf<Name extends string, F extends z.ZodRawShape> = z.output<SchemaOf<Name, F>>;

export interface ActivityKind<
  Name extends string = string,
  By extends Role = Role,
  F extends z.ZodRawShape = z.ZodRawShape,
> extends ActivityKindInput<Name, By, F> {
  /** Schema of such an activity in a plan. */
  readonly schema: SchemaOf<Name, F>;
}

/** Any kind, its parameters unknown. */
export interface AnyActivityKind {
  readonly name: string;
  readonly does: string;
  readonly by: Role;
  readonly ofGroups?: true;
  draw(random: RandomStream, stage: Stage): object | null;
  consequences?(activity: AnyActivity): Consequences;
  run(activity: AnyActivity, actor: Actors[Role]): void | Promise<void>;
}

export function activityKind<const Name extends string, By extends Role, F extends z.ZodRawShape>(
  kind: ActivityKindInput<Name, By, F>,
): ActivityKind<Name, By, F> {
  const schema = z.strictObject({ kind: z.literal(kind.name), ...baseFields, ...kind.fields });
  return { ...kind, schema: schema as unknown as SchemaOf<Name, F> };
}
