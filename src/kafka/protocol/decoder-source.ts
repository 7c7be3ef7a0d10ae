/**
 * Writes the JavaScript source of a decoder: one straight function per message and version that
 * builds each struct by one object literal with all of its fields, so that all have one shape.
 * Neighbouring fields of fixed size share one check of the bounds; a count is compared with the
 * bytes left, and with the elements that the reader still allows, before its loop starts, so no
 * frame makes the decoder allocate or run beyond what its length and that bound warrant. It takes
 * what Kafka's own parser takes: any negative length is null, and the size of a tagged field that it
 * knows is not looked at.
 * The generated code knows `r` (a MessageReader) and `h` (`decoderHelpers`), and keeps the reader's
 * bytes, position and end in the locals `b`, `p` and `end`.
 */
import { assert } from '../../base/assert.ts';
import type { Field, Fields } from './schema.ts';
import {
  fixedSize,
  inVersion,
  literal,
  nullableIn,
  ordinaryFields,
  Source,
  taggedFields,
} from './source.ts';

export function decoderSource(fields: Fields, version: number, flexible: boolean): string {
  const decoder = new DecoderSource(version, flexible);
  decoder.line('const b = r.bytes, end = r.end; let p = r.position;');
  const body = decoder.struct(fields);
  decoder.line('r.position = p;');
  decoder.line(`return ${body};`);
  return `${decoder.constants}return () => {\n${decoder}\n};`;
}

class DecoderSource extends Source {
  readonly #version: number;
  readonly #flexible: boolean;
  /** Reads of fixed size that wait for their common check of the bounds. */
  #run: string[] = [];
  #runBytes = 0;
  #constants: string[] = [];

  constructor(version: number, flexible: boolean) {
    super();
    this.#version = version;
    this.#flexible = flexible;
  }

  /** Declarations for outside of the function. */
  get constants(): string {
    return this.#constants.map((value, i) => `const c${i} = ${value};\n`).join('');
  }

  /** Reads all fields into locals and gives the literal that makes the struct of them. */
  struct(fields: Fields): string {
    const locals = new Map<string, string>();
    for (const [name, field] of Object.entries(fields)) {
      const local = this.local();
      locals.set(name, local);
      const tagged = field.tag >= 0 || !inVersion(field, this.#version);
      this.line(`let ${local}${tagged ? ` = ${this.#absent(field)}` : ''};`);
    }
    for (const [name, field] of ordinaryFields(fields, this.#version)) {
      this.#value(field, locals.get(name) ?? '');
    }
    this.#flush();
    if (this.#flexible) this.#tags(fields, locals);
    return `{ ${[...locals].map(([name, local]) => `${name}: ${local}`).join(', ')} }`;
  }

  #value(field: Field, into: string): void {
    const size = fixedSize(field.type);
    if (size > 0) {
      this.#fixed(size, (at) => `${into} = ${readSource(field, at)};`);
      return;
    }
    this.#flush();
    if (field.type === 'struct') {
      this.#maybeStruct(field, into);
      return;
    }
    const n = this.#length(field);
    const absent = nullableIn(field, this.#version)
      ? `${into} = null;`
      : `throw h.malformed('null where there must be something', p);`;
    this.line(`if (${n} < 0) { ${absent} } else {`);
    if (field.type === 'array') this.#array(field, into, n);
    else this.#content(field, into, n);
    this.line('}');
  }

  #content(field: Field, into: string, n: string): void {
    this.line(`if (${n} > end - p) throw h.ended(p);`);
    if (this.#flexible && field.type === 'string')
      this.line(`if (${n} > 32767) throw h.malformed('a string of more than 32767 bytes', p);`);
    this.line(
      field.type === 'string'
        ? `${into} = h.text(b, p, ${n});`
        : `${into} = b.subarray(p, p + ${n});`,
    );
    this.line(`p += ${n};`);
  }

  #array(field: Field, into: string, n: string): void {
    const element = field.element;
    assert(element !== null, 'an array has an element');
    const least = this.#leastSize(element);
    assert(least > 0, 'an element takes at least a byte, or a count could ask for anything');
    this.line(`if (${n} > ${least === 1 ? 'end - p' : `(end - p) / ${least}`}) throw h.ended(p);`);
    this.line(`if ((r.elementsLeft -= ${n}) < 0) throw h.tooMany(p);`);
    // Of its exact length: an array that grows by pushes takes room for 17.
    this.line(`${into} = new Array(${n});`);
    const index = this.local();
    this.line(`for (let ${index} = 0; ${index} < ${n}; ${index}++) {`);
    const item = this.local();
    if (element.type === 'struct') {
      assert(element.fields !== null, 'a struct has fields');
      this.line(`${into}[${index}] = ${this.struct(element.fields)};`);
    } else {
      this.line(`let ${item};`);
      this.#value(element, item);
      this.#flush();
      this.line(`${into}[${index}] = ${item};`);
    }
    this.line('}');
  }

  #maybeStruct(field: Field, into: string): void {
    assert(field.fields !== null, 'a struct has fields');
    const nullable = nullableIn(field, this.#version);
    if (nullable) {
      const presence = this.local();
      this.line(`if (p >= end) throw h.ended(p);`);
      this.line(`const ${presence} = b[p++];`);
      this.line(`if (${presence} > 127) ${into} = null; else {`);
    } else {
      this.line('{');
    }
    this.line(`${into} = ${this.struct(field.fields)};`);
    this.line('}');
  }

  /** A local with the length of a string, of bytes or of an array, negative for null. */
  #length(field: Field): string {
    const n = this.local();
    if (this.#flexible) {
      this.line(`let ${n};`);
      this.#varint(n);
      this.line(`${n} = (${n} - 1) | 0;`);
      return n;
    }
    const size = field.type === 'string' ? 2 : 4;
    this.line(`if (p + ${size} > end) throw h.ended(p);`);
    this.line(`const ${n} = ${size === 2 ? int16Source('p') : int32Source('p')}; p += ${size};`);
    return n;
  }

  #varint(into: string): void {
    this.line(`if (p < end && b[p] < 128) ${into} = b[p++];`);
    this.line(`else { r.position = p; ${into} = r.unsignedVarint(); p = r.position; }`);
  }

  #tags(fields: Fields, locals: ReadonlyMap<string, string>): void {
    const count = this.local();
    const tag = this.local();
    const size = this.local();
    this.line(`let ${count}, ${tag}, ${size};`);
    this.#varint(count);
    this.line(`${count} |= 0;`);
    this.line(`if (${count} > 0 && (r.elementsLeft -= ${count}) < 0) throw h.tooMany(p);`);
    this.line(`for (; ${count} > 0; ${count}--) {`);
    this.#varint(tag);
    this.#varint(size);
    this.line(`switch (${tag}) {`);
    for (const [name, field] of taggedFields(fields, this.#version)) {
      this.line(`case ${field.tag}: {`);
      this.#value(field, locals.get(name) ?? '');
      this.#flush();
      this.line('break; }');
    }
    this.line(`default: if (${size} > end - p) throw h.ended(p); p += ${size};`);
    this.line('} }');
  }

  #fixed(size: number, read: (at: string) => string): void {
    const offset = this.#runBytes;
    this.#run.push(read(offset === 0 ? 'p' : `p + ${offset}`));
    this.#runBytes += size;
  }

  #flush(): void {
    const size = this.#runBytes;
    if (size === 0) return;
    this.line(`if (p + ${size} > end) throw h.ended(p);`);
    for (const read of this.#run) this.line(read);
    this.line(`p += ${size};`);
    this.#run = [];
    this.#runBytes = 0;
  }

  /**
   * A field that did not come. Structs of defaults are shared by all who lack them, and frozen for
   * that.
   */
  #absent(field: Field): string {
    const source = literal(field);
    if (source !== 'undefined') return source;
    const inner = Object.entries(field.fields ?? {}).map(
      ([name, f]) => `${name}: ${this.#absent(f)}`,
    );
    this.#constants.push(`Object.freeze({ ${inner.join(', ')} })`);
    return `c${this.#constants.length - 1}`;
  }

  /** The fewest bytes that a value of this field takes. */
  #leastSize(field: Field): number {
    if (field.type !== 'struct')
      return fixedSize(field.type) || (this.#flexible ? 1 : field.type === 'string' ? 2 : 4);
    if (nullableIn(field, this.#version)) return 1;
    let size = this.#flexible ? 1 : 0;
    for (const [, inner] of ordinaryFields(field.fields ?? {}, this.#version))
      size += this.#leastSize(inner);
    return size;
  }
}

const byte = (at: string, add: number): string => `b[${at}${add === 0 ? '' : ` + ${add}`}]`;
const int16Source = (at: string): string => `(${byte(at, 0)} << 24 >> 16 | ${byte(at, 1)})`;
const int32Source = (at: string): string =>
  `(${byte(at, 0)} << 24 | ${byte(at, 1)} << 16 | ${byte(at, 2)} << 8 | ${byte(at, 3)})`;

function readSource(field: Field, at: string): string {
  switch (field.type) {
    case 'bool':
      return `${byte(at, 0)} !== 0`;
    case 'int8':
      return `${byte(at, 0)} << 24 >> 24`;
    case 'int16':
      return int16Source(at);
    case 'uint16':
      return `${byte(at, 0)} << 8 | ${byte(at, 1)}`;
    case 'int32':
      return int32Source(at);
    case 'int64':
      return `h.readInt64(b, ${at})`;
    case 'uuid':
      return `h.decodeUuid(b, ${at})`;
    default:
      assert(field.type === 'float64', 'every type of fixed size is known');
      return `h.readFloat64(b, ${at})`;
  }
}
