import { expect, it } from 'vitest';
import { countMarks, mark } from '../../src/base/mark.ts';

it('marks are counted from when somebody counts until that ends', () => {
  const seen: string[] = [];
  mark('before');
  const end = countMarks((name) => seen.push(name));
  mark('one');
  mark('one');
  end();
  mark('after');
  expect(seen).toEqual(['one', 'one']);
});
