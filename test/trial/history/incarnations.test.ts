import { expect, it } from 'vitest';
import {
  areNamesakes,
  Incarnations,
  isSuccessor,
  topicOf,
} from '../../../src/trial/history/incarnations.ts';

it('partitions of topics made under one name one after the other have names of their own', () => {
  const incarnations = new Incarnations();
  expect(incarnations.nameOfPartition('a-b-0', 'first')).toBe('a-b-0');
  expect(incarnations.nameOf('a-b', 0, 'second')).toBe('a-b-0#2');
  expect(incarnations.nameOf('a-b', 0, 'first')).toBe('a-b-0');
  expect(incarnations.nameOfPartition('a-b-1', 'second')).toBe('a-b-1#2');
  expect(incarnations.nameOf('other', 3, 'third')).toBe('other-3');
  expect(['a-b-0', 'a-b-0#2'].map(topicOf)).toEqual(['a-b', 'a-b']);
});

it('only what is of the deleted topic is not owed', () => {
  const incarnations = new Incarnations();
  incarnations.nameOf('t', 0, 'first');
  incarnations.nameOf('t', 0, 'second');
  incarnations.deleted('first');
  expect(['t-0', 't-0#2', 'u-0'].map((name) => incarnations.isDeleted(name))).toEqual([
    true,
    false,
    false,
  ]);
});

it('namesakes are of one name and different topics, the successor is the later one', () => {
  expect(areNamesakes('t-0', 't-1#2')).toBe(true);
  expect(areNamesakes('t-0', 't-1')).toBe(false);
  expect(areNamesakes('t-0', 'u-0#2')).toBe(false);
  expect(isSuccessor('t-0#10', 't-0#9')).toBe(true);
  expect(isSuccessor('t-0', 't-0#2')).toBe(false);
});
