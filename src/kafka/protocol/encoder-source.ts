/**
 * Writes the JavaScript source of an encoder: one straight function per message and version, in
 * which versions, tags and flexibility are decided beforehand. Neighbouring fields of fixed size
 * share one check for room. The generated code knows `w` (a FrameWriter), `h` (`encoderHelpers`)
 * and `m` (the message), and keeps the writer's bytes, view and position in the locals `b`, `v`
 * and `p`.
 */
import { assert } from '../../base/assert.ts';
import type { Field, Fields } from './schema.ts';
import {
  fixedSize,
  isUnset,
  literal,
  nullableIn,
  ordinaryFields,
  Source,
  taggedFields,
} from './source.ts';

const load = 'b = w.bytes; v = w.view; p = w.position;';

export function encoderSource(
  name: string,
  fields: Fields,
  version: number,
  flexible: boolean,
): string {
  const encoder = new EncoderSource(version, flexible);
  encoder.line('let b = w.bytes, v = w.view, p = w.position;');
  encoder.struct(fields, 'm', `${name} v${version}`);
  encoder.line('w.position = p;');
  return `return (m) => {\n${encoder}\n};`;
}

class EncoderSource extends Source {
  readonly #version: number;
  readonly #flexible: boolean;
  /** Writes of fixed size that wait for their common check for room. */
  #run: string[] = [];
  #runBytes = 0;
  /** Inside of a tagged field bytes are copied at once, because its size is measured. */
  #measured = 0;

  constructor(version: number, flexible: boolean) {
    super();
    this.#version = version;
    this.#flexible = flexible;
  }

  struct(fields: Fields, from: string, path: string): void {
    for (const [name, field] of ordinaryFields(fields, this.#version)) {
      this.#value(field, this.#read(field, `${from}.${name}`), `${path} ${name}`);
    }
    if (this.#flexible) this.#tags(fields, from, path);
    this.#flush();
  }

  /** Reads a field into a local, the default in place of what is not given. */
  #read(field: Field, expression: string): string {
    const local = this.local();
    this.line(`let ${local} = ${expression};`);
    if (field.optional) this.line(`if (${local} === undefined) ${local} = ${literal(field)};`);
    return local;
  }

  #value(field: Field, x: string, path: string): void {
    const size = fixedSize(field.type);
    if (size > 0) {
      this.line(checkSource(field, x, path));
      this.#fixed(size, (at) => writeSource(field, x, at));
      return;
    }
    this.#flush();
    if (nullableIn(field, this.#version)) {
      this.line(`if (${x} === null) {`);
      this.#null(field);
      this.line('} else {');
    } else {
      this.line(`if (${x} === null || ${x} === undefined) h.missing(${JSON.stringify(path)});`);
    }
    this.#present(field, x, path);
    if (nullableIn(field, this.#version)) this.line('}');
  }

  #null(field: Field): void {
    const wide = !this.#flexible && field.type !== 'struct';
    if (field.type === 'struct') this.#fixed(1, (at) => `b[${at}] = 255;`);
    else if (!wide) this.#fixed(1, (at) => `b[${at}] = 0;`);
    else if (field.type === 'string') this.#fixed(2, (at) => `v.setInt16(${at}, -1);`);
    else this.#fixed(4, (at) => `v.setInt32(${at}, -1);`);
    this.#flush();
  }

  #present(field: Field, x: string, path: string): void {
    switch (field.type) {
      case 'string':
        this.line(
          `w.position = p; w.${this.#flexible ? 'compactString' : 'string'}(${x}); ${load}`,
        );
        return;
      case 'bytes':
      case 'records':
        this.#length(`${x}.length`);
        this.#flush();
        this.line(`w.position = p; w.${this.#measured > 0 ? 'raw' : 'blob'}(${x}); ${load}`);
        return;
      case 'array':
        this.#array(field, x, path);
        return;
      default:
        assert(field.fields !== null, 'what is left is a struct');
        if (nullableIn(field, this.#version)) this.#fixed(1, (at) => `b[${at}] = 1;`);
        this.struct(field.fields, x, path);
    }
  }

  #array(field: Field, x: string, path: string): void {
    const element = field.element;
    assert(element !== null, 'an array has an element');
    this.#length(`${x}.length`);
    this.#flush();
    const index = this.local();
    const item = this.local();
    this.line(`for (let ${index} = 0; ${index} < ${x}.length; ${index}++) {`);
    this.line(`const ${item} = ${x}[${index}];`);
    this.#value(element, item, path);
    this.#flush();
    this.line('}');
  }

  /** The length of an array or of bytes. */
  #length(expression: string): void {
    if (this.#flexible) this.#varint(`${expression} + 1`);
    else this.#fixed(4, (at) => `v.setInt32(${at}, ${expression});`);
  }

  #varint(expression: string): void {
    this.#flush();
    const n = this.local();
    this.line(`const ${n} = ${expression};`);
    this.line(`if (${n} < 128 && p < b.length) b[p++] = ${n};`);
    this.line(`else { w.position = p; w.unsignedVarint(${n}); ${load} }`);
  }

  #tags(fields: Fields, from: string, path: string): void {
    const tagged = taggedFields(fields, this.#version);
    if (tagged.length === 0) {
      this.#fixed(1, (at) => `b[${at}] = 0;`);
      return;
    }
    const locals = tagged.map(
      ([name, field]) => [this.#read(field, `${from}.${name}`), name, field] as const,
    );
    const count = this.local();
    this.line(`let ${count} = 0;`);
    for (const [x, , field] of locals) this.line(`if (!(${isUnset(field, x)})) ${count}++;`);
    this.#varint(count);
    this.line(`if (${count} > 0) {`);
    for (const [x, name, field] of locals) {
      this.line(`if (!(${isUnset(field, x)})) {`);
      this.#tagged(field, x, `${path} ${name}`);
      this.line('}');
    }
    this.line('}');
  }

  /**
   * Tag, size, value; the size is known last, so a byte is kept for it and the value moved if it
   * needs more.
   */
  #tagged(field: Field, x: string, path: string): void {
    const sizeAt = this.local();
    this.#varint(String(field.tag));
    this.#fixed(1, () => '');
    this.#flush();
    this.line(`const ${sizeAt} = p - w.start;`);
    this.#measured++;
    this.#value(field, x, path);
    this.#flush();
    this.#measured--;
    this.line(`w.position = p; h.sizeBefore(w, w.start + ${sizeAt}); ${load}`);
  }

  #fixed(size: number, write: (at: string) => string): void {
    const offset = this.#runBytes;
    this.#run.push(write(offset === 0 ? 'p' : `p + ${offset}`));
    this.#runBytes += size;
  }

  #flush(): void {
    const size = this.#runBytes;
    if (size === 0) return;
    this.line(`if (p + ${size} > b.length) { w.position = p; w.reserve(${size}); ${load} }`);
    for (const write of this.#run) this.line(write);
    this.line(`p += ${size};`);
    this.#run = [];
    this.#runBytes = 0;
  }
}

/** A check that `x` is what the type can hold: anything else is a bug of the caller. */
function checkSource(field: Field, x: string, path: string): string {
  const bad = `h.bad(${JSON.stringify(path)}, ${x});`;
  switch (field.type) {
    case 'bool':
      return `if (${x} !== true && ${x} !== false) ${bad}`;
    case 'int8':
      return `if (${x} << 24 >> 24 !== ${x}) ${bad}`;
    case 'int16':
      return `if (${x} << 16 >> 16 !== ${x}) ${bad}`;
    case 'uint16':
      return `if ((${x} & 65535) !== ${x}) ${bad}`;
    case 'int32':
      return `if ((${x} | 0) !== ${x}) ${bad}`;
    default:
      return `if (typeof ${x} !== '${field.type === 'uuid' ? 'string' : 'number'}') ${bad}`;
  }
}

function writeSource(field: Field, x: string, at: string): string {
  switch (field.type) {
    case 'bool':
      return `b[${at}] = ${x} ? 1 : 0;`;
    case 'int8':
      return `b[${at}] = ${x};`;
    case 'int16':
    case 'uint16':
      return `v.setInt16(${at}, ${x});`;
    case 'int32':
      return `v.setInt32(${at}, ${x});`;
    case 'int64':
      return `h.writeInt64(v, ${at}, ${x});`;
    case 'uuid':
      return `h.encodeUuid(${x}, b, ${at});`;
    default:
      assert(field.type === 'float64', 'every type of fixed size is known');
      return `v.setFloat64(${at}, ${x});`;
  }
}
