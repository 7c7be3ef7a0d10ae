import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignors } from '../../../../src/kafka/client/group/assign/assignors.ts';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
  type Subscription,
} from '../../../../src/kafka/client/group/consumer-protocol.ts';
import { MalformedError } from '../../../../src/kafka/protocol/malformed.ts';

const require = createRequire(import.meta.url);
const kafkajs = require('kafkajs').AssignerProtocol;

const bytes = (hex: string): Uint8Array =>
  new Uint8Array(Buffer.from(hex.replace(/ /g, ''), 'hex'));
const hex = (from: Uint8Array): string => Buffer.from(from).toString('hex');

const subscription: Subscription = {
  topics: ['t', 'uv'],
  userData: new Uint8Array([7, 8]),
  ownedPartitions: [{ topic: 't', partitions: [0, 2] }],
  generation: 5,
  rack: 'r1',
};
const plain: Subscription = { ...subscription, ownedPartitions: [], generation: -1, rack: null };

describe('the formats between members', () => {
  /** Derived field by field from the documented schema. */
  const topics = '00000002 0001 74 0002 7576';
  const userData = '00000002 0708';
  const owned = '00000001 0001 74 00000002 00000000 00000002';
  const byVersion = [
    `0000 ${topics} ${userData}`,
    `0001 ${topics} ${userData} ${owned}`,
    `0002 ${topics} ${userData} ${owned} 00000005`,
    `0003 ${topics} ${userData} ${owned} 00000005 0002 7231`,
  ];

  it.each([0, 1, 2, 3])('writes and reads a subscription of version %i', (version) => {
    const expected = byVersion[version] as string;
    expect(hex(encodeSubscription(subscription, version))).toBe(expected.replace(/ /g, ''));
    expect(decodeSubscription(bytes(expected))).toEqual({
      ...subscription,
      ownedPartitions: version >= 1 ? subscription.ownedPartitions : [],
      generation: version >= 2 ? 5 : -1,
      rack: version >= 3 ? 'r1' : null,
    });
  });

  it('writes null as null', () => {
    const none = { ...plain, topics: [], userData: null };
    expect(hex(encodeSubscription(none))).toBe('000300000000ffffffff00000000ffffffffffff');
    expect(decodeSubscription(encodeSubscription(none))).toEqual(none);
  });

  it('reads a newer version as the newest it knows', () => {
    const newer = bytes(`${(byVersion[3] as string).replace(/^0003/, '0007')} aabb`);
    expect(decodeSubscription(newer)).toEqual(subscription);
  });

  it.each([0, 1, 2, 3])('writes and reads an assignment of version %i', (version) => {
    const assignment = { partitions: subscription.ownedPartitions, userData: null };
    expect(hex(encodeAssignment(assignment, version))).toBe(
      `000${version}${owned.replace(/ /g, '')}ffffffff`,
    );
    expect(decodeAssignment(encodeAssignment(assignment, version))).toEqual(assignment);
  });

  it('takes no bytes for no partitions', () => {
    expect(decodeAssignment(new Uint8Array()).partitions).toEqual([]);
  });

  it('is the same as kafkajs has it', () => {
    const { MemberMetadata, MemberAssignment } = kafkajs;
    const metadata = { version: 0, topics: ['t', 'uv'], userData: Buffer.from([7, 8]) };
    const theirs = new Uint8Array(MemberMetadata.encode(metadata));
    expect(hex(encodeSubscription(subscription, 0))).toBe(hex(theirs));
    expect(decodeSubscription(theirs)).toEqual(plain);
    const ours = MemberMetadata.decode(Buffer.from(encodeSubscription(subscription)));
    expect(ours).toEqual({ ...metadata, version: 3 });
    const assignment = { version: 0, assignment: { t: [0, 2] }, userData: Buffer.from([]) };
    const assigned = new Uint8Array(MemberAssignment.encode(assignment));
    const partitions = [{ topic: 't', partitions: [0, 2] }];
    const empty = new Uint8Array();
    expect(decodeAssignment(assigned)).toEqual({ partitions, userData: empty });
    expect(hex(encodeAssignment({ partitions, userData: empty }, 0))).toBe(hex(assigned));
  });

  it('ends on any bytes with a result or a malformed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (any) => {
        for (const decode of [decodeSubscription, decodeAssignment]) {
          try {
            decode(any);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedError);
          }
        }
      }),
    );
  });
});

describe('user data of the sticky assignors', () => {
  const claim = { owned: [0, 2].map((partition) => ({ topic: 't', partition })), generation: 9 };
  const written = '00000001 0001 74 00000002 00000000 00000002 00000009';

  it('carries for sticky what was owned, and since when', () => {
    const userData = assignors.sticky.userData(claim);
    expect(hex(userData as Uint8Array)).toBe(written.replace(/ /g, ''));
    expect(assignors.sticky.claimOf({ ...plain, userData })).toEqual(claim);
  });

  it('is read without a generation too', () => {
    const userData = bytes(written).subarray(0, -4);
    expect(assignors.sticky.claimOf({ ...plain, userData })).toEqual({ ...claim, generation: -1 });
  });

  it('carries for cooperative-sticky the generation, where the subscription does not', () => {
    const { 'cooperative-sticky': assignor } = assignors;
    const userData = assignor.userData(claim);
    expect(hex(userData as Uint8Array)).toBe('00000009');
    const { ownedPartitions } = subscription;
    expect(assignor.claimOf({ ...plain, ownedPartitions, userData })).toEqual(claim);
    expect(assignor.claimOf({ ...subscription, userData }).generation).toBe(5);
  });
});
