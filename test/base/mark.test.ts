import { expect, it } from 'vitest';
import { atRisk, countReached, isCounted, mark, sometimes } from '../../src/base/mark.ts';

it('what is reached is counted from when somebody counts until that ends', () => {
  const seen: string[] = [];
  mark('before');
  expect(isCounted()).toBe(false);
  const end = countReached((sort, name) => seen.push(`${sort} ${name}`));
  expect(isCounted()).toBe(true);
  mark('one');
  mark('one');
  atRisk({ name: 'two' });
  sometimes('three');
  end();
  mark('after');
  expect(seen).toEqual(['mark one', 'mark one', 'risk two', 'sometimes three']);
});
