import type { Disk, DiskFile } from '../../../src/host/disk.ts';
import { DiskError } from '../../../src/host/disk.ts';

interface Content {
  bytes: Uint8Array;
}

/** A disk without faults or time: files by path, all of it page cache. */
export class MemoryDisk implements Disk {
  readonly files = new Map<string, Content>();
  readonly directories = new Set<string>(['']);
  /** Set to have every call fail from now on. */
  broken = false;
  syncs = 0;

  open(path: string, create = false): DiskFile {
    this.check(path);
    if (!this.files.has(path)) {
      if (!create) throw new DiskError('ENOENT', path, 'open');
      this.files.set(path, { bytes: new Uint8Array(0) });
    }
    return new MemoryFile(this, path, this.files.get(path) as Content);
  }

  exists(path: string): boolean {
    return this.files.has(path) || this.directories.has(path);
  }

  makeDirectory(path: string): void {
    this.check(path);
    const parts = path.split('/');
    for (let at = 1; at <= parts.length; at++) this.directories.add(parts.slice(0, at).join('/'));
  }

  list(path: string): string[] {
    const prefix = path === '' ? '' : `${path}/`;
    const names = new Set<string>();
    for (const known of [...this.files.keys(), ...this.directories]) {
      if (known.startsWith(prefix) && known !== path) {
        names.add(known.slice(prefix.length).split('/')[0] as string);
      }
    }
    names.delete('');
    return [...names].sort();
  }

  rename(from: string, to: string): void {
    this.check(from);
    this.remove(to);
    const content = this.files.get(from);
    if (content !== undefined) {
      this.files.delete(from);
      this.files.set(to, content);
      return;
    }
    for (const path of [...this.files.keys()]) {
      if (!path.startsWith(`${from}/`)) continue;
      this.files.set(to + path.slice(from.length), this.files.get(path) as Content);
      this.files.delete(path);
    }
    this.directories.delete(from);
    this.directories.add(to);
  }

  remove(path: string): void {
    for (const known of [...this.files.keys()]) {
      if (known === path || known.startsWith(`${path}/`)) this.files.delete(known);
    }
    for (const known of [...this.directories]) {
      if (known === path || known.startsWith(`${path}/`)) this.directories.delete(known);
    }
  }

  async syncDirectory(path: string): Promise<void> {
    this.check(path);
  }

  text(path: string): string | null {
    const content = this.files.get(path);
    return content === undefined ? null : new TextDecoder().decode(content.bytes);
  }

  check(path: string): void {
    if (this.broken) throw new DiskError('EIO', path, 'use');
  }
}

class MemoryFile implements DiskFile {
  readonly path: string;
  readonly #disk: MemoryDisk;
  readonly #content: Content;

  constructor(disk: MemoryDisk, path: string, content: Content) {
    this.#disk = disk;
    this.path = path;
    this.#content = content;
  }

  size(): number {
    return this.#content.bytes.length;
  }

  read(position: number, length: number): Uint8Array {
    this.#disk.check(this.path);
    return this.#content.bytes.slice(position, position + length);
  }

  write(position: number, bytes: Uint8Array): void {
    this.#disk.check(this.path);
    const { bytes: current } = this.#content;
    const next = new Uint8Array(Math.max(current.length, position + bytes.length));
    next.set(current);
    next.set(bytes, position);
    this.#content.bytes = next;
  }

  truncate(size: number): void {
    const next = new Uint8Array(size);
    next.set(this.#content.bytes.subarray(0, size));
    this.#content.bytes = next;
  }

  async sync(): Promise<void> {
    this.#disk.check(this.path);
    this.#disk.syncs += 1;
  }

  close(): void {}
}
