import { lz4BlockLength, lz4FrameLength, mostOfZstd } from './decompressed_length.js';

/** How bytes of a table are compressed; `lz4` has frames, `lz4_block` has none. */
export type Codec = 'lz4' | 'lz4_block' | 'zstd';

/** At most `most` bytes. */
type Decompress = (bytes: Uint8Array, most: number) => Uint8Array;

const LOADERS: Readonly<Record<Codec, () => Promise<Decompress>>> = {
  lz4: loadLz4,
  lz4_block: loadLz4Block,
  zstd: loadZstd,
};
const loading = new Map<Codec, Promise<void>>();
const loaded = new Map<Codec, Decompress>();

/** Loads what decompress() needs: most tables are not compressed, and threads should start fast. */
export function loadCodec(codec: Codec): Promise<void> {
  const begun =
    loading.get(codec) ??
    LOADERS[codec]().then((decompressor) => {
      loaded.set(codec, decompressor);
    });
  loading.set(codec, begun);
  return begun;
}

/** Loads several of them, each once. */
export async function loadCodecs(codecs: Iterable<Codec>): Promise<void> {
  for (const codec of new Set(codecs)) await loadCodec(codec);
}

/**
 * What bytes become, at most `most` bytes: neither memory nor time is spent on more. Throws a TooLongError where it is more,
 * and an Error in words where the bytes are not compressed so; loadCodec() comes before it.
 */
export function decompress(codec: Codec, bytes: Uint8Array, most: number): Uint8Array {
  const decompressor = loaded.get(codec);
  if (!decompressor) throw new Error(`the codec ${codec} is not loaded`);
  return decompressor(bytes, most);
}

async function loadLz4(): Promise<Decompress> {
  const lz4 = await lz4Library();
  return (bytes, most) => {
    lz4FrameLength(bytes, most);
    return lz4().decompressFrameSync(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  };
}

async function loadLz4Block(): Promise<Decompress> {
  const lz4 = await lz4Library();
  return (bytes, most) => {
    // It takes what it writes itself, which starts with the length.
    const sized = Buffer.alloc(4 + bytes.length);
    sized.writeUInt32LE(lz4BlockLength(bytes, most));
    sized.set(bytes, 4);
    return lz4().uncompressSync(sized);
  };
}

async function lz4Library() {
  // Native, so it may not be there for every platform.
  const native = await import('lz4-napi').catch(() => undefined);
  return (): NonNullable<typeof native> => {
    if (!native) throw new Error('lz4-napi has no build for this platform: write the table uncompressed or with zstd');
    return native;
  };
}

async function loadZstd(): Promise<Decompress> {
  const { ZSTDDecoder } = await import('zstddec');
  const decoder = new ZSTDDecoder();
  await decoder.init();
  return (bytes, most) => {
    const room = mostOfZstd(bytes, most);
    // The decoder takes a room of 0 bytes for one that it is to choose.
    if (room === 0) return new Uint8Array();
    const plain = decoder.decode(bytes, room);
    // It answers nothing for what it cannot decode, and for what does not fit.
    if (plain.length === 0) throw new Error('the zstd frame is damaged, or becomes more bytes than it may');
    return plain;
  };
}
