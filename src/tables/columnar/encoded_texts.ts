/** Texts in UTF-8, one after the other. */
export interface EncodedTexts {
  readonly bytes: Buffer;
  /** Where each starts, and where the last one ends. */
  readonly offsets: Int32Array;
}

/** Encodes texts without an object for each: rows with a problem may add hundreds of thousands. Half a character becomes U+FFFD. */
export function encodeTexts(texts: readonly string[]): EncodedTexts {
  const offsets = new Int32Array(texts.length + 1);
  texts.forEach((text, i) => {
    offsets[i + 1] = (offsets[i] as number) + Buffer.byteLength(text);
  });
  const bytes = Buffer.alloc(offsets[texts.length] as number);
  texts.forEach((text, i) => {
    bytes.write(text, offsets[i] as number);
  });
  return { bytes, offsets };
}
