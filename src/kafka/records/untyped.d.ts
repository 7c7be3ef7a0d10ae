/** Types of the codecs that come without any; only what is used here. */
declare module 'snappyjs' {
  const snappy: {
    compress(bytes: Uint8Array): Uint8Array;
  };
  export default snappy;
}

declare module 'lz4js' {
  const lz4: {
    compressBound(length: number): number;
    /**
     * Returns the length of the block, 0 where it did not compress. Matches reach back to index 0.
     */
    compressBlock(
      source: Uint8Array,
      target: Uint8Array,
      sourceIndex: number,
      sourceLength: number,
      hashTable: Uint32Array,
    ): number;
    /** Returns the position in `target` behind the block. Checks no bounds. */
    decompressBlock(
      source: Uint8Array,
      target: Uint8Array,
      sourceIndex: number,
      sourceLength: number,
      targetIndex: number,
    ): number;
  };
  export default lz4;
}
